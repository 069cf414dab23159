use crate::changed::{Changed, at, texts};
use crate::pods::pods;
use crate::rule::{Check, Example, Found, Rule};
use crate::{Class, Severity};

pub(super) const RULE: Rule = Rule {
    code: "privilege/privileged",
    class: Class::Privilege,
    severity: Severity::Danger,
    says: "A container may do what the server may.",
    why: "`privileged`, or a capability such as SYS_ADMIN, is root on the server: whoever breaks into the container has all of \
          it.",
    first: "Name the capabilities that are needed, and drop all others.",
    example: Example {
        of: deployment!(
            "",
            "",
            "image: docker.io/nginx:1.29.2\n        readinessProbe: {tcpSocket: {port: 80}}\n        securityContext: {privileged: <>}"
        ),
        before: "false",
        after: "true",
        harmless: "false, runAsNonRoot: true",
    },
    check: Check::Object(check),
};

pub(super) const STRONG: [&str; 8] =
    ["ALL", "SYS_ADMIN", "SYS_MODULE", "SYS_PTRACE", "SYS_RAWIO", "DAC_READ_SEARCH", "BPF", "NET_ADMIN"];

fn check(changed: &Changed<'_>, found: &mut Found) {
    let Some(pods) = pods(changed) else { return };
    for container in pods.containers() {
        let keys = "securityContext.privileged";
        if *at(container.after, keys) == true && *at(container.before, keys) != true {
            found.at(
                changed,
                container.path(keys),
                format!("container {} becomes privileged", container.name),
            );
        }
        let keys = "securityContext.capabilities.add";
        let old: Vec<&str> = texts(at(container.before, keys)).collect();
        for capability in
            texts(at(container.after, keys)).filter(|it| STRONG.contains(it) && !old.contains(it))
        {
            found.at(
                changed,
                container.path(keys),
                format!("container {}: capability {capability}", container.name),
            );
        }
    }
}
