//! The fields of a HelmRelease that decide what is rendered.
//!
//! Upstream: `api/v2/helmrelease_types.go`, `internal/action/install.go` and `internal/release/name.go` of helm-controller 1.6.

use serde::Deserialize;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use yamltree::diagnostic::{Diagnostic, Place};

use crate::releases::is_release;
use crate::render::spec::Name;
use crate::render::{Part, Rendered, Rendering, place, value};

/// Namespace of what does not say it.
const DEFAULT_NAMESPACE: &str = "default";
/// The longest that Helm takes as the name of a release.
const LONGEST_NAME: usize = 53;
/// How much of the digest stands in for the rest of a longer name.
const SHORT_DIGEST: usize = 12;

/// What Helm does with the chart.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Action {
    /// It was never there.
    #[default]
    Install,
    /// It is there already.
    Upgrade,
}

/// What happens to the definitions in a chart's `crds/`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
pub enum CrdPolicy {
    /// They are left out.
    Skip,
    /// They are made where there are none.
    #[default]
    Create,
    /// They are made and replaced.
    CreateReplace,
}

/// A HelmRelease of a rendering.
#[derive(Debug, Clone)]
pub struct Release<'r> {
    /// The Kustomization that makes it.
    pub part: &'r Part,
    /// The object.
    pub object: &'r Rendered,
    /// Namespace and name of the object.
    pub name: Name,
    pub(super) spec: Spec,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Spec {
    pub(super) chart: Option<ChartTemplate>,
    pub(super) chart_ref: Option<Reference>,
    release_name: String,
    target_namespace: String,
    suspend: bool,
    install: ActionSpec,
    upgrade: ActionSpec,
    pub(super) post_renderers: Vec<PostRenderer>,
    pub(super) post_render_strategy: Strategy,
    pub(super) common_metadata: CommonMetadata,
}

#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct ChartTemplate {
    pub(super) spec: ChartSpec,
}

