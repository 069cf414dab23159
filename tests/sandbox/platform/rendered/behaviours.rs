//! Every behaviour of rendering that kustomize-controller has, each by a Kustomization of its own: the real one and ours do the
//! same, or refuse the same.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use tests::shared::platform;

use super::{KUSTOMIZATIONS, compare, live, name, ready, rendered, serve};

/// Files below `flux2/behaviours/`, in the form of `MemTree::from_fixture`.
const FILES: &str = include_str!("behaviours.txt");

/// The Kustomizations, each with what its spec has beside the path; `refuses` are those that cannot be built.
fn kustomizations() -> Vec<(&'static str, Value)> {
    let patch = json!([
        {"patch": "- {op: add, path: /data/json, value: patched}", "target": {"kind": "ConfigMap", "name": "first"}},
        {"patch": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: second}\ndata: {merged: patched}\n"},
    ]);
    let from = |names: &[(&str, &str, bool)]| -> Value {
        names
            .iter()
            .map(|(kind, name, optional)| json!({"kind": kind, "name": name, "optional": optional}))
            .collect()
    };
    let variables = from(&[("ConfigMap", "behaviours-a", false), ("Secret", "behaviours-b", false)]);
    vec![
        ("plain-folder", json!({"path": "./flux2/behaviours/plain"})),
        ("above-the-top", json!({"path": "../../flux2/behaviours/empty-result"})),
        ("only-generator", json!({"path": "./flux2/behaviours/generator"})),
        ("loose-file", json!({"path": "flux2/behaviours/loose/"})),
        (
            "target-namespace",
            json!({"path": "./flux2/behaviours/two", "targetNamespace": "behaviours-other"}),
        ),
        (
            "affixes",
            json!({"path": "./flux2/behaviours/affixed", "namePrefix": "new-", "nameSuffix": "-new"}),
        ),
        (
            "common-metadata",
            json!({"path": "./flux2/behaviours/common", "commonMetadata": {
            "labels": {"team": "a", "from": "common"}, "annotations": {"note": "${not_substituted}"}},
            "postBuild": {"substitute": {"v": "x"}}}),
        ),
        ("patches", json!({"path": "./flux2/behaviours/patched", "patches": patch})),
        (
            "components",
            json!({"path": "./flux2/behaviours/with-components", "components":
            ["../component", "../missing"], "ignoreMissingComponents": true}),
        ),
        (
            "images",
            json!({"path": "./flux2/behaviours/images", "images": [
            {"name": "registry.example.org/a", "newTag": "2"}, {"name": "registry.example.org/b", "newName": "b", "digest":
             "sha256:24a0c4b4a4c0eb97a1aabb8e29f18e917d05abfe1b7a7c07857230879ce7d3d3"},
            {"name": "registry.example.org/c", "newTag": "3"}]}),
        ),
        (
            "build-metadata",
            json!({"path": "./flux2/behaviours/metadata", "buildMetadata": ["transformerAnnotations"]}),
        ),
        (
            "functions",
            json!({"path": "./flux2/behaviours/functions", "postBuild": {"substitute": {
            "v": "Value-one", "path": "/a/b/c.txt", "quote": "\"", "number": "12345678", "lines": "a\nb", "empty": ""}}}),
        ),
        (
            "precedence",
            json!({"path": "./flux2/behaviours/precedence", "postBuild": {
            "substituteFrom": variables, "substitute": {"c": "inline"}}}),
        ),
        (
            "optional",
            json!({"path": "./flux2/behaviours/optional", "postBuild": {
            "substituteFrom": from(&[("ConfigMap", "behaviours-missing", true)]), "substitute": {"v": "x"}}}),
        ),
        (
            "no-variables",
            json!({"path": "./flux2/behaviours/no-variables", "postBuild": {
            "substituteFrom": from(&[("Secret", "behaviours-missing", true)])}}),
        ),
        (
            "always",
            json!({"path": "./flux2/behaviours/always", "postBuild": {"substituteStrategy": "Always"}}),
        ),
        ("numbers", json!({"path": "./flux2/behaviours/numbers", "postBuild": {"substitute": {"v": "7"}}})),
        ("ignored", json!({"path": "./flux2/behaviours/ignored"})),
        ("elsewhere", json!({"path": "./flux2/behaviours/elsewhere"})),
        ("only-annotated", json!({"path": "./flux2/behaviours/only-annotated"})),
        (
            "nothing-encrypted",
            json!({"path": "./flux2/behaviours/nothing-encrypted", "decryption": {"provider": "sops"}}),
        ),
        (
            "parent",
            json!({"path": "./flux2/behaviours/parent", "patches": [{"target": {"kind": "Kustomization"}, "patch":
            "- {op: add, path: /spec/interval, value: 1h}\n- {op: add, path: /spec/prune, value: true}\n- {op: add, path: \
             /spec/postBuild, value: {substitute: {v: from the parent, w: also}}}"}]}),
        ),
        ("refuses-outside-source", json!({"path": "./flux2/behaviours/outside"})),
        ("refuses-plugin", json!({"path": "./flux2/behaviours/plugin"})),
        ("refuses-helm", json!({"path": "./flux2/behaviours/helm"})),
        (
            "refuses-bare-minus",
            json!({"path": "./flux2/behaviours/bare-minus", "postBuild": {"substitute": {"v": "x"}}}),
        ),
        (
            "refuses-undefined",
            json!({"path": "./flux2/behaviours/undefined", "postBuild": {"substitute": {"v": "x"}}}),
        ),
        (
            "refuses-transform-of-undefined",
            json!({"path": "./flux2/behaviours/transform", "postBuild": {
            "substitute": {"v": "x"}}}),
        ),
        (
            "refuses-name-of-variable",
            json!({"path": "./flux2/behaviours/plain", "postBuild": {
            "substituteFrom": from(&[("ConfigMap", "behaviours-bad-name", false)])}}),
        ),
        (
            "refuses-missing-reference",
            json!({"path": "./flux2/behaviours/plain", "postBuild": {
            "substituteFrom": from(&[("ConfigMap", "behaviours-missing", false)])}}),
        ),
        ("refuses-missing-path", json!({"path": "./flux2/behaviours/nowhere"})),
        (
            "refuses-remote-component",
            json!({"path": "./flux2/behaviours/plain", "components":
            ["https://example.org/component"]}),
        ),
        (
            "refuses-absolute-component",
            json!({"path": "./flux2/behaviours/plain", "components": ["/component"]}),
        ),
        (
            "refuses-missing-component",
            json!({"path": "./flux2/behaviours/two", "components": ["../missing"]}),
        ),
        ("refuses-no-kubernetes", json!({"path": "./flux2/behaviours/no-kubernetes"})),
        (
            "refuses-same-after-substitution",
            json!({"path": "./flux2/behaviours/same", "postBuild": {
            "substitute": {"v": "x"}}}),
        ),
        ("refuses-encrypted", json!({"path": "./flux2/behaviours/encrypted"})),
    ]
}

