//! The order of work in a folder: resources, generators, components, transformers; at the end hashes and references.

mod transformers;

use std::borrow::Cow;

use crate::fault::{Result, fault};
use crate::fields::table::FieldTable;
use crate::file::KustomizationFile;
use crate::kustomization::record::{Entry, Reading};
use crate::kustomization::{Kustomization, OpenApi};
use crate::load::{Folder, Loader};
use crate::metadata::{By, Way};
use crate::pass::Pass;
use crate::patch::Patches;
use crate::set::{ObjectSet, registered};
use crate::vars::Variables;
use crate::yaml::node::{Mark, Node};
use crate::yaml::read::{self, Twice};
use crate::{crds, generator, load, plugin, references, transform, vars};

/// What has been gathered: objects and the fields that transformers know.
#[derive(Default)]
pub(crate) struct Gathered {
    pub(crate) set: ObjectSet,
    pub(crate) table: Cow<'static, FieldTable>,
    pub(crate) vars: Variables,
}

/// Reads the kustomization file of a folder.
pub(crate) fn read(loader: &Loader<'_>, folder: &Folder, at: Mark) -> Result<Kustomization> {
    let (file, text, node) = loader.kustomization(&folder.path, at)?;
    let read = Kustomization::read(&node, &text, Reading::Exact)
        .map_err(|f| f.or_at(Mark { file, line: 1, column: 1 }))?;
    read.warn(|warning| loader.warn(warning));
    Ok(read)
}

/// Reads the kustomization file that a caller gives.
pub(crate) fn read_given(loader: &Loader<'_>, given: &KustomizationFile) -> Result<Kustomization> {
    Kustomization::read(&given.numbered(loader), &given.text, Reading::Loose)
}

/// Builds a folder and settles names.
pub(crate) fn run(loader: &Loader<'_>, folder: &Folder, file: &Kustomization) -> Result<ObjectSet> {
    types(loader, folder, file)?;
    let Gathered { mut set, table, vars } = accumulate(loader, folder, file, Gathered::default())?;
    transform::hash(&mut set, &loader.sources);
    references::fix(&mut set, &table, &loader.sources)?;
    for variable in vars::resolve(&mut set, &vars, &table.var_reference, loader)? {
        let message = format!("well-defined var that was never replaced: `{}`", variable.name);
        loader.warn(fault("kustomize/unused-variable", variable.at, message));
    }
    let mut finish = Pass::default();
    // A patch may have taken a kind or name away.
    finish.add(|object| load::check(&object.node));
    finish.add(registered());
    finish.run(&mut set)?;
    set.changing().retain(|object| {
        let annotations = object.node.get("metadata").and_then(|m| m.get("annotations"));
        let local = annotations.and_then(|a| a.get("config.kubernetes.io/local-config"));
        local.is_none_or(|node| node.value_text() == "false")
    });
    Ok(set)
}

/// Takes the types that `openapi` of a kustomization names; the first one in a build counts.
fn types(loader: &Loader<'_>, folder: &Folder, file: &Kustomization) -> Result<()> {
    let OpenApi { at, path, .. } = &file.openapi;
    let text = path.as_deref().map(|path| loader.text(folder, path, *at)).transpose()?;
    loader.schema.set(&file.openapi, text, loader.limits)
}

/// The way to the kustomization file itself, if notes are made.
pub(crate) fn way_to(loader: &Loader<'_>, folder: &Folder, file: &Kustomization) -> Option<Way> {
    let way = folder.way.as_ref()?;
    let name = loader.sources.name(file.at.file);
    Some(way.to(name.rsplit('/').next().unwrap_or_default()))
}

