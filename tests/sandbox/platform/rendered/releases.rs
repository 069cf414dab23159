//! What `build --charts` says is what helm-controller stored in its release Secrets: effective values, manifests and hooks.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flux::helm::chart::Place;
use flux::helm::{Action, Release};
use flux::render::Rendering;
use flux::render::spec::Name;
use kustomize_rs::Limits;
use kustomize_rs::yaml::json::read_all_as_json;
use serde_json::{Value, json};
use tests::checkout::Checkout;
use tests::shared::{charts, platform};
use xtask::context::{Context, Output};
use xtask::edge::charts::{ChartSet, ChartStore, Metadata, Pulled};
use xtask::edge::terminal::Terminal;
use xtask::edge::tree::{DiskTree, Trees};
use xtask::releases::{self, Options, RenderedRelease, RenderedReleases};
use xtask::sandbox::chart_supply;
use xtask::sandbox::charts_mode::ChartsMode;
use xtask::sandbox::layout::Layout;

use super::{KUSTOMIZATIONS, ROOT, differences, live, name, ready, rendered, serve};

const RELEASES: &str = "helmreleases.helm.toolkit.fluxcd.io";
/// Files below `flux2/releases/`.
const FILES: &str = include_str!("releases.txt");

/// What Helm stored of a release.
struct Stored {
    revision: u64,
    values: Value,
    objects: BTreeMap<String, Value>,
}

/// The newest revision of every release.
fn stored(checkout: &Checkout) -> BTreeMap<Name, Stored> {
    let secrets = live(checkout, "secrets");
    let mut found: BTreeMap<Name, Stored> = BTreeMap::new();
    for secret in secrets.iter().filter(|secret| secret["type"] == "helm.sh/release.v1") {
        let outer = STANDARD.decode(secret["data"]["release"].as_str().unwrap()).unwrap();
        let packed = STANDARD.decode(outer).unwrap();
        let mut text = String::new();
        flate2::read::GzDecoder::new(packed.as_slice()).read_to_string(&mut text).unwrap();
        let release: Value = serde_json::from_str(&text).unwrap();
        let key = Name::new(release["namespace"].as_str().unwrap(), release["name"].as_str().unwrap());
        let revision = release["version"].as_u64().unwrap();
        if found.get(&key).is_some_and(|other| other.revision > revision) {
            continue;
        }
        let hooks = release["hooks"].as_array().into_iter().flatten();
        let hooks = hooks.map(|hook| hook["manifest"].as_str().unwrap());
        let texts = hooks.chain([release["manifest"].as_str().unwrap()]);
        let values = release.get("config").cloned().unwrap_or(json!({}));
        found.insert(key, Stored { revision, values, objects: objects(texts) });
    }
    found
}

/// Objects by what they are called.
fn objects<'t>(texts: impl Iterator<Item = &'t str>) -> BTreeMap<String, Value> {
    let nodes = texts.flat_map(|text| read_all_as_json(text, "release", Limits::default()).unwrap());
    let called = |object: &Value| format!("{} {} {}", object["apiVersion"], object["kind"], name(object));
    nodes.map(|node| flux::render::value(&node)).map(|object| (called(&object), object)).collect()
}

fn context(checkout: &Checkout) -> Context {
    let tools = tests::binary::tools();
    let layout = Layout::new(&checkout.path(), &checkout.target(), tools.parent());
    Context { root: checkout.path(), layout, output: Output::Json, terminal: Terminal::stderr() }
}

/// Every release of a rendering as `build --charts` has it, with the charts that the platform runs on.
fn ours(checkout: &Checkout, rendering: &Rendering, action: Action) -> RenderedReleases {
    let tree = DiskTree::artifact(checkout.path());
    let mode = match charts().as_str() {
        "stand-in" => ChartsMode::StandIn,
        folder => ChartsMode::Folder(folder.into()),
    };
    let charts: ChartSet = chart_supply::for_tree(&tree, &mode).unwrap().charts;
    let context = context(checkout);
    keep(checkout, rendering, &charts, &context.charts());
    let trees = Trees { repository: Box::new(tree), others: BTreeMap::new() };
    let options = Options { action, ..Options::default() };
    releases::rendered(rendering, &trees, &options, &context).unwrap()
}

