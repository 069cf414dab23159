//! The entries of the lists in a kustomization file.

use super::record::{Entry, Pairs, Reading, Record};
use crate::fault::{Result, fault};
use crate::fields::FieldSpec;
use crate::id::Gvk;
use crate::yaml::node::{Mark, Node};

/// Labels and annotations of what generators make.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Options {
    pub(crate) labels: Pairs,
    pub(crate) annotations: Pairs,
    pub(crate) has_no_hash: bool,
    pub(crate) is_immutable: bool,
}

impl Options {
    pub(crate) fn read(node: &Node, reading: Reading) -> Result<Self> {
        let names = ["labels", "annotations", "disableNameSuffixHash", "immutable"];
        let record = Record::read("generator options", node, &names, reading)?;
        Ok(Options {
            labels: record.pairs("labels")?,
            annotations: record.pairs("annotations")?,
            has_no_hash: record.flag("disableNameSuffixHash")?,
            is_immutable: record.flag("immutable")?,
        })
    }

    /// Adds what the options of the whole file say; a generator's own labels and annotations win.
    pub(crate) fn inherit(&mut self, global: &Options) {
        for (mine, theirs) in
            [(&mut self.labels, &global.labels), (&mut self.annotations, &global.annotations)]
        {
            for (key, value) in theirs {
                mine.entry(key.clone()).or_insert_with(|| value.clone());
            }
        }
        self.has_no_hash |= global.has_no_hash;
        self.is_immutable |= global.is_immutable;
    }
}

/// A generator of ConfigMaps or Secrets.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Generator {
    pub(crate) at: Mark,
    pub(crate) is_secret: bool,
    pub(crate) name: Entry,
    pub(crate) namespace: Entry,
    pub(crate) behavior: String,
    pub(crate) literals: Vec<Entry>,
    pub(crate) files: Vec<Entry>,
    pub(crate) envs: Vec<Entry>,
    pub(crate) options: Options,
    pub(crate) secret_type: Entry,
}

impl Generator {
    pub(crate) fn read(node: &Node, is_secret: bool, reading: Reading) -> Result<Self> {
        let mut names = vec!["namespace", "name", "behavior", "literals", "files", "envs", "env", "options"];
        if is_secret {
            names.push("type");
        }
        // All but the type of a Secret are fields of a struct that is embedded.
        let embedded = if reading == Reading::Loose { Reading::Embedded } else { reading };
        let record = Record::read("a generator", node, &names, embedded)?;
        let mut generator = Generator::of(&record, false)?;
        generator.is_secret = is_secret;
        if is_secret {
            generator.secret_type = Record::read("a generator", node, &names, reading)?.entry("type")?;
        }
        Ok(generator)
    }

    pub(crate) fn of(record: &Record<'_>, is_secret: bool) -> Result<Self> {
        let mut envs = record.entries("envs")?;
        envs.extend(Some(record.entry("env")?).filter(|e| !e.text.is_empty()));
        Ok(Generator {
            at: record.at(),
            is_secret,
            name: record.entry("name")?,
            namespace: record.entry("namespace")?,
            behavior: record.text("behavior")?,
            literals: record.entries("literals")?,
            files: record.entries("files")?,
            envs,
            options: record.nested("options", Options::read)?.unwrap_or_default(),
            secret_type: if is_secret { record.entry("type")? } else { Entry::default() },
        })
    }
}

/// An entry of `labels`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct LabelSet {
    pub(crate) at: Mark,
    pub(crate) pairs: Pairs,
    pub(crate) in_selectors: bool,
    pub(crate) in_templates: bool,
    pub(crate) fields: Vec<FieldSpec>,
}

impl LabelSet {
    pub(crate) fn read(node: &Node, reading: Reading) -> Result<Self> {
        let names = ["pairs", "includeSelectors", "includeTemplates", "fields"];
        let record = Record::read("an entry of labels", node, &names, reading)?;
        Ok(LabelSet {
            at: node.at,
            pairs: record.pairs("pairs")?,
            in_selectors: record.flag("includeSelectors")?,
            in_templates: record.flag("includeTemplates")?,
            fields: record.list("fields", FieldSpec::read)?,
        })
    }
}

