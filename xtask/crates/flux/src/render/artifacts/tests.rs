use yamltree::path::RepoPath;
use yamltree::tree::MemTree;

use crate::render::{Entry, Inputs, Rendering, render};

/// An object of a fixture in one line.
fn object(group: &str, kind: &str, name: &str, spec: &str) -> String {
    format!(
        "---\n{{apiVersion: {group}/v1, kind: {kind}, metadata: {{name: {name}, namespace: n}}, spec: {{{spec}}}}}\n"
    )
}

fn generator(name: &str, source: &str, artifacts: &str) -> String {
    let spec = format!("sources: [{{alias: s, {source}}}], artifacts: [{artifacts}]");
    object("source.extensions.fluxcd.io", "ArtifactGenerator", name, &spec)
}

fn kustomization(name: &str, kind: &str, source: &str, path: &str) -> String {
    let spec = format!("path: {path}, sourceRef: {{kind: {kind}, name: {source}}}");
    object("kustomize.toolkit.fluxcd.io", "Kustomization", name, &spec)
}

fn rendered(entry: &str, other: Option<(&str, &MemTree)>) -> Rendering {
    let files = format!(
        "#- entry/all.yaml\n{entry}#- more/g.yaml\n{}#- app/cm.yaml\n{}",
        generator("late", "kind: GitRepository, name: flux-system, namespace: flux-system", COPY),
        "{apiVersion: v1, kind: ConfigMap, metadata: {name: c, namespace: n}}\n"
    );
    let tree = MemTree::from_fixture(&files).unwrap();
    let entry = Entry::Folder(RepoPath::new("entry").unwrap());
    let sources = other.into_iter().map(|(name, tree)| (name.to_owned(), tree as _)).collect();
    render(&Inputs { sources, ..Inputs::new(&tree, entry) })
}

const OWN: &str = "kind: GitRepository, name: flux-system, namespace: flux-system";
const COPY: &str = "{name: x, copy: [{from: '@s/app', to: '@artifact/'}]}";

/// The objects of a Kustomization, or what is wrong with it.
fn part(rendering: &Rendering, name: &str) -> Result<usize, String> {
    let part = rendering.parts.iter().find(|part| part.kustomization.name.name == name).unwrap();
    match &part.problem {
        Some(problem) => Err(format!("{}: {}", problem.code, problem.message)),
        None => Ok(part.objects.len()),
    }
}

#[test]
fn a_kustomization_is_built_from_what_a_generator_makes_later() {
    let waits = kustomization("k", "ExternalArtifact", "x", "app");
    // The generator comes out of another Kustomization, and the artifact is one of an artifact.
    let rendering = rendered(&(waits + &kustomization("more", "GitRepository", "flux-system", "more")), None);
    assert_eq!(part(&rendering, "k"), Ok(1));
    let chain = generator(
        "b",
        "kind: ExternalArtifact, name: x",
        "{name: y, copy: [{from: '@s/app/**', to: '@artifact/'}]}",
    );
    let rendering = rendered(
        &(chain + &generator("a", OWN, COPY) + &kustomization("k", "ExternalArtifact", "y", ".")),
        None,
    );
    assert_eq!(part(&rendering, "k"), Ok(1));
    assert_eq!(rendering.artifacts.len(), 2);
}

#[test]
fn what_a_generator_could_not_make_is_said_where_it_is_missed() {
    let failing = generator("g", OWN, "{name: x, copy: [{from: '@s/nothing', to: '@artifact/'}]}");
    let rendering = rendered(&(failing + &kustomization("k", "ExternalArtifact", "x", ".")), None);
    let wrong = part(&rendering, "k").unwrap_err();
    let reason = "ArtifactGenerator n/g: artifact `x`, copy from `@s/nothing` to `@artifact/`: source: `nothing` does not exist";
    assert_eq!(
        wrong,
        format!("flux/artifact: Kustomization n/k: its source ExternalArtifact n/x is not made: {reason}")
    );
    let place = &rendering.problems().next().unwrap().place;
    assert_eq!((place.file.as_str(), place.line), ("entry/all.yaml", Some(2)));
    assert_eq!(rendering.parts[0].warnings[0].message, reason);
}

#[test]
fn a_source_that_is_not_at_hand_can_be_given_and_so_can_the_artifact() {
    let chart = generator("g", "kind: HelmChart, name: chart", COPY);
    let entry = chart + &kustomization("k", "ExternalArtifact", "x", ".");
    let wrong = part(&rendered(&entry, None), "k").unwrap_err();
    assert!(wrong.ends_with("ArtifactGenerator n/g: its source HelmChart n/chart is not at hand"), "{wrong}");
    let tree = MemTree::from_fixture(
        "#- app/a.yaml\n{apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: n}}\n",
    )
    .unwrap();
    assert_eq!(part(&rendered(&entry, Some(("chart", &tree))), "k"), Ok(1));
    assert_eq!(part(&rendered(&entry, Some(("x", &tree))), "k"), Ok(1));
}

#[test]
fn an_artifact_that_nobody_makes_is_not_the_repository() {
    let wrong = part(&rendered(&kustomization("k", "ExternalArtifact", "x", "."), None), "k").unwrap_err();
    assert_eq!(wrong, "flux/source: Kustomization n/k: its source ExternalArtifact n/x is not at hand");
}

#[test]
fn a_source_that_is_made_and_lies_elsewhere_is_no_error() {
    let source = object("source.toolkit.fluxcd.io", "OCIRepository", "x", "url: 'oci://example.org/x'");
    let rendering = rendered(&(source + &kustomization("k", "OCIRepository", "x", ".")), None);
    let problems: Vec<(bool, &str)> =
        rendering.problems().map(|found| (found.is_error(), found.code)).collect();
    assert_eq!(problems, [(false, "flux/source")]);
}
