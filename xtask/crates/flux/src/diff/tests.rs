//! Small repositories before and after.

use yamltree::path::RepoPath;
use yamltree::tree::MemTree;

use super::*;
use crate::render::{Entry, Inputs, Rendering, render};

/// What is different between two trees, whose entry is `k`.
fn diff_of(before: &str, after: &str) -> Diff {
    let rendered = |text: &str| -> Rendering {
        let tree = MemTree::from_fixture(text).unwrap();
        render(&Inputs::new(&tree, Entry::Folder(RepoPath::new("k").unwrap())))
    };
    let (before, after) = (rendered(before), rendered(after));
    let side = |rendering| Side { rendering, releases: &[], component_label: "component" };
    diff(&side(&before), &side(&after))
}

/// A line for each change and each of its fields.
fn said(diff: &Diff) -> Vec<String> {
    let mut lines = Vec::new();
    for change in &diff.changes {
        lines.push(format!("{:?} {}", change.kind, change.object));
        let text = |value: &Option<Value>| value.as_ref().map_or_else(|| "-".to_owned(), ToString::to_string);
        for field in &change.fields {
            let (before, after) = (text(&field.before), text(&field.after));
            lines.push(format!("  {:?} {}: {before} > {after}", field.kind, field.path));
        }
    }
    lines
}

fn config_map(rest: &str) -> String {
    format!("#- k/a.yaml\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a, namespace: n}}\n{rest}\n")
}

#[test]
fn a_field_that_changed_is_named() {
    let (before, after) = (config_map("data: {x: '1', y: '2'}"), config_map("data: {y: '3', z: '4'}"));
    let expected = [
        "Changed ConfigMap n/a",
        "  Removed data.x: \"1\" > -",
        "  Changed data.y: \"2\" > \"3\"",
        "  Added data.z: - > \"4\"",
    ];
    assert_eq!(said(&diff_of(&before, &after)), expected);
}

#[test]
fn the_same_is_empty() {
    let tree = config_map("data: {x: '1'}");
    assert!(diff_of(&tree, &tree).is_empty());
}

/// An object in a file of its own.
fn file(path: &str, object: &str) -> String {
    format!("#- {path}\n{object}\n")
}

/// A Deployment with this in the place of its pod's fields.
fn deployment(pod: &str) -> String {
    let head = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d, namespace: n}\nspec:\n  template:\n    spec:\n";
    file(
        "k/d.yaml",
        &format!("{head}{}", pod.lines().map(|line| format!("      {line}\n")).collect::<String>()),
    )
}

/// What is said of a Deployment whose pod changes so.
fn of_pod(before: &str, after: &str) -> Vec<String> {
    said(&diff_of(&deployment(before), &deployment(after)))
}

#[test]
fn the_way_a_file_is_written_is_no_change() {
    let before = file(
        "k/a.yaml",
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: n}\ndata:\n  x: 'y'",
    );
    let after = file(
        "k/b/c.yaml",
        "kind: \"ConfigMap\"\ndata: {x: y}\nmetadata:\n    namespace: n\n    name: a\napiVersion: v1",
    );
    assert!(diff_of(&before, &after).is_empty());
}

#[test]
fn containers_are_paired_by_name_and_ports_by_number_and_protocol() {
    let before = "containers:\n- {name: a, image: 'x:1', ports: [{containerPort: 80}, {containerPort: 53, protocol: UDP}]}\n- {name: b}";
    let after = "containers:\n- {name: b}\n- {name: a, image: 'x:2', ports: [{containerPort: 53, protocol: UDP}, {containerPort: 80, protocol: TCP, name: w}]}";
    let expected = [
        "Changed Deployment n/d",
        "  Changed spec.template.spec.containers[name=a].image: \"x:1\" > \"x:2\"",
        "  Added spec.template.spec.containers[name=a].ports[containerPort=80,protocol=TCP].protocol: - > \"TCP\"",
        "  Added spec.template.spec.containers[name=a].ports[containerPort=80,protocol=TCP].name: - > \"w\"",
    ];
    assert_eq!(of_pod(before, after), expected);
}

