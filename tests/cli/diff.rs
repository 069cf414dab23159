//! `diff`: what a change does, and what is compared with what.

use std::os::unix::fs::PermissionsExt as _;

use serde_json::Value;
use tests::checkout::Checkout;
use tests::run::run;

const POLICY: &str = "flux2/apps/nextcloud/app/networkpolicy.yaml";
const NAMESPACES: &str = "flux2/infrastructure/namespaces/app/kustomization.yaml";
const MORE: &str = "flux2/infrastructure/namespaces/app/more.yaml";

/// A checkout on a branch that leaves `main`, with one object more in the last commit.
fn with(object: &str) -> Checkout {
    let checkout = Checkout::new();
    checkout.git(&["remote", "remove", "origin"]);
    // It is there already if this repository is on it.
    checkout.git(&["branch", "--force", "main"]);
    checkout.write(MORE, object);
    checkout.replace(NAMESPACES, "resources:\n", "resources:\n  - more.yaml\n");
    checkout.commit("more");
    checkout
}

fn config_map(data: &str) -> String {
    format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: more, namespace: oas}}\n{data}\n")
}

#[test]
fn where_nothing_is_different_the_exit_code_is_0() {
    let checkout = Checkout::new();
    let ran =
        checkout.xtask(&["diff"]).expect(0).says("Nothing is different: the files on disk compared with ");
    assert_eq!(ran.text(), "");
    checkout.xtask(&["diff", "HEAD", "HEAD", "--format", "short"]).expect(0);
    let ran = checkout
        .xtask(&["diff", "--cluster", "sandbox", "--cluster", "sandbox", "--output", "json"])
        .expect(0);
    assert_eq!(ran.json()["changes"], Value::Array(Vec::new()));
}

#[test]
fn a_commit_without_an_application_that_the_cluster_has_now_can_be_compared() {
    let checkout = with(&config_map("data: {a: one}"));
    checkout.git(&["checkout", "--quiet", "main"]);
    checkout.git(&["rm", "-r", "--quiet", "flux2/apps/wordpress"]);
    checkout.commit("before there was WordPress");
    checkout
        .xtask(&["diff", "main", "work"])
        .expect(1)
        .prints("+ Kustomization flux-system/app-wordpress")
        .prints("Kustomization flux-system/wordpress, new");
}

#[test]
fn work_is_compared_with_where_it_left_main_and_the_files_on_disk_count() {
    let checkout = with(&config_map("data: {a: one}"));
    checkout.write(MORE, &config_map("data: {a: two}"));
    checkout
        .xtask(&["diff"])
        .expect(1)
        .prints("namespaces\n  Kustomization flux-system/namespaces\n    + ConfigMap oas/more\n")
        .says("1 added: the files on disk compared with where HEAD left main (");
    checkout
        .xtask(&["diff", "HEAD"])
        .expect(1)
        .prints("    ~ ConfigMap oas/more\n      data.a: one → two\n")
        .says("1 changed: the files on disk compared with HEAD (");
    checkout.xtask(&["diff", "--base", "main"]).expect(1).prints("+ ConfigMap oas/more");
    for words in [&["main", "HEAD"][..], &["main..HEAD"], &["main...HEAD"], &["main.."]] {
        let all: Vec<&str> = [&["diff"], words].concat();
        checkout.xtask(&all).expect(1).prints("+ ConfigMap oas/more").says("compared with");
    }
    checkout.xtask(&["diff", "HEAD", "main"]).expect(1).prints("- ConfigMap oas/more");
}

#[test]
fn a_file_that_nobody_committed_counts() {
    let checkout = Checkout::new();
    checkout.write(MORE, &config_map("data: {a: one}"));
    checkout.replace(NAMESPACES, "resources:\n", "resources:\n  - more.yaml\n");
    checkout.xtask(&["diff"]).expect(1).prints("+ ConfigMap oas/more");
}

