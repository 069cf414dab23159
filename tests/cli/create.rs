//! `create`: the folder of a new cluster.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use tests::checkout::Checkout;

/// A cluster `example` whose files are complete.
pub fn example(checkout: &Checkout) {
    let arguments = ["create", "example", "example.org", "--url", "https://git.example.org/openappstack.git"];
    let values = ["--ip-address", "203.0.113.7", "--admin-email", "admin@example.org"];
    checkout.xtask(&[&arguments[..], &values[..]].concat()).expect(0);
}

#[test]
fn a_new_cluster_has_three_files_and_only_its_owner_reads_the_variables() {
    let checkout = Checkout::new();
    example(&checkout);
    let folder = checkout.path().join("clusters/example");
    let mode = |file: &str| fs::metadata(folder.join(file)).unwrap().permissions().mode() & 0o777;
    assert_eq!(format!("{:o}", mode(".flux.env")), "600");
    assert_eq!(format!("{:o}", mode("cluster.yaml")), "644");
    let env = checkout.read("clusters/example/.flux.env");
    for line in ["domain=example.org", "ip_address=203.0.113.7", "admin_email=admin@example.org"] {
        assert!(env.lines().any(|it| it == line), "no {line}\n{env}");
    }
    checkout
        .xtask(&["info", "example"])
        .expect(0)
        .prints("domain example.org")
        .prints("https://grafana.example.org");
    assert_eq!(checkout.git(&["status", "--porcelain"]), "", "Git would commit somebody's cluster");
}

#[test]
fn what_is_not_given_is_asked_for_by_the_next_command() {
    let checkout = Checkout::new();
    checkout.xtask(&["create", "example", "example.org", "--url", "https://git.example.org/x.git"]).expect(0);
    let ran = checkout.xtask(&["bootstrap", "example", "--dry-run"]).expect(1);
    ran.says("required variable `ip_address` is not set").says("required variable `admin_email` is not set");
}

#[test]
fn an_existing_cluster_is_left_alone() {
    let checkout = Checkout::new();
    example(&checkout);
    let before = checkout.read("clusters/example/.flux.env");
    checkout.xtask(&["create", "example", "other.org"]).expect(2).says("exists already; nothing was changed");
    assert_eq!(checkout.read("clusters/example/.flux.env"), before);
}

#[test]
fn a_malformed_domain_is_refused_and_nothing_is_written() {
    let checkout = Checkout::new();
    for (domain, said) in [
        ("localhost", "localhost"),
        ("exa mple.org", "has ` `"),
        ("https://example.org", "https://example.org"),
        ("example..org", "example..org"),
        ("-example.org", "-example"),
        ("203.0.113.7", "203.0.113.7"),
        ("bücher.example", "xn--"),
        ("Example.org", "Example"),
        ("", "empty"),
    ] {
        let words = ["create", "--url", "https://git.example.org/x.git", "--", "example", domain];
        let ran = checkout.xtask(&words).expect(2).says(said);
        assert!(ran.stderr.starts_with("error: "), "{ran}");
    }
    assert!(!checkout.path().join("clusters/example").exists());
}

#[test]
fn a_malformed_name_is_refused() {
    let checkout = Checkout::new();
    for name in ["Example", "exa_mple", "-example", "example/other", "..", ""] {
        let words = ["create", "--url", "https://git.example.org/x.git", "--", name, "example.org"];
        checkout.xtask(&words).expect(2);
    }
    assert_eq!(checkout.git(&["status", "--porcelain", "--ignored"]), "", "something was written");
}

#[test]
fn without_an_origin_the_repository_must_be_named() {
    let checkout = Checkout::archive();
    checkout.xtask(&["create", "example", "example.org"]).expect(2).says("--url");
}
