//! All field specifications of a build: the built-in ones, those of `configurations` and of `crds`.
//!
//! The table `data/fields.txt` is written by `generate/main.go` from kustomize (Apache-2.0): `section NAME` or `names GROUP
//! VERSION KIND`, below each lines `PATH GROUP VERSION KIND [create]` with `-` for "any".

use std::sync::OnceLock;

use smol_str::SmolStr;

use super::{FieldSpec, merge_all};
use crate::fault::Result;
use crate::id::Gvk;
use crate::kustomization::record::{Reading, Record};
use crate::transform::sort::rank;
use crate::yaml::node::{Mark, Node};

static TEXT: &str = include_str!("../../data/fields.txt");

const SECTIONS: [&str; 10] = [
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
];

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
    /// `None`: none, or the built-in ones. Those are the larger part of the table and are read when a name is looked for.
    names: Option<Names>,
    has_builtin_names: bool,
}

/// The kinds that are referred to by name, and where.
pub(crate) type Names = Vec<(Gvk, Vec<FieldSpec>)>;

impl FieldTable {
    /// The built-in table.
    pub(crate) fn builtin() -> &'static FieldTable {
        static TABLE: OnceLock<FieldTable> = OnceLock::new();
        TABLE.get_or_init(|| {
            let mut table = FieldTable { has_builtin_names: true, ..FieldTable::default() };
            let mut metadata = Vec::new();
            let mut section = "";
            for line in lines() {
                match line {
                    Line::Section(name) => section = name,
                    Line::Names(_) => section = "names",
                    Line::Field(_) if section == "names" => {}
                    Line::Field(field) => match table.section(section) {
                        Some(specs) => specs.push(spec(field)),
                        None => metadata.push(spec(field)),
                    },
                }
            }
            table.common_labels.extend(metadata.iter().cloned());
            table.template_labels.extend(metadata);
            table.sort();
            table
        })
    }

    /// The kinds that are referred to by name, and where.
    pub(crate) fn names(&self) -> &[(Gvk, Vec<FieldSpec>)] {
        match &self.names {
            Some(names) => names,
            None if self.has_builtin_names => builtin_names(),
            None => &[],
        }
    }

    fn names_mut(&mut self) -> &mut Names {
        let is_builtin = self.has_builtin_names;
        self.names.get_or_insert_with(|| if is_builtin { builtin_names().clone() } else { Names::new() })
    }

    /// Sorts as the original does (builtinconfig/transformerconfig.go) wherever tables are read or merged. Its sort is
    /// not stable, but specifications of the same kind have different paths, whose order nobody sees.
    fn sort(&mut self) {
        for name in SECTIONS {
            self.section(name).into_iter().for_each(|specs| specs.sort_by_cached_key(|spec| rank(&spec.gvk)));
        }
        self.names.iter_mut().for_each(|names| names.sort_by_cached_key(|(gvk, _)| rank(gvk)));
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
        let names = [&SECTIONS[..], &["nameReference"]].concat();
        let record = Record::read("a configuration", node, &names, Reading::Strict)?;
        let mut table = FieldTable::default();
        for name in SECTIONS {
            if let Some(section) = table.section(name) {
                *section = record.list(name, FieldSpec::read)?;
            }
        }
        let references = record.list("nameReference", |node, reading| {
            let names = ["group", "version", "kind", "fieldSpecs"];
            let record = Record::read("a name reference", node, &names, reading)?;
            Ok((record.gvk()?, record.list("fieldSpecs", FieldSpec::read)?))
        })?;
        table.names = Some(references).filter(|names| !names.is_empty());
        table.sort();
        Ok(table)
    }

    /// Adds another table. One that says otherwise whether a field may be made is refused.
    pub(crate) fn merge(&mut self, other: &FieldTable, at: Mark) -> Result<()> {
        for name in SECTIONS {
            if let (Some(mine), Some(theirs)) = (self.section(name), other.clone().section(name)) {
                merge_all(mine, theirs, at)?;
            }
        }
        for (gvk, specs) in other.names() {
            self.refer(gvk, specs, at)?;
        }
        self.sort();
        Ok(())
    }

    /// Adds fields that hold names of objects of a kind.
    pub(crate) fn refer(&mut self, gvk: &Gvk, specs: &[FieldSpec], at: Mark) -> Result<()> {
        let names = self.names_mut();
        match names.iter_mut().find(|(known, _)| known == gvk) {
            Some((_, mine)) => merge_all(mine, specs, at)?,
            None => names.push((gvk.clone(), specs.to_vec())),
        }
        Ok(())
    }
}

/// A line of the built-in table.
enum Line {
    Section(&'static str),
    Names(&'static str),
    Field(&'static str),
}

fn lines() -> impl Iterator<Item = Line> {
    TEXT.lines().filter(|line| !line.starts_with('#')).map(|line| {
        match (line.strip_prefix("section "), line.strip_prefix("names ")) {
            (Some(name), _) => Line::Section(name),
            (_, Some(kind)) => Line::Names(kind),
            _ => Line::Field(line),
        }
    })
}

fn word<'w>(words: &mut impl Iterator<Item = &'w str>) -> String {
    words.next().filter(|word| *word != "-").unwrap_or_default().to_owned()
}

fn gvk<'w>(words: &mut impl Iterator<Item = &'w str>) -> Gvk {
    let mut part = || SmolStr::from(word(words));
    Gvk { group: part(), version: part(), kind: part() }
}

fn spec(line: &str) -> FieldSpec {
    let mut words = line.split(' ');
    let path = words.next().unwrap_or_default();
    let gvk = gvk(&mut words);
    FieldSpec::new(gvk, path, words.next().is_some())
}

fn builtin_names() -> &'static Names {
    static NAMES: OnceLock<Names> = OnceLock::new();
    NAMES.get_or_init(|| {
        let mut names = Names::new();
        let mut is_names = false;
        for line in lines() {
            match (line, names.last_mut()) {
                (Line::Section(_), _) => is_names = false,
                (Line::Names(kind), _) => {
                    is_names = true;
                    names.push((gvk(&mut kind.split(' ')), Vec::new()));
                }
                (Line::Field(field), Some((_, specs))) if is_names => specs.push(spec(field)),
                (Line::Field(_), _) => {}
            }
        }
        names.sort_by_cached_key(|(gvk, _)| rank(gvk));
        names
    })
}
