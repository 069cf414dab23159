//! Reading files and folders of the tree, with the rules about where files may lie.

use std::borrow::Cow;
use std::cell::RefCell;

use yamltree::path::RepoPath;
use yamltree::tree::{Tree, TreeError};

use crate::LoadRestrictor;
use crate::fault::{Result, fault};
use crate::id::Gvk;
use crate::object::Object;
use crate::yaml::node::{Mark, Node, Value};
use crate::yaml::read::{self, Twice};

const NAMES: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/// The tree of a build and the names of the files read so far.
pub(crate) struct Loader<'a> {
    tree: &'a dyn Tree,
    restrictor: LoadRestrictor,
    pub(crate) files: RefCell<Vec<String>>,
}

/// A folder that is being built, and the folders that led to it.
#[derive(Debug, Clone)]
pub(crate) struct Folder {
    pub(crate) path: RepoPath,
    pub(crate) visited: Vec<RepoPath>,
}

fn is_remote(path: &str) -> bool {
    let hosts = ["github.com/", "gitlab.com/", "bitbucket.org/", "git@", "git::"];
    path.contains("://") || hosts.iter().any(|h| path.starts_with(h)) || path.contains("?ref=")
}

pub(crate) fn refuse_remote(path: &str, at: Mark) -> Result<()> {
    if !is_remote(path) {
        return Ok(());
    }
    let message = format!("`{path}` is remote; only files of the tree are read");
    Err(fault("kustomize/remote", at, message).with_help("copy it into the tree"))
}

impl<'a> Loader<'a> {
    pub(crate) fn new(tree: &'a dyn Tree, restrictor: LoadRestrictor) -> Self {
        Loader { tree, restrictor, files: RefCell::default() }
    }

    /// The number that marks of this file carry.
    pub(crate) fn number(&self, name: &str) -> u32 {
        let mut files = self.files.borrow_mut();
        let index = files.iter().position(|f| f == name).unwrap_or_else(|| {
            files.push(name.to_owned());
            files.len() - 1
        });
        u32::try_from(index + 1).unwrap_or(0)
    }

    fn place(&self, folder: &Folder, path: &str, at: Mark) -> Result<RepoPath> {
        refuse_remote(path, at)?;
        let place = folder.path.join(path).map_err(|e| fault("kustomize/path", at, e.to_string()))?;
        if self.restrictor == LoadRestrictor::RootOnly && !place.starts_with(&folder.path) {
            let message = format!("security; file `{place}` is not in or below `{}`", folder.path);
            return Err(fault("kustomize/outside", at, message)
                .with_help("move it below the folder of the kustomization, or lift the load restriction"));
        }
        Ok(place)
    }

    /// A text file and its number.
    pub(crate) fn text(&self, folder: &Folder, path: &str, at: Mark) -> Result<(u32, String)> {
        let place = self.place(folder, path, at)?;
        let text = self.tree.read(&place).map_err(|e| unreadable(&e, at))?;
        Ok((self.number(place.as_str()), text))
    }

    /// The bytes of a file.
    pub(crate) fn bytes(&self, folder: &Folder, path: &str, at: Mark) -> Result<Vec<u8>> {
        let place = self.place(folder, path, at)?;
        self.tree.bytes(&place).map_err(|e| unreadable(&e, at))
    }

    /// The document of a file that configures the build.
    pub(crate) fn document(&self, folder: &Folder, path: &str, at: Mark) -> Result<Node> {
        let (file, text) = self.text(folder, path, at)?;
        Ok(read::single(file, &text, Twice::Last)?.unwrap_or_else(Node::null))
    }

    /// The kustomization file of a folder and its number.
    pub(crate) fn kustomization(&self, folder: &RepoPath, at: Mark) -> Result<(u32, Node)> {
        let mut found = Vec::new();
        for name in NAMES {
            let Ok(place) = folder.join(name) else { continue };
            if let Ok(text) = self.tree.read(&place) {
                found.push((place, text));
            }
        }
        match &found[..] {
            [(place, text)] => {
                let file = self.number(place.as_str());
                let start = Mark { file, line: 1, column: 1 };
                let node = read::single(file, text, Twice::Last)?.unwrap_or_else(|| Node::null().at(start));
                Ok((file, node))
            }
            [] => {
                let names = "'kustomization.yaml', 'kustomization.yml' or 'Kustomization'";
                let message = format!("unable to find one of {names} in directory `{folder}`");
                Err(fault("kustomize/no-kustomization", at, message))
            }
            _ => {
                let message = format!("found multiple kustomization files under `{folder}`");
                Err(fault("kustomize/several-kustomizations", at, message))
            }
        }
    }

