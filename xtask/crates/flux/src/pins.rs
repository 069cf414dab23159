//! Which charts, in which exact versions and from where, the tree would install.
//!
//! Read from the manifests as they are written, not rendered.

mod gather;

use serde::Serialize;
use yamltree::diagnostic::{Diagnostic, Place};
use yamltree::tree::Tree;

/// The name of the source that is this repository; it exists only in a cluster.
pub const LOCAL_SOURCE: &str = "openappstack";

/// One Helm release and the chart that it is pinned to.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Pin {
    /// Folder of the component below its tier.
    pub component: String,
    /// Folder of the tier below `flux2/`.
    pub tier: String,
    /// Name of the HelmRelease.
    pub release: String,
    /// Its namespace, as written in it or in the `kustomization.yaml` beside it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// Name of the chart; the last part of the path if it is known by path or address.
    pub chart: String,
    /// Version of the chart, or tag of the repository it lies in; none for our own charts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Digest or commit beside it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
    /// Where it comes from.
    pub source: SourceKind,
    /// Name of the source object.
    pub source_name: String,
    /// Namespace of the source object, if written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_namespace: Option<String>,
    /// Address as written in the source object; none for our own charts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Path of the chart inside a Git repository, ours or another, without `./`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chart_path: Option<String>,
    /// Where the HelmRelease is.
    pub place: Place,
    /// Where the version is written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version_place: Option<Place>,
    /// Where the source object is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_place: Option<Place>,
}

/// The sorts of place that a chart can come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum SourceKind {
    /// An OCIRepository: one chart at one address.
    Oci,
    /// A HelmRepository of type `oci`: charts below one address.
    OciRepository,
    /// A HelmRepository with an index.
    Http,
    /// A folder in another Git repository.
    Git,
    /// A folder in this repository.
    Local,
}

/// Reads every HelmRelease below `flux2/` with its source.
///
/// Sorted by tier, component and release. A release whose source cannot be found, or whose version is a range, is
/// reported; the former is left out. Folders of charts (those with a `Chart.yaml`) are not looked into.
pub fn read(tree: &dyn Tree) -> (Vec<Pin>, Vec<Diagnostic>) {
    gather::read(tree)
}

/// Is this one exact version, not a range or a wildcard?
pub fn is_exact(version: &str) -> bool {
    let bare = version.strip_prefix('v').unwrap_or(version);
    let number = bare.split(['-', '+']).next().unwrap_or_default();
    let parts: Vec<&str> = number.split('.').collect();
    let is_number = |part: &&str| !part.is_empty() && part.chars().all(|c| c.is_ascii_digit());
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '+' | '_');
    parts.len() == 3 && parts.iter().all(is_number) && bare.chars().all(allowed)
}

#[cfg(test)]
mod tests;
