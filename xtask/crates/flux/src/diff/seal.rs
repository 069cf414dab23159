//! Secrets while objects are compared: each is a number that only says whether two are the same, and nothing of it comes out.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap, HashSet};

use base64::Engine;
use kustomize_rs::yaml::json::read_as_json;
use kustomize_rs::yaml::node::Node;
use serde_json::{Map, Value};

use super::HIDDEN;
use super::path::Segment;
use crate::envsubst;
use crate::object::ObjectKey;
use crate::render::masked::MASK;
use crate::render::spec::{Name, is_kind};
use crate::render::{Part, Rendered, Rendering, below, data_of, value};
use crate::values;

/// Around the number that stands for a secret: characters that nothing has a meaning for, and that YAML can hold.
const SEAL: [char; 2] = ['\u{f8fe}', '\u{f8ff}'];
/// Fields that say which object it is.
const NAMES: [&str; 4] = ["apiVersion", "kind", "metadata.name", "metadata.namespace"];
/// What is shorter is not looked for inside of other texts: it would be found where it is not meant.
const SHORTEST_WITHIN: usize = 8;
/// The same for objects of which nothing says that a secret was put into them.
const SHORTEST_COPY: usize = 16;

/// The secrets of a comparison.
#[derive(Debug, Default)]
pub(super) struct Seals {
    numbers: RefCell<HashMap<String, usize>>,
}

/// The Secrets of a side.
#[derive(Debug, Default)]
pub(super) struct Secrets {
    /// Which there are. What the caller gave as data beside the repository is known to be no secret, or has no value.
    keys: HashSet<ObjectKey>,
    /// Their values: something else may hold a copy of one.
    copied: Known,
    /// The values of variables that come from one: they may be in anything that is in a cluster.
    variables: Known,
    /// Variables that are no secret, though one of them holds them.
    public: BTreeSet<String>,
}

impl Secrets {
    /// Those among the objects of a rendering.
    pub(super) fn of(rendering: &Rendering) -> Self {
        let mut secrets = Secrets::default();
        let objects = rendering.parts.iter().flat_map(|part| &part.objects);
        for object in objects.filter(|o| is_kind(&o.node, "", "Secret")) {
            secrets.keys.insert(ObjectKey::named("Secret", &Name::of(&object.node)));
            secrets.copied.add_copied(&object.node);
        }
        secrets
    }

    /// Those of a cluster, whose values are all known; `rendering` says which are put into other objects.
    pub(super) fn in_cluster(all: &[Value], public: &BTreeSet<String>, rendering: &Rendering) -> Self {
        let mut secrets = Secrets { public: public.clone(), ..Secrets::default() };
        for secret in all {
            secrets.keys.insert(ObjectKey::of(secret));
            let data = secret.get("data").and_then(Value::as_object).into_iter().flatten();
            let texts =
                data.filter(|(key, _)| !public.contains(*key)).map(|(_, value)| decoded(&text_of(value)));
            secrets.copied.whole.extend(texts.filter(|text| text.len() >= SHORTEST_COPY));
        }
        let mut variables = BTreeSet::new();
        for part in &rendering.parts {
            let secret = part.variables.names().filter(|name| secrets.holds(part, name));
            let values = secret.filter_map(|name| part.variables.get(name)?.value.clone());
            variables.extend(values.filter(|value| !value.is_empty()));
        }
        secrets.variables.whole = variables.into_iter().collect();
        secrets
    }

    /// Is the value of a variable secret?
    fn holds(&self, part: &Part, name: &str) -> bool {
        let variable = part.variables.get(name);
        let is_in = |from: &ObjectKey| self.keys.contains(from) && !self.public.contains(name);
        variable.is_some_and(|variable| variable.from.as_ref().is_some_and(is_in))
    }
}

/// Where in an object secrets were put, and which.
pub(super) struct Places {
    paths: HashSet<String>,
    known: Known,
}

impl Places {
    /// Those of an object that is rendered.
    pub(super) fn of(part: &Part, object: &Rendered, secrets: &Secrets) -> Self {
        let mut places = Places { paths: HashSet::new(), known: Known::default() };
        for name in object.variables.iter().filter(|name| secrets.holds(part, name)) {
            let text = part.variables.get(name).and_then(|variable| variable.value.as_deref());
            places.known.whole.extend(text.filter(|text| !text.is_empty()).map(str::to_owned));
        }
        let uses = |text: &str| {
            envsubst::variables(text).is_ok_and(|uses| uses.iter().any(|u| secrets.holds(part, &u.variable)))
        };
        let changed = object.before.iter().filter(|(_, text)| uses(text)).map(|(path, _)| path);
        let encrypted = object.ciphers.iter().map(|(path, _)| path);
        places.paths = changed.chain(encrypted).cloned().collect();
        places
    }
}

/// A path with `*` for the number of an item.
fn without_numbers(path: &str) -> String {
    let is_number = |step: &str| !step.is_empty() && step.bytes().all(|byte| byte.is_ascii_digit());
    let steps: Vec<&str> = path.split('.').map(|step| if is_number(step) { "*" } else { step }).collect();
    steps.join(".")
}

