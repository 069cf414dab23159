//! What `diff --live` announces is what happens: a chain of commits, each announced, followed by Flux, and looked at.

mod announced;
mod chain;
mod seen;

use tests::checkout::Checkout;
use tests::shared::platform;

use announced::Announced;
use chain::{Deed, STEPS, Step};
use seen::Seen;

#[test]
fn what_is_announced_happens_and_nothing_else() {
    let platform = platform();
    let checkout = &platform.checkout;
    checkout.xtask(&["diff", "--live", "--charts"]).expect(0).says("Nothing is different");
    let begin = checkout.head();
    let mut before = Seen::of(checkout);
    for step in STEPS {
        before = followed(checkout, step, &before);
    }
    checkout.git(&["read-tree", "--reset", "-u", &begin]);
    let announced = Announced::of(checkout);
    checkout.commit("everything as it was");
    announced.come_true(checkout, &before, "at the end");
    let patch = "--patch={\"spec\":{\"suspend\":null}}";
    let of = ["kustomization", "evicted-pods", "--namespace=flux-system"];
    checkout
        .kubectl(&[&["patch"], &of[..], &["--type=merge", "--field-manager=flux", patch]].concat())
        .expect(0);
    checkout.xtask(&["bootstrap"]).expect(0);
    checkout.xtask(&["diff", "--live", "--charts"]).expect(0);
}

/// Announces a step, lets Flux follow it, and compares; gives what is there then.
fn followed(checkout: &Checkout, step: &Step, before: &Seen) -> Seen {
    let t = std::time::Instant::now();
    match step.deed {
        Deed::Commit(edit) => {
            edit(checkout);
            let announced = Announced::of(checkout);
            announced.says(step);
            checkout.commit(step.name);
            let after = announced.come_true(checkout, before, step.name);
            eprintln!("{} {:?}", step.name, t.elapsed());
            after
        }
        // What somebody does in the cluster beside Git.
        Deed::ByHand(act) => {
            act(checkout);
            let by_hand = Seen::of(checkout);
            let announced = Announced::of(checkout);
            announced.says(step);
            for component in ["notifications", "evicted-pods"] {
                checkout.xtask(&["reconcile", "sandbox", component]).expect(0);
            }
            announced.come_true(checkout, &by_hand, step.name)
        }
    }
}
