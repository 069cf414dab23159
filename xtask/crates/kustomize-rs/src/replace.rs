//! Replacements: a value of one object copied into fields of others.

mod inside;
mod target;

pub(crate) use target::lookup;

use smol_str::SmolStr;

use crate::Limits;
use crate::fault::{Result, fault};
use crate::kustomization::args::{FieldOptions, Replacement, Selector, Target};
use crate::kustomization::record::{Entry, Reading};
use crate::load::{Folder, Loader};
use crate::object::Object;
use crate::path::split_brackets;
use crate::select::Matcher;
use crate::set::ObjectSet;
use crate::shared;
use crate::source::Transformer;
use crate::yaml::document::{self, Forms};
use crate::yaml::node::{Mark, Node, Scalar, Value};
use crate::yaml::read::Twice;

const DEFAULT_PATH: &str = "metadata.name";

/// Reads entries that are files, and applies all in order.
pub(crate) fn apply(
    loader: &Loader<'_>,
    folder: &Folder,
    set: &mut ObjectSet,
    entries: &[(Mark, Replacement)],
) -> Result<()> {
    let mut all = Vec::new();
    for (at, entry) in entries {
        if entry.path.is_empty() {
            // kustomize writes inline entries anew before it reads them, and an empty list is left out then.
            let mut inline = entry.clone();
            inline.targets = inline.targets.filter(|targets| !targets.is_empty());
            all.push((*at, inline));
            continue;
        }
        let node = loader.document(folder, &entry.path, *at, Twice::Last)?;
        match &node.value {
            Value::Seq(items) => {
                for item in items {
                    all.push((item.at, Replacement::read(item, false, Reading::Loose)?));
                }
            }
            Value::Map(_) => all.push((node.at, Replacement::read(&node, false, Reading::Loose)?)),
            Value::Scalar(_) => {
                return Err(fault(
                    "kustomize/replacement",
                    node.at,
                    "expected a replacement or a list of them",
                ));
            }
        }
    }
    all.iter().try_for_each(|(at, replacement)| {
        let source = loader.sources.by(at.file, Transformer::Replacements);
        one(loader, set, replacement, *at, source)
    })
}

fn one(loader: &Loader<'_>, set: &mut ObjectSet, replacement: &Replacement, at: Mark, by: u32) -> Result<()> {
    let code = "kustomize/replacement";
    let value = match (&replacement.source, &replacement.value, &replacement.targets) {
        (None, None, _) | (_, _, None) => {
            return Err(fault(code, at, "replacements must specify a source and at least one target"));
        }
        (Some(_), Some(_), _) => {
            return Err(fault(code, at, "value and resource selectors are mutually exclusive"));
        }
        (None, Some(Entry { text, .. }), _) => Scalar::unset(text.as_str()).into(),
        (Some((selector, path, options)), None, _) => source(set, selector, path, options)?,
    };
    let written = || {
        let text = loader.text_of(value.at.file).unwrap_or_default();
        Forms::around(value.at, &text).written(&value)
    };
    for target in replacement.targets.iter().flatten() {
        copy(loader.limits, set, &value, &written, target, by)?;
    }
    Ok(())
}

fn source(set: &ObjectSet, selector: &Selector, path: &str, options: &FieldOptions) -> Result<Node> {
    let code = "kustomize/replacement";
    let is_meant = |object: &&Object| {
        object.all_ids().iter().any(|id| {
            let namespace = if selector.namespace.is_empty() { "default" } else { &selector.namespace };
            (selector.name.is_empty() || selector.name == id.name)
                && (selector.namespace.is_empty()
                    || namespace == crate::id::effective_namespace(&id.namespace, false))
                && id.gvk.is_selected(&selector.gvk)
        })
    };
    let mut found = set.objects.iter().filter(is_meant);
    let Some(object) = found.next() else {
        return Err(fault(code, selector.at, "nothing selected by the source"));
    };
    if found.next().is_some() {
        return Err(fault(code, selector.at, "multiple matches for the source"));
    }
    let path = if path.is_empty() { DEFAULT_PATH } else { path };
    let node = lookup(&object.node, &split_brackets(path)).map_err(|f| f.or_at(selector.at))?;
    let Some(node) = node.filter(|n| !n.is_empty()) else {
        let message = format!("fieldPath `{path}` is missing in the replacement source {}", object.id());
        return Err(fault(code, selector.at, message));
    };
    let mut node = node.clone();
    shared::part(&mut node);
    if options.delimiter.is_empty() {
        return Ok(node);
    }
    let Value::Scalar(scalar) = &mut node.value else {
        return Err(fault(code, selector.at, "delimiter option can only be used with scalar nodes"));
    };
    let part = usize::try_from(options.index).ok();
    let part = part.and_then(|i| scalar.text.split(&options.delimiter).nth(i)).map(SmolStr::new);
    scalar.text = part.ok_or_else(|| {
        let message = format!("options.index {} is out of bounds for value {}", options.index, scalar.text);
        fault(code, selector.at, message)
    })?;
    Ok(node)
}

fn copy(
    limits: Limits,
    set: &mut ObjectSet,
    value: &Node,
    written: &dyn Fn() -> document::Node,
    target: &Target,
    by: u32,
) -> Result<()> {
    let Some(select) = &target.select else {
        return Err(fault("kustomize/replacement", target.at, "target must specify resources to select"));
    };
    let matcher = Matcher::new(select)?;
    let rejects = target.reject.iter().map(|r| Ok((Matcher::new(r)?, r.has_identity())));
    let rejects = rejects.collect::<Result<Vec<_>>>()?;
    let default = [Entry { text: DEFAULT_PATH.to_owned(), at: target.at }];
    let paths = if target.paths.is_empty() { &default[..] } else { &target.paths };
    // What is set is said to be set by the line of the path.
    let values: Vec<(target::Path, Node)> =
        paths.iter().map(|p| (target::Path::new(&p.text), value.clone().all_at(p.at.of(by)))).collect();
    for object in set.changing() {
        let ids = object.all_ids();
        let is = |m: &Matcher| ids.iter().any(|id| m.identity(&id.gvk, &id.name, &id.namespace));
        if !matcher.texts(object)? {
            continue;
        }
        let mut is_rejected = false;
        for (reject, has_identity) in &rejects {
            let by_texts = !is_rejected && reject.has_conditions() && reject.texts(object)?;
            is_rejected |= by_texts || (*has_identity && is(reject));
        }
        if is_rejected || !is(&matcher) {
            continue;
        }
        for (path, value) in &values {
            let set = target::set(limits, &mut object.node, path, value, written, &target.options);
            set.and_then(|()| limits.check(&object.node)).map_err(|f| f.or_at(target.at))?;
            shared::settle(object);
        }
    }
    Ok(())
}
