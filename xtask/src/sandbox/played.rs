//! What nothing real stands behind in the sandbox: the kinds that KWOK plays by the stages in `install/sandbox/stages`.

use std::collections::BTreeSet;

use anyhow::Result;
use serde_json::Value;

use super::base_objects::read_folder;
use super::layout::Layout;

/// The kinds that are played, as `Kind` or `Kind.group`, sorted. The node is among what is always there.
pub fn kinds(layout: &Layout) -> Result<Vec<String>> {
    let stages = read_folder(&layout.pins().join("stages"))?;
    let kinds: BTreeSet<String> = stages.iter().filter_map(kind).collect();
    Ok(kinds.into_iter().collect())
}

fn kind(stage: &Value) -> Option<String> {
    let of = stage.pointer("/spec/resourceRef")?;
    let kind = of.get("kind")?.as_str()?;
    let group = of.get("apiGroup").and_then(Value::as_str).and_then(|group| group.split_once('/'));
    Some(group.map_or_else(|| kind.to_owned(), |(group, _)| format!("{kind}.{group}")))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::kind;

    #[test]
    fn a_kind_of_an_operator_has_its_group_and_one_of_kubernetes_none() {
        let stage = |api: &str, name: &str| json!({"spec": {"resourceRef": {"apiGroup": api, "kind": name}}});
        assert_eq!(kind(&stage("v1", "Pod")).as_deref(), Some("Pod"));
        let cluster = stage("postgresql.cnpg.io/v1", "Cluster");
        assert_eq!(kind(&cluster).as_deref(), Some("Cluster.postgresql.cnpg.io"));
        assert_eq!(kind(&json!({"kind": "Other"})), None);
    }
}
