//! Schemas at hand: out of the Go modules that hold them, and where they are kept.

mod modules;
mod store;

use anyhow::{Context as _, Result};
use kustomize_rs::Limits;
use kustomize_rs::yaml::json::read_all_as_json;
use kustomize_rs::yaml::node::Node;
use validation::{Schemas, openapi};

use crate::context::Context;
use crate::exit::Failure;
use crate::sandbox::tools;
use modules::Modules;
use store::Store;

/// The version of Kubernetes that is meant: the one given, else the pinned one, without its `v`.
pub fn version(given: Option<&str>, context: &Context) -> Result<String, Failure> {
    let version = match given {
        Some(version) => version.to_owned(),
        None => tools::pinned(&context.layout.pins(), "k8s.io/kubernetes")?,
    };
    Ok(version.trim_start_matches('v').to_owned())
}

/// Everything at hand for that version; none if it was never pulled.
pub fn at_hand(version: &str, context: &Context) -> Result<Option<Schemas>, Failure> {
    Ok(Store::new(context).read(version)?)
}

/// The same, and an error that says how to get them if there are none.
pub fn needed(version: &str, context: &Context) -> Result<Schemas, Failure> {
    let found = at_hand(version, context)?;
    Ok(found.with_context(|| {
        let pinned = tools::pinned(&context.layout.pins(), "k8s.io/kubernetes").unwrap_or_default();
        let flag = if pinned.trim_start_matches('v') == version {
            String::new()
        } else {
            format!(" --kube-version {version}")
        };
        format!("the schemas of Kubernetes {version} are not at hand; `cargo xtask schemas pull{flag}` fetches them")
    })?)
}

/// Fetches the built-in kinds of a version and those of the pinned Flux; says how many there are.
pub fn pull(version: &str, context: &Context) -> Result<usize, Failure> {
    let work = context.terminal.work(format!("schemas of Kubernetes {version} and Flux"));
    let found = built_in(version, context);
    match found {
        Ok(all) => {
            let count = all.len();
            Store::new(context).keep(version, &all)?;
            work.done(&format!("{count} kinds"));
            Ok(count)
        }
        Err(error) => {
            work.failed();
            Err(Failure::World(error))
        }
    }
}

/// Keeps the kinds of the definitions among these objects; says how many are kept now.
pub fn keep_definitions<'d>(
    objects: impl Iterator<Item = &'d Node>,
    context: &Context,
) -> Result<usize, Failure> {
    let store = Store::new(context);
    let mut all = store.definitions()?;
    all.add_definitions(objects);
    store.keep_definitions(&all)?;
    Ok(all.len())
}

fn built_in(version: &str, context: &Context) -> Result<Schemas> {
    let modules = Modules::new(context)?;
    let kubernetes = modules.at("k8s.io/kubernetes", &format!("v{version}"))?;
    let enumerations =
        openapi::enumerations(&kubernetes.text("pkg/generated/openapi/zz_generated.openapi.go")?);
    let mut all = Schemas::of(version, Vec::new());
    for file in kubernetes.files("api/openapi-spec/v3", "_openapi.json")? {
        let group = openapi::group(&kubernetes.text(&file)?, &file, &enumerations)
            .map_err(|found| anyhow::anyhow!("read the schemas of Kubernetes {version}: {found}"))?;
        if !group.kinds.is_empty() {
            all.add(group);
        }
    }
    for (module, folder) in tools::flux_definitions() {
        let module = modules.pinned(module)?;
        for file in module.files(folder, ".yaml")? {
            let objects = read_all_as_json(&module.text(&file)?, &file, Limits::default())
                .map_err(|found| anyhow::anyhow!("read a definition of Flux: {found}"))?;
            all.add_definitions(objects.iter());
        }
    }
    Ok(all)
}
