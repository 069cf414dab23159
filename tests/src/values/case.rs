//! A case out of a seed.

use std::collections::{BTreeMap, BTreeSet};

use flux::values::Reference;
use serde_json::Value;

use super::{Case, documents, lines};
use crate::differential::draw::Draw;

/// The case that a seed makes.
pub fn case(seed: u64) -> Case {
    let mut draw = Draw::new(seed);
    let mut case =
        Case { references: Vec::new(), objects: BTreeMap::new(), inline: None, hits: BTreeSet::new() };
    for _ in 0..draw.pick(&[0, 1, 1, 2, 2, 2, 3, 3, 4, 5]) {
        let reference = reference(&mut draw, &mut case);
        case.references.push(reference);
    }
    if draw.takes(70, "inline values") {
        case.inline = Some(inline(&mut draw));
    }
    case.hits = draw.hits;
    case
}

fn reference(draw: &mut Draw, case: &mut Case) -> Reference {
    let kind = if draw.takes(1, "unknown kind") { "Pod" } else { draw.name(&["ConfigMap", "Secret"]) };
    let mut reference = Reference {
        kind: kind.to_owned(),
        name: format!("o{}", draw.below(4)),
        optional: draw.takes(40, "optional"),
        literal: draw.takes(25, "literal"),
        ..Reference::default()
    };
    if draw.takes(40, "valuesKey") {
        reference.values_key = draw.pick(&["k", "l", "values.yaml"]).to_owned();
    }
    if draw.takes(50, "targetPath") {
        reference.target_path = lines::path(draw);
    }
    if draw.takes(2, "missing object") {
        return reference;
    }
    let name = format!("{}/{}", reference.kind, reference.name);
    let data = case.objects.entry(name).or_default();
    if draw.takes(3, "missing key") {
        return reference;
    }
    let is_new = !data.contains_key(reference.key());
    if is_new {
        let text = if reference.target_path.is_empty() { documents::text(draw) } else { lines::value(draw) };
        data.insert(reference.key().to_owned(), text);
    }
    reference
}

fn inline(draw: &mut Draw) -> Value {
    if draw.takes(4, "inline values that are no map") {
        return documents::plain(draw, 2);
    }
    let mut map = documents::map(draw, 3);
    if draw.takes(3, "inline text that is no YAML") {
        let key = draw.pick(&["\u{7f}", "\u{85}x", "\u{2028}", "\u{feff}", "\u{fffe}", "<&>", "😀", "\u{1}"]);
        map.insert(key.to_owned(), Value::from(format!("x {key} y")));
    }
    if draw.takes(1, "long inline key") {
        map.insert("k".repeat(draw.between(1015, 1030)), Value::from(1));
    }
    Value::Object(map)
}