/// What is a secret on one side is one on the other: otherwise a text that a new Secret holds too would look changed
/// wherever else it is.
pub(super) fn share(one: &mut Secrets, other: &mut Secrets) {
    let both: HashSet<&String> = one.copied.whole.iter().chain(&other.copied.whole).collect();
    let both: Vec<String> = both.into_iter().cloned().collect();
    other.copied.whole.clone_from(&both);
    one.copied.whole = both;
}

/// Texts that are secret wherever they are.
#[derive(Debug, Default)]
pub(super) struct Known {
    whole: Vec<String>,
}

impl Known {
    /// Notes the values of a Secret; those of a text that is YAML each for itself too.
    pub(super) fn add(&mut self, text: &str) {
        let text = text.trim_end_matches('\n');
        if matches!(text, "" | "true" | "false" | "null") {
            return;
        }
        if text.contains([':', '\n', '{'])
            && let Ok(node) = read_as_json(text, "secret", kustomize_rs::Limits::default())
            && node.scalar().is_none()
        {
            self.add_leaves(&value(&node));
        }
        self.whole.push(text.to_owned());
    }

    fn add_leaves(&mut self, value: &Value) {
        match value {
            Value::Object(fields) => fields.values().for_each(|value| self.add_leaves(value)),
            Value::Array(items) => items.iter().for_each(|item| self.add_leaves(item)),
            Value::String(text) => self.add(text),
            Value::Number(number) => self.whole.push(number.to_string()),
            Value::Bool(_) | Value::Null => {}
        }
    }

    /// Notes the values that come from the layer of that number.
    pub(super) fn add_values(&mut self, node: &values::Node, layer: usize) {
        match &node.content {
            values::Content::Map(all) => all.iter().for_each(|(_, value)| self.add_values(value, layer)),
            values::Content::List(items) => items.iter().for_each(|item| self.add_values(item, layer)),
            _ if node.origin.layer == values::Layer::Reference(layer) => self.add_leaves(&node.to_value()),
            _ => {}
        }
    }

    /// Notes the values of a Secret of which something else may hold a copy; short ones are words that many use.
    fn add_copied(&mut self, secret: &Node) {
        let data = data_of(secret).into_iter().flat_map(|(_, data)| data.into_values().flatten());
        let long = data.filter(|text| text.len() >= SHORTEST_COPY && text != MASK);
        self.whole.extend(long.map(|text| text.trim_end_matches('\n').to_owned()));
    }

    /// The text without them: all of it is one, or some of so many characters or more are inside of it. None if there is none.
    fn without(&self, text: &str, least: usize, seals: &Seals) -> Option<String> {
        if is_sealed(text) {
            return None;
        }
        if self.whole.iter().any(|secret| secret == text.trim_end_matches('\n')) {
            return Some(seals.seal(text));
        }
        let mut inside: Vec<&String> = self
            .whole
            .iter()
            .filter(|secret| secret.len() >= least && text.contains(secret.as_str()))
            .collect();
        // What is part of another is gone with it.
        inside.sort_unstable_by_key(|secret| std::cmp::Reverse(secret.len()));
        (!inside.is_empty()).then(|| {
            inside
                .iter()
                .fold(text.to_owned(), |text, secret| text.replace(secret.as_str(), &seals.seal(secret)))
        })
    }
}

impl Seals {
    /// The same for the same text; what is sealed stays so.
    fn seal(&self, text: &str) -> String {
        if is_sealed(text) {
            return text.to_owned();
        }
        let mut numbers = self.numbers.borrow_mut();
        let next = numbers.len();
        let number = *numbers.entry(text.to_owned()).or_insert(next);
        format!("{}{number}{}", SEAL[0], SEAL[1])
    }

    /// An object of a Kustomization.
    pub(super) fn object(&self, part: &Part, object: &Rendered, secrets: &Secrets) -> Value {
        let mut sealed = value(&object.node);
        if !object.ciphers.is_empty() {
            let cipher = |path: &str, _: &str| {
                object.ciphers.iter().find(|(at, _)| at == path).map(|(_, cipher)| self.seal(cipher))
            };
            Self::leaves(&mut sealed, "", &cipher);
        }
        let Places { paths, known } = Places::of(part, object, secrets);
        if !known.whole.is_empty() || !paths.is_empty() {
            self.texts(&mut sealed, |path| paths.contains(path), &known);
        }
        self.held(&mut sealed, secrets);
        sealed
    }

    /// The texts at these paths, and those that hold one that is known.
    fn texts(&self, object: &mut Value, is_at: impl Fn(&str) -> bool, known: &Known) {
        let secret = |path: &str, text: &str| match is_at(path) {
            true => Some(self.seal(text)),
            false => known.without(text, SHORTEST_WITHIN, self),
        };
        Self::leaves(object, "", &secret);
    }

    /// What a Secret holds, and what anything else holds of one.
    fn held(&self, object: &mut Value, secrets: &Secrets) {
        if object["kind"] == "Secret" && object["apiVersion"] == "v1" {
            self.secret(object);
        } else if !secrets.copied.whole.is_empty() {
            Self::leaves(object, "", &|_, text| secrets.copied.without(text, SHORTEST_COPY, self));
        }
    }

