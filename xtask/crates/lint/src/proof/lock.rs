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

/// What is known of every release without its chart: by component, then by release.
///
/// A release whose chart or values cannot be said is left out: that is an error of its own.
pub fn known<'r>(
    tree: &dyn Tree,
    clusters: impl Iterator<Item = (&'r Cluster, &'r Rendering)>,
) -> BTreeMap<String, BTreeMap<String, Known>> {
    let mut all: BTreeMap<String, BTreeMap<String, Known>> = BTreeMap::new();
    for (cluster, rendering) in clusters {
        for release in Release::all(rendering).filter_map(|(_, release)| release.ok()) {
            let component = component_of(release.part);
            let Ok(chart) = chart::of(rendering, &release) else { continue };
            let Ok(values) = flux::releases::values(rendering, release.object) else { continue };
            let of_component = all.entry(component.to_owned()).or_default();
            let known = of_component.entry(release.name.name.clone()).or_insert_with(|| Known {
                from: chart.place.to_string(),
                digest: own_digest(tree, &chart.place),
                values: BTreeMap::new(),
            });
            known.values.insert(cluster.name.to_owned(), values.digest());
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