#[test]
fn the_order_of_variables_counts_only_where_one_refers_to_another() {
    let env = |list: &str| format!("containers:\n- {{name: a, env: [{list}]}}");
    let (one, two) = ("{name: a, value: x}", "{name: b, value: y}");
    assert!(of_pod(&env(&format!("{one}, {two}")), &env(&format!("{two}, {one}"))).is_empty());
    let refers = "{name: c, value: $(a)}";
    let changed = of_pod(&env(&format!("{one}, {refers}")), &env(&format!("{refers}, {one}")));
    assert_eq!(
        changed[1],
        "  Reordered spec.template.spec.containers[name=a].env: [\"a\",\"c\"] > [\"c\",\"a\"]"
    );
}

#[test]
fn the_order_of_init_containers_counts_and_that_of_tolerations_does_not() {
    let pod = |a: &str, b: &str| format!("initContainers: [{{name: {a}}}, {{name: {b}}}]");
    assert_eq!(of_pod(&pod("a", "b"), &pod("b", "a")).len(), 2);
    let pod = |a: &str, b: &str| format!("tolerations: [{{key: {a}}}, {{key: {b}}}]");
    assert!(of_pod(&pod("a", "b"), &pod("b", "a")).is_empty());
}

#[test]
fn an_argument_that_is_put_in_between_is_one_change() {
    let args = |list: &str| format!("containers: [{{name: a, args: [{list}]}}]");
    let changed = of_pod(&args("a, b, c"), &args("a, x, b, c"));
    assert_eq!(changed[1..], ["  Added spec.template.spec.containers[name=a].args[1]: - > \"x\""]);
    assert!(of_pod(&args("a, b"), &args("b, a"))[1].starts_with("  Reordered "));
}

#[test]
fn the_same_quantity_is_no_change() {
    let pod =
        |cpu: &str| format!("containers: [{{name: a, resources: {{limits: {{cpu: {cpu}, memory: 1Gi}}}}}}]");
    assert!(of_pod(&pod("1"), &pod("1000m")).is_empty());
    assert!(of_pod(&pod("1"), &pod("1.0")).is_empty());
    assert_eq!(of_pod(&pod("1"), &pod("2")).len(), 2);
}

const ROLE: &str =
    "apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {name: r, namespace: n}\nrules:\n";

#[test]
fn rules_of_a_role_have_no_order_and_a_verb_more_is_one_change() {
    let role = |rules: &str| file("k/r.yaml", &format!("{ROLE}{rules}"));
    let a = "- {apiGroups: [''], resources: [pods], verbs: [get, list]}\n";
    let b = "- {apiGroups: [''], resources: [secrets], verbs: [get]}\n";
    let other = "- {apiGroups: [''], resources: [pods], verbs: [list, get, watch]}\n";
    assert!(diff_of(&role(&format!("{a}{b}")), &role(&format!("{b}{a}"))).is_empty());
    let changed = said(&diff_of(&role(&format!("{a}{b}")), &role(&format!("{b}{other}"))));
    assert_eq!(changed[1..], ["  Added rules[1].verbs[2]: - > \"watch\""]);
}

/// A ConfigMap with a hash in its name, and what refers to it.
fn hashed(literal: &str) -> String {
    let generator = format!(
        "resources: [d.yaml]\nconfigMapGenerator: [{{name: c, namespace: 'n', literals: [{literal}]}}]"
    );
    let pod = "volumes: [{name: v, configMap: {name: c}}]\ncontainers: [{name: a, envFrom: [{configMapRef: {name: c}}]}]";
    file("k/kustomization.yaml", &generator) + &deployment(pod)
}

#[test]
fn another_hash_is_a_rename_and_what_follows_it_is_named_but_not_changed() {
    let diff = diff_of(&hashed("x=1"), &hashed("x=2"));
    let [change] = &diff.changes[..] else { panic!("{diff:?}") };
    assert_eq!(change.kind, ChangeKind::Renamed);
    assert!(
        change.former_name.as_ref().is_some_and(|name| name.starts_with("c-") && *name != change.object.name)
    );
    assert_eq!(said(&diff)[1..], ["  Changed data.x: \"1\" > \"2\""]);
    assert_eq!(change.referrers.iter().map(ToString::to_string).collect::<Vec<_>>(), ["Deployment n/d"]);
}

