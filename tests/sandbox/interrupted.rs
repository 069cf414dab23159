//! A run that ends anywhere is continued by running it again.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::process::Child;
use std::time::{Duration, Instant};

use serde_json::Value;
use tests::checkout::Checkout;
use tests::cluster::{GENERATED, ROOTS};
use tests::processes;
use tests::run::{Ran, finish};
use tests::shared::alone;

/// What a run says, line by line.
struct Talk(std::io::Lines<BufReader<std::process::ChildStderr>>);

impl Talk {
    fn of(child: &mut Child) -> Talk {
        Talk(BufReader::new(child.stderr.take().unwrap()).lines())
    }

    /// Everything up to the first line that is the one, or up to the end; and whether there was one.
    fn until(&mut self, is_it: impl Fn(&str) -> bool) -> (Vec<String>, bool) {
        let mut said = Vec::new();
        for line in self.0.by_ref().map_while(Result::ok) {
            let found = is_it(&line);
            said.push(line);
            if found {
                return (said, true);
            }
        }
        (said, false)
    }
}

fn is_boundary(line: &str, mark: char) -> bool {
    line.starts_with(mark)
        && !line.contains("check that every value")
        && !line.contains("wait for the components")
}

/// What must hold after every kill: nothing doubled, and no password another than it was.
fn check(checkout: &Checkout, known: &mut BTreeMap<String, Value>, killed_at: &str) {
    // Before the control plane runs for the first time there is nothing to look at.
    if checkout.state()["phase"]["phase"] != "running"
        || checkout.kubectl(&["get", "--raw=/readyz"]).code != 0
    {
        return;
    }
    let now = checkout.passwords();
    for (name, values) in &*known {
        assert_eq!(now.get(name), Some(values), "{name} changed after a kill at `{killed_at}`");
    }
    known.extend(now);
}

#[test]
fn killed_at_every_step_boundary_and_in_the_middle_of_the_wait_it_converges() {
    let _turn = alone();
    let checkout = Checkout::new().with_tools();
    let arguments = ["bootstrap", "--charts", "stand-in"];
    let mut known = BTreeMap::new();
    let mut killed = Vec::new();
    // Each run is killed at its first boundary, in turn where a step begins and where one ends: so every run but the
    // first goes on from what the one before left, until only waiting is left.
    for turn in 0.. {
        assert!(turn < 60, "it never came to the wait; killed at {killed:#?}");
        let mark = if turn % 2 == 0 { '…' } else { '✓' };
        let mut child = checkout.start(&arguments);
        let waits = |line: &str| line.starts_with("… wait for the components");
        let mut talk = Talk::of(&mut child);
        let (said, found) = talk.until(|line| is_boundary(line, mark) || waits(line));
        assert!(found, "the run ended by itself: {said:#?}");
        let line = said.last().unwrap().clone();
        if waits(&line) {
            std::thread::sleep(Duration::from_secs(3));
        }
        processes::kill(child.id());
        child.wait().unwrap();
        check(&checkout, &mut known, &line);
        killed.push(line.clone());
        if waits(&line) {
            break;
        }
    }
    // A kill may come when the next steps have been done already, since most take no time: then the next run begins behind
    // them. So not every step is met, but the long ones are, and many of the others.
    for step in ["serve commit", "start the local control plane"] {
        assert!(killed.iter().any(|line| line.contains(step)), "never killed at `{step}`: {killed:#?}");
    }
    for mark in ['…', '✓'] {
        let count = killed.iter().filter(|line| line.starts_with(mark)).count();
        assert!(count > 2, "killed at `{mark}` {count} times only: {killed:#?}");
    }
    assert_eq!(known.len(), GENERATED.len(), "{:?}", known.keys());
    checkout.xtask(&["bootstrap", "--patience", "3"]).expect(0);
    check(&checkout, &mut known, "the end");
    let mut roots = checkout.names("kustomization", "flux-system");
    roots.retain(|name| ROOTS.iter().any(|(_, root)| root == name));
    let apps = ["app-nextcloud", "app-rocketchat", "app-velero", "app-wordpress"];
    assert_eq!(roots, [&apps[..], &["core", "infrastructure"]].concat());
    let sources = checkout.names("gitrepository", "flux-system");
    assert_eq!(sources.iter().filter(|name| *name == "openappstack").count(), 1, "{sources:?}");
    checkout.xtask(&["bootstrap"]).expect(0).says("nothing to do");
}

#[test]
fn an_api_server_that_dies_during_the_wait_is_named_and_the_next_run_goes_on() {
    let _turn = alone();
    let checkout = Checkout::new().with_tools();
    let mut child = checkout.start(&["bootstrap", "--charts", "stand-in"]);
    let begun = Instant::now();
    let mut talk = Talk::of(&mut child);
    let (mut said, found) = talk.until(|line| line.starts_with("… wait for the components"));
    assert!(found, "{said:#?}");
    let passwords = checkout.passwords();
    processes::kill(checkout.pid("kube-apiserver"));
    said.extend(talk.until(|_| false).0);
    let mut ran: Ran = finish(child, "bootstrap".into(), begun);
    ran.stderr = said.join("\n");
    ran.expect(3).says("kube-apiserver ended by itself").says("`cargo xtask bootstrap` starts it again");
    checkout.begin();
    assert_eq!(checkout.passwords(), passwords);
    checkout.wait_until_flux_follows(&checkout.head());
}
