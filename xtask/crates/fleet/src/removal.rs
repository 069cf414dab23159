//! Removing an application: what stays of it, and how that goes too when somebody says so.
//!
//! The workloads go with the root Kustomization. What holds data is not pruned, so that a cluster that forgets an
//! application by mistake loses nothing; what stays is in the component's contract.

use std::fmt;

use serde::Serialize;

use crate::component::Contract;
use crate::generated::{self, NAMESPACE};

/// Something that stays when an application is removed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Kept {
    /// Its kind: `Cluster` (of CloudNativePG), `PersistentVolumeClaim` or `Secret`.
    pub kind: &'static str,
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// What it holds, for people.
    pub holds: &'static str,
}

impl fmt::Display for Kept {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} {}/{} ({})", self.kind, self.namespace, self.name, self.holds)
    }
}

/// One step of removing an application with its data. Its [`fmt::Display`] is what a person confirms.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "step", rename_all = "kebab-case")]
pub enum Step {
    /// Take it out of `cluster.yaml`, so that it is not installed again.
    Forget {
        /// The component.
        app: String,
    },
    /// Remove its root Kustomization.
    RemoveRoot {
        /// The root's name.
        name: String,
    },
    /// Wait until its workloads are gone: data is deleted under nobody's hands.
    AwaitRemoval {
        /// The component.
        app: String,
    },
    /// Delete what stayed.
    Delete {
        /// What.
        #[serde(flatten)]
        kept: Kept,
    },
}

impl fmt::Display for Step {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Step::Forget { app } => write!(out, "take {app} out of cluster.yaml"),
            Step::RemoveRoot { name } => write!(out, "remove Kustomization {NAMESPACE}/{name}"),
            Step::AwaitRemoval { app } => write!(out, "wait until the workloads of {app} are gone"),
            Step::Delete { kept } => write!(out, "delete {kept}"),
        }
    }
}

/// What was observed of an application.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    /// Does `cluster.yaml` list it?
    pub is_listed: bool,
    /// Its root Kustomization, if the cluster has it and it is not being removed already.
    pub root: Option<String>,
    /// Is anything of it left that Flux made: its root, Kustomizations, releases?
    pub runs: bool,
    /// What of [`kept`] the cluster has.
    pub kept: Vec<Kept>,
}

/// What stays of an application when its root is removed, in the order in which it is deleted: a database cluster before
/// its volumes, since its operator deletes those itself.
pub fn kept(app: &str, contract: &Contract) -> Vec<Kept> {
    let backup = &contract.backup;
    let clusters = backup.dumps.iter().filter_map(|dump| {
        let name = dump.workload.strip_prefix("Cluster/")?.to_owned();
        Some(Kept { kind: "Cluster", namespace: dump.namespace.clone(), name, holds: "database" })
    });
    let volumes = backup.volumes.iter().map(|volume| (&volume.claim, &volume.namespace));
    let claims = volumes.chain(backup.excluded.iter().map(|volume| (&volume.claim, &volume.namespace)));
    let claims = claims.map(|(name, namespace)| Kept {
        kind: "PersistentVolumeClaim",
        namespace: namespace.clone(),
        name: name.clone(),
        holds: "data",
    });
    let certificates = contract.certificates.iter().map(|certificate| Kept {
        kind: "Secret",
        namespace: certificate.namespace.clone(),
        name: certificate.secret.clone(),
        holds: "certificate",
    });
    let passwords = (!contract.secrets.is_empty()).then(|| Kept {
        kind: "Secret",
        namespace: NAMESPACE.to_owned(),
        name: generated::secret_name(app),
        holds: "passwords",
    });
    clusters.chain(claims).chain(certificates).chain(passwords).collect()
}

/// The steps that are left to remove an application with its data; none when it is gone.
pub fn plan(app: &str, facts: &Facts) -> Vec<Step> {
    let mut steps = Vec::new();
    if facts.is_listed {
        steps.push(Step::Forget { app: app.to_owned() });
    }
    steps.extend(facts.root.iter().map(|name| Step::RemoveRoot { name: name.clone() }));
    if facts.root.is_some() || facts.runs {
        steps.push(Step::AwaitRemoval { app: app.to_owned() });
    }
    steps.extend(facts.kept.iter().map(|kept| Step::Delete { kept: kept.clone() }));
    steps
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONTRACT: &str = "title: Wiki\ndescription: Pages.\nhosts: [wiki]\n\
        certificates: [{secret: oas-wiki, namespace: oas-apps, hosts: [wiki]}]\n\
        secrets: [{name: wiki_password}]\n\
        backup:\n  volumes: [{claim: wiki, namespace: oas-apps}]\n  \
          dumps: [{workload: Cluster/wiki-db, namespace: oas-apps, engine: postgresql, database: wiki}]\n  \
          excluded: [{claim: cache, namespace: oas-apps, reason: It fills again.}]\n";

    fn wiki() -> Vec<Kept> {
        let (contract, faults) = crate::component::parse("component.yaml", CONTRACT);
        assert_eq!(faults, []);
        kept("wiki", &contract.unwrap())
    }

    #[test]
    fn databases_go_before_volumes_and_everything_has_its_place() {
        let shown: Vec<String> = wiki().iter().map(ToString::to_string).collect();
        assert_eq!(
            shown,
            [
                "Cluster oas-apps/wiki-db (database)",
                "PersistentVolumeClaim oas-apps/wiki (data)",
                "PersistentVolumeClaim oas-apps/cache (data)",
                "Secret oas-apps/oas-wiki (certificate)",
                "Secret flux-system/oas-wiki-variables (passwords)"
            ]
        );
    }

    #[test]
    fn an_app_that_runs_is_forgotten_removed_and_awaited_before_its_data_is_deleted() {
        let facts = Facts { is_listed: true, root: Some("app-wiki".into()), runs: true, kept: wiki() };
        let steps = plan("wiki", &facts);
        assert_eq!(steps[0], Step::Forget { app: "wiki".into() });
        assert_eq!(steps[1], Step::RemoveRoot { name: "app-wiki".into() });
        assert_eq!(steps[2], Step::AwaitRemoval { app: "wiki".into() });
        assert!(steps[3..].iter().all(|step| matches!(step, Step::Delete { .. })));
        assert_eq!(steps.len(), 3 + wiki().len());
    }

    #[test]
    fn what_was_interrupted_goes_on_with_what_is_left() {
        let facts = Facts { runs: true, kept: wiki()[1..2].to_vec(), ..Facts::default() };
        let shown: Vec<String> = plan("wiki", &facts).iter().map(ToString::to_string).collect();
        assert_eq!(
            shown,
            [
                "wait until the workloads of wiki are gone",
                "delete PersistentVolumeClaim oas-apps/wiki (data)"
            ]
        );
    }

    #[test]
    fn an_app_that_is_gone_needs_nothing() {
        assert_eq!(plan("wiki", &Facts::default()), []);
    }
}
