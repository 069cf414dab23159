//! One Flux release is pinned, and the sandbox runs exactly its controllers.

use tests::repository;

fn pinned() -> serde_json::Value {
    let file = "install/flux.yaml";
    let (documents, found) = yamltree::document::values(file, &repository::read(file));
    assert!(found.is_empty(), "{found:#?}");
    documents[0].1.clone()
}

#[test]
fn go_mod_requires_the_controllers_of_the_pinned_release() {
    let pins = repository::root().join("install/sandbox");
    let components = pinned()["components"].as_object().unwrap().clone();
    assert_eq!(components.len(), 4);
    for (controller, version) in components {
        let required =
            xtask::sandbox::tools::pinned(&pins, &format!("github.com/fluxcd/{controller}")).unwrap();
        assert_eq!(required, format!("v{}", version.as_str().unwrap()), "{controller}");
    }
}

#[test]
fn every_version_is_exact() {
    let pinned = pinned();
    let versions = pinned["components"].as_object().unwrap().values().chain([&pinned["release"]]);
    for version in versions {
        assert!(flux::pins::is_exact(version.as_str().unwrap()), "{version}");
    }
}

#[test]
fn clusters_follow_the_pinned_release() {
    let file = "flux2/infrastructure/flux/app/source.yaml";
    let (documents, found) = yamltree::document::values(file, &repository::read(file));
    assert!(found.is_empty(), "{found:#?}");
    let release = format!("v{}", pinned()["release"].as_str().unwrap());
    assert_eq!(documents[0].1["spec"]["ref"]["tag"], release.as_str());
}
