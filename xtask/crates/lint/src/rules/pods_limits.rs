use yamltree::diagnostic::Severity;

use super::pods_requests::Defaults;
use crate::rule::{Check, Found, Rule};
use crate::subject::{Subject, at};

pub(super) const RULE: Rule = Rule {
    code: "pods/limits",
    severity: Severity::Warning,
    says: "Nothing limits the memory of a container.",
    why: "A leak in it takes the memory of everything else on the server, and the kernel ends whichever process it likes.",
    failing: deployment!(
        "docker.io/nginx:1.29.2",
        r#"        resources: {requests: {cpu: 10m, memory: 32Mi}}
"#
    ),
    fixed: deployment!(
        "docker.io/nginx:1.29.2",
        r#"        resources: {requests: {cpu: 10m, memory: 32Mi}, limits: {memory: 64Mi}}
"#
    ),
    check: Check::Repository(check),
};

fn check(subject: &Subject<'_>, found: &mut Found) {
    let defaults = Defaults::of(subject);
    for object in subject.objects().filter(|object| !object.is_test()) {
        // A limit of the whole pod is one.
        let of_pod = object.pod().and_then(|pod| at(pod, &["resources", "limits", "memory"]));
        if of_pod.is_some() || defaults.limits.contains(&object.key().namespace) {
            continue;
        }
        for (name, container) in object.containers() {
            if at(container, &["resources", "limits", "memory"]).is_none() {
                let message = format!("{}: nothing limits the memory of container `{name}`", object.title());
                found.at(object.place(container), message, "set `resources.limits.memory`");
            }
        }
    }
}
