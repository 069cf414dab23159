//! How a sandbox ends, and what is left of it.

use tests::checkout::Checkout;
use tests::cluster::GENERATED;
use tests::processes;
use tests::shared::alone;
use tests::wait;

#[test]
fn down_leaves_no_process_and_says_so() {
    let _turn = alone();
    let checkout = Checkout::new().with_tools();
    checkout.begin();
    assert!(processes::of(&checkout.path()).len() >= 10, "{:#?}", processes::of(&checkout.path()));
    checkout.xtask(&["sandbox", "down"]).expect(0).says("no process is left");
    assert_eq!(processes::of(&checkout.path()), []);
    checkout.xtask(&["sandbox", "status"]).expect(1).prints("does not run");
    checkout.xtask(&["sandbox", "down"]).expect(0).says("it did not run");
}

#[test]
fn a_killed_supervisor_leaves_no_process() {
    let _turn = alone();
    let checkout = Checkout::new().with_tools();
    checkout.begin();
    processes::kill(checkout.pid("supervisor"));
    wait::until("every process is gone", 2, String::new, || {
        let left = processes::of(&checkout.path());
        if left.is_empty() { Ok(()) } else { Err(format!("{left:#?}")) }
    });
    checkout.xtask(&["status"]).expect(3).says("the sandbox does not run; `cargo xtask bootstrap` starts it");
}

#[test]
fn passwords_and_the_api_server_s_address_outlive_down() {
    let _turn = alone();
    let checkout = Checkout::new().with_tools();
    checkout.begin();
    let (passwords, kubeconfig) = (checkout.passwords(), std::fs::read(checkout.kubeconfig()).unwrap());
    assert_eq!(passwords.len(), GENERATED.len());
    checkout.down();
    checkout.begin();
    assert_eq!(checkout.passwords(), passwords);
    assert_eq!(std::fs::read(checkout.kubeconfig()).unwrap(), kubeconfig, "the kubeconfig changed");
}

#[test]
fn purge_removes_the_data_too() {
    let _turn = alone();
    let checkout = Checkout::new().with_tools();
    checkout.begin();
    checkout.xtask(&["sandbox", "down", "--purge"]).expect(0);
    assert!(!checkout.target().join("sandbox/run").exists());
}
