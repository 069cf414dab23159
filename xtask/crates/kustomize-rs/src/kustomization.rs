//! The kustomization file: every field of kustomize 5.8.1, deprecated ones moved to where they belong now.

pub(crate) mod args;
pub(crate) mod inline;
pub(crate) mod record;

use crate::fault::{Fault, Result, fault};
use crate::yaml::node::{Mark, Node};
use args::{Generator, Image, LabelSet, Options, Patch, Replacement, Replica, Variable};
use inline::{Blocks, Inside};
use record::{Entry, Pairs, Reading, Record};

const FIELDS: [&str; 34] = [
    "apiVersion",
    "kind",
    "metadata",
    "openapi",
    "namePrefix",
    "nameSuffix",
    "namespace",
    "commonLabels",
    "labels",
    "commonAnnotations",
    "patchesStrategicMerge",
    "patchesJson6902",
    "patches",
    "images",
    "imageTags",
    "replacements",
    "replicas",
    "vars",
    "sortOptions",
    "resources",
    "components",
    "crds",
    "bases",
    "configMapGenerator",
    "secretGenerator",
    "helmGlobals",
    "helmCharts",
    "helmChartInflationGenerator",
    "generatorOptions",
    "configurations",
    "generators",
    "transformers",
    "validators",
    "buildMetadata",
];

/// Fields that kustomize warns of, and what replaces them (`api/types/kustomization.go`).
const DEPRECATED: [(&str, &str); 6] = [
    ("bases", "resources"),
    ("commonLabels", "labels"),
    ("imageTags", "images"),
    ("patchesJson6902", "patches"),
    ("patchesStrategicMerge", "patches"),
    ("vars", "replacements"),
];

/// `sortOptions`: what they say counts only in the folder that is built, and is checked only there.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct SortOptions {
    pub(crate) at: Mark,
    pub(crate) order: String,
    /// `orderFirst` and `orderLast`.
    pub(crate) legacy: Option<(Vec<String>, Vec<String>)>,
}

/// `openapi`: a file of types, or the version of those that are built in.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct OpenApi {
    pub(crate) at: Mark,
    pub(crate) path: Option<String>,
    pub(crate) version: Option<String>,
}

