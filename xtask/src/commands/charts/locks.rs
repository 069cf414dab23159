//! From what was seen to `chart.lock` of each component, and what is different on disk.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;

use anyhow::Context as _;
use fleet::catalogue::Catalogue;
use fleet::lock::{self, Amounts, InCluster, Known, Lock, Origin, Release, Tools};

use super::seen::{Seen, SeenRelease};
use crate::context::Context;
use crate::edge::charts::content_digest;
use crate::exit::Failure;

/// A `chart.lock` as it is and as it has to be.
pub(super) struct Change {
    /// Its path in the repository.
    pub(super) file: String,
    /// Its text; empty if it is not there.
    pub(super) before: String,
    /// The text that it has to have; empty if it has to go.
    pub(super) after: String,
}

impl Change {
    /// One word for people and programs.
    pub(super) fn state(&self) -> &'static str {
        match (self.before.as_str(), self.after.as_str()) {
            (before, after) if before == after => "same",
            ("", _) => "new",
            (_, "") => "gone",
            _ => "changed",
        }
    }
}

/// The lock of every component that has releases, by component.
pub(super) fn locks(
    seen: &[Seen<'_>],
    known: &BTreeMap<String, BTreeMap<String, Known>>,
    kubernetes: &str,
    context: &Context,
) -> Result<BTreeMap<String, Lock>, Failure> {
    let helm = seen.iter().map(|seen| seen.helm.clone()).find(|helm| !helm.is_empty()).unwrap_or_default();
    let tools = Tools { helm, kubernetes: kubernetes.to_owned() };
    let mut locks: BTreeMap<String, Lock> = BTreeMap::new();
    for of_cluster in seen {
        for release in &of_cluster.releases {
            let Some(known) = known.get(&release.component).and_then(|known| known.get(&release.name)) else {
                continue;
            };
            let Some(values) = known.values.get(of_cluster.cluster.name) else { continue };
            let lock = locks.entry(release.component.clone()).or_insert_with(|| Lock::new(tools.clone()));
            if !lock.releases.contains_key(&release.name) {
                lock.releases.insert(release.name.clone(), first(release, known, context)?);
            }
            if let Some(locked) = lock.releases.get_mut(&release.name) {
                locked.images.extend(release.images.iter().cloned());
                locked.images.sort();
                locked.images.dedup();
                locked.clusters.insert(of_cluster.cluster.name.to_owned(), in_cluster(release, values));
            }
        }
    }
    Ok(locks)
}

fn first(release: &SeenRelease, known: &Known, context: &Context) -> Result<Release, Failure> {
    let chart = context.charts().read(&release.archive)?;
    let digest = match &known.digest {
        // What is checked without a network has to be the same.
        Some(digest) => digest.clone(),
        None => content_digest(&chart).map_err(anyhow::Error::from)?,
    };
    Ok(Release {
        chart: chart.metadata.name,
        version: chart.metadata.version,
        from: known.from.clone(),
        origin: if release.is_packaged { Origin::Packaged } else { Origin::Published },
        digest,
        images: Vec::new(),
        clusters: BTreeMap::new(),
    })
}

fn in_cluster(release: &SeenRelease, values: &str) -> InCluster {
    let amounts = |of: lint::proof::Amounts| Amounts { cpu: of.cpu_text(), memory: of.memory_text() };
    InCluster {
        values: values.to_owned(),
        objects: release.objects,
        requests: amounts(release.totals.requests),
        limits: amounts(release.totals.limits),
    }
}

/// Every lock beside what is on disk, those that have to go included.
pub(super) fn changes(
    locks: &BTreeMap<String, Lock>,
    catalogue: &Catalogue,
    context: &Context,
) -> Result<Vec<Change>, Failure> {
    let mut changes = Vec::new();
    for (name, component) in &catalogue.components {
        let file = format!("flux2/{}/{name}/{}", component.tier.folder(), lock::FILE);
        let before = match fs::read_to_string(context.root.join(&file)) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
            Err(error) => return Err(Failure::World(anyhow::anyhow!("read {file}: {error}"))),
        };
        let after = locks.get(name).map(Lock::text).unwrap_or_default();
        if !before.is_empty() || !after.is_empty() {
            changes.push(Change { file, before, after });
        }
    }
    Ok(changes)
}

/// Writes those that are different.
pub(super) fn write(changes: &[Change], context: &Context) -> Result<(), Failure> {
    for change in changes.iter().filter(|change| change.before != change.after) {
        let path = context.root.join(&change.file);
        let done =
            if change.after.is_empty() { fs::remove_file(&path) } else { fs::write(&path, &change.after) };
        done.with_context(|| format!("write {}", change.file))?;
    }
    Ok(())
}