/// Two Kustomizations; the object is in the folder of one.
fn two(folder: &str) -> String {
    let kustomization = |name: &str| {
        format!(
            "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {{name: {name}, namespace: f, labels: \
             {{component: {name}}}}}\nspec: {{path: ./{name}, prune: true, sourceRef: {{kind: GitRepository, name: flux-system}}}}\n"
        )
    };
    let object =
        |name: &str| format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}, namespace: n}}");
    let all = [("a/x.yaml", "x"), ("b/y.yaml", "y"), (&*format!("{folder}/moved.yaml"), "moved")];
    let objects: String = all.iter().map(|(path, name)| file(path, &object(name))).collect();
    file("k/ks.yaml", &format!("{}---\n{}", kustomization("a"), kustomization("b"))) + &objects
}

#[test]
fn an_object_that_another_owner_makes_now_has_moved() {
    let diff = diff_of(&two("a"), &two("b"));
    let [change] = &diff.changes[..] else { panic!("{:?}", said(&diff)) };
    let names = (change.owner.name.as_str(), change.former_owner.as_ref().map(|owner| owner.name.as_str()));
    assert_eq!((change.kind, names), (ChangeKind::Changed, ("b", Some("a"))));
    assert!(change.fields.is_empty(), "{:?}", change.fields);
    let owner = diff.owner(&change.owner).unwrap();
    assert_eq!(owner.component, "b");
    assert!(owner.after.as_ref().is_some_and(|state| state.prunes && state.deletion_policy == "MirrorPrune"));
}

#[test]
fn what_an_owner_that_fails_made_is_not_said_to_be_gone() {
    let broken = two("a").replace("#- a/x.yaml\n", "#- a/x.yaml\n{{{\n");
    let diff = diff_of(&two("a"), &broken);
    assert!(diff.changes.is_empty(), "{:?}", said(&diff));
    assert_eq!(diff.unseen.iter().map(ToString::to_string).collect::<Vec<_>>(), ["Kustomization f/a"]);
    let [fault] = &diff.faults[..] else { panic!("{:?}", diff.faults) };
    assert!(fault.before.is_none() && fault.after.is_some());
    assert!(diff_of(&broken, &broken).is_empty());
}

#[test]
fn texts_of_a_config_map_are_compared_as_yaml() {
    let values =
        |text: &str| config_map(&format!("data:\n  some.yaml: |\n    {}", text.replace('\n', "\n    ")));
    let changed = said(&diff_of(&values("a: {b: 1}\nc: 2"), &values("c: 2\na:\n  b: 3")));
    assert_eq!(changed[1..], ["  Changed data.some\\.yaml!a.b: 1 > 3"]);
    let reformatted = diff_of(&values("a: {b: 1}"), &values("a:\n  b: 1"));
    assert_eq!(reformatted.changes[0].fields[0].kind, FieldKind::Reformatted);
}

#[test]
fn how_the_values_of_a_release_are_written_is_no_change() {
    let tree = |values: &str| {
        let release = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: r, namespace: n}\nspec: {valuesFrom: \
                       [{kind: ConfigMap, name: a}]}";
        config_map(&format!("data: {{values.yaml: '{values}'}}")) + &file("k/r.yaml", release)
    };
    assert!(diff_of(&tree("{a: 1, b: 2}"), &tree("{b: 2,  a: 1}")).is_empty());
    assert_eq!(said(&diff_of(&tree("{a: 1}"), &tree("{a: 2}"))).len(), 2);
}

