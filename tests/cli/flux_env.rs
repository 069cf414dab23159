//! `.flux.env`: what is wrong in it is told before anything starts, each with file, line and column.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use tests::checkout::Checkout;
use tests::run::{Ran, run};

const FILE: &str = "clusters/sandbox/.flux.env";
const GOOD: &str = "domain=sandbox.localhost\nip_address=127.0.0.1\nadmin_email=admin@sandbox.example\n";

/// What bootstrap says of a file.
#[track_caller]
fn bootstrap_with(text: &str) -> Ran {
    let checkout = Checkout::new();
    checkout.write(FILE, text);
    let ran = checkout.xtask(&["bootstrap", "--charts", "stand-in"]).expect(1).does_not_say("Plan for");
    assert!(!checkout.target().join("sandbox/run/state.json").exists(), "something was started\n{ran}");
    ran
}

#[test]
fn a_missing_variable_is_named_with_its_meaning() {
    let ran = bootstrap_with("domain=sandbox.localhost\nadmin_email=admin@sandbox.example\n");
    ran.says("clusters/sandbox/.flux.env: error[env/missing]: required variable `ip_address` is not set")
        .says("help: add `ip_address=");
}

#[test]
fn a_misspelt_variable_is_answered_with_place_and_nearest_name() {
    let ran = bootstrap_with(&format!("{GOOD}certificats=staging\n"));
    ran.says("clusters/sandbox/.flux.env:4:1: error[env/unknown]: unknown variable `certificats`\n  help: did you mean `certificates`?");
}

#[test]
fn a_malformed_domain_is_told_at_its_column() {
    let ran = bootstrap_with(&GOOD.replace("sandbox.localhost", "sandbox"));
    ran.says("clusters/sandbox/.flux.env:1:8: error[env/value]: `domain`");
}

#[test]
fn values_that_would_not_survive_substitution_are_refused() {
    for value in ["$HOME.example", "a: b", "# x", "\u{85}", "{a}", "*a", " blank"] {
        let ran = bootstrap_with(&GOOD.replace("admin@sandbox.example", value));
        ran.says("clusters/sandbox/.flux.env:3:13: error[env/").does_not_say("panicked");
    }
    let ran =
        bootstrap_with(&format!("{GOOD}outgoing_mail_enabled=true\noutgoing_mail_smtp_password=12345678\n"));
    let ran = ran.says("error[env/substitution]: the value of `outgoing_mail_smtp_password` would not reach the cluster as it is");
    assert!(!ran.stderr.contains("12345678"), "a password is printed\n{ran}");
}

#[test]
fn quotes_are_told_to_be_part_of_the_value() {
    let ran = bootstrap_with(&GOOD.replace("127.0.0.1", "\"127.0.0.1\""));
    ran.says("clusters/sandbox/.flux.env:2:12: error[env/quotes]");
}

#[test]
fn everything_wrong_is_told_at_once() {
    let ran = bootstrap_with("domian=x.example\nno line\ndomain=x\n");
    for place in [
        ".flux.env:1:1: error[env/unknown]",
        ".flux.env:2:1: error[env/syntax]",
        ".flux.env:3:8: error[env/value]",
    ] {
        assert!(ran.stderr.contains(place), "no {place}\n{ran}");
    }
}

#[test]
fn a_file_that_is_not_there_is_told_with_the_example() {
    let checkout = Checkout::new();
    fs::remove_file(checkout.path().join(FILE)).unwrap();
    checkout.xtask(&["info"]).expect(3).says("clusters/sandbox/.flux.env; install/.flux.env.example shows");
}

#[test]
fn a_file_that_cannot_be_read_is_told() {
    let checkout = Checkout::new();
    fs::remove_file(checkout.path().join(FILE)).unwrap();
    fs::create_dir(checkout.path().join(FILE)).unwrap();
    let ran = checkout.xtask(&["bootstrap", "--charts", "stand-in"]).expect(3);
    ran.says("clusters/sandbox/.flux.env").says("because: Is a directory");
}

#[test]
fn a_file_that_this_user_may_not_read_is_told() {
    let checkout = Checkout::new().as_ordinary_user(true);
    fs::set_permissions(checkout.path().join(FILE), fs::Permissions::from_mode(0o000)).unwrap();
    let ran = checkout.xtask(&["bootstrap", "--charts", "stand-in"]).expect(3);
    ran.says("clusters/sandbox/.flux.env").says("because: Permission denied");
}

#[test]
fn a_real_cluster_s_file_that_others_may_read_is_refused_with_the_command_that_mends_it() {
    let checkout = Checkout::new();
    super::create::example(&checkout);
    let path = checkout.path().join("clusters/example/.flux.env");
    for mode in [0o644, 0o640, 0o604] {
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        let ran = checkout.xtask(&["bootstrap", "example", "--yes"]).expect(1);
        ran.says("clusters/example/.flux.env: error[flux-env/permissions]")
            .says("run `chmod 600 clusters/example/.flux.env`");
    }
    let mut chmod = std::process::Command::new("chmod");
    chmod.arg("600").arg(&path);
    run(chmod).expect(0);
    checkout.xtask(&["info", "example"]).expect(0);
}

#[test]
fn a_windows_file_is_read_as_well() {
    let checkout = Checkout::new();
    checkout.write(FILE, &format!("\u{feff}{}", GOOD.replace('\n', "\r\n")));
    checkout.xtask(&["info"]).expect(0).prints("domain sandbox.localhost");
}
