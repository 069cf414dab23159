use crate::changed::{Changed, text};
use crate::pods::pods;
use crate::rule::{Check, Example, Found, Rule};
use crate::{Class, Severity};

pub(super) const RULE: Rule = Rule {
    code: "privilege/service-account",
    class: Class::Privilege,
    severity: Severity::Caution,
    says: "Pods run as another ServiceAccount.",
    why: "They may do what that one may, and no longer what the old one might.",
    first: "Look at its roles (`kubectl auth can-i --list --as system:serviceaccount:NAMESPACE:NAME`).",
    example: Example {
        of: deployment!(
            "",
            "serviceAccountName: <>",
            "image: docker.io/nginx:1.29.2\n        readinessProbe: {tcpSocket: {port: 80}}\n        "
        ),
        before: "web",
        after: "admin",
        harmless: r#"web
      enableServiceLinks: false"#,
    },
    check: Check::Object(check),
};

fn check(changed: &Changed<'_>, found: &mut Found) {
    let Some(pods) = pods(changed).filter(|_| changed.stays()) else { return };
    let name = |pods| match text(pods, "serviceAccountName") {
        "" => "default",
        name => name,
    };
    let (before, after) = (name(pods.before), name(pods.after));
    if before != after {
        found.at(changed, pods.path("serviceAccountName"), format!("serviceAccountName {before} → {after}"));
    }
}
