use flux::object::ObjectKey;
use yamltree::diagnostic::Severity;

use crate::rule::{Check, Found, Rule};
use crate::subject::{Subject, at};

pub(super) const RULE: Rule = Rule {
    code: "pods/service-account",
    severity: Severity::Error,
    says: "A pod runs as a ServiceAccount that nobody makes.",
    why: "The API server refuses each of its pods; the Deployment is there, and nothing runs.",
    failing: deployment!(
        "docker.io/nginx:1.29.2",
        r#"        resources: {requests: {cpu: 10m, memory: 32Mi}, limits: {memory: 64Mi}}
      serviceAccountName: web
"#
    ),
    fixed: deployment!(
        "docker.io/nginx:1.29.2",
        r#"        resources: {requests: {cpu: 10m, memory: 32Mi}, limits: {memory: 64Mi}}
      serviceAccountName: web
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: web, namespace: default}
"#
    ),
    check: Check::Repository(check),
};

fn check(subject: &Subject<'_>, found: &mut Found) {
    for object in subject.objects() {
        let Some(pod) = object.pod() else { continue };
        let fields = ["serviceAccountName", "serviceAccount"];
        let Some(account) = fields.iter().find_map(|field| at(pod, &[field])) else { continue };
        let key = ObjectKey::new("ServiceAccount", &object.key().namespace, account.value_text());
        if !matches!(key.name.as_str(), "" | "default") && subject.made().lacks("", &key) {
            let message = format!("{}: it runs as {key}, which nobody makes", object.title());
            found.at(object.place(account), message, "make the ServiceAccount, or correct the name");
        }
    }
}
