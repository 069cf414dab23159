use std::io;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::archive::{self, ChartFile, ChartFiles};
use super::digest::sha256_hex;
use super::error::ChartError;

/// A packaged chart in memory.
#[derive(Clone, Debug)]
pub struct Chart {
    /// What its Chart.yaml says.
    pub metadata: Metadata,
    /// The archive as it is served.
    pub archive: Bytes,
    /// SHA-256 of the archive, hexadecimal.
    pub digest: String,
    /// Where the archive comes from, for messages.
    pub origin: String,
}

/// The part of a Chart.yaml that repositories publish.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Metadata {
    /// Version of the chart format.
    #[serde(default = "first_format")]
    pub api_version: String,
    /// Chart name.
    pub name: String,
    /// Chart version.
    pub version: String,
    /// Version of what the chart installs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub app_version: Option<String>,
    /// One line about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// `application` or `library`.
    #[serde(default, rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Kubernetes versions it takes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kube_version: Option<String>,
    /// Charts that it needs inside it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dependencies: Vec<Dependency>,
}

/// A chart that another one needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dependency {
    /// Chart name.
    pub name: String,
    /// Range of versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Where it is published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repository: Option<String>,
    /// Value that switches it on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub condition: Option<String>,
    /// Name under which it is used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alias: Option<String>,
}

fn first_format() -> String {
    "v1".into()
}

impl Chart {
    /// Takes a packaged chart; `origin` says where it comes from in messages.
    pub fn from_archive(origin: impl Into<String>, archive: impl Into<Bytes>) -> Result<Self, ChartError> {
        let find =
            |archive: &[u8]| Ok(archive::unpack(archive, |path| path == "Chart.yaml")?.remove("Chart.yaml"));
        Self::described(origin.into(), archive.into(), find)
    }

    /// The same, of which nothing but the description is looked at: whether the rest is whole is seen when its files are read.
    pub fn from_unread(origin: impl Into<String>, archive: impl Into<Bytes>) -> Result<Self, ChartError> {
        Self::described(origin.into(), archive.into(), |archive| archive::first(archive, "Chart.yaml"))
    }

    fn described(
        origin: String,
        archive: Bytes,
        find: impl FnOnce(&[u8]) -> io::Result<Option<ChartFile>>,
    ) -> Result<Self, ChartError> {
        let wrong = |reason: String| ChartError::NotAChart { origin: origin.clone(), reason };
        let description = find(&archive)
            .map_err(|error| wrong(error.to_string()))?
            .ok_or_else(|| wrong("it has no Chart.yaml".into()))?;
        let text = String::from_utf8(description.content)
            .map_err(|_| wrong("its Chart.yaml is not UTF-8".into()))?;
        // Of equal keys Helm takes the last.
        let options = serde_saphyr::options! { duplicate_keys: serde_saphyr::DuplicateKeyPolicy::LastWins };
        let metadata: Metadata = serde_saphyr::from_str_with_options(&text, options)
            .map_err(|error| wrong(format!("its Chart.yaml: {error}")))?;
        for (field, value) in [("name", &metadata.name), ("version", &metadata.version)] {
            if value.is_empty() || value.contains(['/', '\\', ' ', '\n']) {
                return Err(wrong(format!("its Chart.yaml has the {field} `{value}`")));
            }
        }
        Ok(Self { digest: sha256_hex(&archive), metadata, archive, origin })
    }

    /// File name under which charts are published.
    pub fn file_name(&self) -> String {
        format!("{}-{}.tgz", self.metadata.name, self.metadata.version)
    }

    /// Dependencies that are not inside the chart: Helm refuses such a chart even when they are switched off.
    pub fn missing_dependencies(&self) -> Result<Vec<String>, ChartError> {
        if self.metadata.dependencies.is_empty() {
            return Ok(Vec::new());
        }
        let inside = self.files(|path| path.starts_with("charts/"))?;
        let is_inside = |name: &str| {
            inside.keys().filter_map(|path| path.strip_prefix("charts/")).any(|path| {
                path.strip_prefix(name).is_some_and(|rest| {
                    rest.starts_with('/')
                        || (rest.starts_with('-') && rest.ends_with(".tgz") && !rest.contains('/'))
                })
            })
        };
        let needed = self.metadata.dependencies.iter().map(|dependency| &dependency.name);
        Ok(needed.filter(|name| !is_inside(name)).cloned().collect())
    }

    /// One file of the chart, by its path below the chart's folder; none if there is no such one.
    pub fn file(&self, path: &str) -> Result<Option<Vec<u8>>, ChartError> {
        Ok(self.files(|file| file == path)?.remove(path).map(|file| file.content))
    }

    /// The files of the chart, by path below its folder.
    pub(super) fn files(&self, wanted: impl Fn(&str) -> bool) -> Result<ChartFiles, ChartError> {
        archive::unpack(&self.archive, wanted)
            .map_err(|error| ChartError::NotAChart { origin: self.origin.clone(), reason: error.to_string() })
    }
}