#[test]
fn another_way_to_write_a_file_is_no_change() {
    let checkout = Checkout::new();
    let text = checkout.read(POLICY);
    checkout.write(
        POLICY,
        &format!(
            "# another comment\n{}",
            text.replace("apiVersion: networking.k8s.io/v1", "apiVersion: \"networking.k8s.io/v1\"")
        ),
    );
    checkout.xtask(&["diff"]).expect(0);
}

#[test]
fn machines_get_what_changed_with_its_owner() {
    let checkout = with(&config_map("data: {a: one}"));
    checkout.write(MORE, &config_map("data: {a: two}"));
    let json = checkout.xtask(&["diff", "HEAD", "--output", "json"]).expect(1).json();
    assert_eq!(json["version"], 1);
    assert_eq!(json["summary"]["changed"], 1);
    assert_eq!(json["before"]["commit"], checkout.head());
    assert_eq!(json["after"]["cluster"], "sandbox");
    let change = &json["changes"][0];
    assert_eq!(change["kind"], "changed");
    assert_eq!(change["object"]["name"], "more");
    assert_eq!(change["fields"][0]["path"], "data.a");
    assert_eq!(change["owner"]["name"], "namespaces");
    assert_eq!(json["owners"][0]["component"], "namespaces");
    assert!(change.get("before").is_none());
    let full = checkout.xtask(&["diff", "HEAD", "--output", "json", "--full"]).expect(1).json();
    assert_eq!(full["changes"][0]["after"]["data"]["a"], "two");
}

#[test]
fn what_is_rendered_once_and_what_is_rendered_twice_say_the_same() {
    let checkout = with(&config_map("data: {a: one}"));
    let ran = |more: &[&str]| {
        let all = [&["diff", "main", "HEAD", "--output", "json", "--full"], more].concat();
        checkout.xtask(&all).expect(1).json()
    };
    assert_eq!(ran(&[]), ran(&["--whole"]));
}

#[test]
fn helm_is_asked_only_about_releases_that_may_make_something_else() {
    // It prints one template of the chart, nothing of a chart without it.
    const HELM: &str = r#"#!/bin/sh
PATH=/usr/bin:/bin
case $1 in
version) echo v4.2.4 ;;
*) printf -- '---\n# Source: chart/templates/more.yaml\n'; tar -xzOf "$3" --wildcards '*/templates/more.yaml' || true ;;
esac
"#;
    const CHARTS: [&str; 2] = ["nginx", "system-upgrade-controller"];
    let checkout = with(&config_map("data: {a: one}"));
    let write = |chart: &str, data: &str| {
        let object = config_map(data).replace("name: more", &format!("name: {chart}"));
        checkout.write(&format!("flux2/infrastructure/{chart}/chart/templates/more.yaml"), &object);
    };
    CHARTS.iter().for_each(|chart| write(chart, "data: {b: one}"));
    checkout.commit("templates");
    write("nginx", "data: {b: two}");
    let helm = checkout.home().join("helm");
    std::fs::write(&helm, HELM).unwrap();
    std::fs::set_permissions(&helm, std::fs::Permissions::from_mode(0o755)).unwrap();
    let ran = |more: &[&str]| {
        let all = [&["diff", "HEAD", "--charts", "--output", "json", "--full"], more].concat();
        let mut command = checkout.command(&all);
        command.env("PATH", format!("{}:/usr/bin:/bin", checkout.home().display()));
        run(command).expect(1).json()
    };
    let asked = || std::fs::read_dir(checkout.target().join("charts/printed")).unwrap().count();
    let some = ran(&[]);
    assert_eq!(some["changes"][0]["fields"][0]["path"], "data.b");
    assert_eq!((some["summary"]["changed"].as_u64(), asked()), (Some(1), 2));
    assert_eq!(ran(&["--whole"]), some);
    assert!(asked() > 2, "{}", asked());
}

