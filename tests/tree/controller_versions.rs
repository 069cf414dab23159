//! One version of each controller is followed: rendering and effective values are compared with the code that the sandbox runs.

use tests::repository;
use xtask::sandbox::tools::pinned;

/// Holds what an oracle requires to the sandbox's modules; these must be among it.
fn requires_the_modules_of_the_sandbox(oracle: &str, followed: [&str; 2]) {
    let pins = repository::root().join("install/sandbox");
    let oracle = repository::root().join("xtask/crates/flux").join(oracle);
    let modules = std::fs::read_to_string(oracle.join("go.mod")).unwrap();
    let required: Vec<&str> = modules
        .lines()
        .filter(|line| line.starts_with('\t'))
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    // What only a module's own tests need is in no other list.
    let shared = required.iter().filter_map(|module| Some((module, pinned(&pins, module).ok()?)));
    let shared: Vec<_> = shared.collect();
    assert!(followed.iter().all(|followed| shared.iter().any(|(module, _)| *module == followed)));
    for (module, version) in shared {
        assert_eq!(pinned(&oracle, module).unwrap(), version, "{module}");
    }
}

#[test]
fn the_values_oracle_is_helm_controller_s_code() {
    requires_the_modules_of_the_sandbox(
        "values-oracle",
        ["github.com/fluxcd/pkg/chartutil", "helm.sh/helm/v4"],
    );
}

#[test]
fn the_oracle_of_rendering_is_kustomize_controller_s_code() {
    requires_the_modules_of_the_sandbox(
        "oracle",
        ["github.com/fluxcd/pkg/kustomize", "github.com/fluxcd/pkg/envsubst"],
    );
}
