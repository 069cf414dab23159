//! What an administrator changes in the cluster beside Git.

use tests::checkout::Checkout;
use tests::shared::platform;

const OVERRIDE: &str = "overrides/oas-nextcloud-override.yaml";

/// The memory limit that the release runs with, as Helm holds it and as the chart was given it.
fn memory_limit(checkout: &Checkout) -> (String, String) {
    let values = checkout
        .helm(&["get", "values", "nextcloud", "--namespace=oas-apps", "--output=json"])
        .expect(0)
        .json();
    let secret = checkout.object("secret", "oas-apps", "nextcloud-standin-values").unwrap();
    let given = secret["data"].as_object().unwrap().values().next().unwrap().as_str().unwrap();
    let mut decode = std::process::Command::new("sh");
    decode.args(["-c", "printf %s \"$1\" | base64 --decode", "sh", given]);
    let given = tests::run::run(decode).expect(0).stdout;
    let (given, _) = yamltree::document::values("values", &given);
    let limit = "/resources/limits/memory";
    let text =
        |value: Option<&serde_json::Value>| value.and_then(|it| it.as_str()).unwrap_or("none").to_owned();
    (text(values.pointer(limit)), text(given.first().and_then(|(_, it)| it.pointer(limit))))
}

#[test]
fn an_override_secret_changes_the_values_of_the_release_and_removing_it_changes_them_back() {
    let platform = platform();
    let checkout = &platform.checkout;
    let before = memory_limit(checkout);
    assert_ne!(before.0, "3Gi");
    assert_eq!(before.0, before.1);
    // The documented example, used as it says.
    checkout
        .kubectl(&["apply", "--filename", OVERRIDE])
        .expect(0)
        .prints("secret/oas-nextcloud-override created");
    let wait_for = |expected: &(String, String)| {
        checkout.wait(&format!("the release runs with a memory limit of {}", expected.0), 60, || {
            let now = memory_limit(checkout);
            if now == *expected { Ok(()) } else { Err(format!("{now:?}")) }
        });
    };
    wait_for(&("3Gi".into(), "3Gi".into()));
    checkout.kubectl(&["delete", "--filename", OVERRIDE]).expect(0);
    wait_for(&before);
    checkout.xtask(&["bootstrap"]).expect(0);
}
