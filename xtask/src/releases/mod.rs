//! From the HelmReleases of a rendering to their objects: charts at hand, the real Helm, and what it once said.
//!
//! Helm is asked again only when something changed that decides its answer: the chart, the values, the release's fields, the version
//! of Kubernetes, or (if a template asks for those) the API versions.

mod answers;
mod charts_at_hand;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::Result;
use flux::helm::{self, Action, Applied, BUILT_IN, Release, Template, api_versions, post_render};
use flux::releases;
use flux::render::Rendering;
use flux::render::parallel;
use flux::render::spec::Name;
use kustomize_rs::yaml::node::Node;
use kustomize_rs::yaml::{emit, json};
use yamltree::diagnostic::Diagnostic;

use crate::context::Context;
use crate::edge::charts::ChartSet;
use crate::edge::helm::Helm;
use crate::edge::tree::Trees;
use crate::exit::Failure;
use crate::sandbox::tools::{self, Group};
use answers::{Answers, Kept};
pub use charts_at_hand::named_in;
use charts_at_hand::{ChartsAtHand, Ready};

/// How often the API versions may grow because of what they made charts bring.
const MOST_ROUNDS: usize = 5;

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
            (None, folder) => Ok(folder.as_deref().map(ChartSet::open).transpose()?),
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
    /// Does helm-controller leave it alone?
    pub is_suspended: bool,
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
pub fn rendered<'r>(
    rendering: &'r Rendering,
    trees: &'r Trees,
    options: &'r Options,
    context: &Context,
) -> Result<RenderedReleases, Failure> {
    let all: Vec<(usize, Result<Release<'_>, Box<Diagnostic>>)> = Release::all(rendering).collect();
    if all.is_empty() {
        return Ok(RenderedReleases::default());
    }
    let folder = context.layout.charts();
    let kube_version = match &options.kube_version {
        Some(version) => version.clone(),
        None => tools::pinned(&context.layout.pins(), "k8s.io/kubernetes")?,
    };
    let renderer = Renderer {
        rendering,
        charts: ChartsAtHand::new(context.charts(), options.given()?, rendering, trees)?,
        helm: the_helm(context)?,
        answers: Answers::new(folder),
        kube_version,
        options,
        threads: std::thread::available_parallelism().map_or(1, usize::from),
        asked: AtomicUsize::new(0),
    };
    Ok(renderer.run(all, &options.api_versions))
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

struct Renderer<'r> {
    rendering: &'r Rendering,
    charts: ChartsAtHand<'r>,
    helm: Helm,
    answers: Answers,
    kube_version: String,
    options: &'r Options,
    threads: usize,
    asked: AtomicUsize,
}

/// A release that is ready for Helm.
struct Question<'r> {
    release: Release<'r>,
    template: Template,
    chart: Ready,
}

/// What came of one.
enum Stage<'r> {
    Ready(Box<Question<'r>>),
    Failed(Box<Diagnostic>),
}

