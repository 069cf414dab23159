//! From one of the clusters that charts are verified for to what Flux would apply in it.

use std::collections::BTreeMap;
use std::sync::Arc;

use fleet::catalogue::Catalogue;
use fleet::generated;
use fleet::proving::{self, Cluster};
use fleet::roots::{self, Origin};
use flux::object::ObjectKey;
use flux::render::variables::Data;
use flux::render::{Entry, Inputs, Rendering, Repository, render};
use kustomize_rs::Limits;
use kustomize_rs::yaml::json::{read_all_as_json, read_as_json};
use kustomize_rs::yaml::node::Node;
use yamltree::diagnostic::Diagnostic;
use yamltree::path::RepoPath;
use yamltree::tree::Tree;

/// Everything that Flux would apply in the cluster, with values for all variables: nothing is a placeholder. What was
/// built of the repository for another cluster is not built again.
///
/// # Errors
///
/// An override that is no YAML.
pub fn rendering(
    repository: &Arc<Repository<'_>>,
    catalogue: &Catalogue,
    cluster: &Cluster,
    threads: usize,
) -> Result<Rendering, Vec<Diagnostic>> {
    let wrong = |found: Box<Diagnostic>| vec![*found];
    let origin = Origin { url: "", branch: "", version: "" };
    let mut objects: Vec<(Node, String)> = Vec::new();
    for root in roots::roots(&cluster.spec, catalogue, origin) {
        let node = read_as_json(&root.to_string(), "install", Limits::default()).map_err(wrong)?;
        objects.push((node, "install".to_owned()));
    }
    if cluster.has_overrides {
        for path in overrides(repository.tree()) {
            let text = repository.tree().read(&path).unwrap_or_default();
            let read = read_all_as_json(&text, path.as_str(), Limits::default()).map_err(wrong)?;
            objects.extend(read.into_iter().map(|node| (node, path.as_str().to_owned())));
        }
    }
    let secret = |name: &str| ObjectKey::new("Secret", roots::NAMESPACE, name);
    let known = |values: BTreeMap<String, String>| -> Data {
        values.into_iter().map(|(name, value)| (name, Some(value))).collect()
    };
    let mut data = BTreeMap::from([(secret("oas-cluster-variables"), known(cluster.values()))]);
    for (name, component) in &catalogue.components {
        let values = proving::generated(&component.contract);
        data.insert(secret(&generated::secret_name(name)), known(values));
    }
    let inputs = Inputs { data, threads, ..Inputs::of(Arc::clone(repository), Entry::Objects(objects)) };
    Ok(render(&inputs))
}

fn overrides(tree: &dyn Tree) -> Vec<RepoPath> {
    let entries = RepoPath::new(proving::OVERRIDES).ok().and_then(|folder| tree.list(&folder).ok());
    let files = entries.unwrap_or_default().into_iter().filter(|entry| !entry.is_dir).map(|entry| entry.path);
    files
        .filter(|path| {
            path.name().is_some_and(|name| name.starts_with("oas-") && name.ends_with("-override.yaml"))
        })
        .collect()
}
