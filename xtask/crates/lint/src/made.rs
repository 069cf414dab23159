//! Who makes what, so that a rule can say that nobody does.
//!
//! Operators make objects that are in no repository. Those that are known are written down here with the names that they give;
//! where one is not known, nothing is said of its namespace.

mod makers;
mod rights;

use std::collections::BTreeSet;

use flux::object::ObjectKey;
use kustomize_rs::yaml::node::Node;

use crate::subject::{Object, Subject, items, text};
use makers::{MAKERS, Names};

/// Kinds of Flux that others name, and their groups.
const OF_FLUX: [(&str, &str); 10] = [
    ("Bucket", "source.toolkit.fluxcd.io"),
    ("ExternalArtifact", "source.toolkit.fluxcd.io"),
    ("GitRepository", "source.toolkit.fluxcd.io"),
    ("HelmChart", "source.toolkit.fluxcd.io"),
    ("HelmRelease", "helm.toolkit.fluxcd.io"),
    ("HelmRepository", "source.toolkit.fluxcd.io"),
    ("ImageRepository", "image.toolkit.fluxcd.io"),
    ("Kustomization", "kustomize.toolkit.fluxcd.io"),
    ("OCIRepository", "source.toolkit.fluxcd.io"),
    ("Provider", "notification.toolkit.fluxcd.io"),
];

