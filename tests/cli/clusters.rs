//! Which cluster is meant.

use tests::checkout::Checkout;

#[test]
fn an_unknown_cluster_is_answered_with_the_nearest_name() {
    let checkout = Checkout::new();
    for verb in ["bootstrap", "status", "info", "secrets", "hold", "reconcile"] {
        let ran = checkout.xtask(&[verb, "sandbx"]).expect(2);
        ran.says("there is no cluster `sandbx`")
            .says("did you mean `sandbox`?")
            .says("cargo xtask create NAME DOMAIN");
    }
}

#[test]
fn a_cluster_unlike_any_gets_the_list_only() {
    let ran = Checkout::new().xtask(&["status", "production"]).expect(2);
    ran.says("known are: sandbox").does_not_say("did you mean");
}

#[test]
fn a_cluster_may_be_named_by_its_path() {
    let checkout = Checkout::new();
    checkout.xtask(&["info", "clusters/sandbox"]).expect(0).prints("cluster sandbox");
    checkout.xtask(&["info", checkout.path().join("clusters/sandbox").to_str().unwrap()]).expect(0);
}

#[test]
fn options_of_the_sandbox_are_refused_for_a_real_cluster() {
    let checkout = Checkout::new();
    super::create::example(&checkout);
    checkout.xtask(&["bootstrap", "example", "--dirty"]).expect(2).says("for the sandbox only");
}

#[test]
fn a_misspelt_app_in_cluster_yaml_is_told_with_its_place() {
    let checkout = Checkout::new();
    checkout.replace("clusters/sandbox/cluster.yaml", "- wordpress", "- wordpres");
    let ran = checkout.xtask(&["info"]).expect(1);
    ran.says("clusters/sandbox/cluster.yaml:7:5: error[").says("did you mean `wordpress`?");
}
