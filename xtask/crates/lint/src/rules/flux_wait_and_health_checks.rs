use std::collections::BTreeSet;

use flux::object::ObjectKey;
use flux::render::spec::Name;
use kustomize_rs::yaml::node::Node;
use yamltree::diagnostic::Severity;
use yamltree::fix::Fix;

use crate::rule::{Check, Found, Rule};
use crate::subject::{Owner, Subject};

pub(super) const RULE: Rule = Rule {
    code: "flux/wait-and-health-checks",
    severity: Severity::Warning,
    says: "A Kustomization has `healthChecks` beside `wait: true`.",
    why: "With `wait` the controller waits for every object and passes over `healthChecks`: what is listed there and made by somebody else is not waited for.",
    failing: kustomization!(
        "  wait: true\n  healthChecks: [{apiVersion: v1, kind: ConfigMap, name: c, namespace: default}]"
    ),
    fixed: kustomization!("  wait: true"),
    check: Check::Repository(check),
};

fn check(subject: &Subject<'_>, found: &mut Found) {
    for object in subject.objects().filter(|object| object.is_kustomization()) {
        if object.text(&["spec", "wait"]) != "true" {
            continue;
        }
        let checks = object.at(&["spec", "healthChecks"]).filter(|checks| !checks.items().is_empty());
        let Some(checks) = checks else { continue };
        let message = format!("{}: `healthChecks` are passed over because of `wait: true`", object.title());
        // What it makes itself is waited for without them; whoever lists something else wants to wait for that.
        let fix = makes_all(subject, &Name::of(object.node), checks).then(|| Fix::Remove {
            key: "healthChecks".into(),
            beside: "wait".into(),
            value: "true".into(),
        });
        found.at_with_fix(object.place(checks), message, "keep one of the two", fix);
    }
}

/// Does the Kustomization make everything that is listed?
fn makes_all(subject: &Subject<'_>, name: &Name, checks: &Node) -> bool {
    let text = |node: &Node, field: &str| node.get(field).map_or("", Node::value_text).to_owned();
    let key =
        |check: &Node| ObjectKey::new(&text(check, "kind"), &text(check, "namespace"), &text(check, "name"));
    let own: BTreeSet<ObjectKey> = subject
        .objects()
        .filter(|object| object.owner == Owner::Kustomization(name))
        .map(|object| object.key())
        .collect();
    checks.items().iter().all(|check| own.contains(&key(check)))
}
