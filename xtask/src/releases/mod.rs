//! From the HelmReleases of a rendering to their objects: charts at hand, the real Helm, and what it once said.
//!
//! Helm is asked again only when something changed that decides its answer: the chart, the values, the release's fields, the version
//! of Kubernetes, or (if a template asks for those) the API versions.

mod answers;
mod charts_at_hand;
mod question;
mod rounds;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::Result;
use flux::helm::{Action, KnownValues, Release};
use flux::render::Rendering;
use flux::render::spec::Name;
use kustomize_rs::yaml::json;
use kustomize_rs::yaml::node::Node;
use yamltree::diagnostic::Diagnostic;

use crate::context::Context;
use crate::edge::charts::ChartSet;
use crate::edge::helm::Helm;
use crate::edge::tree::Trees;
use crate::exit::Failure;
use crate::sandbox::tools::{self, Group};
use answers::Answers;
pub use charts_at_hand::named_in;
use question::Renderer;
use rounds::Side;

/// What the person may say about how releases are rendered.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// A folder of charts that is asked before the store.
    pub folder: Option<PathBuf>,
    /// Charts in place of those of a folder.
    pub charts: Option<ChartSet>,
    /// The version of Kubernetes; that of the embedded cluster if none is given.
    pub kube_version: Option<String>,
    /// API versions beside those of the definitions in the repository and its charts.
    pub api_versions: BTreeSet<String>,
    /// Is everything installed already?
    pub action: Action,
    /// Releases that are installed already, whatever `action` says of the others.
    pub installed: BTreeSet<Name>,
}

impl Options {
    fn given(&self) -> Result<Option<ChartSet>> {
        match (&self.charts, &self.folder) {
            (Some(charts), _) => Ok(Some(charts.clone())),
            (None, folder) => Ok(folder.as_deref().map(ChartSet::open_unread).transpose()?),
        }
    }
}

/// A release and its objects.
#[derive(Debug, Clone)]
pub struct RenderedRelease {
    /// Number of the part that makes the HelmRelease.
    pub part: usize,
    /// Namespace and name of the HelmRelease.
    pub name: Name,
    /// What Helm calls the release.
    pub release: String,
    /// The namespace of its objects that name none.
    pub namespace: String,
    /// Name and version of its chart; empty if that is not known.
    pub chart: String,
    /// SHA-256 of the archive of its chart, as it was found; empty if there is none.
    pub archive: String,
    /// Was its chart packaged by somebody else, or out of files that are at hand? Else it came from where it is published.
    pub is_packaged: bool,
    /// The names of values that its chart knows.
    pub values: KnownValues,
    /// Does helm-controller leave it alone?
    pub is_suspended: bool,
    /// Is it left out, because it makes the same on the other side? Then there are no objects.
    pub is_same: bool,
    /// Its objects as YAML, each behind a line that names its file in the chart.
    pub yaml: String,
    /// Why it cannot be rendered; then there are no objects.
    pub problem: Option<Box<Diagnostic>>,
    /// What is no error but probably not meant.
    pub warnings: Vec<Diagnostic>,
}

/// All releases, and how much work they were.
#[derive(Debug, Clone, Default)]
pub struct RenderedReleases {
    /// The releases, in the order of the rendering.
    pub releases: Vec<RenderedRelease>,
    /// How often Helm was asked.
    pub asked: usize,
    /// The version of Helm; empty where there was no release.
    pub helm: String,
}

impl RenderedRelease {
    /// Its objects.
    ///
    /// Errs if the text was damaged where it is kept.
    pub fn objects(&self) -> Result<Vec<Node>, Box<Diagnostic>> {
        json::read_all_as_json(&self.yaml, &self.name.to_string(), kustomize_rs::Limits::default())
    }
}

/// Renders every release of a rendering.
///
/// A release that cannot be rendered says why, and the others are rendered all the same; a failure is only what keeps all from it.
pub fn rendered(
    rendering: &Rendering,
    trees: &Trees,
    options: &Options,
    context: &Context,
) -> Result<RenderedReleases, Failure> {
    let [releases] = all([(rendering, trees)], options, context, rounds::whole)?;
    Ok(releases)
}

/// Renders the releases of two renderings that may make different objects. The others are there on both sides too, and say that they
/// are the same.
///
/// A release is the same if Helm is asked the same: chart, values, fields of the release, and the API versions if a template asks for
/// those.
pub fn rendered_both(
    sides: [(&Rendering, &Trees); 2],
    options: &Options,
    context: &Context,
) -> Result<[RenderedReleases; 2], Failure> {
    all(sides, options, context, rounds::different)
}

fn all<'r, const N: usize>(
    renderings: [(&'r Rendering, &'r Trees); N],
    options: &Options,
    context: &Context,
    answer: impl FnOnce(&Renderer<'_>, &mut [Side<'r>; N]),
) -> Result<[RenderedReleases; N], Failure> {
    if renderings.iter().all(|(rendering, _)| Release::all(rendering).next().is_none()) {
        return Ok(std::array::from_fn(|_| RenderedReleases::default()));
    }
    let kube_version = match &options.kube_version {
        Some(version) => version.clone(),
        None => tools::pinned(&context.layout.pins(), "k8s.io/kubernetes")?,
    };
    let renderer = Renderer {
        store: context.charts(),
        helm: the_helm(context)?,
        answers: Answers::new(context.layout.charts()),
        kube_version,
        options,
        threads: std::thread::available_parallelism().map_or(1, usize::from),
        asked: AtomicUsize::new(0),
    };
    let given = options.given()?;
    let mut sides = renderings.map(|side| Side::of(&renderer, given.as_ref(), side));
    answer(&renderer, &mut sides);
    let (asked, helm) = (renderer.asked.load(Ordering::Relaxed), renderer.helm.identity.clone());
    Ok(sides.map(|side| RenderedReleases { releases: side.releases, asked, helm: helm.clone() }))
}

/// The Helm of helm-controller if it was built here; else one of the same major version; else it is built.
fn the_helm(context: &Context) -> Result<Helm, Failure> {
    let home = context.layout.charts().join("helm-home");
    let built = |folder: PathBuf| -> Result<Helm> {
        let version = tools::pinned(&context.layout.pins(), "helm.sh/helm/v4")?;
        Ok(Helm::known(folder.join("helm"), version, home.clone()))
    };
    if tools::present(&context.layout, Group::Clients)? {
        let folder = context.layout.tools(&tools::digest(&context.layout.pins())?);
        return Ok(built(folder)?);
    }
    if let Some(found) = Helm::on_path(home.clone())? {
        return Ok(found);
    }
    Ok(built(tools::ensure(&context.layout, Group::Clients, &context.terminal)?)?)
}
