//! Volumes, claims and their classes.
//!
//! Behaviour: k8s.io/kubernetes, `pkg/apis/core/validation` and `pkg/apis/storage/validation`.

use kustomize_rs::yaml::node::Node;

use super::{at, fault, items, text};
use crate::check::{Faults, Sort, Step, names, quantity};
use crate::schema::json;
use crate::types::Type;

/// The `spec` of a claim.
pub(super) fn claim<'a>(node: &'a Node, faults: &mut Faults<'a>) {
    let storage = at(node, &["resources", "requests", "storage"]);
    let amount = storage.and_then(|storage| quantity::parse(storage.value_text()));
    faults.path.0.extend([Step::Field("resources"), Step::Field("requests")]);
    match (storage, amount) {
        (None, _) => fault(faults, Sort::Missing, node, "storage", "must be there", "add `storage: 1Gi`"),
        (Some(storage), Some(amount)) if amount <= 0.0 => {
            fault(faults, Sort::Value, storage, "storage", "must be more than 0", "write a larger amount");
        }
        _ => {}
    }
    faults.path.0.truncate(faults.path.0.len() - 2);
    modes(node, faults);
    data(node, faults);
}

/// What a claim is filled from. A source beside which there is no `dataSourceRef` is dropped if it is neither a claim nor a snapshot,
/// and a reference into another namespace is dropped always: the server has that switched off.
fn data<'a>(node: &'a Node, faults: &mut Faults<'a>) {
    let reference = at(node, &["dataSourceRef"]).filter(|it| text(it, &["namespace"]).is_empty());
    let of = |source: &'a Node| ["apiGroup", "kind", "name"].map(|field| text(source, &[field]));
    let source = at(node, &["dataSource"]).filter(|source| {
        let [group, kind, _] = of(source);
        let is_claim = group.is_empty() && kind == "PersistentVolumeClaim";
        let is_snapshot = group == "snapshot.storage.k8s.io" && kind == "VolumeSnapshot";
        reference.is_some() || is_claim || is_snapshot
    });
    for (field, found) in [("dataSource", source), ("dataSourceRef", reference)] {
        let Some(found) = found else { continue };
        let [group, kind, name] = of(found);
        if group.is_empty() && kind != "PersistentVolumeClaim" {
            let message = "must be a PersistentVolumeClaim where there is no `apiGroup`";
            fault(faults, Sort::Value, found, field, message, "add `apiGroup`");
        }
        if name.is_empty() || kind.is_empty() {
            fault(faults, Sort::Missing, found, field, "must have a `kind` and a `name`", "add them");
        }
    }
    if let (Some(source), Some(reference)) = (source, reference)
        && of(source) != of(reference)
    {
        let message = "must be the same as `dataSourceRef`";
        fault(faults, Sort::Value, source, "dataSource", message, "remove one of them");
    }
}

fn modes<'a>(node: &'a Node, faults: &mut Faults<'a>) {
    let modes = items(node, &["accessModes"]);
    if modes.len() > 1 && modes.iter().any(|mode| mode.value_text() == "ReadWriteOncePod") {
        let message = "may have no other mode beside `ReadWriteOncePod`";
        fault(faults, Sort::Value, node, "accessModes", message, "remove the others");
    }
}

/// Fields of a volume that say nothing about what holds the data.
const NO_SOURCES: [&str; 8] = [
    "capacity",
    "accessModes",
    "claimRef",
    "persistentVolumeReclaimPolicy",
    "storageClassName",
    "mountOptions",
    "volumeMode",
    "nodeAffinity",
];

/// The Secrets that a driver is given are named with their namespaces.
fn secrets<'a>(node: &'a Node, faults: &mut Faults<'a>) {
    faults.path.0.push(Step::Field("csi"));
    for field in SECRETS {
        let Some(secret) = at(node, &["csi", field]) else { continue };
        faults.path.0.push(Step::Field(field));
        for (key, fits) in [("name", names::is_subdomain as fn(&str) -> bool), ("namespace", names::is_label)]
        {
            let value = text(secret, &[key]);
            if !fits(value) {
                let (sort, message) = if value.is_empty() {
                    (Sort::Missing, "must be there, and not empty".to_owned())
                } else {
                    (Sort::Value, format!("cannot be `{}`", crate::check::short(value)))
                };
                fault(faults, sort, secret, key, message, "write a name");
            }
        }
        faults.path.0.pop();
    }
    faults.path.0.pop();
}

/// Secrets of a driver that are looked at; the one for a node's stage is not.
const SECRETS: [&str; 4] = [
    "controllerPublishSecretRef",
    "controllerExpandSecretRef",
    "nodePublishSecretRef",
    "nodeExpandSecretRef",
];

