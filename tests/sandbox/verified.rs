//! `charts verify` and the locks that it writes, on the real charts in the folder that `OAS_TEST_CHARTS` names: stand-ins have neither
//! images nor Services.

use tests::checkout::Checkout;

const PIN: &str = "flux2/apps/nextcloud/app/release.yaml";

#[test]
#[ignore = "needs the real charts, in the folder that OAS_TEST_CHARTS names"]
fn what_was_verified_is_what_lint_holds_the_tree_against() {
    let charts = std::env::var("OAS_TEST_CHARTS").expect("OAS_TEST_CHARTS names a folder of real charts");
    let checkout = Checkout::new().with_tools();
    checkout.xtask(&["schemas", "pull"]).expect(0);
    let verify = ["charts", "verify", "--charts", &charts];
    checkout.xtask(&verify).expect(0).says("verified; ");
    assert!(checkout.read("flux2/apps/nextcloud/chart.lock").contains("origin: packaged"));
    checkout.xtask(&[&verify[..], &["--check"]].concat()).expect(0).says("verified; 0 of ");
    checkout.xtask(&["lint"]).expect(0);
    let release = checkout.read(PIN);
    let version = release.lines().find(|line| line.trim_start().starts_with("version: ")).unwrap();
    checkout.replace(PIN, version, &format!("{version}1"));
    checkout
        .xtask(&["lint", "--format", "short"])
        .expect(1)
        .prints("error[tree/lock]: component `nextcloud`");
    // What nobody has cannot be verified, and nothing is written.
    checkout.xtask(&verify).expect(1).prints("error[charts/missing]").says("no chart.lock is written");
}
