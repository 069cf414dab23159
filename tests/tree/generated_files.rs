//! Files that are written by code are what the code writes.

use fleet::scaffold;
use tests::repository;

#[test]
fn kustomizations_that_make_the_variables_are_the_scaffold_s() {
    for file in ["clusters/sandbox/kustomization.yaml", "install/kustomization.yaml"] {
        assert_eq!(repository::read(file), scaffold::KUSTOMIZATION, "{file}");
    }
}

#[test]
fn the_documented_example_of_the_variables_is_the_code_s() {
    let (catalogue, _) = fleet::catalogue::read(&repository::tree());
    let expected = fleet::flux_env::example(&catalogue.groups());
    assert_eq!(repository::read("install/.flux.env.example"), expected);
}

#[test]
fn the_sandbox_s_own_files_are_right() {
    let (catalogue, _) = fleet::catalogue::read(&repository::tree());
    let file = "clusters/sandbox/cluster.yaml";
    let (spec, found) = fleet::cluster::parse(file, &repository::read(file), fleet::cluster::Sort::Sandbox);
    assert!(found.is_empty(), "{found:#?}");
    let found = spec.unwrap().check_against(&catalogue);
    assert!(found.is_empty(), "{found:#?}");
    let file = "clusters/sandbox/.flux.env";
    let (_, found) = fleet::flux_env::parse(file, &repository::read(file), &catalogue.variables());
    assert!(found.is_empty(), "{found:#?}");
}
