//! `kustomize build` as a library: a tree of files and a path in, Kubernetes objects out, byte for byte what kustomize 5.8.1
//! writes.
//!
//! Nothing here reads a disk, a clock or the network: a [`yamltree::tree::Tree`] is what the caller makes it.
//!
//! ```
//! use kustomize_rs::{Options, build};
//! use yamltree::{path::RepoPath, tree::MemTree};
//!
//! let tree = MemTree::from_fixture("\
//! #- app/kustomization.yaml
//! namePrefix: my-
//! resources: [cm.yaml]
//! #- app/cm.yaml
//! apiVersion: v1
//! kind: ConfigMap
//! metadata: {name: settings}
//! ")?;
//! let built = build(&tree, &RepoPath::new("app")?, &Options::default())?;
//! assert_eq!(built.to_yaml()?, "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: my-settings\n");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![deny(clippy::print_stdout, clippy::print_stderr)]

mod build;
#[cfg(feature = "cli")]
pub mod cli;
mod fault;
mod fields;
mod generator;
pub mod id;
mod kustomization;
mod load;
mod merge;
mod object;
mod patch;
mod path;
mod references;
mod replace;
mod schema;
mod select;
mod set;
mod transform;
pub mod yaml;

use std::fmt;

use yamltree::diagnostic::Diagnostic;
use yamltree::path::RepoPath;
use yamltree::tree::Tree;

pub use fault::Fault;
use kustomization::SortOrder;
use load::{Folder, Loader};
pub use object::Object;

/// Where files may lie.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum LoadRestrictor {
    /// In or below the folder of the kustomization that names them (the default of kustomize).
    #[default]
    RootOnly,
    /// Anywhere in the tree (Flux).
    None,
}

/// The order of the objects if the kustomization file does not say.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Reorder {
    /// By kind, namespaces first (the default of the command).
    #[default]
    Legacy,
    /// As they came (Flux).
    None,
}

/// What the flags of `kustomize build` say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Options {
    /// Where files may lie.
    pub load_restrictor: LoadRestrictor,
    /// The order of the objects.
    pub reorder: Reorder,
    /// Label every object `app.kubernetes.io/managed-by: kustomize-v5.8.1`?
    pub managed_by_label: bool,
}

/// What a build gave.
#[derive(Debug, Clone, PartialEq)]
pub struct Built {
    /// The objects in their order.
    pub objects: Vec<Object>,
    /// The files that were read; marks count them from 1.
    pub files: Vec<String>,
}

/// Why a build failed: one diagnostic, boxed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuildError(pub Box<Diagnostic>);

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for BuildError {}

/// The version whose behaviour this is.
pub const KUSTOMIZE_VERSION: &str = "v5.8.1";

/// Builds the kustomization in a folder of the tree.
pub fn build(tree: &dyn Tree, folder: &RepoPath, options: &Options) -> Result<Built, BuildError> {
    let loader = Loader::new(tree, options.load_restrictor);
    let root = Folder { path: folder.clone(), visited: Vec::new() };
    let built = objects(&loader, &root, options);
    let files = loader.files.take();
    match built {
        Ok(objects) => Ok(Built { objects, files }),
        Err(fault) => Err(BuildError(Box::new(fault.diagnostic(&files, &folder.to_string())))),
    }
}

fn objects(loader: &Loader<'_>, root: &Folder, options: &Options) -> fault::Result<Vec<Object>> {
    let file = build::read(loader, root, yaml::node::Mark::default())?;
    let mut set = build::run(loader, root, &file)?;
    match (&file.sort, options.reorder) {
        (Some(SortOrder::Legacy { first, last }), _) => {
            transform::sort::legacy(set.changing(), first.as_deref(), last.as_deref());
        }
        (None, Reorder::Legacy) => transform::sort::legacy(set.changing(), None, None),
        _ => {}
    }
    if options.managed_by_label || file.build_metadata.iter().any(|o| o == "managedByLabel") {
        let version = format!("kustomize-{KUSTOMIZE_VERSION}");
        let pairs = [("app.kubernetes.io/managed-by".to_owned(), version)].into();
        let spec = fields::FieldSpec::new(id::Gvk::default(), "metadata/labels", true);
        transform::set_pairs(&mut set, &pairs, &[spec], file.at)?;
    }
    let mut objects = set.objects;
    objects.iter_mut().for_each(Object::settle_annotations);
    Ok(objects)
}

impl Built {
    /// All objects as YAML, `---` between them.
    pub fn to_yaml(&self) -> Result<String, BuildError> {
        let mut out = String::new();
        for (index, object) in self.objects.iter().enumerate() {
            if index > 0 {
                out.push_str("---\n");
            }
            yaml::emit::document(&object.node, &mut out)
                .map_err(|e| BuildError(Box::new(Box::<Fault>::from(e).diagnostic(&self.files, "output"))))?;
        }
        Ok(out)
    }
}
