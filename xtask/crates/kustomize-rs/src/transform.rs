//! The transformers that change fields listed in a table, in the order in which kustomize runs them.

pub(crate) mod image;
pub(crate) mod namespace;
pub(crate) mod sort;

use crate::fault::{Result, fault};
use crate::fields::table::FieldTable;
use crate::fields::{FieldSpec, Made, merge_all, set_scalar};
use crate::generator;
use crate::id::Gvk;
use crate::kustomization::args::{LabelSet, Replica};
use crate::kustomization::record::{Entry, Pairs};
use crate::object::Object;
use crate::set::ObjectSet;
use crate::source::{Sources, Transformer};
use crate::yaml::node::{Node, Scalar, Tag, Value};

/// Sets the pairs in every field of the specifications, on behalf of that source.
pub(crate) fn set_pairs(object: &mut Object, pairs: &Pairs, specs: &[FieldSpec], source: u32) -> Result<()> {
    let Some(first) = pairs.values().next() else { return Ok(()) };
    let at = first.at.of(source);
    let gvk = object.gvk();
    let first = object.shared;
    for spec in specs.iter().filter(|s| gvk.is_selected(&s.gvk)) {
        if spec.path == "metadata/annotations" && !spec.create {
            object.make_room_for_notes();
        }
        spec.apply(&mut object.node, &Made::Map, at, &mut |node| {
            if !matches!(node.value, Value::Map(_)) && !node.is_null() {
                let message = format!("expected a mapping, found {}", node.sort());
                return Err(fault("kustomize/field", node.at, message));
            }
            let mut shared = first;
            node.set_all(pairs.iter().map(|(key, Entry { text, at })| {
                shared = shared.after(1);
                let scalar = Scalar { shared, ..Scalar::text(text.as_str()) };
                (key, Node::from(scalar).at(at.of(source)))
            }));
            Ok(())
        })?;
    }
    object.shared = first.after(pairs.len());
    Ok(())
}

/// The fields that an entry of `labels` changes.
pub(crate) fn label_fields(entry: &LabelSet, table: &FieldTable) -> Result<Vec<FieldSpec>> {
    let mut specs = entry.fields.clone();
    merge_all(&mut specs, &table.labels, entry.at)?;
    if entry.in_selectors {
        merge_all(&mut specs, &table.common_labels, entry.at)?;
    } else {
        if entry.in_templates {
            merge_all(&mut specs, &table.template_labels, entry.at)?;
        }
        merge_all(&mut specs, &[FieldSpec::new(Gvk::default(), "metadata/labels", true)], entry.at)?;
    }
    Ok(specs)
}

fn keeps_name(gvk: &Gvk) -> bool {
    matches!(gvk.kind.as_str(), "CustomResourceDefinition" | "Namespace")
        || (gvk.kind == "APIService" && gvk.group == "apiregistration.k8s.io")
}

/// Puts a text before or behind the name.
pub(crate) fn affix(object: &mut Object, affix: &Entry, specs: &[FieldSpec], is_prefix: bool) -> Result<()> {
    let Entry { text, at } = affix;
    let gvk = object.original_id().gvk;
    if keeps_name(&gvk) {
        return Ok(());
    }
    for spec in specs.iter().filter(|s| gvk.is_selected(&s.gvk)) {
        if spec.path == "metadata/name" && !text.is_empty() {
            let affixes = if is_prefix { &mut object.prefixes } else { &mut object.suffixes };
            affixes.push(text.clone());
            object.store_id();
        }
        if !object.gvk().is_selected(&spec.gvk) {
            continue;
        }
        spec.apply(&mut object.node, &Made::Scalar(Tag::Str), *at, &mut |node| {
            let old = node.as_text();
            let new = if is_prefix { format!("{text}{old}") } else { format!("{old}{text}") };
            set_scalar(node, &new, Tag::Unset, *at)
        })?;
    }
    Ok(())
}

/// Puts the hash of the content behind the names of generated objects.
pub(crate) fn hash(set: &mut ObjectSet, sources: &Sources) {
    for object in set.changing().iter_mut().filter(|o| o.needs_hash) {
        let name = format!("{}-{}", object.name(), generator::hash(object));
        object.store_id();
        let at = sources.mark(object.node.at, Transformer::NameHash);
        object.set_name(&name, at);
    }
}

/// Sets the number of replicas of the objects of that name, on behalf of that source.
pub(crate) fn replicas(
    set: &mut ObjectSet,
    replica: &Replica,
    specs: &[FieldSpec],
    source: u32,
) -> Result<()> {
    let at = replica.count_at.of(source);
    let mut is_found = false;
    for spec in specs {
        for object in set.changing() {
            let matches = |o: &Object| {
                o.all_ids().iter().any(|id| id.name == replica.name && id.gvk.is_selected(&spec.gvk))
            };
            if !matches(object) {
                continue;
            }
            is_found = true;
            if object.gvk().is_selected(&spec.gvk) {
                spec.apply(&mut object.node, &Made::Scalar(Tag::Int), at, &mut |node| {
                    set_scalar(node, &replica.count.to_string(), Tag::Int, at)
                })?;
            }
        }
    }
    if is_found {
        return Ok(());
    }
    let kinds: Vec<String> = specs.iter().map(|s| s.gvk.to_string()).collect();
    let message = format!(
        "resource with name {} does not match a config with the following GVK [{}]",
        replica.name,
        kinds.join(" ")
    );
    Err(fault("kustomize/replicas", replica.at, message))
}
