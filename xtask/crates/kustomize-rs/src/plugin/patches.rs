//! Patches and replacements.

use super::{Transform, record};
use crate::fault::{Result, fault};
use crate::kustomization::args::{Patch, Replacement, Selector};
use crate::kustomization::record::Reading;
use crate::patch::{self, Patches};
use crate::replace;
use crate::yaml::node::Node;

pub(super) fn patch<'a>(from: &'a Patches<'_>, node: &Node) -> Result<Transform<'a>> {
    let patch = Patch::of(&record(node)?)?;
    Ok(Box::new(move |set| patch::apply(from, set, &patch)))
}

pub(super) fn json<'a>(from: &'a Patches<'_>, node: &Node) -> Result<Transform<'a>> {
    let record = record(node)?;
    let patch = Patch {
        at: node.at,
        path: record.text("path")?,
        patch: record.text("jsonOp")?,
        patch_at: record.get("jsonOp").map_or(node.at, |n| n.at),
        target: record.nested("target", Selector::read)?,
        may_change_name: false,
        may_change_kind: false,
    };
    Ok(Box::new(move |set| patch::apply_json(from, set, &patch)))
}

pub(super) fn strategic<'a>(from: &Patches<'_>, node: &Node) -> Result<Transform<'a>> {
    let record = record(node)?;
    let (paths, inline) = (record.entries("paths")?, record.entry("patches")?);
    let wrong = |message: &str| Err(fault("kustomize/patch", node.at, message));
    if paths.is_empty() && inline.text.is_empty() {
        return wrong("empty file path and empty patch content");
    }
    let mut patches = patch::load_strategic(from, &paths)?;
    if !inline.text.is_empty() {
        let objects = patch::inline_strategic(from, &inline)?;
        patches.extend(objects.into_iter().map(|o| (o, inline.at)));
    }
    if patches.is_empty() {
        return wrong("patch appears to be empty");
    }
    let limits = from.loader.limits;
    Ok(Box::new(move |set| patch::apply_strategic(limits, set, &patches)))
}

pub(super) fn replacement<'a>(from: &'a Patches<'_>, node: &Node) -> Result<Transform<'a>> {
    let read = |n: &Node, _| Ok((n.at, Replacement::read(n, true, Reading::Embedded)?));
    let replacements = record(node)?.list("replacements", read)?;
    Ok(Box::new(move |set| replace::apply(from.loader, from.folder, set, &replacements)))
}
