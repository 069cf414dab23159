//! What Flux makes of a repository: every Kustomization that can be reached from an entry, with the objects that the controller
//! would apply.

mod artifact;
mod artifacts;
pub(crate) mod build;
mod builds;
mod data;
mod discover;
mod earlier;
pub mod generator;
mod manifest;
pub mod masked;
pub mod parallel;
mod same;
pub mod spec;
pub mod variables;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use kustomize_rs::Source;
use kustomize_rs::yaml::node::Node;
use yamltree::diagnostic::Diagnostic;
use yamltree::tree::Tree;

pub use artifact::Artifact;
pub(crate) use build::{below, place};
pub use builds::Repository;
pub use data::of_object as data_of;
use earlier::Basis;
pub use earlier::Earlier;
use generator::Files;
pub use same::same;
use spec::{Kustomization, Name};
use variables::{Data, Variables};

use crate::object::ObjectKey;

/// Is something in the object encrypted?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encrypted {
    /// Nothing.
    No,
    /// Something is, and has a placeholder.
    Masked,
}

/// An object as it would be applied.
#[derive(Debug, Clone, PartialEq)]
pub struct Rendered {
    /// The object; its marks count the sources of its part.
    pub node: Node,
    /// Is something in it encrypted?
    pub encrypted: Encrypted,
    /// What stands in the files in place of each encrypted value, by the path to it.
    pub ciphers: Vec<(String, String)>,
    /// The variables that its text asked for.
    pub variables: Vec<String>,
    /// Those of them that only the cluster knows: placeholders stand for them.
    pub unknown: Vec<String>,
    /// The texts that substitution changed, as they were before, by the path to them.
    pub before: Vec<(String, String)>,
}

/// One Kustomization and what it makes.
#[derive(Debug, Clone)]
pub struct Part {
    /// The Kustomization; without a name, the entry itself.
    pub kustomization: Kustomization,
    /// Are these objects that are in the cluster beside the repository? Then the Kustomization has no name and applies nothing.
    pub is_beside: bool,
    /// Number of the part of another rendering that this one was taken over from, since nothing that it is made of is different.
    pub same: Option<usize>,
    /// Number of the part that makes the Kustomization, among all parts; none if it is there from the beginning.
    pub made_by: Option<usize>,
    /// What the marks of its own object count from 1.
    pub own_sources: Arc<[Source]>,
    /// Its variables.
    pub variables: Variables,
    /// What it would apply, in the order of the controller's build.
    pub objects: Vec<Rendered>,
    /// What the marks of the objects count from 1.
    pub sources: Arc<[Source]>,
    /// Why it cannot be built; then there are no objects.
    pub problem: Option<Box<Diagnostic>>,
    /// What is no error but probably not meant.
    pub warnings: Vec<Diagnostic>,
    /// What it was built of.
    basis: Arc<Basis>,
}

/// All that was found.
#[derive(Debug, Clone, Default)]
pub struct Rendering {
    /// The parts, each behind the one that makes it.
    pub parts: Vec<Part>,
    /// The artifacts that ArtifactGenerators among the objects make.
    pub artifacts: BTreeMap<ObjectKey, Files>,
    /// The sources that are the repository itself.
    pub own: BTreeSet<ObjectKey>,
    /// The names of the other sources that were given.
    pub given: BTreeSet<String>,
}

/// Where the files of a source are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Home<'r> {
    /// In the repository.
    Repository,
    /// In the source that was given under this name.
    Given(&'r str),
    /// In an artifact that a generator makes.
    Made(&'r Files),
}

/// What is rendered, and with what.
pub struct Inputs<'t> {
    /// The repository.
    pub repository: Arc<Repository<'t>>,
    /// Other sources that are at hand, by name.
    pub sources: BTreeMap<String, &'t (dyn Tree + Sync)>,
    /// Where Flux begins.
    pub entry: Entry,
    /// ConfigMaps and Secrets that are in the cluster and not in the repository.
    pub data: BTreeMap<ObjectKey, Data>,
    /// Is a variable without a value and a default an error (as in Flux 2.9)?
    pub is_strict: bool,
    /// How many threads may work.
    pub threads: usize,
}

