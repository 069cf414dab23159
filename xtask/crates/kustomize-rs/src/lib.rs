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
//!
//! # Known differences
//!
//! All were found by trees made by chance; in more than two thousand folders of other people's repositories none was met.
//!
//! - The original keeps comments while it builds, and go-yaml v3 writes some of them (an empty `#` behind a key) so that they do
//!   not read back: then it refuses. Here comments count only in texts inside texts.
//! - An annotation with an empty name in a patch: the original drops it, or refuses.
//! - `!!bool "true"` in a list that merges as a set (`finalizers`) becomes a text there.
//! - A point in time that a patch puts into a mapping in braces becomes a text there as it is written.
//! - A JSON patch that copies or moves `metadata` takes along the notes that the original keeps in annotations.
//! - `>+` in front of a comment at the end of a document gains another number of breaks.
//! - U+007F and U+0085 in literals of generators and in targets of patches: the original writes and reads its configuration once
//!   more and trips over them.
//! - `null`, `{}` or a bare scalar as an item of a list that merges by keys.
//! - A generator that merges into an object whose kind a JSON patch took away: the original no longer finds it.
//! - A generated object whose kind a patch or replacement changes: the hash behind its name is one of how the original lies in memory.
//! - A replacement with a delimiter whose source is one of its own targets: the original reads the source again after each target.
//! - A JSON patch that tests, replaces or removes all of `metadata/annotations` of an object that was renamed or moved: the
//!   original finds its own notes there.
//! - An empty text that a replacement puts into an object written in braces: the original writes `''` there.
#![deny(clippy::print_stdout, clippy::print_stderr)]

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

mod build;
#[cfg(feature = "cli")]
pub mod cli;
mod crds;
mod fault;
mod fields;
mod file;
mod generator;
pub mod id;
mod known_type;
mod kustomization;
mod limits;
mod load;
mod merge;
mod metadata;
mod notes;
mod object;
mod pass;
mod patch;
mod path;
mod pattern;
mod plugin;
mod references;
mod remote;
mod replace;
mod schema;
mod select;
mod session;
mod set;
mod shared;
pub mod source;
mod touched;
mod transform;
mod vars;
pub mod yaml;

use std::fmt;

use yamltree::diagnostic::Diagnostic;
use yamltree::path::RepoPath;
use yamltree::tree::Tree;

pub use fault::Fault;
pub use file::KustomizationFile;
pub use known_type::KnownType;
use kustomization::record::Entry;
pub use limits::Limits;
use load::{Folder, Loader};
use metadata::Way;
pub use object::{Object, field};
pub use session::Session;
pub use source::{Origin, Source, Transformer};
pub use touched::Touched;

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
    /// As `Legacy`, and no warning if the kustomization file says something else.
    #[default]
    Unspecified,
    /// By kind, namespaces first (the default of the command).
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
    /// How large and deep what is built may become. These are ours, not flags of kustomize.
    pub limits: Limits,
}

/// What a build gave.
#[derive(Debug, Clone, PartialEq)]
pub struct Built {
    /// The objects in their order.
    pub objects: Vec<Object>,
    /// What the marks of values count from 1: each file that was read, alone and with each transformer that took values from it.
    pub sources: Vec<Source>,
    ways: Vec<(u32, yaml::node::Mark)>,
    /// What is no error but probably not meant, in the order in which it was met.
    pub warnings: Vec<Diagnostic>,
    /// What of the tree decided all of this, but for a kustomization file that the caller gave.
    pub touched: Touched,
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
    run(Loader::new(tree, None, options), folder, None, options)
}

/// Builds a folder, with the caller's kustomization file in place of its own if there is one.
pub(crate) fn run(
    loader: Loader<'_>,
    folder: &RepoPath,
    given: Option<&KustomizationFile>,
    options: &Options,
) -> Result<Built, BuildError> {
    let root = Folder { path: folder.clone(), visited: Vec::new(), way: None, entered: 0 };
    let built = objects(&loader, root, given, options);
    let (ways, sources) = (loader.sources.take_ways(), loader.sources.take());
    match built {
        Ok(objects) => {
            let warnings = loader.warnings.take();
            let warnings = warnings.iter().map(|w| w.warning(&sources, folder.as_str())).collect();
            Ok(Built { objects, sources, ways, warnings, touched: loader.touched.take() })
        }
        Err(fault) => Err(BuildError(Box::new(fault.diagnostic(&sources, &folder.to_string())))),
    }
}

