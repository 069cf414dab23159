//! `build`: what Flux would apply, of a cluster or of any repository.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;
use fleet::roots;
use flux::explain::{self, Row};
use flux::render::spec::Name;
use flux::render::{Part, Rendering};
use kustomize_rs::yaml::node::Node;
use serde_json::{Value, json};

use super::render_arguments::RenderArguments;
use crate::context::{Context, Output};
use crate::exit::{Exit, Failure, Outcome};
use crate::report;

/// Flags of `build`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cargo xtask build                               everything that Flux applies in the sandbox
  cargo xtask build example nextcloud             what one component of a cluster becomes
  cargo xtask build example --dir /tmp/example    one file an object, to look around in
  cargo xtask build --explain HelmRelease/nextcloud.spec.chart
                                                  which file and line, patch or variable set it
  cargo xtask build --explain HelmRelease/nextcloud.values.nextcloud
                                                  which layer of values
  cargo xtask build --revision HEAD~1             the same of another commit
  cargo xtask build --repository ../home-ops --entry kubernetes/flux/cluster
                                                  any repository that Flux follows

Values that only the cluster knows (generated passwords, encrypted Secrets) are placeholders.
Exit code 1 when a Kustomization cannot be built; the others are printed all the same.")]
pub struct Arguments {
    #[command(flatten)]
    what: RenderArguments,
    /// Only what belongs to this component, or to the Kustomization of this name; with --repository the only word
    #[arg(value_name = "COMPONENT")]
    component: Option<String>,
    /// Write one file an object below this folder, which must be empty or new
    #[arg(long, value_name = "FOLDER")]
    dir: Option<PathBuf>,
    /// Say what set each field of an object: KIND/NAME or KIND/NAMESPACE/NAME, and a field behind it; below `values` of a
    /// HelmRelease are the values that its chart gets
    #[arg(long, value_name = "OBJECT[.FIELD]", conflicts_with = "dir")]
    explain: Option<String>,
}

impl Arguments {
    fn component(&self) -> Option<&str> {
        self.component.as_deref().or(self.what.word())
    }
}

/// Runs `build`.
pub fn run(arguments: &Arguments, context: &Context) -> Outcome {
    let rendering = arguments.what.rendered(context)?;
    if let Some(wanted) = &arguments.explain {
        return explained(&rendering, wanted, context);
    }
    let parts: Vec<&Part> = rendering.parts.iter().filter(|part| is_wanted(arguments, part)).collect();
    if parts.is_empty() {
        let wanted = arguments.component().unwrap_or("the entry");
        return Err(Failure::Usage(format!("nothing is called `{wanted}`; {}", known(&rendering))));
    }
    match (&arguments.dir, context.output) {
        (Some(folder), _) => write(folder, &parts)?,
        (None, Output::Json) => report::json(&as_json(&parts)),
        (None, Output::Human) => parts.iter().for_each(|part| print(part)),
    }
    parts.iter().flat_map(|part| &part.warnings).for_each(|found| context.terminal.say(found.to_string()));
    let problems: Vec<_> = parts.iter().filter_map(|part| part.problem.as_deref()).cloned().collect();
    if problems.is_empty() { Ok(Exit::Yes) } else { Err(Failure::Faulty(problems)) }
}

/// Prints what set each field.
fn explained(rendering: &Rendering, wanted: &str, context: &Context) -> Outcome {
    let found = explain::explain(rendering, wanted).map_err(Failure::Usage)?;
    if context.output == Output::Json {
        let row = |row: &Row| {
            let variables: BTreeMap<&str, &str> =
                row.variables.iter().map(|(name, from)| (name.as_str(), from.as_str())).collect();
            json!({"path": row.path, "value": row.value, "origin": row.origin, "written": row.written, "variables": variables})
        };
        let object = |(title, rows): &(String, Vec<Row>)| json!({"object": title, "fields": rows.iter().map(row).collect::<Vec<_>>()});
        report::json(&json!({"version": 1, "objects": found.iter().map(object).collect::<Vec<_>>()}));
        return Ok(Exit::Yes);
    }
    for (title, rows) in found {
        report::line(title);
        for row in rows {
            let value = row.value.lines().next().unwrap_or_default();
            report::line(format!("  {}: {value}\n      {}", row.path, row.origin));
            if let Some(written) = row.written {
                let variables = row.variables.iter().map(|(name, from)| format!("{name} from {from}"));
                let variables: Vec<String> = variables.collect();
                report::line(format!("      written as `{}`; {}", written.trim_end(), variables.join(", ")));
            }
        }
    }
    Ok(Exit::Yes)
}