/// The Kustomization that one of them makes.
const CHILD: &str = "behaviour-child";

/// What each that is refused is refused for: words of ours and of the controller's.
const REASONS: [(&str, &str, &str); 15] = [
    ("undefined", "nobody_set_this", "nobody_set_this"),
    ("transform-of-undefined", "nobody_set_this", "nobody_set_this"),
    ("name-of-variable", "a.b", "a.b"),
    ("missing-reference", "behaviours-missing", "behaviours-missing"),
    ("missing-path", "does not exist in its source", "path not found"),
    ("remote-component", "https://example.org/component", "https://example.org/component"),
    ("absolute-component", "/component", "/component"),
    ("missing-component", "behaviours/missing", "behaviours/missing"),
    ("no-kubernetes", "missing `kind`", "missing Resource metadata"),
    ("same-after-substitution", "two objects are ConfigMap same-x", "id matched 2 resources"),
    ("encrypted", "SOPS encrypted", "SOPS encrypted"),
    ("outside-source", "etc/hostname", "etc/hostname"),
    ("plugin", "unable to load external plugin `Maker`", "unable to load external plugin 'Maker'"),
    ("helm", "`helmCharts` is not supported", "must specify --enable-helm"),
    ("bare-minus", "`-` cannot follow the name", "missing closing brace"),
];

fn object((name, spec): &(&str, Value)) -> Value {
    let mut spec = spec.clone();
    spec["interval"] = json!("1h");
    spec["retryInterval"] = json!("1h");
    spec["prune"] = json!(true);
    spec["sourceRef"] = json!({"kind": "GitRepository", "name": "openappstack"});
    json!({
        "apiVersion": "kustomize.toolkit.fluxcd.io/v1", "kind": "Kustomization",
        "metadata": {"name": format!("behaviour-{name}"), "namespace": "flux-system"}, "spec": spec,
    })
}

