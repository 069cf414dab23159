//! What `build` says is what the real controllers applied: every object of every inventory, and of each the fields that
//! kustomize-controller owns.

use std::collections::{BTreeMap, BTreeSet};

use flux::render::spec::Name;
use flux::render::{Entry, Inputs, Part, Rendering, render, value};
use kustomize_rs::Limits;
use kustomize_rs::yaml::json::read_as_json;
use serde_json::{Value, json};
use tests::checkout::Checkout;
use tests::owned;
use tests::shared::platform;
use xtask::edge::tree::DiskTree;
use yamltree::path::RepoPath;
use yamltree::tree::{MemTree, Tree, files_below};

const KUSTOMIZATIONS: &str = "kustomizations.kustomize.toolkit.fluxcd.io";
const MANAGER: &str = "kustomize-controller";
/// What is written into an object between the build and the API server, so that the field manager owns it: kind, end of the path,
/// value.
const ADDED: [(&str, &str, &str); 5] = [
    // The default of the CRD.
    ("Kustomization", "/optional", "false"),
    ("Namespace", "/spec", r#"{"finalizers":["kubernetes"]}"#),
    // The controller itself reads and writes what it has a Go type for (`normalize.UnstructuredList`).
    ("CronJob", "/jobTemplate/metadata", "{}"),
    ("PodTemplate", "/template/metadata", "{}"),
    ("PodTemplate", "/resources", "{}"),
];
const ROOT: &str = "openappstack.org/root";

/// All objects of a kind, with what their managers own.
fn live(checkout: &Checkout, kind: &str) -> Vec<Value> {
    let ran = checkout.kubectl(&["get", kind, "--all-namespaces", "--output=json", "--show-managed-fields"]);
    ran.expect(0).json()["items"].as_array().cloned().unwrap_or_default()
}

fn name(object: &Value) -> Name {
    let text = |field: &str| object["metadata"][field].as_str().unwrap_or_default().to_owned();
    Name { namespace: text("namespace"), name: text("name") }
}

/// Renders what begins with these Kustomizations, with the ConfigMaps and Secrets that lie beside them.
fn rendered<'o>(checkout: &Checkout, roots: impl Iterator<Item = &'o Value>) -> Rendering {
    let is_beside = |object: &Value| object["metadata"]["namespace"] == "flux-system";
    let beside = ["ConfigMap", "Secret"].into_iter().flat_map(|kind| live(checkout, kind)).filter(is_beside);
    let read = |object: &Value| {
        (read_as_json(&object.to_string(), "live", Limits::default()).unwrap(), "live".to_owned())
    };
    let mut objects: Vec<_> = roots.map(read).collect();
    objects.extend(beside.map(|object| read(&object)));
    let tree = DiskTree::artifact(checkout.path());
    let mut rendering = render(&Inputs { threads: 2, ..Inputs::new(&tree, Entry::Objects(objects)) });
    rendering.parts.retain(|part| !part.is_beside);
    rendering
}

/// The entry of an inventory that an object gets (`object.ObjMetadata.String`).
fn inventory_id(object: &Value) -> String {
    let Name { namespace, name } = name(object);
    let version = object["apiVersion"].as_str().unwrap_or_default();
    let group = version.split_once('/').map_or("", |(group, _)| group);
    format!("{namespace}_{}_{group}_{}", name.replace(':', "__"), object["kind"].as_str().unwrap_or_default())
}

fn ids(part: &Part) -> BTreeSet<String> {
    part.objects.iter().map(|object| inventory_id(&value(&object.node))).collect()
}

/// An object as it is applied: the controller writes `stringData` as `data`, and the API server quantities in its own way.
fn as_applied(part_object: &Value) -> Value {
    use base64::Engine as _;
    let mut object = part_object.clone();
    if let Some(Value::Object(texts)) = object.as_object_mut().and_then(|o| o.remove("stringData")) {
        for (key, text) in texts {
            let encoded = base64::engine::general_purpose::STANDARD.encode(text.as_str().unwrap_or_default());
            object["data"][key] = json!(encoded);
        }
    }
    object
}

fn kind_of(object: &Value) -> String {
    let version = object["apiVersion"].as_str().unwrap_or_default();
    let kind = object["kind"].as_str().unwrap_or_default();
    match version.split_once('/') {
        Some((group, version)) => format!("{kind}.{version}.{group}"),
        None => kind.to_owned(),
    }
}

