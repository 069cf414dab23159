//! ArtifactGenerators as they come out of what makes them.
//!
//! Upstream: `api/v1beta1/artifactgenerator_types.go` of source-watcher 2.2.

use kustomize_rs::yaml::node::{Mark, Node};

use crate::object::ObjectKey;
use crate::render::spec::{Name, is_kind, text};

const GROUP: &str = "source.extensions.fluxcd.io";

/// An ArtifactGenerator, read leniently; what is wrong with it is said when it is used.
#[derive(Debug, Clone, PartialEq)]
pub struct ArtifactGenerator {
    /// Namespace and name.
    pub name: Name,
    /// Where it is written.
    pub at: Mark,
    /// Is it switched off by its annotation?
    pub is_disabled: bool,
    /// `spec.sources`
    pub sources: Vec<Aliased>,
    /// `spec.pathPattern`; empty if there is none.
    pub path_pattern: String,
    /// `spec.artifacts`
    pub outputs: Vec<Output>,
}

/// A source and what the generator calls it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Aliased {
    /// Its name in this generator.
    pub alias: String,
    /// The source.
    pub reference: ObjectKey,
    /// Where it is written.
    pub at: Mark,
}

/// An artifact, or with a path pattern, a template for many.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    /// Its name.
    pub name: String,
    /// `@` and the alias of the source whose revision it has; empty if it has one of its own.
    pub revision: String,
    /// What is copied, in order.
    pub copies: Vec<Copy>,
    /// Where it is written.
    pub at: Mark,
}

/// A copy operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copy {
    /// `@`, an alias, `/`, a path or pattern.
    pub from: String,
    /// `@artifact/` and a path.
    pub to: String,
    /// Patterns of what is left out.
    pub exclude: Vec<String>,
    /// `Overwrite`, `Merge`, `Extract`; empty is the first.
    pub strategy: String,
    /// Where it is written.
    pub at: Mark,
}

fn items<'n>(node: Option<&'n Node>, field: &str) -> &'n [Node] {
    node.and_then(|node| node.get(field)).map_or(&[], Node::items)
}

impl ArtifactGenerator {
    /// Is it one, in whatever version?
    pub fn is(object: &Node) -> bool {
        is_kind(object, GROUP, "ArtifactGenerator")
    }

    /// Reads an object; `namespace` is where it is if it does not say so itself.
    pub fn of(object: &Node, namespace: &str) -> Self {
        let mut name = Name::of(object);
        if name.namespace.is_empty() {
            namespace.clone_into(&mut name.namespace);
        }
        let annotations = object.get("metadata").and_then(|meta| meta.get("annotations"));
        let reconcile = text(annotations, "source.extensions.fluxcd.io/reconcile");
        let spec = object.get("spec");
        let source = |item: &Node| {
            let namespace = match text(Some(item), "namespace") {
                "" => &name.namespace,
                other => other,
            };
            Aliased {
                alias: text(Some(item), "alias").to_owned(),
                reference: ObjectKey::new(text(Some(item), "kind"), namespace, text(Some(item), "name")),
                at: item.at,
            }
        };
        ArtifactGenerator {
            at: object.at,
            is_disabled: reconcile.eq_ignore_ascii_case("disabled"),
            sources: items(spec, "sources").iter().map(source).collect(),
            path_pattern: text(spec, "pathPattern").to_owned(),
            outputs: items(spec, "artifacts").iter().map(Output::of).collect(),
            name,
        }
    }
}

impl Output {
    fn of(item: &Node) -> Self {
        Output {
            name: text(Some(item), "name").to_owned(),
            revision: text(Some(item), "revision").to_owned(),
            copies: items(Some(item), "copy").iter().map(Copy::of).collect(),
            at: item.at,
        }
    }
}

impl Copy {
    fn of(item: &Node) -> Self {
        let exclude = items(Some(item), "exclude").iter().map(|node| node.value_text().to_owned());
        Copy {
            from: text(Some(item), "from").to_owned(),
            to: text(Some(item), "to").to_owned(),
            exclude: exclude.collect(),
            strategy: text(Some(item), "strategy").to_owned(),
            at: item.at,
        }
    }
}
