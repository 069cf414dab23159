//! What has to hold of the platform's own tree with its real charts, cluster by cluster: the checks of `charts verify`.
//!
//! Rules ask whether something is wrong in any repository; these ask whether our components are what their `component.yaml` says, in
//! clusters whose values are known. One file a check.

mod amounts;
mod certificates;
mod cluster;
mod definitions;
mod hosts;
mod images;
mod lock;
mod mail;
mod profile;
mod redirects;
mod references;
mod resources;
mod schema;
mod secrets;
mod services;
mod texts;
mod unseen;
mod workloads;

use std::collections::BTreeSet;

use fleet::catalogue::{Catalogue, Component};
use fleet::proving::Cluster;
use flux::render::spec::Name;
use yamltree::diagnostic::{Diagnostic, Place, Severity};

pub use amounts::{Amounts, Totals};
pub use cluster::rendering;
pub use images::images;
pub use lock::{in_cluster, known};
pub use unseen::unseen;

use crate::allowed;
use crate::rule::Found;
use crate::subject::{ChartObjects, Object, Subject};

/// One cluster with everything in it.
pub struct Proof<'s> {
    /// What it renders to, with the charts of all releases.
    pub subject: &'s Subject<'s>,
    /// The cluster.
    pub cluster: &'s Cluster,
    /// The components of the tree.
    pub catalogue: &'s Catalogue,
}

/// One thing that has to hold.
#[derive(Debug)]
pub struct Check {
    /// `verify/what`, stable.
    pub code: &'static str,
    /// What has to hold, in a sentence.
    pub says: &'static str,
    /// Does it ask whether anybody makes something? Then it has to know everything.
    is_of_all: bool,
    check: fn(&Proof<'_>, &mut Found),
}

/// All checks, sorted by code.
pub static CHECKS: &[Check] = &[
    certificates::CHECK,
    definitions::CHECK,
    hosts::CHECK,
    images::CHECK,
    mail::CHECK,
    profile::CHECK,
    redirects::CHECK,
    references::CHECK,
    resources::CHECK,
    schema::CHECK,
    secrets::CHECK,
    services::CHECK,
    workloads::CHECK,
];

/// How codes of checks begin.
pub(crate) const FAMILY: &str = "verify/";

/// Everything that does not hold, and the errors of rules.
///
/// Comments in the tree allow findings of checks as they do those of rules.
pub fn findings(proof: &Proof<'_>) -> Vec<Diagnostic> {
    let knows_all = proof.subject.has_all_charts;
    let checks = CHECKS.iter().filter(|check| knows_all || !check.is_of_all);
    let mut own: Vec<Diagnostic> = checks.flat_map(|check| check.findings(proof)).collect();
    own.sort();
    own.dedup();
    let mut found = allowed::without(own, proof.subject);
    found.retain(|found| found.code.starts_with(FAMILY));
    // What is verified here is what the next lock is written of.
    let of_rules = crate::lint(proof.subject).into_iter();
    found.extend(of_rules.filter(|found| found.is_error() && found.code != crate::rules::LOCK));
    found.sort();
    found
}

impl Check {
    fn findings(&self, proof: &Proof<'_>) -> Vec<Diagnostic> {
        let mut found = Found::new(self.code, Severity::Error);
        (self.check)(proof, &mut found);
        found.into_all()
    }
}

impl<'s> Proof<'s> {
    /// The components that the cluster has, by name; those with a release whose chart could not be rendered are left out: what is
    /// missing of them is not missing.
    fn components(&self) -> impl Iterator<Item = (&'s str, &'s Component)> {
        let parts = self.subject.rendering.parts.iter().filter(|part| !part.is_beside);
        let there: BTreeSet<&str> = parts.map(crate::subject::component_of).collect();
        let is_whole = |name: &str| {
            let mut releases = self.objects_of(name).filter(Object::is_release).map(|object| object.key());
            releases.all(|key| self.chart(&key.namespace, &key.name).is_some())
        };
        let all = self.catalogue.components.iter().map(|(name, component)| (name.as_str(), component));
        all.filter(move |(name, _)| there.contains(name) && is_whole(name))
    }

    /// The objects of a component, those of its charts included.
    fn objects_of(&self, component: &str) -> impl Iterator<Item = Object<'s>> {
        self.subject.objects().filter(move |object| object.component() == component)
    }

    /// A release's objects, if its chart could be rendered.
    fn chart(&self, namespace: &str, release: &str) -> Option<&'s ChartObjects<'s>> {
        let name = Name::new(namespace, release);
        self.subject.charts.iter().find(|chart| chart.release == name)
    }
}

/// The contract of a component, for findings about what it says.
fn contract(name: &str, component: &Component) -> Place {
    Place::at(format!("flux2/{}/{name}/component.yaml", component.tier.folder()), 1, 1)
}

#[cfg(test)]
pub(crate) mod tests;