    /// An object of a release whose values hold these secrets.
    pub(super) fn of_release(&self, object: &Node, known: &Known) -> Value {
        let mut sealed = self.without(value(object), known);
        if is_kind(object, "", "Secret") {
            self.secret(&mut sealed);
        }
        sealed
    }

    /// An object without these secrets.
    pub(super) fn without(&self, mut object: Value, known: &Known) -> Value {
        if !known.whole.is_empty() {
            Self::leaves(&mut object, "", &|_, text| known.without(text, SHORTEST_WITHIN, self));
        }
        object
    }

    /// An object of a cluster; `places` are those of what it was rendered as.
    pub(super) fn in_cluster(&self, object: &Value, places: Option<&Places>, secrets: &Secrets) -> Value {
        let mut sealed = object.clone();
        // Lists of a cluster may have more items.
        let paths: HashSet<String> =
            places.iter().flat_map(|places| &places.paths).map(|path| without_numbers(path)).collect();
        self.texts(&mut sealed, |path| paths.contains(&without_numbers(path)), &secrets.variables);
        self.held(&mut sealed, secrets);
        sealed
    }

    /// The data of a Secret; however it is written, what is in the cluster is `data`.
    fn secret(&self, object: &mut Value) {
        let Some(fields) = object.as_object_mut() else { return };
        let mut data = Map::new();
        for (key, value) in taken(fields, "data") {
            data.insert(key, self.seal(&decoded(&text_of(&value))).into());
        }
        for (key, value) in taken(fields, "stringData") {
            data.insert(key, self.seal(&text_of(&value)).into());
        }
        if !data.is_empty() {
            fields.insert("data".to_owned(), Value::Object(data));
        }
        // What `kubectl apply` noted is all of it once more.
        if let Some(Value::Object(notes)) = object.pointer_mut("/metadata/annotations") {
            notes.remove("kubectl.kubernetes.io/last-applied-configuration");
        }
    }

    /// Seals the texts and numbers, and the keys, that are secret: `secret` is asked with the path and the text, and gives what takes
    /// its place; a key has no path.
    fn leaves(node: &mut Value, path: &str, secret: &dyn Fn(&str, &str) -> Option<String>) {
        match node {
            Value::Object(fields) => {
                let all = std::mem::take(fields);
                for (key, mut value) in all {
                    let path = below(path, &key);
                    // Names say which object it is.
                    if !NAMES.contains(&path.as_str()) {
                        Self::leaves(&mut value, &path, secret);
                    }
                    let key = secret("", &key).unwrap_or(key);
                    fields.insert(key, value);
                }
            }
            Value::Array(items) => {
                for (index, item) in items.iter_mut().enumerate() {
                    Self::leaves(item, &below(path, &index.to_string()), secret);
                }
            }
            Value::Null => {}
            scalar => {
                if let Some(text) = secret(path, &text_of(scalar)) {
                    *scalar = text.into();
                }
            }
        }
    }
}

fn taken(fields: &mut Map<String, Value>, name: &str) -> Map<String, Value> {
    match fields.shift_remove(name) {
        Some(Value::Object(found)) => found,
        _ => Map::new(),
    }
}

/// The text that stands behind base64; the same if there is none.
fn decoded(text: &str) -> String {
    let bytes = base64::engine::general_purpose::STANDARD.decode(text.replace(['\n', '\r'], ""));
    bytes.ok().and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_else(|| text.to_owned())
}

fn text_of(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Is something sealed in the text?
pub(super) fn is_sealed(text: &str) -> bool {
    text.contains(SEAL[0])
}

/// Is a sealed text in it?
pub(super) fn holds_one(value: &Value) -> bool {
    match value {
        Value::Object(fields) => fields.iter().any(|(key, value)| is_sealed(key) || holds_one(value)),
        Value::Array(items) => items.iter().any(holds_one),
        Value::String(text) => is_sealed(text),
        _ => false,
    }
}

/// The same as it may be shown.
pub(super) fn hidden(value: &Value) -> Value {
    match value {
        Value::Object(fields) => fields.iter().map(|(key, value)| (shown_text(key), hidden(value))).collect(),
        Value::Array(items) => items.iter().map(hidden).collect(),
        Value::String(text) => shown_text(text).into(),
        other => other.clone(),
    }
}

/// A step of a path as it may be shown.
pub(super) fn shown_segment(segment: &Segment) -> Segment {
    match segment {
        Segment::Key(key) => Segment::Key(shown_text(key)),
        Segment::Item(keys) => {
            Segment::Item(keys.iter().map(|(key, value)| (key.clone(), shown_text(value))).collect())
        }
        other => other.clone(),
    }
}

fn shown_text(text: &str) -> String {
    let mut pieces = text.split(SEAL[0]);
    let mut shown = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        shown.push_str(HIDDEN);
        shown.push_str(piece.split_once(SEAL[1]).map_or("", |(_, rest)| rest));
    }
    shown
}
