use flux::diff::Segment;

use crate::changed::Changed;
use crate::rule::{Check, Example, Found, Rule};
use crate::{Class, Severity};

pub(super) const RULE: Rule = Rule {
    code: "data/persistence-off",
    class: Class::DataLoss,
    severity: Severity::Danger,
    says: "The values of a release switch off its persistent storage.",
    why: "The chart then takes its claim away, and the pods start empty.",
    first: "Back up the data, and look at the release as it is rendered (`--charts`).",
    example: Example {
        of: r#"apiVersion: v1
kind: ConfigMap
metadata: {name: values, namespace: shop}
data:
  values.yaml: |
    persistence: {enabled: <>}
"#,
        before: "true",
        after: "false",
        harmless: "true, size: 5Gi",
    },
    check: Check::Object(check),
};

fn check(changed: &Changed<'_>, found: &mut Found) {
    if !changed.is("", "ConfigMap") && !changed.is_flux() {
        return;
    }
    for field in changed.change.fields.iter().filter(|field| !field.is_secret) {
        let key = |segment: Option<&Segment>| match segment {
            Some(Segment::Key(key)) => key.to_lowercase(),
            _ => String::new(),
        };
        let mut back = field.path.segments().iter().rev();
        let (last, above) = (key(back.next()), key(back.next()));
        let is_switch = last == "enabled"
            && matches!(above.as_str(), "persistence" | "nextclouddata" | "storage" | "backup" | "backups");
        let is_off = field.after.as_ref().is_some_and(|value| *value == false)
            && field.before.as_ref().is_none_or(|value| *value == true);
        if is_switch && is_off && field.before.is_some() {
            found.at(changed, field.path.clone(), format!("{} true → false", field.path));
        }
    }
}
