//! Every value of a result says in which file and line it was set, and by which transformer.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests read their cases")]

use kustomize_rs::yaml::node::{Node, Value};
use kustomize_rs::{Built, LoadRestrictor, Options, build};
use yamltree::path::RepoPath;
use yamltree::tree::MemTree;

const WEB: &str = "\
#- web.yaml
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  labels: {app: web}
spec:
  replicas: 1
  template:
    spec:
      containers:
      - name: web
        image: nginx:1
        args: [a, b]
";

fn built(kustomization: &str) -> Built {
    let tree = MemTree::from_fixture(&format!("#- kustomization.yaml\n{kustomization}{WEB}")).unwrap();
    let options = Options { load_restrictor: LoadRestrictor::None, ..Options::default() };
    build(&tree, &RepoPath::root(), &options).unwrap()
}

/// The value of a field of an object and where it comes from.
fn said(built: &Built, kind: &str, path: &str) -> String {
    let object = built.objects.iter().find(|o| o.kind() == kind).unwrap();
    let node = object.field(path).unwrap();
    let origin = built.origin(node.at).map(|o| o.to_string());
    format!("{} {}", node.as_text(), origin.unwrap_or_default())
}

/// Holds fields of the deployment against `value origin`.
fn check(kustomization: &str, wanted: &[(&str, &str)]) {
    let built = built(kustomization);
    for (path, wanted) in wanted {
        assert_eq!(said(&built, "Deployment", path), *wanted, "{path}");
    }
}

const REPLICAS: &str = "spec.replicas";
const IMAGE: &str = "spec.template.spec.containers.[name=web].image";

#[test]
fn what_nothing_touches_is_where_it_was_written() {
    check(
        "resources: [web.yaml]\n",
        &[
            (REPLICAS, "1 web.yaml:7:13"),
            (IMAGE, "nginx:1 web.yaml:12:16"),
            ("kind", "Deployment web.yaml:2:7"),
        ],
    );
}

#[test]
fn replicas_point_to_the_count() {
    check(
        "resources: [web.yaml]\nreplicas:\n- name: web\n  count: 3\n",
        &[(REPLICAS, "3 kustomization.yaml:4:10 (Replicas)"), (IMAGE, "nginx:1 web.yaml:12:16")],
    );
}

#[test]
fn images_point_to_their_entry() {
    check(
        "resources: [web.yaml]\nimages:\n- name: nginx\n  newTag: '2'\n",
        &[(IMAGE, "nginx:2 kustomization.yaml:3:3 (Images)"), (REPLICAS, "1 web.yaml:7:13")],
    );
}

#[test]
fn names_and_namespaces_point_to_what_sets_them() {
    check(
        "namespace: shop\nresources: [web.yaml]\n",
        &[
            ("metadata.namespace", "shop kustomization.yaml:1:12 (Namespace)"),
            ("metadata.name", "web web.yaml:4:9"),
        ],
    );
    check(
        "namePrefix: a-\nresources: [web.yaml]\n",
        &[("metadata.name", "a-web kustomization.yaml:1:13 (Prefix)"), (REPLICAS, "1 web.yaml:7:13")],
    );
    check(
        "nameSuffix: -z\nresources: [web.yaml]\n",
        &[("metadata.name", "web-z kustomization.yaml:1:13 (Suffix)")],
    );
}

#[test]
fn labels_and_annotations_point_to_each_pair() {
    check(
        "resources: [web.yaml]\nlabels:\n- pairs:\n    tier: front\n  includeTemplates: true\n",
        &[
            ("metadata.labels.tier", "front kustomization.yaml:4:11 (Labels)"),
            ("spec.template.metadata.labels.tier", "front kustomization.yaml:4:11 (Labels)"),
            ("metadata.labels.app", "web web.yaml:5:17"),
        ],
    );
    check(
        "resources: [web.yaml]\ncommonLabels:\n  app: x\n",
        &[
            ("metadata.labels.app", "x kustomization.yaml:3:8 (CommonLabels)"),
            ("spec.selector.matchLabels.app", "x kustomization.yaml:3:8 (CommonLabels)"),
        ],
    );
    check(
        "resources: [web.yaml]\ncommonAnnotations:\n  a: x\n  b: z\n",
        &[
            ("metadata.annotations.b", "z kustomization.yaml:4:6 (CommonAnnotations)"),
            ("metadata.labels.app", "web web.yaml:5:17"),
        ],
    );
}

#[test]
fn a_merge_patch_points_to_its_own_lines() {
    let patch =
        "#- patch.yaml\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  replicas: 5\n";
    check(
        &format!("resources: [web.yaml]\npatches:\n- path: patch.yaml\n{patch}"),
        &[
            (REPLICAS, "5 patch.yaml:5:13 (Patch)"),
            (IMAGE, "nginx:1 web.yaml:12:16"),
            ("metadata.name", "web web.yaml:4:9"),
            ("kind", "Deployment web.yaml:2:7"),
        ],
    );
    check(
        &format!("resources: [web.yaml]\npatchesStrategicMerge: [patch.yaml]\n{patch}"),
        &[(REPLICAS, "5 patch.yaml:5:13 (PatchStrategicMerge)"), ("apiVersion", "apps/v1 web.yaml:1:13")],
    );
}

