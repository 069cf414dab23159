use flux::diff::OwnerKind;

use crate::changed::{Changed, annotation};
use crate::rule::{Check, Example, Found, Rule};
use crate::subject::KUSTOMIZE;
use crate::{Class, Severity};

pub(super) const RULE: Rule = Rule {
    code: "downtime/job-template",
    class: Class::Downtime,
    severity: Severity::Danger,
    says: "A Job changes that has been made already.",
    why: "The pods of a Job cannot change: Helm and Flux fail until the Job is deleted.",
    first: "Give it a name with a version, or the annotation `kustomize.toolkit.fluxcd.io/force: enabled`.",
    example: Example {
        of: r#"apiVersion: batch/v1
kind: Job
metadata: {name: migrate, namespace: shop}
spec:
  template: {spec: {restartPolicy: Never, containers: [{name: main, image: docker.io/busybox:1.37.0, command: [<>]}]}}
"#,
        before: "migrate",
        after: "migrate, --all",
        harmless: r#"migrate]}]}}
  ttlSecondsAfterFinished: 60
  # [[{{{{"#,
    },
    check: Check::Object(check),
};

fn check(changed: &Changed<'_>, found: &mut Found) {
    let is_hook = ["helm.sh/hook", "argocd.argoproj.io/hook"]
        .iter()
        .any(|key| !annotation(changed.after, key).is_empty());
    let forces = changed
        .subject
        .diff
        .owner(&changed.change.owner)
        .and_then(|o| o.after.as_ref())
        .is_some_and(|after| after.forces);
    let is_forced = changed.change.owner.kind == OwnerKind::Kustomization
        && annotation(changed.after, &format!("{KUSTOMIZE}/force")).eq_ignore_ascii_case("enabled");
    if !changed.is("batch", "Job") || is_hook || forces || is_forced {
        return;
    }
    for keys in ["spec.template", "spec.completions", "spec.completionMode"] {
        if changed.differs(keys).is_some() {
            found.field(changed, keys, format!("{keys} changed"));
        }
    }
}
