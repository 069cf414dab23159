//! Every way in which an object is broken by one token.

use std::collections::HashMap;

use serde_json::{Value, json};

/// Keys below which a repository may write any keys: three of them show what all do.
const FREE: [&str; 12] = [
    "labels",
    "annotations",
    "matchLabels",
    "data",
    "stringData",
    "binaryData",
    "limits",
    "requests",
    "values",
    "nodeSelector",
    "properties",
    "parameters",
];

/// What the schema of a definition is called.
const SCHEMA: &str = "openAPIV3Schema";

/// How many mutants of one sort and place are made, however many objects have it.
const OF_EACH: usize = 1;

/// An object that was broken.
#[derive(Debug, Clone)]
pub struct Mutant {
    /// Kind, field (without numbers of items) and what was done to it.
    pub what: String,
    /// The object.
    pub object: Value,
}

/// Makes mutants, each sort once, of objects that come one after another.
#[derive(Debug, Default)]
pub struct Maker {
    seen: HashMap<String, usize>,
}

/// A step to a value.
#[derive(Debug, Clone)]
enum Step {
    Key(String),
    Item(usize),
}

impl Maker {
    /// The mutants of an object that were not made of one before.
    pub fn of(&mut self, object: &Value) -> Vec<Mutant> {
        self.of_called(object["kind"].as_str().unwrap_or_default(), object)
    }

    /// The same of any value, which is called so.
    pub fn of_called(&mut self, called: &str, object: &Value) -> Vec<Mutant> {
        let mut places = Vec::new();
        walk(object, &mut Vec::new(), &mut places);
        let mut made = Vec::new();
        for place in places {
            let Some(value) = at(object, &place) else { continue };
            for (how, changed) in changes(value, &place) {
                let what = format!("{called} {} {how}", generic(&place));
                let count = self.seen.entry(what.clone()).or_default();
                if *count >= OF_EACH {
                    continue;
                }
                *count += 1;
                let mut broken = object.clone();
                apply(&mut broken, &place, changed);
                if broken != *object {
                    made.push(Mutant { what, object: broken });
                }
            }
        }
        made
    }
}

/// What is done at a place.
enum Change {
    Set(Value),
    Remove,
    Rename(String),
    Again,
}

fn changes(value: &Value, place: &[Step]) -> Vec<(&'static str, Change)> {
    let mut all: Vec<(&'static str, Change)> = vec![("removed", Change::Remove)];
    match place.last() {
        Some(Step::Key(key)) => {
            all.push(("renamed", Change::Rename(format!("{key}x"))));
            all.push(("null", Change::Set(Value::Null)));
        }
        Some(Step::Item(_)) => all.push(("twice", Change::Again)),
        None => return Vec::new(),
    }
    let mut set = |how, value| all.push((how, Change::Set(value)));
    match value {
        Value::String(text) => {
            set("a number", json!(7));
            set("a truth", json!(true));
            set("a mapping", json!({"a": "b"}));
            set("a list", json!([text]));
            set("empty", json!(""));
            set("not a name", json!("Not Valid!"));
            set("64 letters", json!("a".repeat(64)));
            set("another", json!(format!("{text}-x")));
            set("shouted", json!(text.to_uppercase()));
            set("a negative amount", json!("-1"));
        }
        Value::Number(number) => {
            set("in quotes", json!(number.to_string()));
            set("-1", json!(-1));
            set("0", json!(0));
            set("70000", json!(70_000));
            set("5000000000", json!(5_000_000_000_u64));
            set("1.5", json!(1.5));
            set("a text", json!("many"));
            set("a list", json!([number]));
        }
        Value::Bool(truth) => {
            set("in quotes", json!(truth.to_string()));
            set("a number", json!(1));
            set("the other", json!(!truth));
        }
        Value::Array(items) => {
            set("an empty list", json!([]));
            set("a mapping", json!({"a": "b"}));
            set("a text", json!("text"));
            if let Some(first) = items.first() {
                set("its first item", first.clone());
            }
        }
        Value::Object(_) => {
            set("an empty mapping", json!({}));
            set("a list", json!([value]));
            set("a text", json!("text"));
        }
        Value::Null => {}
    }
    all
}

fn apply(object: &mut Value, place: &[Step], change: Change) {
    let Some((last, before)) = place.split_last() else { return };
    let Some(parent) = at_mut(object, before) else { return };
    match (parent, last, change) {
        (Value::Object(map), Step::Key(key), Change::Remove) => drop(map.remove(key)),
        (Value::Object(map), Step::Key(key), Change::Rename(name)) => {
            if let Some(value) = map.remove(key) {
                map.insert(name, value);
            }
        }
        (Value::Object(map), Step::Key(key), Change::Set(value)) => drop(map.insert(key.clone(), value)),
        (Value::Array(items), Step::Item(index), Change::Remove) => drop(items.remove(*index)),
        (Value::Array(items), Step::Item(index), Change::Set(value)) => items[*index] = value,
        (Value::Array(items), Step::Item(index), Change::Again) => items.push(items[*index].clone()),
        _ => {}
    }
}

fn walk(value: &Value, path: &mut Vec<Step>, places: &mut Vec<Vec<Step>>) {
    let is_free = matches!(path.last(), Some(Step::Key(key)) if FREE.contains(&key.as_str()));
    match value {
        Value::Object(map) => {
            // Fields of a definition's schema are not alike: each has keywords of its own.
            let is_schema = path.iter().any(|step| matches!(step, Step::Key(key) if key == SCHEMA));
            let most = if is_free && !is_schema { 3 } else { usize::MAX };
            let keys: Vec<&String> = map.keys().take(most).collect();
            for key in keys {
                path.push(Step::Key(key.clone()));
                places.push(path.clone());
                // Values of releases are nobody's business here.
                if !(key == "values" && map.contains_key("interval")) {
                    walk(&map[key], path, places);
                }
                path.pop();
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                path.push(Step::Item(index));
                places.push(path.clone());
                walk(item, path, places);
                path.pop();
            }
        }
        _ => {}
    }
}

fn at<'v>(value: &'v Value, place: &[Step]) -> Option<&'v Value> {
    place.iter().try_fold(value, |value, step| match step {
        Step::Key(key) => value.get(key),
        Step::Item(index) => value.get(index),
    })
}

