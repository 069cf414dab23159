use crate::changed::{Changed, items, text};
use crate::rule::{Check, Example, Found, Rule};
use crate::{Class, Severity};

pub(super) const RULE: Rule = Rule {
    code: "data/claim-templates",
    class: Class::DataLoss,
    severity: Severity::Danger,
    says: "The claims of a StatefulSet are described in another way.",
    why: "That cannot change in a StatefulSet: Helm and Flux fail, or delete and make it anew; the claims that are there stay as \
          they were, or are not used any more.",
    first: "Leave the templates as they are; change the claims themselves, then delete the StatefulSet with `--cascade=orphan` and \
          let Flux make it again.",
    example: Example {
        of: stateful_set!(
            "replicas: 2\n  volumeClaimTemplates: [{metadata: {name: data}, spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}, storageClassName: <>"
        ),
        before: "local-path}}]",
        after: "fast}}]",
        harmless: r#"local-path}}]
  minReadySeconds: 5"#,
    },
    check: Check::Object(check),
};

fn check(changed: &Changed<'_>, found: &mut Found) {
    if changed.is("apps", "StatefulSet")
        && let Some(two) = changed.differs("spec.volumeClaimTemplates")
    {
        let told = |value| {
            items(value).iter().map(|item| text(item, "metadata.name")).collect::<Vec<_>>().join(", ")
        };
        let (before, after) = (told(two.before), told(two.after));
        let told = if before == after {
            format!("the template of {after} changed")
        } else {
            format!("templates {before} → {after}")
        };
        found.field(changed, "spec.volumeClaimTemplates", told);
    }
}
