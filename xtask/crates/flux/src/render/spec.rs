//! Flux Kustomizations as they come out of what makes them.
//!
//! Read from the object as the API server would have it; upstream: `api/v1/kustomization_types.go` of kustomize-controller 1.9.

use std::collections::BTreeMap;
use std::fmt;

use kustomize_rs::yaml::node::{Mark, Node, Value};

use crate::object::ObjectKey;

/// Group of the API of Flux Kustomizations.
pub const GROUP: &str = "kustomize.toolkit.fluxcd.io";
/// Group of the API of sources.
pub(crate) const SOURCE_GROUP: &str = "source.toolkit.fluxcd.io";

/// Namespace and name of an object; its kind is said by what holds it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name {
    /// Namespace.
    pub namespace: String,
    /// Name.
    pub name: String,
}

impl Name {
    /// A name in a namespace.
    pub fn new(namespace: &str, name: &str) -> Self {
        Name { namespace: namespace.to_owned(), name: name.to_owned() }
    }

    /// The name of an object.
    pub fn of(object: &Node) -> Self {
        let meta = object.get("metadata");
        Name::new(text(meta, "namespace"), text(meta, "name"))
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.namespace, self.name)
    }
}

/// An entry of `postBuild.substituteFrom`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubstituteFrom {
    /// The ConfigMap or Secret.
    pub reference: ObjectKey,
    /// May it be missing?
    pub is_optional: bool,
    /// Where the entry is.
    pub at: Mark,
}

/// `postBuild`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PostBuild {
    /// Where values come from; later ones win.
    pub from: Vec<SubstituteFrom>,
    /// Values that win over all of those, each with its place.
    pub substitute: BTreeMap<String, (String, Mark)>,
    /// Is there substitution also where there is no variable at all (`substituteStrategy: Always`)?
    pub is_always: bool,
}

/// A Flux Kustomization.
#[derive(Debug, Clone, PartialEq)]
pub struct Kustomization {
    /// Namespace and name.
    pub name: Name,
    /// `spec.sourceRef`.
    pub source: ObjectKey,
    /// `spec.path` as it is written; empty is the whole source.
    pub path: String,
    /// `spec.suspend`
    pub is_suspended: bool,
    /// `spec.decryption.provider` is set.
    pub decrypts: bool,
    /// `spec.postBuild`, if it is there.
    pub post_build: Option<PostBuild>,
    /// `spec.dependsOn`: the other Kustomization, and the expression that says when it is ready.
    pub depends_on: Vec<(Name, Option<String>)>,
    /// The object itself, for the fields that are merged into the kustomization file.
    pub object: Node,
}

/// The text of a field; nothing if it is missing.
pub(crate) fn text<'n>(node: Option<&'n Node>, field: &str) -> &'n str {
    node.and_then(|node| node.get(field)).map_or("", Node::value_text)
}

fn flag(node: Option<&Node>, field: &str) -> bool {
    text(node, field) == "true"
}

/// Is it a Flux Kustomization?
pub fn is_kustomization(object: &Node) -> bool {
    is_kind(object, GROUP, "Kustomization")
}

/// Is it of that group and kind, in whatever version?
pub(crate) fn is_kind(object: &Node, group: &str, kind: &str) -> bool {
    let is_of_group = || {
        let version = text(Some(object), "apiVersion");
        version.split_once('/').map_or("", |(group, _)| group) == group
    };
    text(Some(object), "kind") == kind && is_of_group()
}

impl Kustomization {
    /// Reads an object; `namespace` is where it is if it does not say so itself.
    pub fn of(object: Node, namespace: &str) -> Self {
        let mut name = Name::of(&object);
        if name.namespace.is_empty() {
            name.namespace = namespace.to_owned();
        }
        let spec = object.get("spec");
        let field = |name: &str| spec.and_then(|spec| spec.get(name));
        let referred = |node: Option<&Node>, kind: &str| {
            let own = |field, otherwise| match text(node, field) {
                "" => otherwise,
                text => text,
            };
            ObjectKey::new(own("kind", kind), own("namespace", &name.namespace), text(node, "name"))
        };
        let depends_on = field("dependsOn").map_or(&[][..], Node::items).iter().map(|item| {
            let ready = item.get("readyExpr").map(|node| node.value_text().to_owned());
            let other = referred(Some(item), "Kustomization");
            (Name { namespace: other.namespace, name: other.name }, ready)
        });
        let depends_on = depends_on.collect();
        let source = referred(field("sourceRef"), "GitRepository");
        let post_build = field("postBuild").filter(|node| !node.is_null());
        let post_build = post_build.map(|node| PostBuild {
            from: node
                .get("substituteFrom")
                .map_or(&[][..], Node::items)
                .iter()
                .map(|item| SubstituteFrom {
                    // Other namespaces cannot be named.
                    reference: ObjectKey::new(
                        text(Some(item), "kind"),
                        &name.namespace,
                        text(Some(item), "name"),
                    ),
                    is_optional: flag(Some(item), "optional"),
                    at: item.at,
                })
                .collect(),
            substitute: node
                .get("substitute")
                .map_or(&[][..], Node::fields)
                .iter()
                .map(|field| (field.key.to_string(), (field.value.value_text().to_owned(), field.value.at)))
                .collect(),
            is_always: text(Some(node), "substituteStrategy") == "Always",
        });
        Kustomization {
            path: text(spec, "path").to_owned(),
            is_suspended: flag(spec, "suspend"),
            decrypts: !text(field("decryption"), "provider").is_empty(),
            source,
            post_build,
            depends_on,
            name,
            object,
        }
    }

    /// A field of `spec`.
    pub(crate) fn spec(&self, field: &str) -> Option<&Node> {
        self.object.get("spec")?.get(field).filter(|node| !node.is_null())
    }

    /// A list in `spec`; empty if there is none.
    pub(crate) fn list(&self, field: &str) -> &[Node] {
        match self.spec(field).map(|node| &node.value) {
            Some(Value::Seq(items)) => items,
            _ => &[],
        }
    }
}
