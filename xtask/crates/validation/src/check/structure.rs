//! Fields, types and lists.
//!
//! Behaviour: sigs.k8s.io/structured-merge-diff (what server-side apply refuses before anything else), conversion into the types of
//! Kubernetes for built-in kinds, `pkg/apiserver/validation` of k8s.io/apiextensions-apiserver for custom ones.

use kustomize_rs::yaml::node::{Node, Value};
use kustomize_rs::yaml::value::{Plain, decide};
use yamltree::nearest::nearest;

use super::path::Step;
use super::{Checker, Faults, Sort, conditions, lists, metadata, quantity, values};
use crate::built_in;
use crate::schemas::Kind;
use crate::types::{Is, Type, TypeId};

pub(crate) fn check<'a>(object: &'a Node, kind: &Kind<'a>, checker: &mut Checker, faults: &mut Faults<'a>) {
    Walk { kind: *kind, checker, is_condition: false, is_default: false }.value(
        object,
        kind.known.root,
        faults,
    );
}

/// The same of a default value. Nothing looks at it but the validator, to which a list is right for any text with a format,
/// and anything where a number or a text is meant and `anyOf` does not say so.
pub(super) fn default<'a>(value: &'a Node, kind: &Kind<'a>, checker: &mut Checker, faults: &mut Faults<'a>) {
    Walk { kind: *kind, checker, is_condition: false, is_default: true }.value(
        value,
        kind.known.root,
        faults,
    );
}

/// Does a value fit the type of a condition?
pub(super) fn fits(node: &Node, id: TypeId, kind: &Kind<'_>, checker: &mut Checker) -> bool {
    let mut faults = Faults { all: Vec::new(), path: super::Path::default() };
    Walk { kind: *kind, checker, is_condition: true, is_default: false }.value(node, id, &mut faults);
    faults.all.is_empty()
}

struct Walk<'w, 'a> {
    kind: Kind<'a>,
    checker: &'w mut Checker,
    is_condition: bool,
    is_default: bool,
}

impl<'a> Walk<'_, 'a> {
    fn value(&mut self, node: &'a Node, id: TypeId, faults: &mut Faults<'a>) {
        let Some(of) = self.kind.table.at(id) else { return };
        self.typed(node, of, faults);
    }

    fn typed(&mut self, node: &'a Node, of: &'a Type, faults: &mut Faults<'a>) {
        if node.is_null() {
            // To built-in kinds null is what is not there.
            if self.kind.known.is_custom && !of.nullable && !matches!(of.is, Is::Anything) {
                let message = format!("must be {}, and is null", called(of.is));
                faults.add(Sort::Type, node, message, "write a value, or leave the field out");
            }
            return;
        }
        let fits = match (&node.value, of.is) {
            (_, Is::Anything) => true,
            (Value::Map(_), Is::Object) | (Value::Seq(_), Is::List) => true,
            (_, Is::WholeOrText) if self.is_default => true,
            (Value::Seq(_), Is::Text) if self.is_default => {
                of.limits.as_ref().is_some_and(|limits| limits.format.is_some())
            }
            (Value::Scalar(scalar), _) => decide(scalar).is_ok_and(|plain| is_of(&plain, of.is)),
            _ => false,
        };
        if !fits {
            let message = format!("must be {}, and is {}", called(of.is), called_here(node));
            faults.add(Sort::Type, node, message, way_out(node, of.is));
            return;
        }
        if let (Is::Whole(bits), true) = (of.is, self.kind.known.is_custom)
            && !holds(node, bits)
        {
            faults.add(
                Sort::Type,
                node,
                format!("must be a number of {bits} bits"),
                "write a smaller number",
            );
        }
        match &node.value {
            Value::Map(_) => self.fields(node, of, faults),
            Value::Seq(items) => {
                if let Some(id) = of.items {
                    for (index, item) in items.iter().enumerate() {
                        faults.path.0.push(Step::Item(index));
                        self.value(item, id, faults);
                        faults.path.0.pop();
                    }
                }
                lists::check(node, of, &self.kind, faults);
            }
            Value::Scalar(_) => {}
        }
        if !self.kind.known.is_custom {
            built_in::of_type(node, of, self.kind.table, faults);
        }
        if let Some(limits) = &of.limits {
            values::check(node, of.is, limits, &mut self.checker.patterns, faults);
            conditions::check(node, limits, &self.kind, self.checker, faults);
        }
    }

    fn fields(&mut self, node: &'a Node, of: &'a Type, faults: &mut Faults<'a>) {
        if of.is_object && !faults.path.0.is_empty() {
            metadata::embedded(node, faults);
        }
        for field in node.fields() {
            let known = of.fields.binary_search_by(|(name, _)| name.as_str().cmp(&field.key)).ok();
            let id = known.and_then(|index| of.fields.get(index)).map(|(_, id)| *id);
            let is_map = id.is_none() && of.others.is_some();
            let is_empty = || field.value.scalar().is_some_and(|scalar| scalar.text.is_empty());
            if !self.kind.known.is_custom && is_empty() && built_in::may_be_empty(of, &field.key) {
                continue;
            }
            if let Some(id) = id.or(of.others) {
                faults.path.0.push(if is_map { Step::Key(&field.key) } else { Step::Field(&field.key) });
                self.value(&field.value, id, faults);
                faults.path.0.pop();
            } else if self.is_unknown(of, &field.key) {
                let at = Node { at: field.at, ..Node::null() };
                let near = nearest(&field.key, of.fields.iter().map(|(name, _)| name.as_str()));
                let help = match near {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => "remove it, or move it to where it belongs".to_owned(),
                };
                faults.path.0.push(Step::Field(&field.key));
                faults.add(Sort::UnknownField, &at, "is no field of it", help);
                faults.path.0.pop();
            }
        }
        for name in &of.required {
            let found = node.get(name).filter(|value| self.kind.known.is_custom || !value.is_null());
            if found.is_none() && !(of.name.is_some() && built_in::may_be_left_out(of, name)) {
                faults.path.0.push(Step::Field(name));
                faults.add(Sort::Missing, node, "must be there", format!("add `{name}`"));
                faults.path.0.pop();
            }
        }
    }

    fn is_unknown(&self, of: &Type, key: &str) -> bool {
        let is_of_objects = of.is_object && matches!(key, "apiVersion" | "kind" | "metadata");
        !of.keeps_unknown && of.is == Is::Object && !is_of_objects && !self.is_condition
    }
}

