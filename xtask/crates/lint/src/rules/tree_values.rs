use yamltree::diagnostic::Severity;
use yamltree::node::{Content, Node};

use crate::platform::{at, items, text};
use crate::rule::{Check, Found, Rule};
use crate::subject::Subject;

pub(super) const RULE: Rule = Rule {
    code: "tree/values",
    severity: Severity::Error,
    says: "The values of a release do not come from the platform's places in their order.",
    why: "Administrators override values by name: an override that is not last, or has another name, is written and does nothing.",
    failing: component!(
        r#"#- flux2/apps/blog/app/release.yaml
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: blog, namespace: oas-apps}
spec:
  interval: 30m
  valuesFrom:
    - {kind: Secret, name: oas-blog-override, optional: true}
    - {kind: ConfigMap, name: oas-blog-values}
"#
    ),
    fixed: component!(
        r#"#- flux2/apps/blog/app/release.yaml
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: blog, namespace: oas-apps}
spec:
  interval: 30m
  valuesFrom:
    - {kind: ConfigMap, name: oas-blog-values}
    - {kind: ConfigMap, name: "oas-blog-values-${profile:=standard}", optional: true}
    - {kind: ConfigMap, name: oas-blog-override, optional: true}
    - {kind: Secret, name: oas-blog-override, optional: true}
"#
    ),
    check: Check::Repository(check),
};

fn check(subject: &Subject<'_>, found: &mut Found) {
    let Some(platform) = subject.platform() else { return };
    for (file, node) in platform.objects("HelmRelease") {
        let name = text(node, &["metadata", "name"]);
        if let Some(values) = at(node, &["spec", "values"]) {
            let message = format!("HelmRelease `{name}`: `values` win over every override");
            found.at(
                file.place(values),
                message,
                format!("put them into `values.yaml`, which is made into ConfigMap `oas-{name}-values`"),
            );
        }
        let given = items(node, &["spec", "valuesFrom"]);
        let secret = format!("oas-{name}-secret-values");
        let mut expected = vec![
            ("ConfigMap", format!("oas-{name}-values"), false),
            ("ConfigMap", format!("oas-{name}-values-${{profile:=standard}}"), true),
            ("ConfigMap", format!("oas-{name}-override"), true),
            ("Secret", format!("oas-{name}-override"), true),
        ];
        // Only where a chart cannot take an existing Secret.
        if given.iter().any(|entry| text(entry, &["name"]) == secret) {
            expected.insert(2, ("Secret", secret, false));
        }
        let fits = |(entry, (kind, name, is_optional)): (&Node, &(&str, String, bool))| {
            text(entry, &["kind"]) == *kind
                && text(entry, &["name"]) == name
                && matches!(at(entry, &["optional"]).map(|node| &node.content), Some(Content::Bool(true)))
                    == *is_optional
                && entry.entries().len() == 2 + usize::from(*is_optional)
        };
        if given.len() == expected.len() && given.iter().zip(&expected).all(fits) {
            continue;
        }
        let place = at(node, &["spec", "valuesFrom"]).unwrap_or(node);
        let shown = |(kind, name, is_optional): &(&str, String, bool)| {
            format!("{kind} `{name}`{}", if *is_optional { " (optional)" } else { "" })
        };
        let order = expected.iter().map(shown).collect::<Vec<_>>().join(", ");
        let message =
            format!("HelmRelease `{name}`: its values do not come from the platform's places in their order");
        found.at(file.place(place), message, format!("write `valuesFrom` as {order}"));
    }
}
