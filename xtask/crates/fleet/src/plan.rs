//! Bootstrap as a plan: an ordered list of steps from what a cluster is to be and what was observed of it.
//!
//! Every step is idempotent, and only steps that are not done yet are in a plan: a finished cluster plans nothing. A
//! run that was killed anywhere is therefore continued by planning again. Execution decides nothing.

use std::collections::BTreeSet;
use std::fmt;

use serde::Serialize;

/// One step. Its [`fmt::Display`] is what a person confirms.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "step", rename_all = "kebab-case")]
pub enum Step {
    /// Build the binaries of the embedded control plane.
    BuildTools,
    /// End the embedded control plane, since it is to run with other settings.
    StopControlPlane {
        /// Why.
        why: String,
    },
    /// Start the embedded control plane.
    StartControlPlane {
        /// Where charts come from, in words.
        charts: String,
    },
    /// Make a commit the one that the embedded cluster follows.
    Serve {
        /// The commit, or what it will be made of.
        what: String,
    },
    /// Write Secret `oas-cluster-variables`.
    WriteVariables {
        /// Is it not there yet?
        is_new: bool,
        /// Names of the variables that change (all of them when it is new).
        changed: Vec<String>,
    },
    /// Write the generated Secret of a component; values that exist stay.
    WriteGenerated {
        /// The component.
        component: String,
        /// The keys that get a value.
        added: Vec<String>,
    },
    /// Apply a root object.
    ApplyRoot {
        /// Its kind.
        kind: String,
        /// Its name.
        name: String,
        /// Is it not there yet?
        is_new: bool,
    },
    /// Remove the root Kustomization of an app that the cluster no longer lists: its workloads go, its data stays.
    RemoveRoot {
        /// Its name.
        name: String,
    },
    /// Wait until every component is ready at the revision that the cluster is to have.
    Wait,
}

/// Groups of steps; after each the facts are observed again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Group {
    /// Until an API server answers, with the commit served beside it.
    ControlPlane,
    /// What Flux reads beside the commit: variables and secrets.
    Inputs,
    /// The root objects.
    Roots,
    /// Waiting.
    Ready,
}

impl Step {
    /// The group that the step belongs to.
    pub fn group(&self) -> Group {
        match self {
            Step::BuildTools
            | Step::StopControlPlane { .. }
            | Step::Serve { .. }
            | Step::StartControlPlane { .. } => Group::ControlPlane,
            Step::WriteVariables { .. } | Step::WriteGenerated { .. } => Group::Inputs,
            Step::ApplyRoot { .. } | Step::RemoveRoot { .. } => Group::Roots,
            Step::Wait => Group::Ready,
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Step::BuildTools => {
                out.write_str("build the control plane's binaries from the pinned Go modules")
            }
            Step::StopControlPlane { why } => {
                write!(out, "end the local control plane ({why}); its data stays")
            }
            Step::StartControlPlane { charts } => write!(out, "start the local control plane, with {charts}"),
            Step::Serve { what } => write!(out, "serve {what} to the cluster"),
            Step::WriteVariables { is_new: true, changed } => {
                write!(out, "create Secret flux-system/oas-cluster-variables ({})", changed.join(", "))
            }
            Step::WriteVariables { changed, .. } => {
                write!(out, "change Secret flux-system/oas-cluster-variables ({})", changed.join(", "))
            }
            Step::WriteGenerated { component, added } => {
                write!(
                    out,
                    "generate into Secret flux-system/oas-{component}-variables: {}",
                    added.join(", ")
                )
            }
            Step::ApplyRoot { kind, name, is_new: true } => write!(out, "create {kind} flux-system/{name}"),
            Step::ApplyRoot { kind, name, .. } => write!(out, "renew {kind} flux-system/{name}"),
            Step::RemoveRoot { name } => {
                write!(out, "remove Kustomization flux-system/{name}: its workloads go, its data stays")
            }
            Step::Wait => out.write_str("wait until every component is ready"),
        }
    }
}

/// What a cluster is to be, as far as the plan is concerned.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Wanted {
    /// The embedded control plane; none for a cluster that is somewhere else.
    pub control_plane: Option<WantedControlPlane>,
    /// The cluster variables that differ from what is in the cluster; all of them when the Secret is not there.
    pub changed_variables: Vec<String>,
    /// The generated values that are missing: component and keys.
    pub missing_generated: Vec<(String, Vec<String>)>,
    /// The root objects that differ from, or are missing in, the cluster: kind, name, is new.
    pub changed_roots: Vec<(String, String, bool)>,
    /// Root Kustomizations in the cluster that are wanted no more.
    pub surplus_roots: BTreeSet<String>,
}

/// What the embedded control plane is to be.
#[derive(Debug, Clone, PartialEq)]
pub struct WantedControlPlane {
    /// Where charts come from, in words.
    pub charts: String,
    /// What is to be served, in words.
    pub served: String,
}

