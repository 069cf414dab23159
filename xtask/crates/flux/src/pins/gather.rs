//! From files to pins.

use yamltree::diagnostic::{Diagnostic, Place};
use yamltree::document;
use yamltree::node::{Node, Step};
use yamltree::path::RepoPath;
use yamltree::tree::{Tree, files_below};

use super::{LOCAL_SOURCE, Pin, SourceKind, is_exact};

const SOURCES: [&str; 3] = ["OCIRepository", "HelmRepository", "GitRepository"];

/// One document of one file.
struct Manifest {
    file: RepoPath,
    node: Node,
    /// Its own namespace, or that of the kustomization.yaml beside it.
    namespace: Option<String>,
}

pub(super) fn read(tree: &dyn Tree) -> (Vec<Pin>, Vec<Diagnostic>) {
    let mut diagnostics = Vec::new();
    let manifests = manifests(tree, &mut diagnostics);
    let mut pins: Vec<Pin> = manifests
        .iter()
        .filter(|m| m.text(&["kind"]) == Some("HelmRelease"))
        .filter_map(|release| pin(release, &manifests, &mut diagnostics))
        .collect();
    pins.sort_by(|a, b| (&a.tier, &a.component, &a.release).cmp(&(&b.tier, &b.component, &b.release)));
    diagnostics.sort();
    (pins, diagnostics)
}

fn manifests(tree: &dyn Tree, diagnostics: &mut Vec<Diagnostic>) -> Vec<Manifest> {
    let Ok(top) = RepoPath::new("flux2") else { return Vec::new() };
    let files = files_below(tree, &top);
    let charts: Vec<RepoPath> =
        files.iter().filter(|f| f.name() == Some("Chart.yaml")).filter_map(RepoPath::parent).collect();
    let in_chart = |file: &RepoPath| charts.iter().any(|chart| file.starts_with(chart));
    let is_yaml = |file: &RepoPath| file.as_str().ends_with(".yaml") || file.as_str().ends_with(".yml");
    let mut manifests = Vec::new();
    for file in files.into_iter().filter(|f| is_yaml(f) && !in_chart(f)) {
        let text = match tree.read(&file) {
            Ok(text) => text,
            Err(error) => {
                diagnostics.push(Diagnostic::error(
                    "pins/unreadable",
                    Place::file(file.as_str()),
                    error.to_string(),
                ));
                continue;
            }
        };
        // Most files hold neither; parsing them is what takes time.
        let is_wanted = |kind: &&str| text.contains(kind);
        if !SOURCES.iter().chain(&["HelmRelease"]).any(is_wanted) {
            continue;
        }
        let parsed = document::parse(file.as_str(), &text);
        diagnostics.extend(parsed.diagnostics);
        for node in parsed.documents {
            let kind = node.get("kind").and_then(Node::as_str).unwrap_or_default();
            if kind == "HelmRelease" || SOURCES.contains(&kind) {
                let own = node
                    .at(&["metadata".into(), "namespace".into()])
                    .and_then(Node::as_str)
                    .map(str::to_owned);
                let namespace = own.or_else(|| folder_namespace(tree, &file));
                manifests.push(Manifest { file: file.clone(), node, namespace });
            }
        }
    }
    manifests
}

/// The namespace that the kustomization.yaml beside a file gives to everything.
fn folder_namespace(tree: &dyn Tree, file: &RepoPath) -> Option<String> {
    let path = file.parent()?.join("kustomization.yaml").ok()?;
    let text = tree.read(&path).ok()?;
    document::single(path.as_str(), &text).0?.get("namespace")?.as_str().map(str::to_owned)
}

impl Manifest {
    fn text(&self, keys: &[&str]) -> Option<&str> {
        self.node.at(&route(keys)).and_then(Node::as_str)
    }

    /// The text at a route, also if somebody wrote a bare number.
    fn scalar(&self, keys: &[&str]) -> Option<String> {
        let value = self.node.at(&route(keys))?.to_value();
        value.as_str().map(str::to_owned).or_else(|| value.is_number().then(|| value.to_string()))
    }

    fn place(&self, keys: &[&str]) -> Place {
        self.node.place_of(self.file.as_str(), &route(keys))
    }

    fn has(&self, keys: &[&str]) -> bool {
        self.node.at(&route(keys)).is_some()
    }
}

fn route(keys: &[&str]) -> Vec<Step> {
    keys.iter().map(|key| Step::from(*key)).collect()
}

