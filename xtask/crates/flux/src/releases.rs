//! HelmReleases of a rendering, and the values that they are installed with.

use kustomize_rs::yaml::node::Mark;

use crate::digest;
use crate::render::spec::{Name, is_kind};
use crate::render::{Part, Rendered, Rendering, place, value};
use crate::values::{self, Effective, Found, Layer, Origin, Reference, ValuesError};

/// Group of the API of HelmReleases.
pub const GROUP: &str = "helm.toolkit.fluxcd.io";

/// The values of a release, and what each layer of them is.
#[derive(Debug)]
pub struct ReleaseValues<'r> {
    /// The values.
    pub effective: Effective,
    /// The entries of `spec.valuesFrom`.
    pub references: Vec<Reference>,
    /// Where the object of each entry is rendered; none if it is not.
    sources: Vec<Option<(&'r Part, &'r Rendered)>>,
    /// The HelmRelease, and what its marks count.
    release: (Option<&'r Part>, &'r Rendered),
}

/// Is it a HelmRelease?
pub fn is_release(object: &Rendered) -> bool {
    is_kind(&object.node, GROUP, "HelmRelease")
}

/// The effective values of a HelmRelease, out of the ConfigMaps and Secrets of the same rendering.
///
/// Overrides that only the cluster holds are no part of it, unless the caller rendered them.
///
/// # Errors
///
/// Where helm-controller has one: a reference that is not optional leads nowhere, or its text is no mapping.
pub fn values<'r>(rendering: &'r Rendering, release: &'r Rendered) -> Result<ReleaseValues<'r>, ValuesError> {
    let spec = value(&release.node)["spec"].take();
    let references: Vec<Reference> = spec
        .get("valuesFrom")
        .cloned()
        .and_then(|list| serde_json::from_value(list).ok())
        .unwrap_or_default();
    let namespace = Name::of(&release.node).namespace;
    let all =
        || rendering.parts.iter().flat_map(|part| part.objects.iter().map(move |object| (part, object)));
    let source = |reference: &Reference| {
        let name = Name::new(&namespace, &reference.name);
        all().find(|(_, o)| is_kind(&o.node, "", &reference.kind) && Name::of(&o.node) == name)
    };
    let sources: Vec<_> = references.iter().map(source).collect();
    let objects: Vec<_> = sources.iter().map(|found| found.map(|(_, object)| value(&object.node))).collect();
    let lookup = |index: usize, reference: &Reference| match objects.get(index).and_then(Option::as_ref) {
        None => Found::NoObject,
        // What is no data is missing data.
        Some(object) => values::find(object, reference.key()).unwrap_or(Found::NoKey),
    };
    let effective = values::effective(&references, spec.get("values"), lookup)?;
    let part = rendering.parts.iter().find(|part| part.objects.iter().any(|o| std::ptr::eq(o, release)));
    Ok(ReleaseValues { effective, references, sources, release: (part, release) })
}

impl ReleaseValues<'_> {
    /// A digest of the values: the same for the same values in whatever order they were written.
    pub fn digest(&self) -> String {
        digest::of(&self.effective.values.to_value())
    }

    /// Where the value at a path (its keys and indices, from the top of the values) comes from, for people: the file and line where it
    /// is written, if that is known, and the layer; else the line in the layer.
    pub fn origin(&self, origin: &Origin, path: &[String]) -> String {
        let Layer::Reference(index) = origin.layer else { return self.inline(path) };
        let Some(reference) = self.references.get(index) else { return "spec.valuesFrom".to_owned() };
        let layer = format!("{} {} ({})", reference.kind, reference.name, reference.key());
        let line = origin.at.map(|at| at.line);
        if let (Some(file), Some(line)) = (self.file(index, reference), line) {
            return format!("{file}:{line}, {layer}");
        }
        line.map_or(layer.clone(), |line| format!("{layer}, line {line}"))
    }

    /// The object that an entry of `valuesFrom` leads to, with the part that it is in and the entry; none for inline values.
    pub fn source(&self, layer: Layer) -> Option<(&Part, &Rendered, &Reference)> {
        let Layer::Reference(index) = layer else { return None };
        let (part, object) = (*self.sources.get(index)?)?;
        Some((part, object, self.references.get(index)?))
    }

    /// Inline values lie in the HelmRelease at the same keys.
    fn inline(&self, path: &[String]) -> String {
        let layer = "spec.values".to_owned();
        let (Some(part), release) = self.release else { return layer };
        let start = release.node.get("spec").and_then(|spec| spec.get("values"));
        let node = path.iter().try_fold(start, |node, step| {
            let node = node?;
            Some(node.get(step).or_else(|| node.items().get(step.parse::<usize>().ok()?)))
        });
        let at = node.flatten().and_then(|node| place(node.at, &part.sources));
        at.map_or(layer.clone(), |at| format!("{at}, {layer}"))
    }

    /// The file that a generator took the text from.
    fn file(&self, index: usize, reference: &Reference) -> Option<&str> {
        let (part, object) = (*self.sources.get(index)?)?;
        let data = object.node.get("data")?.get(reference.key())?;
        let Mark { file, line: 1, column: 1 } = data.at else { return None };
        let source = part.sources.get((file as usize).checked_sub(1)?)?;
        source.by.is_some().then_some(source.file.as_str())
    }
}

#[cfg(test)]
mod tests {

    use yamltree::path::RepoPath;
    use yamltree::tree::MemTree;

    use super::*;
    use crate::render::{Entry, Inputs, render};

    #[test]
    fn a_value_is_traced_to_the_line_of_its_file() {
        let tree = MemTree::from_fixture(
            "#- k/kustomization.yaml\nnamespace: n\nresources: [release.yaml]\nconfigMapGenerator:\n- {name: v, files: \
             [values.yaml], options: {disableNameSuffixHash: true}}\n#- k/values.yaml\na: 1\nb:\n  c: 2\n#- \
             k/release.yaml\napiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: r}\nspec:\n  \
             valuesFrom: [{kind: ConfigMap, name: v}, {kind: Secret, name: o, optional: true}]\n  values: {a: 3}\n",
        );
        let tree = tree.unwrap();
        let rendering = render(&Inputs::new(&tree, Entry::Folder(RepoPath::new("k").unwrap())));
        let release = rendering.parts[0].objects.iter().find(|o| is_release(o)).unwrap();
        let found = values(&rendering, release).unwrap();
        let origin = |path: &[&str]| {
            let start = Some(&found.effective.values);
            let keys: Vec<String> = path.iter().map(|key| (*key).to_owned()).collect();
            found.origin(&path.iter().fold(start, |n, key| n?.get(key)).unwrap().origin, &keys)
        };
        assert_eq!(origin(&["b", "c"]), "k/values.yaml:3, ConfigMap v (values.yaml)");
        assert_eq!(origin(&["a"]), "k/release.yaml:6:15, spec.values");
        assert_eq!(found.digest(), digest::of(&serde_json::json!({"b": {"c": 2}, "a": 3})));
    }
}
