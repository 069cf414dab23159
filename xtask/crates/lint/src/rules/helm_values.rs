use flux::object::ObjectKey;
use flux::releases;
use flux::render::Encrypted;
use flux::values::{Reason, Reference};
use yamltree::diagnostic::Severity;

use crate::rule::{Check, Found, Rule};
use crate::subject::{Object, Subject};

/// A release that takes its values from a ConfigMap with these data.
macro_rules! values_from {
    ($data:literal) => {
        concat!(
            "#- k/r.yaml\napiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: r, namespace: n}\nspec:\n  \
             interval: 1h\n  chart: {spec: {chart: c, version: 1.2.3, sourceRef: {kind: HelmRepository, name: a}}}\n  install: \
             {strategy: {name: RetryOnFailure}}\n  valuesFrom: [{kind: ConfigMap, name: v}]\n---\napiVersion: v1\nkind: \
             ConfigMap\nmetadata: {name: v, namespace: n}\ndata: {",
            $data,
            "}\n"
        )
    };
}

pub(super) const RULE: Rule = Rule {
    code: "helm/values",
    severity: Severity::Error,
    says: "The values of a release cannot be put together.",
    why: "helm-controller stops at the first entry of `valuesFrom` that it cannot read: the release is neither installed nor updated.",
    failing: values_from!("value.yaml: 'replicas: 2'"),
    fixed: values_from!("values.yaml: 'replicas: 2'"),
    check: Check::Repository(check),
};

fn check(subject: &Subject<'_>, found: &mut Found) {
    for object in subject.objects().filter(Object::is_release) {
        let mut all = subject.rendering.parts.iter().flat_map(|part| &part.objects);
        let Some(release) = all.find(|rendered| std::ptr::eq(&rendered.node, object.node)) else {
            continue;
        };
        let Err(error) = releases::values(subject.rendering, release) else { continue };
        // What is encrypted or only known to the cluster cannot be read here; what nobody makes is told by `flux/data`.
        let key = source_of(&error.reference, &object);
        let source = subject.rendered(&key).next();
        let is_known = source.is_none_or(|of| of.encrypted == Encrypted::No && of.unknown.is_empty());
        let help = match &error.reason {
            Reason::NoObject => continue,
            Reason::UnknownKind => "take them from a ConfigMap or a Secret",
            Reason::NoKey => "correct `valuesKey` or the key in it, or mark the entry `optional: true`",
            Reason::Text(_) | Reason::Path(_) if !is_known => continue,
            Reason::Text(_) => "write a mapping of values below the key",
            Reason::Path(_) => "correct `targetPath`, or the value that is put there",
        };
        let entry = object.items(&["spec", "valuesFrom"]).get(error.index).unwrap_or(object.node);
        found.at(object.place(entry), format!("{}: {error}", object.title()), help);
    }
}

fn source_of(reference: &Reference, release: &Object<'_>) -> ObjectKey {
    ObjectKey::new(&reference.kind, &release.key().namespace, &reference.name)
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::lint;

    fn said(fixture: &str) -> Vec<String> {
        let found = lint(fixture).into_iter().filter(|found| found.code == RULE.code);
        found.map(|found| format!("{} {}", found.place, found.message)).collect()
    }

    #[test]
    fn the_entry_is_named_and_why_it_cannot_be_read() {
        assert_eq!(
            said(RULE.failing),
            ["k/r.yaml:8:16 HelmRelease n/r: `valuesFrom[0]`: ConfigMap `v` has no key `values.yaml`"]
        );
        assert_eq!(said(values_from!("values.yaml: '- a'")).len(), 1);
    }

    #[test]
    fn a_missing_key_is_forgiven_where_the_entry_is_optional() {
        assert_eq!(said(&RULE.failing.replace("name: v}]", "name: v, optional: true}]")), [""; 0]);
    }

    #[test]
    fn what_is_encrypted_is_not_judged() {
        let encrypted = values_from!("values.yaml: 'ENC[AES256_GCM,data:a,iv:b,tag:c,type:str]'");
        assert_eq!(said(&format!("{encrypted}sops: {{version: 3.9.0, mac: a}}\n")), [""; 0]);
    }
}