/// Puts the charts into the store as if `charts pull` had fetched them from where the platform has them.
fn keep(checkout: &Checkout, rendering: &Rendering, charts: &ChartSet, store: &ChartStore) {
    let sources = live(checkout, "ocirepositories.source.toolkit.fluxcd.io");
    for (_, release) in Release::all(rendering) {
        let Ok(asked) = flux::helm::chart::of(rendering, &release.unwrap()) else { continue };
        let Some(chart) = releases::named_in(charts, &asked.place) else { continue };
        let address = match &asked.place {
            Place::Oci { address, .. } => address.as_str(),
            _ => "",
        };
        let source = sources.iter().find(|source| source["spec"]["url"] == address);
        let revision = source.and_then(|source| source.pointer("/status/artifact/revision")?.as_str());
        let manifest = revision.and_then(|revision| Some(revision.split_once('@')?.1.to_owned()));
        let place = asked.place.to_string();
        store.keep(chart).unwrap();
        let Metadata { name, version, .. } = chart.metadata.clone();
        let digest = chart.digest.clone();
        let pulled = Pulled { place: place.clone(), name, version, digest, manifest, is_packaged: true };
        store.note(&place, &pulled).unwrap();
    }
}

/// Where the two differ. Definitions in `crds/` are no part of what Helm stores.
fn compare(release: &RenderedRelease, values: &Value, stored: &Stored) -> Vec<String> {
    let mut found = Vec::new();
    if *values != stored.values {
        found.push(format!("values: ours {values}, stored {}", stored.values));
    }
    let documents: Vec<&str> = release.yaml.split("---\n# Source: ").collect();
    // `CHART/crds/…` or `CHART/charts/OTHER/crds/…`
    let is_template = |document: &&str| {
        let path: Vec<&str> = document.lines().next().unwrap_or_default().split('/').collect();
        path.get(1) != Some(&"crds") && path.get(3).filter(|_| path[1] == "charts") != Some(&"crds")
    };
    let ours =
        objects(documents.iter().filter(|d| is_template(d)).map(|d| d.split_once('\n').map_or("", |d| d.1)));
    for called in ours.keys().chain(stored.objects.keys()).collect::<BTreeSet<_>>() {
        match (ours.get(called), stored.objects.get(called)) {
            (Some(ours), Some(theirs)) => differences("", ours, theirs, called, &mut found),
            (Some(_), None) => found.push(format!("only we have {called}")),
            _ => found.push(format!("only Helm has {called}")),
        }
    }
    found.into_iter().map(|found| format!("{}: {found}", release.name)).collect()
}

fn values_of(rendering: &Rendering, wanted: &Name) -> Value {
    let mut objects = rendering.parts.iter().flat_map(|part| &part.objects);
    let is_wanted =
        |o: &&flux::render::Rendered| flux::releases::is_release(o) && Name::of(&o.node) == *wanted;
    let release = objects.find(is_wanted).unwrap();
    flux::releases::values(rendering, release).unwrap().effective.values.to_value()
}

#[test]
fn every_release_of_the_platform_is_rendered_as_helm_controller_stored_it() {
    let platform = platform();
    let checkout = &platform.checkout;
    let kustomizations = live(checkout, KUSTOMIZATIONS);
    let is_root = |object: &Value| object["metadata"]["labels"].get(ROOT).is_some();
    let rendering = rendered(checkout, kustomizations.iter().filter(|object| is_root(object)));
    let stored = stored(checkout);
    let all = ours(checkout, &rendering, Action::Install).releases;
    let mut found = Vec::new();
    for release in &all {
        if let Some(problem) = &release.problem {
            found.push(format!("{}: {problem}", release.name));
            continue;
        }
        let theirs = &stored[&Name::new(&release.namespace, &release.release)];
        found.extend(compare(release, &values_of(&rendering, &release.name), theirs));
    }
    assert!(found.is_empty(), "{} differences:\n{}", found.len(), found.join("\n"));
    assert!(all.len() > 10, "{}", all.len());
}