/// An entry of `images`.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Image {
    pub(crate) at: Mark,
    pub(crate) name: String,
    pub(crate) new_name: String,
    pub(crate) new_tag: String,
    pub(crate) tag_suffix: String,
    pub(crate) digest: String,
}

impl Image {
    pub(crate) fn read(node: &Node, reading: Reading) -> Result<Self> {
        let names = ["name", "newName", "newTag", "tagSuffix", "digest"];
        let record = Record::read("an image", node, &names, reading)?;
        Ok(Image {
            at: node.at,
            name: record.text("name")?,
            new_name: record.text("newName")?,
            new_tag: record.text("newTag")?,
            tag_suffix: record.text("tagSuffix")?,
            digest: record.text("digest")?,
        })
    }
}

/// An entry of `replicas`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Replica {
    pub(crate) at: Mark,
    pub(crate) name: String,
    pub(crate) count: i64,
    pub(crate) count_at: Mark,
}

impl Replica {
    pub(crate) fn read(node: &Node, reading: Reading) -> Result<Self> {
        let record = Record::read("an entry of replicas", node, &["name", "count"], reading)?;
        let count_at = record.get("count").map_or(node.at, |n| n.at);
        Ok(Replica { at: node.at, name: record.text("name")?, count: record.number("count")?, count_at })
    }
}

/// Which objects are meant; texts are regular expressions or exact names, as the user of it decides.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Selector {
    pub(crate) at: Mark,
    pub(crate) gvk: Gvk,
    pub(crate) name: String,
    pub(crate) namespace: String,
    pub(crate) labels: String,
    pub(crate) annotations: String,
}

const IDENTITY: [&str; 5] = ["group", "version", "kind", "name", "namespace"];

impl Selector {
    pub(crate) fn read(node: &Node, reading: Reading) -> Result<Self> {
        let names = [&IDENTITY[..], &["annotationSelector", "labelSelector"]].concat();
        Selector::of(node, &Record::read("a selector", node, &names, reading)?)
    }

    fn of(node: &Node, record: &Record<'_>) -> Result<Self> {
        Ok(Selector {
            at: node.at,
            gvk: record.gvk()?,
            name: record.embedded_text("name")?,
            namespace: record.embedded_text("namespace")?,
            labels: record.text("labelSelector")?,
            annotations: record.text("annotationSelector")?,
        })
    }

    pub(crate) fn has_identity(&self) -> bool {
        !self.name.is_empty() || !self.namespace.is_empty() || self.gvk != Gvk::default()
    }
}

/// An entry of `patches` or `patchesJson6902`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Patch {
    pub(crate) at: Mark,
    pub(crate) path: String,
    pub(crate) patch: String,
    pub(crate) patch_at: Mark,
    pub(crate) target: Option<Selector>,
    pub(crate) may_change_name: bool,
    pub(crate) may_change_kind: bool,
}

impl Patch {
    pub(crate) fn read(node: &Node, reading: Reading) -> Result<Self> {
        let record = Record::read("a patch", node, &["path", "patch", "target", "options"], reading)?;
        Patch::of(&record)
    }

    pub(crate) fn of(record: &Record<'_>) -> Result<Self> {
        let names = ["allowNameChange", "allowKindChange"];
        let options =
            record.nested("options", |o, reading| Record::read("patch options", o, &names, reading))?;
        let option = |name| options.as_ref().map_or(Ok(false), |o| o.flag(name));
        Ok(Patch {
            at: record.at(),
            path: record.text("path")?,
            patch: record.text("patch")?,
            patch_at: record.get("patch").map_or(record.at(), |n| n.at),
            target: record.nested("target", Selector::read)?,
            may_change_name: option("allowNameChange")?,
            may_change_kind: option("allowKindChange")?,
        })
    }
}

/// How part of a value is taken or set.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct FieldOptions {
    pub(crate) delimiter: String,
    pub(crate) index: i64,
    pub(crate) create: bool,
}

impl FieldOptions {
    fn read(node: &Node, reading: Reading) -> Result<Self> {
        let record = Record::read("options", node, &["delimiter", "index", "encoding", "create"], reading)?;
        Ok(FieldOptions {
            delimiter: record.text("delimiter")?,
            index: record.number("index")?,
            create: record.flag("create")?,
        })
    }
}