fn at_mut<'v>(value: &'v mut Value, place: &[Step]) -> Option<&'v mut Value> {
    place.iter().try_fold(value, |value, step| match step {
        Step::Key(key) => value.get_mut(key),
        Step::Item(index) => value.get_mut(index),
    })
}

/// The place without the numbers of items and without keys of people's own.
fn generic(place: &[Step]) -> String {
    let mut text = String::new();
    let (mut is_free, mut is_schema) = (false, false);
    for step in place {
        match step {
            Step::Key(_) if is_free => text.push_str(".*"),
            Step::Key(key) => {
                if !text.is_empty() {
                    text.push('.');
                }
                text.push_str(key);
            }
            Step::Item(_) => text.push_str("[]"),
        }
        is_free = matches!(step, Step::Key(key) if FREE.contains(&key.as_str())) && !is_schema
            || matches!(step, Step::Key(key) if key == "properties");
        is_schema |= matches!(step, Step::Key(key) if key == SCHEMA);
    }
    shallow(&text)
}

/// Schemas in schemas in schemas: where the outermost and the two innermost are the same, so is the place.
fn shallow(text: &str) -> String {
    let Some((before, inside)) = text.split_once(SCHEMA) else { return text.to_owned() };
    let below = ["properties.*", "items", "additionalProperties", "allOf[]", "anyOf[]", "oneOf[]", "not"];
    let (mut steps, mut rest) = (Vec::new(), inside);
    while let Some(step) = below.iter().find(|step| {
        let after = rest.strip_prefix('.').and_then(|rest| rest.strip_prefix(**step));
        after.is_some_and(|after| after.is_empty() || after.starts_with('.'))
    }) {
        steps.push(*step);
        rest = &rest[step.len() + 1..];
    }
    let steps = match steps.as_slice() {
        [first, _, .., two, one] if steps.len() > 3 => vec![*first, "…", *two, *one],
        _ => steps,
    };
    let inside: String = steps.iter().map(|step| format!(".{step}")).collect();
    format!("{before}{SCHEMA}{inside}{rest}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mutant_differs_in_one_place_and_each_sort_is_made_once() {
        let object = json!({"kind": "A", "spec": {"size": 1, "names": ["x", "y"]}});
        let mut maker = Maker::default();
        let made = maker.of(&object);
        assert!(made.iter().all(|mutant| mutant.object != object));
        let whats: Vec<&str> = made.iter().map(|mutant| mutant.what.as_str()).collect();
        assert!(whats.contains(&"A spec.names[] twice"), "{whats:?}");
        assert!(whats.contains(&"A spec.size in quotes"), "{whats:?}");
        assert!(maker.of(&object).is_empty());
    }

    #[test]
    fn a_place_deep_in_a_schema_is_the_same_at_any_depth() {
        let place = |inside: &str| shallow(&format!("spec.versions[].schema.openAPIV3Schema{inside}"));
        assert_eq!(place(".properties.*.type"), "spec.versions[].schema.openAPIV3Schema.properties.*.type");
        let deep = ".properties.*.items.properties.*.anyOf[]";
        assert_eq!(
            place(&format!("{deep}.pattern")),
            place(".properties.*.items.items.properties.*.anyOf[].pattern")
        );
        assert_ne!(place(&format!("{deep}.pattern")), place(".properties.*.anyOf[].pattern"));
    }
}
