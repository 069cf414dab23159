//! The objects of a side, sorted by who makes them.

use std::collections::{BTreeMap, HashMap, HashSet};

use kustomize_rs::yaml::node::Node;
use serde_json::Value;
use yamltree::diagnostic::Diagnostic;

use super::owner::{self, identity, is_root};
use super::seal::{Known, Seals, Secrets};
use super::side::{ReleaseObjects, Side};
use super::{Identity, OwnerKey, OwnerKind};
use crate::releases;
use crate::render::{Part, Rendered, same};

/// An object of a side.
#[derive(Clone, Copy)]
pub(super) enum Found<'r> {
    /// Of a Kustomization.
    Of(&'r Part, &'r Rendered),
    /// A root, which no part makes.
    Root(&'r Part),
    /// Of a release.
    Made(&'r ReleaseObjects, &'r Node),
}

impl<'r> Found<'r> {
    fn node(self) -> &'r Node {
        match self {
            Found::Of(_, object) => &object.node,
            Found::Root(part) => &part.kustomization.object,
            Found::Made(_, node) => node,
        }
    }

    /// Is it the same in every way that can be seen without looking closer?
    pub(super) fn is_same(self, other: Self) -> bool {
        let ciphers = |found| match found {
            Found::Of(_, object) => &object.ciphers[..],
            _ => &[],
        };
        same(self.node(), other.node()) && ciphers(self) == ciphers(other)
    }
}

/// A side, sorted by owner.
pub(super) struct Sorted<'s, 'r> {
    pub(super) side: &'s Side<'r>,
    pub(super) objects: BTreeMap<OwnerKey, Vec<(Identity, Found<'r>)>>,
    /// Who makes an owner, and why it failed.
    pub(super) owners: BTreeMap<OwnerKey, (Option<OwnerKey>, Option<&'r Diagnostic>)>,
    /// What is secret in the values of each release.
    secrets: HashMap<OwnerKey, Known>,
    /// Its Secrets.
    pub(super) hidden: Secrets,
}

impl<'s, 'r> Sorted<'s, 'r> {
    pub(super) fn of(side: &'s Side<'r>, left_out: &HashSet<usize>) -> Self {
        let mut sorted = Sorted {
            side,
            objects: BTreeMap::new(),
            owners: BTreeMap::new(),
            secrets: HashMap::new(),
            hidden: Secrets::of(side.rendering),
        };
        let parts = &side.rendering.parts;
        for part in parts.iter().enumerate().filter(|(n, _)| !left_out.contains(n)).map(|(_, part)| part) {
            let key = OwnerKey::of_part(part);
            let maker = part.made_by.and_then(|number| parts.get(number)).map(OwnerKey::of_part);
            sorted.owners.insert(key.clone(), (maker, part.problem.as_deref()));
            let objects = part.objects.iter().map(|o| (identity(&o.node, ""), Found::Of(part, o)));
            sorted.objects.entry(key).or_default().extend(objects);
        }
        for part in parts.iter().filter(|part| is_root(part)) {
            let own = identity(&part.kustomization.object, &part.kustomization.name.namespace);
            let is_it = |object: &Rendered| identity(&object.node, &part.kustomization.name.namespace) == own;
            if !parts.iter().any(|part| part.objects.iter().any(is_it)) {
                let cluster = OwnerKey::new(OwnerKind::Cluster, "", "");
                sorted.owners.entry(cluster.clone()).or_insert((None, None));
                sorted.objects.entry(cluster).or_default().push((own, Found::Root(part)));
            }
        }
        for release in side.releases {
            let key = OwnerKey::of_release(&release.name);
            let maker = parts.get(release.part).map(OwnerKey::of_part);
            sorted.owners.insert(key.clone(), (maker, release.problem.as_deref()));
            let objects = release.objects.iter();
            let objects = objects.map(|o| (identity(o, &release.namespace), Found::Made(release, o)));
            sorted.objects.entry(key.clone()).or_default().extend(objects);
        }
        sorted
    }

    /// Can it not be known what the owner makes, since it or whoever makes it fails?
    pub(super) fn is_unseen(&self, key: &OwnerKey, other: &Self) -> bool {
        let mut key = Some(key);
        // Each maker is made before what it makes, so that this ends; a bound costs nothing.
        for _ in 0..=self.owners.len() + other.owners.len() {
            let Some(now) = key else { return false };
            match (self.owners.get(now), other.owners.get(now)) {
                (Some((_, problem)), _) => return problem.is_some(),
                (None, Some((maker, _))) => key = maker.as_ref(),
                (None, None) => return false,
            }
        }
        false
    }

    /// The object with its secrets sealed.
    pub(super) fn sealed(&mut self, found: Found<'r>, seals: &Seals) -> Value {
        match found {
            Found::Of(part, object) => seals.object(part, object, &self.hidden),
            Found::Root(part) => crate::render::value(&part.kustomization.object),
            Found::Made(release, node) => {
                let side = self.side;
                let key = OwnerKey::of_release(&release.name);
                let known = self.secrets.entry(key).or_insert_with(|| release_secrets(side, release));
                seals.of_release(node, known)
            }
        }
    }
}

/// What is secret in the values of a release.
pub(super) fn release_secrets(side: &Side<'_>, release: &ReleaseObjects) -> Known {
    let mut known = Known::default();
    let key = OwnerKey::of_release(&release.name);
    let Some((_, found)) = owner::release(side, &key) else { return known };
    let Ok(found) = releases::values(side.rendering, found.object) else { return known };
    for (index, _) in found.references.iter().enumerate().filter(|(_, r)| r.kind == "Secret") {
        known.add_values(&found.effective.values, index);
    }
    known
}