/// Where two values differ, as JSON pointers with both sides.
fn differences(kind: &str, ours: &Value, theirs: &Value, at: &str, found: &mut Vec<String>) {
    match (ours, theirs) {
        (Value::Object(a), Value::Object(b)) => {
            for key in a.keys().chain(b.keys()).collect::<BTreeSet<_>>() {
                let null = Value::Null;
                let (a, b) = (a.get(key).unwrap_or(&null), b.get(key).unwrap_or(&null));
                differences(kind, a, b, &format!("{at}/{key}"), found);
            }
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            for (index, (a, b)) in a.iter().zip(b).enumerate() {
                differences(kind, a, b, &format!("{at}/{index}"), found);
            }
        }
        _ if ours == theirs => {}
        (Value::Null, theirs) if is_added(kind, at, theirs) => {}
        _ => found.push(format!("{at}: ours {ours}, live {theirs}")),
    }
}

fn is_added(kind: &str, at: &str, value: &Value) -> bool {
    ADDED.iter().any(|(k, end, v)| *k == kind && at.ends_with(end) && *v == format!("{value}"))
}

fn compare(checkout: &Checkout, rendering: &Rendering, kustomizations: &[Value]) -> Vec<String> {
    let mut found = Vec::new();
    let mut kinds: BTreeMap<String, BTreeMap<Name, Value>> = BTreeMap::new();
    for part in &rendering.parts {
        let title = part.kustomization.name.to_string();
        if let Some(problem) = &part.problem {
            found.push(format!("{title}: {problem}"));
            continue;
        }
        let Some(object) = kustomizations.iter().find(|object| name(object) == part.kustomization.name)
        else {
            found.push(format!("{title}: not in the cluster"));
            continue;
        };
        let entries = object.pointer("/status/inventory/entries").and_then(Value::as_array);
        let theirs: BTreeSet<String> = entries
            .into_iter()
            .flatten()
            .filter_map(|entry| entry["id"].as_str().map(str::to_owned))
            .collect();
        let ours = ids(part);
        found.extend(ours.difference(&theirs).map(|id| format!("{title}: only we have {id}")));
        found.extend(theirs.difference(&ours).map(|id| format!("{title}: only the cluster has {id}")));
        for object in &part.objects {
            let ours = as_applied(&value(&object.node));
            let kind = kind_of(&ours);
            let all = kinds.entry(kind.clone()).or_insert_with(|| {
                live(checkout, &kind).into_iter().map(|object| (name(&object), object)).collect()
            });
            let Some(theirs) = all.get(&name(&ours)).and_then(|object| owned::applied_by(object, MANAGER))
            else {
                found.push(format!("{title}: {} is not applied", inventory_id(&ours)));
                continue;
            };
            let mut different = Vec::new();
            let short = ours["kind"].as_str().unwrap_or_default();
            differences(short, &ours, &theirs, "", &mut different);
            found.extend(different.into_iter().map(|d| format!("{title}: {}: {d}", inventory_id(&ours))));
        }
    }
    let known: BTreeSet<Name> = rendering.parts.iter().map(|part| part.kustomization.name.clone()).collect();
    let unknown = kustomizations.iter().map(name).filter(|name| !known.contains(name));
    found.extend(unknown.map(|name| format!("{name}: only in the cluster")));
    found
}

/// Commits files (in the form of `MemTree::from_fixture`) below `flux2/FOLDER`, and waits until Flux has them.
fn serve(checkout: &Checkout, folder: &str, fixture: &str) {
    let files = MemTree::from_fixture(fixture).unwrap();
    for path in files_below(&files, &RepoPath::root()) {
        checkout.write(&format!("flux2/{folder}/{path}"), &files.read(&path).unwrap());
    }
    let commit = checkout.commit(folder);
    checkout.wait_until_flux_follows(&commit);
}

/// The condition `Ready`: whether it is true, its reason, and its message; none while it is neither.
fn ready(object: &Value) -> Option<(bool, &str, &str)> {
    let ready = object.pointer("/status/conditions")?.as_array()?.iter().find(|c| c["type"] == "Ready")?;
    let (reason, message) = (ready["reason"].as_str()?, ready["message"].as_str()?);
    match ready["status"].as_str()? {
        "True" => Some((true, reason, message)),
        "False" => Some((false, reason, message)),
        _ => None,
    }
}

mod behaviours;
mod releases;

#[test]
fn what_is_rendered_is_what_the_controllers_applied() {
    let platform = platform();
    let checkout = &platform.checkout;
    let kustomizations = live(checkout, KUSTOMIZATIONS);
    let is_root = |object: &Value| object["metadata"]["labels"].get(ROOT).is_some();
    let rendering = rendered(checkout, kustomizations.iter().filter(|object| is_root(object)));
    let found = compare(checkout, &rendering, &kustomizations);
    assert!(found.is_empty(), "{} differences:\n{}", found.len(), found.join("\n"));
    let objects: usize = rendering.parts.iter().map(|part| part.objects.len()).sum();
    assert!(rendering.parts.len() > 15 && objects > 70, "{} {objects}", rendering.parts.len());
}
