//! Reading files and folders of the tree, with the rules about where files may lie.

use std::borrow::Cow;
use std::cell::RefCell;
use std::sync::Arc;

use yamltree::path::RepoPath;
use yamltree::tree::{Tree, TreeError};

use crate::fault::{Fault, Result, fault};
use crate::metadata::Way;
use crate::notes;
use crate::object::Object;
use crate::remote;
use crate::schema::Schema;
use crate::session::Files;
use crate::source::Sources;
use crate::touched::Touched;
use crate::yaml::node::{Mark, Node, Value};
use crate::yaml::read::{self, Twice};
use crate::yaml::value::through_json;
use crate::{BuildError, KustomizationFile, Limits, LoadRestrictor, Options};

const NAMES: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/// The tree of a build and the sources met so far.
pub(crate) struct Loader<'a> {
    tree: &'a dyn Tree,
    /// What other builds of the same tree have read.
    known: Option<&'a Files>,
    restrictor: LoadRestrictor,
    pub(crate) limits: Limits,
    pub(crate) sources: Sources,
    pub(crate) warnings: RefCell<Vec<Fault>>,
    pub(crate) touched: RefCell<Touched>,
    pub(crate) schema: Arc<Schema>,
}

/// A folder that is being built, and the folders that led to it.
#[derive(Debug, Clone)]
pub(crate) struct Folder {
    pub(crate) path: RepoPath,
    pub(crate) visited: Vec<RepoPath>,
    /// The way to it, if `buildMetadata` asks for notes.
    pub(crate) way: Option<Way>,
    /// Number of the way to it among the sources; 0 for the folder that is built.
    pub(crate) entered: u32,
}

fn refuse_remote(path: &str, at: Mark, is_remote: fn(&str) -> bool) -> Result<()> {
    if !is_remote(path) {
        return Ok(());
    }
    let message = format!("`{path}` is remote; only files of the tree are read");
    Err(fault("kustomize/remote", at, message).with_help("copy it into the tree"))
}

impl<'a> Loader<'a> {
    pub(crate) fn new(tree: &'a dyn Tree, known: Option<&'a Files>, options: &Options) -> Self {
        Loader {
            tree,
            known,
            restrictor: options.load_restrictor,
            limits: options.limits,
            sources: Sources::default(),
            warnings: RefCell::default(),
            touched: RefCell::default(),
            schema: Arc::default(),
        }
    }

    /// Notes what is no error but probably not meant.
    pub(crate) fn warn(&self, warning: Box<Fault>) {
        let mut warnings = self.warnings.borrow_mut();
        // A base that is built twice warns once.
        if !warnings.contains(&warning) {
            warnings.push(*warning);
        }
    }

    fn place(&self, folder: &Folder, path: &str, at: Mark) -> Result<RepoPath> {
        refuse_remote(path, at, remote::is_file)?;
        let place = folder.path.join(path).map_err(|e| fault("kustomize/path", at, e.to_string()))?;
        self.touched.borrow_mut().files.insert(place.clone());
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
        Ok((self.sources.file(place.as_str()), text))
    }

    /// The text of a file that values were read from.
    pub(crate) fn text_of(&self, file: u32) -> Option<String> {
        let place = RepoPath::new(&self.sources.name(file)).ok()?;
        self.tree.read(&place).ok()
    }

    /// The bytes of a file and its number.
    pub(crate) fn bytes(&self, folder: &Folder, path: &str, at: Mark) -> Result<(u32, Vec<u8>)> {
        let place = self.place(folder, path, at)?;
        let bytes = self.tree.bytes(&place).map_err(|e| unreadable(&e, at))?;
        Ok((self.sources.file(place.as_str()), bytes))
    }

    /// The document of a file that configures the build.
    pub(crate) fn document(&self, folder: &Folder, path: &str, at: Mark, twice: Twice) -> Result<Node> {
        let (file, text) = self.text(folder, path, at)?;
        Ok(read::single(self.limits, file, &text, twice)?.unwrap_or_else(Node::null))
    }

    /// The kustomization file of a folder: its number, its text and its document.
    pub(crate) fn kustomization(&self, folder: &RepoPath, at: Mark) -> Result<(u32, Arc<str>, Node)> {
        let files = NAMES.iter().filter_map(|name| folder.join(name).ok());
        self.touched.borrow_mut().files.extend(files);
        let Configuration { place, text, node, again } = match self.known {
            None => self.configuration(folder, at)?,
            Some(known) => Configuration::clone(
                &*known.configuration(folder, self.limits, || self.configuration(folder, at))?,
            ),
        };
        let file = self.sources.file(place.as_str());
        for (key, at) in again {
            let message = format!("`{key}` is here twice; only the last one counts");
            let found = fault("kustomize/duplicate-key", at.of(file), message);
            self.warn(found.with_help("join them"));
        }
        let node =
            node.map_or_else(|| Node::null().at(Mark { file, line: 1, column: 1 }), |node| node.of(file));
        Ok((file, text, node))
    }

