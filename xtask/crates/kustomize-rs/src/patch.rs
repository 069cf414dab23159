//! Patches: strategic merge and JSON6902, told apart by what the text is.

pub(crate) mod json;

use std::sync::Arc;

use crate::Limits;
use crate::fault::{Fault, Result, fault};
use crate::id::Id;
use crate::kustomization::Kustomization;
use crate::kustomization::args::{Patch, Selector};
use crate::kustomization::inline::Inside;
use crate::kustomization::record::Entry;
use crate::load::{self, Folder, Loader};
use crate::object::Object;
use crate::select::Matcher;
use crate::set::{ObjectSet, registered};
use crate::source::Transformer;
use crate::yaml::node::{Mark, Node, Scalar};
use crate::yaml::read::Twice;

enum Text {
    Merge(Vec<Object>),
    Json(Vec<json::Operation>),
}

/// Where patches come from.
pub(crate) struct Patches<'a> {
    pub(crate) loader: &'a Loader<'a>,
    pub(crate) folder: &'a Folder,
    pub(crate) file: &'a Kustomization,
}

/// The text of a patch and where it is.
struct Written {
    text: String,
    /// Number of the source; 0 if the text is inside the kustomization file.
    source: u32,
    inside: Inside,
}

impl Patches<'_> {
    /// A text that is written in the kustomization file itself.
    fn inline(&self, text: &str, at: Mark, by: Transformer) -> Written {
        let inside = self.file.inside(at).of(self.loader.sources.by(at.file, by));
        Written { text: text.to_owned(), source: 0, inside }
    }

    /// The same, with nothing around it: what it ends with is lost.
    fn trimmed(&self, text: &str, at: Mark, by: Transformer) -> Written {
        let front = &text[..text.len() - text.trim_start().len()];
        let Written { inside, .. } = self.inline("", at, by);
        Written { text: text.trim().to_owned(), source: 0, inside: inside.trimmed(front) }
    }

    /// A text that is a file of its own.
    fn read(&self, path: &str, at: Mark, by: Transformer) -> Result<Written> {
        let (file, text) = self.loader.text(self.folder, path, at)?;
        let source = self.loader.sources.by(file, by);
        Ok(Written { text, source, inside: Inside::At(Mark { file: source, line: 1, column: 1 }) })
    }
}

impl Written {
    /// Where the text begins.
    fn at(&self) -> Mark {
        self.inside.place(Mark { file: 0, line: 1, column: 1 })
    }

    fn place(&self, at: &mut Mark) {
        if self.source == 0 {
            *at = self.inside.place(*at);
        }
    }

    fn fault(&self, mut fault: Box<Fault>) -> Box<Fault> {
        if fault.at.file == 0 {
            fault.at = if fault.at.line == 0 { self.at() } else { self.inside.place(fault.at) };
        }
        fault
    }

    fn objects(&self, loader: &Loader<'_>) -> Result<Vec<Object>> {
        let mut objects =
            load::objects(loader, self.source, &self.text, Twice::Kept).map_err(|f| self.fault(f))?;
        for object in &mut objects {
            object.may_repeat = object.node.repeated().is_some();
        }
        if self.source == 0 {
            objects.iter_mut().for_each(|o| o.node.each_mark(&mut |at| self.place(at)));
        }
        Ok(objects)
    }

    fn operations(&self, limits: Limits) -> Result<Vec<json::Operation>> {
        let mut operations = json::read(limits, self.source, &self.text).map_err(|f| self.fault(f))?;
        for operation in &mut operations {
            self.place(&mut operation.at);
            operation.value.iter_mut().for_each(|value| value.each_mark(&mut |at| self.place(at)));
        }
        Ok(operations)
    }
}

/// Applies one entry of `patches`.
pub(crate) fn apply(patches: &Patches<'_>, set: &mut ObjectSet, patch: &Patch) -> Result<()> {
    let inline = patch.patch.trim();
    let written = match (inline.is_empty(), patch.path.is_empty()) {
        (true, true) => return Err(fault("kustomize/patch", patch.at, "must specify one of patch and path")),
        (false, false) => {
            return Err(fault("kustomize/patch", patch.at, "patch and path can't be set at the same time"));
        }
        (false, true) => patches.trimmed(&patch.patch, patch.patch_at, Transformer::Patch),
        (true, false) => patches.read(&patch.path, patch.at, Transformer::Patch)?,
    };
    let at = if written.source == 0 { patch.patch_at } else { written.at() };
    let limits = patches.loader.limits;
    let is_used = match read(&written, patches.loader, at)? {
        Text::Merge(mut objects) => {
            for object in &mut objects {
                object.may_change_name = patch.may_change_name;
                object.may_change_kind = patch.may_change_kind;
            }
            objects.iter().for_each(|object| warn_of_directives(patches.loader, &object.node));
            strategic(limits, set, objects, patch.target.as_ref(), at)
        }
        Text::Json(operations) => {
            let Some(target) = &patch.target else {
                return Err(fault("kustomize/patch", at, "must specify a target for JSON patch"));
            };
            json_on(limits, set, target, &operations, true)
        }
    }?;
    if let (false, Some(target)) = (is_used, &patch.target) {
        let warning =
            fault("kustomize/unused-patch", target.at, "no object matches the target of this patch");
        patches.loader.warn(warning);
    }
    Ok(())
}

