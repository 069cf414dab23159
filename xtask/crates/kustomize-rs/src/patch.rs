//! Patches: strategic merge and JSON6902, told apart by what the text is.

pub(crate) mod json;

use crate::fault::{Result, fault};
use crate::id::Id;
use crate::kustomization::args::{Patch, Selector};
use crate::kustomization::record::Entry;
use crate::load::{self, Folder, Loader};
use crate::object::Object;
use crate::select::Matcher;
use crate::set::ObjectSet;
use crate::yaml::node::{Mark, Node};
use crate::yaml::read::Twice;

enum Text {
    Merge(Vec<Object>),
    Json(Vec<json::Operation>),
}

/// Applies one entry of `patches`.
pub(crate) fn apply(loader: &Loader<'_>, folder: &Folder, set: &mut ObjectSet, patch: &Patch) -> Result<()> {
    let inline = patch.patch.trim();
    let (file, text) = match (inline.is_empty(), patch.path.is_empty()) {
        (true, true) => return Err(fault("kustomize/patch", patch.at, "must specify one of patch and path")),
        (false, false) => {
            return Err(fault("kustomize/patch", patch.at, "patch and path can't be set at the same time"));
        }
        (false, true) => (0, inline.to_owned()),
        (true, false) => loader.text(folder, &patch.path, patch.at)?,
    };
    let at = if file == 0 { patch.patch_at } else { Mark { file, line: 1, column: 1 } };
    match read(file, &text, at)? {
        Text::Merge(mut objects) => {
            for object in &mut objects {
                object.may_change_name = patch.may_change_name;
                object.may_change_kind = patch.may_change_kind;
            }
            strategic(set, objects, patch.target.as_ref(), at)
        }
        Text::Json(operations) => {
            let Some(target) = &patch.target else {
                return Err(fault("kustomize/patch", at, "must specify a target for JSON patch"));
            };
            json_on(set, target, &operations, true)
        }
    }
}

fn read(file: u32, text: &str, at: Mark) -> Result<Text> {
    let merge = load::objects(file, text, Twice::First);
    let json = json::read(file, text);
    match (merge, json) {
        (Ok(objects), Ok(operations)) if !objects.is_empty() && !operations.is_empty() => {
            Err(fault("kustomize/patch", at, "illegally qualifies as both an SM and JSON patch"))
        }
        (Ok(objects), _) => Ok(Text::Merge(objects)),
        (Err(_), Ok(operations)) => Ok(Text::Json(operations)),
        (Err(merge), Err(json)) => {
            let message = format!(
                "unable to parse SM or JSON patch: as an object: {}; as JSON6902: {}",
                merge.message, json.message
            );
            let place = if merge.at.file == 0 { at } else { merge.at };
            Err(fault("kustomize/patch", place, message))
        }
    }
}

/// Applies an entry of `patchesStrategicMerge`: the patch itself or the path of a file of patches.
pub(crate) fn apply_strategic(
    loader: &Loader<'_>,
    folder: &Folder,
    set: &mut ObjectSet,
    entries: &[Entry],
) -> Result<()> {
    let mut patches = Vec::new();
    for Entry { text, at } in entries {
        match load::objects(0, text, Twice::First) {
            Ok(objects) => patches.extend(objects.into_iter().map(|o| (o, *at))),
            Err(_) => {
                let (file, text) = loader.text(folder, text, *at)?;
                patches.extend(load::objects(file, &text, Twice::First)?.into_iter().map(|o| (o, *at)));
            }
        }
    }
    for (patch, at) in patches {
        let index = sole(set, &patch.original_id(), at)?;
        let id = set.objects[index].id();
        merge_into(set, &patch, |object| object.id() == id)?;
    }
    Ok(())
}