    /// Goes into another folder; going where the way began, or above, is a cycle.
    pub(crate) fn enter(&self, folder: &Folder, path: &str, at: Mark) -> Result<Folder> {
        if path.is_empty() {
            return Err(fault("kustomize/path", at, "an empty path"));
        }
        refuse_remote(path, at)?;
        let place = folder.path.join(path).map_err(|e| fault("kustomize/path", at, e.to_string()))?;
        if self.tree.list(&place).is_err() {
            let message = format!("`{place}` is neither a file nor a folder");
            return Err(fault("kustomize/not-found", at, message));
        }
        let mut visited = folder.visited.clone();
        visited.push(folder.path.clone());
        if let Some(seen) = visited.iter().find(|v| v.starts_with(&place)) {
            let message = format!("cycle detected: `{place}` contains visited `{seen}`");
            return Err(fault("kustomize/cycle", at, message));
        }
        Ok(Folder { path: place, visited })
    }

    /// The objects of a file.
    pub(crate) fn objects(&self, folder: &Folder, path: &str, at: Mark) -> Result<Vec<Object>> {
        let (file, text) = self.text(folder, path, at)?;
        objects(file, &text, Twice::Refused)
    }

    pub(crate) fn is_folder(&self, folder: &Folder, path: &str) -> bool {
        folder.path.join(path).is_ok_and(|place| self.tree.list(&place).is_ok())
    }
}

fn unreadable(error: &TreeError, at: Mark) -> Box<crate::fault::Fault> {
    fault("kustomize/not-found", at, error.to_string())
}

/// The objects of a text: lists are unrolled, what is no object is refused.
pub(crate) fn objects(file: u32, text: &str, twice: Twice) -> Result<Vec<Object>> {
    let documents = read::objects(file, text, twice)?;
    let is_alone = documents.len() == 1 && !has_separator(text);
    let mut queue = Vec::new();
    for document in documents {
        let kind = document.get("kind").map_or("", Node::value_text);
        let wraps = is_alone
            && matches!(kind, "List" | "ResourceList")
            && (document.get("items").is_some() || document.get("functionConfig").is_some());
        if wraps {
            let items = document.get("items").map(|n| n.items().to_vec()).unwrap_or_default();
            queue.extend(items);
        } else {
            queue.push(document);
        }
    }
    let mut queue: std::collections::VecDeque<Node> = checked(queue)?.into();
    let mut objects = Vec::new();
    while let Some(node) = queue.pop_front() {
        let is_list = node.get("kind").is_some_and(|k| k.as_text().ends_with("List"));
        match node.get("items").map(|items| &items.value) {
            Some(Value::Seq(items)) if is_list => queue.extend(checked(items.clone())?),
            Some(Value::Scalar(scalar)) if is_list && scalar.is_null() => {}
            Some(_) if is_list => {
                return Err(fault("kustomize/list", node.at, "`items` of a list kind is no list"));
            }
            _ => objects.push(Object::new(node)),
        }
    }
    Ok(objects)
}

fn has_separator(text: &str) -> bool {
    Cow::from(text).contains("\n---")
}

fn checked(nodes: Vec<Node>) -> Result<Vec<Node>> {
    let mut kept = Vec::new();
    for node in nodes.into_iter().filter(|n| !n.is_empty()) {
        let gvk = Gvk { kind: node.get("kind").map_or("", Node::value_text).to_owned(), ..Gvk::default() };
        let name = node.get("metadata").and_then(|m| m.get("name")).map_or("", Node::value_text);
        if gvk.kind.is_empty() {
            return Err(fault("kustomize/no-kind", node.at, "missing `kind` in object"));
        }
        if !gvk.kind.ends_with("List") && name.is_empty() {
            return Err(fault("kustomize/no-name", node.at, "missing `metadata.name` in object"));
        }
        kept.push(node);
    }
    Ok(kept)
}
