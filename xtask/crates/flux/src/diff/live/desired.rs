//! Every object as its controller would send it.

use base64::Engine as _;
use serde_json::{Map, Value};

use super::super::owner::release;
use super::super::side::{ReleaseObjects, Side};
use super::super::{Identity, OwnerKey};
use super::{Answer, Holder, Observed, Reply, dropped, notes};
use crate::helm::{Action, CrdPolicy};
use crate::render::spec::GROUP;
use crate::render::{Encrypted, Part, value};

/// How an object is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    /// Applied, whatever is there.
    Apply,
    /// Applied if nothing of that name is there.
    IfAbsent,
    /// Not at all: it says so itself, or what is encrypted in it is not known.
    Never,
}

/// The steps of kustomize-controller: what is in one is looked at as a whole before anything of it is applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Stage {
    /// Definitions, namespaces and cluster roles.
    Definitions,
    /// Kinds whose names end with `Class`.
    Classes,
    /// The rest; all of a release.
    Rest,
}

/// Where an object comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum From {
    /// Part and object of the rendering.
    Part(usize, usize),
    /// Release and object of the side.
    Release(usize, usize),
}

/// An object that a controller would send.
#[derive(Debug, Clone, PartialEq)]
pub struct Sent {
    /// Who makes it.
    pub owner: OwnerKey,
    /// Which; with the namespace that it gets if its kind has one and it names none.
    pub identity: Identity,
    /// The name under which the controller owns fields.
    pub manager: &'static str,
    /// Whether it is sent.
    pub manner: Manner,
    /// The object.
    pub object: Value,
    /// Is it made anew if the API server does not let it be changed?
    pub(super) is_forced: bool,
    pub(super) stage: Stage,
    pub(super) from: From,
}

impl Sent {
    /// The object without fields that a refusal calls unknown, if its controller would have lost them before it asked.
    pub fn without_unknown(&self, why: &str) -> Option<Value> {
        self.is_of_kustomization().then(|| dropped::without_unknown(&self.object, why)).flatten()
    }

    /// Is it sent by kustomize-controller?
    pub fn is_of_kustomization(&self) -> bool {
        matches!(self.from, From::Part(..))
    }

    /// Which object it is in the words of the cluster: only that knows which kinds have namespaces.
    pub(super) fn identity_in(&self, reply: &Reply) -> Identity {
        let known = match (&reply.live, &reply.answer) {
            (Some(live), _) => Some(live),
            (None, Answer::Takes(object)) => Some(object),
            (None, _) => None,
        };
        known.map_or_else(|| self.identity.clone(), |object| Identity::of(object, ""))
    }

    /// Is the object made anew, since it cannot be changed?
    pub(super) fn is_made_anew(&self, reply: &Reply) -> bool {
        let is_forced = self.is_forced || reply.live.as_ref().is_some_and(notes::is_forced);
        reply.live.is_some() && is_forced && matches!(reply.answer, Answer::Refuses { is_fixed: true, .. })
    }
}

/// Everything that would be sent.
#[derive(Debug, Clone, Default)]
pub struct Desired {
    /// The objects.
    pub sent: Vec<Sent>,
}

impl Desired {
    /// What the controllers would send of a rendering to a cluster in which these are.
    pub fn of(side: &Side<'_>, holders: &[Holder]) -> Self {
        let parts = side.rendering.parts.iter().enumerate();
        let parts = parts.filter(|(_, part)| !part.is_beside && !part.kustomization.name.name.is_empty());
        let mut sent: Vec<Sent> = parts.flat_map(|(number, part)| of_part(number, part)).collect();
        for (number, objects) in side.releases.iter().enumerate() {
            let key = OwnerKey::of_release(&objects.name);
            let holder = holders.iter().find(|holder| holder.key == key);
            sent.extend(of_release(side, number, objects, &key, holder));
        }
        Desired { sent }
    }

    /// The object that a Kustomization or HelmRelease itself is: its number, and what was replied to it.
    pub(super) fn own<'o>(&self, key: &OwnerKey, observed: &'o Observed) -> Option<(usize, &'o Reply)> {
        let number = self.sent.iter().position(|sent| Holder::is_of(key, &sent.identity))?;
        Some((number, observed.replies.get(number)?))
    }
}

fn of_part(number: usize, part: &Part) -> Vec<Sent> {
    let owner = OwnerKey::of_part(part);
    let spec = value(&part.kustomization.object)["spec"].take();
    if is_elsewhere(&spec) {
        return Vec::new();
    }
    let each = part.objects.iter().enumerate().map(|(index, rendered)| {
        let mut object = normalized(value(&rendered.node));
        for (field, common) in [("labels", "labels"), ("annotations", "annotations")] {
            let more = spec["commonMetadata"][common].as_object();
            add(
                &mut object,
                field,
                more.into_iter().flatten().map(|(key, value)| (key.clone(), value.clone())),
            );
        }
        let labels = [("name", &owner.name), ("namespace", &owner.namespace)];
        add(
            &mut object,
            "labels",
            labels.map(|(key, value)| (format!("{GROUP}/{key}"), value.as_str().into())).into_iter(),
        );
        let manner = match rendered.encrypted {
            Encrypted::Masked => Manner::Never,
            Encrypted::No if notes::is_left_alone(&object) => Manner::Never,
            Encrypted::No if notes::is_made_once(&object) => Manner::IfAbsent,
            Encrypted::No => Manner::Apply,
        };
        Sent {
            owner: owner.clone(),
            identity: Identity::of(&object, ""),
            manager: "kustomize-controller",
            manner,
            is_forced: spec["force"] == true || notes::is_forced(&object),
            stage: stage(&object),
            from: From::Part(number, index),
            object,
        }
    });
    each.collect()
}