fn pin(release: &Manifest, all: &[Manifest], diagnostics: &mut Vec<Diagnostic>) -> Option<Pin> {
    let name = release.text(&["metadata", "name"]).unwrap_or_default();
    let mut report =
        |code, place: Place, message: String| diagnostics.push(Diagnostic::error(code, place, message));
    let chart: &[&str] = &["spec", "chart", "spec"];
    let at = |key: &'static str| [chart, &[key]].concat();
    let (reference, default_kind) = match (release.has(&["spec", "chartRef"]), release.has(chart)) {
        (true, false) => (vec!["spec", "chartRef"], "OCIRepository"),
        (false, true) => (at("sourceRef"), "HelmRepository"),
        _ => {
            let message =
                format!("HelmRelease `{name}` needs exactly one of `spec.chart` and `spec.chartRef`");
            report("pins/chart", release.place(&["spec"]), message);
            return None;
        }
    };
    let of = |key: &'static str| release.text(&[reference.as_slice(), &[key]].concat());
    let kind = of("kind").unwrap_or(default_kind);
    let source_name = of("name").unwrap_or_default();
    let source_namespace = of("namespace").map(str::to_owned).or_else(|| release.namespace.clone());
    let mut segments = release.file.segments().skip(1);
    let (tier, component) = (segments.next().unwrap_or_default(), segments.next().unwrap_or_default());
    let chart_name = release.text(&at("chart")).unwrap_or_default();
    let mut pin = Pin {
        component: component.to_owned(),
        tier: tier.to_owned(),
        release: name.to_owned(),
        namespace: release.namespace.clone(),
        chart: last_part(chart_name).to_owned(),
        version: release.scalar(&at("version")),
        digest: None,
        source: SourceKind::Http,
        source_name: source_name.to_owned(),
        source_namespace: source_namespace.clone(),
        url: None,
        chart_path: None,
        place: release.place(&[]),
        version_place: release.has(&at("version")).then(|| release.place(&at("version"))),
        source_place: None,
    };
    if kind == "GitRepository" && source_name == LOCAL_SOURCE {
        pin.source = SourceKind::Local;
        pin.version = None;
        pin.version_place = None;
        pin.chart_path = RepoPath::new(chart_name).ok().map(|path| path.as_str().to_owned());
        return Some(pin);
    }
    let Some(source) = find(all, kind, source_name, source_namespace.as_deref(), release) else {
        let message =
            format!("HelmRelease `{name}` takes its chart from {kind} `{source_name}`, which the tree lacks");
        report("pins/source", release.place(&reference), message);
        return None;
    };
    pin.url = source.text(&["spec", "url"]).map(str::to_owned);
    pin.source_place = Some(source.place(&[]));
    match kind {
        "OCIRepository" => {
            pin.source = SourceKind::Oci;
            pin.chart = last_part(pin.url.as_deref().unwrap_or_default()).to_owned();
            take_ref(&mut pin, source, "tag", "digest");
        }
        "GitRepository" => {
            pin.source = SourceKind::Git;
            pin.chart_path = RepoPath::new(chart_name).ok().map(|path| path.as_str().to_owned());
            take_ref(&mut pin, source, "tag", "commit");
        }
        _ if source.text(&["spec", "type"]) == Some("oci") => pin.source = SourceKind::OciRepository,
        _ => {}
    }
    if !pin.version.as_deref().is_some_and(is_exact) {
        let place = pin.version_place.clone().unwrap_or_else(|| match kind {
            "HelmRepository" => release.place(chart),
            _ => source.place(&["spec", "ref"]),
        });
        let written =
            pin.version.as_deref().map_or("no version".to_owned(), |version| format!("`{version}`"));
        let message = format!("HelmRelease `{name}` is pinned to {written}, which is not one exact version");
        report("pins/inexact", place, message);
    }
    Some(pin)
}

/// Version and digest of a source that is pinned itself.
fn take_ref(pin: &mut Pin, source: &Manifest, version: &str, digest: &str) {
    // A range (`semver`) or a branch is taken too, so that the message can name it.
    let written = [version, "semver", "branch"].into_iter().find(|key| source.has(&["spec", "ref", key]));
    pin.version = written.and_then(|key| source.scalar(&["spec", "ref", key]));
    pin.version_place = written.map(|key| source.place(&["spec", "ref", key]));
    pin.digest = source.scalar(&["spec", "ref", digest]);
}

/// The source that is meant: of the right kind and name, in the namespace if both are known; the one in the release's
/// own folder before others.
fn find<'a>(
    all: &'a [Manifest],
    kind: &str,
    name: &str,
    namespace: Option<&str>,
    release: &Manifest,
) -> Option<&'a Manifest> {
    let folder = release.file.parent();
    let fits = |m: &&Manifest| {
        let same_place = match (m.namespace.as_deref(), namespace) {
            (Some(has), Some(wanted)) => has == wanted,
            _ => true,
        };
        m.text(&["kind"]) == Some(kind) && m.text(&["metadata", "name"]) == Some(name) && same_place
    };
    all.iter().filter(fits).min_by_key(|m| m.file.parent() != folder)
}

fn last_part(path: &str) -> &str {
    path.trim_end_matches('/').rsplit('/').next().unwrap_or(path)
}
