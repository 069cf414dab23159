//! The `install-*.sh` scripts that 0.6 documented, run as people ran them: with CLUSTER_DIR set and nothing else.

use std::process::Command;

use tests::checkout::Checkout;
use tests::repository;
use tests::run::{Ran, run};
use tests::shared::platform;

/// Runs a script of a checkout; cargo, which it calls, takes what these tests have compiled already.
fn script(checkout: &Checkout, name: &str, cluster: Option<&str>) -> Ran {
    let mut command = Command::new(checkout.path().join("install").join(name));
    // Somewhere else: the folder is relative to where the person is.
    command.current_dir(checkout.path().join("clusters"));
    checkout.scrub(&mut command);
    for name in ["CARGO_HOME", "RUSTUP_HOME", "RUSTUP_TOOLCHAIN"] {
        command.envs(std::env::var_os(name).map(|value| (name, value)));
    }
    let home = std::env::var_os("HOME").unwrap_or_default();
    if std::env::var_os("CARGO_HOME").is_none() {
        command.env("CARGO_HOME", std::path::Path::new(&home).join(".cargo"));
    }
    if std::env::var_os("RUSTUP_HOME").is_none() {
        command.env("RUSTUP_HOME", std::path::Path::new(&home).join(".rustup"));
    }
    // The sandbox is this checkout's own, what the compiler makes on the way is shared: only xtask itself is compiled.
    command.env("CARGO_BUILD_BUILD_DIR", repository::root().join("target")).env("CARGO_INCREMENTAL", "0");
    command.envs(cluster.map(|cluster| ("CLUSTER_DIR", cluster)));
    run(command)
}

#[test]
fn each_installs_what_it_is_named_after() {
    let platform = platform();
    let checkout = &platform.checkout;
    let file = "clusters/sandbox/cluster.yaml";
    let before = checkout.read(file);
    checkout.xtask(&["apps", "rm", "sandbox", "nextcloud", "rocketchat", "velero", "wordpress"]).expect(0);

    script(checkout, "install-openappstack.sh", Some("sandbox")).expect(0);
    let apps = || -> Vec<String> {
        let mut names = checkout.names("kustomization", "flux-system");
        names.retain(|name| name.starts_with("app-"));
        names
    };
    assert!(apps().is_empty(), "{:?}", apps());

    let wordpress = script(checkout, "install-wordpress.sh", Some("sandbox")).expect(0);
    assert!(wordpress.stdout.contains("www.sandbox.localhost"), "{wordpress}");
    assert_eq!(apps(), ["app-wordpress"]);

    let nextcloud = script(checkout, "install-nextcloud.sh", Some("sandbox")).expect(0);
    assert!(nextcloud.stdout.contains("files.sandbox.localhost"), "{nextcloud}");
    assert_eq!(apps(), ["app-nextcloud", "app-wordpress"]);

    let rocketchat = script(checkout, "install-rocketchat.sh", Some("sandbox")).expect(0);
    assert!(rocketchat.stdout.contains("chat.sandbox.localhost"), "{rocketchat}");
    assert_eq!(apps(), ["app-nextcloud", "app-rocketchat", "app-wordpress"]);

    script(checkout, "install-velero.sh", Some("sandbox")).expect(0);
    assert_eq!(apps(), ["app-nextcloud", "app-rocketchat", "app-velero", "app-wordpress"]);

    checkout.write(file, &before);
    checkout.xtask(&["bootstrap"]).expect(0);
}

#[test]
fn without_a_cluster_each_says_what_is_missing() {
    let platform = platform();
    let names = ["openappstack", "nextcloud", "rocketchat", "velero", "wordpress"];
    for name in names.map(|name| format!("install-{name}.sh")) {
        script(&platform.checkout, &name, None).expect(2).says("CLUSTER_DIR is not set");
    }
}
