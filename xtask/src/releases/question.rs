//! What Helm is asked about a release, and its answer.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};

use flux::helm::{self, Action, Applied, Release, Template, api_versions, post_render};
use flux::releases;
use flux::render::Rendering;
use kustomize_rs::yaml::emit;
use yamltree::diagnostic::Diagnostic;

use super::Options;
use super::answers::{self, Answers, Kept};
use super::charts_at_hand::{ChartsAtHand, Ready};
use crate::edge::charts::{ChartStore, DEFINITION};
use crate::edge::helm::Helm;

/// What is the same for all releases.
pub(super) struct Renderer<'o> {
    pub(super) store: ChartStore,
    pub(super) helm: Helm,
    pub(super) answers: Answers,
    pub(super) kube_version: String,
    pub(super) options: &'o Options,
    pub(super) threads: usize,
    /// How often Helm was asked.
    pub(super) asked: AtomicUsize,
}

/// A release that is ready for Helm.
pub(super) struct Question<'r> {
    pub(super) release: Release<'r>,
    pub(super) template: Template,
    pub(super) chart: Ready,
    /// What tells it from every other question but for API versions.
    pub(super) key: String,
    /// Does the answer depend on the API versions?
    pub(super) asks_api_versions: bool,
    /// May the answer bring API versions?
    pub(super) may_bring_api_versions: bool,
}

impl<'r> Question<'r> {
    pub(super) fn of(
        renderer: &Renderer<'_>,
        charts: &ChartsAtHand<'r>,
        rendering: &'r Rendering,
        release: Release<'r>,
    ) -> Result<Self, Box<Diagnostic>> {
        let mut chart = charts.ready(&helm::chart::of(rendering, &release)?, &release)?;
        let values = releases::values(rendering, release.object)
            .map_err(|error| Box::new(release.diagnostic("helm/values", &error.to_string())))?;
        let values = values.effective.values.to_value();
        let is_installed = renderer.options.installed.contains(&release.name);
        let action = if is_installed { Action::Upgrade } else { renderer.options.action };
        let mut template = Template::of(&release, action, &renderer.kube_version, values);
        if template.checks_values && chart.contents.schema_needs_network {
            template.checks_values = false;
            let message = "its values are not held against the chart's schema, which refers to the network";
            chart.warnings.push(release.warning("helm/schema", message));
        }
        // Templates may stand in values, and whole objects in values and patches.
        let (values, after) = (template.values.to_string(), release.post_rendering().to_string());
        let may_bring = |text: &str| text.contains(DEFINITION);
        Ok(Question {
            key: answers::key(&[&renderer.helm.identity, &chart.digest, &after], &template),
            asks_api_versions: chart.contents.asks_api_versions || values.contains("APIVersions"),
            may_bring_api_versions: chart.contents.may_bring_api_versions
                || may_bring(&values)
                || may_bring(&after),
            release,
            template,
            chart,
        })
    }

    /// What Helm and the release's post-renderers make of it: what was kept, or else Helm is asked.
    pub(super) fn answer(&self, renderer: &Renderer<'_>) -> Result<Kept, Box<Diagnostic>> {
        let (printed_key, key) = self.keys(renderer);
        match renderer.answers.objects(&key) {
            Some(kept) => Ok(kept),
            None => self.asked(renderer, &printed_key, &key),
        }
    }

    /// The API versions that the answer brings.
    pub(super) fn brought(&self, renderer: &Renderer<'_>) -> Result<BTreeSet<String>, Box<Diagnostic>> {
        let (printed_key, key) = self.keys(renderer);
        match renderer.answers.api_versions(&key) {
            Some(versions) => Ok(versions),
            None => self.asked(renderer, &printed_key, &key).map(|kept| kept.api_versions),
        }
    }

    /// Under what Helm's answer is kept, and what became of it.
    fn keys(&self, renderer: &Renderer<'_>) -> (String, String) {
        let printed = answers::key(&[&renderer.helm.identity, &self.chart.digest], &self.template);
        let made = answers::key(&[&printed, answers::this_program()], &self.release.post_rendering());
        (printed, made)
    }

    fn asked(&self, renderer: &Renderer<'_>, printed_key: &str, key: &str) -> Result<Kept, Box<Diagnostic>> {
        let Question { release, template, chart, .. } = self;
        let Renderer { answers, helm, .. } = renderer;
        let wrong =
            |code, error: &dyn std::fmt::Display| Box::new(release.diagnostic(code, &error.to_string()));
        let printed = match answers.printed(printed_key) {
            Some(printed) => printed,
            None => {
                if let Some(given) = &chart.given {
                    renderer.store.keep(given).map_err(|error| wrong("charts/store", &error))?;
                }
                renderer.asked.fetch_add(1, Ordering::Relaxed);
                let printed = helm.template(&renderer.store.archive(&chart.digest), template);
                let printed = printed
                    .map_err(|error| wrong("helm/template", &format!("Helm refuses it: {error:#}")))?;
                answers.keep_printed(printed_key, &printed).map_err(|error| wrong("helm/cache", &error))?;
                printed
            }
        };
        let objects = post_render(release, &printed)?;
        let kept = kept(&objects).map_err(|error| wrong("helm/post-render", &error))?;
        answers.keep_objects(key, &kept).map_err(|error| wrong("helm/cache", &error))?;
        Ok(kept)
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
