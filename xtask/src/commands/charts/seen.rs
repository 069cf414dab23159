//! One cluster with its real charts: what was seen, and what is wrong.

use std::collections::BTreeSet;

use fleet::catalogue::Catalogue;
use fleet::proving::Cluster;
use fleet::roots::COMPONENT_LABEL;
use flux::render::Rendering;
use kustomize_rs::yaml::node::Node;
use lint::proof::{self, Proof, Totals};
use lint::{ChartObjects, Subject};
use yamltree::diagnostic::Diagnostic;

use super::dry_run::{self, Applied};
use crate::bootstrap::target::SANDBOX;
use crate::context::Context;
use crate::edge::tree::Trees;
use crate::exit::Failure;
use crate::releases::{self, Options};
use crate::schemas;

/// What was seen in one cluster.
pub(super) struct Seen<'c> {
    pub(super) cluster: &'c Cluster,
    pub(super) releases: Vec<SeenRelease>,
    /// Objects of charts and all others.
    pub(super) objects: usize,
    pub(super) images: BTreeSet<String>,
    pub(super) totals: Totals,
    pub(super) findings: Vec<Diagnostic>,
    /// The version of Helm.
    pub(super) helm: String,
    /// Every object, if it is the cluster that the sandbox is.
    pub(super) of_sandbox: Vec<Applied>,
}

/// A release that could be rendered.
pub(super) struct SeenRelease {
    pub(super) component: String,
    pub(super) name: String,
    /// SHA-256 of the chart's archive.
    pub(super) archive: String,
    pub(super) is_packaged: bool,
    pub(super) objects: usize,
    pub(super) images: BTreeSet<String>,
    pub(super) totals: Totals,
}

/// What all clusters are looked at with.
pub(super) struct Look<'l> {
    pub(super) trees: &'l Trees,
    pub(super) catalogue: &'l Catalogue,
    pub(super) options: Options,
    pub(super) kubernetes: String,
    pub(super) context: &'l Context,
}

impl Look<'_> {
    /// Renders everything in a cluster with its charts, and checks it.
    pub(super) fn at<'c>(&self, cluster: &'c Cluster, rendering: &Rendering) -> Result<Seen<'c>, Failure> {
        let all = releases::rendered(rendering, self.trees, &self.options, self.context)?;
        let mut subject = Subject::new(&*self.trees.repository, rendering, COMPONENT_LABEL);
        subject.threads = std::thread::available_parallelism().map_or(1, usize::from);
        subject.has_all_charts = true;
        let (mut findings, mut seen) = (Vec::new(), Vec::new());
        for release in all.releases {
            findings.extend(release.warnings.iter().cloned());
            if let Some(problem) = release.problem {
                subject.has_all_charts = false;
                findings.push(*problem);
                continue;
            }
            let objects = release.objects().map_err(|found| Failure::Faulty(vec![*found]))?;
            let part = &rendering.parts[release.part];
            let label = part.kustomization.object.get("metadata").and_then(|m| m.get("labels"));
            seen.push(SeenRelease {
                component: label.and_then(|l| l.get(COMPONENT_LABEL)).map_or("", Node::value_text).to_owned(),
                name: release.name.name.clone(),
                archive: release.archive,
                is_packaged: release.is_packaged,
                objects: objects.len(),
                images: BTreeSet::new(),
                totals: Totals::default(),
            });
            let (release, namespace, values) = (release.name, release.namespace, release.values);
            let chart = ChartObjects { part, release, namespace, objects, values };
            subject.charts.push(chart);
        }
        subject.check_against(schemas::needed(&self.kubernetes, self.context)?);
        for (seen, chart) in seen.iter_mut().zip(&subject.charts) {
            seen.images = chart.all().filter(|o| !o.is_test()).flat_map(|o| proof::images(&o)).collect();
            seen.totals = Totals::of(&subject, chart.all());
        }
        let images = subject.objects().filter(|o| !o.is_test()).flat_map(|o| proof::images(&o)).collect();
        let proof = Proof { subject: &subject, cluster, catalogue: self.catalogue };
        findings.extend(proof::findings(&proof));
        let of_sandbox = if cluster.name == SANDBOX { dry_run::applied(&subject) } else { Vec::new() };
        Ok(Seen {
            cluster,
            of_sandbox,
            objects: subject.objects().count(),
            images,
            totals: Totals::of(&subject, subject.objects()),
            findings,
            releases: seen,
            helm: all.helm,
        })
    }
}
