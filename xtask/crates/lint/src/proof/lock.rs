//! What `chart.lock` is held against where no chart is at hand.

use std::collections::BTreeMap;

use fleet::lock::Known;
use fleet::proving::Cluster;
use flux::helm::chart::{self, Place};
use flux::helm::{Release, content};
use flux::render::Rendering;
use yamltree::path::RepoPath;
use yamltree::tree::{Tree, files_below};

use crate::subject::component_of;

/// What one cluster says of a release.
pub struct InCluster {
    component: String,
    release: String,
    chart: Place,
    values: String,
}

/// What a cluster says of its releases.
///
/// A release whose chart or values cannot be said is left out: that is an error of its own.
pub fn in_cluster(rendering: &Rendering) -> Vec<InCluster> {
    let releases = Release::all(rendering).filter_map(|(_, release)| release.ok());
    let said = releases.filter_map(|release| {
        Some(InCluster {
            component: component_of(release.part).to_owned(),
            chart: chart::of(rendering, &release).ok()?.place,
            values: flux::releases::values(rendering, release.object).ok()?.digest(),
            release: release.name.name,
        })
    });
    said.collect()
}

/// What is known of every release without its chart: by component, then by release.
pub fn known<'c>(
    tree: &dyn Tree,
    clusters: impl Iterator<Item = (&'c Cluster, Vec<InCluster>)>,
) -> BTreeMap<String, BTreeMap<String, Known>> {
    let mut all: BTreeMap<String, BTreeMap<String, Known>> = BTreeMap::new();
    for (cluster, releases) in clusters {
        for InCluster { component, release, chart, values } in releases {
            let known = all.entry(component).or_default().entry(release).or_insert_with(|| Known {
                from: chart.to_string(),
                digest: own_digest(tree, &chart),
                values: BTreeMap::new(),
            });
            known.values.insert(cluster.name.to_owned(), values);
        }
    }
    all
}

/// The digest of a chart of this repository. Charts that are packed inside of it count by their bytes.
fn own_digest(tree: &dyn Tree, place: &Place) -> Option<String> {
    let Place::Source { path, .. } = place else { return None };
    let files = chart_files(tree, &RepoPath::new(path).ok()?);
    files.contains_key("Chart.yaml").then(|| content::digest(&files, &|_| None))
}

/// The files of a chart in a folder.
fn chart_files(tree: &dyn Tree, folder: &RepoPath) -> content::Files {
    let above = folder.as_str().len() + usize::from(!folder.as_str().is_empty());
    let each = |path: RepoPath| Some((path.as_str().get(above..)?.to_owned(), tree.bytes(&path).ok()?));
    files_below(tree, folder).into_iter().filter_map(each).collect()
}