#[test]
fn a_patch_in_the_kustomization_points_to_the_line_in_its_block() {
    let patch = "\
resources: [web.yaml]
patches:
- target: {kind: Deployment}
  patch: |-

    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: any}
    spec:
      template: {spec: {containers: [{name: web, image: httpd}]}}
";
    check(
        patch,
        &[
            (IMAGE, "httpd kustomization.yaml:10:57 (Patch)"),
            ("spec.template.spec.containers.0.args.0", "a web.yaml:13:16"),
            ("metadata.name", "web web.yaml:4:9"),
            ("apiVersion", "apps/v1 web.yaml:1:13"),
        ],
    );
}

#[test]
fn json_patches_point_to_the_value_or_the_operation() {
    let operations = [
        "    - op: replace",
        "      path: /spec/replicas",
        "      value: 7",
        "    - op: copy",
        "      from: /spec/replicas",
        "      path: /spec/progressDeadlineSeconds\n",
    ]
    .join("\n");
    let wanted = |by: &str, file: &str, line: u32| {
        [
            (REPLICAS, format!("7 {file}:{}:14 ({by})", line + 2)),
            ("spec.progressDeadlineSeconds", format!("7 {file}:{}:7 ({by})", line + 3)),
            (IMAGE, "nginx:1 web.yaml:12:16".to_owned()),
        ]
    };
    let check = |kustomization: String, wanted: [(&str, String); 3]| {
        check(&kustomization, &wanted.iter().map(|(path, text)| (*path, text.as_str())).collect::<Vec<_>>());
    };
    for (field, by) in [("patches", "Patch"), ("patchesJson6902", "PatchJson6902")] {
        let target = "target: {version: v1, kind: Deployment, name: web}";
        check(
            format!("resources: [web.yaml]\n{field}:\n- {target}\n  patch: |\n{operations}"),
            wanted(by, "kustomization.yaml", 5),
        );
        check(
            format!("resources: [web.yaml]\n{field}:\n- {target}\n  path: p.yaml\n#- p.yaml\n{operations}"),
            wanted(by, "p.yaml", 1),
        );
    }
}

#[test]
fn a_patch_in_quotes_points_to_the_quote() {
    check(
        "resources: [web.yaml]\npatches:\n- target: {kind: Deployment}\n  patch: '[{\"op\": \"add\", \"path\": \"/spec/replicas\", \"value\": 2}]'\n",
        &[(REPLICAS, "2 kustomization.yaml:4:10 (Patch)")],
    );
}

#[test]
fn replacements_point_to_the_path_that_they_set() {
    check(
        "resources: [web.yaml]\nreplacements:\n- source: {kind: Deployment}\n  targets:\n  - select: {kind: Deployment}\n    fieldPaths:\n    \
         - metadata.labels.app\n    - metadata.labels.new\n    options: {create: true}\n",
        &[
            ("metadata.labels.app", "web kustomization.yaml:7:7 (Replacements)"),
            ("metadata.labels.new", "web kustomization.yaml:8:7 (Replacements)"),
            ("metadata.name", "web web.yaml:4:9"),
        ],
    );
}

const GENERATED: &str = "\
resources: [web.yaml]
configMapGenerator:
- name: settings
  literals:
  - a=1
  files: [conf/app.ini]
  envs: [vars.env]
generatorOptions:
  labels:
    made: here
patches:
- target: {kind: Deployment}
  patch: |
    - op: add
      path: /spec/template/spec/containers/0/envFrom
      value: [{configMapRef: {name: settings}}]
#- conf/app.ini
x
#- vars.env
# the variables
B=2
";

#[test]
fn generated_values_point_to_where_they_were_read() {
    let built = built(GENERATED);
    let by = "ConfigMapGenerator";
    assert_eq!(said(&built, "ConfigMap", "data.a"), format!("1 kustomization.yaml:5:5 ({by})"));
    assert_eq!(said(&built, "ConfigMap", "data.[app.ini]"), format!("x\n conf/app.ini:1:1 ({by})"));
    assert_eq!(said(&built, "ConfigMap", "data.B"), format!("2 vars.env:2:1 ({by})"));
    assert_eq!(said(&built, "ConfigMap", "kind"), format!("ConfigMap kustomization.yaml:3:3 ({by})"));
    assert_eq!(
        said(&built, "ConfigMap", "metadata.labels.made"),
        format!("here kustomization.yaml:10:11 ({by})")
    );
}

