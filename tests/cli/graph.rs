//! `graph`: of this repository's own tree, and of a small one with everything wrong.

use tests::checkout::Checkout;

/// Where the small repository is, in the checkout.
const SMALL: [&str; 5] = ["graph", "--repository", "small", "--entry", "entry"];

/// Two Kustomizations that wait for each other, and one that waits for what is nowhere.
fn with_faults(checkout: &Checkout) {
    let kustomization = |name: &str, other: &str| {
        format!(
            "---\napiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\n\
             metadata: {{name: {name}, namespace: flux-system}}\n\
             spec: {{path: ./app, sourceRef: {{kind: GitRepository, name: flux-system}}, dependsOn: [{{name: {other}}}]}}\n"
        )
    };
    let objects = [kustomization("hen", "egg"), kustomization("egg", "hen"), kustomization("shop", "nobody")];
    checkout.write("small/entry/objects.yaml", &objects.concat());
    checkout.write(
        "small/app/object.yaml",
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c, namespace: default}\n",
    );
}

#[test]
fn the_sandbox_is_shown_in_every_form() {
    let checkout = Checkout::new();
    let tree = checkout.xtask(&["graph"]).expect(0);
    tree.prints("Kustomization flux-system/nginx ./flux2/infrastructure/nginx/app")
        .prints("waits for: traefik")
        .prints("HelmRelease oas-apps/wordpress wordpress");
    checkout
        .xtask(&["graph", "--dependencies"])
        .expect(0)
        .prints("step 2\n  Kustomization flux-system/namespaces");
    checkout.xtask(&["graph", "--format", "mermaid"]).expect(0).prints("\nflowchart LR\n");
    let picture = checkout.xtask(&["graph", "--format", "svg"]).expect(0);
    assert!(picture.stdout.starts_with("<svg ") && picture.stdout.ends_with("</svg>\n"), "{picture}");
    let graph = checkout.xtask(&["graph", "--output", "json"]).expect(0).json();
    assert_eq!((&graph["version"], &graph["findings"]), (&1.into(), &serde_json::json!([])));
    let is_wanted = |edge: &serde_json::Value| {
        edge["relation"] == "dependsOn"
            && edge["from"] == "Kustomization flux-system/nginx"
            && edge["to"] == "Kustomization flux-system/traefik"
    };
    assert!(graph["edges"].as_array().unwrap().iter().any(is_wanted), "{graph}");
}

#[test]
fn cycles_and_unknown_dependencies_are_told_beside_the_graph() {
    let checkout = Checkout::new();
    with_faults(&checkout);
    checkout
        .xtask(&SMALL)
        .expect(1)
        .says("error[graph/unknown]: Kustomization flux-system/shop depends on Kustomization flux-system/nobody")
        .says("error[graph/cycle]: a cycle, so none of them can ever begin: Kustomization flux-system/egg depends on")
        .prints("✗ waits for: egg (cycle)")
        .prints("✗ waits for: nobody (unknown)");
}

#[test]
fn findings_are_in_the_json_document() {
    let checkout = Checkout::new();
    with_faults(&checkout);
    let graph = checkout.xtask(&[&SMALL[..], &["--output", "json"]].concat()).expect(1).json();
    let codes: Vec<&str> =
        graph["findings"].as_array().unwrap().iter().filter_map(|found| found["code"].as_str()).collect();
    assert_eq!(codes, ["graph/cycle", "graph/unknown"], "{graph}");
}

#[test]
fn the_order_of_a_picture_is_not_asked_for_twice() {
    let checkout = Checkout::new();
    checkout
        .xtask(&["graph", "--format", "svg", "--dependencies"])
        .expect(2)
        .says("`--dependencies` is for the tree");
}
