//! From where a chart is said to be to its archive on this machine.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::Result;
use flux::helm::Release;
use flux::helm::chart::{Chart as Asked, Place, Wanted};
use flux::object::ObjectKey;
use flux::pins::is_exact;
use flux::render::{Artifact, Home, Rendering};
use kustomize_rs::yaml::json::read_as_json;
use serde_json::Value;
use yamltree::diagnostic::Diagnostic;
use yamltree::path::RepoPath;
use yamltree::tree::{Tree, files_below};

use crate::edge::charts::pull::newest_chart;
use crate::edge::charts::{
    Chart, ChartSet, ChartStore, Contents, Pulled, packed_folder, sha256_hex, with_digest, with_values,
};
use crate::edge::tree::Trees;

type Found<T> = Result<T, Box<Diagnostic>>;

/// A chart that can be given to Helm.
#[derive(Debug, Clone)]
pub(super) struct Ready {
    /// SHA-256 of its archive.
    pub(super) digest: String,
    /// SHA-256 of the archive that it was made of, which has the values and the version of its own.
    pub(super) original: String,
    /// Was it packaged by somebody else, or out of files that are at hand?
    pub(super) is_packaged: bool,
    /// What is in it.
    pub(super) contents: Contents,
    /// The chart itself, if it was given; what the store has of it may be damaged.
    pub(super) given: Option<Arc<Chart>>,
    /// What is no error but probably not meant.
    pub(super) warnings: Vec<Diagnostic>,
}

/// The charts of this machine.
pub(super) struct ChartsAtHand<'r> {
    store: ChartStore,
    given: Option<ChartSet>,
    rendering: &'r Rendering,
    trees: &'r Trees,
    /// The repository without what its source ignores.
    repository: Artifact<'r>,
}

impl<'r> ChartsAtHand<'r> {
    pub(super) fn new(
        store: ChartStore,
        given: Option<ChartSet>,
        rendering: &'r Rendering,
        trees: &'r Trees,
    ) -> Self {
        ChartsAtHand { store, given, rendering, trees, repository: Artifact::new(&*trees.repository, None) }
    }

    /// The chart that a release asks for.
    pub(super) fn ready(&self, asked: &Asked, release: &Release<'_>) -> Found<Ready> {
        let wrong = |code, message: String| Box::new(release.diagnostic(code, &message));
        let world = |error: anyhow::Error| wrong("charts/store", format!("{error:#}"));
        let mut given = None;
        let (original, digest, is_packaged) = match &asked.place {
            Place::Source { source, path } => {
                let digest = self.of_source(source, path, release)?;
                (digest.clone(), digest, true)
            }
            place => match self.given.as_ref().and_then(|charts| named_in(charts, place)) {
                Some(chart) => {
                    given = asked.values_files.is_empty().then(|| Arc::clone(chart));
                    self.keep(chart, given.is_some()).map_err(world)?;
                    (chart.digest.clone(), chart.digest.clone(), true)
                }
                None => self.of_store(place, asked.tracks_digest, release)?,
            },
        };
        let digest = match asked.values_files.as_slice() {
            [] => digest,
            _ => self.with_values(&digest, asked, release)?,
        };
        let contents = self.contents(&digest).map_err(world)?;
        if !contents.missing.is_empty() {
            let message = format!(
                "its chart {} needs the charts {}, which are not in it; `helm dependency build` puts them there",
                contents.name,
                contents.missing.join(", ")
            );
            return Err(wrong("charts/dependency", message));
        }
        Ok(Ready { digest, original, is_packaged, contents, given, warnings: Vec::new() })
    }

    /// Keeps a chart that was given. Reading the archive again takes its time, so that one that was looked into once is only read
    /// again when Helm is to get it.
    fn keep(&self, chart: &Chart, is_kept_later: bool) -> Result<()> {
        let is_known = || self.store.contents(&chart.digest).is_some();
        match is_kept_later && self.store.archive(&chart.digest).exists() && is_known() {
            true => Ok(()),
            false => self.store.keep(chart),
        }
    }

