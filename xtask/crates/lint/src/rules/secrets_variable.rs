use yamltree::diagnostic::Severity;

use super::secrets_plain::is_secret;
use crate::rule::{Check, Found, Rule};
use crate::subject::{Owner, Subject};

pub(super) const RULE: Rule = Rule {
    code: "secrets/variable",
    severity: Severity::Warning,
    says: "A password out of a Secret is put into an object that is no Secret.",
    why: "Whoever may look at ConfigMaps, releases or Deployments then reads it, and so does every backup and log of them.",
    failing: r#"#- k/ks.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: a, namespace: flux-system}
spec:
  interval: 1h
  path: ./a
  sourceRef: {kind: GitRepository, name: flux-system}
  postBuild: {substituteFrom: [{kind: Secret, name: passwords}]}
---
apiVersion: v1
kind: Secret
metadata: {name: passwords, namespace: flux-system}
stringData: {MAIL_PASSWORD: open-sesame}
#- a/a.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: a, namespace: default}
data: {password: "${MAIL_PASSWORD}"}
"#,
    fixed: r#"#- k/ks.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: a, namespace: flux-system}
spec:
  interval: 1h
  path: ./a
  sourceRef: {kind: GitRepository, name: flux-system}
  postBuild: {substituteFrom: [{kind: Secret, name: passwords}]}
---
apiVersion: v1
kind: Secret
metadata: {name: passwords, namespace: flux-system}
stringData: {MAIL_PASSWORD: open-sesame}
#- a/a.yaml
apiVersion: v1
kind: Secret
metadata: {name: a, namespace: default}
stringData: {password: "${MAIL_PASSWORD}"}
"#,
    check: Check::Repository(check),
};

fn check(subject: &Subject<'_>, found: &mut Found) {
    // There it is known which variables are secret.
    if subject.platform().is_some() {
        return;
    }
    for object in subject.objects().filter(|object| !object.is("", "Secret")) {
        let Owner::Kustomization(name) = object.owner else { continue };
        let Some(part) = subject.rendering.part(name) else { continue };
        let rendered = part.objects.iter().find(|rendered| std::ptr::eq(&rendered.node, object.node));
        for variable in rendered.into_iter().flat_map(|rendered| &rendered.variables) {
            let from = part.variables.get(variable).and_then(|known| known.from.as_ref());
            let Some(from) = from.filter(|from| from.kind == "Secret" && is_secret(variable)) else {
                continue;
            };
            let message = format!("{}: `${{{variable}}}` out of {from} can be read here", object.title());
            found.at(
                object.place(object.node),
                message,
                "put it into a Secret, and let this name the Secret",
            );
        }
    }
}
