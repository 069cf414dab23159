//! Transformers that set fields: labels, annotations, images, replicas, namespaces, names, hashes.

use super::{Transform, record};
use crate::fault::{Result, fault};
use crate::fields::FieldSpec;
use crate::kustomization::args::{Image, Replica};
use crate::kustomization::record::Entry;
use crate::patch::Patches;
use crate::source::Transformer;
use crate::transform;
use crate::transform::image::Rule;
use crate::transform::namespace::{Namespace, Subjects};
use crate::yaml::node::Node;

fn specs(node: &Node) -> Result<Vec<FieldSpec>> {
    record(node)?.list("fieldSpecs", FieldSpec::read)
}

/// Labels or annotations.
pub(super) fn pairs<'a>(from: &Patches<'_>, node: &Node, by: Transformer) -> Result<Transform<'a>> {
    let field = if by == Transformer::Labels { "labels" } else { "annotations" };
    let pairs = record(node)?.pairs(field)?;
    let (specs, source) = (specs(node)?, from.loader.sources.by(node.at.file, by));
    Ok(Box::new(move |set| set.each(|object| transform::set_pairs(object, &pairs, &specs, source))))
}

pub(super) fn image<'a>(from: &Patches<'_>, node: &Node) -> Result<Transform<'a>> {
    let image = record(node)?.nested("imageTag", Image::read)?.unwrap_or_default();
    let (specs, source) = (specs(node)?, from.loader.sources.by(node.at.file, Transformer::Images));
    Ok(Box::new(move |set| {
        let rule = Rule::new(&image, source)?;
        set.each(|object| rule.apply(object, &specs))
    }))
}

pub(super) fn replicas<'a>(from: &Patches<'_>, node: &Node) -> Result<Transform<'a>> {
    let nothing = || Replica { at: node.at, name: String::new(), count: 0, count_at: node.at };
    let replica = record(node)?.nested("replica", Replica::read)?.unwrap_or_else(nothing);
    let (specs, source) = (specs(node)?, from.loader.sources.by(node.at.file, Transformer::Replicas));
    Ok(Box::new(move |set| transform::replicas(set, &replica, &specs, source)))
}

pub(super) fn namespace<'a>(from: &Patches<'_>, node: &Node) -> Result<Transform<'a>> {
    let record = record(node)?;
    let metadata = record.nested("metadata", |node, _| super::record(node))?;
    let name = metadata.map_or(Ok(Entry::default()), |m| m.entry("namespace"))?;
    let at = from.loader.sources.mark(name.at, Transformer::Namespace);
    let subjects = match record.text("setRoleBindingSubjects")?.as_str() {
        "" | "defaultOnly" => Subjects::Default,
        "allServiceAccounts" => Subjects::Accounts,
        "none" => Subjects::None,
        other => {
            let at = record.get("setRoleBindingSubjects").map_or(node.at, |n| n.at);
            let message = format!("invalid value `{other}` for setRoleBindingSubjects");
            return Err(fault("kustomize/plugin", at, message)
                .with_help("use `defaultOnly`, `allServiceAccounts` or `none`"));
        }
    };
    let (specs, unset_only) = (specs(node)?, record.flag("unsetOnly")?);
    Ok(Box::new(move |set| {
        Namespace { name: &name.text, at, specs: &specs, unset_only, subjects }.apply(set)
    }))
}

/// Prefix (`true`), suffix (`false`) or both.
pub(super) fn affixes<'a>(from: &Patches<'_>, node: &Node, which: &'static [bool]) -> Result<Transform<'a>> {
    let record = record(node)?;
    if record.get("fieldSpecs").is_none() {
        return Err(fault("kustomize/plugin", node.at, "fieldSpecs is not expected to be nil")
            .with_help("give `fieldSpecs: [{path: metadata/name}]`"));
    }
    let placed = |name, by| -> Result<Entry> {
        let Entry { text, at } = record.entry(name)?;
        Ok(Entry { text, at: from.loader.sources.mark(at, by) })
    };
    let (prefix, suffix) = (placed("prefix", Transformer::Prefix)?, placed("suffix", Transformer::Suffix)?);
    let specs = specs(node)?;
    Ok(Box::new(move |set| {
        which.iter().try_for_each(|is_prefix| {
            let affix = if *is_prefix { &prefix } else { &suffix };
            set.each(|object| transform::affix(object, affix, &specs, *is_prefix))
        })
    }))
}