fn accumulate(
    loader: &Loader<'_>,
    folder: &Folder,
    file: &Kustomization,
    parent: Gathered,
) -> Result<Gathered> {
    if let Some((field, at)) = file.helm {
        let message = format!("`{field}` is not supported: charts are not rendered here");
        return Err(fault("kustomize/unsupported", at, message));
    }
    let way = way_to(loader, folder, file);
    let mut gathered = parent;
    for entry in &file.resources {
        resource(loader, folder, entry, &mut gathered)?;
    }
    fields(loader, folder, file, &mut gathered.table)?;
    for config in file.config_maps.iter().chain(&file.secrets) {
        let mut config = config.clone();
        file.options.iter().for_each(|global| config.options.inherit(global));
        let mut object = generator::object(loader, folder, &config)?;
        if let Some(way) = &way {
            let kind = if config.is_secret { "SecretGenerator" } else { "ConfigMapGenerator" };
            way.note_generator(&mut object, &By::builtin(kind))?;
        }
        gathered.set.absorb(object)?;
    }
    for object in plugin::generate(&Patches { loader, folder, file }, &file.generators)? {
        gathered.set.absorb(object)?;
    }
    for Entry { text, at } in &file.components {
        let below = loader.enter(folder, text, *at)?;
        let component = read(loader, &below, *at)?;
        types(loader, &below, &component)?;
        if !component.is_component {
            let message =
                format!("expected kind `Component` for path `{}` but got `Kustomization`", below.path);
            return Err(fault("kustomize/kind", *at, message).with_help("list it under `resources`"));
        }
        gathered = accumulate(loader, &below, &component, gathered)?;
        // The original adds all that a component leaves to an empty set.
        gathered.set.each(registered())?;
    }
    transformers::run(loader, folder, file, &mut gathered)?;
    plugin::validate(&Patches { loader, folder, file }, &file.validators, &mut gathered.set)?;
    vars::declare(&mut gathered.set, &mut gathered.vars, &file.vars)?;
    Ok(gathered)
}

/// The built-in field specifications and those of files, added to what the resources brought.
fn fields(
    loader: &Loader<'_>,
    folder: &Folder,
    file: &Kustomization,
    table: &mut Cow<'static, FieldTable>,
) -> Result<()> {
    let mut own = FieldTable::default();
    for Entry { text, at } in &file.configurations {
        let node = loader.document(folder, text, *at, Twice::Refused)?;
        own.merge(&FieldTable::read(&node)?, *at)?;
    }
    let mut all = Cow::Borrowed(FieldTable::builtin());
    if own != FieldTable::default() {
        all.to_mut().merge(&own, file.at)?;
    }
    merge_fields(table, all, file.at)?;
    let mut custom = FieldTable::default();
    for Entry { text, at } in &file.crds {
        let (number, content) = loader.text(folder, text, *at)?;
        crds::check_json(&content, Mark { file: number, line: 1, column: 1 })?;
        let node = read::single(loader.limits, number, &content, Twice::Last)?.unwrap_or_else(Node::null);
        custom.merge(&crds::read(&node, *at)?, *at)?;
    }
    if custom != FieldTable::default() {
        table.to_mut().merge(&custom, file.at)?;
    }
    Ok(())
}

/// Most builds know the built-in fields alone: those are shared and never merged with themselves.
fn merge_fields(
    table: &mut Cow<'static, FieldTable>,
    other: Cow<'static, FieldTable>,
    at: Mark,
) -> Result<()> {
    match (&*table, other) {
        (Cow::Borrowed(_), Cow::Borrowed(_)) => {}
        (Cow::Owned(mine), other) if *mine == FieldTable::default() => *table = other,
        (_, other) => table.to_mut().merge(&other, at)?,
    }
    Ok(())
}

/// Adds the objects of an entry of `resources`: a file, or a folder that is built first.
pub(crate) fn resource(
    loader: &Loader<'_>,
    folder: &Folder,
    entry: &Entry,
    gathered: &mut Gathered,
) -> Result<()> {
    let Entry { text, at } = entry;
    let objects = match loader.objects(folder, text, *at) {
        Ok(objects) => objects,
        Err(found)
            if found.is_malformed()
                || found.code == "kustomize/remote"
                || !loader.is_folder(folder, text) =>
        {
            return Err(found.or_at(*at));
        }
        Err(_) => {
            let below = loader.enter(folder, text, *at)?;
            let file = read(loader, &below, *at)?;
            types(loader, &below, &file)?;
            if file.is_component {
                let message = format!("expected kind != `Component` for path `{}`", below.path);
                return Err(fault("kustomize/kind", *at, message).with_help("list it under `components`"));
            }
            let child = accumulate(loader, &below, &file, Gathered::default())?;
            gathered.set.append_all(child.set.objects)?;
            merge_fields(&mut gathered.table, child.table, *at)?;
            return vars::merge(&mut gathered.vars, child.vars.values());
        }
    };
    gathered.set.append_all(objects)
}
