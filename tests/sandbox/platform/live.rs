//! What `diff --live` announces is what happens: a chain of commits, each announced, followed by Flux, and looked at.

mod announced;
mod chain;
mod seen;

use base64::Engine as _;
use serde_json::Value;
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

#[test]
fn no_secret_of_the_cluster_is_shown_in_any_form() {
    let platform = platform();
    let checkout = &platform.checkout;
    let secrets = secrets(checkout);
    assert!(secrets.len() > 20, "only {} secrets", secrets.len());
    // Each Secret of the tree changes, and an application goes with all of its own.
    let changed = checkout.git(&["ls-files", "flux2/*/app/secret-*.yaml"]);
    for file in changed.lines() {
        checkout.replace(file, "metadata:\n", "metadata:\n  labels:\n    seen: \"yes\"\n");
    }
    let nothing = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: []\n";
    checkout.write("flux2/apps/rocketchat/kustomization.yaml", nothing);
    let forms: [&[&str]; 5] = [
        &["--output", "json"],
        &["--format", "human"],
        &["--format", "short"],
        &["--format", "markdown"],
        &["--format", "html"],
    ];
    for form in forms {
        let ran = checkout.xtask(&[&["diff", "--live", "--charts", "--full"], form].concat()).expect(1);
        let shown = format!("{}{}", ran.stdout, ran.stderr);
        assert!(shown.contains("oas-wordpress-admin") && shown.contains("seen"), "{ran}");
        for (name, secret) in &secrets {
            assert!(!shown.contains(secret), "{form:?} shows a value of {name}");
        }
    }
    checkout.git(&["checkout", "--quiet", "--", "."]);
}

/// The secret values of every Secret, as text and as the API server holds them, with the Secret's name.
fn secrets(checkout: &Checkout) -> Vec<(String, String)> {
    let of = |secret: &Value| -> Vec<(String, String)> {
        let name = secret["metadata"]["name"].as_str().unwrap().to_owned();
        let data = secret["data"].as_object().cloned().unwrap_or_default();
        let values = data.into_iter().filter(|(key, _)| is_secret(&name, key));
        let texts = values.flat_map(|(_, value)| {
            let encoded = value.as_str().unwrap().to_owned();
            let text = base64::engine::general_purpose::STANDARD.decode(&encoded).unwrap();
            [encoded, String::from_utf8_lossy(&text).into_owned()]
        });
        texts.filter(|text| text.len() >= 8).map(|text| (name.clone(), text)).collect()
    };
    let all = checkout.list("secret");
    let helds = all.iter().filter(|secret| secret["type"] != "helm.sh/release.v1");
    helds.flat_map(of).collect()
}

/// Secrets hold settings too that are anywhere: hosts, addresses, names of databases.
fn is_secret(secret: &str, key: &str) -> bool {
    let is_drawn = secret.ends_with("-variables") && secret != "oas-cluster-variables";
    is_drawn || ["password", "secret", "key", "token"].iter().any(|word| key.to_lowercase().contains(word))
}

/// Announces a step, lets Flux follow it, and compares; gives what is there then.
fn followed(checkout: &Checkout, step: &Step, before: &Seen) -> Seen {
    match step.deed {
        Deed::Commit(edit) => {
            edit(checkout);
            let announced = Announced::of(checkout);
            announced.says(step);
            checkout.commit(step.name);
            announced.come_true(checkout, before, step.name)
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
