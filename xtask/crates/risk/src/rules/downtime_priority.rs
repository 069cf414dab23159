use crate::changed::{Changed, text};
use crate::pods::pods;
use crate::rule::{Check, Example, Found, Rule};
use crate::{Class, Severity};

pub(super) const RULE: Rule = Rule {
    code: "downtime/priority",
    class: Class::Downtime,
    severity: Severity::Caution,
    says: "Pods lose their priority.",
    why: "When memory is short they are the first to be put out, before those that matter less.",
    first: "Name a class that is there.",
    example: Example {
        of: deployment!(
            "",
            "priorityClassName: <>",
            "image: docker.io/nginx:1.29.2\n        readinessProbe: {tcpSocket: {port: 80}}"
        ),
        before: "apps",
        after: "''",
        harmless: r#"apps
      terminationGracePeriodSeconds: 60"#,
    },
    check: Check::Object(check),
};

fn check(changed: &Changed<'_>, found: &mut Found) {
    let Some(pods) = pods(changed) else { return };
    let name = |pods| text(pods, "priorityClassName");
    let (before, after) = (name(pods.before), name(pods.after));
    if !before.is_empty() && after.is_empty() {
        found.at(changed, pods.path("priorityClassName"), format!("priorityClassName {before} → none"));
    }
}
