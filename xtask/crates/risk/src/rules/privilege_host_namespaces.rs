use crate::changed::{Changed, at};
use crate::pods::pods;
use crate::rule::{Check, Example, Found, Rule};
use crate::{Class, Severity};

pub(super) const RULE: Rule = Rule {
    code: "privilege/host-namespaces",
    class: Class::Privilege,
    severity: Severity::Danger,
    says: "Pods share the network, the processes or the memory of the server.",
    why: "They see and reach what belongs to the server and to other pods, past every NetworkPolicy.",
    first: "Use a Service; what must read the server's network gets a DaemonSet of its own.",
    example: Example {
        of: deployment!(
            "",
            "hostNetwork: <>",
            "image: docker.io/nginx:1.29.2\n        readinessProbe: {tcpSocket: {port: 80}}\n        "
        ),
        before: "false",
        after: "true",
        harmless: r#"false
      hostIPC: false"#,
    },
    check: Check::Object(check),
};

fn check(changed: &Changed<'_>, found: &mut Found) {
    let Some(pods) = pods(changed) else { return };
    for field in ["hostNetwork", "hostPID", "hostIPC"] {
        if *at(pods.after, field) == true && *at(pods.before, field) != true {
            found.at(changed, pods.path(field), format!("{field} is switched on"));
        }
    }
    if *at(pods.before, "hostUsers") == false && *at(pods.after, "hostUsers") != false {
        found.at(changed, pods.path("hostUsers"), "hostUsers false → true");
    }
}
