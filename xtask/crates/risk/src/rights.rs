//! Rights that roles give.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::changed::{at, items, texts};

/// One verb on one resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Right<'v> {
    /// Group of the API.
    group: &'v str,
    /// Resource, or address.
    resource: &'v str,
    /// Verb.
    verb: &'v str,
    /// The only object that it is about; empty for all.
    name: &'v str,
}

impl std::fmt::Display for Right<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.verb, self.resource)?;
        if !self.group.is_empty() {
            write!(f, ".{}", self.group)?;
        }
        if !self.name.is_empty() {
            write!(f, "/{}", self.name)?;
        }
        Ok(())
    }
}

impl<'v> Right<'v> {
    /// Does it hold everything that the other does?
    fn holds(&self, other: &Right<'_>) -> bool {
        let is_in = |own: &str, of: &str| own == "*" || own == of;
        is_in(self.group, other.group)
            && is_in(self.resource, other.resource)
            && is_in(self.verb, other.verb)
            && (self.name.is_empty() || self.name == other.name)
    }

    /// Can whoever has it get at everything, or at what others keep secret?
    pub(crate) fn is_dangerous(&self) -> bool {
        let writes = matches!(self.verb, "*" | "create" | "update" | "patch");
        let reads = matches!(self.verb, "*" | "get" | "list" | "watch");
        matches!(self.verb, "*" | "escalate" | "bind" | "impersonate")
            || self.resource == "*"
            || self.group == "*"
            || match self.resource {
                "secrets" => (reads || writes) && self.name.is_empty(),
                "pods/exec" | "pods/attach" | "serviceaccounts/token" => writes || reads,
                "nodes/proxy" => true,
                "clusterroles" | "clusterrolebindings" | "roles" | "rolebindings" => {
                    writes && self.group == "rbac.authorization.k8s.io"
                }
                "mutatingwebhookconfigurations" | "validatingwebhookconfigurations" => writes,
                _ => false,
            }
    }
}

/// The rights that a role gives.
fn rights(role: &Value) -> BTreeSet<Right<'_>> {
    let mut found = BTreeSet::new();
    let all = |value| -> Vec<&str> { texts(value).collect() };
    for rule in items(at(role, "rules")) {
        let (groups, resources) = (all(at(rule, "apiGroups")), all(at(rule, "resources")));
        let names = Some(all(at(rule, "resourceNames"))).filter(|names| !names.is_empty());
        let names = names.unwrap_or_else(|| vec![""]);
        for verb in all(at(rule, "verbs")) {
            for resource in texts(at(rule, "nonResourceURLs")) {
                found.insert(Right { group: "", resource, verb, name: "" });
            }
            for &group in &groups {
                for &resource in &resources {
                    found.extend(names.iter().map(|&name| Right { group, resource, verb, name }));
                }
            }
        }
    }
    found
}

/// The rights that a role gives, and did not give before.
pub(crate) fn added<'v>(before: &Value, after: &'v Value) -> Vec<Right<'v>> {
    let old = rights(before);
    rights(after).into_iter().filter(|new| !old.iter().any(|old| old.holds(new))).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::added;

    #[test]
    fn what_a_wildcard_gave_is_not_new() {
        let role = |groups, resources, verbs| json!({"rules": [{"apiGroups": [groups], "resources": [resources], "verbs": [verbs]}]});
        let told = |before, after| added(&before, &after).iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(told(role("", "*", "get"), role("", "pods", "get")), [""; 0]);
        assert_eq!(
            told(role("", "pods", "get"), role("apps", "deployments", "list")),
            ["list deployments.apps"]
        );
    }
}