/// Warns of directives of `kubectl` that kustomize does not know and leaves in the objects.
fn warn_of_directives(loader: &Loader<'_>, node: &Node) {
    node.items().iter().for_each(|item| warn_of_directives(loader, item));
    for field in node.fields() {
        let names = ["$retainKeys", "$setElementOrder/", "$deleteFromPrimitiveList/"];
        if field.key.starts_with('$') && names.iter().any(|n| field.key.starts_with(n)) {
            let message =
                format!("kustomize does not know the directive `{}` and leaves it in the object", field.key);
            loader.warn(fault("kustomize/directive-left", field.at, message).with_help("use `$patch`"));
        }
        warn_of_directives(loader, &field.value);
    }
}

fn read(written: &Written, loader: &Loader<'_>, at: Mark) -> Result<Text> {
    match (written.objects(loader), written.operations(loader.limits)) {
        (Ok(objects), Ok(operations)) if !objects.is_empty() && !operations.is_empty() => {
            Err(fault("kustomize/patch", at, "illegally qualifies as both an SM and JSON patch"))
        }
        (Ok(objects), _) => Ok(Text::Merge(objects)),
        (Err(_), Ok(operations)) => Ok(Text::Json(operations)),
        (Err(merge), Err(_)) if merge.is_too_large() => Err(merge),
        (Err(_), Err(json)) if json.is_too_large() => Err(json),
        (Err(merge), Err(json)) => {
            let message = format!(
                "unable to parse SM or JSON patch: as an object: {}; as JSON6902: {}",
                merge.message, json.message
            );
            Err(fault("kustomize/patch", merge.at, message))
        }
    }
}

/// Reads entries of `patchesStrategicMerge`: patches themselves or paths of files of patches.
pub(crate) fn load_strategic(patches: &Patches<'_>, entries: &[Entry]) -> Result<Vec<(Object, Mark)>> {
    let mut all = Vec::new();
    for entry in entries {
        let objects = match inline_strategic(patches, entry) {
            Ok(objects) => objects,
            Err(fault) if fault.is_too_large() => return Err(fault),
            Err(_) => patches
                .read(&entry.text, entry.at, Transformer::PatchStrategicMerge)?
                .objects(patches.loader)?,
        };
        objects.iter().for_each(|object| warn_of_directives(patches.loader, &object.node));
        all.extend(objects.into_iter().map(|o| (o, entry.at)));
    }
    Ok(all)
}

/// The patches that a text holds.
pub(crate) fn inline_strategic(patches: &Patches<'_>, entry: &Entry) -> Result<Vec<Object>> {
    patches.inline(&entry.text, entry.at, Transformer::PatchStrategicMerge).objects(patches.loader)
}

/// Applies strategic merge patches to the objects that they name.
pub(crate) fn apply_strategic(limits: Limits, set: &mut ObjectSet, patches: &[(Object, Mark)]) -> Result<()> {
    for (patch, at) in patches {
        let index = sole(set, &patch.original_id(), *at)?;
        let id = set.objects[index].id();
        merge_into(limits, set, patch, |object| object.id() == id)?;
    }
    Ok(())
}

/// Applies an entry of `patchesJson6902`.
pub(crate) fn apply_json(patches: &Patches<'_>, set: &mut ObjectSet, patch: &Patch) -> Result<()> {
    let at = patch.at;
    let Some(target) = patch.target.as_ref().filter(|t| !t.name.is_empty()) else {
        return Err(fault("kustomize/patch", at, "must specify the target name"));
    };
    let written = match (patch.patch.is_empty(), patch.path.is_empty()) {
        (true, true) => return Err(fault("kustomize/patch", at, "empty file path and empty jsonOp")),
        (false, false) => {
            return Err(fault("kustomize/patch", at, "must specify a file path or jsonOp, not both"));
        }
        (false, true) => patches.inline(&patch.patch, patch.patch_at, Transformer::PatchJson6902),
        (true, false) => patches.read(&patch.path, at, Transformer::PatchJson6902)?,
    };
    let operations = written.operations(patches.loader.limits)?;
    if operations.is_empty() {
        return Err(fault("kustomize/patch", at, "patch appears to be empty"));
    }
    json_on(patches.loader.limits, set, target, &operations, false).map(drop)
}

