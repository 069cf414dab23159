use crate::changed::{Changed, at};
use crate::pods::pods;
use crate::rule::{Check, Example, Found, Rule};
use crate::{Class, Severity};

pub(super) const RULE: Rule = Rule {
    code: "privilege/token",
    class: Class::Privilege,
    severity: Severity::Caution,
    says: "Pods get the token of their ServiceAccount, which they had not.",
    why: "Whoever breaks into one can ask the API server for all that the account may.",
    first: "Leave `automountServiceAccountToken: false` where a program does not talk to the API server.",
    example: Example {
        of: deployment!(
            "",
            "automountServiceAccountToken: <>",
            "image: docker.io/nginx:1.29.2\n        readinessProbe: {tcpSocket: {port: 80}}\n        "
        ),
        before: "false",
        after: "true",
        harmless: r#"false
      dnsPolicy: ClusterFirst"#,
    },
    check: Check::Object(check),
};

fn check(changed: &Changed<'_>, found: &mut Found) {
    let field = "automountServiceAccountToken";
    if let Some(pods) = pods(changed)
        && *at(pods.before, field) == false
        && *at(pods.after, field) != false
    {
        found.at(changed, pods.path(field), format!("{field} false → true"));
    }
    if let Some(two) =
        changed.differs(field).filter(|two| changed.is("", "ServiceAccount") && *two.before == false)
    {
        found.field(changed, field, format!("{field} {two}"));
    }
}
