//! CEL rules of custom kinds.
//!
//! Behaviour: k8s.io/apiextensions-apiserver, `pkg/apiserver/schema/cel`. An object that is created has no older self: rules about
//! `oldSelf` do not hold back anything.

pub(crate) mod values;

use std::collections::{BTreeMap, HashMap};

use kube_cel::KubeCelExt as _;
use kube_cel::cel::objects::Key;
use kube_cel::cel::{Context, ExecutionError, Program, Value};
use kustomize_rs::yaml::node::{self, Node};
use smol_str::SmolStr;

use super::path::Step;
use super::{Checker, Faults, Sort};
use crate::schemas::Kind;
use crate::types::{Rule, Table, Type};

/// Rules that were read already.
#[derive(Default)]
pub(crate) struct Programs {
    read: HashMap<SmolStr, Option<Program>>,
    context: Option<Context<'static>>,
    unevaluated: BTreeMap<String, String>,
}

impl Programs {
    pub(super) fn unevaluated(&self) -> Vec<(String, String)> {
        self.unevaluated.iter().map(|(rule, why)| (rule.clone(), why.clone())).collect()
    }

    fn evaluate(&mut self, rule: &SmolStr, value: &Value) -> Result<Value, ExecutionError> {
        let unevaluated = &mut self.unevaluated;
        let read = || match Program::compile(rule) {
            Ok(program) => Some(program),
            Err(error) => {
                unevaluated.insert(rule.to_string(), error.to_string());
                None
            }
        };
        let Some(program) = self.read.entry(rule.clone()).or_insert_with(read) else {
            return Ok(Value::Bool(true));
        };
        let context = self.context.get_or_insert_with(|| Context::default().with_all());
        let mut scope = context.new_inner_scope();
        scope.add_variable_from_value("self", value.clone());
        let found = program.execute(&scope);
        match found {
            // What the library does not know says nothing about the object.
            Err(
                error @ (ExecutionError::UndeclaredReference(_)
                | ExecutionError::NoSuchOverload
                | ExecutionError::NotSupportedAsMethod { .. }
                | ExecutionError::UnsupportedTargetType { .. }
                | ExecutionError::InvalidArgumentCount { .. }
                | ExecutionError::UnexpectedType { .. }
                | ExecutionError::ValuesNotComparable(..)
                | ExecutionError::UnsupportedBinaryOperator(..)
                | ExecutionError::UnsupportedFieldsConstruction(_)
                | ExecutionError::UnsupportedFunctionCallIdentifierType(_)),
            ) => {
                self.unevaluated.insert(rule.to_string(), error.to_string());
                Ok(Value::Bool(true))
            }
            found => found,
        }
    }
}

pub(super) fn check<'a>(object: &'a Node, kind: &Kind<'a>, checker: &mut Checker, faults: &mut Faults<'a>) {
    let Some(of) = kind.table.at(kind.known.root).filter(|of| of.has_rules) else { return };
    walk(object, of, None, kind.table, &mut checker.programs, faults);
}

/// Asks the rules of a value and of what is in it; `value` is the node as CEL sees it, if that is known already.
fn walk<'a>(
    node: &'a Node,
    of: &'a Type,
    value: Option<&Value>,
    table: &'a Table,
    programs: &mut Programs,
    faults: &mut Faults<'a>,
) {
    if !of.has_rules || node.is_null() {
        return;
    }
    let made;
    let value = match value {
        None if !of.rules.is_empty() => {
            made = values::of(node, of, table);
            Some(&made)
        }
        value => value,
    };
    if let Some(value) = value {
        for rule in &of.rules {
            ask(rule, node, value, programs, faults);
        }
    }
    match &node.value {
        node::Value::Map(fields) => {
            for field in fields {
                let known = of.fields.binary_search_by(|(name, _)| name.as_str().cmp(&field.key)).ok();
                let id = known.and_then(|index| of.fields.get(index)).map(|(_, id)| *id);
                let Some(below) = id.or(of.others).and_then(|id| table.at(id)) else { continue };
                let name = if id.is_some() { values::escaped(&field.key) } else { field.key.to_string() };
                let inner = match value {
                    Some(Value::Map(map)) => map.map.get(&Key::String(name.into())),
                    _ => None,
                };
                faults.path.0.push(if id.is_some() {
                    Step::Field(&field.key)
                } else {
                    Step::Key(&field.key)
                });
                walk(&field.value, below, inner, table, programs, faults);
                faults.path.0.pop();
            }
        }
        node::Value::Seq(items) => {
            let Some(below) = of.items.and_then(|id| table.at(id)) else { return };
            for (index, item) in items.iter().enumerate() {
                let inner = match value {
                    Some(Value::List(list)) => list.get(index),
                    _ => None,
                };
                faults.path.0.push(Step::Item(index));
                walk(item, below, inner, table, programs, faults);
                faults.path.0.pop();
            }
        }
        node::Value::Scalar(_) => {}
    }
}

fn ask(rule: &Rule, node: &Node, value: &Value, programs: &mut Programs, faults: &mut Faults<'_>) {
    if rule.rule.contains("oldSelf") {
        return;
    }
    let message = match programs.evaluate(&rule.rule, value) {
        Ok(Value::Bool(true)) => return,
        Ok(_) => {
            let said = rule.message_expression.as_ref().map(|text| programs.evaluate(text, value));
            match (said, &rule.message) {
                (Some(Ok(Value::String(said))), _) => {
                    format!("is refused by its definition: {}", said.trim())
                }
                (_, Some(said)) => format!("is refused by its definition: {}", said.trim()),
                _ => format!("is refused by the rule `{}`", rule.rule.trim()),
            }
        }
        Err(error) => format!("cannot be asked for the rule `{}`: {error}", rule.rule.trim()),
    };
    faults.add(Sort::Rule, node, message, "write what the definition of the kind allows");
}
