use flux::object::ObjectKey;
use kustomize_rs::yaml::node::Node;
use yamltree::diagnostic::Severity;

use crate::rule::{Check, Found, Rule};
use crate::subject::Subject;

/// A Receiver, and what its Secret holds.
macro_rules! receiver_with {
    ($data:literal) => {
        concat!(
            "#- k/r.yaml\napiVersion: notification.toolkit.fluxcd.io/v1\nkind: Receiver\nmetadata: {name: push, namespace: n}\nspec:\n  \
             type: generic\n  secretRef: {name: hook}\n  resources: [{kind: GitRepository, name: web}]\n---\napiVersion: v1\nkind: \
             Secret\nmetadata: {name: hook, namespace: n}\n",
            $data,
            "\n---\napiVersion: source.toolkit.fluxcd.io/v1\nkind: GitRepository\nmetadata: {name: web, namespace: n}\nspec: {interval: \
             1h, url: https://git.example.org/web, ref: {branch: main}}\n"
        )
    };
}

pub(super) const RULE: Rule = Rule {
    code: "flux/receiver-token",
    severity: Severity::Error,
    says: "The Secret of a Receiver has no key `token`.",
    why: "The Receiver gets no address then, and whoever pushes cannot tell Flux.",
    failing: receiver_with!("stringData: {password: abcdef}"),
    fixed: receiver_with!("stringData: {token: abcdef}"),
    check: Check::Repository(check),
};

/// The key as notification-controller reads it: `token` in receiver_controller.go.
const KEY: &str = "token";

fn check(subject: &Subject<'_>, found: &mut Found) {
    let receivers = subject
        .objects()
        .filter(|object| (object.group(), object.kind()) == ("notification.toolkit.fluxcd.io", "Receiver"));
    for receiver in receivers {
        let Some(name) = receiver.at(&["spec", "secretRef", "name"]) else {
            // With a `spec` the API server asks for it.
            if receiver.at(&["spec"]).is_none() {
                let message = format!("{}: it names no Secret", receiver.title());
                found.at(receiver.place(receiver.node), message, "write `spec` with its `secretRef`");
            }
            continue;
        };
        if name.value_text().is_empty() {
            let message = format!("{}: it names no Secret", receiver.title());
            found.at(receiver.place(name), message, "write the name of the Secret that holds `token`");
        }
        let key = ObjectKey::new("Secret", &receiver.key().namespace, name.value_text());
        let mut has_key = subject.rendered(&key).map(|secret| has_token(&secret.node)).peekable();
        if has_key.peek().is_some() && !has_key.any(|has| has) {
            let message = format!("{}: {key} has no `{KEY}`", receiver.title());
            found.at(receiver.place(name), message, format!("put the shared secret below `{KEY}` in it"));
        }
    }
}

fn has_token(secret: &Node) -> bool {
    ["data", "stringData"].iter().any(|field| secret.get(field).is_some_and(|data| data.get(KEY).is_some()))
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::lint;

    #[test]
    fn a_receiver_without_a_spec_is_told() {
        let bare = "#- k/r.yaml\napiVersion: notification.toolkit.fluxcd.io/v1\nkind: Receiver\nmetadata: {name: push, namespace: n}\n";
        assert!(lint(bare).iter().any(|found| found.code == RULE.code));
    }
}
