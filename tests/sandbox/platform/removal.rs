//! What an application leaves behind when it is removed: what `apps rm` says, and nothing with `--delete-data`.

use std::collections::BTreeSet;

use tests::checkout::Checkout;
use tests::shared::platform;

/// Every object of any kind that is there because of Rocket.Chat, by its name or its marks.
fn objects(checkout: &Checkout) -> BTreeSet<String> {
    let kinds = checkout.kubectl(&["api-resources", "--verbs=list", "--output=name"]).expect(0);
    // Of what went on, not of what is there.
    let is_state = |kind: &&str| !kind.starts_with("events") && !kind.contains("metrics.k8s.io");
    let kinds: Vec<&str> = kinds.text().lines().filter(is_state).collect();
    let all = ["get", &kinds.join(","), "--all-namespaces", "--output=json"];
    let all = checkout.kubectl(&all).expect(0).json();
    let is_its = |object: &&serde_json::Value| {
        let metadata = &object["metadata"];
        let marks =
            [&metadata["name"], &metadata["labels"], &metadata["annotations"]["meta.helm.sh/release-name"]];
        marks.iter().any(|mark| mark.to_string().contains("rocketchat"))
    };
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let title = |object: &serde_json::Value| {
        let metadata = &object["metadata"];
        format!("{} {}/{}", text(&object["kind"]), text(&metadata["namespace"]), text(&metadata["name"]))
    };
    all["items"].as_array().unwrap().iter().filter(is_its).map(title).collect()
}

/// What a removal said would stay.
fn announced(said: &str) -> BTreeSet<String> {
    let lines =
        said.lines().filter_map(|line| line.strip_prefix("  ")?.split_once(" (").map(|(object, _)| object));
    lines.map(str::to_owned).collect()
}

#[test]
fn a_removed_app_leaves_what_was_announced_and_with_delete_data_nothing() {
    let platform = platform();
    let checkout = &platform.checkout;
    let file = "clusters/sandbox/cluster.yaml";
    let before = checkout.read(file);
    assert!(objects(checkout).iter().any(|object| object.starts_with("Pod ")));

    let removed = checkout.xtask(&["apps", "rm", "sandbox", "rocketchat"]).expect(0);
    let announced = announced(&removed.stderr);
    assert!(announced.contains("PersistentVolumeClaim oas-apps/uploads-rocketchat"), "{removed}");
    checkout.xtask(&["bootstrap"]).expect(0);
    // Pods of workloads that are gone need a moment more.
    let left = checkout.wait("only data is left of Rocket.Chat", 60, || {
        let left = objects(checkout);
        let surplus: Vec<&String> = left.difference(&announced).collect();
        if surplus.is_empty() { Ok(left.clone()) } else { Err(format!("{surplus:#?}")) }
    });
    assert!(left.contains("Secret flux-system/oas-rocketchat-variables"), "{left:#?}");

    let delete = ["apps", "rm", "sandbox", "rocketchat", "--delete-data"];
    let plan = checkout.xtask(&[&delete[..], &["--dry-run"]].concat()).expect(1);
    for object in &left {
        assert!(plan.stderr.contains(&format!("delete {object} (")), "{object} is not in the plan\n{plan}");
    }
    assert_eq!(objects(checkout), left, "a dry run changed something");
    checkout.xtask(&delete).expect(2).says("--yes");
    checkout.xtask(&[&delete[..], &["--yes"]].concat()).expect(0);
    assert_eq!(objects(checkout), BTreeSet::new());
    checkout.xtask(&[&delete[..], &["--yes"]].concat()).expect(0).says("has nothing of rocketchat");

    checkout.write(file, &before);
    checkout.xtask(&["bootstrap"]).expect(0);
}

#[test]
fn the_data_of_an_app_that_runs_is_deleted_after_its_workloads() {
    let platform = platform();
    let checkout = &platform.checkout;
    let file = "clusters/sandbox/cluster.yaml";
    let before = checkout.read(file);

    let ran = checkout.xtask(&["apps", "rm", "sandbox", "rocketchat", "--delete-data", "--yes"]).expect(0);
    ran.says("take rocketchat out of cluster.yaml").says("wait until the workloads of rocketchat are gone");
    assert!(!checkout.read(file).contains("rocketchat"));
    checkout.wait("nothing is left of Rocket.Chat", 60, || {
        let left = objects(checkout);
        if left.is_empty() { Ok(()) } else { Err(format!("{left:#?}")) }
    });

    checkout.write(file, &before);
    checkout.xtask(&["bootstrap"]).expect(0);
}
