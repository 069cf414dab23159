use kustomize_rs::yaml::node::Node;
use validation::Lookup;
use yamltree::diagnostic::Severity;

use crate::rule::{Check, Found, Rule};
use crate::subject::{Object, Subject};

pub(super) const RULE: Rule = Rule {
    code: "helm/null",
    severity: Severity::Error,
    says: "A custom resource has a field that is null.",
    why: "Helm 4 and Flux apply on the server, where null is a value: a definition that does not say `nullable` refuses it, although a plain `kubectl create` would take it.",
    failing: r#"#- k/a.yaml
apiVersion: example.org/v1
kind: Thing
metadata: {name: a, namespace: default}
spec: {settings: }
"#,
    fixed: r#"#- k/a.yaml
apiVersion: example.org/v1
kind: Thing
metadata: {name: a, namespace: default}
spec: {settings: {}}
"#,
    check: Check::Repository(check),
};

fn check(subject: &Subject<'_>, found: &mut Found) {
    // Where the kind is known, `api/type` knows which fields may be null.
    let is_known = |object: &Object<'_>| matches!(subject.lookup(object), Some(Lookup::Known(_)));
    subject.objects().filter(|object| !is_known(object)).for_each(|object| of_object(&object, found));
}

fn of_object(object: &Object<'_>, found: &mut Found) {
    let is_built_in = |group: &str| group.is_empty() || !group.contains('.') || group.ends_with(".k8s.io");
    // Values of releases may hold null on purpose: it removes what the chart sets.
    if is_built_in(object.group()) || object.is_release() {
        return;
    }
    if let Some(spec) = object.at(&["spec"]) {
        look(object, spec, "spec", found);
    }
}

fn look(object: &Object<'_>, node: &Node, path: &str, found: &mut Found) {
    for field in node.fields() {
        let below = format!("{path}.{}", field.key);
        if field.value.is_null() {
            let message = format!("{}: `{below}` is null", object.title());
            found.at(
                object.place(&field.value),
                message,
                "write a value, `{}` or `[]`, or leave the field out",
            );
        }
        look(object, &field.value, &below, found);
    }
    node.items()
        .iter()
        .enumerate()
        .for_each(|(index, item)| look(object, item, &format!("{path}.{index}"), found));
}
