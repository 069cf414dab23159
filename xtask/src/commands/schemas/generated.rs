//! `schemas` alone: the files below `install/` that are made from the tool's own types and tables.

use std::fs;
use std::io::ErrorKind;

use anyhow::Context as _;
use fleet::catalogue::{self, Catalogue};
use fleet::{cluster, component, flux_env, scaffold};
use serde_json::{Value, json};

use crate::context::{Context, Output};
use crate::edge::tree::DiskTree;
use crate::exit::{Exit, Failure, Outcome};
use crate::report;

/// Writes them, or says which are not what would be written.
pub(super) fn run(is_check: bool, context: &Context) -> Outcome {
    let (catalogue, faults) = catalogue::read(&DiskTree::new(&context.root));
    if !faults.is_empty() {
        return Err(Failure::Faulty(faults));
    }
    let mut outdated = Vec::new();
    for (name, text) in files(&catalogue)? {
        let path = context.root.join(name);
        let found = match fs::read_to_string(&path) {
            Ok(found) => Some(found),
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            Err(error) => return Err(Failure::World(anyhow::anyhow!("read {name}: {error}"))),
        };
        if found.as_deref() == Some(text.as_str()) {
            continue;
        }
        outdated.push(name);
        if !is_check {
            if let Some(folder) = path.parent() {
                fs::create_dir_all(folder).with_context(|| format!("make {}", folder.display()))?;
            }
            fs::write(&path, text).with_context(|| format!("write {name}"))?;
        }
    }
    if context.output == Output::Json {
        report::json(&json!({"version": 1, "written": !is_check, "outdated": outdated}));
    } else {
        outdated.iter().for_each(report::line);
    }
    if is_check && !outdated.is_empty() {
        context
            .terminal
            .say("These files are not what the tool makes of them; `cargo xtask schemas` writes them.");
        return Ok(Exit::No);
    }
    Ok(Exit::Yes)
}

/// Every generated file: its path in the repository, and its text.
fn files(catalogue: &Catalogue) -> anyhow::Result<Vec<(&'static str, String)>> {
    Ok(vec![
        ("install/.flux.env.example", flux_env::example(&catalogue.groups())),
        ("install/kustomization.yaml", scaffold::KUSTOMIZATION.to_owned()),
        ("install/schemas/cluster.schema.json", pretty(&cluster::schema())?),
        ("install/schemas/component.schema.json", pretty(&component::schema())?),
    ])
}

fn pretty(schema: &Value) -> anyhow::Result<String> {
    Ok(format!("{}\n", serde_json::to_string_pretty(schema)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    #[test]
    fn the_files_on_disk_are_what_the_tool_makes() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let (catalogue, _) = catalogue::read(&DiskTree::new(&root));
        for (name, text) in files(&catalogue).unwrap() {
            let found = fs::read_to_string(root.join(name)).unwrap_or_default();
            assert!(found == text, "{name} is out of date; `cargo xtask schemas` writes it");
        }
    }
}
