//! Whole trees: a fixture as it is, or one made by chance.

use super::chance::{Chance, indented};
use super::{patch, replacement, rules};

/// Builds the folder of a fixture's first file. What begins with `#- ` is the fixture itself, anything else makes one by
/// chance.
pub fn builds(data: &[u8]) {
    if !data.starts_with(b"#- ") {
        rules::check(&tree(&mut Chance::new(data)), "a");
        return;
    }
    let Ok(fixture) = std::str::from_utf8(data) else { return };
    let first = fixture.lines().next().unwrap_or_default().trim_start_matches("#- ").trim();
    let folder = first.rsplit_once('/').map_or("", |(folder, _)| folder);
    rules::check(fixture, folder);
}

const FOLDERS: [&str; 4] = ["a", "b", "c", "c/d"];

/// Folders that list what comes after them, and the files of each.
fn tree(chance: &mut Chance<'_>) -> String {
    let mut out = String::new();
    for (index, folder) in FOLDERS.iter().enumerate().take(1 + chance.below(FOLDERS.len())) {
        out.push_str(&format!("#- {folder}/kustomization.yaml\n{}", kustomization(chance, index)));
        for file in ["r.yaml", "s.yaml"] {
            out.push_str(&format!("#- {folder}/{file}\n{}", objects(chance)));
        }
        out.push_str(&format!("#- {folder}/p.yaml\n{}", patch::merge(chance)));
        out.push_str(&format!("#- {folder}/j.yaml\n{}", patch::operations(chance)));
        out.push_str(&format!("#- {folder}/c.yaml\n{}", configuration(chance)));
        out.push_str(&format!("#- {folder}/t.yaml\n{}", plugin(chance)));
        out.push_str(&format!("#- {folder}/e.env\nA={}\nB\nC=$(V)\n", chance.quoted()));
    }
    out
}

fn objects(chance: &mut Chance<'_>) -> String {
    let objects: Vec<String> = (0..=chance.below(3)).map(|_| chance.object()).collect();
    objects.join("---\n")
}

fn kustomization(chance: &mut Chance<'_>, index: usize) -> String {
    let is_component = index > 0 && chance.once_in(4);
    let mut out = String::new();
    if is_component {
        out.push_str("apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n");
    }
    let files = ["[r.yaml]", "[r.yaml, s.yaml]", "[]", "[r.yaml, r.yaml]"];
    let next = FOLDERS.get(index + 1..).unwrap_or_default();
    let mut resources = chance.of(&files).trim_end_matches(']').to_owned();
    let mut components = Vec::new();
    for folder in next {
        let separator = if resources.len() > 1 { ", " } else { "" };
        match chance.below(4) {
            0 => resources.push_str(&format!("{separator}../{folder}")),
            1 => components.push(format!("../{folder}")),
            _ => {}
        }
    }
    out.push_str(&format!("resources: {resources}]\ncomponents: [{}]\n", components.join(", ")));
    for _ in 0..chance.below(6) {
        let field = field(chance);
        let name = field.split(':').next().unwrap_or_default();
        if !out.lines().any(|line| line.split(':').next() == Some(name)) {
            out.push_str(&field);
        }
    }
    out
}

