//! How far a cluster is: what Flux says of every component, against the revision that it is to have.

use anyhow::Result;
use fleet::roots::SOURCE;
use flux::status::{Component, State, Status};
use serde_json::Value;

use super::target::Target;
use crate::edge::cluster::{Cluster, kinds, text};

/// One look at a cluster.
pub struct Progress {
    /// What Flux says.
    pub status: Status,
    /// The revision that the source is to have; none where any will do.
    pub wanted_revision: Option<String>,
    /// The revision that the source has.
    pub revision: Option<String>,
}

/// Looks at every Flux object.
pub async fn look(cluster: &Cluster, target: &Target, wanted_revision: Option<&str>) -> Result<Progress> {
    let kinds = [
        kinds::GIT_REPOSITORY,
        kinds::OCI_REPOSITORY,
        kinds::HELM_REPOSITORY,
        kinds::HELM_CHART,
        kinds::KUSTOMIZATION,
        kinds::HELM_RELEASE,
    ];
    let lists = futures::future::try_join_all(kinds.map(|kind| cluster.list(kind))).await?;
    let objects: Vec<Value> = lists.into_iter().flatten().collect();
    let expected: Vec<String> = target.components().into_keys().map(str::to_owned).collect();
    let revision = objects
        .iter()
        .find(|object| text(object, "/kind") == "GitRepository" && text(object, "/metadata/name") == SOURCE)
        .map(|source| text(source, "/status/artifact/revision"));
    Ok(Progress {
        status: Status::of(&objects, &expected),
        wanted_revision: wanted_revision.map(str::to_owned),
        revision,
    })
}

impl Progress {
    /// Whether every component is ready at the wanted revision.
    pub fn is_ready(&self) -> bool {
        self.status.ready && self.has_wanted_revision()
    }

    fn has_wanted_revision(&self) -> bool {
        self.wanted_revision.is_none() || self.wanted_revision == self.revision
    }

    /// How many components are ready, of how many.
    pub fn count(&self) -> (usize, usize) {
        let ready = self.status.components.iter().filter(|component| component.ready).count();
        (ready, self.status.components.len())
    }

    /// What keeps it from being ready, one line a component, the deepest reason first known.
    pub fn reasons(&self) -> Vec<String> {
        let mut lines = Vec::new();
        if !self.has_wanted_revision() {
            let now =
                self.revision.as_deref().filter(|revision| !revision.is_empty()).unwrap_or("nothing yet");
            lines.push(format!("source: has {now}"));
        }
        for root in self.status.sources.iter().chain(&self.status.roots).filter(|root| !root.ready) {
            lines.push(format!("{} {}: {}", root.key.kind, root.key.name, one_line(&root.message)));
        }
        for component in self.status.components.iter().filter(|component| !component.ready) {
            lines.push(format!("{}: {}", component.name, reason(component)));
        }
        lines
    }

    /// Whether something failed in a way that will not mend itself soon.
    pub fn has_failed(&self) -> bool {
        self.status.components.iter().any(|component| component.state == State::Failed)
    }
}

/// Why a component is not ready, in one line.
pub fn reason(component: &Component) -> String {
    match &component.cause {
        Some(cause) => one_line(&format!("{}: {}: {}", cause.object, cause.reason, cause.message)),
        None if component.kustomizations.is_empty() => "is not there yet".to_owned(),
        None => format!("{:?}", component.state).to_lowercase(),
    }
}

fn one_line(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(180) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}
