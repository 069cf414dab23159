//! `diff`: what may go wrong when a change arrives.

use tests::checkout::Checkout;

const NAMESPACES: &str = "flux2/infrastructure/namespaces/app/kustomization.yaml";
const MORE: &str = "flux2/infrastructure/namespaces/app/more.yaml";
const CLAIM: &str = "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: more, namespace: oas}\nspec: {resources: {requests: \
                     {storage: 5Gi}}}\n";
const REASON: &str = "PersistentVolumeClaim oas/more: it is deleted, 5Gi of storage with it";

/// A checkout with a claim in its last commit, that was taken away again on disk.
fn without_a_claim() -> Checkout {
    let checkout = Checkout::new();
    checkout.write(MORE, CLAIM);
    checkout.replace(NAMESPACES, "resources:\n", "resources:\n  - more.yaml\n");
    checkout.commit("more");
    checkout.replace(NAMESPACES, "  - more.yaml\n", "");
    checkout
}

#[test]
fn what_may_go_wrong_stands_first_with_what_to_do_before() {
    let checkout = without_a_claim();
    let ran = checkout.xtask(&["diff", "HEAD"]).expect(1).says("1 removed, 1 danger: ");
    let ran = ran.prints(&format!("DANGER data/claim-removed (data loss)\n  {REASON}\n  First: Back it up"));
    assert!(ran.text().starts_with("DANGER"), "{}", ran.text());
    let ran = checkout.xtask(&["diff", "HEAD", "--format", "short"]).expect(1);
    assert!(ran.text().starts_with(&format!("danger data/claim-removed {REASON}\n")), "{}", ran.text());
}

#[test]
fn machines_get_each_risk_with_its_object_and_owner() {
    let json = without_a_claim().xtask(&["diff", "HEAD", "--output", "json"]).expect(1).json();
    let risk = &json["risks"][0];
    assert_eq!(risk["code"], "data/claim-removed");
    assert_eq!((&risk["severity"], &risk["class"]), (&"danger".into(), &"dataLoss".into()));
    assert_eq!(risk["object"]["name"], "more");
    assert_eq!(risk["owner"]["name"], "namespaces");
    assert_eq!(risk["reason"], REASON);
    assert!(json["risks"].get(1).is_none());
}

#[test]
fn of_all_clusters_each_risk_is_told_once() {
    let checkout = without_a_claim();
    let all = ["diff", "HEAD", "--all-clusters"];
    let ran = checkout.xtask(&all).expect(1).prints("DANGERS");
    assert_eq!(ran.text().matches(REASON).count(), 1, "{}", ran.text());
    let json = checkout.xtask(&[&all[..], &["--output", "json"]].concat()).expect(1).json();
    assert_eq!(json["groups"][0]["risks"][0]["reason"], REASON);
}

#[test]
fn the_rules_are_listed_and_explained() {
    let checkout = Checkout::new();
    checkout.xtask(&["diff", "--risks"]).expect(0).prints("data/claim-removed ");
    let rules = checkout.xtask(&["diff", "--risks", "--output", "json"]).expect(0).json();
    assert_eq!(rules["rules"][0]["code"], "data/app-removed");
    let ran = checkout.xtask(&["diff", "--explain", "data/claim-shrunk"]).expect(0);
    ran.prints("First: ").prints("{requests: {storage: 10Gi}}").prints("{requests: {storage: 20Gi}}");
    checkout
        .xtask(&["diff", "--explain", "data/claim-shrink"])
        .expect(2)
        .says("did you mean `data/claim-shrunk`?");
}
