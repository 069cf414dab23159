//! Fields that kustomize-controller loses without a word: it reads built-in kinds into the Go types of Kubernetes, which have no place
//! for them. The API server, asked about the object as it is written, would refuse it.
//!
//! Upstream: `UnstructuredList` in `normalize` of `github.com/fluxcd/pkg/ssa` 0.76.

use serde_json::Value;

/// What the API server says behind the path of such a field.
const SAID: &str = ": field not declared in schema";

/// The groups of `k8s.io/client-go/kubernetes/scheme`, without `.k8s.io` where they end with it.
const BUILT_IN: [&str; 20] = [
    "",
    "admissionregistration",
    "apps",
    "authentication",
    "authorization",
    "autoscaling",
    "batch",
    "certificates",
    "coordination",
    "discovery",
    "events",
    "flowcontrol.apiserver",
    "internal.apiserver",
    "networking",
    "node",
    "policy",
    "rbac.authorization",
    "resource",
    "scheduling",
    "storage",
];

/// An object without the fields that a refusal names as unknown; none if it names none, or if they are kept until the API server.
pub(super) fn without_unknown(object: &Value, why: &str) -> Option<Value> {
    let api = object["apiVersion"].as_str().unwrap_or_default();
    let group = api.split_once('/').map_or("", |(group, _)| group);
    let is_kept =
        group == "rbac.authorization.k8s.io" && (object["kind"] == "Role" || object["kind"] == "ClusterRole");
    if !BUILT_IN.contains(&group.strip_suffix(".k8s.io").unwrap_or(group)) || is_kept {
        return None;
    }
    let mut left = object.clone();
    for (end, _) in why.match_indices(SAID) {
        let path = why.get(..end)?;
        let path = path.get(start(path)..)?;
        remove(&mut left, &steps(path)?);
    }
    (left != *object).then_some(left)
}

/// Where a path begins that ends here: behind the last white space outside of brackets.
fn start(text: &str) -> usize {
    let mut depth = 0;
    let found = text.char_indices().rev().find(|(_, c)| {
        match c {
            ']' => depth += 1,
            '[' => depth -= 1,
            _ => {}
        }
        depth == 0 && c.is_whitespace()
    });
    found.map_or(0, |(at, c)| at + c.len_utf8())
}

enum Step<'p> {
    Field(&'p str),
    /// The item with these values.
    Item(Vec<(&'p str, Value)>),
    Index(usize),
}

/// `.spec.containers[name="web"].x` in steps.
fn steps(path: &str) -> Option<Vec<Step<'_>>> {
    let mut steps = Vec::new();
    let mut rest = path;
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix('.') {
            let end = after.find(['.', '[']).unwrap_or(after.len());
            steps.push(Step::Field(after.get(..end)?));
            rest = after.get(end..)?;
        } else {
            let (inside, after) = rest.strip_prefix('[')?.split_once(']')?;
            steps.push(match inside.parse() {
                Ok(index) => Step::Index(index),
                Err(_) => Step::Item(
                    inside
                        .split(',')
                        .map(|key| {
                            let (key, value) = key.split_once('=')?;
                            Some((key, serde_json::from_str(value).ok()?))
                        })
                        .collect::<Option<_>>()?,
                ),
            });
            rest = after;
        }
    }
    Some(steps)
}

fn remove(value: &mut Value, steps: &[Step<'_>]) {
    let Some((step, rest)) = steps.split_first() else { return };
    match (step, value) {
        (Step::Field(name), Value::Object(fields)) if rest.is_empty() => {
            fields.shift_remove(*name);
        }
        (Step::Field(name), Value::Object(fields)) => {
            if let Some(below) = fields.get_mut(*name) {
                remove(below, rest);
            }
        }
        (Step::Item(keys), Value::Array(items)) => {
            // A default may stand for a key that is not written.
            let is_it =
                |item: &Value| keys.iter().all(|(key, value)| item.get(key).is_none_or(|own| own == value));
            items.iter_mut().filter(|item| is_it(item)).for_each(|item| remove(item, rest));
        }
        (Step::Index(index), Value::Array(items)) => {
            if let Some(item) = items.get_mut(*index) {
                remove(item, rest);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const WHY: &str = "failed to create typed patch object (oas/web; apps/v1, Kind=Deployment): errors:\n  .spec.replica: field not \
                       declared in schema\n  .spec.template.spec.containers[name=\"the web\"].imag: field not declared in schema";

    fn deployment() -> Value {
        json!({"apiVersion": "apps/v1", "kind": "Deployment", "spec": {"replica": 2, "template": {"spec": {"containers": [
            {"name": "the web", "imag": "x", "image": "y"}, {"name": "other", "imag": "z"}]}}}})
    }

    #[test]
    fn unknown_fields_of_built_in_kinds_are_lost() {
        let left = without_unknown(&deployment(), WHY).unwrap();
        let containers = json!([{"name": "the web", "image": "y"}, {"name": "other", "imag": "z"}]);
        assert_eq!(left["spec"], json!({"template": {"spec": {"containers": containers}}}));
    }

    #[test]
    fn those_of_other_kinds_are_not() {
        let mut custom = deployment();
        custom["apiVersion"] = "apps.example.org/v1".into();
        assert_eq!(without_unknown(&custom, WHY), None);
        let why = "failed to create typed patch object: .rule: field not declared in schema";
        let role = json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "rule": []});
        assert_eq!(without_unknown(&role, why), None);
    }

    #[test]
    fn another_refusal_loses_nothing() {
        assert_eq!(without_unknown(&deployment(), "spec.selector: field is immutable"), None);
    }
}