    /// The archive that was found, the one that Helm gets, and whether it was packaged by somebody else.
    fn of_store(
        &self,
        place: &Place,
        tracks_digest: bool,
        release: &Release<'_>,
    ) -> Found<(String, String, bool)> {
        let wrong = |message: String| Box::new(release.diagnostic("charts/missing", &message));
        let Some(pulled) = self.store.found_at(&place.to_string()) else {
            return Err(wrong(format!(
                "its chart {place} is not at hand; `cargo xtask charts pull` fetches it"
            )));
        };
        let digest = match &pulled.manifest {
            Some(manifest) if tracks_digest => {
                self.with_digest(&pulled.digest, manifest).map_err(|error| wrong(format!("{error:#}")))?
            }
            _ => pulled.digest.clone(),
        };
        Ok((pulled.digest, digest, pulled.is_packaged))
    }

    /// The same chart with the registry's digest in its version.
    fn with_digest(&self, digest: &str, manifest: &str) -> Result<String> {
        let key = format!("version {digest} {manifest}");
        if let Some(made) = self.store.found_at(&key) {
            return Ok(made.digest);
        }
        match with_digest(&self.store.read(digest)?, manifest)? {
            Some(made) => self.note(&key, made),
            None => Ok(digest.to_owned()),
        }
    }

    fn of_source(&self, source: &ObjectKey, path: &str, release: &Release<'_>) -> Found<String> {
        let wrong = |message: String| Box::new(release.diagnostic("charts/source", &message));
        let Some(home) = self.rendering.home(source) else {
            return Err(wrong(format!("{source} is not at hand")));
        };
        let tree = self.tree(home);
        let folder = RepoPath::new(path).map_err(|error| wrong(error.to_string()))?;
        if let Ok(bytes) = tree.bytes(&folder) {
            return self
                .packed(Chart::from_archive(path, bytes))
                .map_err(|error| wrong(format!("{error:#}")));
        }
        let files = files(&*tree, &folder).map_err(|error| wrong(error.to_string()))?;
        if !files.contains_key("Chart.yaml") {
            return Err(wrong(format!("{source} has no chart at `{path}`: there is no Chart.yaml")));
        }
        // Packing costs more than knowing that it was done.
        let key = format!("files {}", digest_of(&files));
        if let Some(pulled) = self.store.found_at(&key) {
            return Ok(pulled.digest);
        }
        let chart = packed_folder(path.to_owned(), files).map_err(|error| wrong(error.to_string()))?;
        self.note(&key, chart).map_err(|error| wrong(format!("{error:#}")))
    }

    fn tree<'s>(&'s self, home: Home<'s>) -> Box<dyn Tree + 's> {
        match home {
            Home::Repository => Box::new(&self.repository),
            other => Box::new(Artifact::new(self.trees.of(other), None)),
        }
    }

    /// The same chart with other values of its own.
    fn with_values(&self, digest: &str, asked: &Asked, release: &Release<'_>) -> Found<String> {
        let wrong = |message: String| Box::new(release.diagnostic("charts/values-files", &message));
        let world = |error: anyhow::Error| wrong(format!("{error:#}"));
        let chart = self.store.read(digest).map_err(world)?;
        let mut values = Vec::new();
        for file in &asked.values_files {
            match self.values_file(&asked.place, &chart, file).map_err(|error| wrong(error.to_string()))? {
                Some(text) => values.push(read_values(&text, file).map_err(wrong)?),
                None if asked.may_lack_values_files => {}
                None => return Err(wrong(format!("there is no values file `{file}`"))),
            }
        }
        let key =
            format!("values {digest} {}", sha256_hex(Value::from(values.clone()).to_string().as_bytes()));
        if let Some(pulled) = self.store.found_at(&key) {
            return Ok(pulled.digest);
        }
        let made = with_values(&chart, &values).map_err(|error| wrong(error.to_string()))?;
        self.note(&key, made).map_err(world)
    }