/// No text of the result holds the mark of a secret.
fn assert_hidden(diff: &Diff) {
    let objects = diff.changes.iter().flat_map(|change| [&change.before, &change.after]).flatten();
    let specs =
        diff.owners.iter().flat_map(|owner| [&owner.before, &owner.after]).flatten().map(|state| &state.spec);
    let whole: String = objects.chain(specs).map(ToString::to_string).collect();
    let all = format!("{}{whole}{:?}", serde_json::to_string(diff).unwrap(), diff);
    assert!(!all.contains("MARK"), "{all}");
    let encoded = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, "MARK");
    assert!(!all.contains(encoded.trim_end_matches('=')), "{all}");
}

fn secret(data: &str) -> String {
    file("k/s.yaml", &format!("apiVersion: v1\nkind: Secret\nmetadata: {{name: s, namespace: f}}\n{data}"))
}

#[test]
fn of_a_secret_only_what_changed_is_said() {
    let diff = diff_of(
        &secret("stringData: {a: MARK1, b: MARK2, d: MARK}"),
        &secret("stringData: {a: MARK1, b: MARK3, c: MARK4}"),
    );
    assert_hidden(&diff);
    let fields: Vec<_> =
        diff.changes[0].fields.iter().map(|f| (f.kind, f.path.to_string(), f.is_secret)).collect();
    let expected = [
        (FieldKind::Changed, "data.b".to_owned(), true),
        (FieldKind::Removed, "data.d".to_owned(), true),
        (FieldKind::Added, "data.c".to_owned(), true),
    ];
    assert_eq!(fields, expected);
}

#[test]
fn a_secret_is_the_same_however_it_is_written() {
    assert!(diff_of(&secret("stringData: {a: MARK}"), &secret("data: {a: TUFSSw==}")).is_empty());
}

/// A Kustomization whose variables come from a Secret, and an object that uses them.
fn substituted(value: &str, object: &str) -> String {
    let kustomization = "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: a, namespace: f}\nspec: \
                         {path: ./a, sourceRef: {kind: GitRepository, name: flux-system}, postBuild: {substituteFrom: [{kind: \
                         Secret, name: s}]}}";
    let uses =
        format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: c, namespace: n}}\ndata:\n  {object}");
    secret(&format!("stringData: {{v: '{value}'}}"))
        + &file("k/ks.yaml", kustomization)
        + &file("a/c.yaml", &uses)
}

#[test]
fn what_a_secret_was_put_into_is_secret() {
    for object in ["x: ${v}", "x: a ${v} b", "x: ${v^^}", "'${v}': y", "x: |\n    p: ${v}\n    q: 1"] {
        let diff = diff_of(&substituted("MARK-one", object), &substituted("MARK-two", object));
        assert_hidden(&diff);
        assert_eq!(diff.changes.len(), 2, "{object}: {:?}", said(&diff));
        assert!(
            diff.changes.iter().all(|change| change.fields.iter().all(|field| field.is_secret)),
            "{object}"
        );
    }
}

#[test]
fn a_copy_of_a_secret_is_secret() {
    let tree = |text: &str| {
        secret("stringData: {a: MARK-of-a-long-secret}")
            + &config_map(&format!("data: {{x: 'MARK-of-a-long-secret', y: {text}}}"))
    };
    assert_hidden(&diff_of(&tree("a"), &tree("b")));
}

#[test]
fn what_a_new_secret_holds_too_has_not_changed_elsewhere() {
    let map = config_map("data: {x: sender@example.org}");
    let diff = diff_of(&map, &(secret("stringData: {a: sender@example.org}") + &map));
    let kinds: Vec<&str> = diff.changes.iter().map(|change| change.object.kind.as_str()).collect();
    assert_eq!(kinds, ["Secret"]);
}

#[test]
fn of_what_is_encrypted_another_cipher_is_a_change() {
    let tree = |cipher: &str| {
        secret(&format!("stringData: {{a: 'ENC[{cipher}]', b: 'ENC[same]'}}\nsops: {{mac: {cipher}}}"))
    };
    let diff = diff_of(&tree("one"), &tree("two"));
    let fields: Vec<_> = diff.changes[0].fields.iter().map(|f| (f.path.to_string(), f.is_secret)).collect();
    assert_eq!(fields, [("data.a".to_owned(), true)]);
    assert!(!format!("{diff:?}").contains("ENC["));
}

