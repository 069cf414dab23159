//! `apps`: the list in cluster.yaml.

use tests::checkout::Checkout;

const FILE: &str = "clusters/sandbox/cluster.yaml";

#[test]
fn rm_and_add_keep_every_comment() {
    let checkout = Checkout::new();
    let text = "# The embedded cluster.\ninterval: 15s # short\n\napps: # what people use\n  - nextcloud # files\n  - wordpress\n";
    checkout.write(FILE, text);
    checkout.xtask(&["apps", "rm", "sandbox", "wordpress"]).expect(0).says("removed wordpress");
    assert_eq!(checkout.read(FILE), text.replace("  - wordpress\n", ""));
    checkout.xtask(&["apps", "add", "sandbox", "wordpress"]).expect(0).says("cargo xtask bootstrap sandbox");
    assert_eq!(checkout.read(FILE), text);
    checkout.xtask(&["apps", "add", "sandbox", "wordpress"]).expect(0).says("is there already");
    assert_eq!(checkout.read(FILE), text);
}

#[test]
fn list_shows_what_there_is_and_what_the_cluster_has() {
    let checkout = Checkout::new();
    checkout.xtask(&["apps", "rm", "sandbox", "wordpress"]).expect(0);
    let apps = checkout.xtask(&["apps", "list", "--output", "json"]).expect(0).json();
    let has = |name: &str| {
        apps["apps"].as_array().unwrap().iter().find(|it| it["name"] == name).unwrap()["installed"].clone()
    };
    assert_eq!((has("nextcloud"), has("wordpress")), (true.into(), false.into()));
    checkout.xtask(&["apps", "list"]).expect(0).prints("files.sandbox.localhost");
}

#[test]
fn an_unknown_app_is_answered_with_the_nearest_name_and_nothing_is_changed() {
    let checkout = Checkout::new();
    let before = checkout.read(FILE);
    let ran = checkout.xtask(&["apps", "add", "sandbox", "wordpres"]).expect(2);
    ran.says("there is no application `wordpres`").says("did you mean `wordpress`?");
    assert_eq!(checkout.read(FILE), before);
}

#[test]
fn a_list_that_cannot_be_edited_is_left_as_it_is() {
    let checkout = Checkout::new();
    let text = "apps: [nextcloud\n";
    checkout.write(FILE, text);
    checkout.xtask(&["apps", "rm", "sandbox", "nextcloud"]).expect(1).says("clusters/sandbox/cluster.yaml:");
    assert_eq!(checkout.read(FILE), text);
}

#[test]
fn apps_can_be_chosen_before_the_variables_are_filled_in() {
    let checkout = Checkout::new();
    let words = ["create", "example", "example.org", "--url", "https://git.example.org/x.git"];
    checkout.xtask(&words).expect(0);
    checkout.xtask(&["apps", "add", "example", "wordpress"]).expect(0).says("added wordpress");
    assert!(checkout.read("clusters/example/cluster.yaml").contains("wordpress"));
}
