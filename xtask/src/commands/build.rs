//! `build`: what Flux would apply, of a cluster or of any repository.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;
use fleet::generated;
use fleet::roots::{self, Origin};
use flux::explain::{self, Row};
use flux::render::spec::{Name, Reference};
use flux::render::variables::Data;
use flux::render::{Entry, Inputs, Part, Rendering, render};
use kustomize_rs::yaml::json::read_as_json;
use kustomize_rs::yaml::node::Node;
use serde_json::{Value, json};
use yamltree::path::RepoPath;
use yamltree::tree::Tree;

use crate::bootstrap::target::{ClusterFolder, SANDBOX, Target};
use crate::context::{Context, Output};
use crate::edge::git_server::GitEnvironment;
use crate::edge::tree::{DiskTree, of_commit};
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
    /// The cluster: a folder below clusters/, or the path of one
    #[arg(default_value = SANDBOX, value_name = "CLUSTER")]
    cluster: String,
    /// Only what belongs to this component, or to the Kustomization of this name
    #[arg(value_name = "COMPONENT")]
    component: Option<String>,
    /// Another repository, in place of this one and its clusters
    #[arg(long, value_name = "FOLDER", requires = "entry")]
    repository: Option<PathBuf>,
    /// The folder in it where Flux begins
    #[arg(long, value_name = "PATH")]
    entry: Option<String>,
    /// A commit in place of the files on disk
    #[arg(long, value_name = "REVISION")]
    revision: Option<String>,
    /// A checkout of another source, by the name of its source object
    #[arg(long = "source", value_name = "NAME=FOLDER", value_parser = named)]
    sources: Vec<(String, PathBuf)>,
    /// Write one file an object below this folder, which must be empty or new
    #[arg(long, value_name = "FOLDER")]
    dir: Option<PathBuf>,
    /// Say what set each field of an object: KIND/NAME or KIND/NAMESPACE/NAME, and a field behind it; below `values` of a
    /// HelmRelease are the values that its chart gets
    #[arg(long, value_name = "OBJECT[.FIELD]", conflicts_with = "dir")]
    explain: Option<String>,
    /// Let a variable without value and default be empty, as Flux before 2.9 did
    #[arg(long)]
    lenient: bool,
}

fn named(text: &str) -> Result<(String, PathBuf), String> {
    let (name, folder) = text.split_once('=').ok_or("write it as NAME=FOLDER")?;
    Ok((name.to_owned(), PathBuf::from(folder)))
}

/// Runs `build`.
pub fn run(arguments: &Arguments, context: &Context) -> Outcome {
    let rendering = rendered(arguments, context)?;
    if let Some(wanted) = &arguments.explain {
        return explained(&rendering, wanted, context);
    }
    let parts: Vec<&Part> = rendering.parts.iter().filter(|part| is_wanted(arguments, part)).collect();
    if parts.is_empty() {
        let wanted = arguments.component.as_deref().unwrap_or("the entry");
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
    let Some(wanted) = &arguments.component else { return true };
    let label = part.kustomization.object.get("metadata").and_then(|m| m.get("labels"));
    let component = label.and_then(|l| l.get(roots::COMPONENT_LABEL)).map_or("", Node::value_text);
    part.kustomization.name.name == *wanted || component == wanted
}

fn known(rendering: &Rendering) -> String {
    let names: Vec<&str> = rendering.parts.iter().map(|part| part.kustomization.name.name.as_str()).collect();
    format!("known are: {}", names.join(", "))
}

/// Renders what the flags say.
fn rendered(arguments: &Arguments, context: &Context) -> Result<Rendering, Failure> {
    let root = arguments.repository.as_deref().unwrap_or(&context.root);
    let tree: Box<dyn Tree + Sync> = match &arguments.revision {
        None => Box::new(DiskTree::artifact(root)),
        Some(revision) => {
            let git = GitEnvironment::create(&context.layout.run().join("home")).context("set Git up")?;
            Box::new(of_commit(&git, root, revision, ".")?)
        }
    };
    let others: BTreeMap<String, DiskTree> =
        arguments.sources.iter().map(|(name, folder)| (name.clone(), DiskTree::artifact(folder))).collect();
    let (entry, data) = match &arguments.entry {
        Some(entry) => {
            let path = RepoPath::new(entry).map_err(|error| Failure::Usage(error.to_string()))?;
            (Entry::Folder(path), BTreeMap::new())
        }
        None => of_cluster(&arguments.cluster, context, &*tree)?,
    };
    Ok(render(&Inputs {
        repository: &*tree,
        sources: others.iter().map(|(name, tree)| (name.clone(), tree as &(dyn Tree + Sync))).collect(),
        entry,
        data,
        is_strict: !arguments.lenient,
        threads: std::thread::available_parallelism().map_or(1, usize::from),
    }))
}

/// The root objects of a cluster and the Secrets that they rely on.
fn of_cluster(
    name: &str,
    context: &Context,
    tree: &dyn Tree,
) -> Result<(Entry, BTreeMap<Reference, Data>), Failure> {
    let target = Target::load(context, ClusterFolder::find(context, name)?, tree)?;
    let spec = &target.spec;
    let origin = Origin { url: "", branch: "", version: env!("CARGO_PKG_VERSION") };
    let mut objects = Vec::new();
    for object in roots::roots(spec, &target.catalogue, origin) {
        let node = read_as_json(&object.to_string(), "install", kustomize_rs::Limits::default());
        objects.push((node.map_err(|found| Failure::Faulty(vec![*found]))?, "install".to_owned()));
    }
    objects.extend(overrides(&target.folder, context)?);
    let secret = |name: &str| Reference { kind: "Secret".into(), name: Name::new(roots::NAMESPACE, name) };
    let mut data = BTreeMap::new();
    let secrets: Vec<String> =
        target.catalogue.variables().into_iter().filter(|v| v.secret).map(|v| v.name.to_string()).collect();
    let shown = |name: &str, value: &fleet::secret::SecretString| {
        (!secrets.iter().any(|secret| secret == name)).then(|| value.expose().clone())
    };
    let variables = target.env.iter().map(|(name, value)| (name.to_owned(), shown(name, value)));
    data.insert(secret("oas-cluster-variables"), variables.collect());
    for (name, component) in &target.catalogue.components {
        let keys = component.contract.secrets.iter().map(|value| (value.name.clone(), None));
        data.insert(secret(&generated::secret_name(name)), keys.collect());
    }
    Ok((Entry::Objects(objects), data))
}

/// What lies in the cluster's `overrides/`: ConfigMaps and Secrets that releases take their values from.
fn overrides(folder: &ClusterFolder, context: &Context) -> Result<Vec<(Node, String)>, Failure> {
    let folder = folder.path.join("overrides");
    let Ok(entries) = fs::read_dir(&folder) else { return Ok(Vec::new()) };
    let mut files: Vec<PathBuf> = entries.filter_map(Result::ok).map(|entry| entry.path()).collect();
    files.retain(|file| file.extension().is_some_and(|ending| ending == "yaml" || ending == "yml"));
    files.sort();
    let mut objects = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file).with_context(|| format!("read {}", file.display()))?;
        let shown = file.strip_prefix(&context.root).unwrap_or(&file).display().to_string();
        for document in format!("\n{text}").split("\n---") {
            let node = read_as_json(document, &shown, kustomize_rs::Limits::default());
            let node = node.map_err(|found| Failure::Faulty(vec![*found]))?;
            if !node.is_null() {
                objects.push((node, shown.clone()));
            }
        }
    }
    Ok(objects)
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