    /// The kustomization file of a folder for a caller; none if there is none.
    pub(crate) fn file(
        &self,
        folder: &RepoPath,
    ) -> std::result::Result<Option<KustomizationFile>, BuildError> {
        let known = self.known.map(|known| {
            let read = || self.configuration(folder, Mark::default());
            known.configuration(folder, self.limits, read).map(|found| Configuration::clone(&found))
        });
        let found = known.unwrap_or_else(|| self.configuration(folder, Mark::default()));
        match found {
            Ok(Configuration { place, text, node, .. }) => {
                let node = node.unwrap_or_else(Node::map);
                Ok(Some(KustomizationFile { place, text, node, sources: Vec::new() }))
            }
            Err(fault) if fault.code == "kustomize/no-kustomization" => Ok(None),
            Err(fault) => Err(BuildError(Box::new(fault.diagnostic(&self.sources.take(), folder.as_str())))),
        }
    }

    fn configuration(&self, folder: &RepoPath, at: Mark) -> Result<Configuration> {
        let mut found = Vec::new();
        for name in NAMES {
            let Ok(place) = folder.join(name) else { continue };
            if let Ok(text) = self.tree.read(&place) {
                found.push((place, text));
            }
        }
        match found.pop() {
            Some((place, text)) if found.is_empty() => {
                let read = read::configuration(self.limits, 0, &text);
                let (node, again) = read.map_err(|fault| fault.of(self.sources.file(place.as_str())))?;
                Ok(Configuration { place, text: text.into(), node, again })
            }
            Some((last, _)) => {
                let message = format!("found multiple kustomization files under `{folder}`");
                let at = Mark { file: self.sources.file(last.as_str()), line: 1, column: 1 };
                Err(fault("kustomize/several-kustomizations", at, message))
            }
            None => {
                let names = "'kustomization.yaml', 'kustomization.yml' or 'Kustomization'";
                let message = format!("unable to find one of {names} in directory `{folder}`");
                Err(fault("kustomize/no-kustomization", at, message))
            }
        }
    }

    /// Goes into another folder; going where the way began, or above, is a cycle.
    pub(crate) fn enter(&self, folder: &Folder, path: &str, at: Mark) -> Result<Folder> {
        if path.is_empty() {
            return Err(fault("kustomize/path", at, "an empty path"));
        }
        refuse_remote(path, at, remote::is_repository)?;
        let place = folder.path.join(path).map_err(|e| fault("kustomize/path", at, e.to_string()))?;
        if !self.has_folder(&place) {
            let message = format!("`{place}` is neither a file nor a folder");
            return Err(fault("kustomize/not-found", at, message));
        }
        let mut visited = folder.visited.clone();
        visited.push(folder.path.clone());
        if let Some(seen) = visited.iter().find(|v| v.starts_with(&place)) {
            let message = format!("cycle detected: `{place}` contains visited `{seen}`");
            return Err(fault("kustomize/cycle", at, message));
        }
        let way = folder.way.as_ref().map(|way| way.to(path));
        let entered = self.sources.entered(folder.entered, at);
        self.limits.enter(entered as usize, visited.len(), at)?;
        Ok(Folder { path: place, visited, way, entered })
    }

    /// The objects of a file.
    pub(crate) fn objects(&self, folder: &Folder, path: &str, at: Mark) -> Result<Vec<Object>> {
        let place = self.place(folder, path, at)?;
        let number = || self.sources.file(place.as_str());
        let read = |number_of: &dyn Fn() -> u32| {
            let text = self.tree.read(&place).map_err(|e| unreadable(&e, at))?;
            of_file(self.limits, number_of(), &text).map_err(|fault| fault.of(number()))
        };
        let object = |node: Node| {
            let object = notes::object(node, &self.schema)?;
            let may_repeat = annotations(&object.node).and_then(Node::repeated).is_some();
            Ok(Object { entered: folder.entered, may_repeat, ..object })
        };
        let objects: Result<Vec<Object>> = match self.known {
            None => read(&number)?.into_iter().map(object).collect(),
            Some(known) => {
                let nodes = known.objects(&place, self.limits, || read(&|| 0))?;
                let file = number();
                nodes.iter().map(|node| object(node.clone().of(file))).collect()
            }
        };
        let mut objects = objects?;
        folder.way.as_ref().map_or(Ok(()), |way| way.to(path).note_file(&mut objects))?;
        Ok(objects)
    }

    /// Is it a folder, or something remote that the original takes for one?
    pub(crate) fn is_folder(&self, folder: &Folder, path: &str) -> bool {
        remote::is_repository(path) || folder.path.join(path).is_ok_and(|place| self.has_folder(&place))
    }

    fn has_folder(&self, place: &RepoPath) -> bool {
        self.touched.borrow_mut().folders.insert(place.clone());
        self.tree.has_folder(place)
    }
}

fn unreadable(error: &TreeError, at: Mark) -> Box<Fault> {
    fault("kustomize/not-found", at, error.to_string())
}