/// What a HelmRelease's `chart.spec` and a HelmChart's `spec` have in common.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct ChartSpec {
    pub(super) chart: String,
    pub(super) version: String,
    pub(super) source_ref: Reference,
    pub(super) values_files: Vec<String>,
    pub(super) ignore_missing_values_files: bool,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Reference {
    pub(super) kind: String,
    pub(super) name: String,
    pub(super) namespace: String,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct ActionSpec {
    crds: CrdPolicy,
    disable_hooks: bool,
    disable_schema_validation: bool,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct PostRenderer {
    pub(super) kustomize: Option<Kustomize>,
}

/// Fields that are not listed here are unknown to the API server.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Kustomize {
    pub(super) patches: Vec<Value>,
    pub(super) images: Vec<Value>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Strategy {
    /// Hooks and the rest together.
    #[default]
    Combined,
    /// Hooks and the rest, each for itself.
    Separate,
    /// Hooks are left as they are.
    NoHooks,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct CommonMetadata {
    pub(super) labels: Map<String, Value>,
    pub(super) annotations: Map<String, Value>,
}

impl<'r> Release<'r> {
    /// Every HelmRelease of a rendering, in its order, each with the number of its part; those whose fields cannot be what they are
    /// come back as diagnostics.
    pub fn all(rendering: &'r Rendering) -> impl Iterator<Item = (usize, Result<Self, Box<Diagnostic>>)> {
        let parts = rendering.parts.iter().enumerate();
        let objects = parts.flat_map(|(n, part)| part.objects.iter().map(move |object| (n, part, object)));
        let releases = objects.filter(|(_, _, object)| is_release(object));
        releases.map(|(number, part, object)| (number, Release::of(part, object)))
    }

    /// Every HelmRelease of a part; those whose fields cannot be what they are come back as diagnostics.
    pub fn all_of(part: &'r Part) -> impl Iterator<Item = Result<Self, Box<Diagnostic>>> {
        let objects = part.objects.iter().filter(|object| is_release(object));
        objects.map(move |object| Release::of(part, object))
    }

    /// The HelmRelease of that name, with the number of its part; none too if its fields cannot be what they are.
    pub fn find(rendering: &'r Rendering, name: &Name) -> Option<(usize, Self)> {
        let is_it = |object: &&Rendered| {
            let own = Name::of(&object.node);
            let is_here = own.namespace == name.namespace
                || (own.namespace.is_empty() && name.namespace == DEFAULT_NAMESPACE);
            is_release(object) && own.name == name.name && is_here
        };
        let parts = rendering.parts.iter().enumerate();
        let mut found =
            parts.filter_map(|(number, part)| Some((number, part, part.objects.iter().find(is_it)?)));
        let (number, part, object) = found.next()?;
        Some((number, Release::of(part, object).ok()?))
    }

    fn of(part: &'r Part, object: &'r Rendered) -> Result<Self, Box<Diagnostic>> {
        let mut name = Name::of(&object.node);
        if name.namespace.is_empty() {
            DEFAULT_NAMESPACE.clone_into(&mut name.namespace);
        }
        let mut spec = value(&object.node)["spec"].take();
        without_nulls(&mut spec);
        let spec: Spec = serde_json::from_value(spec).map_err(|error| {
            let message = format!("HelmRelease {name}: its spec cannot be read: {error}");
            let place = place(object.node.at, &part.sources).unwrap_or_else(|| Place::file(name.to_string()));
            Box::new(Diagnostic::error("helm/spec", place, message))
        })?;
        Ok(Release { part, object, name, spec })
    }

    /// What is wrong with it, at its place.
    pub fn diagnostic(&self, code: &'static str, message: &str) -> Diagnostic {
        Diagnostic::error(code, self.place(), format!("HelmRelease {}: {message}", self.name))
    }

    /// What is probably not meant, at its place.
    pub fn warning(&self, code: &'static str, message: &str) -> Diagnostic {
        Diagnostic::warning(code, self.place(), format!("HelmRelease {}: {message}", self.name))
    }

    fn place(&self) -> Place {
        let spec = self.object.node.get("spec");
        let chart = spec.and_then(|spec| spec.get("chart").or_else(|| spec.get("chartRef")));
        let at = chart.map_or(self.object.node.at, |node| node.at);
        let or = || place(self.object.node.at, &self.part.sources);
        place(at, &self.part.sources).or_else(or).unwrap_or_else(|| Place::file(self.name.to_string()))
    }

    /// The name that Helm knows it by: as written, or `[TARGETNAMESPACE-]NAME`, cut where Helm would refuse it.
    pub fn release_name(&self) -> String {
        let Spec { release_name, target_namespace, .. } = &self.spec;
        let full = match (release_name.as_str(), target_namespace.as_str()) {
            ("", "") => self.name.name.clone(),
            ("", target) => format!("{target}-{}", self.name.name),
            (name, _) => name.to_owned(),
        };
        shortened(full)
    }

    /// The namespace of its objects that name none.
    pub fn namespace(&self) -> &str {
        match self.spec.target_namespace.as_str() {
            "" => &self.name.namespace,
            target => target,
        }
    }

    /// Does helm-controller leave it alone?
    pub fn is_suspended(&self) -> bool {
        self.spec.suspend
    }

    /// What happens to the definitions in the chart's `crds/`.
    pub fn crds(&self, action: Action) -> CrdPolicy {
        self.action(action).crds
    }

    /// Everything of it that decides what [`super::post_render()`] makes of what Helm prints.
    pub fn post_rendering(&self) -> Value {
        let spec = value(&self.object.node)["spec"].take();
        let fields =
            ["postRenderers", "postRenderStrategy", "commonMetadata"].map(|field| spec.get(field).cloned());
        serde_json::json!([self.name.namespace, self.name.name, fields])
    }

    pub(super) fn has_hooks(&self, action: Action) -> bool {
        !self.action(action).disable_hooks
    }

    pub(super) fn checks_values(&self, action: Action) -> bool {
        !self.action(action).disable_schema_validation
    }

    fn action(&self, action: Action) -> &ActionSpec {
        match action {
            Action::Install => &self.spec.install,
            Action::Upgrade => &self.spec.upgrade,
        }
    }
}

/// A field that is `null` is as good as missing.
fn without_nulls(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|_, value| !value.is_null());
            fields.values_mut().for_each(without_nulls);
        }
        Value::Array(items) => items.iter_mut().for_each(without_nulls),
        Value::Null => *value = Value::Object(Map::new()),
        _ => {}
    }
}

fn shortened(name: String) -> String {
    if name.len() <= LONGEST_NAME {
        return name;
    }
    let kept = LONGEST_NAME - SHORT_DIGEST - 1;
    let digest = Sha256::digest(name.as_bytes());
    let digest: String = digest.iter().take(SHORT_DIGEST / 2).map(|byte| format!("{byte:02x}")).collect();
    // Go cuts bytes, and names of objects are ASCII.
    let kept = name.get(..kept).unwrap_or(&name);
    format!("{kept}-{digest}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_name_is_cut_as_helm_controller_does_it() {
        assert_eq!(shortened("short".to_owned()), "short");
        // What the sandbox's helm-controller called a release of this name.
        let long = "behaviours-elsewhere-a-name-that-is-too-long-for-helm-to-take-it-as-it-is-now".to_owned();
        assert_eq!(shortened(long), "behaviours-elsewhere-a-name-that-is-too--f8f0424e8b56");
    }

    #[test]
    fn what_is_null_is_missing() {
        let mut spec =
            serde_json::json!({"install": null, "chart": {"spec": {"chart": "a", "version": null}}});
        without_nulls(&mut spec);
        let spec: Spec = serde_json::from_value(spec).unwrap();
        assert_eq!(spec.chart.unwrap().spec.version, "");
    }
}