fn is_wanted(arguments: &Arguments, part: &Part) -> bool {
    if part.is_beside {
        return false;
    }
    let Some(wanted) = arguments.component() else { return true };
    let label = part.kustomization.object.get("metadata").and_then(|m| m.get("labels"));
    let component = label.and_then(|l| l.get(roots::COMPONENT_LABEL)).map_or("", Node::value_text);
    part.kustomization.name.name == wanted || component == wanted
}

fn known(rendering: &Rendering) -> String {
    let names: Vec<&str> = rendering.parts.iter().map(|part| part.kustomization.name.name.as_str()).collect();
    format!("known are: {}", names.join(", "))
}

fn print(part: &Part) {
    let Part { kustomization, .. } = part;
    report::line(format!("# {}, {}", title(part), shown_path(&kustomization.path)));
    for object in &part.objects {
        report::line(format!("---\n{}", part.yaml(object).trim_end()));
    }
}

fn title(part: &Part) -> String {
    let name = &part.kustomization.name;
    if name.name.is_empty() { "the entry".to_owned() } else { format!("Kustomization {name}") }
}

fn shown_path(path: &str) -> &str {
    if path.is_empty() { "." } else { path }
}

fn as_json(parts: &[&Part]) -> Value {
    let of = |part: &&Part| {
        let Part { kustomization, .. } = part;
        json!({
            "namespace": kustomization.name.namespace,
            "name": kustomization.name.name,
            "path": shown_path(&kustomization.path),
            "source": kustomization.source.to_string(),
            "suspended": kustomization.is_suspended,
            "problem": part.problem,
            "warnings": part.warnings,
            "objects": part.objects.iter().map(|object| flux::render::value(&object.node)).collect::<Vec<_>>(),
        })
    };
    json!({"version": 1, "kustomizations": parts.iter().map(of).collect::<Vec<_>>()})
}

/// One folder a Kustomization, one file an object.
fn write(folder: &Path, parts: &[&Part]) -> Result<(), Failure> {
    let doing = || format!("write to {}", folder.display());
    fs::create_dir_all(folder).with_context(doing)?;
    if fs::read_dir(folder).with_context(doing)?.next().is_some() {
        return Err(Failure::Usage(format!("{} is not empty; give a new folder", folder.display())));
    }
    for part in parts {
        let name = &part.kustomization.name;
        let name = if name.name.is_empty() {
            "entry".to_owned()
        } else {
            format!("{}_{}", name.namespace, name.name)
        };
        let below = folder.join(name);
        fs::create_dir_all(&below).with_context(doing)?;
        for object in &part.objects {
            let name = Name::of(&object.node);
            let kind = object.node.get("kind").map_or("", Node::value_text).to_lowercase();
            let parts = [kind.as_str(), name.namespace.as_str(), name.name.as_str()];
            let parts: Vec<String> = parts.iter().filter(|p| !p.is_empty()).map(|p| file_name(p)).collect();
            let path = below.join(format!("{}.yaml", parts.join("_")));
            fs::write(&path, part.yaml(object)).with_context(|| format!("write {}", path.display()))?;
        }
    }
    Ok(())
}

/// A name without what a file system may not like.
fn file_name(text: &str) -> String {
    text.chars().map(|c| if c.is_ascii_alphanumeric() || "-._".contains(c) { c } else { '-' }).collect()
}
