use crate::changed::{Changed, at, items, text};
use crate::rule::{Check, Example, Found, Rule};
use crate::{Class, Severity};

pub(super) const RULE: Rule = Rule {
    code: "downtime/webhook",
    class: Class::Downtime,
    severity: Severity::Caution,
    says: "Requests to the API server are refused when a webhook does not answer.",
    why: "While its pods are down nothing that it is asked about can be changed, often not even what would start them again.",
    first: "Leave `failurePolicy: Ignore`, or leave out the namespaces that the webhook itself needs.",
    example: Example {
        of: r#"apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: {name: check}
webhooks: [{name: a.example.org, failurePolicy: <>}]
"#,
        before: "Ignore",
        after: "Fail",
        harmless: "Ignore, timeoutSeconds: 5",
    },
    check: Check::Object(check),
};

fn check(changed: &Changed<'_>, found: &mut Found) {
    if changed.change.object.group != "admissionregistration.k8s.io" || !changed.stays() {
        return;
    }
    let fails = |hook: &serde_json::Value| text(hook, "failurePolicy") != "Ignore";
    for hook in items(at(changed.after, "webhooks")).iter().filter(|hook| fails(hook)) {
        let name = text(hook, "name");
        let old = items(at(changed.before, "webhooks")).iter().find(|old| text(old, "name") == name);
        if !old.is_some_and(fails) {
            found.field(changed, "webhooks", format!("webhook {name}: failurePolicy Fail"));
        }
    }
}