#[test]
fn no_form_shows_a_secret() {
    let secret = |mark: &str| {
        format!(
            "apiVersion: v1\nkind: Secret\nmetadata: {{name: more, namespace: oas}}\nstringData:\n  a: MARK-{mark}\n  b: |\n    c: \
             MARK-{mark}\n"
        )
    };
    let checkout = with(&secret("one"));
    checkout.write(MORE, &secret("two"));
    let forms: [&[&str]; 8] = [
        &[],
        &["--full"],
        &["--format", "short"],
        &["--format", "markdown", "--full"],
        &["--format", "html", "--full"],
        &["--all-clusters", "--format", "html", "--full"],
        &["--output", "json", "--full"],
        &["-vv", "--whole"],
    ];
    for form in forms {
        for base in ["HEAD", "main"] {
            let all = [&["diff", base], form].concat();
            let ran = checkout.xtask(&all).expect(1).does_not_say("MARK");
            assert!(
                !ran.text().contains("MARK") && !ran.text().contains("TUFSSy"),
                "{all:?}: {}",
                ran.text()
            );
        }
    }
    checkout.xtask(&["diff", "HEAD"]).expect(1).prints("      data.a: secret, changed\n");
}

#[test]
fn what_fails_now_is_told_and_what_it_made_is_not_said_to_be_gone() {
    let checkout = with(&config_map("data: {a: one}"));
    checkout.replace(NAMESPACES, "more.yaml", "nothing.yaml");
    let ran = checkout.xtask(&["diff", "HEAD"]).expect(1).prints(&format!("    fails: {NAMESPACES}:"));
    let ran = ran.prints("Not compared, since they cannot be rendered: Kustomization flux-system/namespaces");
    assert!(!ran.text().contains("- Namespace"), "{}", ran.text());
}

#[test]
fn all_clusters_are_told_apart() {
    let checkout = with(&config_map("data: {a: one}"));
    let ran = checkout.xtask(&["diff", "main", "HEAD", "--all-clusters"]).expect(1);
    ran.prints("sandbox").prints("In all 1 clusters:").says("Different for 1 of 1 clusters: ");
    let json =
        checkout.xtask(&["diff", "main", "HEAD", "--all-clusters", "--output", "json"]).expect(1).json();
    assert_eq!(json["groups"][0]["clusters"][0], "sandbox");
    assert_eq!(json["clusters"][0]["summary"]["added"], 1);
}

#[test]
fn what_is_not_there_is_a_usage_error() {
    let checkout = Checkout::new();
    checkout.xtask(&["diff", "nowhere"]).expect(2).says("find the revision `nowhere`");
    checkout.xtask(&["diff", "--cluster", "nobody"]).expect(2).says("there is no cluster `nobody`");
    checkout.xtask(&["diff", "a", "b", "c"]).expect(2);
    let three = ["diff", "--cluster", "a", "--cluster", "b", "--cluster", "c"];
    checkout.xtask(&three).expect(2).says("two clusters can be compared");
}

#[test]
fn a_note_and_a_page_are_whole_documents() {
    let checkout = with(&config_map("data: {a: one}"));
    let note = checkout.xtask(&["diff", "main", "HEAD", "--format", "markdown"]).expect(1);
    assert!(note.stdout.starts_with("<!-- openappstack diff: sandbox -->\n"), "{note}");
    note.prints("<details><summary><code>namespaces</code>: 1 object</summary>").prints("+   a: one\n```\n");
    let page = checkout.xtask(&["diff", "main", "HEAD", "--format", "html"]).expect(1);
    assert!(page.stdout.starts_with("<!doctype html>") && page.stdout.ends_with("</html>\n"), "{page}");
    let all = checkout.xtask(&["diff", "main", "HEAD", "--all-clusters", "--format", "markdown"]).expect(1);
    all.prints("<!-- openappstack diff: all clusters -->\n").prints("#### In all 1 clusters");
}

#[test]
fn without_a_merge_request_there_is_no_note_and_it_says_what_is_missing() {
    let checkout = Checkout::new();
    checkout
        .xtask(&["diff", "--comment"])
        .expect(2)
        .says("CI_API_V4_URL is not set; GitLab sets it in a pipeline");
}
