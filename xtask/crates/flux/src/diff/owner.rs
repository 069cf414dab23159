//! Who makes the objects of a side.

use std::sync::Arc;

use kustomize_rs::yaml::node::Node;
use serde_json::Value;

use super::seal::{self, Seals, Secrets};
use super::side::Side;
use super::{ChartState, OwnerKey, OwnerKind, OwnerState};
use crate::helm::Release;
use crate::helm::chart::{self, Place, Revision, Wanted};
use crate::object::ObjectKey;
use crate::render::spec::{Kustomization, Name, SOURCE_GROUP, is_kind, is_kustomization, text};
use crate::render::{Part, Rendered, value};

impl OwnerKey {
    /// Who makes the objects of a part.
    pub(super) fn of_part(part: &Part) -> Self {
        let Name { namespace, name } = &part.kustomization.name;
        match (part.is_beside, name.is_empty()) {
            (true, _) => OwnerKey::new(OwnerKind::Cluster, "", ""),
            (false, true) => OwnerKey::new(OwnerKind::Entry, "", ""),
            (false, false) => OwnerKey::new(OwnerKind::Kustomization, namespace, name),
        }
    }

    /// A release.
    pub(super) fn of_release(name: &Name) -> Self {
        OwnerKey::new(OwnerKind::HelmRelease, &name.namespace, &name.name)
    }
}

/// The component that a part belongs to.
pub(super) fn component(side: &Side<'_>, part: &Part) -> String {
    let labels = part.kustomization.object.get("metadata").and_then(|meta| meta.get("labels"));
    text(labels, side.component_label).to_owned()
}

/// An owner as it is on a side; none if it is not there. With it, the part that says of which component it is.
pub(super) fn state<'r>(
    side: &Side<'r>,
    key: &OwnerKey,
    seals: &Seals,
    secrets: &Secrets,
) -> Option<(OwnerState, Option<&'r Part>)> {
    let parts = &side.rendering.parts;
    match key.kind {
        OwnerKind::HelmRelease => {
            let (number, release) = release(side, key)?;
            Some((of_release(side, &parts[number], &release, seals, secrets), Some(&parts[number])))
        }
        OwnerKind::Kustomization => {
            let part = parts.iter().find(|part| OwnerKey::of_part(part) == *key)?;
            Some((of_kustomization(side, part, seals, secrets), Some(part)))
        }
        OwnerKind::Cluster | OwnerKind::Entry => Some((OwnerState::default(), None)),
    }
}

/// The release of that name.
pub(super) fn release<'r>(side: &Side<'r>, key: &OwnerKey) -> Option<(usize, Release<'r>)> {
    Release::find(side.rendering, &Name::new(&key.namespace, &key.name))
}

fn of_kustomization(side: &Side<'_>, part: &Part, seals: &Seals, secrets: &Secrets) -> OwnerState {
    let maker = part.made_by.and_then(|number| side.rendering.parts.get(number));
    let is_it = |object: &&Rendered| {
        is_kustomization(&object.node)
            && Kustomization::of(object.node.clone(), &part.kustomization.name.namespace).name
                == part.kustomization.name
    };
    let object = maker.and_then(|maker| Some((maker, maker.objects.iter().find(is_it)?)));
    let object = match object {
        Some((maker, object)) => seals.object(maker, object, secrets),
        None => value(&part.kustomization.object),
    };
    let state = of_object(OwnerKind::Kustomization, &object, maker.map(OwnerKey::of_part), None);
    OwnerState { is_suspended: part.kustomization.is_suspended, ..state }
}

fn of_release(
    side: &Side<'_>,
    part: &Part,
    release: &Release<'_>,
    seals: &Seals,
    secrets: &Secrets,
) -> OwnerState {
    let object = seals.object(part, release.object, secrets);
    let chart = chart(side, release);
    let state = of_object(OwnerKind::HelmRelease, &object, Some(OwnerKey::of_part(part)), chart);
    OwnerState {
        is_suspended: release.is_suspended(),
        target_namespace: release.namespace().to_owned(),
        ..state
    }
}