#[test]
fn helm_is_asked_only_about_what_changed() {
    const VALUES: &str = "flux2/apps/wordpress/app/values.yaml";
    let platform = platform();
    let checkout = &platform.checkout;
    let kustomizations = live(checkout, KUSTOMIZATIONS);
    let is_root = |object: &Value| object["metadata"]["labels"].get(ROOT).is_some();
    let asked = || {
        let rendering = rendered(checkout, kustomizations.iter().filter(|object| is_root(object)));
        ours(checkout, &rendering, Action::Install).asked
    };
    asked();
    assert_eq!(asked(), 0);
    let before = std::fs::read_to_string(checkout.path().join(VALUES)).unwrap();
    checkout.write(VALUES, &format!("{before}\nsomethingNew: 1\n"));
    let changed = asked();
    checkout.write(VALUES, &before);
    assert_eq!((changed, asked()), (1, 0));
    // The person's way to it; our own charts need no pull.
    let ran = checkout.xtask(&["build", "sandbox", "nginx", "--charts"]).expect(0);
    ran.prints("# HelmRelease oas/nginx, chart nginx ").prints("kind: IngressClass");
}

/// HelmReleases, each with what its spec has beside the chart.
fn sorts() -> Vec<(&'static str, Value)> {
    let values = json!({"number": 50, "large": 12345678, "removed": {"me": null}, "list": ["x"]});
    let patches = json!([{"kustomize": {
        "patches": [
            {"target": {"kind": "Deployment"}, "patch": "- {op: replace, path: /spec/replicas, value: 0}\n- {op: add, path: \
             /metadata/labels, value: {patched: \"yes\"}}"},
            {"patch": "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: sorts-patched}\nautomountServiceAccountToken: false\n"}],
        "images": [{"name": "registry.example.org/a", "newName": "registry.example.org/b", "newTag": "2"}]}},
        {"kustomize": {"patches": [{"target": {"kind": "ConfigMap", "name": ".*-inner"}, "patch": "$patch: delete\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: any}\n"}]}}]);
    let values_from = json!([
        {"kind": "ConfigMap", "name": "sorts-values"},
        {"kind": "Secret", "name": "sorts-values", "valuesKey": "count", "targetPath": "number"},
        {"kind": "ConfigMap", "name": "sorts-values", "valuesKey": "word", "targetPath": "list[0]"},
        {"kind": "ConfigMap", "name": "sorts-missing", "optional": true}]);
    let chart = |more: Value| {
        let mut spec = json!({"chart": "./flux2/releases/charts/sorts", "sourceRef": {"kind": "GitRepository", "name": "openappstack", "namespace": "flux-system"}});
        spec.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({"spec": spec})
    };
    let values_files = json!([
        "flux2/releases/shared-values.yaml",
        "./flux2/releases/charts/sorts/values-more.yaml",
        "missing.yaml"
    ]);
    vec![
        ("plain", json!({})),
        ("values", json!({"values": values})),
        ("values-from", json!({"valuesFrom": values_from, "values": {"text": "inline"}})),
        ("values-files", json!({"chart": chart(json!({"valuesFiles": values_files, "ignoreMissingValuesFiles": true, "reconcileStrategy": "Revision"}))})),
        ("elsewhere", json!({"targetNamespace": "behaviours-elsewhere", "storageNamespace": "behaviours-releases"})),
        ("a-name-that-is-too-long-for-helm-to-take-it-as-it-is-now", json!({"targetNamespace": "behaviours-elsewhere"})),
        ("common-metadata", json!({"commonMetadata": {"labels": {"team": "a", "helm.toolkit.fluxcd.io/name": "loses"}, "annotations": {"note": "n"}}})),
        ("patched", json!({"releaseName": "sorts-patched", "postRenderers": patches})),
        ("no-hooks", json!({"postRenderStrategy": "nohooks", "commonMetadata": {"labels": {"team": "a"}}})),
        ("separate", json!({"postRenderStrategy": "separate", "commonMetadata": {"labels": {"team": "a"}}})),
        ("inner-off", json!({"values": {"inner": {"enabled": false}, "renamed": {"enabled": true}}})),
        ("listed", json!({"values": {"withList": true}})),
        ("unchecked", json!({"install": {"disableSchemaValidation": true}, "values": {"number": 500}})),
        ("refuses-schema", json!({"values": {"number": 500}})),
        ("refuses-fail", json!({"values": {"fails": "this value is not wanted"}})),
        ("refuses-twice", json!({"values": {"twice": true}})),
        ("refuses-patch", json!({"postRenderers": [{"kustomize": {"patches": [
            {"patch": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: no-such-one}\n"}]}}]})),
        ("refuses-chart", json!({"chart": chart(json!({"chart": "./flux2/releases/charts/nowhere"}))})),
        ("refuses-values-file", json!({"chart": chart(json!({"valuesFiles": ["missing.yaml"]}))})),
        ("refuses-values-from", json!({"valuesFrom": [{"kind": "ConfigMap", "name": "sorts-missing"}]})),
    ]
    .into_iter()
    .map(|(name, mut spec)| {
        if spec.get("chart").is_none() {
            spec["chart"] = chart(json!({}));
        }
        (name, spec)
    })
    .collect()
}

/// What both sides say of each that is refused.
const REASONS: [(&str, &str); 7] = [
    ("refuses-schema", "maximum"),
    ("refuses-fail", "this value is not wanted"),
    ("refuses-twice", "already registered id"),
    ("refuses-patch", "no-such-one"),
    ("refuses-chart", "charts/nowhere"),
    ("refuses-values-file", "missing.yaml"),
    ("refuses-values-from", "sorts-missing"),
];

fn release((name, spec): &(&str, Value)) -> Value {
    let mut spec = spec.clone();
    spec["interval"] = json!("1h");
    spec["timeout"] = json!("30s");
    json!({"apiVersion": "helm.toolkit.fluxcd.io/v2", "kind": "HelmRelease",
        "metadata": {"name": name, "namespace": "behaviours-releases"}, "spec": spec})
}

/// Installed, or why not; nothing while the controllers still work.
fn verdict(object: &Value) -> Option<(bool, String)> {
    let (is_ready, reason, message) = ready(object)?;
    // The chart is still on its way.
    let is_early =
        matches!(reason, "SourceNotReady" | "ArtifactFailed") && message.contains("latest generation");
    (is_ready || !is_early).then(|| (is_ready, format!("{reason}: {message}")))
}

#[test]
fn every_sort_of_release_is_rendered_or_refused_as_helm_controller_does_it() {
    let platform = platform();
    let checkout = &platform.checkout;
    serve(checkout, "releases", FILES);
    let all = sorts();
    let namespace = |name: &str| json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}});
    let mut objects = vec![
        namespace("behaviours-releases"),
        namespace("behaviours-elsewhere"),
        json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "sorts-values", "namespace": "behaviours-releases"},
            "data": {"values.yaml": "number: 1\ntext: '007'\nlist: [p, q]\n", "word": "set"}}),
        json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "sorts-values", "namespace": "behaviours-releases"},
            "stringData": {"count": "12"}}),
    ];
    objects.extend(all.iter().map(release));
    checkout.write(
        "../releases.json",
        &json!({"apiVersion": "v1", "kind": "List", "items": objects}).to_string(),
    );
    // As Flux does it; a client-side apply takes what is null as not there.
    checkout.kubectl(&["apply", "--server-side", "--filename", "../releases.json"]).expect(0);
    let is_ours = |object: &Value| object["metadata"]["namespace"] == "behaviours-releases";
    let found: BTreeMap<String, (bool, String)> = checkout.wait("each release has a verdict", 180, || {
        let found = live(checkout, RELEASES).into_iter().filter(is_ours);
        let found: BTreeMap<_, _> = found.filter_map(|o| Some((name(&o).name, verdict(&o)?))).collect();
        if found.len() == all.len() {
            Ok(found)
        } else {
            Err(format!("{} of {}: {found:?}", found.len(), all.len()))
        }
    });
    let stored = stored(checkout);
    let rendering = beside(checkout, &objects);
    let mut different = Vec::new();
    for release in ours(checkout, &rendering, Action::Install).releases {
        let short = &release.name.name;
        let (is_installed, why) = &found[short];
        let problem = release.problem.as_ref().map(ToString::to_string);
        if problem.is_none() != *is_installed || problem.is_some() != short.starts_with("refuses-") {
            different.push(format!("{short}: ours {problem:?}, live {is_installed} {why}"));
        } else if let Some(problem) = problem {
            let reason = REASONS.iter().find(|(name, _)| name == short).unwrap().1;
            if !problem.contains(reason) || !why.contains(reason) {
                different.push(format!("{short}: not `{reason}`: ours {problem}, live {why}"));
            }
        } else {
            let theirs = &stored[&Name::new(&release.namespace, &release.release)];
            different.extend(compare(&release, &values_of(&rendering, &release.name), theirs));
        }
    }
    checkout.kubectl(&["delete", "--filename", "../releases.json", "--wait=false"]).expect(0);
    assert!(different.is_empty(), "{} differences:\n{}", different.len(), different.join("\n"));
}

