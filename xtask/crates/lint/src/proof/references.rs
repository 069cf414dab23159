use std::collections::BTreeMap;

use flux::object::ObjectKey;
use flux::render::variables::Data;

use super::{Check, Proof};
use crate::rule::Found;
use crate::rules::references;

pub(super) const CHECK: Check = Check {
    code: "verify/references",
    says: "Every ConfigMap, Secret and claim that a pod needs is made by somebody who is known, with the keys that it needs.",
    is_of_all: true,
    check,
};

fn check(proof: &Proof<'_>, found: &mut Found) {
    let made = proof.subject.made();
    let data = proof
        .subject
        .objects()
        .filter_map(|object| Some((object.key(), flux::render::data_of(object.node)?.1)));
    let data: BTreeMap<ObjectKey, Data> = data.collect();
    for object in proof.subject.objects().filter(|object| !object.is_test()) {
        let namespace = object.key().namespace;
        for reference in references(&object) {
            let key = ObjectKey::new(reference.kind, &namespace, reference.name.value_text());
            if key.name.is_empty() || key.name == "kube-root-ca.crt" {
                continue;
            }
            let place = object.place(reference.name);
            if !made.is_made("", &key) {
                // What is sure to be made by nobody is told by a rule.
                if !made.lacks("", &key) {
                    let message =
                        format!("{}: it needs {key}, and nobody is known to make it", object.title());
                    found.at(place, message, "make it in the component, or correct the name");
                }
            } else if let (Some(wanted), Some(data)) = (reference.key, data.get(&key))
                && !data.contains_key(wanted.value_text())
            {
                let message = format!(
                    "{}: it needs `{}` of {key}, which has no such key",
                    object.title(),
                    wanted.value_text()
                );
                found.at(place, message, "add the key, or correct its name");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::proof::tests::{Example, deployment};

    const TITLE: &str = "Deployment oas-apps/blog of HelmRelease oas-apps/blog";

    fn of(app: &str, container: &str) -> Vec<String> {
        Example { app, chart: &deployment("blog", container), ..Example::default() }
            .found("verify/references")
    }

    #[test]
    fn a_key_that_the_secret_does_not_have_is_told() {
        let secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\nstringData: {right: b}\n";
        let asks =
            |key: &str| format!("env: [{{name: A, valueFrom: {{secretKeyRef: {{name: a, key: {key}}}}}}}]");
        assert_eq!(of(secret, &asks("right")), [""; 0]);
        assert_eq!(
            of(secret, &asks("wrong")),
            [format!("{TITLE}: it needs `wrong` of Secret oas-apps/a, which has no such key")]
        );
        assert_eq!(of(secret, &asks("wrong, optional: true")), [""; 0]);
    }

    #[test]
    fn what_only_an_unknown_operator_may_make_is_told() {
        let unknown = "apiVersion: unknown.example.org/v1\nkind: Maker\nmetadata: {name: m}\n";
        let asks = "envFrom: [{secretRef: {name: a}}]";
        assert_eq!(
            of(unknown, asks),
            [format!("{TITLE}: it needs Secret oas-apps/a, and nobody is known to make it")]
        );
    }
}
