use kustomize_rs::yaml::node::Node;
use yamltree::diagnostic::Severity;

use crate::rule::{Check, Found, Rule};
use crate::subject::{Owner, Subject};

pub(super) const RULE: Rule = Rule {
    code: "secrets/plain",
    severity: Severity::Warning,
    says: "A Secret has a value that is written in the repository as it is.",
    why: "Whoever can read the repository, or a copy of it from years ago, has the password; and every cluster that follows it has the same.",
    failing: r#"#- k/a.yaml
apiVersion: v1
kind: Secret
metadata: {name: a, namespace: default}
stringData: {password: open-sesame}
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
#- a/a.yaml
apiVersion: v1
kind: Secret
metadata: {name: a, namespace: default}
stringData: {password: "${password}"}
"#,
    check: Check::Repository(check),
};

/// Ends of keys whose values are meant to be known to nobody.
const SECRET: [&str; 9] = [
    "password",
    "passwd",
    "token",
    "secret",
    "apikey",
    "privatekey",
    "secretkey",
    "credentials",
    "passphrase",
];

/// Does a name say that its value is meant to be known to nobody?
pub(super) fn is_secret(name: &str) -> bool {
    let name: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    SECRET.iter().any(|end| name.to_ascii_lowercase().ends_with(end))
}

fn check(subject: &Subject<'_>, found: &mut Found) {
    let objects = subject.objects().filter(|object| object.is("", "Secret"));
    for object in objects.filter(|object| matches!(object.owner, Owner::Kustomization(_))) {
        let Owner::Kustomization(name) = object.owner else { continue };
        let part = subject.rendering.part(name);
        let rendered = part.and_then(|part| part.objects.iter().find(|o| std::ptr::eq(&o.node, object.node)));
        let Some(rendered) = rendered.filter(|o| o.encrypted == flux::render::Encrypted::No) else {
            continue;
        };
        for list in ["data", "stringData"] {
            for field in object.at(&[list]).map_or(&[][..], Node::fields) {
                let path = format!("{list}.{}", field.key);
                // What a variable was put into is not what is written.
                let is_written = !rendered.before.iter().any(|(at, _)| *at == path);
                if is_secret(&field.key) && is_written && !field.value.value_text().is_empty() {
                    let message = format!("{}: `{path}` is written in the repository", object.title());
                    let help = "take it from a variable, encrypt it with SOPS, or let an operator make it";
                    found.at(object.place(&field.value), message, help);
                }
            }
        }
    }
}