/// What was observed of a cluster.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Facts {
    /// Are the binaries of the embedded control plane there?
    pub tools_are_built: bool,
    /// Does the embedded control plane run (or the cluster answer)?
    pub is_running: bool,
    /// Does it run with the settings that are wanted?
    pub runs_as_wanted: bool,
    /// Does the served branch hold what is wanted?
    pub serves_as_wanted: bool,
    /// Is Secret `oas-cluster-variables` there?
    pub has_variables: bool,
    /// Is every component ready at the wanted revision?
    pub is_ready: bool,
}

/// The steps that are left.
pub fn plan(wanted: &Wanted, facts: &Facts) -> Vec<Step> {
    let mut steps = Vec::new();
    if let Some(control_plane) = &wanted.control_plane {
        if !facts.tools_are_built {
            steps.push(Step::BuildTools);
        }
        if facts.is_running && !facts.runs_as_wanted {
            steps.push(Step::StopControlPlane { why: "it is to run with other binaries or charts".into() });
        }
        if !facts.serves_as_wanted {
            steps.push(Step::Serve { what: control_plane.served.clone() });
        }
        if !(facts.is_running && facts.runs_as_wanted) {
            steps.push(Step::StartControlPlane { charts: control_plane.charts.clone() });
        }
    }
    if !wanted.changed_variables.is_empty() {
        let changed = wanted.changed_variables.clone();
        steps.push(Step::WriteVariables { is_new: !facts.has_variables, changed });
    }
    for (component, added) in &wanted.missing_generated {
        steps.push(Step::WriteGenerated { component: component.clone(), added: added.clone() });
    }
    for (kind, name, is_new) in &wanted.changed_roots {
        steps.push(Step::ApplyRoot { kind: kind.clone(), name: name.clone(), is_new: *is_new });
    }
    for name in &wanted.surplus_roots {
        steps.push(Step::RemoveRoot { name: name.clone() });
    }
    if !steps.is_empty() || !facts.is_ready {
        steps.push(Step::Wait);
    }
    steps
}

#[cfg(test)]
mod tests {
    use super::*;

    fn embedded() -> Wanted {
        let control_plane =
            WantedControlPlane { charts: "stand-in charts".into(), served: "commit 1234".into() };
        Wanted { control_plane: Some(control_plane), ..Wanted::default() }
    }

    fn finished() -> Facts {
        Facts {
            tools_are_built: true,
            is_running: true,
            runs_as_wanted: true,
            serves_as_wanted: true,
            has_variables: true,
            is_ready: true,
        }
    }

    #[test]
    fn a_finished_cluster_plans_nothing() {
        assert_eq!(plan(&embedded(), &finished()), []);
    }

    #[test]
    fn a_new_cluster_builds_starts_serves_and_waits_in_this_order() {
        let steps = plan(&embedded(), &Facts::default());
        let groups: Vec<Group> = steps.iter().map(Step::group).collect();
        assert_eq!(groups, [Group::ControlPlane, Group::ControlPlane, Group::ControlPlane, Group::Ready]);
    }

    #[test]
    fn other_charts_restart_the_control_plane() {
        let steps = plan(&embedded(), &Facts { runs_as_wanted: false, ..finished() });
        assert!(matches!(
            steps[..],
            [Step::StopControlPlane { .. }, Step::StartControlPlane { .. }, Step::Wait]
        ));
    }

    #[test]
    fn a_changed_variable_is_written_and_waited_for() {
        let wanted = Wanted { changed_variables: vec!["domain".into()], ..embedded() };
        let steps = plan(&wanted, &finished());
        let write = Step::WriteVariables { is_new: false, changed: vec!["domain".into()] };
        assert_eq!(steps, [write, Step::Wait]);
    }

    #[test]
    fn a_cluster_elsewhere_has_no_control_plane_steps() {
        let facts = Facts { tools_are_built: false, serves_as_wanted: false, ..finished() };
        assert_eq!(plan(&Wanted::default(), &facts), []);
    }

    #[test]
    fn an_app_that_is_listed_no_more_is_removed() {
        let wanted = Wanted { surplus_roots: BTreeSet::from(["app-wordpress".into()]), ..embedded() };
        assert_eq!(
            plan(&wanted, &finished()),
            [Step::RemoveRoot { name: "app-wordpress".into() }, Step::Wait]
        );
    }

    #[test]
    fn groups_come_in_order() {
        let wanted = Wanted {
            changed_variables: vec!["domain".into()],
            missing_generated: vec![("wordpress".into(), vec!["a".into()])],
            changed_roots: vec![("GitRepository".into(), "openappstack".into(), true)],
            ..embedded()
        };
        let groups: Vec<Group> = plan(&wanted, &Facts::default()).iter().map(Step::group).collect();
        assert!(groups.is_sorted(), "{groups:?}");
    }
}
