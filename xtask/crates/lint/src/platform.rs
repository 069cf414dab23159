//! The platform's own repository: its components, and their files as they are written.

use fleet::catalogue::{self, Catalogue, Tier};
use flux::envsubst;
use yamltree::diagnostic::{Diagnostic, Place};
use yamltree::document;
use yamltree::node::Node;
use yamltree::path::RepoPath;
use yamltree::tree::{Tree, files_below};

/// Components and files below `flux2/`.
pub(crate) struct Platform {
    /// The components whose contract could be read.
    pub(crate) catalogue: Catalogue,
    /// The files of components that Flux reads: YAML, charts left out.
    pub(crate) files: Vec<File>,
    /// What is wrong with contracts, versions and the form of files.
    pub(crate) found: Vec<Diagnostic>,
    /// All files, charts left out.
    pub(crate) paths: Vec<RepoPath>,
}

/// A file below `flux2/`.
pub(crate) struct File {
    /// Its path.
    pub(crate) path: RepoPath,
    /// Its documents, empty ones left out.
    pub(crate) documents: Vec<Node>,
    text: String,
}

/// A variable where it is used.
pub(crate) struct Use<'f> {
    pub(crate) variable: String,
    /// The default, if it has one.
    pub(crate) default: Option<&'f str>,
    pub(crate) file: &'f File,
    pub(crate) place: Place,
}

impl Platform {
    /// Reads it; none where no component has a contract, so where the repository is none of ours.
    pub(crate) fn of(tree: &dyn Tree) -> Option<Self> {
        let top = RepoPath::new("flux2").ok()?;
        let mut paths = files_below(tree, &top);
        let is_contract =
            |path: &RepoPath| path.name() == Some("component.yaml") && path.segments().count() == 4;
        if !paths.iter().any(is_contract) {
            return None;
        }
        let charts: Vec<RepoPath> = paths
            .iter()
            .filter(|path| path.name() == Some("Chart.yaml"))
            .filter_map(RepoPath::parent)
            .collect();
        paths.retain(|path| !charts.iter().any(|chart| path.starts_with(chart)));
        let (catalogue, mut found) = catalogue::read(tree);
        found.extend(flux::pins::read(tree).1);
        let mut files = Vec::new();
        for path in paths.iter().filter(|path| path.as_str().ends_with(".yaml") && !is_contract(path)) {
            let Ok(text) = tree.read(path) else { continue };
            let parsed = document::parse(path.as_str(), &text);
            found.extend(parsed.diagnostics);
            files.push(File { path: path.clone(), documents: parsed.documents, text });
        }
        Some(Platform { catalogue, files, found, paths })
    }

    /// The objects of one kind, as they are written, each with its file.
    pub(crate) fn objects<'p>(&'p self, kind: &str) -> impl Iterator<Item = (&'p File, &'p Node)> {
        let all =
            self.files.iter().flat_map(|file| file.documents.iter().map(move |document| (file, document)));
        all.filter(move |(_, document)| {
            text(document, &["kind"]) == kind && !text(document, &["apiVersion"]).is_empty()
        })
    }

    /// The Flux Kustomizations of components, each with its file.
    pub(crate) fn kustomizations(&self) -> impl Iterator<Item = (&File, &Node)> {
        self.objects("Kustomization").filter(|(file, _)| file.path.name() == Some("ks.yaml"))
    }

    /// Where variables are used.
    pub(crate) fn uses(&self) -> impl Iterator<Item = Use<'_>> {
        self.files.iter().flat_map(|file| {
            // What is no expression is told where it is rendered.
            let uses = envsubst::variables(&file.text).unwrap_or_default();
            uses.into_iter().map(move |used| {
                let before = file.text.get(..used.range.start).unwrap_or_default();
                let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
                let place = Place::at(file.path.as_str(), before.matches('\n').count() + 1, column);
                let default = used.default.and_then(|range| file.text.get(range));
                Use { variable: used.variable, default, file, place }
            })
        })
    }

    /// Is it generated for that component?
    pub(crate) fn is_generated_for(&self, component: &str, variable: &str) -> bool {
        let of = self.catalogue.components.get(component);
        of.is_some_and(|of| of.contract.secrets.iter().any(|secret| secret.name == variable))
    }

    /// Is it generated for any component?
    pub(crate) fn is_generated(&self, variable: &str) -> bool {
        self.catalogue.components.keys().any(|component| self.is_generated_for(component, variable))
    }

    /// Tier and name of each folder of a component, whether its contract could be read or not.
    pub(crate) fn folders(&self) -> Vec<(Tier, &str)> {
        let mut folders: Vec<(Tier, &str)> = Vec::new();
        for path in &self.paths {
            let mut segments = path.segments().skip(1);
            let (tier, name, below) = (segments.next(), segments.next(), segments.next());
            let tier = Tier::ALL.into_iter().find(|of| Some(of.folder()) == tier);
            if let (Some(tier), Some(name), Some(_)) = (tier, name, below)
                && !folders.contains(&(tier, name))
            {
                folders.push((tier, name));
            }
        }
        folders
    }

    /// The file of a path.
    pub(crate) fn file(&self, path: &str) -> Option<&File> {
        self.files.iter().find(|file| file.path.as_str() == path)
    }
}

impl File {
    /// The component that it belongs to; empty for files of a tier.
    pub(crate) fn component(&self) -> &str {
        let mut segments = self.path.segments().skip(2);
        let name = segments.next();
        name.filter(|_| segments.next().is_some()).unwrap_or_default()
    }

    /// Where a value of it is.
    pub(crate) fn place(&self, node: &Node) -> Place {
        node.place(self.path.as_str())
    }
}

/// A field of a field.
pub(crate) fn at<'n>(node: &'n Node, path: &[&str]) -> Option<&'n Node> {
    path.iter().try_fold(node, |node, step| node.get(step))
}

/// The text of a field of a field; empty if it is missing or no text.
pub(crate) fn text<'n>(node: &'n Node, path: &[&str]) -> &'n str {
    at(node, path).and_then(Node::as_str).unwrap_or_default()
}

/// The entries of a list in a field of a field; none if it is missing.
pub(crate) fn items<'n>(node: &'n Node, path: &[&str]) -> &'n [Node] {
    at(node, path).map_or(&[], Node::items)
}
