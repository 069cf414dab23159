//! The rules and their examples.

use flux::diff::{Diff, Side, diff};
use flux::graph::Graph;
use flux::render::{Entry, Inputs, Rendering, render};
use yamltree::path::RepoPath;
use yamltree::tree::MemTree;

use crate::{Class, RULES, Risk, of_within, rule};

mod arbitrary;
mod cases;

/// Files, or the text of one, as Flux renders them.
fn rendered(text: &str) -> Rendering {
    let text = if text.starts_with("#- ") { text.to_owned() } else { format!("#- k/a.yaml\n{text}") };
    let tree = MemTree::from_fixture(&text).unwrap();
    render(&Inputs::new(&tree, Entry::Folder(RepoPath::new("k").unwrap())))
}

/// What is different between two texts, and what is risky in that.
fn judged(before: &str, after: &str) -> (Diff, Vec<Risk>) {
    let (before, after) = (rendered(before), rendered(after));
    let side = |rendering| Side { rendering, releases: &[], component_label: "component" };
    let diff = diff(&side(&before), &side(&after));
    let graph = |rendering| Graph::of(rendering, "component");
    let risks = of_within(&diff, &graph(&before), &graph(&after));
    (diff, risks)
}

fn risks(before: &str, after: &str) -> Vec<Risk> {
    judged(before, after).1
}

fn codes(before: &str, after: &str) -> Vec<&'static str> {
    risks(before, after).into_iter().map(|risk| risk.code).collect()
}

#[test]
fn every_rule_speaks_on_its_example() {
    for rule in RULES {
        let (before, after) = (rule.example.with(rule.example.before), rule.example.with(rule.example.after));
        let found = risks(&before, &after);
        let own: Vec<_> = found.iter().filter(|risk| risk.code == rule.code).collect();
        assert!(!own.is_empty(), "{}: {found:#?}", rule.code);
        for risk in own {
            assert!(!risk.reason.is_empty(), "{}: {risk:?}", rule.code);
        }
    }
}

#[test]
fn no_rule_speaks_on_a_harmless_twin() {
    for rule in RULES {
        let (before, after) =
            (rule.example.with(rule.example.before), rule.example.with(rule.example.harmless));
        let (diff, found) = judged(&before, &after);
        assert!(!diff.is_empty(), "{}: the twin changes nothing", rule.code);
        assert_eq!(found, [], "{}", rule.code);
    }
}

#[test]
fn rules_are_sorted_and_say_what_and_why() {
    assert!(RULES.windows(2).all(|two| two[0].code < two[1].code));
    for rule in RULES {
        let texts = [rule.says, rule.why, rule.first];
        assert!(texts.iter().all(|text| text.ends_with('.')), "{}", rule.code);
        assert_eq!(rule.code.split('/').next(), Some(rule.class.family()), "{}", rule.code);
    }
    for class in Class::ALL {
        assert!(RULES.iter().any(|rule| rule.class == class), "{class}");
    }
}

#[test]
fn a_rule_is_found_by_its_code() {
    assert_eq!(rule("data/claim-removed").map(|rule| rule.code), Some("data/claim-removed"));
    assert!(rule("data/claim").is_none());
}

#[test]
fn nothing_is_risky_where_nothing_is_different() {
    assert_eq!(crate::of(&Diff::default()), []);
    for rule in RULES {
        let text = rule.example.with(rule.example.after);
        assert_eq!(codes(&text, &text), [""; 0], "{}", rule.code);
    }
}
