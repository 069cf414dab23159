//! Versions of a definition.
//!
//! Behaviour: k8s.io/apiextensions-apiserver, `pkg/apis/apiextensions/validation/validation.go`, and `pkg/apis/apiextensions/v1/conversion.go`:
//! what all versions say alike is looked at as if it were said once.

use std::collections::HashSet;

use kustomize_rs::yaml::node::{Node, Value};

use super::super::{at, fault, items, text};
use super::schema::{self, Later};
use super::{fields, keywords};
use crate::check::{Faults, Sort, Step, short};

/// So many fields may be selected by.
const SELECTABLE: usize = 8;

pub(super) fn check<'a>(spec: &'a Node, later: &mut Later<'a>, faults: &mut Faults<'a>) {
    let versions = items(spec, &["versions"]);
    let storing = versions.iter().filter(|version| text(version, &["storage"]) == "true").count();
    if storing != 1 {
        let message = format!("must have one version that is stored, and has {storing}");
        fault(faults, Sort::Value, spec, "versions", message, "write `storage: true` in one of them");
    }
    let alike = Alike::of(versions);
    let mut seen = HashSet::new();
    faults.path.0.push(Step::Field("versions"));
    for (index, version) in versions.iter().enumerate() {
        faults.path.0.push(Step::Item(index));
        let name = text(version, &["name"]);
        if !seen.insert(name) {
            let at = at(version, &["name"]).unwrap_or(version);
            fault(faults, Sort::Twice, at, "name", format!("is there twice: `{name}`"), "remove one");
        }
        one(version, index, &alike, later, faults);
        faults.path.0.pop();
    }
    faults.path.0.pop();
}

/// What all versions say alike.
struct Alike {
    schemas: bool,
    selectable: bool,
    has_status: bool,
}

impl Alike {
    fn of(versions: &[Node]) -> Self {
        let all_alike = |field: &str| {
            let mut all =
                versions.iter().map(|version| at(version, &[field]).filter(|node| !is_nothing(node)));
            let first = all.next().flatten();
            all.all(|other| is_same(first, other))
        };
        // Schemas are large: they are only compared where something depends on it.
        let has_status = versions.iter().any(|version| at(version, &["subresources", "status"]).is_some());
        let is_asked =
            has_status || versions.iter().any(|version| at(version, &["selectableFields"]).is_some());
        let schemas = versions.len() == 1 || (is_asked && all_alike("schema"));
        Alike { schemas, selectable: all_alike("selectableFields"), has_status }
    }
}

fn is_nothing(node: &Node) -> bool {
    node.is_null() || matches!(&node.value, Value::Seq(items) if items.is_empty())
}

/// Do both say the same, in whatever order?
fn is_same(a: Option<&Node>, b: Option<&Node>) -> bool {
    let (Some(a), Some(b)) = (a, b) else { return a.is_none() && b.is_none() };
    match (&a.value, &b.value) {
        (Value::Map(fields), Value::Map(others)) => {
            fields.len() == others.len()
                && fields.iter().zip(others).all(|(field, other)| {
                    let other = if other.key == field.key { Some(&other.value) } else { b.get(&field.key) };
                    other.is_some() && is_same(Some(&field.value), other)
                })
        }
        (Value::Seq(items), Value::Seq(others)) => {
            items.len() == others.len()
                && items.iter().zip(others).all(|(item, other)| is_same(Some(item), Some(other)))
        }
        (Value::Scalar(_), Value::Scalar(_)) => crate::schema::json(a) == crate::schema::json(b),
        _ => false,
    }
}

fn one<'a>(version: &'a Node, index: usize, alike: &Alike, later: &mut Later<'a>, faults: &mut Faults<'a>) {
    warning(version, faults);
    if let Some(scale) = at(version, &["subresources", "scale"]) {
        faults.path.0.extend([Step::Field("subresources"), Step::Field("scale")]);
        self::scale(scale, faults);
        faults.path.0.truncate(faults.path.0.len() - 2);
    }
    let schema = at(version, &["schema", "openAPIV3Schema"]);
    faults.path.0.extend([Step::Field("schema"), Step::Field("openAPIV3Schema")]);
    match schema {
        None => faults.add(Sort::Missing, version, "must be there", "write the schema of the kind"),
        // What is said once for all versions is looked at once.
        Some(_) if alike.schemas && index > 0 => {}
        Some(schema) => {
            let has_status = if alike.schemas {
                alike.has_status
            } else {
                at(version, &["subresources", "status"]).is_some()
            };
            schema::root(schema, has_status, later, faults);
        }
    }
    faults.path.0.truncate(faults.path.0.len() - 2);
    selectable(version, schema, alike, faults);
}