/// Applies an entry of `patchesJson6902`.
pub(crate) fn apply_json(
    loader: &Loader<'_>,
    folder: &Folder,
    set: &mut ObjectSet,
    patch: &Patch,
) -> Result<()> {
    let at = patch.at;
    let Some(target) = patch.target.as_ref().filter(|t| !t.name.is_empty()) else {
        return Err(fault("kustomize/patch", at, "must specify the target name"));
    };
    let (file, text) = match (patch.patch.is_empty(), patch.path.is_empty()) {
        (true, true) => return Err(fault("kustomize/patch", at, "empty file path and empty jsonOp")),
        (false, false) => {
            return Err(fault("kustomize/patch", at, "must specify a file path or jsonOp, not both"));
        }
        (false, true) => (0, patch.patch.clone()),
        (true, false) => loader.text(folder, &patch.path, at)?,
    };
    let operations = json::read(file, &text).map_err(|f| f.or_at(at))?;
    if operations.is_empty() {
        return Err(fault("kustomize/patch", at, "patch appears to be empty"));
    }
    json_on(set, target, &operations, false)
}

fn json_on(
    set: &mut ObjectSet,
    target: &Selector,
    operations: &[json::Operation],
    stores: bool,
) -> Result<()> {
    let matcher = Matcher::new(target)?;
    for object in set.changing().iter_mut().filter(|o| matcher.object(o)) {
        if stores {
            object.store_id();
        }
        // The original keeps its notes about names in the annotations, so that the mapping is there.
        let has_notes = !object.former.is_empty() || object.needs_hash;
        if has_notes {
            object.node.map_at("metadata").map_at("annotations");
        }
        json::apply(&mut object.node, operations).map_err(|f| f.or_at(target.at))?;
    }
    Ok(())
}

/// The only object of that id.
fn sole(set: &ObjectSet, id: &Id, at: Mark) -> Result<usize> {
    match set.by_any_id(id)[..] {
        [index] => Ok(index),
        [] => {
            let message = format!("no resource matches strategic merge patch `{id}`: no matches for Id {id}");
            Err(fault("kustomize/patch-target", at, message))
        }
        _ => Err(fault("kustomize/patch-target", at, format!("multiple matches for Id {id}"))),
    }
}

fn strategic(set: &mut ObjectSet, patches: Vec<Object>, target: Option<&Selector>, at: Mark) -> Result<()> {
    let Some(target) = target else {
        for patch in patches {
            let index = sole(set, &patch.original_id(), at)?;
            merge_one(&mut set.changing()[index], &patch)?;
        }
        set.drop_gone();
        return Ok(());
    };
    let [patch] = &patches[..] else {
        let message = "multiple strategic merge patches in one entry cannot have a target";
        return Err(fault("kustomize/patch", at, message));
    };
    let matcher = Matcher::new(target)?;
    let ids: std::collections::HashSet<Id> =
        set.objects.iter().filter(|o| matcher.object(o)).map(Object::id).collect();
    merge_into(set, patch, |object| ids.contains(&object.id()))
}

fn merge_into(set: &mut ObjectSet, patch: &Object, is_meant: impl Fn(&Object) -> bool) -> Result<()> {
    for object in set.changing() {
        if !object.is_gone() && is_meant(object) {
            merge_one_as(object, patch)?;
        }
    }
    set.drop_gone();
    set.check_unique("kustomize/duplicate-id", "may not add resource with an already registered id")
}

/// Merges a patch that was selected by a target: it takes the object's apiVersion.
fn merge_one_as(object: &mut Object, patch: &Object) -> Result<()> {
    let mut patch = patch.clone();
    let api_version = object.gvk().api_version();
    patch.node.set("apiVersion", crate::yaml::node::Scalar::unset(api_version).into());
    merge_one(object, &patch)
}

fn merge_one(object: &mut Object, patch: &Object) -> Result<()> {
    let (name, namespace, kind) =
        (object.name().to_owned(), object.namespace().to_owned(), object.kind().to_owned());
    if patch.may_change_name || patch.may_change_kind {
        object.store_id();
    }
    let target = std::mem::replace(&mut object.node, Node::null());
    let at = target.at;
    let Some(merged) = crate::merge::merge(target, patch.node.clone()).map_err(|f| f.or_at(at))? else {
        return Ok(());
    };
    object.node = merged;
    if object.is_gone() {
        return Ok(());
    }
    if !patch.may_change_kind {
        object.node.set("kind", crate::yaml::node::Scalar::unset(kind).into());
    }
    if !patch.may_change_name {
        object.set_name(&name);
    }
    object.set_namespace(&namespace);
    Ok(())
}
