//! The built-in kinds of a Kubernetes version, out of what its Go module holds.
//!
//! Sources: `api/openapi-spec/v3/*_openapi.json` of k8s.io/kubernetes for fields, types, lists, scope and the kinds that are served,
//! `pkg/generated/openapi/zz_generated.openapi.go` for enumerations, which the former leave out.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use kustomize_rs::Limits as ReadLimits;
use kustomize_rs::yaml::json::read_as_json;
use kustomize_rs::yaml::node::Node;
use smol_str::SmolStr;
use yamltree::diagnostic::Diagnostic;

use crate::schema::{self, json, push, texts};
use crate::schemas::{Group, Known};
use crate::types::{Is, Limits, Table, Type, TypeId};

const REFERENCE: &str = "#/components/schemas/";

/// What the fields of types may be: by type and field; `field[]` is about the items of a list.
pub type Enumerations = HashMap<(String, String), Vec<SmolStr>>;

/// The kinds of one document. A document that describes no kind that can be made gives an empty group.
///
/// # Errors
///
/// If the text is no JSON.
pub fn group(text: &str, name: &str, enumerations: &Enumerations) -> Result<Group, Box<Diagnostic>> {
    let document = read_as_json(text, name, ReadLimits::default())?;
    let schemas = document.get("components").and_then(|it| it.get("schemas")).map_or(&[][..], Node::fields);
    let mut builder = Builder {
        schemas: schemas.iter().map(|field| (field.key.as_str(), &field.value)).collect(),
        enumerations,
        done: HashMap::new(),
        table: Table::default(),
    };
    let namespaced = made(&document);
    let mut group = Group::default();
    for field in schemas {
        for named in field.value.get("x-kubernetes-group-version-kind").map_or(&[][..], Node::items) {
            let text = |key: &str| named.get(key).map_or("", Node::value_text);
            let api_version = api_version(text("group"), text("version"));
            let key = (api_version.clone(), text("kind").to_owned());
            let Some(is_namespaced) = namespaced.get(&key) else { continue };
            let root = builder.named(&field.key);
            group.kinds.push(Known {
                api_version: api_version.into(),
                kind: key.1.as_str().into(),
                is_namespaced: *is_namespaced,
                is_custom: false,
                root,
            });
        }
    }
    group.table = builder.table;
    Ok(group)
}

fn api_version(group: &str, version: &str) -> String {
    if group.is_empty() { version.to_owned() } else { format!("{group}/{version}") }
}

/// The kinds that can be created at a path of their own, and whether that path has a namespace.
fn made(document: &Node) -> BTreeMap<(String, String), bool> {
    let mut found: BTreeMap<(String, String), bool> = BTreeMap::new();
    for path in document.get("paths").map_or(&[][..], Node::fields) {
        let Some(named) = path.value.get("post").and_then(|post| post.get("x-kubernetes-group-version-kind"))
        else {
            continue;
        };
        // What lies below an object (`…/{name}/eviction`) is no kind that is applied.
        if path.key.contains("{name}") {
            continue;
        }
        let text = |key: &str| named.get(key).map_or("", Node::value_text);
        let key = (api_version(text("group"), text("version")), text("kind").to_owned());
        *found.entry(key).or_default() |= path.key.contains("/namespaces/{namespace}/");
    }
    found
}

struct Builder<'d> {
    schemas: HashMap<&'d str, &'d Node>,
    enumerations: &'d Enumerations,
    done: HashMap<&'d str, TypeId>,
    table: Table,
}

impl<'d> Builder<'d> {
    fn named(&mut self, name: &str) -> TypeId {
        let Some((name, schema)) = self.schemas.get_key_value(name).map(|(name, schema)| (*name, *schema))
        else {
            return push(Type::default(), &mut self.table);
        };
        if let Some(done) = self.done.get(name) {
            return *done;
        }
        // The number is given first: a schema of schemas names itself.
        let id = push(Type::default(), &mut self.table);
        self.done.insert(name, id);
        let mut found = match name.rsplit('.').next() {
            Some("Quantity") => Type { is: Is::Quantity, ..Type::default() },
            Some("IntOrString") => Type { is: Is::WholeOrText, ..Type::default() },
            _ => self.typed(schema, name),
        };
        found.name = Some(name.into());
        if let Some(place) = self.table.types.get_mut(id as usize) {
            *place = found;
        }
        id
    }

