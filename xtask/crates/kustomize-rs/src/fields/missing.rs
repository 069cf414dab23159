//! Which beginnings of paths an object does not have.
//!
//! Dozens of the paths that may hold names begin alike (`spec/template/spec/containers/env/…`): once it is known that an object
//! has no `env`, none of the longer ones need be walked.

use std::collections::HashMap;

use super::step::{Sort, Step};
use super::{FieldSpec, MOST_STEPS};
use crate::yaml::node::{Node, Value};

/// The beginnings of some paths, each with a number.
pub(crate) struct Beginnings {
    /// For each path the numbers of its beginnings, the shortest first.
    of: Vec<Vec<usize>>,
    count: usize,
}

impl Beginnings {
    /// Numbers the beginnings of the paths of these specifications.
    pub(crate) fn new<'s>(specs: impl Iterator<Item = &'s FieldSpec>) -> Self {
        let mut numbers: HashMap<(Option<usize>, &Step), usize> = HashMap::new();
        let of = specs.map(|spec| {
            let mut before = None;
            let mut number = |step: &'s Step| {
                let next = numbers.len();
                let number = *numbers.entry((before, step)).or_insert(next);
                before = Some(number);
                number
            };
            spec.steps.iter().map(&mut number).collect()
        });
        let of = of.collect();
        Beginnings { of, count: numbers.len() }
    }

    /// Nothing is known of an object yet.
    pub(crate) fn missing(&self) -> Missing<'_> {
        Missing { beginnings: self, is_missing: vec![false; self.count] }
    }
}

/// What one object is known not to have.
pub(crate) struct Missing<'b> {
    beginnings: &'b Beginnings,
    is_missing: Vec<bool>,
}

impl Missing<'_> {
    /// Does the path of the specification with that number lead to nothing at all, not even to an error?
    pub(crate) fn leads_nowhere(&mut self, number: usize, spec: &FieldSpec, object: &Node) -> bool {
        let Some(numbers) = self.beginnings.of.get(number).filter(|n| n.len() <= MOST_STEPS) else {
            return false;
        };
        if numbers.iter().any(|n| self.is_missing.get(*n) == Some(&true)) {
            return true;
        }
        let Some(depth) = ends_at(object, &spec.steps, 0) else { return false };
        if let Some(is_missing) = numbers.get(depth).and_then(|n| self.is_missing.get_mut(*n)) {
            *is_missing = true;
        }
        true
    }

    /// The object has been changed: all that was known may be wrong.
    pub(crate) fn forget(&mut self) {
        self.is_missing.fill(false);
    }
}

/// The number of steps after which there is nothing left to go into; `None` if there may be something to do.
fn ends_at(node: &Node, steps: &[Step], depth: usize) -> Option<usize> {
    let (step, rest) = steps.split_first()?;
    match &node.value {
        Value::Scalar(scalar) => scalar.is_null().then_some(depth),
        Value::Seq(items) => {
            items.iter().try_fold(depth, |most, item| ends_at(item, steps, depth).map(|d| d.max(most)))
        }
        Value::Map(fields) => match step.sort {
            Sort::Here => ends_at(node, rest, depth + 1),
            Sort::Nothing | Sort::Item => None,
            Sort::Field => match fields.iter().find(|f| f.key == step.name) {
                None => Some(depth),
                // A null where a list belongs becomes one.
                Some(field) if step.is_list && field.value.is_null() => None,
                Some(field) => ends_at(&field.value, rest, depth + 1),
            },
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::Gvk;
    use crate::limits::Limits;
    use crate::yaml::read::{Twice, single};

    fn specs(paths: &[&str]) -> Vec<FieldSpec> {
        paths.iter().map(|path| FieldSpec::new(Gvk::default(), path, false)).collect()
    }

    #[test]
    fn what_one_path_lacks_the_longer_ones_lack_too() {
        let specs = specs(&["a/b/c", "a/b/d", "a/e"]);
        let object = single(Limits::default(), 0, "a: [{e: 1}, {x: 1}]", Twice::Refused).unwrap().unwrap();
        let beginnings = Beginnings::new(specs.iter());
        let mut missing = beginnings.missing();
        assert!(missing.leads_nowhere(0, &specs[0], &object));
        assert!(missing.is_missing[beginnings.of[1][1]]);
        assert!(missing.leads_nowhere(1, &specs[1], &object));
        assert!(!missing.leads_nowhere(2, &specs[2], &object));
    }

    #[test]
    fn errors_and_nulls_that_become_lists_are_left_to_the_walk() {
        let specs = specs(&["a/b", "c[]/d", "e//f"]);
        let object =
            single(Limits::default(), 0, "{a: text, c: null, e: {}}", Twice::Refused).unwrap().unwrap();
        let beginnings = Beginnings::new(specs.iter());
        for (number, spec) in specs.iter().enumerate() {
            assert!(!beginnings.missing().leads_nowhere(number, spec, &object), "{}", spec.path);
        }
    }
}