fn field(chance: &mut Chance<'_>) -> String {
    let generator = |chance: &mut Chance<'_>| {
        format!(
            "\n- name: {}\n  behavior: '{}'\n  literals: [A={}, 'B=$(V)']\n  files: [{}]\n  envs: [{}]\n  options: {{disableNameSuffixHash: {}, immutable: {}}}\n",
            chance.of(&["a", "b", "web"]),
            chance.of(&["", "create", "merge", "replace"]),
            chance.of(&["x", "1", "''", "'q'"]),
            chance.of(&["", "r.yaml", "k=r.yaml", "e.env"]),
            chance.of(&["", "e.env", "r.yaml"]),
            chance.of(&["false", "true"]),
            chance.of(&["false", "true"]),
        )
    };
    match chance.below(24) {
        0 => format!("namePrefix: {}\n", chance.of(&["p-", "x", "''"])),
        1 => format!("nameSuffix: {}\n", chance.of(&["-s", "1", "''"])),
        2 => format!("namespace: {}\n", chance.of(&["default", "ns", "''"])),
        3 => format!("commonLabels: {}\n", chance.texts()),
        4 => format!(
            "labels:\n- pairs: {}\n  includeSelectors: {}\n  includeTemplates: {}\n  fields: [{{path: '{}', create: true}}]\n",
            chance.texts(),
            chance.of(&["false", "true"]),
            chance.of(&["false", "true"]),
            chance.path("/"),
        ),
        5 => format!("commonAnnotations: {}\n", chance.texts()),
        6 => format!("configMapGenerator:{}", generator(chance)),
        7 => format!("secretGenerator:{}", generator(chance)),
        8 => format!(
            "patches:\n- path: {}\n  target: {}\n",
            chance.of(&["p.yaml", "j.yaml"]),
            chance.selector()
        ),
        9 => {
            let text = if chance.once_in(2) { patch::operations(chance) } else { patch::merge(chance) };
            format!("patches:\n- target: {}\n  patch: |-\n{}", chance.selector(), indented(&text, "    "))
        }
        10 => "patchesStrategicMerge: [p.yaml]\n".to_owned(),
        11 => format!("patchesJson6902:\n- path: j.yaml\n  target: {}\n", chance.selector()),
        12 => format!(
            "images:\n- name: {}\n  newTag: {}\n  newName: {}\n",
            chance.of(&["nginx", "a", "reg.io/a/b"]),
            chance.scalar(),
            chance.of(&["x", "''"])
        ),
        13 => {
            format!("replicas:\n- name: {}\n  count: {}\n", chance.of(&["a", "web"]), chance.of(&["0", "3"]))
        }
        14 => format!("replacements:\n{}", replacement::one(chance)),
        15 => format!(
            "vars:\n- name: V\n  objref: {{apiVersion: v1, kind: {}, name: a}}\n  fieldref: {{fieldPath: '{}'}}\n",
            chance.of(&["ConfigMap", "Service"]),
            chance.path(".")
        ),
        16 => "configurations: [c.yaml]\n".to_owned(),
        17 => "crds: [s.yaml]\n".to_owned(),
        18 => "openapi: {path: s.yaml}\n".to_owned(),
        19 => format!("sortOptions: {{order: {}}}\n", chance.of(&["fifo", "legacy", "x"])),
        20 => "buildMetadata: [originAnnotations, transformerAnnotations, managedByLabel]\n".to_owned(),
        21 => "transformers: [t.yaml]\n".to_owned(),
        22 => format!("transformers:\n- |-\n{}", indented(&plugin(chance), "  ")),
        _ => format!("{}: [t.yaml]\n", chance.of(&["generators", "validators"])),
    }
}

/// A file of field specifications.
fn configuration(chance: &mut Chance<'_>) -> String {
    let mut out = String::new();
    for name in
        ["namePrefix", "namespace", "commonLabels", "varReference", "images", "replicas", "commonAnnotations"]
    {
        if chance.once_in(3) {
            out.push_str(&format!(
                "{name}: [{{path: '{}', create: {}}}]\n",
                chance.path("/"),
                chance.of(&["false", "true"])
            ));
        }
    }
    if chance.once_in(2) {
        out.push_str(&format!(
            "nameReference: [{{kind: ConfigMap, fieldSpecs: [{{path: '{}', kind: {}}}]}}]\n",
            chance.path("/"),
            chance.of(&["Deployment", "Own", "''"])
        ));
    }
    out
}

/// The configuration of a built-in plugin.
fn plugin(chance: &mut Chance<'_>) -> String {
    let kind = chance.of(&[
        "AnnotationsTransformer",
        "LabelTransformer",
        "HashTransformer",
        "ImageTagTransformer",
        "ReplicaCountTransformer",
        "NamespaceTransformer",
        "PrefixTransformer",
        "SuffixTransformer",
        "PatchTransformer",
        "PatchJson6902Transformer",
        "PatchStrategicMergeTransformer",
        "ReplacementTransformer",
        "ValueAddTransformer",
        "ConfigMapGenerator",
        "SecretGenerator",
        "IAMPolicyGenerator",
    ]);
    format!(
        "apiVersion: builtin\nkind: {kind}\nmetadata: {{name: {name}, namespace: x}}\nlabels: {{a: b}}\nannotations: {{a: b}}\nprefix: p\nsuffix: \
         s\nfieldSpecs: [{{path: '{spec}', create: true}}]\nimageTag: {{name: a, newTag: t}}\nreplica: {{name: a, count: 2}}\npath: p.yaml\npaths: \
         [p.yaml]\ntarget: {target}\nvalue: {value}\ntargets: [{{fieldPath: '{path}', filePathPosition: {position}, selector: {selector}}}]\ncloud: \
         gke\nliterals: [A=b]\n",
        name = chance.of(&["a", "b"]),
        spec = chance.path("/"),
        target = chance.selector(),
        value = chance.scalar(),
        path = chance.path("/"),
        position = chance.of(&["0", "1", "7"]),
        selector = chance.selector(),
    )
}
