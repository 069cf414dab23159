//! Which objects a selector means: anchored regular expressions and the label-selector language.

use std::collections::BTreeMap;

use regex::Regex;

use crate::fault::{Result, fault};
use crate::id::Gvk;
use crate::kustomization::args::Selector;
use crate::object::Object;
use crate::pattern;
use crate::yaml::node::Mark;

/// A selector ready to match.
pub(crate) struct Matcher {
    group: Option<Anchored>,
    version: Option<Anchored>,
    kind: Option<Anchored>,
    name: Option<Anchored>,
    namespace: Option<Anchored>,
    labels: Conditions,
    annotations: Conditions,
    has_conditions: bool,
}

/// What is no label selector is refused when an object is held against it: kustomize reads it then.
type Conditions = Result<Vec<Condition>>;

/// An expression that must match a whole text.
enum Anchored {
    /// Letters, digits and signs that mean themselves, and dots, which mean any character: most are this, and making an expression
    /// of it would take longer than all that it is asked.
    Word(String),
    Expression(Box<Regex>),
}

impl Anchored {
    fn matches(&self, text: &str) -> bool {
        let word = match self {
            Anchored::Expression(expression) => return expression.is_match(text),
            Anchored::Word(word) => word,
        };
        word == text
            || word.contains('.') && word.chars().count() == text.chars().count() && {
                let mut pairs = word.chars().zip(text.chars());
                pairs.all(|(wanted, is)| wanted == is || (wanted == '.' && is != '\n'))
            }
    }
}

fn anchored(text: &str, at: Mark) -> Result<Option<Anchored>> {
    if text.is_empty() {
        return Ok(None);
    }
    if text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'/' | b':' | b'.')) {
        return Ok(Some(Anchored::Word(text.to_owned())));
    }
    let found = pattern::compile(&format!("^(?:{text})$"));
    found
        .map(|expression| Some(Anchored::Expression(Box::new(expression))))
        .ok_or_else(|| fault("kustomize/selector", at, format!("`{text}` is not a regular expression")))
}

fn agrees(pattern: Option<&Anchored>, text: &str) -> bool {
    pattern.is_none_or(|p| p.matches(text))
}

impl Matcher {
    pub(crate) fn new(selector: &Selector) -> Result<Self> {
        let at = selector.at;
        Ok(Matcher {
            group: anchored(&selector.gvk.group, at)?,
            version: anchored(&selector.gvk.version, at)?,
            kind: anchored(&selector.gvk.kind, at)?,
            name: anchored(&selector.name, at)?,
            namespace: anchored(&selector.namespace, at)?,
            labels: conditions(&selector.labels, at),
            annotations: conditions(&selector.annotations, at),
            has_conditions: !selector.labels.is_empty() || !selector.annotations.is_empty(),
        })
    }

    pub(crate) fn gvk(&self, gvk: &Gvk) -> bool {
        agrees(self.group.as_ref(), &gvk.group)
            && agrees(self.version.as_ref(), &gvk.version)
            && agrees(self.kind.as_ref(), &gvk.kind)
    }

    pub(crate) fn identity(&self, gvk: &Gvk, name: &str, namespace: &str) -> bool {
        self.gvk(gvk) && agrees(self.name.as_ref(), name) && agrees(self.namespace.as_ref(), namespace)
    }

    pub(crate) fn has_conditions(&self) -> bool {
        self.has_conditions
    }

    /// Do labels and annotations agree? Both are looked at in any case (`matchesAnnoAndLabelSelector`).
    pub(crate) fn texts(&self, object: &Object) -> Result<bool> {
        let annotations = holds(&self.annotations, object, "annotations")?;
        Ok(holds(&self.labels, object, "labels")? && annotations)
    }

    /// Is this object meant, by its first or its present name and namespace (`resWrangler.Select`)?
    pub(crate) fn object(&self, object: &Object) -> Result<bool> {
        let either = |pattern: &Option<Anchored>, old: &str, new: &str| {
            agrees(pattern.as_ref(), old) || agrees(pattern.as_ref(), new)
        };
        Ok(either(&self.namespace, object.original_namespace(), object.effective_namespace())
            && either(&self.name, object.original_name(), object.name())
            && self.gvk(&object.gvk())
            && holds(&self.labels, object, "labels")?
            && holds(&self.annotations, object, "annotations")?)
    }
}

fn holds(conditions: &Conditions, object: &Object, field: &str) -> Result<bool> {
    let conditions = conditions.as_ref().map_err(Clone::clone)?;
    Ok(conditions.is_empty() || {
        let map = object.meta_map(field);
        conditions.iter().all(|c| c.holds(&map))
    })
}