/// Applies operations to the objects that are meant; says if there are any.
fn json_on(
    limits: Limits,
    set: &mut ObjectSet,
    target: &Selector,
    operations: &[json::Operation],
    stores: bool,
) -> Result<bool> {
    let matcher = Matcher::new(target)?;
    let mut is_used = false;
    for object in set.changing() {
        if !matcher.object(object)? {
            continue;
        }
        is_used = true;
        if stores {
            object.store_id();
        }
        object.check_repeated()?;
        object.make_room_for_notes();
        json::apply(limits, &mut object.node, operations).map_err(|f| f.or_at(target.at))?;
    }
    Ok(is_used)
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

/// Merges patches into the objects that are meant; says if there are any.
fn strategic(
    limits: Limits,
    set: &mut ObjectSet,
    patches: Vec<Object>,
    target: Option<&Selector>,
    at: Mark,
) -> Result<bool> {
    let Some(target) = target else {
        for patch in patches {
            let index = sole(set, &patch.original_id(), at)?;
            merge_one(limits, &mut set.changing()[index], &patch)?;
        }
        set.drop_gone();
        return Ok(true);
    };
    let [patch] = &patches[..] else {
        let message = "multiple strategic merge patches in one entry cannot have a target";
        return Err(fault("kustomize/patch", at, message));
    };
    let matcher = Matcher::new(target)?;
    let mut ids = std::collections::HashSet::new();
    for object in &set.objects {
        if matcher.object(object)? {
            ids.insert(object.id());
        }
    }
    merge_into(limits, set, patch, |object| ids.contains(&object.id())).map(|()| !ids.is_empty())
}

fn merge_into(
    limits: Limits,
    set: &mut ObjectSet,
    patch: &Object,
    is_meant: impl Fn(&Object) -> bool,
) -> Result<()> {
    for object in set.changing() {
        if !object.is_gone() && is_meant(object) {
            merge_one_as(limits, object, patch)?;
        }
    }
    set.drop_gone();
    set.each(registered())
}

/// Merges a patch that was selected by a target: it takes the object's apiVersion.
fn merge_one_as(limits: Limits, object: &mut Object, patch: &Object) -> Result<()> {
    let mut patch = patch.clone();
    let api_version = object.gvk().api_version();
    let at = object.node.get("apiVersion").map_or(object.node.at, |n| n.at);
    patch.node.set("apiVersion", Node::from(Scalar::unset(api_version)).at(at));
    // As kustomize copies labels and annotations of such a patch as texts, a null there removes nothing.
    for field in ["labels", "annotations"] {
        if patch.node.get("metadata").and_then(|m| m.get(field)).is_some() {
            let map = patch.meta_pairs(field);
            patch.set_meta_map(field, &map);
        }
    }
    merge_one(limits, object, &patch)
}

/// Does the merge of this patch leave nothing of the annotations that were there?
fn takes_annotations(patch: &Node) -> bool {
    let takes = |node: &Node| {
        let directive = node.get("$patch").map(Node::as_text);
        node.is_null() || matches!(directive, Some("delete" | "replace"))
    };
    let metadata = patch.get("metadata");
    metadata.is_some_and(|metadata| takes(metadata) || metadata.get("annotations").is_some_and(takes))
}

fn merge_one(limits: Limits, object: &mut Object, patch: &Object) -> Result<()> {
    let (name, namespace, kind) =
        (object.name().to_owned(), object.namespace().to_owned(), object.kind().to_owned());
    object.may_repeat |= patch.may_repeat;
    let (name_at, namespace_at) = (object.meta_at("name"), object.meta_at("namespace"));
    let kind_at = object.node.get("kind").map_or(object.node.at, |n| n.at);
    let mut patch_node = patch.node.clone();
    if patch.may_change_name || patch.may_change_kind {
        object.store_id();
        // That it may is noted in the annotations of the patch, which therefore are no null.
        if let Some(metadata) = patch_node.get_mut("metadata")
            && metadata.get("annotations").is_some_and(Node::is_null)
        {
            metadata.remove("annotations");
        }
    }
    let takes_annotations = takes_annotations(&patch_node);
    // The original makes the new object, and forgets it: what is patched stays as it is.
    let is_replaced = patch.node.get("$patch").is_some_and(|node| node.as_text() == "replace");
    let kept = is_replaced.then(|| object.node.clone());
    let target = std::mem::replace(&mut object.node, Node::null());
    let at = target.at;
    let schema = Arc::clone(&object.schema);
    let Some(merged) = crate::merge::merge(schema.types()?, target, patch_node).map_err(|f| f.or_at(at))?
    else {
        return Ok(());
    };
    limits.check(&merged)?;
    object.node = kept.unwrap_or(merged);
    if object.is_gone() {
        return Ok(());
    }
    if !is_replaced && takes_annotations {
        object.lose_notes();
    }
    if !patch.may_change_kind {
        object.node.set("kind", Node::from(Scalar::unset(kind)).at(kind_at));
    }
    if !patch.may_change_name {
        object.set_name(&name, name_at);
    }
    object.set_namespace(&namespace, namespace_at);
    Ok(())
}
