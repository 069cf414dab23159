//! The command line itself.

use clap::CommandFactory;
use tests::checkout::Checkout;
use xtask::commands::Arguments;

/// The words of every command and sub-command, hidden ones too.
fn every_verb(command: &clap::Command, words: &[String], found: &mut Vec<Vec<String>>) {
    found.push(words.to_vec());
    for below in command.get_subcommands() {
        let words: Vec<String> = words.iter().cloned().chain([below.get_name().to_owned()]).collect();
        every_verb(below, &words, found);
    }
}

#[test]
fn help_of_every_verb_works() {
    let checkout = Checkout::new();
    let mut verbs = Vec::new();
    every_verb(&Arguments::command(), &[], &mut verbs);
    assert!(verbs.len() > 15, "{verbs:?}");
    for verb in verbs {
        let mut words: Vec<&str> = verb.iter().map(String::as_str).collect();
        words.push("--help");
        let ran = checkout
            .xtask(&words)
            .expect(0)
            .prints(format!("Usage: cargo xtask {}", verb.join(" ")).trim_end());
        assert_eq!(ran.stderr, "", "{ran}");
    }
}

#[test]
fn wrong_arguments_end_with_exit_code_2() {
    let checkout = Checkout::new();
    for (words, said) in [
        (vec![], "Usage: cargo xtask"),
        (vec!["bootsrap"], "a similar subcommand exists: 'bootstrap'"),
        (vec!["bootstrap", "--chart", "stand-in"], "--charts"),
        (vec!["bootstrap", "--charts", "standin"], "neither auto, public, stand-in nor a folder"),
        (vec!["bootstrap", "--api-port", "70000"], "70000"),
        (vec!["bootstrap", "--patience", "soon"], "soon"),
        (vec!["status", "--output", "xml"], "possible values: human, json"),
        (vec!["create", "example"], "<DOMAIN>"),
        (vec!["create", "example", "example.org", "--ip-address", "1.2.3"], "1.2.3"),
        (vec!["apps", "add", "sandbox"], "<APP>"),
        (vec!["sandbox"], "Usage: cargo xtask sandbox"),
        (vec!["sandbox", "logs", "nothing"], "there is no log of `nothing`"),
        (vec!["ci", "--tier", "units"], "there is no tier `units`; the tiers are fmt, clippy"),
    ] {
        let ran = checkout.xtask(&words).expect(2).says(said).does_not_say("panicked");
        assert_eq!(ran.stdout, "", "{ran}");
    }
}

#[test]
fn outside_a_checkout_every_verb_says_where_to_go() {
    let checkout = Checkout::new();
    let mut command = checkout.command(&["status"]);
    command.current_dir(checkout.home());
    tests::run::run(command).expect(2).says("is not inside a checkout of OpenAppStack");
}

#[test]
fn version_is_printed() {
    assert!(Checkout::new().xtask(&["--version"]).expect(0).stdout.starts_with("xtask "));
}

#[test]
fn verbs_that_look_say_how_to_start_the_sandbox() {
    let checkout = Checkout::new();
    for verb in ["status", "hold", "resume", "reconcile"] {
        checkout.xtask(&[verb]).expect(3).says("the sandbox does not run; `cargo xtask bootstrap` starts it");
    }
    checkout.xtask(&["secrets", "--yes"]).expect(3).says("`cargo xtask bootstrap` starts it");
    checkout.xtask(&["info"]).expect(0).prints("next `cargo xtask bootstrap sandbox`");
    checkout.xtask(&["sandbox", "status"]).expect(1).prints("The sandbox does not run.");
    let status = checkout.xtask(&["sandbox", "status", "--output", "json"]).expect(1).json();
    assert_eq!((&status["version"], &status["running"]), (&1.into(), &false.into()));
}

#[test]
fn failures_are_json_where_json_is_asked_for() {
    let ran = Checkout::new().xtask(&["status", "nowhere", "--output", "json"]).expect(2);
    let failure = ran.json();
    assert_eq!((&failure["version"], &failure["error"]["kind"]), (&1.into(), &"usage".into()), "{ran}");
}
