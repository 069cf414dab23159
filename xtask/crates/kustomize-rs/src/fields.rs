//! Field specifications: which fields of which kinds a transformer changes.
//!
//! The table `data/fields.txt` is written by `generate/main.go` from kustomize (Apache-2.0): `section NAME` or `names GROUP
//! VERSION KIND`, below each lines `PATH GROUP VERSION KIND [create]` with `-` for "any".

use std::sync::OnceLock;

use crate::fault::{Result, fault};
use crate::id::Gvk;
use crate::kustomization::record::Record;
use crate::path;
use crate::yaml::node::{Mark, Node, Scalar, Tag, Value};

static TEXT: &str = include_str!("../data/fields.txt");

/// A path in objects of some kinds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FieldSpec {
    pub(crate) gvk: Gvk,
    pub(crate) path: String,
    pub(crate) steps: Vec<String>,
    pub(crate) create: bool,
}

/// What is made where a field is missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Made {
    Nothing,
    Scalar(Tag),
    Map,
}

impl FieldSpec {
    pub(crate) fn new(gvk: Gvk, path: &str, create: bool) -> Self {
        FieldSpec { gvk, path: path.to_owned(), steps: path::split(path, '/'), create }
    }

    pub(crate) fn read(node: &Node) -> Result<Self> {
        let record = Record::new("a field", node, &["group", "version", "kind", "path", "create"])?;
        let gvk = Gvk {
            group: record.text("group")?,
            version: record.text("version")?,
            kind: record.text("kind")?,
        };
        Ok(FieldSpec::new(gvk, &record.text("path")?, record.flag("create")?))
    }

    /// Calls `set` on the field wherever it is in the object, making it first if that is allowed.
    pub(crate) fn apply(
        &self,
        object: &mut Node,
        made: &Made,
        set: &mut dyn FnMut(&mut Node) -> Result<()>,
    ) -> Result<()> {
        let made = if self.create { made } else { &Made::Nothing };
        walk(object, &self.steps, made, set).map_err(|mut f| {
            if f.code == "kustomize/field" {
                f.message = format!("field `{}`: {}", self.path, f.message);
            }
            f
        })
    }
}

fn walk(
    node: &mut Node,
    steps: &[String],
    made: &Made,
    set: &mut dyn FnMut(&mut Node) -> Result<()>,
) -> Result<()> {
    let Some((step, rest)) = steps.split_first() else { return set(node) };
    match &mut node.value {
        Value::Scalar(scalar) if scalar.is_null() => Ok(()),
        Value::Scalar(_) => {
            Err(fault("kustomize/field", node.at, "expected a list or a mapping, found a scalar"))
        }
        Value::Seq(items) => items.iter_mut().try_for_each(|item| walk(item, steps, made, set)),
        Value::Map(fields) => {
            let (name, is_list) = step.strip_suffix("[]").map_or((step.as_str(), false), |s| (s, true));
            if name.is_empty() {
                return Err(fault("kustomize/field", node.at, "cannot set or create an empty field name"));
            }
            let may_make = *made != Made::Nothing && !is_list;
            let at = node.at;
            let found = fields.iter().position(|f| f.key == name);
            let new = match made {
                Made::Scalar(tag) if rest.is_empty() => {
                    Value::Scalar(Scalar { tag: tag.clone(), ..Scalar::unset("") })
                }
                _ => Value::Map(Vec::new()),
            };
            let index = match found {
                Some(index) => index,
                None if may_make => {
                    fields.push(crate::yaml::node::Field::new(name, Node { at, value: new.clone() }));
                    fields.len() - 1
                }
                None => return Ok(()),
            };
            let field = &mut fields[index].value;
            if found.is_some() && field.is_null() {
                if is_list {
                    field.value = Value::Seq(Vec::new());
                } else if may_make {
                    let text = field.as_text().to_owned();
                    field.value = new;
                    if let Value::Scalar(scalar) = &mut field.value {
                        scalar.text = text;
                    }
                }
            }
            walk(field, rest, made, set)
        }
    }
}

/// Sets the text of a scalar and keeps how it was written; a list or mapping is refused.
pub(crate) fn set_scalar(node: &mut Node, text: &str, tag: Tag) -> Result<()> {
    match &mut node.value {
        Value::Scalar(scalar) => {
            text.clone_into(&mut scalar.text);
            scalar.tag = tag;
            Ok(())
        }
        _ => Err(fault("kustomize/field", node.at, format!("expected a scalar, found {}", node.sort()))),
    }
}

