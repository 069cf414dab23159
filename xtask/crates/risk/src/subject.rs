//! What rules look at.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use flux::diff::{Change, ChangeKind, Diff, Identity, OwnerKey, OwnerKind};
use flux::graph::Graph;
use flux::object::ObjectKey;
use serde_json::Value;

use crate::changed::{Changed, at, items, text};
use crate::fate::{Fate, fate};
use crate::routes;

/// Group of the API of Kustomizations.
pub(crate) const KUSTOMIZE: &str = "kustomize.toolkit.fluxcd.io";
/// Group of the API of HelmReleases.
pub(crate) const HELM: &str = "helm.toolkit.fluxcd.io";

/// What is different, and what is known of it as a whole.
#[derive(Debug)]
pub struct Subject<'d> {
    /// What is different.
    pub(crate) diff: &'d Diff,
    /// The changes of Kustomizations and HelmReleases.
    pub(crate) owners: Owners<'d>,
    /// Who waits for whom, before and after, if that is known of everything.
    pub(crate) graphs: Option<(&'d Graph, &'d Graph)>,
    /// Namespaces that are deleted.
    pub(crate) deleted_namespaces: BTreeSet<&'d str>,
    /// Groups and kinds whose definitions are deleted.
    pub(crate) deleted_kinds: BTreeSet<(&'d str, &'d str)>,
    /// Hosts of all objects that changed, as they were.
    pub(crate) hosts_before: BTreeSet<String>,
    /// Hosts of all objects that changed, as they are.
    pub(crate) hosts_after: BTreeSet<String>,
}

impl<'d> Subject<'d> {
    /// What is different, and nothing else.
    pub fn new(diff: &'d Diff) -> Self {
        let mut subject = Subject {
            diff,
            owners: Owners::of(diff),
            graphs: None,
            deleted_namespaces: BTreeSet::new(),
            deleted_kinds: BTreeSet::new(),
            hosts_before: BTreeSet::new(),
            hosts_after: BTreeSet::new(),
        };
        for change in &diff.changes {
            let is_deleted =
                change.kind == ChangeKind::Removed && fate(diff, &subject.owners, change) == Fate::Deleted;
            let object = change.before.as_deref().unwrap_or(&Value::Null);
            match (change.object.group.as_str(), change.object.kind.as_str()) {
                ("", "Namespace") if is_deleted => {
                    subject.deleted_namespaces.insert(&change.object.name);
                }
                ("apiextensions.k8s.io", "CustomResourceDefinition") if is_deleted => {
                    let (group, kind) = (text(object, "spec.group"), text(object, "spec.names.kind"));
                    subject.deleted_kinds.insert((group, kind));
                }
                _ => {}
            }
            let hosts = |object: &Option<_>| object.as_deref().map(routes::hosts).unwrap_or_default();
            subject.hosts_before.extend(hosts(&change.before));
            subject.hosts_after.extend(hosts(&change.after));
        }
        subject
    }

    /// With what surrounds it.
    pub fn within(mut self, before: &'d Graph, after: &'d Graph) -> Self {
        self.graphs = Some((before, after));
        self
    }

    /// Each object that changed.
    pub(crate) fn changes(&self) -> impl Iterator<Item = Changed<'_>> {
        self.diff.changes.iter().map(|change| Changed::of(self, change))
    }

    /// The change of that Kustomization or HelmRelease.
    pub(crate) fn of_owner(&self, key: &OwnerKey) -> Option<Changed<'_>> {
        self.owners.change(key).map(|change| Changed::of(self, change))
    }

    /// What Kustomizations and HelmReleases wait for, as far as it is known: each with its owner.
    pub(crate) fn waits(&self) -> BTreeMap<ObjectKey, Vec<ObjectKey>> {
        let mut waits: BTreeMap<ObjectKey, Vec<ObjectKey>> = BTreeMap::new();
        for owner in &self.diff.owners {
            if let (Some(object), Some(state)) = (identity(&owner.key), &owner.after) {
                waits.insert(key_of(&object), state.depends_on.clone());
            }
        }
        for changed in self.changes().filter(|changed| changed.is_flux() && !changed.after.is_null()) {
            let object = &changed.change.object;
            let all = items(at(changed.after, "spec.dependsOn"));
            let all = all.iter().filter_map(|it| ObjectKey::referred(it, &object.kind, &object.namespace));
            waits.insert(key_of(object), all.collect());
        }
        waits
    }
}

/// The changes of Kustomizations and HelmReleases, by who they are.
#[derive(Debug, Default)]
pub(crate) struct Owners<'d>(HashMap<OwnerKey, &'d Change>);

impl<'d> Owners<'d> {
    fn of(diff: &'d Diff) -> Self {
        let key = |change: &'d Change| {
            let Identity { group, kind, namespace, name } = &change.object;
            let kind = match (group.as_str(), kind.as_str()) {
                (KUSTOMIZE, "Kustomization") => OwnerKind::Kustomization,
                (HELM, "HelmRelease") => OwnerKind::HelmRelease,
                _ => return None,
            };
            Some((OwnerKey::new(kind, namespace, name), change))
        };
        Owners(diff.changes.iter().filter_map(key).collect())
    }

    /// The change of that Kustomization or HelmRelease.
    pub(crate) fn change(&self, key: &OwnerKey) -> Option<&'d Change> {
        self.0.get(key).copied()
    }
}

/// The object that an owner is; none for the cluster and the entry.
pub(crate) fn identity(key: &OwnerKey) -> Option<Identity> {
    let group = match key.kind {
        OwnerKind::Kustomization => KUSTOMIZE,
        OwnerKind::HelmRelease => HELM,
        OwnerKind::Cluster | OwnerKind::Entry => return None,
    };
    Some(Identity {
        group: group.to_owned(),
        kind: format!("{:?}", key.kind),
        namespace: key.namespace.clone(),
        name: key.name.clone(),
    })
}

/// Kind, namespace and name.
pub(crate) fn key_of(object: &Identity) -> ObjectKey {
    ObjectKey::new(&object.kind, &object.namespace, &object.name)
}
