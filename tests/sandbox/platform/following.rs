//! What a cluster does by itself when the branch that it follows moves, and what it leaves alone.

use serde_json::Value;
use tests::checkout::Checkout;
use tests::shared::platform;

const RELEASE: &str = "flux2/apps/wordpress/app/release.yaml";

#[test]
fn a_new_chart_version_in_a_commit_reaches_the_cluster_by_itself() {
    let platform = platform();
    let checkout = &platform.checkout;
    let version = checkout.pin("wordpress").version.unwrap();
    let (rest, patch) = version.rsplit_once('.').unwrap();
    let next = format!("{rest}.{}", patch.parse::<u32>().unwrap() + 1);
    checkout.replace(RELEASE, &format!("version: {version}"), &format!("version: {next}"));
    let commit = checkout.commit("wordpress: a newer chart");

    checkout.wait("the release runs the new chart", 90, || {
        let release = checkout.object("helmrelease", "oas-apps", "wordpress").unwrap();
        let newest = release["status"]["history"][0].clone();
        let runs = newest["chartVersion"] == next.as_str() && newest["status"] == "deployed";
        if runs { Ok(()) } else { Err(format!("{newest:#}")) }
    });
    // What the cluster read is what the checkout says, and nothing was written back.
    assert_eq!(served_refs(checkout), [format!("{commit}\tHEAD"), format!("{commit}\trefs/heads/main")]);
    checkout.xtask(&["bootstrap"]).expect(0);
}

#[test]
fn a_push_to_the_served_repository_is_refused() {
    let platform = platform();
    let checkout = &platform.checkout;
    let before = served_refs(checkout);
    for target in ["HEAD:refs/heads/main", "HEAD:refs/heads/new"] {
        let push = checkout.try_git(&["push", "--force", &served_url(checkout), target]);
        assert_ne!(push.code, 0, "{push}");
    }
    assert_eq!(served_refs(checkout), before);
}

#[test]
fn an_app_retired_on_the_branch_loses_its_workloads_and_keeps_its_data() {
    let platform = platform();
    let checkout = &platform.checkout;
    let claims = checkout.names("persistentvolumeclaim", "oas-apps");
    assert!(claims.iter().any(|claim| claim == "wordpress"), "{claims:?}");
    checkout.write(
        "flux2/apps/wordpress/kustomization.yaml",
        "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: []\n",
    );
    checkout.commit("wordpress: retired");
    checkout.wait("the releases and workloads of WordPress are gone", 90, || {
        let mut left = Vec::new();
        for kind in ["helmrelease", "deployment", "statefulset", "pod"] {
            left.extend(
                checkout.names(kind, "oas-apps").into_iter().filter(|name| name.starts_with("wordpress")),
            );
        }
        if left.is_empty() { Ok(()) } else { Err(format!("{left:?}")) }
    });
    assert!(checkout.names("namespace", "").iter().any(|name| name == "oas-apps"));
    assert_eq!(checkout.names("persistentvolumeclaim", "oas-apps"), claims);
    let passwords = checkout.passwords();

    checkout.git(&["revert", "--no-edit", "HEAD"]);
    checkout.xtask(&["bootstrap"]).expect(0);
    assert_eq!(checkout.passwords(), passwords, "an app that comes back finds its passwords");
}

#[test]
fn a_deleted_folder_changes_nothing_in_the_cluster_and_status_says_so() {
    let platform = platform();
    let checkout = &platform.checkout;
    let before = workloads(checkout);
    checkout.git(&["rm", "-r", "--quiet", "flux2/apps/wordpress"]);
    let commit = checkout.commit("wordpress: deleted");
    checkout.wait("the root of WordPress fails on the new commit", 60, || {
        let root = checkout.object("kustomization", "flux-system", "app-wordpress").unwrap();
        let ready = condition(&root, "Ready");
        let attempted = root["status"]["lastAttemptedRevision"].as_str().unwrap_or_default();
        let source = checkout.object("gitrepository", "flux-system", "openappstack").unwrap();
        let fetched =
            source["status"]["artifact"]["revision"].as_str().unwrap_or_default().ends_with(&commit);
        if fetched && ready["status"] == "False" { Ok(()) } else { Err(format!("{attempted} {ready}")) }
    });
    let status = checkout.xtask(&["status"]).expect(1);
    let all = format!("{}{}", status.stdout, status.stderr);
    assert!(
        all.contains("app-wordpress") && all.contains("flux2/apps/wordpress"),
        "the path is not named\n{status}"
    );
    assert_eq!(workloads(checkout), before);

    checkout.git(&["revert", "--no-edit", "HEAD"]);
    checkout.xtask(&["bootstrap"]).expect(0);
}

fn served_url(checkout: &Checkout) -> String {
    format!("http://127.0.0.1:{}/openappstack.git", checkout.state()["ports"]["git"])
}

fn served_refs(checkout: &Checkout) -> Vec<String> {
    checkout.git(&["ls-remote", &served_url(checkout)]).lines().map(str::to_owned).collect()
}

/// The identities of all workloads of all apps: one that was made anew has another.
fn workloads(checkout: &Checkout) -> Vec<String> {
    let kinds = "deployment,statefulset,helmrelease,persistentvolumeclaim";
    let format = "--output=jsonpath={range .items[*]}{.kind} {.metadata.name} {.metadata.uid}{\"\\n\"}{end}";
    let ran = checkout.kubectl(&["get", kinds, "--namespace=oas-apps", format]).expect(0);
    ran.text().lines().map(str::to_owned).collect()
}

fn condition(object: &Value, sort: &str) -> Value {
    let mut conditions = object["status"]["conditions"].as_array().into_iter().flatten();
    conditions.find(|it| it["type"] == sort).cloned().unwrap_or_default()
}