/// A kustomization or component file.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Kustomization {
    pub(crate) at: Mark,
    pub(crate) is_component: bool,
    pub(crate) openapi: OpenApi,
    pub(crate) name_prefix: Entry,
    pub(crate) name_suffix: Entry,
    pub(crate) namespace: Entry,
    pub(crate) common_labels: Pairs,
    pub(crate) labels: Vec<LabelSet>,
    pub(crate) common_annotations: Pairs,
    pub(crate) patches_strategic_merge: Vec<Entry>,
    pub(crate) patches_json: Vec<Patch>,
    pub(crate) patches: Vec<Patch>,
    pub(crate) images: Vec<Image>,
    pub(crate) replacements: Vec<(Mark, Replacement)>,
    pub(crate) replicas: Vec<Replica>,
    pub(crate) vars: Vec<Variable>,
    pub(crate) sort: Option<SortOptions>,
    pub(crate) resources: Vec<Entry>,
    pub(crate) components: Vec<Entry>,
    pub(crate) crds: Vec<Entry>,
    pub(crate) config_maps: Vec<Generator>,
    pub(crate) secrets: Vec<Generator>,
    pub(crate) helm: Option<(&'static str, Mark)>,
    pub(crate) options: Option<Options>,
    pub(crate) configurations: Vec<Entry>,
    pub(crate) generators: Vec<Entry>,
    pub(crate) transformers: Vec<Entry>,
    pub(crate) validators: Vec<Entry>,
    pub(crate) build_metadata: Vec<Entry>,
    blocks: Blocks,
    /// Where each field is, by its name as kustomize writes it.
    fields: Vec<(&'static str, Mark)>,
}

impl Kustomization {
    /// Reads a kustomization file: its document, and its text for the places of what is written inside texts.
    pub(crate) fn read(node: &Node, text: &str, reading: Reading) -> Result<Self> {
        let mut file = Kustomization::of(node, reading)?;
        let patches = file.patches.iter().chain(&file.patches_json);
        let patches = patches.filter(|p| !p.patch.is_empty()).map(|p| p.patch_at);
        let plugins = [&file.generators, &file.transformers, &file.validators].into_iter().flatten();
        let entries = file.patches_strategic_merge.iter().chain(plugins);
        let entries = entries.filter(|e| e.text.contains('\n')).map(|e| e.at);
        let inside = patches.chain(entries).filter(|at| at.file == node.at.file);
        file.blocks = inline::blocks(text, inside);
        Ok(file)
    }

    /// Where in the file the places of a text are that is written at this mark.
    pub(crate) fn inside(&self, at: Mark) -> Inside {
        let block = self.blocks.get(&(at.line, at.column)).filter(|start| start.file == at.file);
        block.map_or(Inside::At(at), |start| Inside::From(*start))
    }

    /// Where a field is; the beginning of the file if it is missing.
    pub(crate) fn at_field(&self, name: &str) -> Mark {
        self.fields.iter().find(|(known, _)| *known == name).map_or(self.at, |(_, at)| *at)
    }

    /// Warns of fields that kustomize has replaced by others.
    pub(crate) fn warn(&self, warn: impl Fn(Box<Fault>)) {
        for (old, new) in DEPRECATED {
            if self.fields.iter().any(|(name, _)| *name == old) {
                let message = format!("`{old}` is deprecated");
                let warning = fault("kustomize/deprecated", self.at_field(old), message);
                warn(warning.with_help(format!("use `{new}` instead")));
            }
        }
    }

    fn of(node: &Node, reading: Reading) -> Result<Self> {
        let record = Record::read("the kustomization file", node, &FIELDS, reading)?;
        if let Some(meta) = record.get("metadata") {
            Record::read("metadata", meta, &["name", "namespace", "labels", "annotations"], reading)?;
        }
        let is_set = node.fields().iter().any(|f| {
            !["kind", "apiVersion"].iter().any(|n| n.eq_ignore_ascii_case(&f.key)) && !f.value.is_null()
        });
        if !is_set {
            return Err(fault("kustomize/empty", node.at, "the kustomization file is empty")
                .with_help("list something under `resources`"));
        }
        let is_component = check_version(&record)?;
        let mut resources = record.entries("resources")?;
        resources.extend(record.entries("bases")?);
        let mut images = record.list("images", Image::read)?;
        images.extend(record.list("imageTags", Image::read)?);
        let helm = ["helmCharts", "helmChartInflationGenerator"];
        let listed = |name: &'static str| {
            record.get(name).filter(|node| !node.items().is_empty()).map(|node| (name, node.at))
        };
        let helm = helm.into_iter().find_map(listed);
        Ok(Kustomization {
            at: record.at(),
            is_component,
            openapi: OpenApi::of(&record)?,
            name_prefix: record.entry("namePrefix")?,
            name_suffix: record.entry("nameSuffix")?,
            namespace: record.entry("namespace")?,
            common_labels: record.pairs("commonLabels")?,
            labels: record.list("labels", LabelSet::read)?,
            common_annotations: record.pairs("commonAnnotations")?,
            patches_strategic_merge: record.entries("patchesStrategicMerge")?,
            patches_json: record.list("patchesJson6902", Patch::read)?,
            patches: record.list("patches", Patch::read)?,
            images,
            replacements: record.list("replacements", |n, r| Ok((n.at, Replacement::read(n, true, r)?)))?,
            replicas: record.list("replicas", Replica::read)?,
            vars: record.list("vars", Variable::read)?,
            sort: record.nested("sortOptions", SortOptions::read)?,
            resources,
            components: record.entries("components")?,
            crds: record.entries("crds")?,
            config_maps: record.list("configMapGenerator", |n, r| Generator::read(n, false, r))?,
            secrets: record.list("secretGenerator", |n, r| Generator::read(n, true, r))?,
            helm,
            options: record.nested("generatorOptions", Options::read)?,
            configurations: record.entries("configurations")?,
            generators: record.entries("generators")?,
            transformers: record.entries("transformers")?,
            validators: record.entries("validators")?,
            build_metadata: record.entries("buildMetadata")?,
            blocks: Blocks::new(),
            fields: record.places(&FIELDS),
        })
    }
}

fn check_version(record: &Record<'_>) -> Result<bool> {
    let kind = record.text("kind")?;
    let is_component = kind == "Component";
    let at = |name| record.get(name).map_or(record.at(), |n| n.at);
    if !matches!(kind.as_str(), "" | "Kustomization" | "Component") {
        return Err(fault("kustomize/kind", at("kind"), "kind should be Kustomization or Component"));
    }
    let wanted =
        if is_component { "kustomize.config.k8s.io/v1alpha1" } else { "kustomize.config.k8s.io/v1beta1" };
    let version = record.text("apiVersion")?;
    if !version.is_empty() && version != wanted {
        let kind = if is_component { "Component" } else { "Kustomization" };
        let message = format!("apiVersion for {kind} should be {wanted}");
        return Err(fault("kustomize/kind", at("apiVersion"), message));
    }
    Ok(is_component)
}

impl OpenApi {
    fn of(record: &Record<'_>) -> Result<Self> {
        let texts = record.text_map("openapi")?.unwrap_or_default();
        let text = |name: &str| texts.get(name).cloned();
        let at = record.get("openapi").map_or(record.at(), |n| n.at);
        Ok(OpenApi { at, path: text("path"), version: text("version") })
    }
}

impl SortOptions {
    fn read(node: &Node, reading: Reading) -> Result<Self> {
        let record = Record::read("sortOptions", node, &["order", "legacySortOptions"], reading)?;
        let legacy = record.nested("legacySortOptions", |node, reading| {
            let record = Record::read("legacySortOptions", node, &["orderFirst", "orderLast"], reading)?;
            Ok((record.texts("orderFirst")?, record.texts("orderLast")?))
        })?;
        Ok(SortOptions { at: node.at, order: record.text("order")?, legacy })
    }
}
