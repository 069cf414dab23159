//! The order of work in a folder: resources, generators, components, transformers; at the end hashes and references.

use crate::fault::{Result, fault};
use crate::fields::FieldTable;
use crate::kustomization::Kustomization;
use crate::kustomization::record::Entry;
use crate::load::{Folder, Loader};
use crate::set::ObjectSet;
use crate::transform::namespace::Namespace;
use crate::yaml::node::Mark;
use crate::{generator, patch, references, replace, transform};

/// What has been gathered: objects and the fields that transformers know.
#[derive(Default)]
pub(crate) struct Gathered {
    pub(crate) set: ObjectSet,
    pub(crate) table: FieldTable,
}

/// Reads the kustomization file of a folder.
pub(crate) fn read(loader: &Loader<'_>, folder: &Folder, at: Mark) -> Result<Kustomization> {
    let (file, node) = loader.kustomization(&folder.path, at)?;
    Kustomization::read(&node).map_err(|f| f.or_at(Mark { file, line: 1, column: 1 }))
}

/// Builds a folder and settles names.
pub(crate) fn run(loader: &Loader<'_>, folder: &Folder, file: &Kustomization) -> Result<ObjectSet> {
    let Gathered { mut set, table } = accumulate(loader, folder, file, Gathered::default())?;
    for object in set.changing().iter_mut().filter(|o| o.needs_hash) {
        let name = format!("{}-{}", object.name(), generator::hash(object));
        object.store_id();
        object.set_name(&name);
    }
    references::fix(&mut set, &table)?;
    set.changing().retain(|object| {
        let annotations = object.node.get("metadata").and_then(|m| m.get("annotations"));
        let local = annotations.and_then(|a| a.get("config.kubernetes.io/local-config"));
        local.is_none_or(|node| node.value_text() == "false")
    });
    Ok(set)
}

fn refuse(file: &Kustomization) -> Result<()> {
    let no = |at: Option<Mark>, what: &str, why: &str| match at {
        Some(at) => Err(fault("kustomize/unsupported", at, format!("`{what}` is not supported: {why}"))),
        None => Ok(()),
    };
    let first = |entries: &[Entry]| entries.first().map(|e| e.at);
    no(file.helm, "helmCharts", "charts are not rendered here")?;
    no(first(&file.crds), "crds", "not built yet")?;
    no(first(&file.generators), "generators", "not built yet")?;
    no(first(&file.transformers), "transformers", "not built yet")?;
    no(first(&file.validators), "validators", "not built yet")?;
    no(file.vars.first().map(|v| v.at), "vars", "not built yet; use `replacements`")?;
    no((!file.openapi.is_empty()).then_some(file.at), "openapi", "not built yet")?;
    let annotations = |option: &&String| option.ends_with("Annotations");
    no(file.build_metadata.iter().find(annotations).map(|_| file.at), "buildMetadata", "not built yet")
}

fn accumulate(
    loader: &Loader<'_>,
    folder: &Folder,
    file: &Kustomization,
    parent: Gathered,
) -> Result<Gathered> {
    refuse(file)?;
    let mut gathered = parent;
    for entry in &file.resources {
        resource(loader, folder, entry, &mut gathered)?;
    }
    gathered.table.merge(FieldTable::builtin(), file.at)?;
    for Entry { text, at } in &file.configurations {
        let node = loader.document(folder, text, *at)?;
        gathered.table.merge(&FieldTable::read(&node)?, *at)?;
    }
    for config in file.config_maps.iter().chain(&file.secrets) {
        let mut config = config.clone();
        file.options.iter().for_each(|global| config.options.inherit(global));
        let object = generator::object(loader, folder, &config)?;
        gathered.set.absorb(object)?;
    }
    for Entry { text, at } in &file.components {
        let below = loader.enter(folder, text, *at)?;
        let component = read(loader, &below, *at)?;
        if !component.is_component {
            let message =
                format!("expected kind `Component` for path `{}` but got `Kustomization`", below.path);
            return Err(fault("kustomize/kind", *at, message).with_help("list it under `resources`"));
        }
        gathered = accumulate(loader, &below, &component, gathered)?;
    }
    transformers(loader, folder, file, &mut gathered)?;
    Ok(gathered)
}

fn resource(loader: &Loader<'_>, folder: &Folder, entry: &Entry, gathered: &mut Gathered) -> Result<()> {
    let Entry { text, at } = entry;
    let objects = match loader.objects(folder, text, *at) {
        Ok(objects) => objects,
        Err(found) if found.is_malformed() || !loader.is_folder(folder, text) => return Err(found.or_at(*at)),
        Err(_) => {
            let below = loader.enter(folder, text, *at)?;
            let file = read(loader, &below, *at)?;
            if file.is_component {
                let message = format!("expected kind != `Component` for path `{}`", below.path);
                return Err(fault("kustomize/kind", *at, message).with_help("list it under `components`"));
            }
            let child = accumulate(loader, &below, &file, Gathered::default())?;
            gathered.set.append_all(child.set.objects)?;
            return gathered.table.merge(&child.table, *at);
        }
    };
    gathered.set.append_all(objects)
}

fn transformers(
    loader: &Loader<'_>,
    folder: &Folder,
    file: &Kustomization,
    gathered: &mut Gathered,
) -> Result<()> {
    let Gathered { set, table } = gathered;
    patch::apply_strategic(loader, folder, set, &file.patches_strategic_merge)?;
    for entry in &file.patches {
        patch::apply(loader, folder, set, entry)?;
    }
    let namespace = Namespace { name: &file.namespace, specs: &table.namespace };
    namespace.apply(set)?;
    for (text, specs, is_prefix) in
        [(&file.name_prefix, &table.name_prefix, true), (&file.name_suffix, &table.name_suffix, false)]
    {
        if !text.is_empty() {
            transform::affix(set, text, specs, is_prefix)?;
        }
    }
    for entry in &file.labels {
        let specs = transform::label_fields(entry, table)?;
        transform::set_pairs(set, &entry.pairs, &specs, entry.at)?;
    }
    transform::set_pairs(set, &file.common_labels, &table.common_labels, file.at)?;
    transform::set_pairs(set, &file.common_annotations, &table.common_annotations, file.at)?;
    for entry in &file.patches_json {
        patch::apply_json(loader, folder, set, entry)?;
    }
    for replica in &file.replicas {
        transform::replicas(set, replica, &table.replicas)?;
    }
    for image in &file.images {
        transform::image::apply(set, image, &table.images)?;
    }
    if !file.replacements.is_empty() {
        replace::apply(loader, folder, set, &file.replacements)?;
    }
    set.drop_gone();
    Ok(())
}