/// The state that the object of an owner says.
pub(super) fn of_object(
    kind: OwnerKind,
    object: &Value,
    maker: Option<OwnerKey>,
    chart: Option<ChartState>,
) -> OwnerState {
    let spec = spec(object);
    let text = |pointer: &str| spec.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    let namespace = object.pointer("/metadata/namespace").and_then(Value::as_str).unwrap_or_default();
    let depends_on = |kind: &str| {
        let others = spec["dependsOn"].as_array().into_iter().flatten();
        others.filter_map(|other| ObjectKey::referred(other, kind, namespace)).collect()
    };
    let (is_suspended, target_namespace) = (spec["suspend"] == true, text("/targetNamespace").to_owned());
    if kind == OwnerKind::HelmRelease {
        return OwnerState {
            maker,
            is_suspended,
            prunes: true,
            deletion_policy: String::new(),
            forces: spec["upgrade"]["force"] == true,
            waits: spec["upgrade"]["disableWait"] != true,
            depends_on: depends_on("HelmRelease"),
            target_namespace: if target_namespace.is_empty() {
                namespace.to_owned()
            } else {
                target_namespace
            },
            source: String::new(),
            chart,
            spec: Arc::new(spec),
        };
    }
    let source = ObjectKey::referred(&spec["sourceRef"], "GitRepository", namespace);
    let path = text("/path");
    OwnerState {
        maker,
        is_suspended,
        prunes: spec["prune"] == true,
        deletion_policy: spec["deletionPolicy"].as_str().unwrap_or("MirrorPrune").to_owned(),
        forces: spec["force"] == true,
        waits: spec["wait"] == true,
        depends_on: depends_on("Kustomization"),
        target_namespace,
        source: source.map_or_else(String::new, |source| {
            format!("{source}, {}", if path.is_empty() { "." } else { path })
        }),
        chart: None,
        spec: Arc::new(spec),
    }
}

fn spec(object: &Value) -> Value {
    seal::hidden(object.get("spec").unwrap_or(&Value::Null))
}

/// The chart of a release: what was found, if it was rendered; else what is asked for.
pub(super) fn chart(side: &Side<'_>, release: &Release<'_>) -> Option<ChartState> {
    let place = chart::of(side.rendering, release).ok()?.place;
    let from = place.to_string();
    let last = |path: &str| path.trim_end_matches('/').rsplit('/').next().unwrap_or_default().to_owned();
    let (name, version) = match place {
        Place::Oci { address, wanted: Wanted::Digest(at) } => {
            (last(&address), tag(side, &address, &at).unwrap_or(at))
        }
        Place::Oci { address, wanted: Wanted::Tag(at) | Wanted::Range(at) } => (last(&address), at),
        Place::Index { chart, version, .. } => (chart, version),
        Place::Git { path, revision, .. } => {
            let (Revision::Commit(at) | Revision::Reference(at) | Revision::Range(at)) = revision;
            (last(&path), at)
        }
        Place::Source { path, .. } => (last(&path), String::new()),
    };
    let rendered = side.releases.iter().find(|rendered| rendered.name == release.name);
    let (name, version) = rendered.and_then(|rendered| rendered.chart.clone()).unwrap_or((name, version));
    Some(ChartState { name, version, from })
}

/// The tag that stands beside a digest, which people know the version by.
fn tag(side: &Side<'_>, address: &str, digest: &str) -> Option<String> {
    let objects = side.rendering.parts.iter().flat_map(|part| &part.objects);
    let mut sources = objects.filter(|o| is_kind(&o.node, SOURCE_GROUP, "OCIRepository")).filter_map(|o| {
        let spec = o.node.get("spec");
        let wanted = spec.and_then(|spec| spec.get("ref"));
        let is_it = text(spec, "url").trim_end_matches('/') == address && text(wanted, "digest") == digest;
        is_it.then(|| text(wanted, "tag").to_owned()).filter(|tag| !tag.is_empty())
    });
    sources.next()
}

/// Is it a Kustomization that no part makes?
pub(super) fn is_root(part: &Part) -> bool {
    part.made_by.is_none() && !part.is_beside && !part.kustomization.name.name.is_empty()
}

/// Kind, namespace and name of an object.
pub(super) fn identity(node: &Node, namespace: &str) -> super::Identity {
    let meta = node.get("metadata");
    let own = text(meta, "namespace");
    super::Identity {
        group: text(Some(node), "apiVersion").split_once('/').map_or("", |(group, _)| group).to_owned(),
        kind: text(Some(node), "kind").to_owned(),
        namespace: if own.is_empty() { namespace } else { own }.to_owned(),
        name: text(meta, "name").to_owned(),
    }
}
