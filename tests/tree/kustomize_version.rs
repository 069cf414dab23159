//! One kustomize is followed: what is recorded, compared, measured and generated comes from the version that the sandbox runs.

use tests::repository;
use xtask::sandbox::tools::pinned;

const MODULES: [&str; 3] =
    ["sigs.k8s.io/kustomize/kustomize/v5", "sigs.k8s.io/kustomize/api", "sigs.k8s.io/kustomize/kyaml"];

#[test]
fn every_go_module_requires_the_kustomize_of_the_sandbox() {
    let pins = repository::root().join("install/sandbox");
    for folder in ["oracle", "generate", "benches/original"] {
        let folder = repository::root().join("xtask/crates/kustomize-rs").join(folder);
        let required: Vec<(&str, String)> =
            MODULES.iter().filter_map(|module| Some((*module, pinned(&folder, module).ok()?))).collect();
        assert!(!required.is_empty(), "{}", folder.display());
        for (module, version) in required {
            assert_eq!(version, pinned(&pins, module).unwrap(), "{module} in {}", folder.display());
        }
    }
}

#[test]
fn the_crate_says_which_version_it_follows() {
    let pins = repository::root().join("install/sandbox");
    assert_eq!(pinned(&pins, MODULES[0]).unwrap(), kustomize_rs::KUSTOMIZE_VERSION);
}