/// The `spec` of a volume.
pub(super) fn volume<'a>(node: &'a Node, of: &Type, faults: &mut Faults<'a>) {
    let is_source = |name: &str| !NO_SOURCES.contains(&name) && name != "volumeAttributesClassName";
    let known = |name: &str| of.fields.iter().any(|(field, _)| field == name);
    let sources: Vec<&str> = node
        .fields()
        .iter()
        .filter(|field| is_source(&field.key) && known(&field.key) && !field.value.is_null())
        .map(|field| field.key.as_str())
        .collect();
    match sources.as_slice() {
        [] => faults.add(
            Sort::Missing,
            node,
            "must say what holds the data",
            "add `local`, `nfs`, `csi` or another",
        ),
        [_] => {}
        several => {
            let message = format!("may have only one of {}", crate::check::listed(several));
            faults.add(Sort::Value, node, message, "remove the others");
        }
    }
    secrets(node, faults);
    if at(node, &["local"]).is_some() && at(node, &["nodeAffinity"]).is_none_or(Node::is_empty) {
        fault(
            faults,
            Sort::Missing,
            node,
            "nodeAffinity",
            "must be there where the data is `local`",
            "name the node",
        );
    }
    if let Some(capacity) = at(node, &["capacity"]).filter(|capacity| !capacity.is_empty()) {
        let storage = at(capacity, &["storage"]);
        let amount = storage.map_or(Some(0.0), |storage| quantity::parse(storage.value_text()));
        faults.path.0.push(Step::Field("capacity"));
        if storage.is_none() || capacity.fields().len() > 1 {
            fault(faults, Sort::Value, capacity, "storage", "must be there, alone", "write `storage: 1Gi`");
        } else if amount.is_some_and(|amount| amount <= 0.0) {
            fault(faults, Sort::Value, capacity, "storage", "must be more than 0", "write a larger amount");
        }
        faults.path.0.pop();
    }
    modes(node, faults);
}

/// A class of storage.
pub(super) fn class<'a>(node: &'a Node, faults: &mut Faults<'a>) {
    let provisioner = text(node, &["provisioner"]);
    if !provisioner.is_empty() && !crate::check::names::is_qualified(&provisioner.to_lowercase()) {
        let at = node.get("provisioner").unwrap_or(node);
        fault(
            faults,
            Sort::Value,
            at,
            "provisioner",
            format!("cannot be `{provisioner}`"),
            "write a name as example.org/disk",
        );
    }
    let terms = items(node, &["allowedTopologies"]);
    faults.path.0.push(Step::Field("allowedTopologies"));
    let mut seen = Vec::new();
    for (index, term) in terms.iter().enumerate() {
        faults.path.0.push(Step::Item(index));
        let expressions = items(term, &["matchLabelExpressions"]);
        let written: Vec<String> = expressions.iter().map(json).collect();
        if expressions.is_empty() || seen.contains(&written) {
            fault(
                faults,
                Sort::Twice,
                term,
                "matchLabelExpressions",
                "must be there, and differ from the others",
                "write other topologies",
            );
        }
        seen.push(written);
        let mut keys = Vec::new();
        for expression in expressions {
            let key = text(expression, &["key"]);
            if keys.contains(&key) {
                fault(
                    faults,
                    Sort::Twice,
                    expression,
                    "matchLabelExpressions",
                    format!("has the key `{key}` twice"),
                    "remove one",
                );
            }
            keys.push(key);
            let values: Vec<&str> = items(expression, &["values"]).iter().map(Node::value_text).collect();
            let distinct: std::collections::HashSet<_> = values.iter().collect();
            if distinct.len() < values.len() {
                fault(
                    faults,
                    Sort::Twice,
                    expression,
                    "matchLabelExpressions",
                    "has a value twice",
                    "remove one",
                );
            }
        }
        faults.path.0.pop();
    }
    faults.path.0.pop();
}

#[cfg(test)]
mod tests {
    use super::super::told;
    use super::*;

    #[test]
    fn a_claim_is_filled_from_another_claim_or_from_what_a_group_has() {
        for text in [
            "{dataSourceRef: {apiGroup: example.org, kind: Restore, name: a}}",
            "{dataSourceRef: {kind: PersistentVolumeClaim, name: a}}",
            "{dataSource: {kind: PersistentVolumeClaim, name: a}, dataSourceRef: {kind: PersistentVolumeClaim, name: a}}",
            // These are dropped.
            "{dataSource: {kind: Restore, name: a}}",
            "{dataSource: {}}",
            "{dataSourceRef: {kind: Restore, name: a, namespace: other}}",
        ] {
            assert_eq!(told(data, text), [""; 0], "{text}");
        }
        assert_eq!(told(data, "{dataSourceRef: {kind: Restore, name: a}}"), ["dataSourceRef"]);
        assert_eq!(told(data, "{dataSource: {kind: PersistentVolumeClaim}}"), ["dataSource"]);
        let two = "{dataSource: {kind: PersistentVolumeClaim, name: a}, dataSourceRef: {kind: PersistentVolumeClaim, name: b}}";
        assert_eq!(told(data, two), ["dataSource"]);
    }

    #[test]
    fn a_secret_of_a_driver_is_named_with_its_namespace() {
        assert_eq!(told(secrets, "{csi: {nodePublishSecretRef: {name: a, namespace: b}}}"), [""; 0]);
        assert_eq!(told(secrets, "{csi: {nodeStageSecretRef: {name: a}}}"), [""; 0]);
        let said = told(secrets, "{csi: {nodePublishSecretRef: {name: a}}}");
        assert_eq!(said, ["csi.nodePublishSecretRef.namespace"]);
        assert_eq!(told(secrets, "{csi: {controllerExpandSecretRef: {name: A, namespace: b}}}").len(), 1);
    }
}
