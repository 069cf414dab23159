use crate::changed::{Changed, annotation_path};
use crate::rule::{Check, Example, Found, Rule};
use crate::subject::KUSTOMIZE;
use crate::{Class, Severity};

pub(super) const RULE: Rule = Rule {
    code: "data/force",
    class: Class::DataLoss,
    severity: Severity::Caution,
    says: "What cannot be changed is deleted and made anew.",
    why: "With `force`, a field that cannot change costs the whole object: a claim comes back empty, a Service with another \
          address.",
    first: "Set it for one object and one change, and take it off again.",
    example: Example {
        of: kustomization!("force: <>", ""),
        before: "false",
        after: "true",
        harmless: r#"false
  retryInterval: 5m"#,
    },
    check: Check::Object(check),
};

fn check(changed: &Changed<'_>, found: &mut Found) {
    for keys in ["spec.force", "spec.upgrade.force", "spec.rollback.force"] {
        if changed.is_flux()
            && let Some(two) = changed.differs(keys)
            && *two.after == true
        {
            found.field(changed, keys, format!("{keys} {two}"));
        }
    }
    let key = format!("{KUSTOMIZE}/force");
    let (before, after) = changed.annotations(&key);
    if changed.stays() && after.eq_ignore_ascii_case("enabled") && !before.eq_ignore_ascii_case("enabled") {
        found.at(changed, annotation_path(&key), format!("`{key}: {after}`"));
    }
}