/// Does a Kustomization or HelmRelease work in another cluster?
pub(super) fn is_elsewhere(spec: &Value) -> bool {
    spec.get("kubeConfig").is_some_and(|config| !config.is_null())
}

/// What kustomize-controller does to every object (`normalize` of `github.com/fluxcd/pkg/ssa`), as far as it can be seen.
fn normalized(mut object: Value) -> Value {
    let is = |kind: &str, api: &str| object["kind"] == kind && object["apiVersion"] == api;
    let (is_secret, is_definition) =
        (is("Secret", "v1"), is("CustomResourceDefinition", "apiextensions.k8s.io/v1"));
    let Some(fields) = object.as_object_mut() else { return object };
    if !is_definition {
        fields.shift_remove("status");
    }
    if let Some(Value::Object(texts)) = is_secret.then(|| fields.shift_remove("stringData")).flatten() {
        let data = fields.entry("data").or_insert_with(|| Value::Object(Map::new()));
        let encoded = |text: Value| match text {
            Value::String(text) => base64::engine::general_purpose::STANDARD.encode(text).into(),
            other => other,
        };
        if let Some(data) = data.as_object_mut() {
            data.extend(texts.into_iter().map(|(key, text)| (key, encoded(text))));
        }
    }
    object
}

fn of_release(
    side: &Side<'_>,
    number: usize,
    objects: &ReleaseObjects,
    key: &OwnerKey,
    holder: Option<&Holder>,
) -> Vec<Sent> {
    let Some((_, found)) = release(side, key) else { return Vec::new() };
    if is_elsewhere(&value(&found.object.node)["spec"]) {
        return Vec::new();
    }
    let installed = holder.and_then(|holder| holder.installed.as_ref());
    let action = if installed.is_some() { Action::Upgrade } else { Action::Install };
    let helm = found.release_name();
    let mut sent = Vec::new();
    for (index, node) in objects.objects.iter().enumerate() {
        let mut object = value(node);
        // Hooks come and go by rules of their own.
        if object.pointer("/metadata/annotations").and_then(|all| all.get("helm.sh/hook")).is_some() {
            continue;
        }
        let identity = Identity::of(&object, &objects.namespace);
        let manner = if is_beside_release(&object, &identity, holder) {
            match found.crds(action) {
                CrdPolicy::Skip => Manner::Never,
                CrdPolicy::Create => Manner::IfAbsent,
                CrdPolicy::CreateReplace => Manner::Apply,
            }
        } else {
            let labels = [("app.kubernetes.io/managed-by".to_owned(), Value::from("Helm"))];
            add(&mut object, "labels", labels.into_iter());
            let notes = [("name", helm.as_str()), ("namespace", &objects.namespace)];
            let notes = notes.map(|(key, value)| (format!("meta.helm.sh/release-{key}"), Value::from(value)));
            add(&mut object, "annotations", notes.into_iter());
            Manner::Apply
        };
        sent.push(Sent {
            owner: key.clone(),
            identity,
            manager: "helm-controller",
            manner,
            object,
            is_forced: false,
            stage: Stage::Rest,
            from: From::Release(number, index),
        });
    }
    sent
}

/// Is it a definition out of the `crds/` of a chart, which is no part of the release?
fn is_beside_release(object: &Value, identity: &Identity, holder: Option<&Holder>) -> bool {
    let is_held = || holder.is_some_and(|holder| holder.held.iter().any(|held| held.identity == *identity));
    let labels = object.pointer("/metadata/labels");
    let is_template = labels.is_some_and(|all| all.get("helm.sh/chart").is_some());
    identity.kind == "CustomResourceDefinition" && !is_template && !is_held()
}

fn stage(object: &Value) -> Stage {
    let (api, kind) =
        (object["apiVersion"].as_str().unwrap_or_default(), object["kind"].as_str().unwrap_or_default());
    let is_definition = match kind {
        "CustomResourceDefinition" => api.starts_with("apiextensions.k8s.io/"),
        "ClusterRole" => api.starts_with("rbac.authorization.k8s.io/"),
        "Namespace" => api == "v1",
        _ => false,
    };
    match () {
        () if is_definition => Stage::Definitions,
        () if kind.ends_with("Class") => Stage::Classes,
        () => Stage::Rest,
    }
}

/// Adds entries to a mapping of the metadata.
fn add(object: &mut Value, field: &str, entries: impl Iterator<Item = (String, Value)>) {
    let mut entries = entries.peekable();
    if entries.peek().is_none() {
        return;
    }
    let Some(metadata) = object.get_mut("metadata").and_then(Value::as_object_mut) else { return };
    let all = metadata.entry(field).or_insert_with(|| Value::Object(Map::new()));
    if !all.is_object() {
        *all = Value::Object(Map::new());
    }
    if let Some(all) = all.as_object_mut() {
        all.extend(entries);
    }
}
