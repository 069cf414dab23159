use serde_json::Value;

use crate::changed::{Changed, at, items, text};
use crate::rule::{Check, Example, Found, Rule};
use crate::{Class, Severity};

pub(super) const RULE: Rule = Rule {
    code: "update/definition-version",
    class: Class::UpdateFlow,
    severity: Severity::Danger,
    says: "A version of a kind is served or stored no longer, or the kind gets another name.",
    why: "Objects of that version cannot be read or applied any more; the API server refuses to take away a version that it has \
          stored.",
    first: "Change every object to the new version, let all be stored again, and take the old one away after that.",
    example: Example {
        of: r#"apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: things.example.org}
spec:
  group: example.org
  scope: Namespaced
  names: {kind: Thing, plural: things}
  versions: [{name: v1, served: true, storage: true}<>]
"#,
        before: ", {name: v1beta1, served: true, storage: false}",
        after: ", {name: v1beta1, served: false, storage: false}",
        harmless: ", {name: v1beta1, served: true, storage: false}, {name: v2, served: true, storage: false}",
    },
    check: Check::Object(check),
};

fn check(changed: &Changed<'_>, found: &mut Found) {
    if !changed.is("apiextensions.k8s.io", "CustomResourceDefinition") || !changed.stays() {
        return;
    }
    let versions = "spec.versions";
    let after = items(at(changed.after, versions));
    let find = |name: &str| after.iter().find(|it| text(it, "name") == name);
    for old in items(at(changed.before, versions)) {
        let name = text(old, "name");
        let is =
            |version: Option<&Value>, what: &str| version.is_some_and(|version| *at(version, what) == true);
        let new = find(name);
        if new.is_none() {
            found.field(changed, versions, format!("version {name} is gone"));
        } else if is(Some(old), "served") && !is(new, "served") {
            found.field(changed, versions, format!("version {name} is served no longer"));
        } else if is(Some(old), "storage") && !is(new, "storage") {
            let other = after.iter().find(|it| is(Some(it), "storage")).map_or("none", |it| text(it, "name"));
            found.field(changed, versions, format!("stored as {name} → {other}"));
        }
    }
    for keys in ["spec.group", "spec.scope", "spec.names.kind", "spec.names.plural"] {
        if let Some(two) = changed.differs(keys) {
            found.field(changed, keys, format!("{} {two}", keys.trim_start_matches("spec.")));
        }
    }
}