/// Where a replacement goes.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Target {
    pub(crate) at: Mark,
    pub(crate) select: Option<Selector>,
    pub(crate) reject: Vec<Selector>,
    pub(crate) paths: Vec<Entry>,
    pub(crate) options: FieldOptions,
}

/// An entry of `replacements`, or a file of one.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Replacement {
    pub(crate) path: String,
    pub(crate) source: Option<(Selector, String, FieldOptions)>,
    pub(crate) value: Option<Entry>,
    pub(crate) targets: Option<Vec<Target>>,
}

impl Replacement {
    pub(crate) fn read(node: &Node, may_have_path: bool, reading: Reading) -> Result<Self> {
        let names = ["source", "targets", "sourceValue", "path"];
        let names = if may_have_path { &names } else { &names[..3] };
        let path = Record::read("a replacement", node, names, reading)?.text("path")?;
        // Beside a path it is embedded in another struct.
        let embedded = match reading {
            Reading::Loose if may_have_path => Reading::Embedded,
            other => other,
        };
        let record = Record::read("a replacement", node, names, embedded)?;
        let source = record.nested("source", |node, reading| {
            let names = [&IDENTITY[..], &["fieldPath", "options"]].concat();
            let record = Record::read("source", node, &names, reading)?;
            let options = record.nested("options", FieldOptions::read)?.unwrap_or_default();
            Ok((Selector::of(node, &record)?, record.text("fieldPath")?, options))
        })?;
        let replacement = Replacement {
            source,
            value: record.get("sourceValue").map(|_| record.entry("sourceValue")).transpose()?,
            targets: record.get("targets").map(|_| record.list("targets", Target::read)).transpose()?,
            path,
        };
        let has_targets = replacement.targets.as_ref().is_some_and(|t| !t.is_empty());
        if !replacement.path.is_empty() && (replacement.source.is_some() || has_targets) {
            return Err(fault(
                "kustomize/replacement",
                node.at,
                "cannot specify both path and inline replacement",
            ));
        }
        Ok(replacement)
    }
}

impl Target {
    fn read(node: &Node, reading: Reading) -> Result<Self> {
        let record = Record::read("a target", node, &["select", "reject", "fieldPaths", "options"], reading)?;
        Ok(Target {
            at: node.at,
            select: record.nested("select", Selector::read)?,
            reject: record.list("reject", Selector::read)?,
            paths: record.entries("fieldPaths")?,
            options: record.nested("options", FieldOptions::read)?.unwrap_or_default(),
        })
    }
}

/// An entry of `vars`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Variable {
    pub(crate) at: Mark,
    pub(crate) name: String,
    pub(crate) gvk: Gvk,
    pub(crate) object: String,
    pub(crate) namespace: String,
    pub(crate) path: String,
}

impl Variable {
    pub(crate) fn read(node: &Node, reading: Reading) -> Result<Self> {
        let record = Record::read("a variable", node, &["name", "objref", "fieldref"], reading)?;
        let empty = Node::null();
        let names = ["apiVersion", "group", "version", "kind", "name", "namespace"];
        let object = record.get("objref").unwrap_or(&empty);
        let object = Record::read("objref", object, &names, reading)?;
        let field = record.get("fieldref").unwrap_or(&empty);
        let field = Record::read("fieldref", field, &["fieldPath"], reading)?;
        let mut gvk = object.gvk()?;
        let api_version = object.text("apiVersion")?;
        match api_version.split('/').collect::<Vec<_>>()[..] {
            [""] => {}
            [group, version] => (gvk.group, gvk.version) = ((*group).into(), (*version).into()),
            [version] => gvk.version = (*version).into(),
            _ => {}
        }
        let path = Some(field.text("fieldPath")?).filter(|p| !p.is_empty());
        Ok(Variable {
            at: node.at,
            name: record.text("name")?,
            gvk,
            object: object.text("name")?,
            namespace: object.text("namespace")?,
            path: path.unwrap_or_else(|| "metadata.name".to_owned()),
        })
    }
}
