//! Plugins: generators, transformers and validators that are configured by objects of their own.
//!
//! Only the built-in kinds (`apiVersion: builtin`) are known; functions and external plugins are refused, because nothing
//! is run here.

mod fields;
mod generate;
mod patches;
mod validate;
mod value_add;

use crate::build::{Gathered, resource, way_to};
use crate::fault::{Result, fault};
use crate::kustomization::record::{Entry, Reading, Record};
use crate::load;
use crate::object::Object;
use crate::patch::Patches;
use crate::set::ObjectSet;
use crate::source::Transformer;
use crate::transform;
use crate::yaml::node::{Mark, Node, Style, Tag, Value};
use crate::yaml::read::Twice;
use crate::yaml::value::{Plain, decide};

pub(crate) use generate::generate;
pub(crate) use validate::validate;

/// The object that configures a plugin, and the entry that brought it.
#[derive(Debug)]
pub(crate) struct Config {
    object: Object,
    at: Mark,
}

/// A transformer that is ready to run.
pub(crate) type Transform<'a> = Box<dyn Fn(&mut ObjectSet) -> Result<()> + 'a>;

/// A transformer and what configures it.
pub(crate) struct Plugin<'a> {
    pub(crate) transform: Transform<'a>,
    pub(crate) config: Object,
    pub(crate) at: Mark,
}

/// Reads the configurations that entries name: inline ones first, then those of files and folders.
fn configs(from: &Patches<'_>, entries: &[Entry]) -> Result<Vec<Config>> {
    let mut gathered = Gathered::default();
    let (mut marks, mut paths) = (Vec::new(), Vec::new());
    for entry in entries {
        match load::objects(from.loader, 0, &entry.text, Twice::Refused) {
            Ok(mut objects) => {
                let inside = from.file.inside(entry.at);
                objects.iter_mut().for_each(|o| o.node.each_mark(&mut |at| *at = inside.place(*at)));
                if let Some(way) = way_to(from.loader, from.folder, from.file) {
                    way.note_file(&mut objects)?;
                }
                gathered.set.append_all(objects)?;
            }
            Err(fault) if fault.is_too_large() => return Err(fault.or_at(entry.at)),
            Err(_) => paths.push(entry),
        }
        marks.resize(gathered.set.objects.len(), entry.at);
    }
    for entry in paths {
        resource(from.loader, from.folder, entry, &mut gathered)?;
        marks.resize(gathered.set.objects.len(), entry.at);
    }
    let configs = gathered.set.objects.into_iter().zip(marks);
    let configs = configs.map(|(mut object, at)| {
        written(&mut object.node);
        Config { object, at }
    });
    Ok(configs.collect())
}

/// The original writes configurations and reads them again, so that texts are in quotes where a reader would take them for
/// something else.
fn written(node: &mut Node) {
    match &mut node.value {
        Value::Map(fields) => fields.iter_mut().for_each(|field| written(&mut field.value)),
        Value::Seq(items) => items.iter_mut().for_each(written),
        Value::Scalar(scalar) => {
            let tag = match decide(scalar) {
                Ok(Plain::Text(_)) => Tag::Str,
                Ok(Plain::Int(_) | Plain::UInt(_)) => Tag::Int,
                Ok(Plain::Float(_)) => Tag::Float,
                Ok(Plain::Bool(_)) => Tag::Bool,
                Ok(Plain::Null) => Tag::Null,
                Err(_) => return,
            };
            if tag == Tag::Str {
                scalar.style = Style::Quoted;
            }
            scalar.tag = tag;
        }
    }
}

/// Reads the entries of `transformers` or `validators`.
pub(crate) fn transformers<'a>(
    from: &'a Patches<'_>,
    field: &str,
    entries: &[Entry],
) -> Result<Vec<Plugin<'a>>> {
    let configs = configs(from, entries)?;
    let ready = configs.into_iter().map(|config| {
        let at = config.at;
        let transform = transformer(from, field, &config).map_err(|f| f.or_at(at))?;
        let transform: Transform<'a> = Box::new(move |set| transform(set).map_err(|f| f.or_at(at)));
        Ok(Plugin { transform, config: config.object, at })
    });
    ready.collect()
}

fn transformer<'a>(from: &'a Patches<'_>, field: &str, config: &Config) -> Result<Transform<'a>> {
    let node = &config.object.node;
    match config.builtin_kind(field)? {
        "AnnotationsTransformer" => fields::pairs(from, node, Transformer::CommonAnnotations),
        "LabelTransformer" => fields::pairs(from, node, Transformer::Labels),
        "HashTransformer" => Ok(Box::new(move |set| {
            transform::hash(set, &from.loader.sources);
            Ok(())
        })),
        "ImageTagTransformer" => fields::image(from, node),
        "ReplicaCountTransformer" => fields::replicas(from, node),
        "NamespaceTransformer" => fields::namespace(from, node),
        "PrefixTransformer" => fields::affixes(from, node, &[true]),
        "SuffixTransformer" => fields::affixes(from, node, &[false]),
        "PrefixSuffixTransformer" => fields::affixes(from, node, &[true, false]),
        "PatchTransformer" => patches::patch(from, node),
        "PatchJson6902Transformer" => patches::json(from, node),
        "PatchStrategicMergeTransformer" => patches::strategic(from, node),
        "ReplacementTransformer" => patches::replacement(from, node),
        "ValueAddTransformer" => value_add::read(from, node),
        "ConfigMapGenerator" | "SecretGenerator" | "IAMPolicyGenerator" | "HelmChartInflationGenerator" => {
            Err(fault(
                "kustomize/plugin",
                node.at,
                format!("plugin {} not a transformer", config.object.id()),
            )
            .with_help("list it under `generators`"))
        }
        _ => Err(config.unknown()),
    }
}

impl Config {
    /// The kind of a built-in plugin; anything else would have to be run.
    fn builtin_kind(&self, field: &str) -> Result<&str> {
        let (api_version, kind) = (self.object.api_version(), self.object.kind());
        if api_version == "builtin" {
            return Ok(kind);
        }
        let message = format!(
            "`{field}`: unable to load external plugin `{kind}` of `{api_version}`: functions, programs and Go plugins are \
             not run here"
        );
        Err(fault("kustomize/unsupported", self.object.node.at, message)
            .with_help("only plugins with `apiVersion: builtin` are known"))
    }

    fn unknown(&self) -> Box<crate::fault::Fault> {
        let message = format!("unable to load builtin {}", self.object.gvk());
        fault("kustomize/plugin", self.object.node.at, message)
    }
}

/// The fields of a configuration, read as the original does: what it does not know is ignored.
fn record(node: &Node) -> Result<Record<'_>> {
    Record::read("the configuration of a plugin", node, &[], Reading::Loose)
}
