//! The flags of verbs that can render releases: with which charts, and what those are told.

use std::path::PathBuf;

use clap::Args;
use flux::helm::Action;

use crate::releases::Options;

/// Whether and how releases are rendered.
#[derive(Debug, Args)]
pub struct ReleaseArguments {
    /// Render releases too, with the charts of this folder and those that `charts pull` fetched
    #[arg(long, value_name = "FOLDER", num_args = 0..=1, require_equals = true)]
    charts: Option<Option<PathBuf>>,
    /// The version of Kubernetes that charts are told and objects are checked for [default: that of the embedded cluster]
    #[arg(long, value_name = "VERSION")]
    kube_version: Option<String>,
    /// An API version that charts are told, beside those of Kubernetes and of the definitions that are rendered
    #[arg(long = "api-version", value_name = "GROUP/VERSION[/KIND]", requires = "charts")]
    api_versions: Vec<String>,
    /// Render releases as if they were installed already
    #[arg(long, requires = "charts")]
    upgrade: bool,
}

impl ReleaseArguments {
    /// The version of Kubernetes, if one is given.
    pub fn kube_version(&self) -> Option<&str> {
        self.kube_version.as_deref()
    }

    /// How releases are rendered; none if they are not.
    pub fn options(&self) -> Option<Options> {
        let folder = self.charts.clone()?;
        Some(Options {
            folder,
            kube_version: self.kube_version.clone(),
            api_versions: self.api_versions.iter().cloned().collect(),
            action: if self.upgrade { Action::Upgrade } else { Action::Install },
            ..Options::default()
        })
    }
}