impl<'t> Inputs<'t> {
    /// The repository alone, from an entry on, as strict as Flux 2.9, on one thread.
    pub fn new(repository: &'t (dyn Tree + Sync), entry: Entry) -> Self {
        Inputs::of(Arc::new(Repository::new(repository)), entry)
    }

    /// The same, where other renderings of the repository share what is built.
    pub fn of(repository: Arc<Repository<'t>>, entry: Entry) -> Self {
        let (sources, data) = (BTreeMap::new(), BTreeMap::new());
        Inputs { repository, sources, entry, data, is_strict: true, threads: 1 }
    }
}

/// Where Flux begins.
#[derive(Debug, Clone)]
pub enum Entry {
    /// A folder of the repository.
    Folder(yamltree::path::RepoPath),
    /// Objects that are in the cluster and not in the repository, each with the file that it was read from; the source of the
    /// Kustomizations is the repository.
    Objects(Vec<(Node, String)>),
}

/// Renders everything that can be reached.
///
/// One Kustomization that cannot be built leaves its reason in its part, and the others are rendered all the same.
pub fn render(inputs: &Inputs<'_>) -> Rendering {
    discover::discover(inputs, None)
}

/// The same, where another rendering is at hand: what nothing is different for is taken over from it, and says so
/// ([`Part::same`]). The result is that of [`render`], but for the places in files of what was taken over.
pub fn render_after(inputs: &Inputs<'_>, earlier: &Earlier<'_>) -> Rendering {
    discover::discover(inputs, Some(earlier))
}

impl Rendering {
    /// The part of a Kustomization.
    pub fn part(&self, name: &Name) -> Option<&Part> {
        self.parts.iter().find(|part| part.kustomization.name == *name)
    }

    /// Where the files of a source are; none if they are not at hand.
    pub fn home(&self, source: &ObjectKey) -> Option<Home<'_>> {
        if let Some(files) = self.artifacts.get(source) {
            return Some(Home::Made(files));
        }
        if self.own.contains(source) {
            return Some(Home::Repository);
        }
        self.given.get(&source.name).map(|name| Home::Given(name))
    }

    /// Everything that is wrong.
    pub fn problems(&self) -> impl Iterator<Item = &Diagnostic> {
        self.parts.iter().filter_map(|part| part.problem.as_deref())
    }
}

impl Part {
    /// An object as YAML.
    pub fn yaml(&self, object: &Rendered) -> String {
        let mut out = String::new();
        // What was read from YAML can be written.
        kustomize_rs::yaml::emit::document(&object.node, &mut out).ok();
        out
    }
}

/// A value as JSON, as the API server gets it.
pub fn value(node: &Node) -> serde_json::Value {
    use kustomize_rs::yaml::node::Value as Sort;
    use kustomize_rs::yaml::value::{Plain, decide};
    use serde_json::{Number, Value};
    match &node.value {
        Sort::Map(fields) => {
            fields.iter().map(|field| (field.key.to_string(), value(&field.value))).collect()
        }
        Sort::Seq(items) => items.iter().map(value).collect(),
        Sort::Scalar(scalar) => match decide(scalar) {
            Ok(Plain::Bool(truth)) => Value::Bool(truth),
            Ok(Plain::Int(number)) => Value::from(number),
            Ok(Plain::UInt(number)) => Value::from(number),
            // What is whole is written without a dot in JSON, and read as a whole number.
            #[expect(clippy::cast_possible_truncation, reason = "whole and small enough")]
            Ok(Plain::Float(number)) if number.fract() == 0.0 && number.abs() < 1e18 => {
                Value::from(number as i64)
            }
            Ok(Plain::Float(number)) => Number::from_f64(number).map_or(Value::Null, Value::Number),
            Ok(Plain::Text(text)) => Value::String(text.into_owned()),
            Ok(Plain::Null) | Err(_) => Value::Null,
        },
    }
}
