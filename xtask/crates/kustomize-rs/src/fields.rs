//! Field specifications: which fields of which kinds a transformer changes.

pub(crate) mod missing;
mod step;
pub(crate) mod table;

use smol_str::SmolStr;

use crate::fault::{Result, fault};
use crate::id::Gvk;
use crate::kustomization::record::{Reading, Record};
use crate::path;
use crate::yaml::node::{Mark, Node, Scalar, Tag, Value};
use step::{Sort, Step};

/// A path in objects of some kinds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FieldSpec {
    pub(crate) gvk: Gvk,
    pub(crate) path: String,
    pub(crate) steps: Vec<Step>,
    pub(crate) create: bool,
}

/// How long a path may be: what is made on the way is walked by functions that call themselves.
const MOST_STEPS: usize = 100;

/// What is made where a field is missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Made {
    Nothing,
    Scalar(Tag),
    Map,
}

impl FieldSpec {
    pub(crate) fn new(gvk: Gvk, path: &str, create: bool) -> Self {
        let steps = path::split(path, '/').iter().map(|step| Step::new(step)).collect();
        FieldSpec { gvk, path: path.to_owned(), steps, create }
    }

    pub(crate) fn read(node: &Node, reading: Reading) -> Result<Self> {
        let names = ["group", "version", "kind", "path", "create"];
        let record = Record::read("a field", node, &names, reading)?;
        Ok(FieldSpec::new(record.gvk()?, &record.text("path")?, record.flag("create")?))
    }

    /// Calls `set` on the field wherever it is in the object, making it first (marked `at`) if that is allowed.
    pub(crate) fn apply(
        &self,
        object: &mut Node,
        made: &Made,
        at: Mark,
        set: &mut dyn FnMut(&mut Node) -> Result<()>,
    ) -> Result<()> {
        if self.steps.len() > MOST_STEPS {
            let message = format!("field `{}`: more than {MOST_STEPS} steps", self.path);
            return Err(fault("kustomize/field-spec", at, message));
        }
        let made = if self.create { made } else { &Made::Nothing };
        walk(object, &self.steps, made, at, set).map_err(|mut f| {
            if f.code == "kustomize/field" {
                f.message = format!("field `{}`: {}", self.path, f.message);
            }
            f
        })
    }
}

fn walk(
    node: &mut Node,
    steps: &[Step],
    made: &Made,
    at: Mark,
    set: &mut dyn FnMut(&mut Node) -> Result<()>,
) -> Result<()> {
    let Some((step, rest)) = steps.split_first() else { return set(node) };
    match &mut node.value {
        Value::Scalar(scalar) if scalar.is_null() => Ok(()),
        Value::Scalar(_) => {
            Err(fault("kustomize/field", node.at, "expected a list or a mapping, found a scalar"))
        }
        Value::Seq(items) => items.iter_mut().try_for_each(|item| walk(item, steps, made, at, set)),
        Value::Map(fields) => {
            let name = step.name.as_str();
            match step.sort {
                Sort::Field => {}
                Sort::Here => return walk(node, rest, made, at, set),
                Sort::Nothing => {
                    return Err(fault(
                        "kustomize/field",
                        node.at,
                        "cannot set or create an empty field name",
                    ));
                }
                Sort::Item => {
                    let message = format!("`{name}` is an item of a list, found a mapping");
                    return Err(fault("kustomize/field", node.at, message));
                }
            }
            let is_list = step.is_list;
            let may_make = *made != Made::Nothing && !is_list;
            let found = fields.iter().position(|f| f.key == name);
            let new = || match made {
                Made::Scalar(tag) if rest.is_empty() => {
                    Value::Scalar(Scalar { tag: tag.clone(), ..Scalar::unset("") })
                }
                _ => Value::Map(Vec::new()),
            };
            let index = match found {
                Some(index) => index,
                None if may_make => {
                    fields.push(crate::yaml::node::Field::new(name, Node { at, value: new() }));
                    fields.len() - 1
                }
                None => return Ok(()),
            };
            let field = &mut fields[index].value;
            if found.is_some() && field.is_null() {
                if is_list {
                    field.value = Value::Seq(Vec::new());
                } else if may_make {
                    let text = SmolStr::new(field.as_text());
                    field.at = at;
                    field.value = new();
                    if let Value::Scalar(scalar) = &mut field.value {
                        scalar.text = text;
                    }
                }
            }
            walk(field, rest, made, at, set)
        }
    }
}

/// Sets the text of a scalar, set `at` that place, and keeps how it was written; a list or mapping is refused.
pub(crate) fn set_scalar(node: &mut Node, text: &str, tag: Tag, at: Mark) -> Result<()> {
    match &mut node.value {
        Value::Scalar(scalar) => {
            scalar.text = SmolStr::new(text);
            scalar.tag = tag;
            scalar.shared = scalar.shared.set();
            node.at = at;
            Ok(())
        }
        _ => Err(fault("kustomize/field", node.at, format!("expected a scalar, found {}", node.sort()))),
    }
}

/// Adds specifications that are not covered yet.
pub(crate) fn merge_all(mine: &mut Vec<FieldSpec>, theirs: &[FieldSpec], at: Mark) -> Result<()> {
    for spec in theirs {
        match mine.iter().find(|m| m.gvk.is_selected(&spec.gvk) && m.path == spec.path) {
            Some(known) if known.create != spec.create => {
                let message =
                    format!("conflicting field specifications for `{}`: `create` differs", spec.path);
                return Err(fault("kustomize/field-spec", at, message));
            }
            Some(_) => {}
            None => mine.push(spec.clone()),
        }
    }
    Ok(())
}