/// One condition of a label selector.
enum Condition {
    In(String, Vec<String>),
    NotIn(String, Vec<String>),
    Exists(String),
    Missing(String),
    Compare(String, bool, i64),
}

impl Condition {
    fn holds(&self, map: &BTreeMap<String, String>) -> bool {
        match self {
            Condition::In(key, values) => map.get(key).is_some_and(|v| values.contains(v)),
            Condition::NotIn(key, values) => map.get(key).is_none_or(|v| !values.contains(v)),
            Condition::Exists(key) => map.contains_key(key),
            Condition::Missing(key) => !map.contains_key(key),
            Condition::Compare(key, is_greater, bound) => {
                let value = map.get(key).and_then(|v| v.parse::<i64>().ok());
                value.is_some_and(|v| if *is_greater { v > *bound } else { v < *bound })
            }
        }
    }
}

fn conditions(text: &str, at: Mark) -> Result<Vec<Condition>> {
    let mut parts = Vec::new();
    let (mut depth, mut start) = (0, 0);
    for (index, c) in text.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(&text[start..index]);
                start = index + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    if text.trim().is_empty() {
        return Ok(Vec::new());
    }
    parts
        .into_iter()
        .map(|part| {
            condition(part.trim())
                .ok_or_else(|| fault("kustomize/selector", at, format!("`{text}` is not a label selector")))
        })
        .collect()
}

fn condition(text: &str) -> Option<Condition> {
    let key = |t: &str| Some(t.trim().to_owned()).filter(|t| is_label_key(t));
    let value = |t: &str| Some(t.trim().to_owned()).filter(|t| t.is_empty() || is_label_name(t));
    if let Some(name) = text.strip_prefix('!') {
        return key(name).map(Condition::Missing);
    }
    if let Some((k, v)) = text.split_once("!=") {
        return Some(Condition::NotIn(key(k)?, vec![value(v)?]));
    }
    if let Some((k, v)) = text.split_once("==").or_else(|| text.split_once('=')) {
        return Some(Condition::In(key(k)?, vec![value(v)?]));
    }
    for (mark, is_greater) in [('>', true), ('<', false)] {
        if let Some((k, v)) = text.split_once(mark) {
            return Some(Condition::Compare(key(k)?, is_greater, v.trim().parse().ok()?));
        }
    }
    if let Some((head, values)) = text.strip_suffix(')').and_then(|t| t.split_once('(')) {
        let mut words = head.split_whitespace();
        let (k, operator) = (words.next()?, words.next()?);
        let values = values.split(',').map(value).collect::<Option<Vec<_>>>()?;
        return match operator {
            "in" => Some(Condition::In(key(k)?, values)),
            "notin" => Some(Condition::NotIn(key(k)?, values)),
            _ => None,
        };
    }
    key(text).map(Condition::Exists)
}

/// `IsQualifiedName` of k8s.io/apimachinery, pkg/util/validation: a name, or a domain in lower case, `/` and a name.
fn is_label_key(text: &str) -> bool {
    let is_label = |label: &str| {
        label.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            && !label.is_empty()
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    match text.split_once('/') {
        Some((domain, name)) => domain.len() <= 253 && domain.split('.').all(is_label) && is_label_name(name),
        None => is_label_name(text),
    }
}

/// At most 63 letters, digits and `-_.` between a letter or digit and another.
fn is_label_name(text: &str) -> bool {
    let is_end = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    let bytes = text.as_bytes();
    bytes.len() <= 63
        && is_end(bytes.first())
        && is_end(bytes.last())
        && bytes.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_and_values_of_labels_are_names() {
        let is_read = |text: &str| conditions(text, Mark::default()).is_ok();
        let long = "a".repeat(64);
        assert!(is_read("app=web,example.org/tier in (front, ),!x.y_z,a>1"));
        for wrong in
            ["-1", "a=-b", "Example.org/a", "a/b/c", "/a", "a/", &long, &format!("a={long}"), "a in (b-)"]
        {
            assert!(!is_read(wrong), "{wrong}");
        }
    }

    #[test]
    fn a_word_matches_as_its_expression_would() {
        let matches = |pattern: &str, text: &str| {
            let pattern = anchored(pattern, Mark::default()).ok().flatten().unwrap();
            pattern.matches(text)
        };
        assert!(
            matches("apps.example.org", "apps.example.org")
                && matches("a.c", "abc")
                && matches("a.c", "a\u{e9}c")
        );
        assert!(
            !matches("a.c", "ac")
                && !matches("a.c", "a\nc")
                && !matches("web", "web-1")
                && matches("we.*", "web")
        );
    }
}
