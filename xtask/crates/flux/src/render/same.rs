//! Whether two values are the same as they are written.

use kustomize_rs::yaml::node::{Node, Value};

/// Are two values the same, wherever they were written, and whatever the order of keys?
pub fn same(a: &Node, b: &Node) -> bool {
    match (&a.value, &b.value) {
        (Value::Scalar(a), Value::Scalar(b)) => a == b,
        (Value::Seq(a), Value::Seq(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Value::Map(a), Value::Map(b)) => {
            a.len() == b.len()
                && a.iter().enumerate().all(|(index, field)| {
                    let other = b.get(index).filter(|other| other.key == field.key);
                    let other = other.or_else(|| b.iter().find(|other| other.key == field.key));
                    other.is_some_and(|other| same(&field.value, &other.value))
                })
        }
        _ => false,
    }
}