fn objects(
    loader: &Loader<'_>,
    root: Folder,
    given: Option<&KustomizationFile>,
    options: &Options,
) -> fault::Result<Vec<Object>> {
    let file = match given {
        None => build::read(loader, &root, yaml::node::Mark::default())?,
        Some(given) => build::read_given(loader, given)?,
    };
    let way =
        file.build_metadata.first().map(|e| Way::root(loader.sources.mark(e.at, Transformer::BuildMetadata)));
    let root = Folder { way, ..root };
    let mut set = build::run(loader, &root, &file)?;
    if file.sort.is_some() && options.reorder != Reorder::Unspecified {
        let message =
            "the order is set both here (`sortOptions`) and by an option of the build; the one here counts";
        loader.warn(fault::fault("kustomize/order", file.at_field("sortOptions"), message));
    }
    transform::sort::sort(&mut set, file.sort.as_ref(), options.reorder)?;
    loader.schema.check()?;
    let wanted = |name: &str| file.build_metadata.iter().find(|entry| entry.text == name);
    let managed_by = wanted("managedByLabel");
    if options.managed_by_label || managed_by.is_some() {
        let version = format!("kustomize-{KUSTOMIZE_VERSION}");
        let at = loader.sources.mark(managed_by.map_or(file.at, |e| e.at), Transformer::BuildMetadata);
        let pairs = [("app.kubernetes.io/managed-by".to_owned(), Entry { text: version, at })].into();
        let spec = fields::FieldSpec::new(id::Gvk::default(), "metadata/labels", true);
        set.each(|object| transform::set_pairs(object, &pairs, std::slice::from_ref(&spec), at.file))?;
    }
    let mut objects = set.objects;
    let keeps = (wanted("originAnnotations").is_some(), wanted("transformerAnnotations").is_some());
    for object in &mut objects {
        metadata::settle(object, keeps.0, keeps.1);
        object.settle_annotations();
        object.check_repeated()?;
        yaml::last_break::settle(&mut object.node);
        object.check_notes()?;
    }
    Ok(objects)
}

impl Built {
    /// Where the value with this mark was set, and by what; `None` if nobody wrote it.
    ///
    /// ```
    /// # use kustomize_rs::{Options, build};
    /// # use yamltree::{path::RepoPath, tree::MemTree};
    /// # let tree = MemTree::from_fixture("\
    /// # #- kustomization.yaml
    /// # resources: [web.yaml]
    /// # replicas:
    /// # - {name: web, count: 3}
    /// # #- web.yaml
    /// # apiVersion: apps/v1
    /// # kind: Deployment
    /// # metadata: {name: web}
    /// # spec: {replicas: 1}
    /// # ")?;
    /// let built = build(&tree, &RepoPath::root(), &Options::default())?;
    /// let node = built.objects[0].field("spec.replicas").ok_or("no such field")?;
    /// let origin = built.origin(node.at).ok_or("nobody wrote it")?;
    /// assert_eq!(origin.to_string(), "kustomization.yaml:3:22 (Replicas)");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn origin(&self, at: yaml::node::Mark) -> Option<Origin<'_>> {
        source::origin(&self.sources, at)
    }

    /// The entries of `resources` and `components` that led from the folder that was built to the folder in which the object is
    /// listed or generated; none if that is the same.
    pub fn included_by(&self, object: &Object) -> Vec<Origin<'_>> {
        let mut entries = Vec::new();
        let mut number = object.entered;
        // Each way begins before it leads on, so that this ends.
        while let Some((from, at)) = (number as usize).checked_sub(1).and_then(|i| self.ways.get(i)) {
            entries.extend(self.origin(*at));
            number = *from;
        }
        entries.reverse();
        entries
    }

    /// All objects as YAML, `---` between them.
    pub fn to_yaml(&self) -> Result<String, BuildError> {
        let mut out = String::new();
        for (index, object) in self.objects.iter().enumerate() {
            if index > 0 {
                out.push_str("---\n");
            }
            self.emit(object, &mut out)?;
        }
        Ok(out)
    }

    /// One of the objects as YAML.
    pub fn object_yaml(&self, object: &Object) -> Result<String, BuildError> {
        let mut out = String::new();
        self.emit(object, &mut out).map(|()| out)
    }

    fn emit(&self, object: &Object, out: &mut String) -> Result<(), BuildError> {
        yaml::emit::document(&object.node, out)
            .map_err(|e| BuildError(Box::new(Box::<Fault>::from(e).diagnostic(&self.sources, "output"))))
    }
}