#[test]
fn hashes_and_references_point_to_the_generator() {
    let built = built(GENERATED);
    let name = said(&built, "ConfigMap", "metadata.name");
    assert!(name.ends_with(" kustomization.yaml:3:3 (NameHash)"), "{name}");
    let reference = said(&built, "Deployment", "spec.template.spec.containers.0.envFrom.0.configMapRef.name");
    assert!(reference.ends_with(" kustomization.yaml:3:3 (NameReference)"), "{reference}");
}

#[test]
fn what_a_generator_merges_points_to_either_place() {
    let built = built(
        "resources: [base]\nconfigMapGenerator:\n- name: c\n  behavior: merge\n  literals: [a=2]\n#- \
         base/kustomization.yaml\nconfigMapGenerator:\n- name: c\n  literals: [a=1, b=1]\n",
    );
    assert_eq!(said(&built, "ConfigMap", "data.a"), "2 kustomization.yaml:5:14 (ConfigMapGenerator)");
    assert_eq!(said(&built, "ConfigMap", "data.b"), "1 base/kustomization.yaml:3:19 (ConfigMapGenerator)");
}

#[test]
fn the_managed_by_label_points_to_the_kustomization() {
    check(
        "resources: [web.yaml]\nbuildMetadata: [managedByLabel]\n",
        &[(
            "metadata.labels.[app.kubernetes.io/managed-by]",
            "kustomize-v5.8.1 kustomization.yaml:2:17 (BuildMetadata)",
        )],
    );
}

#[test]
fn plugins_point_to_their_own_files() {
    let plugin = "apiVersion: builtin\nkind: LabelTransformer\nmetadata: {name: l}\nlabels:\n  tier: front\nfieldSpecs: [{path: metadata/labels, create: true}]\n";
    check(
        &format!("resources: [web.yaml]\ntransformers: [labels.yaml]\n#- labels.yaml\n{plugin}"),
        &[
            ("metadata.labels.tier", "front labels.yaml:5:9 (Labels)"),
            ("metadata.labels.app", "web web.yaml:5:17"),
        ],
    );
    let inline = plugin.replace('\n', "\n  ");
    check(
        &format!("resources: [web.yaml]\ntransformers:\n- |-\n  {}\n", inline.trim_end()),
        &[("metadata.labels.tier", "front kustomization.yaml:8:11 (Labels)")],
    );
}

#[test]
fn variables_point_to_the_text_that_holds_them() {
    check(
        "resources: [web.yaml]\nvars:\n- name: NAME\n  objref: {apiVersion: apps/v1, kind: Deployment, name: web}\npatches:\n- target: {kind: \
         Deployment}\n  patch: |-\n    - op: add\n      path: /spec/template/spec/containers/0/args/-\n      value: --name=$(NAME)\n",
        &[
            ("spec.template.spec.containers.0.args.2", "--name=web kustomization.yaml:10:14 (Vars)"),
            ("spec.template.spec.containers.0.args.0", "a web.yaml:13:16"),
        ],
    );
}

#[test]
fn an_object_knows_the_entries_that_led_to_it() {
    let built = built(
        "resources: [a]\ncomponents: [c]\n#- a/kustomization.yaml\nresources: [b]\n#- a/b/kustomization.yaml\nresources:\n- \
         ../../web.yaml\n#- c/kustomization.yaml\nkind: Component\nconfigMapGenerator:\n- name: made\n",
    );
    let by = |kind: &str| {
        let object = built.objects.iter().find(|o| o.kind() == kind).unwrap();
        built.included_by(object).iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(by("Deployment"), ["kustomization.yaml:1:13", "a/kustomization.yaml:1:13"]);
    assert_eq!(by("ConfigMap"), ["kustomization.yaml:2:14"]);
}

/// The paths of the scalars without an origin.
fn unsourced(built: &Built, node: &Node, path: &str, found: &mut Vec<String>) {
    match &node.value {
        Value::Scalar(_) if built.origin(node.at).is_none_or(|o| o.line == 0) => found.push(path.to_owned()),
        Value::Scalar(_) => {}
        Value::Seq(items) => {
            items.iter().for_each(|item| unsourced(built, item, &format!("{path}[]"), found));
        }
        Value::Map(fields) => {
            fields.iter().for_each(|f| unsourced(built, &f.value, &format!("{path}.{}", f.key), found));
        }
    }
}

#[test]
fn every_scalar_of_every_case_has_an_origin() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance");
    let tree = kustomize_rs::cli::Disk(root);
    let mut found = Vec::new();
    for case in conformance::case::all(&tree).unwrap() {
        let Ok(options) = kustomize_rs::cli::options(&case.args) else { continue };
        let folder = case.input().unwrap().join(&case.dir).unwrap();
        let Ok(built) = build(&tree, &folder, &options) else { continue };
        for object in &built.objects {
            let path = format!("{}: {}/{} ", case.name, object.kind(), object.name());
            unsourced(&built, &object.node, &path, &mut found);
        }
    }
    assert!(found.is_empty(), "{} scalars without origin\n{}", found.len(), found.join("\n"));
}