    fn values_file(&self, place: &Place, chart: &Chart, file: &str) -> Result<Option<Vec<u8>>> {
        if let Place::Source { source, .. } = place {
            let Some(home) = self.rendering.home(source) else { return Ok(None) };
            let path = RepoPath::new(file.trim_start_matches("./"))?;
            return Ok(self.tree(home).bytes(&path).ok());
        }
        Ok(chart.file(file.trim_start_matches("./"))?)
    }

    fn packed(&self, chart: Result<Chart, crate::edge::charts::ChartError>) -> Result<String> {
        let chart = chart?;
        self.store.keep(&chart)?;
        Ok(chart.digest)
    }

    fn note(&self, place: &str, chart: Chart) -> Result<String> {
        self.store.keep(&chart)?;
        let pulled = Pulled {
            place: place.to_owned(),
            name: chart.metadata.name,
            version: chart.metadata.version,
            digest: chart.digest.clone(),
            manifest: None,
            is_packaged: true,
        };
        self.store.note(place, &pulled)?;
        Ok(chart.digest)
    }

    fn contents(&self, digest: &str) -> Result<Contents> {
        if let Some(known) = self.store.contents(digest) {
            return Ok(known);
        }
        let contents = Contents::of(&self.store.read(digest)?)?;
        self.store.note_contents(digest, &contents)?;
        Ok(contents)
    }
}

/// The chart of a folder that is called like the one at a place; of a range the newest that is there. Where only a digest or a
/// revision is known, the one that is there, if it is one.
pub fn named_in<'s>(given: &'s ChartSet, place: &Place) -> Option<&'s Arc<Chart>> {
    let exact = |name, version: &str| {
        given.get(name, version).or_else(|| given.get(name, version.trim_start_matches('v')))
    };
    let only = |name| {
        let mut all = given.versions(name);
        all.next().filter(|_| all.next().is_none())
    };
    match place {
        Place::Oci { address, wanted: Wanted::Tag(tag) } => exact(last_part(address), tag),
        Place::Oci { address, wanted: Wanted::Range(range) } => {
            newest_chart(given, last_part(address), range)
        }
        Place::Oci { address, wanted: Wanted::Digest(_) } => only(last_part(address)),
        Place::Index { chart, version, .. } if is_exact(version) => exact(chart, version),
        Place::Index { chart, version, .. } => newest_chart(given, chart, version),
        Place::Git { path, .. } | Place::Source { path, .. } => only(last_part(path)),
    }
}

fn last_part(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// Every file below a folder, by path in it.
fn files(tree: &dyn Tree, folder: &RepoPath) -> Result<BTreeMap<String, Vec<u8>>, yamltree::tree::TreeError> {
    let above = folder.as_str().len() + usize::from(!folder.as_str().is_empty());
    let each = |path: RepoPath| Ok((path.as_str()[above..].to_owned(), tree.bytes(&path)?));
    files_below(tree, folder).into_iter().map(each).collect()
}

fn digest_of(files: &BTreeMap<String, Vec<u8>>) -> String {
    let lines = files.iter().map(|(path, content)| format!("{} {path}\n", sha256_hex(content)));
    sha256_hex(lines.collect::<String>().as_bytes())
}

/// A values file as Go reads it.
fn read_values(text: &[u8], name: &str) -> Result<Value, String> {
    let text = std::str::from_utf8(text).map_err(|_| format!("{name} is not UTF-8"))?;
    let node =
        read_as_json(text, name, kustomize_rs::Limits::default()).map_err(|found| found.to_string())?;
    match flux::render::value(&node) {
        Value::Null => Ok(Value::Object(serde_json::Map::new())),
        values @ Value::Object(_) => Ok(values),
        _ => Err(format!("{name} is no mapping")),
    }
}