impl<'r> Renderer<'r> {
    fn run(
        &self,
        all: Vec<(usize, Result<Release<'r>, Box<Diagnostic>>)>,
        given: &BTreeSet<String>,
    ) -> RenderedReleases {
        let mut releases: Vec<RenderedRelease> =
            all.iter().map(|(part, found)| described(*part, found)).collect();
        let mut stages = parallel::each(self.threads, &all, |(_, release)| match release {
            Ok(release) => {
                self.question(release.clone()).map_or_else(Stage::Failed, |q| Stage::Ready(Box::new(q)))
            }
            Err(found) => Stage::Failed(found.clone()),
        });
        let objects = self.rendering.parts.iter().flat_map(|part| &part.objects);
        let mut known: BTreeSet<String> = objects.flat_map(|object| api_versions(&object.node)).collect();
        known.extend(BUILT_IN.lines().map(str::to_owned));
        known.extend(given.iter().cloned());
        let asks = |stage: &Stage<'_>| matches!(stage, Stage::Ready(q) if q.chart.contents.asks_api_versions);
        let numbers = |wanted: bool, stages: &[Stage<'_>]| -> Vec<usize> {
            (0..stages.len()).filter(|n| asks(&stages[*n]) == wanted).collect()
        };
        // What asks for API versions comes last, and again as long as others bring new ones.
        self.round(&numbers(false, &stages), &stages, &mut releases, &mut known);
        let asking = numbers(true, &stages);
        for _ in 0..MOST_ROUNDS {
            for number in &asking {
                if let Some(Stage::Ready(question)) = stages.get_mut(*number) {
                    question.template.api_versions.clone_from(&known);
                }
            }
            let before = known.len();
            self.round(&asking, &stages, &mut releases, &mut known);
            if known.len() == before {
                break;
            }
        }
        let (asked, helm) = (self.asked.load(Ordering::Relaxed), self.helm.identity.clone());
        RenderedReleases { releases, asked, helm }
    }

    /// Renders these, and adds the API versions that they bring.
    fn round(
        &self,
        numbers: &[usize],
        stages: &[Stage<'_>],
        releases: &mut [RenderedRelease],
        known: &mut BTreeSet<String>,
    ) {
        let done = parallel::each(self.threads, numbers, |number| match &stages[*number] {
            Stage::Ready(question) => self.answer(question),
            Stage::Failed(found) => Err(found.clone()),
        });
        for (number, done) in numbers.iter().zip(done) {
            let release = &mut releases[*number];
            if let Stage::Ready(question) = &stages[*number] {
                release.chart =
                    format!("{} {}", question.chart.contents.name, question.chart.contents.version);
                release.warnings = question.chart.warnings.clone();
                release.archive.clone_from(&question.chart.original);
                release.is_packaged = question.chart.is_packaged;
            }
            match done {
                Ok(kept) => {
                    known.extend(kept.api_versions);
                    release.yaml = kept.yaml;
                }
                Err(found) => release.problem = Some(found),
            }
        }
    }

    fn question(&self, release: Release<'r>) -> Result<Question<'r>, Box<Diagnostic>> {
        let mut chart = self.charts.ready(&helm::chart::of(self.rendering, &release)?, &release)?;
        let values = releases::values(self.rendering, release.object)
            .map_err(|error| Box::new(release.diagnostic("helm/values", &error.to_string())))?;
        let values = values.effective.values.to_value();
        let is_installed = self.options.installed.contains(&release.name);
        let action = if is_installed { Action::Upgrade } else { self.options.action };
        let mut template = Template::of(&release, action, &self.kube_version, values);
        if template.checks_values && chart.contents.schema_needs_network {
            template.checks_values = false;
            let message = "its values are not held against the chart's schema, which refers to the network";
            chart.warnings.push(release.warning("helm/schema", message));
        }
        Ok(Question { release, template, chart })
    }

    fn answer(&self, question: &Question<'_>) -> Result<Kept, Box<Diagnostic>> {
        let Question { release, template, chart } = question;
        let wrong =
            |code, error: &dyn std::fmt::Display| Box::new(release.diagnostic(code, &error.to_string()));
        let printed_key = answers::key(&[&self.helm.identity, &chart.digest], template);
        let key = answers::key(&[&printed_key, answers::this_program()], &release.post_rendering());
        if let Some(kept) = self.answers.objects(&key) {
            return Ok(kept);
        }
        let printed = match self.answers.printed(&printed_key) {
            Some(printed) => printed,
            None => {
                self.asked.fetch_add(1, Ordering::Relaxed);
                let archive = self.charts.archive(&chart.digest);
                let printed = self.helm.template(&archive, template);
                let printed = printed
                    .map_err(|error| wrong("helm/template", &format!("Helm refuses it: {error:#}")))?;
                self.answers
                    .keep_printed(&printed_key, &printed)
                    .map_err(|error| wrong("helm/cache", &error))?;
                printed
            }
        };
        let objects = post_render(release, &printed)?;
        let kept = kept(&objects).map_err(|error| wrong("helm/post-render", &error))?;
        self.answers.keep_objects(&key, &kept).map_err(|error| wrong("helm/cache", &error))?;
        Ok(kept)
    }
}

fn described(part: usize, release: &Result<Release<'_>, Box<Diagnostic>>) -> RenderedRelease {
    let empty = RenderedRelease {
        part,
        name: Name::new("", ""),
        release: String::new(),
        namespace: String::new(),
        chart: String::new(),
        archive: String::new(),
        is_packaged: false,
        is_suspended: false,
        yaml: String::new(),
        problem: None,
        warnings: Vec::new(),
    };
    match release {
        Ok(release) => RenderedRelease {
            name: release.name.clone(),
            release: release.release_name(),
            namespace: release.namespace().to_owned(),
            is_suspended: release.is_suspended(),
            ..empty
        },
        Err(found) => RenderedRelease { problem: Some(found.clone()), ..empty },
    }
}

fn kept(objects: &[Applied]) -> Result<Kept, String> {
    let mut kept = Kept::default();
    for object in objects {
        kept.yaml.push_str(&format!("---\n# Source: {}\n", object.file));
        emit::document(&object.node, &mut kept.yaml).map_err(|error| error.message)?;
        kept.api_versions.extend(api_versions(&object.node));
    }
    Ok(kept)
}
