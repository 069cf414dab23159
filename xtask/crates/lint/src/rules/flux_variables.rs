use yamltree::diagnostic::Severity;

use crate::rule::{Check, Found, Rule};
use crate::subject::{Subject, text};

pub(super) const RULE: Rule = Rule {
    code: "flux/variables",
    severity: Severity::Warning,
    says: "A Kustomization takes variables from a ConfigMap or Secret that nobody makes.",
    why: "The controller builds nothing until it is there, unless `optional: true` says that it may be missing.",
    failing: kustomization!(
        "  postBuild: {substituteFrom: [{kind: Secret, name: of-nobody, optional: false}]}"
    ),
    fixed: kustomization!("  postBuild: {substituteFrom: [{kind: Secret, name: of-nobody, optional: true}]}"),
    check: Check::Repository(check),
};

fn check(subject: &Subject<'_>, found: &mut Found) {
    for object in subject.objects().filter(|object| object.is_kustomization()) {
        let name = flux::render::spec::Name::of(object.node);
        let Some(part) = subject.rendering.part(&name) else { continue };
        for key in part.variables.missing.iter().filter(|key| subject.made().lacks("", key)) {
            let all = object.items(&["spec", "postBuild", "substituteFrom"]);
            let is_it = |from: &&_| text(from, &["kind"]) == key.kind && text(from, &["name"]) == key.name;
            let node = all.iter().find(is_it).unwrap_or(object.node);
            let message = format!("{}: it takes variables from {key}, which nobody makes", object.title());
            found.at(object.place(node), message, "make it, correct the name, or add `optional: true`");
        }
    }
}