/// Do so many bits hold the number?
fn holds(node: &Node, bits: u8) -> bool {
    let number = node.scalar().map(|scalar| scalar.text.parse::<f64>());
    let most = if bits == 32 { f64::from(i32::MAX) } else { i64::MAX as f64 };
    number.and_then(Result::ok).is_none_or(|number| -most - 1.0 <= number && number <= most)
}

fn is_of(plain: &Plain<'_>, is: Is) -> bool {
    let is_whole = match plain {
        Plain::Int(_) | Plain::UInt(_) => true,
        // JSON has one sort of number: 1.0 is as whole as 1.
        Plain::Float(number) => number.fract() == 0.0,
        _ => false,
    };
    match is {
        Is::Anything => true,
        Is::Object | Is::List => false,
        Is::Text => matches!(plain, Plain::Text(_)),
        Is::Whole(_) => is_whole,
        Is::Number => matches!(plain, Plain::Int(_) | Plain::UInt(_) | Plain::Float(_)),
        Is::Truth => matches!(plain, Plain::Bool(_)),
        Is::WholeOrText => is_whole || matches!(plain, Plain::Text(_)),
        Is::Quantity => match plain {
            Plain::Text(text) => quantity::parse(text).is_some(),
            plain => matches!(plain, Plain::Int(_) | Plain::UInt(_) | Plain::Float(_)),
        },
    }
}

fn called(is: Is) -> &'static str {
    match is {
        Is::Anything => "anything",
        Is::Object => "a mapping",
        Is::List => "a list",
        Is::Text => "a text",
        Is::Whole(_) => "a whole number",
        Is::Number => "a number",
        Is::Truth => "true or false",
        Is::WholeOrText => "a whole number or a text",
        Is::Quantity => "an amount, as 500m or 2Gi",
    }
}

/// What a value is, with itself where it is short.
fn called_here(node: &Node) -> String {
    match &node.value {
        Value::Map(_) => "a mapping".to_owned(),
        Value::Seq(_) => "a list".to_owned(),
        Value::Scalar(scalar) => match decide(scalar) {
            Ok(Plain::Text(text)) => format!("the text `{}`", short(&text)),
            Ok(Plain::Bool(truth)) => format!("`{truth}`"),
            _ => format!("the number {}", short(&scalar.text)),
        },
    }
}

/// The beginning of a text.
pub(crate) fn short(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    let mut cut: String = line.chars().take(60).collect();
    if cut.len() < text.len() {
        cut.push('…');
    }
    cut
}

fn way_out(node: &Node, wanted: Is) -> String {
    match (&node.value, wanted) {
        (Value::Scalar(scalar), Is::Text) => format!("put it in quotes: \"{}\"", short(&scalar.text)),
        (Value::Scalar(_), Is::Whole(_) | Is::Number | Is::Truth) => "write it without quotes".to_owned(),
        (Value::Scalar(_) | Value::Map(_), Is::List) => "write it as an item: `- …`".to_owned(),
        (Value::Seq(_), Is::Object) => "remove the `-`".to_owned(),
        _ => format!("write {}", called(wanted)),
    }
}
