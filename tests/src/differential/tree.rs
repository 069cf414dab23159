//! A whole tree: overlays on bases, components beside them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::Case;
use super::draw::Draw;
use super::{fields, objects, write};

/// A folder while it is made.
pub struct Folder {
    path: String,
    files: BTreeMap<String, String>,
    /// The objects that are there when its own transformers run.
    pub known: Vec<Value>,
    pub is_top: bool,
}

impl Folder {
    /// Adds a file and says by which name the kustomization knows it.
    pub fn file(&mut self, draw: &mut Draw, stem: &str, text: String) -> String {
        let below = if draw.takes(5, "file in a folder below") { "sub/" } else { "" };
        let name = format!("{below}{stem}{}.yaml", self.files.len());
        self.files.insert(format!("{}/{name}", self.path), text);
        if draw.takes(3, "path with a dot") { format!("./{name}") } else { name }
    }

    /// Adds a file of exactly this name.
    pub fn named_file(&mut self, name: &str, text: String) {
        self.files.insert(format!("{}/{name}", self.path), text);
    }

    /// One of the objects known here.
    pub fn any_object(&self, draw: &mut Draw) -> Option<Value> {
        (!self.known.is_empty()).then(|| draw.pick(&self.known))
    }
}

/// What the tree is being made of.
struct Maker<'a> {
    draw: &'a mut Draw,
    files: BTreeMap<String, String>,
    ids: BTreeSet<String>,
    folders: usize,
}

/// Makes the tree of a seed.
pub fn case(seed: u64) -> Case {
    let mut draw = Draw::new(seed);
    let depth = draw.pick(&[0, 0, 1, 1, 1, 2]);
    let mut maker = Maker { draw: &mut draw, files: BTreeMap::new(), ids: BTreeSet::new(), folders: 0 };
    maker.folder("top", depth, false, Vec::new());
    let files = maker.files;
    let mut flags = Vec::new();
    if draw.takes(25, "flag: --reorder none") {
        flags.push("--reorder=none".to_owned());
    }
    if draw.takes(10, "flag: --load-restrictor") {
        flags.push("--load-restrictor=LoadRestrictionsNone".to_owned());
    }
    if draw.takes(5, "flag: --enable-managedby-label") {
        flags.push("--enable-managedby-label".to_owned());
    }
    Case { files, folder: "top".to_owned(), flags, hits: draw.hits }
}

impl Maker<'_> {
    /// Makes a folder and says which objects come out of it.
    fn folder(&mut self, path: &str, depth: usize, is_component: bool, known: Vec<Value>) -> Vec<Value> {
        let is_top = path == "top";
        let mut folder = Folder { path: path.to_owned(), files: BTreeMap::new(), known: Vec::new(), is_top };
        let mut file = Map::new();
        if is_component {
            file.insert("apiVersion".to_owned(), json!("kustomize.config.k8s.io/v1alpha1"));
            file.insert("kind".to_owned(), json!("Component"));
        } else if self.draw.chance(20) {
            file.insert("apiVersion".to_owned(), json!("kustomize.config.k8s.io/v1beta1"));
            file.insert("kind".to_owned(), json!("Kustomization"));
        }
        let mut resources = Vec::new();
        if !is_component || self.draw.chance(30) {
            resources = self.own(&mut folder, if depth > 0 && is_top { 1 } else { 3 });
        }
        if depth > 0 {
            for _ in 0..self.draw.between(1, 2) {
                resources.push(Value::from(self.below(path, depth - 1, &mut folder, false)));
            }
        }
        if self.draw.takes(2, "resource that is not there") {
            resources.push(json!("missing.yaml"));
        }
        folder.known.extend(known);
        if !resources.is_empty() {
            let name = if self.draw.takes(3, "bases") { "bases" } else { "resources" };
            file.insert(name.to_owned(), Value::Array(resources));
        }
        fields::generators(self.draw, &mut folder, &mut file);
        if self.draw.takes(if is_component { 5 } else { 20 }, "components") {
            let entry = self.below(path, 0, &mut folder, true);
            file.insert("components".to_owned(), json!([entry]));
        }
        fields::transformers(self.draw, &mut folder, &mut file);
        if file.is_empty() || (file.len() == 2 && file.contains_key("kind")) {
            file.insert("namePrefix".to_owned(), json!("my-"));
        }
        let oddness = self.draw.oddness;
        // A kustomization file that cannot be read ends the case: it is written plainly.
        self.draw.oddness = oddness.min(2);
        let file = shuffled(self.draw, file);
        let text = write::document(self.draw, &file);
        self.draw.oddness = oddness;
        let name = self.draw.pick(&[
            "kustomization.yaml",
            "kustomization.yaml",
            "kustomization.yml",
            "Kustomization",
        ]);
        folder.named_file(name, text);
        self.files.extend(folder.files);
        folder.known
    }

    /// Makes a folder beside this one and says how to get there.
    fn below(&mut self, path: &str, depth: usize, folder: &mut Folder, is_component: bool) -> String {
        self.folders += 1;
        let name = format!("{}{}", if is_component { "part" } else { "base" }, self.folders);
        if self.draw.takes(20, "folder below the folder") {
            let found = self.child(&format!("{path}/{name}"), depth, folder, is_component);
            folder.known = found;
            return name;
        }
        let found = self.child(&name, depth, folder, is_component);
        folder.known = found;
        format!("{}{name}", "../".repeat(path.split('/').count()))
    }

    fn child(&mut self, path: &str, depth: usize, folder: &Folder, is_component: bool) -> Vec<Value> {
        if is_component {
            return self.folder(path, depth, true, folder.known.clone());
        }
        let mut known = folder.known.clone();
        known.extend(self.folder(path, depth, false, Vec::new()));
        known
    }

    /// Files with objects of its own.
    fn own(&mut self, folder: &mut Folder, most: usize) -> Vec<Value> {
        let mut entries = Vec::new();
        for _ in 0..self.draw.between(1, most) {
            let count = self.draw.pick(&[1, 1, 2, 3]);
            let mut found = Vec::new();
            for _ in 0..count {
                let object = objects::object(self.draw);
                let id = format!("{}/{}", object["kind"], object["metadata"]["name"]);
                if !self.ids.insert(id) && !self.draw.takes(3, "id twice") {
                    continue;
                }
                found.push(object);
            }
            if found.is_empty() {
                continue;
            }
            let text = write::documents(self.draw, &found);
            for object in found {
                match object["items"].as_array() {
                    Some(items) => folder.known.extend(items.iter().cloned()),
                    None => folder.known.push(object),
                }
            }
            entries.push(Value::from(folder.file(self.draw, "objects", text)));
        }
        entries
    }
}

/// The fields in another order.
fn shuffled(draw: &mut Draw, map: Map<String, Value>) -> Value {
    let mut fields: Vec<(String, Value)> = map.into_iter().collect();
    if draw.chance(50) {
        for at in (1..fields.len()).rev() {
            let other = draw.below(at + 1);
            fields.swap(at, other);
        }
    }
    Value::Object(fields.into_iter().collect())
}
