//! The documented commands of administrators that are not ours.

use tests::shared::platform;

#[test]
fn apply_of_the_cluster_s_folder_makes_the_variables() {
    let platform = platform();
    let ran = platform.checkout.kubectl(&["apply", "-k", "clusters/sandbox"]).expect(0);
    assert!(ran.stdout.starts_with("secret/oas-cluster-variables "), "{ran}");
    // What kubectl made is what bootstrap wants: at most Flux is still looking at it.
    platform.checkout.xtask(&["bootstrap"]).expect(0).does_not_say("oas-cluster-variables");
}
