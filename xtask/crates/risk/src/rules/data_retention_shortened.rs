use flux::diff::{FieldChange, Segment};

use crate::amount::{quantity_of, seconds};
use crate::changed::Changed;
use crate::rule::{Check, Example, Found, Rule};
use crate::shown::shown;
use crate::{Class, Severity};

pub(super) const RULE: Rule = Rule {
    code: "data/retention-shortened",
    class: Class::DataLoss,
    severity: Severity::Caution,
    says: "Metrics, logs or backups are kept for a shorter time or in less space.",
    why: "What is older is deleted at once, and does not come back when the time is made longer again.",
    first: "Copy what is still needed.",
    example: Example {
        of: r#"apiVersion: monitoring.coreos.com/v1
kind: Prometheus
metadata: {name: k8s, namespace: shop}
spec: {retention: <>}
"#,
        before: "30d",
        after: "7d",
        harmless: "60d",
    },
    check: Check::Object(check),
};

const NAMES: [&str; 6] =
    ["retention", "retentionsize", "retentionperiod", "retention_period", "retentiontime", "retentionpolicy"];
const ARGUMENTS: [&str; 3] =
    ["--storage.tsdb.retention.time=", "--storage.tsdb.retention.size=", "-retentionPeriod="];

fn check(changed: &Changed<'_>, found: &mut Found) {
    if changed.is("", "Secret") {
        return;
    }
    for field in changed.change.fields.iter().filter(|field| !field.is_secret) {
        let (Some(before), Some(after)) = (&field.before, &field.after) else { continue };
        let is_backup = changed.change.object.group == "velero.io" && field.path.is_at("spec.template.ttl");
        if (is_backup || is_retention(field)) && is_shorter(before, after) {
            found.at(
                changed,
                field.path.clone(),
                format!("{} {} → {}", field.path, shown(before), shown(after)),
            );
        }
    }
}

fn is_retention(field: &FieldChange) -> bool {
    let argument = |text: &str| ARGUMENTS.iter().any(|name| text.starts_with(name));
    match field.path.segments().last() {
        Some(Segment::Key(key)) => NAMES.contains(&key.to_lowercase().as_str()),
        Some(Segment::Index(_)) => [&field.before, &field.after]
            .iter()
            .all(|v| v.as_ref().and_then(|v| v.as_str()).is_some_and(argument)),
        _ => false,
    }
}

fn is_shorter(before: &serde_json::Value, after: &serde_json::Value) -> bool {
    let behind = |value: &serde_json::Value| {
        let text = value.as_str()?;
        Some(text.split_once('=').map_or(text, |(_, behind)| behind).trim_end_matches('B').to_owned())
    };
    let amount = |value: &serde_json::Value| match behind(value) {
        Some(text) => seconds(&text).or_else(|| quantity_of(&text.into())),
        None => quantity_of(value),
    };
    matches!((amount(before), amount(after)), (Some(before), Some(after)) if after < before && after > 0.0)
}
