//! The kustomization file: every field of kustomize 5.8.1, deprecated ones moved to where they belong now.

pub(crate) mod args;
pub(crate) mod record;

use std::collections::BTreeMap;

use crate::fault::{Result, fault};
use crate::yaml::node::{Mark, Node};
use args::{Generator, Image, LabelSet, Options, Patch, Replacement, Replica, Variable};
use record::{Entry, Record};

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

/// The order in which objects are written.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum SortOrder {
    Fifo,
    Legacy { first: Option<Vec<String>>, last: Option<Vec<String>> },
}

/// A kustomization or component file.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Kustomization {
    pub(crate) at: Mark,
    pub(crate) is_component: bool,
    pub(crate) openapi: BTreeMap<String, String>,
    pub(crate) name_prefix: String,
    pub(crate) name_suffix: String,
    pub(crate) namespace: String,
    pub(crate) common_labels: BTreeMap<String, String>,
    pub(crate) labels: Vec<LabelSet>,
    pub(crate) common_annotations: BTreeMap<String, String>,
    pub(crate) patches_strategic_merge: Vec<Entry>,
    pub(crate) patches_json: Vec<Patch>,
    pub(crate) patches: Vec<Patch>,
    pub(crate) images: Vec<Image>,
    pub(crate) replacements: Vec<(Mark, Replacement)>,
    pub(crate) replicas: Vec<Replica>,
    pub(crate) vars: Vec<Variable>,
    pub(crate) sort: Option<SortOrder>,
    pub(crate) resources: Vec<Entry>,
    pub(crate) components: Vec<Entry>,
    pub(crate) crds: Vec<Entry>,
    pub(crate) config_maps: Vec<Generator>,
    pub(crate) secrets: Vec<Generator>,
    pub(crate) helm: Option<Mark>,
    pub(crate) options: Option<Options>,
    pub(crate) configurations: Vec<Entry>,
    pub(crate) generators: Vec<Entry>,
    pub(crate) transformers: Vec<Entry>,
    pub(crate) validators: Vec<Entry>,
    pub(crate) build_metadata: Vec<String>,
}

impl Kustomization {
    /// Reads the document of a kustomization file.
    pub(crate) fn read(node: &Node) -> Result<Self> {
        let record = Record::new("the kustomization file", node, &FIELDS)?;
        if let Some(meta) = record.get("metadata") {
            Record::new("metadata", meta, &["name", "namespace", "labels", "annotations"])?;
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
        let helm = helm.iter().filter_map(|n| record.get(n)).find(|n| !n.items().is_empty()).map(|n| n.at);
        Ok(Kustomization {
            at: record.at(),
            is_component,
            openapi: record.text_map("openapi")?.unwrap_or_default(),
            name_prefix: record.text("namePrefix")?,
            name_suffix: record.text("nameSuffix")?,
            namespace: record.text("namespace")?,
            common_labels: record.text_map("commonLabels")?.unwrap_or_default(),
            labels: record.list("labels", LabelSet::read)?,
            common_annotations: record.text_map("commonAnnotations")?.unwrap_or_default(),
            patches_strategic_merge: record.entries("patchesStrategicMerge")?,
            patches_json: record.list("patchesJson6902", Patch::read)?,
            patches: record.list("patches", Patch::read)?,
            images,
            replacements: record.list("replacements", |n| Ok((n.at, Replacement::read(n, true)?)))?,
            replicas: record.list("replicas", Replica::read)?,
            vars: record.list("vars", Variable::read)?,
            sort: record.get("sortOptions").map(sort_order).transpose()?,
            resources,
            components: record.entries("components")?,
            crds: record.entries("crds")?,
            config_maps: record.list("configMapGenerator", |n| Generator::read(n, false))?,
            secrets: record.list("secretGenerator", |n| Generator::read(n, true))?,
            helm,
            options: record.get("generatorOptions").map(Options::read).transpose()?,
            configurations: record.entries("configurations")?,
            generators: record.entries("generators")?,
            transformers: record.entries("transformers")?,
            validators: record.entries("validators")?,
            build_metadata: record.texts("buildMetadata")?,
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

/// Reads `sortOptions`.
pub(crate) fn sort_order(node: &Node) -> Result<SortOrder> {
    let record = Record::new("sortOptions", node, &["order", "legacySortOptions"])?;
    let legacy = record.get("legacySortOptions");
    match record.text("order")?.as_str() {
        "fifo" if legacy.is_some() => {
            let message = "`legacySortOptions` is set but the order is `fifo`, not `legacy`";
            Err(fault("kustomize/sort", node.at, message))
        }
        "fifo" => Ok(SortOrder::Fifo),
        "legacy" => {
            let Some(legacy) = legacy else { return Ok(SortOrder::Legacy { first: None, last: None }) };
            let legacy = Record::new("legacySortOptions", legacy, &["orderFirst", "orderLast"])?;
            let (first, last) = (legacy.texts("orderFirst")?, legacy.texts("orderLast")?);
            Ok(SortOrder::Legacy { first: Some(first), last: Some(last) })
        }
        _ => Err(fault("kustomize/sort", node.at, "`order` must be `fifo` or `legacy`")),
    }
}
