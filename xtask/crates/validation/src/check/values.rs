//! What a value may be: enumerations, patterns, formats, bounds.
//!
//! Behaviour: k8s.io/kube-openapi, `pkg/validation/validate`.

use kustomize_rs::yaml::node::{Node, Value};
use kustomize_rs::yaml::value::{Plain, decide};

use super::patterns::Patterns;
use super::structure::short;
use super::{Faults, Sort, formats};
use crate::schema::json;
use crate::types::{Is, Limits};

pub(super) fn check(node: &Node, is: Is, limits: &Limits, patterns: &mut Patterns, faults: &mut Faults<'_>) {
    if !limits.values.is_empty() {
        let value = json(node);
        if !limits.values.iter().any(|allowed| *allowed == value) {
            let allowed: Vec<&str> = limits.values.iter().map(|v| v.trim_matches('"')).collect();
            let message = format!("cannot be `{}`", short(value.trim_matches('"')));
            let near = yamltree::nearest::nearest(value.trim_matches('"'), allowed.iter().copied());
            let help = match near {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("write {}", listed(&allowed)),
            };
            faults.add(Sort::Value, node, message, help);
        }
    }
    let (count, what) = match &node.value {
        Value::Map(fields) => (fields.len() as u64, "fields"),
        Value::Seq(items) => (items.len() as u64, "items"),
        Value::Scalar(scalar) => match decide(scalar) {
            Ok(Plain::Text(text)) => {
                if let Some(pattern) = &limits.pattern
                    && !patterns.fits(pattern, &text)
                {
                    let message = format!("cannot be `{}`: it does not match `{pattern}`", short(&text));
                    faults.add(Sort::Value, node, message, "write what the pattern allows");
                }
                if let Some(format) = &limits.format
                    && let Some(what) = formats::fault(format, &text)
                {
                    let message = format!("must be {what}, and is `{}`", short(&text));
                    faults.add(Sort::Value, node, message, format!("write {what}"));
                }
                (text.chars().count() as u64, "characters")
            }
            Ok(Plain::Int(number)) => return bounds(node, number as f64, is, limits, faults),
            Ok(Plain::UInt(number)) => return bounds(node, number as f64, is, limits, faults),
            Ok(Plain::Float(number)) => return bounds(node, number, is, limits, faults),
            _ => return,
        },
    };
    if let Some(least) = limits.least.filter(|least| count < *least) {
        let message = format!("must have at least {least} {what}, and has {count}");
        faults.add(Sort::Value, node, message, "write more, or leave the field out");
    }
    if let Some(most) = limits.most.filter(|most| count > *most) {
        let message = format!("must have at most {most} {what}, and has {count}");
        faults.add(Sort::Value, node, message, "write less");
    }
}

fn bounds(node: &Node, number: f64, is: Is, limits: &Limits, faults: &mut Faults<'_>) {
    // A bound that is no number of the type itself lets nothing through.
    let ends =
        [limits.minimum.map(|(least, _)| least), limits.maximum.map(|(most, _)| most), limits.multiple_of];
    let is_strange = |bound: &f64| match is {
        Is::Whole(32) => bound.fract() != 0.0 || bound.abs() > f64::from(i32::MAX),
        Is::Whole(_) => bound.fract() != 0.0 || bound.abs() > i64::MAX as f64,
        _ => false,
    };
    if let Some(bound) = ends.into_iter().flatten().find(is_strange) {
        let message = format!("cannot be bounded by {bound}, which is no such number");
        faults.add(Sort::Value, node, message, "write another bound in the definition of the kind");
        return;
    }
    if let Some(of) = limits.multiple_of.filter(|of| *of <= 0.0) {
        let message = format!("cannot be a multiple of {of}");
        faults.add(Sort::Value, node, message, "write a number above 0 in the definition of the kind");
        return;
    }
    if let Some((least, is_excluded)) = limits.minimum
        && (number < least || (is_excluded && number <= least))
    {
        let than = if is_excluded { "more than" } else { "at least" };
        let message = format!("must be {than} {least}, and is {number}");
        faults.add(Sort::Value, node, message, "write a larger number");
    }
    if let Some((most, is_excluded)) = limits.maximum
        && (number > most || (is_excluded && number >= most))
    {
        let than = if is_excluded { "less than" } else { "at most" };
        let message = format!("must be {than} {most}, and is {number}");
        faults.add(Sort::Value, node, message, "write a smaller number");
    }
    if let Some(of) = limits.multiple_of
        && !is_multiple(number, of)
    {
        let message = format!("must be a multiple of {of}, and is {number}");
        faults.add(Sort::Value, node, message, "write a multiple of it");
    }
}

/// Is a number a multiple of another, as far as its digits can say?
fn is_multiple(number: f64, of: f64) -> bool {
    let times = if of < 1.0 { 1.0 / of * number } else { number / of };
    let rest = times.fract().abs();
    rest == 0.0 || rest / (times.abs() + times.trunc().abs()) < 1e-9
}

/// `a`, `b` or `c`.
pub(crate) fn listed(allowed: &[&str]) -> String {
    match allowed {
        [] => "nothing".to_owned(),
        [one] => format!("`{one}`"),
        [most @ .., last] => format!("`{}` or `{last}`", most.join("`, `")),
    }
}
