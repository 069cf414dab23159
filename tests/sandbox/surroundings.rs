//! It works wherever a person may be: each test is one sort of checkout, user or environment.

use std::fs;

use tests::checkout::Checkout;
use tests::run::run;
use tests::shared::alone;
use tests::user;

#[test]
fn as_an_ordinary_user() {
    let _turn = alone();
    let checkout = Checkout::new().with_tools().as_ordinary_user(true);
    checkout.begin();
    checkout.wait_until_flux_follows(&checkout.head());
    let status = fs::read_to_string(format!("/proc/{}/status", checkout.pid("kube-apiserver"))).unwrap();
    let user = status.lines().find_map(|line| line.strip_prefix("Uid:")).unwrap();
    assert!(!user.split_whitespace().any(|id| id == "0"), "the API server runs as root: {user}");
}

#[test]
fn in_a_checkout_of_another_user() {
    let _turn = alone();
    let checkout = Checkout::new().with_tools();
    // As root the checkout is somebody else's; an ordinary user cannot give files away and uses root's to the same end.
    let checkout = if user::is_root() { checkout.as_ordinary_user(false) } else { checkout };
    checkout.begin();
    checkout.wait_until_flux_follows(&checkout.head());
}

#[test]
fn in_a_shallow_clone() {
    let _turn = alone();
    let checkout = Checkout::shallow().with_tools();
    assert_eq!(checkout.git(&["rev-parse", "--is-shallow-repository"]), "true");
    checkout.begin();
    checkout.wait_until_flux_follows(&checkout.head());
}

#[test]
fn on_a_detached_head() {
    let _turn = alone();
    let checkout = Checkout::new().with_tools();
    checkout.git(&["checkout", "--quiet", "--detach"]);
    checkout.begin();
    checkout.wait_until_flux_follows(&checkout.head());
}

#[test]
fn in_an_unpacked_archive_without_git() {
    let _turn = alone();
    let checkout = Checkout::archive().with_tools();
    assert!(!checkout.path().join(".git").exists());
    let ran = checkout.begin().says("which exists only in the sandbox");
    let served = checkout.target().join("sandbox/run/git/openappstack.git");
    let commit = checkout.try_git(&["--git-dir", served.to_str().unwrap(), "rev-parse", "main"]).expect(0);
    assert!(ran.stderr.contains(&commit.text()[..12]), "another commit than the plan says\n{ran}");
    checkout.wait_until_flux_follows(commit.text());
    assert!(!checkout.path().join(".git").exists());
}

#[test]
fn without_a_git_identity() {
    let _turn = alone();
    let checkout = Checkout::new().with_tools();
    // Uncommitted work needs a commit of its own, and so an identity.
    checkout.write("flux2/apps/wordpress/NOTE.md", "A file that is not committed.\n");
    let mut command = checkout.command(&["bootstrap", "--charts", "stand-in", "--no-wait", "--dirty"]);
    command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1").env("EMAIL", "");
    run(command).expect(0).says("which exists only in the sandbox");
    let served = checkout.target().join("sandbox/run/git/openappstack.git");
    let commit = checkout.try_git(&["--git-dir", served.to_str().unwrap(), "rev-parse", "main"]).expect(0);
    assert_ne!(commit.text(), checkout.head());
    checkout.wait_until_flux_follows(commit.text());
}

#[test]
fn without_a_terminal_nothing_is_redrawn() {
    let _turn = alone();
    let checkout = Checkout::new().with_tools();
    let ran = checkout.begin();
    assert!(!ran.stderr.contains('\u{1b}') && !ran.stderr.contains('\r'), "{ran}");
    checkout.wait_until_flux_follows(&checkout.head());
}

#[test]
fn with_the_proxy_of_a_network_that_is_not_there() {
    let _turn = alone();
    let checkout = Checkout::new().with_tools();
    let mut command = checkout.command(&["bootstrap", "--charts", "stand-in", "--no-wait"]);
    // Nothing listens on the discard port.
    for name in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"] {
        command.env(name, "http://127.0.0.1:9");
    }
    run(command).expect(0);
    checkout.wait_until_flux_follows(&checkout.head());
    checkout.wait("a chart was fetched through the sandbox's own proxy", 60, || {
        let chart = checkout
            .kubectl(&["get", "helmchart,ocirepository", "--all-namespaces", "--output=json"])
            .expect(0)
            .json();
        let fetched =
            chart["items"].as_array().into_iter().flatten().any(|it| it["status"]["artifact"].is_object());
        if fetched { Ok(()) } else { Err("no chart has an artifact".into()) }
    });
}

#[test]
fn the_user_s_own_kubeconfig_is_neither_used_nor_changed() {
    let _turn = alone();
    let checkout = Checkout::new().with_tools();
    let by_variable = checkout.folder().join("own-kubeconfig");
    let at_home = checkout.home().join(".kube/config");
    let text = "apiVersion: v1\nkind: Config\nclusters: [] # nobody's business\n";
    fs::create_dir(checkout.home().join(".kube")).unwrap();
    fs::write(&by_variable, text).unwrap();
    fs::write(&at_home, text).unwrap();
    let mut command = checkout.command(&["bootstrap", "--charts", "stand-in", "--no-wait"]);
    command.env("KUBECONFIG", &by_variable);
    run(command).expect(0);
    let mut command = checkout.command(&["status"]);
    command.env("KUBECONFIG", &by_variable);
    run(command).prints("GitRepository openappstack");
    checkout.wait_until_flux_follows(&checkout.head());
    assert_eq!(fs::read_to_string(&by_variable).unwrap(), text);
    assert_eq!(fs::read_to_string(&at_home).unwrap(), text);
    let beside: Vec<_> =
        fs::read_dir(checkout.home().join(".kube")).unwrap().map(|it| it.unwrap().file_name()).collect();
    assert_eq!(beside, ["config"]);
}
