use yamltree::diagnostic::Severity;

use crate::rule::{Check, Found, Rule};
use crate::subject::Object;

/// A repository of charts with this address.
macro_rules! charts_at {
    ($spec:literal) => {
        concat!(
            "#- k/r.yaml\napiVersion: source.toolkit.fluxcd.io/v1\nkind: HelmRepository\nmetadata: {name: charts, namespace: \
             flux-system}\nspec: {interval: 1h, ",
            $spec,
            "}\n"
        )
    };
}

pub(super) const RULE: Rule = Rule {
    code: "flux/source-url",
    severity: Severity::Error,
    says: "A HelmRepository's address does not fit its type.",
    why: "`oci://` names a registry and needs `type: oci`; anything else is a list of charts. source-controller refuses the one as the other, and no chart of it is installed.",
    failing: charts_at!("url: 'oci://registry.example.org/charts'"),
    fixed: charts_at!("type: oci, url: 'oci://registry.example.org/charts'"),
    check: Check::Object(check),
};

/// As source-controller does: `reconcileSource` in helmrepository_controller.go and `buildFromHelmRepository` in
/// helmchart_controller.go.
fn check(object: &Object<'_>, found: &mut Found) {
    if (object.group(), object.kind()) != ("source.toolkit.fluxcd.io", "HelmRepository") {
        return;
    }
    let Some(url) = object.at(&["spec", "url"]) else {
        // With a `spec` the API server asks for it.
        if object.at(&["spec"]).is_none() {
            let message = format!("{}: it has no address", object.title());
            found.at(object.place(object.node), message, "write `spec` with its `url`");
        }
        return;
    };
    let is_registry = url.value_text().starts_with("oci://");
    let (message, help) = match (is_registry, object.text(&["spec", "type"])) {
        (true, "oci") | (false, "" | "default") => return,
        (true, _) => ("a registry's address, and no `type: oci`", "write `type: oci` beside it"),
        (false, _) => {
            ("`type: oci`, and an address that is no registry's", "write `oci://…`, or leave `type` out")
        }
    };
    found.at(object.place(url), format!("{}: {message}", object.title()), help);
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::lint;

    #[test]
    fn a_registry_has_its_type_and_a_list_of_charts_has_not() {
        let is_told = |fixture: &str| lint(fixture).iter().any(|found| found.code == RULE.code);
        assert!(is_told(charts_at!("type: oci, url: 'https://charts.example.org'")));
        assert!(is_told(charts_at!("type: default, url: 'oci://registry.example.org/charts'")));
        assert!(!is_told(charts_at!("type: default, url: 'https://charts.example.org'")));
        assert!(!is_told(charts_at!("url: 'https://charts.example.org'")));
        assert!(is_told(RULE.failing.split("spec:").next().unwrap()));
    }
}
