//! Validators: transformers that must leave everything as it is.

use super::{Plugin, transformers};
use crate::fault::{Result, fault};
use crate::kustomization::record::Entry;
use crate::object::Object;
use crate::patch::Patches;
use crate::set::ObjectSet;
use crate::yaml::node::{Mark, Node, Value};

/// A label that validators may set.
const LABEL: &str = "validated-by";

/// Runs the entries of `validators`; one that changes anything but the label `validated-by` is refused.
pub(crate) fn validate(from: &Patches<'_>, entries: &[Entry], set: &mut ObjectSet) -> Result<()> {
    for Plugin { transform, config, at } in transformers(from, "validators", entries)? {
        let before = set.objects.clone();
        transform(set)?;
        // Setting a value is a change even if it is the old one, except where only its text is copied.
        let copies = config.kind() == "ReplacementTransformer";
        let is_same = before.len() == set.objects.len()
            && before.iter().zip(&set.objects).all(|(a, b)| same(a.clone(), b.clone(), copies));
        if !is_same {
            let message = "validator shouldn't modify the resource map";
            return Err(fault("kustomize/validator", at, message)
                .with_help("list what changes objects under `transformers`"));
        }
    }
    Ok(())
}

fn same(mut before: Object, mut after: Object, copies: bool) -> bool {
    let mut labels = after.meta_pairs("labels");
    if labels.remove(LABEL).is_some() {
        after.set_meta_map("labels", &labels);
    }
    if copies {
        [&mut before, &mut after].into_iter().for_each(|object| forget_scalars(&mut object.node));
    }
    before == after
}

/// Forgets who set scalars.
fn forget_scalars(node: &mut Node) {
    match &mut node.value {
        Value::Scalar(_) => node.at = Mark::default(),
        Value::Map(fields) => fields.iter_mut().for_each(|field| forget_scalars(&mut field.value)),
        Value::Seq(items) => items.iter_mut().for_each(forget_scalars),
    }
}