/// Where something that is not known may make objects.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Open {
    /// All kinds in all namespaces.
    Everything,
    /// One kind in all namespaces.
    Everywhere(&'static str),
    /// All kinds in one namespace.
    Namespace(String),
    /// One kind in one namespace.
    Kind(&'static str, String),
}

/// Everything that is known to be made.
#[derive(Debug, Default)]
pub(crate) struct Made {
    is_complete: bool,
    /// Are all objects of Flux known? Charts hold none.
    has_all_of_flux: bool,
    /// With the group of their API.
    objects: BTreeSet<(String, ObjectKey)>,
    /// What operators and controllers make: kind, namespace, and the name or (the flag) how it begins.
    by_operators: BTreeSet<(&'static str, String, String, bool)>,
    open: BTreeSet<Open>,
}

impl Made {
    /// Looks at all objects of a subject.
    pub(crate) fn of(subject: &Subject<'_>) -> Self {
        let mut made = Made {
            is_complete: subject.is_complete(),
            has_all_of_flux: subject.rendering.problems().next().is_none(),
            ..Made::default()
        };
        let definitions =
            subject.objects().filter(|o| o.is("apiextensions.k8s.io", "CustomResourceDefinition"));
        let of_cluster = definitions.filter(|o| o.text(&["spec", "scope"]) == "Cluster");
        let of_cluster = of_cluster.map(|o| (o.text(&["spec", "group"]), o.text(&["spec", "names", "kind"])));
        let of_cluster: BTreeSet<(&str, &str)> = of_cluster.collect();
        for object in subject.objects() {
            made.objects.insert((object.group().to_owned(), object.key()));
            made.made_for(&object, of_cluster.contains(&(object.group(), object.kind())));
        }
        let beside = subject.rendering.parts.iter().filter(|part| part.is_beside);
        for object in beside.flat_map(|part| &part.objects) {
            let key = ObjectKey::of(&flux::render::value(&object.node));
            made.objects.insert((String::new(), key));
        }
        made.open.extend(rights::of(subject));
        made
    }

    /// Is it sure that nobody makes it? `group` is that of the API.
    pub(crate) fn lacks(&self, group: &str, key: &ObjectKey) -> bool {
        self.knows_all(&key.kind, &key.namespace) && !self.is_made(group, key)
    }

    /// Is it sure that somebody makes it? `group` is that of the API.
    pub(crate) fn is_made(&self, group: &str, key: &ObjectKey) -> bool {
        let is_it = |(kind, namespace, name, is_beginning): &(&str, String, String, bool)| {
            *kind == key.kind
                && *namespace == key.namespace
                && if *is_beginning { key.name.starts_with(name.as_str()) } else { key.name == *name }
        };
        self.objects.contains(&(group.to_owned(), key.clone())) || self.by_operators.iter().any(is_it)
    }

    /// Is it sure that nobody makes this object of Flux? A source that is the repository itself, or was given, is there.
    pub(crate) fn lacks_of_flux(&self, key: &ObjectKey, subject: &Subject<'_>) -> bool {
        let Some((_, group)) = OF_FLUX.iter().find(|(kind, _)| *kind == key.kind) else { return false };
        // `flux bootstrap` and the operator of Flux make these where nobody sees it.
        let is_of_bootstrap = key.name == "flux-system";
        self.has_all_of_flux
            && !is_of_bootstrap
            && !self.objects.contains(&((*group).to_owned(), key.clone()))
            && subject.rendering.home(key).is_none()
    }

    /// Is everything of that kind in that namespace known?
    pub(crate) fn knows_all(&self, kind: &str, namespace: &str) -> bool {
        let is_open = |open: &Open| match open {
            Open::Everything => true,
            Open::Everywhere(of) => *of == kind,
            Open::Namespace(name) => name == namespace,
            Open::Kind(of, name) => *of == kind && name == namespace,
        };
        self.is_complete && !self.open.iter().any(is_open)
    }

    /// What others make because this object is there.
    fn made_for(&mut self, object: &Object<'_>, is_of_cluster: bool) {
        let key = object.key();
        // The operator of Flux makes whatever its objects say.
        self.has_all_of_flux &= object.group() != "fluxcd.controlplane.io";
        let notes = object.at(&["metadata", "annotations"]).map_or(&[][..], Node::fields);
        // Controllers that copy objects into other namespaces.
        let copies = |note: &str| {
            note.starts_with("reflector.v1.k8s.emberstack.com/")
                || note.starts_with("replicator.v1.mittwald.de/")
        };
        if notes.iter().any(|note| copies(&note.key)) {
            self.open.extend(["Secret", "ConfigMap"].map(Open::Everywhere));
        }
        if notes
            .iter()
            .any(|note| note.key.starts_with("cert-manager.io/") || note.key == "kubernetes.io/tls-acme")
        {
            self.certificates(object, &key.namespace);
        }
        if object.is("apps", "StatefulSet") {
            let claims = object.items(&["spec", "volumeClaimTemplates"]).iter();
            let beginnings =
                claims.map(|claim| format!("{}-{}-", text(claim, &["metadata", "name"]), key.name));
            let made = beginnings.map(|name| ("PersistentVolumeClaim", key.namespace.clone(), name, true));
            self.by_operators.extend(made);
        }
        let maker = MAKERS.iter().find(|maker| {
            maker.group == object.group() && (maker.kinds.is_empty() || maker.kinds.contains(&object.kind()))
        });
        match maker {
            Some(maker) => {
                for (kind, names) in maker.makes {
                    self.add(kind, names, object, &key);
                }
            }
            None if is_of_kubernetes(object.group()) => {}
            None if is_of_cluster || key.namespace.is_empty() => drop(self.open.insert(Open::Everything)),
            None => drop(self.open.insert(Open::Namespace(key.namespace))),
        }
    }

    fn add(&mut self, kind: &'static str, names: &Names, object: &Object<'_>, key: &ObjectKey) {
        let (name, is_beginning) = match names {
            Names::Own => (key.name.clone(), false),
            Names::Field(path) => (object.text(path).to_owned(), false),
            Names::FieldOrOwn(path) => match object.text(path) {
                "" => (key.name.clone(), false),
                name => (name.to_owned(), false),
            },
            Names::Is(name) => ((*name).to_owned(), false),
            Names::Begins(with) => (format!("{with}{}", key.name), true),
            Names::Any => {
                self.open.insert(Open::Kind(kind, key.namespace.clone()));
                return;
            }
            Names::Anywhere => {
                self.open.insert(Open::Everywhere(kind));
                return;
            }
        };
        self.by_operators.insert((kind, key.namespace.clone(), name, is_beginning));
    }

    /// The Secrets of an Ingress or Gateway whose certificates cert-manager gets.
    fn certificates(&mut self, object: &Object<'_>, namespace: &str) {
        let mut names: Vec<&str> =
            object.items(&["spec", "tls"]).iter().map(|entry| text(entry, &["secretName"])).collect();
        for listener in object.items(&["spec", "listeners"]) {
            names.extend(
                items(listener, &["tls", "certificateRefs"])
                    .iter()
                    .map(|reference| text(reference, &["name"])),
            );
        }
        let made = names.into_iter().map(|name| ("Secret", namespace.to_owned(), name.to_owned(), false));
        self.by_operators.extend(made);
    }
}

/// Is it a group that Kubernetes or one of its own projects brings? Their objects make no others that rules ask for.
fn is_of_kubernetes(group: &str) -> bool {
    !group.contains('.') || group.ends_with(".k8s.io")
}

#[cfg(test)]
mod tests;
