//! The transformers that the fields of a kustomization stand for, in the order of the original.

use super::{Gathered, way_to};
use crate::fault::{Result, fault};
use crate::kustomization::Kustomization;
use crate::kustomization::record::Entry;
use crate::load::{Folder, Loader};
use crate::metadata::{By, Way};
use crate::object::Object;
use crate::pass::Pass;
use crate::patch::Patches;
use crate::set::ObjectSet;
use crate::source::Transformer;
use crate::transform::image::Rule;
use crate::transform::namespace::{Namespace, Subjects};
use crate::yaml::node::Shared;
use crate::{patch, plugin, replace, shared, transform};

/// The objects on their way through the transformers. Those that look at one object at a time wait for each other and go over
/// the objects together.
struct Run<'a> {
    set: &'a mut ObjectSet,
    way: Option<Way>,
    pass: Pass<'a>,
}

impl<'a> Run<'a> {
    /// A transformer that looks at one object at a time.
    fn each(&mut self, kind: &str, step: impl FnMut(&mut Object) -> Result<()> + 'a) -> Result<()> {
        self.pass.add(step);
        if self.way.is_none() {
            return Ok(());
        }
        // Each transformer leaves its note in the objects before the next one begins.
        self.whole(kind, |_| Ok(()))
    }

    /// A transformer that looks at all objects at once.
    fn whole(&mut self, kind: &str, change: impl FnOnce(&mut ObjectSet) -> Result<()>) -> Result<()> {
        self.finish()?;
        settled(self.set, change)?;
        if let Some(way) = &self.way {
            way.note_transformer(&mut self.set.objects, &By::builtin(kind))?;
        }
        self.set.drop_gone();
        Ok(())
    }

    /// Lets those that wait go over the objects.
    fn finish(&mut self) -> Result<()> {
        self.pass.run(self.set)
    }
}

/// Changes the objects and passes on what was set in scalars that are one and the same.
fn settled(set: &mut ObjectSet, change: impl FnOnce(&mut ObjectSet) -> Result<()>) -> Result<()> {
    let settings = Shared::settings();
    change(set)?;
    if Shared::settings() != settings {
        set.changing().iter_mut().for_each(shared::settle);
    }
    Ok(())
}

/// Runs the transformers of a folder over what was gathered.
pub(super) fn run(
    loader: &Loader<'_>,
    folder: &Folder,
    file: &Kustomization,
    gathered: &mut Gathered,
) -> Result<()> {
    // The original configures all transformers before it runs the first.
    let from = Patches { loader, folder, file };
    let plugins = plugin::transformers(&from, "transformers", &file.transformers)?;
    let Gathered { set, table, .. } = gathered;
    let sources = &loader.sources;
    let by = |by| sources.by(file.at.file, by);
    let (labels, annotations) = (by(Transformer::CommonLabels), by(Transformer::CommonAnnotations));
    let images = file.images.iter().map(|image| Rule::new(image, by(Transformer::Images)));
    let images = images.collect::<Result<Vec<_>>>()?;
    let mut run = Run { set, way: way_to(loader, folder, file), pass: Pass::default() };
    if let Some(first) = file.patches_strategic_merge.first() {
        let patches = patch::load_strategic(&from, &file.patches_strategic_merge)?;
        if patches.is_empty() {
            return Err(fault("kustomize/patch", first.at, "patch appears to be empty"));
        }
        run.whole("PatchStrategicMergeTransformer", |set| {
            patch::apply_strategic(loader.limits, set, &patches)
        })?;
    }
    for entry in &file.patches {
        run.whole("PatchTransformer", |set| patch::apply(&from, set, entry))?;
    }
    if !file.namespace.text.is_empty() {
        let at = sources.mark(file.namespace.at, Transformer::Namespace);
        let (name, specs) = (&file.namespace.text, &table.namespace);
        let namespace = Namespace { name, at, specs, unset_only: false, subjects: Subjects::Default };
        run.pass.add(move |object| namespace.renamed(object));
        run.each("NamespaceTransformer", Namespace::unique())?;
    }
    for (affix, specs, is_prefix) in
        [(&file.name_prefix, &table.name_prefix, true), (&file.name_suffix, &table.name_suffix, false)]
    {
        if !affix.text.is_empty() {
            let by = if is_prefix { Transformer::Prefix } else { Transformer::Suffix };
            let affix = Entry { text: affix.text.clone(), at: sources.mark(affix.at, by) };
            let kind = if is_prefix { "PrefixTransformer" } else { "SuffixTransformer" };
            run.each(kind, move |object| transform::affix(object, &affix, specs, is_prefix))?;
        }
    }
    for entry in &file.labels {
        let specs = transform::label_fields(entry, table)?;
        let source = by(Transformer::Labels);
        run.each("LabelTransformer", move |object| {
            transform::set_pairs(object, &entry.pairs, &specs, source)
        })?;
    }
    if !file.labels.is_empty() || !file.common_labels.is_empty() {
        let (pairs, specs) = (&file.common_labels, &table.common_labels);
        run.each("LabelTransformer", move |object| transform::set_pairs(object, pairs, specs, labels))?;
    }
    if !file.common_annotations.is_empty() {
        let (pairs, specs) = (&file.common_annotations, &table.common_annotations);
        run.each("AnnotationsTransformer", move |object| {
            transform::set_pairs(object, pairs, specs, annotations)
        })?;
    }
    for entry in &file.patches_json {
        run.whole("PatchJson6902Transformer", |set| patch::apply_json(&from, set, entry))?;
    }
    for replica in &file.replicas {
        let source = by(Transformer::Replicas);
        run.whole("ReplicaCountTransformer", |set| {
            transform::replicas(set, replica, &table.replicas, source)
        })?;
    }
    for rule in &images {
        run.each("ImageTagTransformer", |object| rule.apply(object, &table.images))?;
    }
    run.finish()?;
    for rule in images.iter().filter(|rule| !rule.is_used()) {
        let message = format!("no object uses the image `{}`", rule.image.name);
        loader.warn(fault("kustomize/unused-image", rule.image.at, message));
    }
    if !file.replacements.is_empty() {
        run.whole("ReplacementTransformer", |set| replace::apply(loader, folder, set, &file.replacements))?;
    }
    for plugin in plugins {
        settled(run.set, |set| (plugin.transform)(set))?;
        if let Some(way) = Way::noted(&plugin.config) {
            way.note_transformer(&mut run.set.objects, &By::config(&plugin.config))?;
        }
        run.set.drop_gone();
    }
    Ok(())
}
