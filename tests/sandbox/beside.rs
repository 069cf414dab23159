//! What else is on the machine: another checkout's sandbox, a port that is taken.

use std::collections::BTreeSet;
use std::net::TcpListener;

use tests::checkout::Checkout;
use tests::shared::alone;

fn ports(checkout: &Checkout) -> BTreeSet<u64> {
    let state = checkout.state();
    state["ports"].as_object().unwrap().values().map(|port| port.as_u64().unwrap()).collect()
}

#[test]
fn two_checkouts_do_not_collide() {
    let _turn = alone();
    let (one, other) = (Checkout::new().with_tools(), Checkout::new().with_tools());
    other.write("flux2/NOTE.md", "Another commit.\n");
    let commit = other.commit("another");
    one.begin();
    other.begin();
    assert!(ports(&one).is_disjoint(&ports(&other)), "{:?} {:?}", ports(&one), ports(&other));
    one.wait_until_flux_follows(&one.head());
    other.wait_until_flux_follows(&commit);
    one.down();
    other.xtask(&["sandbox", "status"]).expect(0);
}

#[test]
fn a_wished_port_that_is_taken_is_named_with_the_way_out() {
    let _turn = alone();
    let checkout = Checkout::new().with_tools();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let ran =
        checkout.xtask(&["bootstrap", "--charts", "stand-in", "--no-wait", "--api-port", &port]).expect(3);
    ran.says(&format!(
        "port {port} on 127.0.0.1 is taken by another program; choose another with --api-port"
    ));
    checkout.down();
    drop(taken);
    checkout.xtask(&["bootstrap", "--charts", "stand-in", "--no-wait", "--api-port", &port]).expect(0);
    assert_eq!(checkout.state()["ports"]["api"].to_string(), port);
}
