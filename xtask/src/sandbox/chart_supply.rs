//! Which charts the sandbox's proxy answers with: for one tree and one source of charts, the set and the real places.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, Result};
use fleet::catalogue::{self, Catalogue};
use fleet::component::{Contract, Workload, WorkloadKind};
use flux::pins::{self, Pin, SourceKind};
use yamltree::tree::Tree;

use super::charts_mode::ChartsMode;
use crate::edge::charts::standin::{self, Release, StandIn};
use crate::edge::charts::{ChartSet, Upstream};

/// Charts and the places where the tree says that they are.
pub struct ChartSupply {
    /// The charts.
    pub charts: ChartSet,
    /// The places.
    pub upstreams: Vec<Upstream>,
}

/// The supply for a tree. Public charts need none: they come from the real places.
pub fn for_tree(tree: &dyn Tree, mode: &ChartsMode) -> Result<ChartSupply> {
    let (pins, _) = pins::read(tree);
    let charts = match mode {
        ChartsMode::Public => ChartSet::from_archives([])?,
        ChartsMode::Folder(folder) => {
            ChartSet::open(folder).with_context(|| format!("read the charts in {}", folder.display()))?
        }
        ChartsMode::StandIn => stand_ins(&pins, &catalogue::read(tree).0)?,
    };
    Ok(ChartSupply { charts, upstreams: upstreams(&pins) })
}

/// The real places that the pins name, each once; our own charts come with the tree.
pub fn upstreams(pins: &[Pin]) -> Vec<Upstream> {
    let mut single = BTreeSet::new();
    let mut shared: BTreeMap<(SourceKind, String), BTreeSet<String>> = BTreeMap::new();
    for pin in pins {
        let Some(url) = pin.url.clone() else { continue };
        match pin.source {
            SourceKind::Oci => {
                single.insert(Upstream::Oci { url });
            }
            SourceKind::Git => {
                single.insert(Upstream::Git {
                    url,
                    tag: pin.version.clone().unwrap_or_default(),
                    path: pin.chart_path.clone().unwrap_or_default(),
                    chart: pin.chart.clone(),
                });
            }
            SourceKind::Http | SourceKind::OciRepository => {
                shared.entry((pin.source, url)).or_default().insert(pin.chart.clone());
            }
            SourceKind::Local => {}
        }
    }
    let shared = shared.into_iter().map(|((source, url), charts)| {
        let charts = charts.into_iter().collect();
        if source == SourceKind::Http {
            Upstream::Http { url, charts }
        } else {
            Upstream::OciRepository { url, charts }
        }
    });
    single.into_iter().chain(shared).collect()
}

fn stand_ins(pins: &[Pin], catalogue: &Catalogue) -> Result<ChartSet> {
    // One chart may have several releases: the stand-in brings what any of them needs.
    let mut charts: BTreeMap<(String, String), StandIn> = BTreeMap::new();
    for pin in pins.iter().filter(|pin| pin.source != SourceKind::Local) {
        let Some(version) = &pin.version else { continue };
        // A tag of a Git repository stands for the version that follows its v; elsewhere a v belongs to the version.
        let version = match pin.source {
            SourceKind::Git => version.trim_start_matches('v'),
            _ => version,
        };
        let chart = charts
            .entry((pin.chart.clone(), version.to_owned()))
            .or_insert_with(|| StandIn::new(&pin.chart, version));
        if let Some(component) = catalogue.components.get(&pin.component) {
            add_release(&mut chart.release, &component.contract, &pin.release);
        }
    }
    let mut set = ChartSet::from_archives([])?;
    for chart in charts.values() {
        let origin = format!("stand-in for {} {}", chart.name, chart.version);
        set.insert(crate::edge::charts::Chart::from_archive(origin, standin::chart(chart)?)?)?;
    }
    Ok(set)
}

fn add_release(into: &mut Release, contract: &Contract, name: &str) {
    let Some(release) = contract.releases.get(name) else { return };
    // What only runs once in a while is no part of a stand-in.
    let runs = |workload: &&Workload| !matches!(workload.kind, WorkloadKind::Job | WorkloadKind::CronJob);
    into.workloads.extend(release.workloads.iter().filter(runs).cloned());
    let of_release = |claim: &str| {
        // A volume belongs to the release whose name is the longest beginning of the claim's.
        let names = contract.releases.keys().filter(|name| claim.starts_with(name.as_str()));
        names.max_by_key(|name| name.len()).map(String::as_str) == Some(name)
    };
    let volumes = contract.backup.volumes.iter().filter(|volume| volume.namespace == release.namespace);
    into.claims.extend(volumes.map(|volume| volume.claim.clone()).filter(|claim| of_release(claim)));
    into.storage_classes.extend(release.storage_classes.iter().cloned());
    into.crds.extend(release.crds.iter().cloned());
}

#[cfg(test)]
mod tests {
    use super::*;
    use yamltree::tree::MemTree;

    const TREE: &str = "
#- flux2/apps/blog/component.yaml
title: Blog
description: A blog
releases:
  blog: {namespace: oas-apps, workloads: [{kind: Deployment, name: blog}]}
#- flux2/apps/blog/app/source.yaml
apiVersion: source.toolkit.fluxcd.io/v1
kind: HelmRepository
metadata: {name: blogs, namespace: oas-apps}
spec: {interval: 1h, url: 'https://charts.example/blogs'}
#- flux2/apps/blog/app/release.yaml
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: blog, namespace: oas-apps}
spec:
  interval: 1h
  chart: {spec: {chart: blog, version: 1.2.3, sourceRef: {kind: HelmRepository, name: blogs}}}
";

    fn tree() -> MemTree {
        MemTree::from_fixture(TREE).unwrap()
    }

    #[test]
    fn every_pinned_chart_has_a_stand_in_of_its_version() {
        let supply = for_tree(&tree(), &ChartsMode::StandIn).unwrap();
        assert!(supply.charts.get("blog", "1.2.3").is_some());
    }

    #[test]
    fn the_place_of_a_chart_is_the_one_that_the_tree_names() {
        let supply = for_tree(&tree(), &ChartsMode::StandIn).unwrap();
        let place =
            Upstream::Http { url: "https://charts.example/blogs".into(), charts: vec!["blog".into()] };
        assert_eq!(supply.upstreams, [place]);
    }
}