/// A kustomization file as it was read; its marks have no file yet.
#[derive(Debug, Clone)]
pub(crate) struct Configuration {
    place: RepoPath,
    text: Arc<str>,
    node: Option<Node>,
    again: Vec<read::Again>,
}

/// The objects of a text: lists are unrolled, what is no object is refused.
pub(crate) fn objects(loader: &Loader<'_>, file: u32, text: &str, twice: Twice) -> Result<Vec<Object>> {
    let nodes = nodes(loader.limits, file, text, twice)?;
    nodes.into_iter().map(|node| notes::object(node, &loader.schema)).collect()
}

/// The objects of a file. A key may be twice in annotations: kustomize writes all of them anew, and the last one counts.
fn of_file(limits: Limits, file: u32, text: &str) -> Result<Vec<Node>> {
    nodes(limits, file, text, Twice::Refused).or_else(|fault| {
        if fault.code != "yaml/duplicate-key" {
            return Err(fault);
        }
        let found = nodes(limits, file, text, Twice::Kept)?;
        if found.iter().any(repeats_elsewhere) { Err(fault) } else { Ok(found) }
    })
}

fn annotations(node: &Node) -> Option<&Node> {
    node.get("metadata")?.get("annotations")
}

/// Is a key there twice other than among the annotations?
fn repeats_elsewhere(node: &Node) -> bool {
    let mut node = node.clone();
    if let Some(Value::Map(fields)) =
        node.get_mut("metadata").and_then(|m| m.get_mut("annotations")).map(|n| &mut n.value)
        && fields.iter().all(|field| field.value.repeated().is_none())
    {
        fields.clear();
    }
    node.repeated().is_some()
}

fn nodes(limits: Limits, file: u32, text: &str, twice: Twice) -> Result<Vec<Node>> {
    let documents = read::objects(limits, file, text, twice)?;
    let is_alone = documents.len() == 1 && !has_separator(text);
    let mut queue = Vec::new();
    for document in documents {
        let kind = document.get("kind").map_or("", Node::value_text);
        let wraps = is_alone
            && matches!(kind, "List" | "ResourceList")
            && (document.get("items").is_some() || document.get("functionConfig").is_some());
        if wraps {
            // kyaml takes whatever lies in `items` for objects: in a mapping the keys too, which are none.
            if let Some(field) = document.get("items").and_then(|items| items.fields().first()) {
                let message = "`items` of a list is no list: its keys are taken for objects";
                return Err(fault("kustomize/list", field.at, message));
            }
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
        let may_repeat = is_list && twice == Twice::Kept;
        if let Some((field, first)) = may_repeat.then(|| node.repeated()).flatten() {
            return Err(read::twice_here(&field.key, field.at, first));
        }
        match node.get("items").map(|items| &items.value) {
            Some(Value::Seq(items)) if is_list => {
                // The original takes lists apart as JSON.
                items.iter().try_for_each(keys_are_texts)?;
                let mut items = checked(items.clone())?;
                items
                    .iter_mut()
                    .try_for_each(through_json)
                    .map_err(|(at, message)| fault("kustomize/value", at, message))?;
                queue.extend(items);
            }
            Some(Value::Scalar(scalar)) if is_list && scalar.is_null() => {}
            Some(_) if is_list => {
                return Err(fault("kustomize/list", node.at, "`items` of a list kind is no list"));
            }
            _ => objects.push(node),
        }
    }
    Ok(objects)
}

fn keys_are_texts(node: &Node) -> Result<()> {
    match &node.value {
        Value::Scalar(_) => Ok(()),
        Value::Seq(items) => items.iter().try_for_each(keys_are_texts),
        Value::Map(fields) => fields.iter().try_for_each(|field| {
            if field.is_text {
                return keys_are_texts(&field.value);
            }
            let message = format!("the key `{}` is no text", field.key);
            Err(fault("yaml/key", field.at, message).with_help("put it in quotes"))
        }),
    }
}

fn has_separator(text: &str) -> bool {
    Cow::from(text).contains("\n---")
}

fn checked(nodes: Vec<Node>) -> Result<Vec<Node>> {
    let mut kept = Vec::new();
    for node in nodes.into_iter().filter(|n| !n.is_empty()) {
        check(&node)?;
        kept.push(node);
    }
    Ok(kept)
}

/// Refuses what is no object: something without kind, or without a name if it is no list.
pub(crate) fn check(node: &Node) -> Result<()> {
    let kind = node.get("kind").map_or("", Node::value_text);
    let name = node.get("metadata").and_then(|m| m.get("name")).map_or("", Node::value_text);
    if kind.is_empty() {
        return Err(fault("kustomize/no-kind", node.at, "missing `kind` in object"));
    }
    if !kind.ends_with("List") && name.is_empty() {
        return Err(fault("kustomize/no-name", node.at, "missing `metadata.name` in object"));
    }
    Ok(())
}
