//! Rules of a schema, and values that are there without being written.
//!
//! Behaviour: k8s.io/apiextensions-apiserver, `pkg/apis/apiextensions/validation/validation.go` (rules), and
//! `pkg/apiserver/schema/defaulting/validation.go` (default values).

use kustomize_rs::yaml::node::Node;

use super::expressions::Scope;
use super::fields;
use super::keywords::{self, Schema, is_true, list, text};
use super::schema::{Later, Place, missing, wrong};
use crate::check::{self, Checker, Fault, Faults, Path, Sort, Step, listed, short};

const RULES: &str = "x-kubernetes-validations";
const REASONS: [&str; 4] =
    ["FieldValueDuplicate", "FieldValueForbidden", "FieldValueInvalid", "FieldValueRequired"];

/// The fields of rules, without looking into expressions.
pub(super) fn form<'a>(node: &'a Node, schema: &Schema<'a>, is_typed: bool, faults: &mut Faults<'a>) {
    faults.path.0.push(Step::Field(RULES));
    for (index, rule) in list(schema.rules).iter().enumerate() {
        faults.path.0.push(Step::Item(index));
        if !is_typed {
            keywords::rule_types(rule, faults);
        }
        one(rule, node, faults);
        faults.path.0.pop();
    }
    faults.path.0.pop();
}

fn one<'a>(rule: &'a Node, schema: &'a Node, faults: &mut Faults<'a>) {
    let field = |name: &str| rule.get(name).filter(|node| !node.is_null());
    let has_break = |text: &str| text.contains(['\n', '\r']);
    const EMPTY: &str = "cannot be blank";
    const BREAK: &str = "cannot have line breaks";
    let expression = text(field("rule")).trim();
    let message = field("message").filter(|message| !message.value_text().is_empty());
    let said = text(message).trim();
    if expression.is_empty() {
        missing(faults, "rule", rule, "must be there");
    }
    match message {
        Some(message) if said.is_empty() => wrong(faults, "message", message, EMPTY, "write a sentence"),
        Some(message) if has_break(said) => wrong(faults, "message", message, BREAK, "write one line"),
        None if has_break(expression) => {
            missing(faults, "message", rule, "must be there for a rule of several lines");
        }
        _ => {}
    }
    if let Some(found) = field("messageExpression")
        && !found.value_text().is_empty()
        && found.value_text().trim().is_empty()
    {
        wrong(faults, "messageExpression", found, EMPTY, "write an expression");
    }
    if let Some(reason) = field("reason")
        && !REASONS.contains(&reason.value_text())
    {
        let message = format!("cannot be `{}`", short(reason.value_text()));
        wrong(faults, "reason", reason, message, &format!("write {}", listed(&REASONS)));
    }
    if let Some(path) = field("fieldPath").filter(|path| !path.value_text().is_empty()) {
        let written = path.value_text();
        if has_break(written) {
            wrong(faults, "fieldPath", path, BREAK, "write one line");
        } else if let Err(why) = fields::find(written, schema, true) {
            let message = format!("cannot be `{}`: {why}", short(written));
            wrong(faults, "fieldPath", path, message, "write the path of a field below, as `.size`");
        }
    }
}

/// Expressions and default values; asked when nothing else is wrong.
pub(super) fn later<'a>(later: Later<'a>, checker: &mut Checker, faults: &mut Faults<'a>) {
    let outside = std::mem::take(&mut faults.path);
    for (path, node) in &later.defaults {
        faults.all.extend(default(path, node, false, checker));
    }
    let has_rules = !later.rules.is_empty();
    if faults.all.is_empty() {
        for (path, node, around) in later.rules {
            faults.path = path;
            let is_object = around.place == Place::Root || is_true(Schema::of(node).embedded);
            expressions(node, is_object, around.has_old, checker, faults);
        }
    }
    // Rules that compile are asked about default values too.
    if faults.all.is_empty() && has_rules {
        for (path, node) in &later.defaults {
            faults.all.extend(default(path, node, true, checker));
        }
    }
    faults.path = outside;
}

fn expressions<'a>(
    node: &'a Node,
    is_object: bool,
    has_old: bool,
    checker: &mut Checker,
    faults: &mut Faults<'a>,
) {
    const HELP: &str = "write an expression in CEL";
    faults.path.0.push(Step::Field(RULES));
    for (index, rule) in list(Schema::of(node).rules).iter().enumerate() {
        faults.path.0.push(Step::Item(index));
        let field = |name: &str| rule.get(name).filter(|node| !node.is_null());
        let (written, message) = (field("rule"), field("messageExpression"));
        let optional_old = field("optionalOldSelf");
        let read = &mut checker.expressions;
        match Scope::of(node, is_object, is_true(optional_old)) {
            None => {
                let message = "cannot see values of this schema, whose type is not said";
                faults.add(Sort::Value, rule, message, "write the rule further up");
            }
            Some(scope) => {
                match scope.rule(text(written), read) {
                    Err(why) => {
                        let message = format!("does not compile: {why}");
                        wrong(faults, "rule", written.unwrap_or(rule), message, HELP);
                    }
                    Ok(true) if !has_old => {
                        let message = "cannot ask for `oldSelf` in a list whose items have no keys";
                        wrong(faults, "rule", written.unwrap_or(rule), message, "write the rule further up");
                    }
                    Ok(false) if optional_old.is_some() => {
                        let message = "may only be set where the rule asks for `oldSelf`";
                        wrong(faults, "optionalOldSelf", optional_old.unwrap_or(rule), message, "remove it");
                    }
                    Ok(_) => {}
                }
                if let Some(message) = message.filter(|message| !message.value_text().is_empty())
                    && let Err(why) = scope.message(message.value_text(), read)
                {
                    let why = format!("does not compile: {why}");
                    wrong(faults, "messageExpression", message, why, HELP);
                }
            }
        }
        faults.path.0.pop();
    }
    faults.path.0.pop();
}

/// Is a default value one that the schema allows?
fn default(path: &Path<'_>, schema: &Node, with_rules: bool, checker: &mut Checker) -> Vec<Fault> {
    let Some(value) = Schema::of(schema).default else { return Vec::new() };
    let mut found = check::value(value, schema, with_rules, checker);
    // Nothing asks of default values whether their items differ.
    found.retain(|fault| fault.sort != Sort::Twice);
    for fault in &mut found {
        fault.path = format!("{path}.{}", fault.path);
    }
    found
}