/// What lies in the cluster for them.
fn beside() -> Vec<Value> {
    let config_map = |name: &str, data: Value| json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "namespace": "flux-system"}, "data": data});
    let namespace = |name: &str| json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}});
    vec![
        namespace("behaviours"),
        namespace("behaviours-other"),
        config_map("behaviours-a", json!({"a": "first", "b": "first", "c": "first", "lines": "x\ny\n"})),
        config_map("behaviours-bad-name", json!({"a.b": "x"})),
        json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "behaviours-b", "namespace": "flux-system"},
            "stringData": {"b": "second", "c": "second"}}),
    ]
}

/// Ready, and why; nothing while the controller still works.
fn verdict(object: &Value) -> Option<(bool, String)> {
    ready(object).map(|(is_ready, reason, message)| (is_ready, format!("{reason}: {message}")))
}

#[test]
fn every_behaviour_of_the_controller_is_rendered_or_refused_alike() {
    let platform = platform();
    let checkout = &platform.checkout;
    serve(checkout, "behaviours", FILES);
    let all = kustomizations();
    let objects: Vec<Value> = beside().into_iter().chain(all.iter().map(object)).collect();
    let list = json!({"apiVersion": "v1", "kind": "List", "items": objects});
    checkout.write("../behaviours.json", &list.to_string());
    checkout.kubectl(&["apply", "--filename", "../behaviours.json"]).expect(0);
    let is_ours = |object: &Value| name(object).name.starts_with("behaviour-");
    let found: BTreeMap<String, (bool, String)> = checkout.wait("each behaviour has a verdict", 90, || {
        let found = live(checkout, KUSTOMIZATIONS).into_iter().filter(is_ours);
        let found: BTreeMap<_, _> =
            found.filter_map(|object| Some((name(&object).name, verdict(&object)?))).collect();
        if found.len() == all.len() + 1 {
            Ok(found)
        } else {
            Err(format!("{} of {}", found.len(), all.len()))
        }
    });
    let kustomizations: Vec<Value> = live(checkout, KUSTOMIZATIONS).into_iter().filter(is_ours).collect();
    // The child is found from its parent.
    let mut rendering = rendered(checkout, kustomizations.iter().filter(|object| name(object).name != CHILD));
    let mut different = Vec::new();
    for part in &rendering.parts {
        let name = &part.kustomization.name.name;
        let (is_ready, why) = &found[name];
        let lacks = !part.variables.missing.is_empty();
        let problem = part.problem.as_ref().map(ToString::to_string);
        let is_refused = problem.is_some() || lacks;
        if is_refused == *is_ready || is_refused != name.starts_with("behaviour-refuses-") {
            different.push(format!("{name}: ours {problem:?}, live {is_ready} {why}"));
        } else if let Some(short) = name.strip_prefix("behaviour-refuses-") {
            let ours = problem.unwrap_or_else(|| format!("{:?}", part.variables.missing));
            let (_, our_words, their_words) = REASONS.iter().find(|(name, ..)| *name == short).unwrap();
            if !ours.contains(our_words) || !why.contains(their_words) {
                different.push(format!("{name}: other reasons: ours {ours}, live {why}"));
            }
        }
    }
    rendering.parts.retain(|part| found[&part.kustomization.name.name].0);
    let ready: Vec<Value> = kustomizations.into_iter().filter(|object| found[&name(object).name].0).collect();
    different.extend(compare(checkout, &rendering, &ready));
    checkout.kubectl(&["delete", "--filename", "../behaviours.json", "--wait=false"]).expect(0);
    assert!(different.is_empty(), "{} differences:\n{}", different.len(), different.join("\n"));
}

/// Every behaviour of rendering in plain words, with the cases that show it, or why none does.
const LIST: &str = include_str!("list.txt");

#[test]
fn every_behaviour_that_is_listed_has_a_case_and_every_case_a_line() {
    let known: BTreeSet<String> = kustomizations().iter().map(|(name, _)| (*name).to_owned()).collect();
    // Shown by tests of their own beside this one.
    let elsewhere = ["platform", "releases"];
    let mut named = BTreeSet::new();
    for line in LIST.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let (behaviour, cases) = line.split_once(" | ").expect(line);
        if let Some(reason) = cases.strip_prefix("- ") {
            assert!(reason.len() > 20, "{behaviour}: no reason");
            continue;
        }
        for case in cases.split(", ") {
            assert!(
                known.contains(case) || elsewhere.contains(&case),
                "{behaviour}: there is no case `{case}`"
            );
            named.insert(case.to_owned());
        }
    }
    let unnamed: Vec<&String> = known.difference(&named).collect();
    assert!(unnamed.is_empty(), "no line names {unnamed:?}");
}
