//! What happens when the branch brings other charts: all go forward, and one that fails holds up nobody.

use std::collections::BTreeSet;

use flux::pins::Pin;
use serde_json::Value;
use tests::checkout::Checkout;
use tests::shared::{charts, platform};

/// Releases of infrastructure, a database, a cache and two applications.
const RELEASES: [&str; 5] =
    ["cloudnative-pg", "nextcloud", "nextcloud-valkey", "wordpress", "wordpress-mariadb"];

fn numbers(version: &str) -> Vec<u64> {
    version.trim_start_matches('v').split('.').map(|part| part.parse().unwrap()).collect()
}

/// The version before the pinned one: of stand-ins any there could be, of real charts the newest older one at hand.
pub fn version_before(pin: &Pin) -> String {
    let version = pin.version.as_deref().unwrap();
    if charts() == "stand-in" {
        let mut parts = numbers(version);
        let last = parts.iter().rposition(|part| *part > 0).unwrap();
        parts[last] -= 1;
        return parts.iter().map(ToString::to_string).collect::<Vec<_>>().join(".");
    }
    let beginning = format!("{}-", pin.chart);
    let names =
        std::fs::read_dir(charts()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let versions =
        names.filter_map(|name| Some(name.strip_prefix(&beginning)?.strip_suffix(".tgz")?.to_owned()));
    let older = versions.filter(|older| numbers(older) < numbers(version));
    older.max_by_key(|version| numbers(version)).unwrap_or_else(|| panic!("no older chart of {}", pin.chart))
}

/// Writes another version into the release.
pub fn set_version(checkout: &Checkout, pin: &Pin, version: &str) {
    let file = &pin.version_place.as_ref().unwrap().file;
    let now = pin.version.as_ref().unwrap();
    checkout.replace(file, &format!("version: {now}"), &format!("version: {version}"));
}

/// The newest attempt of a release, in Flux' words.
fn newest(checkout: &Checkout, pin: &Pin) -> Value {
    let namespace = pin.namespace.as_deref().unwrap();
    checkout.object("helmrelease", namespace, &pin.release).unwrap()["status"]["history"][0].clone()
}

fn wait_for_versions(checkout: &Checkout, wanted: &[(Pin, String)]) {
    checkout.wait("every release runs the wanted chart", 180, || {
        let late: Vec<String> = wanted
            .iter()
            .map(|(pin, version)| (pin, version, newest(checkout, pin)))
            .filter(|(_, version, newest)| {
                newest["chartVersion"] != version.as_str() || newest["status"] != "deployed"
            })
            .map(|(pin, version, newest)| format!("{} to {version}: {newest}", pin.release))
            .collect();
        if late.is_empty() { Ok(()) } else { Err(late.join("\n")) }
    });
}

/// Name and identity of every claim.
fn claims(checkout: &Checkout) -> Vec<String> {
    let format = "--output=jsonpath={range .items[*]}{.metadata.name} {.metadata.uid}{\"\\n\"}{end}";
    let ran = checkout.kubectl(&["get", "persistentvolumeclaims", "--all-namespaces", format]).expect(0);
    ran.text().lines().map(str::to_owned).collect()
}

/// Objects that carry the mark of a Helm release and are not in what it installed last.
fn orphans(checkout: &Checkout, pin: &Pin) -> Vec<String> {
    let namespace = pin.namespace.as_deref().unwrap();
    let manifest =
        checkout.helm(&["get", "manifest", &pin.release, "--namespace", namespace]).expect(0).stdout;
    let (documents, _) = yamltree::document::values("manifest", &manifest);
    let title = |object: &Value| {
        let text =
            |pointer: &str| object.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
        format!("{} {}", text("/kind"), text("/metadata/name"))
    };
    let installed: BTreeSet<String> = documents.iter().map(|(_, object)| title(object)).collect();
    let kinds = "deployments,statefulsets,services,configmaps,secrets,serviceaccounts,persistentvolumeclaims,ingresses,\
                 roles,rolebindings,cronjobs,networkpolicies";
    let label = "--selector=app.kubernetes.io/managed-by=Helm";
    let live =
        checkout.kubectl(&["get", kinds, "--namespace", namespace, label, "--output=json"]).expect(0).json();
    let is_its = |object: &&Value| {
        object["metadata"]["annotations"]["meta.helm.sh/release-name"] == pin.release.as_str()
    };
    let live = live["items"].as_array().unwrap().iter().filter(is_its).map(title);
    live.filter(|object| !installed.contains(object)).collect()
}

#[test]
fn five_charts_go_back_and_forward_and_leave_no_orphans_and_the_same_claims() {
    let platform = platform();
    let checkout = &platform.checkout;
    let claims_before = claims(checkout);
    let now: Vec<(Pin, String)> = RELEASES
        .map(|release| checkout.pin(release))
        .map(|pin| (pin.clone(), pin.version.clone().unwrap()))
        .to_vec();
    let older: Vec<(Pin, String)> = now.iter().map(|(pin, _)| (pin.clone(), version_before(pin))).collect();
    for (pin, version) in &older {
        set_version(checkout, pin, version);
    }
    checkout.commit("five releases: the chart before");
    checkout.xtask(&["bootstrap"]).expect(0);
    wait_for_versions(checkout, &older);

    checkout.git(&["revert", "--no-edit", "HEAD"]);
    wait_for_versions(checkout, &now);
    for (pin, _) in &now {
        assert_eq!(orphans(checkout, pin), [""; 0], "{}", pin.release);
        let release =
            checkout.object("helmrelease", pin.namespace.as_deref().unwrap(), &pin.release).unwrap();
        assert_eq!(release["status"]["upgradeFailures"], Value::Null, "{}", pin.release);
    }
    assert_eq!(claims(checkout), claims_before);
    checkout.xtask(&["bootstrap"]).expect(0);
}

/// A field of a Deployment that the API server lets nobody change.
pub const IMMUTABLE: &str = "  postRenderers:
    - kustomize:
        patches:
          - target: {kind: Deployment}
            patch: |
              - {op: add, path: /spec/selector/matchLabels/changed, value: \"yes\"}
              - {op: add, path: /spec/template/metadata/labels/changed, value: \"yes\"}
";

#[test]
fn an_upgrade_that_fails_is_rolled_back_while_the_others_go_on() {
    let platform = platform();
    let checkout = &platform.checkout;
    let (bad, good) = (checkout.pin("wordpress"), checkout.pin("nextcloud-valkey"));
    let file = bad.place.file.clone();
    let release = checkout.read(&file);
    checkout.write(&file, &format!("{}\n{IMMUTABLE}", release.trim_end()));
    let version = version_before(&good);
    set_version(checkout, &good, &version);
    checkout.commit("wordpress: what cannot be upgraded; nextcloud-valkey: another chart");

    wait_for_versions(checkout, &[(good, version)]);
    let failed = checkout.wait("WordPress is rolled back", 120, || {
        let release = checkout.object("helmrelease", "oas-apps", "wordpress").unwrap();
        let conditions = release["status"]["conditions"].as_array().cloned().unwrap_or_default();
        let remediated = conditions.iter().find(|condition| condition["type"] == "Remediated").cloned();
        match remediated {
            Some(condition) if condition["reason"] == "RollbackSucceeded" => Ok(release),
            _ => Err(format!("{conditions:#?}")),
        }
    });
    assert!(failed["status"].to_string().contains("immutable"), "{:#}", failed["status"]);
    let deployed =
        checkout.helm(&["status", "wordpress", "--namespace=oas-apps", "--output=json"]).expect(0).json();
    assert_eq!(deployed["info"]["status"], "deployed");
    checkout.wait("everything but WordPress is ready", 90, || {
        let status = checkout.xtask(&["status", "--output", "json"]).expect(1).json();
        let components = status["status"]["components"].as_array().unwrap();
        let not_ready = components.iter().filter(|component| component["ready"] != true);
        let not_ready: Vec<&str> = not_ready.map(|component| component["name"].as_str().unwrap()).collect();
        if not_ready == ["wordpress"] { Ok(()) } else { Err(format!("not ready: {not_ready:?}")) }
    });

    checkout.git(&["revert", "--no-edit", "HEAD"]);
    checkout.xtask(&["bootstrap"]).expect(0);
}