/// All field specifications of a build.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct FieldTable {
    pub(crate) name_prefix: Vec<FieldSpec>,
    pub(crate) name_suffix: Vec<FieldSpec>,
    pub(crate) namespace: Vec<FieldSpec>,
    pub(crate) common_labels: Vec<FieldSpec>,
    pub(crate) labels: Vec<FieldSpec>,
    pub(crate) template_labels: Vec<FieldSpec>,
    pub(crate) common_annotations: Vec<FieldSpec>,
    pub(crate) var_reference: Vec<FieldSpec>,
    pub(crate) images: Vec<FieldSpec>,
    pub(crate) replicas: Vec<FieldSpec>,
    pub(crate) names: Vec<(Gvk, Vec<FieldSpec>)>,
}

impl FieldTable {
    /// The built-in table.
    pub(crate) fn builtin() -> &'static FieldTable {
        static TABLE: OnceLock<FieldTable> = OnceLock::new();
        TABLE.get_or_init(|| {
            let mut table = FieldTable::default();
            let mut section = "";
            let mut metadata = Vec::new();
            for line in TEXT.lines().filter(|l| !l.starts_with('#')) {
                let words: Vec<&str> = line.split(' ').map(|w| if w == "-" { "" } else { w }).collect();
                let gvk = |words: &[&str]| match words {
                    [group, version, kind, ..] => {
                        Gvk { group: (*group).into(), version: (*version).into(), kind: (*kind).into() }
                    }
                    _ => Gvk::default(),
                };
                match words[..] {
                    ["section", name] => section = name,
                    ["names", ..] => {
                        section = "names";
                        table.names.push((gvk(&words[1..]), Vec::new()));
                    }
                    [path, ..] => {
                        let spec = FieldSpec::new(gvk(&words[1..]), path, words.len() > 4);
                        match (section, table.section(section)) {
                            ("names", _) => {
                                table.names.last_mut().into_iter().for_each(|n| n.1.push(spec.clone()))
                            }
                            (_, Some(specs)) => specs.push(spec),
                            _ => metadata.push(spec),
                        }
                    }
                    [] => {}
                }
            }
            table.common_labels.extend(metadata.iter().cloned());
            table.template_labels.extend(metadata);
            table
        })
    }

    fn section(&mut self, name: &str) -> Option<&mut Vec<FieldSpec>> {
        Some(match name {
            "namePrefix" => &mut self.name_prefix,
            "nameSuffix" => &mut self.name_suffix,
            "namespace" => &mut self.namespace,
            "commonLabels" => &mut self.common_labels,
            "labels" => &mut self.labels,
            "templateLabels" => &mut self.template_labels,
            "commonAnnotations" => &mut self.common_annotations,
            "varReference" => &mut self.var_reference,
            "images" => &mut self.images,
            "replicas" => &mut self.replicas,
            _ => return None,
        })
    }

    /// Reads a file listed under `configurations`.
    pub(crate) fn read(node: &Node) -> Result<Self> {
        const NAMES: [&str; 11] = [
            "namePrefix",
            "nameSuffix",
            "namespace",
            "commonLabels",
            "labels",
            "templateLabels",
            "commonAnnotations",
            "nameReference",
            "varReference",
            "images",
            "replicas",
        ];
        let record = Record::new("a configuration", node, &NAMES)?;
        let mut table = FieldTable::default();
        for name in NAMES {
            if let Some(section) = table.section(name) {
                *section = record.list(name, FieldSpec::read)?;
            }
        }
        table.names = record.list("nameReference", |node| {
            let record = Record::new("a name reference", node, &["group", "version", "kind", "fieldSpecs"])?;
            let gvk = Gvk {
                group: record.text("group")?,
                version: record.text("version")?,
                kind: record.text("kind")?,
            };
            Ok((gvk, record.list("fieldSpecs", FieldSpec::read)?))
        })?;
        Ok(table)
    }

    /// Adds another table.
    pub(crate) fn merge(&mut self, other: &FieldTable, at: Mark) -> Result<()> {
        let mut theirs = other.clone();
        for name in [
            "namePrefix",
            "nameSuffix",
            "namespace",
            "commonLabels",
            "labels",
            "templateLabels",
            "commonAnnotations",
            "varReference",
            "images",
            "replicas",
        ] {
            if let (Some(mine), Some(theirs)) = (self.section(name), theirs.section(name)) {
                merge_all(mine, theirs, at)?;
            }
        }
        for (gvk, specs) in &other.names {
            match self.names.iter_mut().find(|(known, _)| known == gvk) {
                Some((_, mine)) => merge_all(mine, specs, at)?,
                None => self.names.push((gvk.clone(), specs.clone())),
            }
        }
        Ok(())
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
