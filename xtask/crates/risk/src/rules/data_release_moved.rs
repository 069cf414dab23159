use crate::changed::{Changed, text};
use crate::rule::{Check, Example, Found, Rule};
use crate::subject::HELM;
use crate::{Class, Severity};

pub(super) const RULE: Rule = Rule {
    code: "data/release-moved",
    class: Class::DataLoss,
    severity: Severity::Danger,
    says: "A release gets another name, namespace or chart.",
    why: "Helm cannot rename: helm-controller uninstalls the old one, with the claims that are not kept, and installs an empty \
          new one.",
    first: "Back up its data; of a chart that is only called otherwise, set `upgrade.chartNameChangeStrategy: InPlaceUpdate`.",
    example: Example {
        of: release!(
            "chart: {spec: {chart: web, version: 1.0.0, sourceRef: {kind: HelmRepository, name: own}}}\n  <>"
        ),
        before: "targetNamespace: shop",
        after: "targetNamespace: blog",
        harmless: r#"targetNamespace: shop
  timeout: 5m"#,
    },
    check: Check::Object(check),
};

fn check(changed: &Changed<'_>, found: &mut Found) {
    if !changed.is(HELM, "HelmRelease") {
        return;
    }
    for field in ["releaseName", "targetNamespace", "storageNamespace"] {
        let keys = format!("spec.{field}");
        if let Some(two) = changed.differs(&keys)
            && said(changed, field, two.before) != said(changed, field, two.after)
        {
            found.field(changed, &keys, format!("{field} {two}"));
        }
    }
    let owner = changed
        .subject
        .diff
        .owners
        .iter()
        .find(|owner| crate::subject::identity(&owner.key).as_ref() == Some(&changed.change.object));
    let charts = owner.and_then(|owner| {
        Some((owner.before.as_ref()?.chart.as_ref()?, owner.after.as_ref()?.chart.as_ref()?))
    });
    let in_place = text(changed.after, "spec.upgrade.chartNameChangeStrategy") == "InPlaceUpdate";
    if let Some((before, after)) = charts.filter(|(before, after)| before.name != after.name && !in_place) {
        found.field(changed, "spec.chart", format!("chart {} → {}", before.name, after.name));
    }
}

/// What a field says, with what holds where it is not there.
fn said(changed: &Changed<'_>, field: &str, value: &serde_json::Value) -> String {
    let object = &changed.change.object;
    match value.as_str() {
        Some(text) => text.to_owned(),
        None if field == "releaseName" => object.name.clone(),
        None => object.namespace.clone(),
    }
}
