//! `lint`: findings over what would be applied.

use tests::checkout::Checkout;

const NAMESPACES: &str = "flux2/infrastructure/namespaces/app/kustomization.yaml";

const MORE: &str = "flux2/infrastructure/namespaces/app/more.yaml";
/// An object in a namespace that nobody makes: a warning.
const NOWHERE: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: nowhere}\n";

/// A checkout with one more object among the namespaces.
fn with(object: &str) -> Checkout {
    let checkout = Checkout::new();
    checkout.write(MORE, object);
    checkout.replace(NAMESPACES, "resources:\n", "resources:\n  - more.yaml\n");
    checkout
}

#[test]
fn this_repository_is_clean() {
    let ran = Checkout::new().xtask(&["lint"]).expect(0).says("0 errors and 0 warnings in ");
    assert_eq!(ran.text(), "");
}

#[test]
fn an_error_has_a_place_and_a_way_out_and_is_exit_code_1() {
    let checkout =
        with("apiVersion: policy/v1beta1\nkind: PodDisruptionBudget\nmetadata: {name: a, namespace: oas}\n");
    let ran = checkout.xtask(&["lint"]).expect(1);
    ran.prints("error[kubernetes/unknown-kind]: PodDisruptionBudget oas/a: Kubernetes has no ")
        .prints(&format!(" --> {MORE}:1:13\n"))
        .prints("\n1 | apiVersion: policy/v1beta1\n  |             ^^^^^^^^^^^^^^\n")
        .prints(" = help: write `policy/v1`");
}

#[test]
fn a_finding_of_another_revision_is_shown_as_it_was_written_there() {
    let checkout = with(NOWHERE);
    checkout.commit("one finding");
    checkout.write(MORE, "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: b, namespace: oas}\n");
    checkout
        .xtask(&["lint", "--revision", "HEAD"])
        .expect(0)
        .prints("3 | metadata: {name: a, namespace: nowhere}");
}

#[test]
fn in_the_short_form_a_finding_is_a_line_and_its_way_out_another() {
    let ran = with(NOWHERE).xtask(&["lint", "--format", "short"]).expect(0);
    let ran = ran.prints(&format!("{MORE}:3:32: warning[namespace/missing]: "));
    assert_eq!(ran.text().lines().count(), 2);
}

#[test]
fn warnings_alone_are_exit_code_0_and_can_be_left_out() {
    let checkout = with(NOWHERE);
    checkout.xtask(&["lint"]).expect(0).prints("warning[namespace/missing]");
    let ran = checkout.xtask(&["lint", "--errors"]).expect(0);
    assert_eq!(ran.text(), "");
}

#[test]
fn machines_get_json_and_gitlab_gets_its_report() {
    let checkout = with(NOWHERE);
    let found = checkout.xtask(&["lint", "--output", "json"]).expect(0).json();
    assert_eq!((&found["warnings"], &found["findings"][0]["code"]), (&1.into(), &"namespace/missing".into()));
    let report = checkout.xtask(&["lint", "--format", "gitlab"]).expect(0).json();
    assert_eq!(report[0]["location"]["lines"]["begin"], 3);
}

#[test]
fn build_servers_get_junit_and_code_hosts_sarif() {
    let checkout = with(NOWHERE);
    let ran = checkout.xtask(&["lint", "--format", "junit"]).expect(0);
    ran.prints("<?xml").prints("failures=\"1\"").prints("classname=\"namespace/missing\"");
    let log = checkout.xtask(&["lint", "--format", "sarif"]).expect(0).json();
    let result = &log["runs"][0]["results"][0];
    assert_eq!(result["ruleId"], "namespace/missing");
    assert_eq!(result["locations"][0]["physicalLocation"]["region"]["startLine"], 3);
}

#[test]
fn only_what_is_new_is_shown_against_a_commit_or_a_file() {
    let checkout = with(NOWHERE);
    let before = checkout.xtask(&["lint", "--output", "json"]).expect(0);
    checkout.write("../baseline.json", before.text());
    checkout.xtask(&["lint", "--changed", "HEAD"]).expect(0).prints("warning[namespace/missing]");
    checkout.commit("one finding");
    // The finding moves and another one comes.
    checkout.write(
        MORE,
        "# One line more.\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: nowhere}\n---\napiVersion: \
         batch/v1beta1\nkind: CronJob\nmetadata: {name: b, namespace: oas}\n",
    );
    for arguments in [["lint", "--changed", "HEAD"], ["lint", "--baseline", "../baseline.json"]] {
        let ran = checkout.xtask(&arguments).expect(1);
        ran.prints("error[kubernetes/unknown-kind]").says("1 error and 0 warnings in ");
    }
}

#[test]
fn a_rule_is_explained_with_its_example() {
    let checkout = Checkout::new();
    let ran = checkout.xtask(&["lint", "--explain", "flux/two-owners"]).expect(0);
    ran.prints("Two Kustomizations or releases make the same object.").prints("This has not:");
    checkout
        .xtask(&["lint", "--explain", "flux/two-owner"])
        .expect(2)
        .says("did you mean `flux/two-owners`?");
    checkout.xtask(&["lint", "--list"]).expect(0).prints("pods/reference");
}

