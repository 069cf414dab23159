use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use super::chart::Chart;
use super::error::ChartError;
use super::folder;

/// Packaged charts by name and version.
#[derive(Clone, Debug, Default)]
pub struct ChartSet {
    charts: BTreeMap<String, BTreeMap<String, Arc<Chart>>>,
}

impl ChartSet {
    /// Reads a folder of packaged charts (`*.tgz`) and chart folders (with a Chart.yaml); other files are left alone.
    ///
    /// Chart folders are packaged in memory, the same files always to the same bytes. A folder without any chart, a
    /// damaged chart, and two different charts of one name and version are errors.
    pub fn open(directory: &Path) -> Result<Self, ChartError> {
        Self::opened(directory, Chart::from_archive)
    }

    /// The same, of which nothing but the descriptions is looked at: whether a chart is damaged is seen when it is used.
    pub fn open_unread(directory: &Path) -> Result<Self, ChartError> {
        Self::opened(directory, Chart::from_unread)
    }

    fn opened(
        directory: &Path,
        chart: impl Fn(String, Vec<u8>) -> Result<Chart, ChartError>,
    ) -> Result<Self, ChartError> {
        let read = |source| ChartError::Read { path: directory.into(), source };
        let mut entries =
            fs::read_dir(directory).map_err(read)?.collect::<Result<Vec<_>, _>>().map_err(read)?;
        entries.sort_by_key(|entry| entry.file_name());
        let mut set = Self::default();
        for path in entries.into_iter().map(|entry| entry.path()) {
            let origin = path.display().to_string();
            if path.is_dir() && path.join("Chart.yaml").is_file() {
                set.insert(chart(origin, folder::package(&path)?)?)?;
            } else if path.is_file() && path.extension().is_some_and(|extension| extension == "tgz") {
                let archive = fs::read(&path).map_err(|source| ChartError::Read { path, source })?;
                set.insert(chart(origin, archive)?)?;
            }
        }
        if set.charts.is_empty() { Err(ChartError::Empty { directory: directory.into() }) } else { Ok(set) }
    }

    /// Makes a set of archives in memory, each with a word on where it comes from.
    pub fn from_archives(archives: impl IntoIterator<Item = (String, Vec<u8>)>) -> Result<Self, ChartError> {
        let mut set = Self::default();
        for (origin, archive) in archives {
            set.insert(Chart::from_archive(origin, archive)?)?;
        }
        Ok(set)
    }

    /// Adds a chart. The same chart twice is taken once.
    pub fn insert(&mut self, chart: Chart) -> Result<(), ChartError> {
        let (name, version) = (chart.metadata.name.clone(), chart.metadata.version.clone());
        match self.charts.entry(name).or_default().entry(version) {
            std::collections::btree_map::Entry::Vacant(place) => {
                place.insert(Arc::new(chart));
            }
            std::collections::btree_map::Entry::Occupied(there) if there.get().digest == chart.digest => {}
            std::collections::btree_map::Entry::Occupied(there) => {
                return Err(ChartError::Twice {
                    name: chart.metadata.name,
                    version: chart.metadata.version,
                    first: there.get().origin.clone(),
                    second: chart.origin,
                });
            }
        }
        Ok(())
    }

    /// The chart of exactly this name and version.
    pub fn get(&self, name: &str, version: &str) -> Option<&Arc<Chart>> {
        self.charts.get(name)?.get(version)
    }

    /// All versions of a chart, in the order of their text.
    pub fn versions(&self, name: &str) -> impl Iterator<Item = &Arc<Chart>> {
        self.charts.get(name).into_iter().flat_map(BTreeMap::values)
    }

    /// All charts, by name and then version.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Chart>> {
        self.charts.values().flat_map(BTreeMap::values)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::edge::charts::standin::{StandIn, chart};

    fn write(path: &Path, content: impl AsRef<[u8]>) {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    #[test]
    fn a_folder_of_archives_and_chart_folders_is_read() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path();
        assert!(matches!(ChartSet::open(path), Err(ChartError::Empty { .. })));
        for version in ["1.0.0", "1.1.0"] {
            write(&path.join(format!("{version}.tgz")), chart(&StandIn::new("alpha", version)).unwrap());
        }
        write(&path.join("README.md"), "no chart");
        let folder = path.join("beta");
        write(
            &folder.join("Chart.yaml"),
            "apiVersion: v2\nname: beta\nversion: 2.0.0\nappVersion: 1.10\ndependencies:\n- {name: gamma, version: '>0'}\n- {name: delta}\n- {name: epsilon}\n",
        );
        write(&folder.join(".helmignore"), "# comment\n*.md\n/secret\nbuild/\n");
        write(&folder.join("notes.md"), "ignored");
        write(&folder.join("secret"), "ignored");
        write(&folder.join("build/x"), "ignored");
        write(&folder.join("charts/gamma/Chart.yaml"), "name: gamma\nversion: 1.0.0\n");
        write(&folder.join("charts/delta-1.0.0.tgz"), "anything");
        let set = ChartSet::open(path).unwrap();
        let all: Vec<_> = set.iter().map(|chart| chart.file_name()).collect();
        assert_eq!(all, ["alpha-1.0.0.tgz", "alpha-1.1.0.tgz", "beta-2.0.0.tgz"]);
        let beta = set.get("beta", "2.0.0").unwrap();
        assert_eq!(beta.metadata.app_version.as_deref(), Some("1.10"));
        let files: Vec<_> = beta.files(|_| true).unwrap().into_keys().collect();
        assert_eq!(files, [".helmignore", "Chart.yaml", "charts/delta-1.0.0.tgz", "charts/gamma/Chart.yaml"]);
        assert_eq!(beta.missing_dependencies().unwrap(), ["epsilon"]);
        assert_eq!(beta.digest, ChartSet::open(path).unwrap().get("beta", "2.0.0").unwrap().digest);
    }

    #[test]
    fn faulty_charts_are_named() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path();
        write(&path.join("broken.tgz"), "no archive");
        assert!(ChartSet::open(path).unwrap_err().to_string().contains("broken.tgz is not a packaged chart"));
        let one = chart(&StandIn::new("alpha", "1.0.0")).unwrap();
        let other = chart(&StandIn { app_version: "2".into(), ..StandIn::new("alpha", "1.0.0") }).unwrap();
        let error =
            ChartSet::from_archives([("one".into(), one.clone()), ("other".into(), other)]).unwrap_err();
        assert_eq!(error.to_string(), "one and other are both alpha 1.0.0, with different content");
        ChartSet::from_archives([("one".into(), one.clone()), ("same".into(), one)]).unwrap();
        assert!(ChartSet::open(Path::new("/nonexistent")).unwrap_err().to_string().contains("/nonexistent"));
    }
}
