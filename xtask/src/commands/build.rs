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
use yamltree::diagnostic::Diagnostic;

use super::release_arguments::ReleaseArguments;
use super::render_arguments::RenderArguments;
use crate::context::{Context, Output};
use crate::exit::{Exit, Failure, Outcome};
use crate::releases::{self, RenderedRelease};
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
  cargo xtask build --charts                      what Helm makes of the releases too
  cargo xtask build sandbox wordpress --charts=../charts
                                                  with the charts of that folder first
  cargo xtask build --revision HEAD~1             the same of another commit
  cargo xtask build --repository ../home-ops --entry kubernetes/flux/cluster
                                                  any repository that Flux follows

Values that only the cluster knows (generated passwords, encrypted Secrets) are placeholders.
Exit code 1 when a Kustomization or a release cannot be built; the others are printed all the same.")]
pub struct Arguments {
    #[command(flatten)]
    what: RenderArguments,
    /// Only what belongs to this component, or to the Kustomization of this name; with --repository the only word
    #[arg(value_name = "COMPONENT")]
    component: Option<String>,
    /// Write one file an object below this folder, which must be empty or new
    #[arg(long, value_name = "FOLDER")]
    dir: Option<PathBuf>,
    #[command(flatten)]
    releases: ReleaseArguments,
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
    let (rendering, trees) = arguments.what.rendered_with_trees(context)?;
    if let Some(wanted) = &arguments.explain {
        return explained(&rendering, wanted, context);
    }
    let parts = rendering.parts.iter().enumerate().filter(|(_, part)| is_wanted(arguments, part));
    let mut pieces: Vec<Piece<'_>> =
        parts.map(|(number, part)| Piece { number, part, releases: Vec::new() }).collect();
    if pieces.is_empty() {
        let wanted = arguments.component().unwrap_or("the entry");
        return Err(Failure::Usage(format!("nothing is called `{wanted}`; {}", known(&rendering))));
    }
    if let Some(options) = arguments.releases.options() {
        let all = releases::rendered(&rendering, &trees, &options, context)?;
        for release in all.releases {
            let piece = pieces.iter_mut().find(|piece| piece.number == release.part);
            piece.into_iter().for_each(|piece| piece.releases.push(release.clone()));
        }
    }
    match (&arguments.dir, context.output) {
        (Some(folder), _) => write(folder, &pieces)?,
        (None, Output::Json) => report::json(&as_json(&pieces)?),
        (None, Output::Human) => pieces.iter().for_each(print),
    }
    let warnings = pieces.iter().flat_map(|piece| {
        piece.part.warnings.iter().chain(piece.releases.iter().flat_map(|release| &release.warnings))
    });
    warnings.for_each(|found| context.terminal.say(found.to_string()));
    let problems = pieces.iter().flat_map(Piece::problems).cloned();
    let (problems, unseen): (Vec<Diagnostic>, Vec<Diagnostic>) = problems.partition(Diagnostic::is_error);
    unseen.iter().for_each(|found| context.terminal.say(found.to_string()));
    if problems.is_empty() { Ok(Exit::Yes) } else { Err(Failure::Faulty(problems)) }
}

/// One Kustomization with the releases that it makes.
struct Piece<'r> {
    number: usize,
    part: &'r Part,
    releases: Vec<RenderedRelease>,
}

impl Piece<'_> {
    fn problems(&self) -> impl Iterator<Item = &Diagnostic> {
        let of_releases = self.releases.iter().filter_map(|release| release.problem.as_deref());
        self.part.problem.as_deref().into_iter().chain(of_releases)
    }
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

fn print(piece: &Piece<'_>) {
    let Part { kustomization, .. } = piece.part;
    let suspended = if kustomization.is_suspended { ", suspended" } else { "" };
    report::line(format!("# {}, {}{suspended}", title(piece.part), shown_path(&kustomization.path)));
    for object in &piece.part.objects {
        report::line(format!("---\n{}", piece.part.yaml(object).trim_end()));
    }
    for release in &piece.releases {
        let suspended = if release.is_suspended { ", suspended" } else { "" };
        report::line(format!("# HelmRelease {}, chart {}{suspended}", release.name, release.chart));
        report::line(release.yaml.trim_end());
    }
}

