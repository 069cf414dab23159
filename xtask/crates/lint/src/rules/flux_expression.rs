use std::collections::BTreeSet;

use kustomize_rs::yaml::node::Node;
use validation::expression::{is_no_truth, variables};
use yamltree::diagnostic::Severity;

use crate::rule::{Check, Found, Rule};
use crate::subject::{Object, Subject, at, text};

pub(super) const RULE: Rule = Rule {
    code: "flux/expression",
    severity: Severity::Error,
    says: "An expression of a Kustomization or a Receiver cannot be read, or a kind has more than one of them.",
    why: "The controller refuses the whole object: nothing is applied any more, no push is heard.",
    failing: kustomization!(
        "  healthCheckExprs: [{apiVersion: example.org/v1, kind: Thing, current: \"status.phase = 'ready'\"}]"
    ),
    fixed: kustomization!(
        "  healthCheckExprs: [{apiVersion: example.org/v1, kind: Thing, current: \"status.phase == 'ready'\"}]"
    ),
    check: Check::Repository(check),
};

/// What the filter of a Receiver is told: the request, the object, and who sent it where a token says so
/// (`internal/server/receiver_resource_filter.go` of notification-controller).
const OF_FILTERS: [&str; 3] = ["req", "res", "claims"];

fn check(subject: &Subject<'_>, found: &mut Found) {
    for object in subject.objects() {
        entries(&object, found);
        for (node, known) in expressions(&object) {
            let wrong = match variables(node.value_text()) {
                Err(why) => format!("it cannot be read: {}", why.lines().next().unwrap_or_default()),
                Ok(names) => {
                    match names.iter().find(|name| !known.is_empty() && !known.contains(&name.as_str())) {
                        Some(name) => format!("there is no `{name}`, only {}", known.join(", ")),
                        // What says that something is healthy is evaluated only where there is something.
                        None if !known.is_empty() && is_no_truth(node.value_text()) => {
                            "it is neither true nor false".to_owned()
                        }
                        None => continue,
                    }
                }
            };
            let message = format!("{}: the expression `{}`: {wrong}", object.title(), node.value_text());
            found.at(object.place(node), message, "write it in CEL: https://cel.dev");
        }
    }
}

/// A kind has one entry, whatever its version, and that says what is healthy (`NewStatusReader` in `runtime/cel` of `github.com/fluxcd/pkg`).
fn entries(object: &Object<'_>, found: &mut Found) {
    if !object.is_kustomization() {
        return;
    }
    let mut kinds = BTreeSet::new();
    for check in object.items(&["spec", "healthCheckExprs"]) {
        if let Some(current) = at(check, &["current"]).filter(|current| current.value_text().is_empty()) {
            let message = format!("{}: `healthCheckExprs` does not say when it is `current`", object.title());
            found.at(object.place(current), message, "write in CEL when the object is healthy");
        }
        let (version, kind) = (text(check, &["apiVersion"]), text(check, &["kind"]));
        let group = version.split_once('/').map_or("", |(group, _)| group);
        if !kinds.insert((group, kind)) {
            let message = format!(
                "{}: `healthCheckExprs` has a second entry for `{kind}` of `{group}`",
                object.title()
            );
            found.at(object.place(check), message, "write one entry for each kind");
        }
    }
}

/// The expressions of an object, each with the variables that it may use; none are given where that is not known before it is evaluated.
fn expressions<'s>(object: &Object<'s>) -> Vec<(&'s Node, &'static [&'static str])> {
    if object.is_kustomization() {
        let checks = object.items(&["spec", "healthCheckExprs"]);
        let fields = ["current", "failed", "inProgress"];
        let all = checks.iter().flat_map(|check| fields.into_iter().filter_map(|field| at(check, &[field])));
        // An empty one counts as left out.
        return all.filter(|node| !node.value_text().is_empty()).map(|node| (node, &[][..])).collect();
    }
    if object.is("notification.toolkit.fluxcd.io", "Receiver")
        && !text(object.node, &["spec", "resourceFilter"]).is_empty()
    {
        return object
            .at(&["spec", "resourceFilter"])
            .map(|node| (node, &OF_FILTERS[..]))
            .into_iter()
            .collect();
    }
    Vec::new()
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::lint;

    #[test]
    fn a_kind_has_one_entry() {
        let check = |version: &str, kind: &str| {
            format!("{{apiVersion: {version}, kind: {kind}, current: \"status.a == 'b'\"}}")
        };
        let of = |other: &str| {
            let kustomization = format!(
                "#- k/k.yaml\napiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {{name: a, namespace: n}}\n\
                 spec: {{path: ./a, interval: 1m, prune: true, sourceRef: {{kind: GitRepository, name: own}}, healthCheckExprs: [{}, {other}]}}\n",
                check("example.org/v1", "Thing")
            );
            lint(&kustomization).into_iter().filter(|found| found.code == super::RULE.code).count()
        };
        assert_eq!(of("{apiVersion: a.org/v1, kind: Thing, current: ''}"), 1);
        assert_eq!(of(&check("example.org/v2", "Thing")), 1);
        assert_eq!(of(&check("example.org/v1", "Other")), 0);
        assert_eq!(of(&check("other.org/v1", "Thing")), 0);
    }

    #[test]
    fn what_says_that_something_is_healthy_may_be_of_any_type() {
        let of = |current: &str| {
            let kustomization = format!(
                "#- k/k.yaml\napiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {{name: a, namespace: n}}\n\
                 spec: {{path: ./a, interval: 1m, prune: true, sourceRef: {{kind: GitRepository, name: own}}, healthCheckExprs: \
                 [{{apiVersion: a.org/v1, kind: Thing, current: '{current}'}}]}}\n"
            );
            lint(&kustomization).into_iter().filter(|found| found.code == super::RULE.code).count()
        };
        assert_eq!((of("-1"), of("")), (0, 1));
    }

    #[test]
    fn a_filter_knows_the_request_and_the_object_only() {
        let of = |filter: &str| {
            let receiver = format!(
                "#- k/r.yaml\napiVersion: notification.toolkit.fluxcd.io/v1\nkind: Receiver\nmetadata: {{name: r, namespace: n}}\nspec: {{type: generic, resourceFilter: \"{filter}\"}}\n"
            );
            lint(&receiver).into_iter().filter(|found| found.code == super::RULE.code).count()
        };
        assert_eq!((of("req.a == res.metadata.name"), of("request.a == res.b"), of("")), (0, 1, 0));
        assert_eq!((of("-1"), of("'a'"), of("true"), of("'a' == 'b'")), (1, 1, 0, 0));
    }
}
