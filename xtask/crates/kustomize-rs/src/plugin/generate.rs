//! Generators that are configured by objects.

use super::{Config, configs};
use crate::fault::{Result, fault};
use crate::generator;
use crate::kustomization::args::Generator;
use crate::kustomization::record::{Entry, Reading, Record};
use crate::metadata::{By, Way};
use crate::object::Object;
use crate::patch::Patches;
use crate::source::Transformer;
use crate::yaml::node::Node;
use crate::yaml::read::{self, Twice};

/// Makes the objects of the entries of `generators`.
pub(crate) fn generate(from: &Patches<'_>, entries: &[Entry]) -> Result<Vec<Object>> {
    let configs = configs(from, entries)?;
    let made = configs.iter().map(|config| {
        let mut object = one(from, config).map_err(|f| f.or_at(config.at))?;
        if let Some(way) = Way::noted(&config.object) {
            way.note_generator(&mut object, &By::config(&config.object))?;
        }
        Ok(object)
    });
    made.collect()
}

fn one(from: &Patches<'_>, config: &Config) -> Result<Object> {
    let node = &config.object.node;
    match config.builtin_kind("generators")? {
        "ConfigMapGenerator" => generator::object(from.loader, from.folder, &args(node, false)?),
        "SecretGenerator" => generator::object(from.loader, from.folder, &args(node, true)?),
        "IAMPolicyGenerator" => iam_policy(from, node),
        "HelmChartInflationGenerator" => {
            let message =
                "`generators`: HelmChartInflationGenerator is not supported: charts are not rendered here";
            Err(fault("kustomize/unsupported", node.at, message))
        }
        "AnnotationsTransformer"
        | "HashTransformer"
        | "ImageTagTransformer"
        | "LabelTransformer"
        | "NamespaceTransformer"
        | "PatchJson6902Transformer"
        | "PatchStrategicMergeTransformer"
        | "PatchTransformer"
        | "PrefixSuffixTransformer"
        | "PrefixTransformer"
        | "SuffixTransformer"
        | "ReplacementTransformer"
        | "ReplicaCountTransformer"
        | "ValueAddTransformer" => {
            Err(fault("kustomize/plugin", node.at, format!("plugin {} not a generator", config.object.id()))
                .with_help("list it under `transformers`"))
        }
        _ => Err(config.unknown()),
    }
}

/// Name and namespace may be those of the configuration itself; `env` is a field that only kustomization files have.
fn args(node: &Node, is_secret: bool) -> Result<Generator> {
    let record = Record::read("a generator", node, &[], Reading::Embedded)?;
    let mut args = Generator::of(&record, is_secret)?;
    args.envs = record.entries("envs")?;
    if let Some(metadata) = record.nested("metadata", |node, _| super::record(node))? {
        for (field, name) in [(&mut args.name, "name"), (&mut args.namespace, "namespace")] {
            if field.text.is_empty() {
                *field = metadata.entry(name)?;
            }
        }
    }
    Ok(args)
}

/// A ServiceAccount bound to one of Google's.
fn iam_policy(from: &Patches<'_>, node: &Node) -> Result<Object> {
    let record = Record::read("a generator", node, &[], Reading::Embedded)?;
    let cloud = record.text("cloud")?;
    if cloud != "gke" {
        let message = format!("cloud provider {cloud} not supported yet");
        return Err(fault("kustomize/plugin", node.at, message).with_help("only `cloud: gke` is known"));
    }
    let texts = |field: &str, names: [&str; 2]| -> Result<[String; 2]> {
        let Some(part) = record.nested(field, |node, reading| Record::read(field, node, &[], reading))?
        else {
            return Ok(Default::default());
        };
        Ok([part.text(names[0])?, part.text(names[1])?])
    };
    let [account, project] = texts("serviceAccount", ["name", "projectId"])?;
    let [name, namespace] = texts("kubernetesService", ["name", "namespace"])?;
    // The original writes YAML and reads it back, so that its rules for texts hold.
    let mut text = format!(
        "apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  annotations:\n    iam.gke.io/gcp-service-account: \
         {account}@{project}.iam.gserviceaccount.com\n  name: {name}\n"
    );
    if !namespace.is_empty() {
        text.push_str(&format!("\n  namespace: {namespace}"));
    }
    let made = read::single(from.loader.limits, 0, &text, Twice::Refused)?.unwrap_or_else(Node::null);
    let at = from.loader.sources.mark(node.at, Transformer::IamPolicyGenerator);
    Ok(Object { entered: from.folder.entered, ..Object::new(made.all_at(at), &from.loader.schema) })
}