    /// A schema that stands in another: a reference, a list, a map or a scalar.
    fn inner(&mut self, schema: &'d Node, owner: &str, field: &str) -> TypeId {
        let of_all = || schema.get("allOf").and_then(|all| all.items().first());
        let reference = schema.get("$ref").or_else(|| of_all()?.get("$ref"));
        if let Some(name) = reference.and_then(|reference| reference.value_text().strip_prefix(REFERENCE)) {
            let id = self.named(name);
            // Lists, which are never named, and defaults belong to the field; so do the values of a named text.
            return id;
        }
        let mut found = self.typed(schema, owner);
        let list = format!("{field}[]");
        let key = |field: &str| (owner.to_owned(), field.to_owned());
        if let Some(values) = self.enumerations.get(&key(field)) {
            found.limits.get_or_insert_default().values.clone_from(values);
        }
        if found.is == Is::List
            && let Some(values) = self.enumerations.get(&key(&list))
            && let Some(items) = found.items.and_then(|id| self.table.types.get_mut(id as usize))
        {
            items.limits.get_or_insert_default().values.clone_from(values);
        }
        push(found, &mut self.table)
    }

    fn typed(&mut self, schema: &'d Node, owner: &str) -> Type {
        let text = |key: &str| schema.get(key).map_or("", Node::value_text);
        let format = text("format");
        let is = schema::is_of(schema);
        let mut found = Type { is, required: texts(schema.get("required")), ..Type::default() };
        found.keyed = schema::keyed(schema);
        let fields = schema.get("properties").map_or(&[][..], Node::fields);
        for field in fields {
            let id = self.inner(&field.value, owner, &field.key);
            found.fields.push((field.key.clone(), id));
            if let (Some(default), Some(of)) =
                (field.value.get("default"), self.table.types.get_mut(id as usize))
                && of.name.is_none()
            {
                of.default = Some(json(default).into());
            }
        }
        found.fields.sort();
        // What has no fields at all (`RawExtension`, `FieldsV1`, `JSON`) holds anything.
        found.keeps_unknown = is == Is::Object && fields.is_empty();
        if let Some(others) = schema.get("additionalProperties").filter(|others| !others.fields().is_empty())
        {
            found.others = Some(self.inner(others, owner, ""));
            found.keeps_unknown = false;
        }
        found.items = schema.get("items").map(|items| self.inner(items, owner, ""));
        if is == Is::Text && !format.is_empty() {
            let format = if format == "byte" { "base64" } else { format };
            found.limits = Some(Box::new(Limits { format: Some(format.into()), ..Limits::default() }));
        }
        found
    }
}

/// The enumerations of `zz_generated.openapi.go`.
pub fn enumerations(go: &str) -> Enumerations {
    let mut found = Enumerations::new();
    let (mut owner, mut field, mut depth) = (String::new(), String::new(), 0);
    for line in go.lines() {
        if let Some(rest) = line.strip_prefix("func schema_") {
            owner = rest.split('(').next().map(model).unwrap_or_default();
            continue;
        }
        let text = line.trim_start_matches('\t');
        let tabs = line.len() - text.len();
        if tabs == 5
            && let Some((name, _)) = text.strip_prefix('"').and_then(|rest| rest.split_once("\": {"))
        {
            (field, depth) = (name.to_owned(), tabs);
            continue;
        }
        let Some(values) = text.strip_prefix("Enum:").and_then(|rest| {
            rest.trim()
                .strip_prefix("[]interface{}{")
                .and_then(|rest| rest.trim_end_matches(',').strip_suffix('}'))
        }) else {
            continue;
        };
        // Two levels for a field (`SchemaProps`), more for the items of a list.
        let key = if tabs == depth + 2 { field.clone() } else { format!("{field}[]") };
        let values: BTreeSet<SmolStr> = values.split(", ").map(SmolStr::from).collect();
        found.insert((owner.clone(), key), values.into_iter().collect());
    }
    found
}

/// `k8sio_api_batch_v1_CronJobSpec` is `io.k8s.api.batch.v1.CronJobSpec`.
fn model(go: &str) -> String {
    let known = [("k8sio_api_", "io.k8s.api."), ("pkg_apis_meta_", "io.k8s.apimachinery.pkg.apis.meta.")];
    let found = known.iter().find_map(|(go_name, name)| Some((go.strip_prefix(go_name)?, *name)));
    found.map_or_else(|| go.to_owned(), |(rest, name)| format!("{name}{}", rest.replace('_', ".")))
}
