//! One helm-controller is followed: effective values are compared with the code that the sandbox runs.

use tests::repository;
use xtask::sandbox::tools::pinned;

#[test]
fn the_values_oracle_requires_the_modules_of_the_sandbox() {
    let pins = repository::root().join("install/sandbox");
    let oracle = repository::root().join("xtask/crates/flux/values-oracle");
    let modules = std::fs::read_to_string(oracle.join("go.mod")).unwrap();
    let required: Vec<&str> = modules
        .lines()
        .filter(|line| line.starts_with('\t'))
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    assert!(required.contains(&"github.com/fluxcd/pkg/chartutil") && required.contains(&"helm.sh/helm/v4"));
    for module in required {
        assert_eq!(pinned(&oracle, module).unwrap(), pinned(&pins, module).unwrap(), "{module}");
    }
}