/// A release, and what its chart made.
fn of_chart(value: &str, made: &str) -> (Rendering, Vec<ReleaseObjects>) {
    let release = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: r, namespace: f}\nspec:\n  chart: {spec: \
                   {chart: web, version: VERSION, sourceRef: {kind: HelmRepository, name: h}}}\n  valuesFrom: [{kind: Secret, name: s}]";
    let repository = "apiVersion: source.toolkit.fluxcd.io/v1\nkind: HelmRepository\nmetadata: {name: h, namespace: f}\nspec: {url: \
                      https://charts.example.org}";
    let release = release.replace("VERSION", if value.contains("one") { "1.0.0" } else { "2.0.0" });
    let tree = secret(&format!("stringData: {{values.yaml: 'password: {value}'}}"))
        + &file("k/r.yaml", &release)
        + &file("k/h.yaml", repository);
    let rendering = render(&Inputs::new(
        &MemTree::from_fixture(&tree).unwrap(),
        Entry::Folder(RepoPath::new("k").unwrap()),
    ));
    let objects =
        kustomize_rs::yaml::json::read_all_as_json(made, "made", kustomize_rs::Limits::default()).unwrap();
    let name = crate::render::spec::Name::new("f", "r");
    let namespace = "f".to_owned();
    let made = ReleaseObjects { part: 0, name, namespace, chart: None, objects, problem: None };
    (rendering, vec![made])
}

#[test]
fn what_a_release_makes_is_its_own_and_hides_the_secrets_among_its_values() {
    let made = |value: &str| {
        format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: m}}\ndata: {{x: {value}, y: 'at {value}!'}}\n"
        )
    };
    let [before, after] = ["MARK-one", "MARK-two"].map(|value| of_chart(value, &made(value)));
    let side = |(rendering, releases)| Side { rendering, releases, component_label: "component" };
    let side = |of: &'static (Rendering, Vec<ReleaseObjects>)| side((&of.0, &of.1[..]));
    let diff = diff(&side(Box::leak(Box::new(before))), &side(Box::leak(Box::new(after))));
    assert_hidden(&diff);
    let owner = OwnerKey::new(OwnerKind::HelmRelease, "f", "r");
    let change = diff.changes.iter().find(|change| change.owner == owner).unwrap();
    assert_eq!((change.object.to_string(), change.fields.len()), ("ConfigMap f/m".to_owned(), 2));
    let owner = diff.owner(&owner).unwrap();
    let version =
        |state: &Option<OwnerState>| state.as_ref().unwrap().chart.as_ref().unwrap().version.clone();
    assert_eq!((version(&owner.before), version(&owner.after)), ("1.0.0".to_owned(), "2.0.0".to_owned()));
}

#[test]
fn images_are_found_wherever_they_are() {
    let object = serde_json::json!({"spec": {"containers": [{"name": "a", "image": "x:1"}], "image": "y:2"}});
    let found: Vec<_> = images(&object).into_iter().map(|i| format!("{} {}", i.path, i.reference)).collect();
    assert_eq!(found, ["spec.containers[name=a].image x:1", "spec.image y:2"]);
}

#[test]
fn a_release_whose_source_cannot_be_seen_has_no_other_chart() {
    let release = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: r, namespace: f}\nspec: {chart: {spec: \
                   {chart: web, version: 1.0.0, sourceRef: {kind: HelmRepository, name: h}}}}";
    let repository = "apiVersion: source.toolkit.fluxcd.io/v1\nkind: HelmRepository\nmetadata: {name: h, namespace: f}\nspec: {url: \
                      https://charts.example.org}";
    let tree = two("a") + &file("a/r.yaml", release) + &file("b/h.yaml", repository);
    let diff = diff_of(&tree, &tree.replace("#- b/y.yaml\n", "#- b/y.yaml\n{{{\n"));
    assert_eq!(diff.faults.len(), 1);
    let names: Vec<String> = diff.owners.iter().map(|owner| owner.key.to_string()).collect();
    assert_eq!(names, ["Kustomization f/b"]);
}
