//! `schemas check`: objects in files, whatever made them.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;
use kustomize_rs::Limits;
use kustomize_rs::yaml::json::read_all_as_json;
use kustomize_rs::yaml::node::Node;
use serde_json::json;
use validation::{Checker, Fault, Lookup, Schemas, check};

use crate::context::{Context, Output};
use crate::exit::{Exit, Failure, Outcome};
use crate::report;
use crate::schemas;

/// Flags of `schemas check`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cargo xtask schemas check deployment.yaml         one file
  helm template a ./chart | cargo xtask schemas check -
                                                    what another tool made
  cargo xtask build | cargo xtask schemas check - --errors
                                                    say nothing about kinds without a schema

Definitions among the objects count for the others. Exit code 1 when an object is refused.")]
pub struct Arguments {
    /// Files of objects; `-` reads them from standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// The version of Kubernetes [default: the pinned one]
    #[arg(long, value_name = "VERSION")]
    kube_version: Option<String>,
    /// Say nothing about kinds without a schema
    #[arg(long)]
    errors: bool,
}

/// Runs `schemas check`.
pub(super) fn run(arguments: &Arguments, context: &Context) -> Outcome {
    let version = schemas::version(arguments.kube_version.as_deref(), context)?;
    let mut schemas = schemas::needed(&version, context)?;
    let mut objects: Vec<(String, Node)> = Vec::new();
    for file in &arguments.files {
        let name = file.display().to_string();
        let text = read(file)?;
        let found =
            read_all_as_json(&text, &name, Limits::default()).map_err(|d| Failure::Faulty(vec![*d]))?;
        for object in found {
            let is_list = object.get("kind").is_some_and(|kind| kind.value_text() == "List");
            match object.get("items").filter(|_| is_list) {
                Some(items) => objects.extend(items.items().iter().map(|o| (name.clone(), o.clone()))),
                None => objects.push((name.clone(), object)),
            }
        }
    }
    schemas.add_definitions(objects.iter().map(|(_, object)| object));
    let found = verdicts(&objects, &schemas);
    let refused = found.refused.len();
    if context.output == Output::Json {
        let fault = |(name, title, fault): &(&str, String, Fault)| json!({"file": name, "line": fault.at.line, "object": title, "path": fault.path, "message": fault.message, "help": fault.help});
        let faults: Vec<_> = found.refused.iter().flat_map(|refused| refused.iter().map(fault)).collect();
        report::json(
            &json!({"version": 1, "kubernetes": version, "objects": objects.len(), "refused": refused, "unknown": found.unknown.values().sum::<usize>(), "faults": faults}),
        );
    } else {
        for (name, title, fault) in found.refused.iter().flatten() {
            let at = fault.at;
            report::line(format!(
                "{name}:{}:{}: {title}: `{}` {}; {}",
                at.line, at.column, fault.path, fault.message, fault.help
            ));
        }
        if !arguments.errors {
            for (kind, count) in &found.unknown {
                report::line(format!("{kind}: no schema at hand for {count} of the objects"));
            }
        }
        let unknown: usize = found.unknown.values().sum();
        context.terminal.say(format!(
            "{} objects: {} right, {refused} refused, {unknown} without a schema (Kubernetes {version})",
            objects.len(),
            objects.len() - refused - unknown,
        ));
    }
    Ok(if refused == 0 { Exit::Yes } else { Exit::No })
}

struct Verdicts<'o> {
    /// The faults of each object that has some.
    refused: Vec<Vec<(&'o str, String, Fault)>>,
    /// How many objects there are of each kind that is not known.
    unknown: BTreeMap<String, usize>,
}

fn verdicts<'o>(objects: &'o [(String, Node)], schemas: &Schemas) -> Verdicts<'o> {
    let mut checker = Checker::default();
    let mut found = Verdicts { refused: Vec::new(), unknown: BTreeMap::new() };
    for (name, object) in objects {
        let text = |key: &str| object.get(key).map_or("", Node::value_text);
        let (api_version, kind) = (text("apiVersion"), text("kind"));
        let title = || {
            let name = object.get("metadata").and_then(|metadata| metadata.get("name"));
            format!("{kind} {}", name.map_or("", Node::value_text))
        };
        match schemas.get(api_version, kind) {
            Lookup::Known(known) => {
                let faults = check(object, &known, &mut checker);
                if !faults.is_empty() {
                    let of = |fault| (name.as_str(), title(), fault);
                    found.refused.push(faults.into_iter().map(of).collect());
                }
            }
            Lookup::Missing => {
                let at = object.get("apiVersion").map_or(object.at, |node| node.at);
                found.refused.push(vec![(name.as_str(), title(), schemas.missing(api_version, kind, at))]);
            }
            Lookup::Unknown => *found.unknown.entry(format!("{api_version} {kind}")).or_default() += 1,
        }
    }
    found
}

fn read(file: &Path) -> Result<String, Failure> {
    if file == Path::new("-") {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text).context("read standard input")?;
        return Ok(text);
    }
    Ok(std::fs::read_to_string(file).with_context(|| format!("read {}", file.display()))?)
}
