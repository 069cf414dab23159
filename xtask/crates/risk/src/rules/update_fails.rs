use flux::diff::{FieldPath, OwnerKey};

use crate::rule::{Check, Example, Found, Rule};
use crate::subject::{Subject, identity};
use crate::{Class, Severity};

pub(super) const RULE: Rule = Rule {
    code: "update/fails",
    class: Class::UpdateFlow,
    severity: Severity::Danger,
    says: "Something cannot be built any more.",
    why: "Flux keeps what was applied last, and nothing of it arrives until it can be built again.",
    first: "Put it right; `lint` and `build` show where it is.",
    example: Example {
        of: r#"#- k/ks.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: shop, namespace: flux-system}
spec: {interval: 1h, path: ./<>, prune: true, sourceRef: {kind: GitRepository, name: flux-system}}
#- shop/c.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: c, namespace: shop}
"#,
        before: "shop",
        after: "shopp",
        harmless: "shop, retryInterval: 5m",
    },
    check: Check::All(check),
};

fn check(subject: &Subject<'_>, found: &mut Found) {
    for fault in &subject.diff.faults {
        if let Some(after) = &fault.after {
            let told = if fault.before.is_some() { "still fails, in another way" } else { "fails" };
            let reason = format!("{told}: {}", message(&fault.owner, &after.message));
            found.on(identity(&fault.owner), &fault.owner, FieldPath::default(), reason);
        }
    }
}

/// The message on one line, without the name of who fails.
pub(super) fn message(owner: &OwnerKey, message: &str) -> String {
    let line = message.split_whitespace().collect::<Vec<_>>().join(" ");
    line.strip_prefix(&format!("{owner}: ")).map_or(line.clone(), str::to_owned)
}