/// An object of a removed version, with comments.
const OLD: &str = "# ours\napiVersion: policy/v1beta1 # old\nkind: PodDisruptionBudget\nmetadata: {name: a, namespace: oas}\nspec: \
                   {minAvailable: 1, selector: {matchLabels: {app: a}}}\n";

#[test]
fn a_fix_is_shown_as_a_patch_and_written_only_when_somebody_says_so() {
    let checkout = with(OLD);
    let ran =
        checkout.xtask(&["lint", "--fix"]).expect(1).says("Nothing is written; --yes writes this to 1 file.");
    assert_eq!(checkout.read(MORE), OLD);
    checkout.write("../fix.patch", &format!("{}\n", ran.text()));
    checkout.git(&["apply", "--check", "../fix.patch"]);
    let ran = checkout.xtask(&["lint", "--fix", "--yes"]).expect(0).says("Put right: 1 finding in 1 file.");
    ran.says("0 errors and 0 warnings in ").prints("+apiVersion: policy/v1 # old");
    assert_eq!(checkout.read(MORE), OLD.replace("v1beta1", "v1"));
}

#[test]
fn a_fix_that_would_change_something_else_is_left_out() {
    let checkout = with(OLD);
    let patch = "patches:\n  - target: {kind: PodDisruptionBudget, version: v1beta1}\n    patch: |\n      - {op: add, path: \
                 /spec/unhealthyPodEvictionPolicy, value: AlwaysAllow}\nresources:\n";
    checkout.replace(NAMESPACES, "resources:\n", patch);
    let ran = checkout.xtask(&["lint", "--fix", "--yes"]).expect(1);
    ran.says("is left: `spec.unhealthyPodEvictionPolicy` of PodDisruptionBudget oas/a would change too");
    assert_eq!(checkout.read(MORE), OLD);
}

#[test]
fn machines_are_told_what_would_be_and_was_put_right() {
    let checkout = with(OLD);
    let shown = checkout.xtask(&["lint", "--fix", "--output", "json"]).expect(1).json();
    assert_eq!(shown["fixes"][0]["code"], "kubernetes/unknown-kind");
    assert!(shown["patch"].as_str().unwrap().starts_with("--- a/flux2/"));
    let done = checkout.xtask(&["lint", "--fix", "--yes", "--output", "json"]).expect(0).json();
    assert_eq!((&done["fixed"][0], &done["errors"]), (&shown["fixes"][0], &0.into()));
}

#[test]
fn without_anything_to_put_right_the_findings_are_shown() {
    let checkout = with(NOWHERE);
    let ran =
        checkout.xtask(&["lint", "--fix"]).expect(0).says("Nothing can be put right without a decision.");
    ran.prints("warning[namespace/missing]");
}

#[test]
fn only_files_of_the_work_tree_are_put_right() {
    let checkout = Checkout::new();
    checkout.xtask(&["lint", "--fix", "--revision", "HEAD"]).expect(2).says("cannot be used with");
    checkout.xtask(&["lint", "--fix", "--format", "sarif"]).expect(2).says("--fix shows a patch");
    checkout.xtask(&["lint", "--yes"]).expect(2).says("--fix");
}

#[test]
fn a_line_that_may_be_secret_is_not_shown() {
    let secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: a, namespace: oas}\nstringData: {password: open-sesame}\n";
    let checkout = with(&format!("{secret}---\n{OLD}"));
    let ran = checkout.xtask(&["lint", "--fix"]).expect(1).says("is left: a patch of its file would show");
    let ran = ran.prints("warning[secrets/plain]").prints("7 | apiVersion: policy/v1beta1 # old");
    assert!(!ran.text().contains("open-sesame"), "{ran}");
}

#[test]
fn an_override_of_a_cluster_is_held_against_its_schema_and_not_shown() {
    let checkout = Checkout::new();
    let example = checkout.read("overrides/oas-nextcloud-override.yaml");
    let file = "clusters/sandbox/overrides/oas-nextcloud-override.yaml";
    let wrong = example
        .replace("memory: 3Gi", "memory: hunter2")
        .replace("    resources:", "    resuorces: {}\n    resources:");
    checkout.write(file, &wrong);
    let ran = checkout.xtask(&["lint", "--format", "short"]).expect(1);
    let text = ran.text();
    let found: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix(file)).collect();
    assert_eq!(found.len(), 2, "{text}");
    assert!(
        found[0].contains(": warning[overrides/unknown-key]: ") && found[0].contains("`resuorces`"),
        "{text}"
    );
    assert!(
        found[1].contains(": error[overrides/value]: ") && found[1].contains("`resources.limits.memory`"),
        "{text}"
    );
    let human = checkout.xtask(&["lint"]).expect(1).prints(" = help: did you mean `resources`?");
    assert!(!human.text().contains("hunter2") && !text.contains("hunter2"));
}