/// A rendering of objects that nothing makes: those of the cluster.
fn beside(checkout: &Checkout, objects: &[Value]) -> Rendering {
    use flux::render::{Entry, Inputs, render};
    use kustomize_rs::yaml::json::read_as_json;
    let source = checkout.object("gitrepository", "flux-system", "openappstack").unwrap();
    let root = json!({"apiVersion": "kustomize.toolkit.fluxcd.io/v1", "kind": "Kustomization",
        "metadata": {"name": "nothing", "namespace": "flux-system"},
        "spec": {"path": "./flux2/nothing", "sourceRef": {"kind": "GitRepository", "name": "openappstack"}}});
    let all = objects.iter().chain([&source, &root]);
    let read = |object: &Value| {
        (read_as_json(&object.to_string(), "live", Limits::default()).unwrap(), "live".to_owned())
    };
    let tree = DiskTree::artifact(checkout.path());
    render(&Inputs::new(&tree, Entry::Objects(all.map(read).collect())))
}

/// The groups of definitions, which are in the cluster only because somebody brought them.
fn groups_of_definitions(checkout: &Checkout) -> BTreeSet<String> {
    let definitions = live(checkout, "customresourcedefinitions");
    definitions.iter().filter_map(|crd| Some(crd["spec"]["group"].as_str()?.to_owned())).collect()
}

