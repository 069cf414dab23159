//! What overrides set, held against the schemas of the values that are documented.
//!
//! Looked at are the ConfigMaps and Secrets `oas-RELEASE-override` that the cluster has, and the examples in `overrides/`. No value
//! is ever shown: they may be secret.

mod schema;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use flux::object::ObjectKey;
use flux::render::spec::Name;
use flux::render::value;
use flux::values::{self, Found};
use kustomize_rs::Limits;
use kustomize_rs::yaml::json::{read_all_as_json, read_as_json};
use kustomize_rs::yaml::node::{Mark, Node};
use serde_json::Value;
use yamltree::diagnostic::Place;
use yamltree::path::RepoPath;

use self::schema::Schema;
use crate::subject::{Subject, place_in, text};
use crate::written::Written;

/// Where the examples are; the schemas are in a folder below.
const FOLDER: &str = "overrides";
/// The key of the values in an override.
pub(crate) const KEY: &str = "values.yaml";

/// The release that an object of this name overrides values of; none if it is no override.
pub(crate) fn release_of(name: &str) -> Option<&str> {
    name.strip_prefix("oas-")?.strip_suffix("-override")
}

/// What is wrong with overrides.
#[derive(Debug, Default)]
pub(crate) struct Overrides {
    /// Documented values that are something else than documented, and texts and schemas that cannot be read.
    pub(crate) values: Vec<Fault>,
    /// Values that are not documented.
    pub(crate) unknown_keys: Vec<Fault>,
}

/// Something that is wrong.
#[derive(Debug)]
pub(crate) struct Fault {
    pub(crate) place: Place,
    pub(crate) message: String,
    pub(crate) help: String,
}

impl Overrides {
    /// Holds all of them against their schemas; none in a repository that is no platform.
    pub(crate) fn of(subject: &Subject<'_>) -> Self {
        let mut found = Overrides::default();
        if subject.platform().is_none() {
            return found;
        }
        let mut schemas: BTreeMap<String, Option<Schema>> = BTreeMap::new();
        // Those of a cluster lie beside what Flux applies.
        for part in &subject.rendering.parts {
            for object in part.objects.iter().map(|rendered| &rendered.node) {
                let whole = || Place::file(part.kustomization.name.to_string());
                let place = |node: &Node| place_in(part, node.at).unwrap_or_else(whole);
                found.look(subject, object, &mut schemas, place);
            }
        }
        let folder = RepoPath::new(FOLDER).ok().and_then(|folder| subject.tree.list(&folder).ok());
        let is_example = |path: &RepoPath| path.name().is_some_and(|name| name.ends_with("-override.yaml"));
        for path in folder.unwrap_or_default().into_iter().map(|entry| entry.path).filter(is_example) {
            let Ok(text) = subject.tree.read(&path) else { continue };
            let objects = read_all_as_json(&text, path.as_str(), Limits::default()).unwrap_or_else(|fault| {
                found.values.push(Fault {
                    place: fault.place.clone(),
                    message: fault.message.clone(),
                    help: "write it as YAML: it is an example that people copy".to_owned(),
                });
                Vec::new()
            });
            let place =
                |node: &Node| Place::at(path.as_str(), node.at.line as usize, node.at.column as usize);
            objects.iter().for_each(|object| found.look(subject, object, &mut schemas, place));
        }
        found
    }

    fn look(
        &mut self,
        subject: &Subject<'_>,
        object: &Node,
        schemas: &mut BTreeMap<String, Option<Schema>>,
        place: impl Fn(&Node) -> Place,
    ) {
        let kind = text(object, &["kind"]);
        // What is encrypted says nothing.
        if !matches!(kind, "ConfigMap" | "Secret") || object.get("sops").is_some() {
            return;
        }
        let name = text(object, &["metadata", "name"]);
        let Some(release) = release_of(name) else { return };
        let path = format!("{FOLDER}/schemas/{name}.schema.json");
        let read = || {
            Schema::read(subject.tree, &path).unwrap_or_else(|fault| {
                self.values.push(fault);
                None
            })
        };
        let Some(schema) = schemas.entry(release.to_owned()).or_insert_with(read) else { return };
        let plain = value(object);
        let Ok(Found::Text(bytes)) = values::find(&plain, KEY) else { return };
        let Ok(written) = std::str::from_utf8(&bytes) else { return };
        let holder = ["stringData", "data"].iter().find_map(|field| object.get(field)?.get(KEY));
        let place = place(holder.unwrap_or(object));
        let file = RepoPath::new(&place.file).ok().and_then(|path| subject.tree.read(&path).ok());
        let written = Written { text: written, place, file: file.as_deref().unwrap_or_default() };
        let title = ObjectKey::named(kind, &Name::of(object)).to_string();
        let values = match read_as_json(written.text, KEY, Limits::default()) {
            Ok(values) => values,
            Err(fault) => {
                let at = fault.place.line.unwrap_or(1);
                let column = fault.place.column.unwrap_or(1);
                self.values.push(Fault {
                    place: written.place_of(at, column),
                    message: format!("{title}: the values are no YAML that Flux can read"),
                    help: "without it the release keeps the values that it has and is not updated any more"
                        .to_owned(),
                });
                return;
            }
        };
        let values = Values { node: &values, title: &title, written: &written };
        schema.hold(&values, self);
    }
}

/// The values of an override, and where they are.
pub(crate) struct Values<'v> {
    pub(crate) node: &'v Node,
    pub(crate) title: &'v str,
    written: &'v Written<'v>,
}

impl Values<'_> {
    fn place(&self, at: Mark) -> Place {
        self.written.place_of(at.line as usize, at.column as usize)
    }

    /// The values without nulls, which take away what the chart sets.
    fn without_nulls(&self) -> Value {
        let mut all = value(self.node);
        remove_nulls(&mut all);
        // An empty text sets nothing.
        if all.is_null() { Value::Object(serde_json::Map::new()) } else { all }
    }
}

fn remove_nulls(of: &mut Value) {
    match of {
        Value::Object(fields) => {
            fields.retain(|_, value| !value.is_null());
            fields.values_mut().for_each(remove_nulls);
        }
        Value::Array(items) => items.iter_mut().for_each(remove_nulls),
        _ => {}
    }
}
