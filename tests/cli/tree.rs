//! Faults in the tree, told before anything starts.

use tests::checkout::Checkout;
use tests::run::Ran;

#[track_caller]
fn bootstrap_after(change: impl FnOnce(&Checkout)) -> Ran {
    let checkout = Checkout::new();
    change(&checkout);
    checkout.commit("a fault");
    checkout.xtask(&["bootstrap", "--charts", "stand-in"]).expect(1).does_not_say("Plan for")
}

#[test]
fn broken_yaml_in_a_component_is_told_with_file_line_and_column() {
    let release = "flux2/apps/wordpress/app/release.yaml";
    let ran =
        bootstrap_after(|checkout| checkout.replace(release, "  interval: 30m\n", "  interval: [30m\n"));
    let place = ran.stderr.lines().find(|line| line.starts_with(&format!("{release}:"))).unwrap_or_default();
    let mut numbers = place[release.len() + 1..].split(':');
    let (line, column) = (numbers.next().unwrap().parse::<u32>(), numbers.next().unwrap().parse::<u32>());
    assert!(line.is_ok() && column.is_ok() && place.contains("error["), "{ran}");
}

#[test]
fn an_unknown_field_of_a_component_is_told_with_the_nearest_name() {
    let ran = bootstrap_after(|checkout| {
        checkout.replace("flux2/apps/wordpress/component.yaml", "\nhosts: [", "\nhost: [")
    });
    ran.says("flux2/apps/wordpress/component.yaml:3:1: error[").says("hosts");
}

#[test]
fn a_component_without_a_contract_is_told() {
    let ran = bootstrap_after(|checkout| {
        checkout.git(&["rm", "--quiet", "flux2/apps/wordpress/component.yaml"]);
    });
    ran.says("flux2/apps/wordpress").says("component.yaml");
}

#[test]
fn uncommitted_work_is_said_to_be_left_out() {
    let checkout = Checkout::new();
    checkout.write("flux2/apps/wordpress/app/values.yaml", "image: {}\n");
    checkout
        .xtask(&["bootstrap", "--charts", "stand-in", "--dry-run"])
        .expect(1)
        .says("--dirty serves them too");
}

#[test]
fn a_dry_run_shows_the_plan_and_starts_nothing() {
    let checkout = Checkout::new();
    let ran = checkout.xtask(&["bootstrap", "--charts", "stand-in", "--dry-run"]).expect(1);
    let ran =
        ran.says("build the control plane's binaries").says("create GitRepository flux-system/openappstack");
    assert!(ran.stderr.contains("stand-in charts (they prove Flux wiring, never a chart)"), "{ran}");
    assert!(!checkout.target().join("sandbox/run/state.json").exists());
    let plan = checkout
        .xtask(&["bootstrap", "--charts", "stand-in", "--dry-run", "--output", "json"])
        .expect(1)
        .json();
    assert_eq!((&plan["version"], &plan["plan"][0]["step"]), (&1.into(), &"build-tools".into()));
}