#[test]
fn the_built_in_api_versions_are_those_of_the_api_server() {
    let platform = platform();
    let checkout = &platform.checkout;
    let raw = |path: &str| checkout.kubectl(&["get", "--raw", path]).expect(0).json();
    let brought = groups_of_definitions(checkout);
    let groups = raw("/apis");
    let versions = groups["groups"].as_array().unwrap().iter().filter_map(|group| {
        let is_built_in = !brought.contains(group["name"].as_str()?);
        is_built_in.then(|| group["versions"].as_array().unwrap())
    });
    let versions = versions.flatten().map(|version| version["groupVersion"].as_str().unwrap().to_owned());
    let mut found = BTreeSet::new();
    for version in versions.chain(["v1".to_owned()]) {
        let path = if version == "v1" { "/api/v1".to_owned() } else { format!("/apis/{version}") };
        let resources = raw(&path);
        let kinds = resources["resources"].as_array().unwrap().iter();
        found.extend(kinds.map(|resource| format!("{version}/{}", resource["kind"].as_str().unwrap())));
        found.insert(version);
    }
    let known: BTreeSet<String> = flux::helm::BUILT_IN.lines().map(str::to_owned).collect();
    if std::env::var_os("UPDATE").is_some() {
        let text = found.iter().map(|version| format!("{version}\n")).collect::<String>();
        std::fs::write(tests::repository::root().join("xtask/crates/flux/data/api_versions.txt"), text)
            .unwrap();
        return;
    }
    assert_eq!(known, found, "UPDATE=1 writes them");
}