fn title(part: &Part) -> String {
    let name = &part.kustomization.name;
    if name.name.is_empty() { "the entry".to_owned() } else { format!("Kustomization {name}") }
}

fn shown_path(path: &str) -> &str {
    if path.is_empty() { "." } else { path }
}

fn as_json(pieces: &[Piece<'_>]) -> Result<Value, Failure> {
    let values = |nodes: Vec<Node>| nodes.iter().map(flux::render::value).collect::<Vec<_>>();
    let release = |release: &RenderedRelease| -> Result<Value, Failure> {
        let objects = release.objects().map_err(|found| Failure::Faulty(vec![*found]))?;
        Ok(json!({
            "namespace": release.name.namespace,
            "name": release.name.name,
            "release": {"name": release.release, "namespace": release.namespace},
            "chart": release.chart,
            "suspended": release.is_suspended,
            "problem": release.problem,
            "warnings": release.warnings,
            "objects": values(objects),
        }))
    };
    let of = |piece: &Piece<'_>| -> Result<Value, Failure> {
        let Part { kustomization, objects, problem, warnings, .. } = piece.part;
        Ok(json!({
            "namespace": kustomization.name.namespace,
            "name": kustomization.name.name,
            "path": shown_path(&kustomization.path),
            "source": kustomization.source.to_string(),
            "suspended": kustomization.is_suspended,
            "problem": problem,
            "warnings": warnings,
            "objects": objects.iter().map(|object| flux::render::value(&object.node)).collect::<Vec<_>>(),
            "releases": piece.releases.iter().map(release).collect::<Result<Vec<_>, _>>()?,
        }))
    };
    let kustomizations = pieces.iter().map(of).collect::<Result<Vec<_>, _>>()?;
    Ok(json!({"version": 1, "kustomizations": kustomizations}))
}

/// One folder a Kustomization and a release, one file an object.
fn write(folder: &Path, pieces: &[Piece<'_>]) -> Result<(), Failure> {
    let doing = || format!("write to {}", folder.display());
    fs::create_dir_all(folder).with_context(doing)?;
    if fs::read_dir(folder).with_context(doing)?.next().is_some() {
        return Err(Failure::Usage(format!("{} is not empty; give a new folder", folder.display())));
    }
    let text = |node: &Node| {
        let mut text = String::new();
        // What was read from YAML can be written.
        kustomize_rs::yaml::emit::document(node, &mut text).ok();
        text
    };
    for Piece { part, releases, .. } in pieces {
        let name = &part.kustomization.name;
        let name = if name.name.is_empty() {
            "entry".to_owned()
        } else {
            format!("{}_{}", name.namespace, name.name)
        };
        let objects = part.objects.iter().map(|object| (&object.node, part.yaml(object)));
        write_objects(&folder.join(&name), objects)?;
        for release in releases {
            let objects = release.objects().map_err(|found| Failure::Faulty(vec![*found]))?;
            let below = format!("{name}_helmrelease_{}_{}", release.name.namespace, release.name.name);
            write_objects(&folder.join(below), objects.iter().map(|node| (node, text(node))))?;
        }
    }
    Ok(())
}

fn write_objects<'o>(
    folder: &Path,
    objects: impl Iterator<Item = (&'o Node, String)>,
) -> Result<(), Failure> {
    fs::create_dir_all(folder).with_context(|| format!("make {}", folder.display()))?;
    for (node, text) in objects {
        let name = Name::of(node);
        let kind = node.get("kind").map_or("", Node::value_text).to_lowercase();
        let parts = [kind.as_str(), name.namespace.as_str(), name.name.as_str()];
        let parts: Vec<String> = parts.iter().filter(|p| !p.is_empty()).map(|p| file_name(p)).collect();
        // Several versions of a kind, or objects that only their group tells apart.
        let mut path = folder.join(format!("{}.yaml", parts.join("_")));
        let mut number = 2;
        while path.exists() {
            path = folder.join(format!("{}_{number}.yaml", parts.join("_")));
            number += 1;
        }
        fs::write(&path, text).with_context(|| format!("write {}", path.display()))?;
    }
    Ok(())
}

/// A name without what a file system may not like.
fn file_name(text: &str) -> String {
    text.chars().map(|c| if c.is_ascii_alphanumeric() || "-._".contains(c) { c } else { '-' }).collect()
}
