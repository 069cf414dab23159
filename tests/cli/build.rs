//! `build`: what Flux would apply, and what set it.

use tests::checkout::Checkout;

/// A repository of somebody else: a folder where Flux begins, and one application with a part that cannot be built.
fn foreign(checkout: &Checkout) -> String {
    let files = [
        (
            "cluster/ks.yaml",
            "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: web, namespace: flux-system}\nspec:\n  \
             path: ./web\n  sourceRef: {kind: GitRepository, name: flux-system}\n  postBuild: {substitute: {host: \
             web.example.org}}\n---\napiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: gone, \
             namespace: flux-system}\nspec:\n  path: ./gone\n  sourceRef: {kind: GitRepository, name: flux-system}\n",
        ),
        (
            "web/a.yaml",
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: web}\ndata:\n  url: https://${host}/\n",
        ),
    ];
    for (path, text) in files {
        checkout.write(&format!("../foreign/{path}"), text);
    }
    checkout.path().join("../foreign").display().to_string()
}

#[test]
fn the_sandbox_is_built_from_the_files_on_disk() {
    let checkout = Checkout::new();
    let ran = checkout.xtask(&["build", "--output", "json"]).expect(0);
    let names: Vec<String> =
        ran.json()["kustomizations"].as_array().unwrap().iter().map(|k| k["name"].to_string()).collect();
    assert!(names.len() > 15 && names.contains(&"\"nextcloud-database\"".to_owned()), "{names:?}");
    checkout
        .xtask(&["build", "sandbox", "nextcloud"])
        .expect(0)
        .prints("name: nextcloud")
        .does_not_say("error");
}

#[test]
fn a_commit_is_built_whatever_lies_on_disk() {
    let checkout = Checkout::new();
    let before = checkout.xtask(&["build", "--revision", "HEAD"]).expect(0);
    checkout.write("flux2/infrastructure/namespaces/app/kustomization.yaml", "broken: [");
    let after = checkout.xtask(&["build", "--revision", "HEAD"]).expect(0);
    assert_eq!(before.text(), after.text());
}

#[test]
fn one_broken_part_of_any_repository_hides_no_other() {
    let checkout = Checkout::new();
    let foreign = foreign(&checkout);
    let ran = checkout.xtask(&["build", "--repository", &foreign, "--entry", "cluster"]).expect(1);
    ran.prints("url: https://web.example.org/")
        .says("cluster/ks.yaml:")
        .says("Kustomization flux-system/gone: path `./gone` does not exist in its source");
}

#[test]
fn a_part_of_another_repository_is_named_by_the_only_word() {
    let checkout = Checkout::new();
    let foreign = foreign(&checkout);
    checkout
        .xtask(&["build", "web", "--repository", &foreign, "--entry", "cluster"])
        .expect(0)
        .prints("name: a");
    checkout.xtask(&["build", "wbe", "--repository", &foreign, "--entry", "cluster"]).expect(2).says("`wbe`");
    let graph = checkout.xtask(&["graph", "web", "--repository", &foreign, "--entry", "cluster"]).expect(2);
    graph.says("another repository has no cluster");
}

#[test]
fn a_field_is_traced_to_its_file_and_its_variable() {
    let checkout = Checkout::new();
    let foreign = foreign(&checkout);
    let ran = checkout
        .xtask(&[
            "build",
            "--repository",
            &foreign,
            "--entry",
            "cluster",
            "--explain",
            "ConfigMap/web/a.data.url",
        ])
        .expect(0);
    ran.prints("web/a.yaml:5:8").prints("written as `https://${host}/`; host from postBuild.substitute");
}

#[test]
fn values_of_secrets_are_placeholders() {
    let checkout = Checkout::new();
    let ran = checkout.xtask(&["build", "--explain", "Secret/oas-nextcloud-admin.stringData"]).expect(0);
    ran.prints("***").prints("from Secret flux-system/oas-nextcloud-variables");
}

#[test]
fn an_override_of_the_cluster_is_the_layer_that_wins() {
    let checkout = Checkout::new();
    let text = checkout.read("overrides/oas-nextcloud-override.yaml");
    checkout.write("clusters/sandbox/overrides/oas-nextcloud-override.yaml", &text);
    let ran = checkout.xtask(&["build", "--explain", "HelmRelease/nextcloud.values.resources"]).expect(0);
    ran.prints("resources.limits.memory").prints("Secret oas-nextcloud-override (values.yaml)");
    checkout.xtask(&["build"]).expect(0);
}
