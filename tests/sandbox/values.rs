//! Every value arrives as it is: everything is rendered with the real values before anything is written.

use tests::checkout::Checkout;
use tests::shared::alone;

#[test]
fn a_value_that_becomes_something_else_in_an_object_is_refused_with_its_place() {
    let _turn = alone();
    let checkout = Checkout::new().with_tools();
    // Unquoted where it is used, a number of a variable becomes a number.
    checkout.write(
        "flux2/infrastructure/namespaces/app/example.yaml",
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: example\n  namespace: oas\ndata:\n  address: ${ip_address}\n  \
         mail: ${admin_email}\n  list: \"[${domain}]\"\n",
    );
    checkout.replace(
        "flux2/infrastructure/namespaces/app/kustomization.yaml",
        "resources:\n",
        "resources:\n  - example.yaml\n",
    );
    checkout.replace("clusters/sandbox/.flux.env", "admin_email=admin@sandbox.example", "admin_email=12@e");
    checkout.commit("a use that breaks values");
    let ran = checkout.xtask(&["bootstrap", "--charts", "stand-in", "--no-wait"]);
    assert_eq!(ran.code, 1, "{ran}");
    let ran = ran.says("clusters/sandbox/.flux.env:4:");
    assert!(!ran.stdout.contains("created"), "{ran}");
}
