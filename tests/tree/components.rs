//! The shape of `flux2/`: what `lint` finds, and what it does not look at.

use fleet::roots::COMPONENT_LABEL;
use flux::render::Rendering;
use lint::Subject;
use tests::repository;

#[test]
fn the_rules_of_the_platform_s_files_find_nothing() {
    // Of every component, whether a cluster has it or not; `tests/cli/lint.rs` asks what the sandbox would apply.
    let (tree, rendering) = (repository::tree(), Rendering::default());
    let found = lint::lint(&Subject::new(&tree, &rendering, COMPONENT_LABEL));
    assert_eq!(found, []);
}

#[test]
fn a_repository_without_components_is_none_of_the_platform_s() {
    let release = "#- flux2/apps/a/release.yaml\napiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: a}\n";
    let found = |text: &str| {
        let (tree, rendering) = (yamltree::tree::MemTree::from_fixture(text).unwrap(), Rendering::default());
        lint::lint(&Subject::new(&tree, &rendering, COMPONENT_LABEL))
    };
    assert_eq!(found(release), []);
    let component = "#- flux2/apps/a/component.yaml\ntitle: A\ndescription: B\n";
    assert!(found(&format!("{component}{release}")).iter().any(|found| found.code == "tree/values"));
}

#[test]
fn every_file_parses() {
    let files = super::yaml_files();
    assert!(files.len() > 50, "{files:#?}");
    for file in files {
        let parsed = yamltree::document::parse(&file, &repository::read(&file));
        assert!(parsed.diagnostics.is_empty(), "{:#?}", parsed.diagnostics);
    }
}
