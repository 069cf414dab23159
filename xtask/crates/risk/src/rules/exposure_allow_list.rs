use flux::diff::{FieldPath, Segment};
use serde_json::Value;

use crate::address::widened;
use crate::changed::{Changed, annotation_path, at, path, texts};
use crate::rule::{Check, Example, Found, Rule};
use crate::shown::{cut, listed};
use crate::{Class, Severity};

pub(super) const RULE: Rule = Rule {
    code: "exposure/allow-list",
    class: Class::Exposure,
    severity: Severity::Danger,
    says: "More addresses may come in than before.",
    why: "What was for a few is open to many, or to all.",
    first: "Make sure that it asks for a name and password by itself.",
    example: Example {
        of: r#"apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web, namespace: shop, annotations: {note: a, nginx.ingress.kubernetes.io/whitelist-source-range: '<>'}}
spec:
  tls: [{hosts: [www.example.org], secretName: web}]
  rules:
  - {host: www.example.org, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}]}}
"#,
        before: "10.0.0.0/8",
        after: "0.0.0.0/0",
        harmless: "10.1.0.0/16",
    },
    check: Check::Object(check),
};

const ALLOW: [&str; 4] = [
    "nginx.ingress.kubernetes.io/whitelist-source-range",
    "nginx.ingress.kubernetes.io/allowlist-source-range",
    "ingress.kubernetes.io/whitelist-source-range",
    "service.beta.kubernetes.io/load-balancer-source-ranges",
];
const DENY: &str = "nginx.ingress.kubernetes.io/denylist-source-range";
const LISTS: [(&str, &str, &str); 4] = [
    ("", "Service", "spec.loadBalancerSourceRanges"),
    ("traefik.io", "Middleware", "spec.ipAllowList.sourceRange"),
    ("traefik.io", "MiddlewareTCP", "spec.ipAllowList.sourceRange"),
    ("traefik.io", "Middleware", "spec.ipWhiteList.sourceRange"),
];
const VALUES: [&str; 5] = [
    "whitelist-source-range",
    "allowlist-source-range",
    "sourceRange",
    "loadBalancerSourceRanges",
    "whitelistSourceRange",
];

fn check(changed: &Changed<'_>, found: &mut Found) {
    if changed.stays() {
        for key in ALLOW {
            let (before, after) = changed.annotations(key);
            wider(changed, annotation_path(key), &split(before), &split(after), found);
        }
        let (before, after) = changed.annotations(DENY);
        let gone = widened(&split(after), &split(before));
        if !gone.is_empty() {
            found.at(changed, annotation_path(DENY), format!("no longer kept out: {}", listed(gone)));
        }
        for (_, _, keys) in LISTS.into_iter().filter(|(group, kind, _)| changed.is(group, kind)) {
            let (before, after): (Vec<&str>, Vec<&str>) =
                (texts(at(changed.before, keys)).collect(), texts(at(changed.after, keys)).collect());
            wider(changed, path(keys), &before, &after, found);
        }
    } else if changed.is_deleted_alone() {
        for (_, _, keys) in LISTS.into_iter().filter(|(group, kind, keys)| {
            changed.is(group, kind) && *kind != "Service" && !at(changed.before, keys).is_null()
        }) {
            found.field(changed, keys, "it is deleted");
        }
    }
    for field in changed.change.fields.iter().filter(|field| changed.is("", "ConfigMap") && !field.is_secret)
    {
        let is_one = field
            .path
            .segments()
            .iter()
            .any(|it| matches!(it, Segment::Key(key) if VALUES.contains(&key.as_str())));
        let is_item = matches!(field.path.segments().last(), Some(Segment::Index(_)));
        let (old, new) = (
            field.before.as_ref().map(ranges).unwrap_or_default(),
            field.after.as_ref().map(ranges).unwrap_or_default(),
        );
        // Where one item of a list went, the others hold still; where one came, it was not there.
        match (is_one, old.is_empty(), new.is_empty()) {
            (true, true, false) if is_item => {
                found.at(changed, field.path.clone(), format!("{} may come in", listed(new)))
            }
            (true, false, true) if is_item => {}
            (true, _, _) => wider(changed, field.path.clone(), &old, &new, found),
            (false, _, _) => {}
        }
    }
}

/// The ranges in a text or a list of texts.
fn ranges(value: &Value) -> Vec<&str> {
    value.as_str().map_or_else(|| texts(value).collect(), split)
}

fn split(list: &str) -> Vec<&str> {
    list.split([',', ' ']).map(str::trim).filter(|range| !range.is_empty()).collect()
}

fn wider(changed: &Changed<'_>, place: FieldPath, before: &[&str], after: &[&str], found: &mut Found) {
    if before.is_empty() {
        return;
    }
    if after.is_empty() {
        found.at(changed, place, format!("{} → everybody", cut(&before.join(", "))));
        return;
    }
    let new = widened(before, after);
    if !new.is_empty() {
        found.at(changed, place, format!("{} may come in; it was {}", listed(new), cut(&before.join(", "))));
    }
}