fn warning<'a>(version: &'a Node, faults: &mut Faults<'a>) {
    let Some(warning) = at(version, &["deprecationWarning"]) else { return };
    let said = warning.value_text();
    let message = if text(version, &["deprecated"]) != "true" {
        "may only be set for a version that is deprecated"
    } else if said.is_empty() {
        "cannot be empty"
    } else if said.len() > 256 {
        "may have at most 256 bytes"
    } else if said.chars().any(|c| c.is_control() || (c.is_whitespace() && c != ' ')) {
        "may only have characters that can be printed"
    } else {
        return;
    };
    fault(faults, Sort::Value, warning, "deprecationWarning", message, "write one line, or remove it");
}

/// The paths to the numbers of what is scaled.
fn scale<'a>(scale: &'a Node, faults: &mut Faults<'a>) {
    for (field, is_needed, below) in [
        ("specReplicasPath", true, &[".spec."][..]),
        ("statusReplicasPath", true, &[".status."]),
        ("labelSelectorPath", false, &[".spec.", ".status."]),
    ] {
        let path = text(scale, &[field]);
        if path.is_empty() {
            if is_needed {
                fault(faults, Sort::Missing, scale, field, "must be there", format!("add `{field}`"));
            }
        } else if !below.iter().any(|below| path.starts_with(below)) {
            let message = format!("cannot be `{}`", short(path));
            let help = format!("write a path that begins with {}", crate::check::listed(below));
            fault(faults, Sort::Value, at(scale, &[field]).unwrap_or(scale), field, message, help);
        }
    }
}

/// Fields that objects may be selected by.
fn selectable<'a>(version: &'a Node, schema: Option<&'a Node>, alike: &Alike, faults: &mut Faults<'a>) {
    let fields = items(version, &["selectableFields"]);
    if fields.is_empty() {
        return;
    }
    if alike.selectable != alike.schemas {
        // The server takes both out of the versions, or neither; otherwise it does not find the schema.
        let message = "must differ between versions just if their schemas do";
        fault(
            faults,
            Sort::Value,
            version,
            "selectableFields",
            message,
            "say both alike, or both differently",
        );
    }
    let Some(schema) = schema else { return };
    let mut seen = HashSet::new();
    faults.path.0.push(Step::Field("selectableFields"));
    for (index, field) in fields.iter().enumerate() {
        faults.path.0.push(Step::Item(index));
        let path = text(field, &["jsonPath"]);
        if path.is_empty() {
            fault(faults, Sort::Missing, field, "jsonPath", "must be there", "add `jsonPath`");
        } else if let Err(why) = selectable_field(path, schema, &mut seen) {
            let message = format!("cannot be `{}`: {why}", short(path));
            fault(
                faults,
                Sort::Value,
                at(field, &["jsonPath"]).unwrap_or(field),
                "jsonPath",
                message,
                "write the path of a field, as `.spec.size`",
            );
        }
        faults.path.0.pop();
    }
    faults.path.0.pop();
    if seen.len() > SELECTABLE {
        let message = format!("may have at most {SELECTABLE}, and has {}", seen.len());
        fault(faults, Sort::Value, version, "selectableFields", message, "remove some");
    }
}

fn selectable_field(path: &str, schema: &Node, seen: &mut HashSet<Vec<String>>) -> Result<(), &'static str> {
    let (steps, field) = fields::find(path, schema, false)?;
    if steps.first().is_some_and(|first| first == "metadata") {
        return Err("it is in the metadata");
    }
    if !matches!(keywords::Schema::of(field).type_name(), "string" | "boolean" | "integer") {
        return Err("it is no text, whole number or truth");
    }
    if !seen.insert(steps) {
        return Err("it is there twice");
    }
    Ok(())
}
