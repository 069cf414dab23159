//! A finished platform, and every verb that looks at one.

use tests::cluster::ROOTS;
use tests::shared::platform;

const COMPONENTS: &[&str] = &[
    "namespaces",
    "traefik",
    "nginx",
    "cert-manager",
    "cloudnative-pg",
    "local-path-provisioner",
    "kube-prometheus-stack",
    "single-sign-on",
    "loki",
    "alloy",
    "notifications",
    "evicted-pods",
    "nextcloud",
    "rocketchat",
    "velero",
    "wordpress",
];

#[test]
fn bootstrap_ends_with_a_table_of_ready_components_and_says_that_charts_were_stand_ins() {
    let platform = platform();
    let table = &platform.bootstrap;
    for component in COMPONENTS {
        let row = table.stdout.lines().find(|line| line.split_whitespace().next() == Some(*component));
        let row = row.unwrap_or_else(|| panic!("no row for {component}\n{table}"));
        assert_eq!(row.split_whitespace().nth(2), Some("yes"), "{row}");
    }
    for host in ["files", "office", "chat", "www", "grafana", "prometheus", "alertmanager", "admin", "sso"] {
        assert!(table.stdout.contains(&format!("{host}.sandbox.localhost")), "no host {host}\n{table}");
    }
    assert!(table.stdout.contains("stand-in charts: they prove Flux wiring, never a chart"), "{table}");
    let played = "KWOK plays what is ready of Certificate.cert-manager.io, Cluster.postgresql.cnpg.io, \
                  ClusterIssuer.cert-manager.io, PersistentVolume, PersistentVolumeClaim, Pod.";
    assert!(table.stdout.contains(played), "{table}");
}

#[test]
fn flux_follows_the_commit_of_the_checkout() {
    let platform = platform();
    let source = platform.checkout.object("gitrepository", "flux-system", "openappstack").unwrap();
    let expected = format!("main@sha1:{}", platform.checkout.head());
    assert_eq!(source["status"]["artifact"]["revision"], expected.as_str());
}

#[test]
fn every_root_is_there_exactly_once() {
    let platform = platform();
    let selector = "--selector=openappstack.org/root";
    let arguments =
        ["get", "gitrepository,kustomization", "--namespace=flux-system", selector, "--output=name"];
    let listed = platform.checkout.kubectl(&arguments).expect(0);
    let short = |line: &str| {
        let (kind, name) = line.split_once('/').unwrap();
        (kind.split('.').next().unwrap().to_owned(), name.to_owned())
    };
    let mut names: Vec<(String, String)> = listed.text().lines().map(short).collect();
    names.sort();
    let mut expected = ROOTS.map(|(kind, name)| (kind.to_owned(), name.to_owned()));
    expected.sort();
    assert_eq!(names, expected);
}

#[test]
fn a_second_bootstrap_has_nothing_to_do_and_changes_nothing() {
    let platform = platform();
    let before = platform.checkout.versions();
    let again =
        platform.checkout.xtask(&["bootstrap"]).expect(0).says("nothing to do").does_not_say("Plan for");
    assert_eq!(platform.checkout.versions(), before);
    assert!(again.took.as_secs() < 3, "it took too long\n{again}");
}

#[test]
fn the_password_of_the_backups_is_in_no_backup() {
    let platform = platform();
    let labels =
        |name| platform.checkout.object("secret", "flux-system", name).unwrap()["metadata"]["labels"].clone();
    assert_eq!(labels("oas-velero-variables")["velero.io/exclude-from-backup"], "true");
    assert_eq!(labels("oas-nextcloud-variables")["velero.io/exclude-from-backup"], serde_json::Value::Null);
}

#[test]
fn a_dry_run_of_a_finished_platform_answers_yes() {
    platform().checkout.xtask(&["bootstrap", "--dry-run"]).expect(0).says("nothing to do");
}

#[test]
fn status_answers_yes_and_shows_the_tree() {
    let ran = platform().checkout.xtask(&["status"]).expect(0);
    ran.prints("✓ GitRepository openappstack")
        .prints("✓ wordpress  www.sandbox.localhost")
        .prints(&format!("{0} of {0} components are ready", COMPONENTS.len()));
}

#[test]
fn status_as_json_has_a_version_and_says_that_charts_were_stand_ins() {
    let status = platform().checkout.xtask(&["status", "--output", "json"]).expect(0).json();
    assert_eq!(status["version"], 1);
    assert_eq!(status["cluster"], "sandbox");
    assert_eq!(status["ready"], true);
    assert_eq!(status["charts"], "stand-in");
    assert_eq!(status["played"][0], "Certificate.cert-manager.io");
    assert_eq!(status["hosts"]["wordpress"][0], "www.sandbox.localhost");
}

#[test]
fn info_prints_the_line_that_makes_kubectl_work() {
    let platform = platform();
    let line = format!("export KUBECONFIG={}", platform.checkout.kubeconfig().display());
    let info = platform.checkout.xtask(&["info"]).expect(0);
    assert_eq!(info.stdout.lines().filter(|it| *it == line).count(), 1, "{info}");
    info.prints("https://files.sandbox.localhost").prints("next nothing: every component is ready");
}

#[test]
fn one_secret_is_printed_alone() {
    let platform = platform();
    let printed = platform.checkout.xtask(&["secrets", "--name", "wordpress_admin_password"]).expect(0);
    let path = "--output=jsonpath={.data.wordpress_admin_password}";
    let held = ["get", "secret", "oas-wordpress-variables", "--namespace=flux-system", path];
    let held = platform.checkout.kubectl(&held).expect(0);
    assert_eq!(printed.stdout, format!("{}\n", decoded(held.text())));
    assert_eq!(printed.stderr, "");
}

#[test]
fn secrets_are_not_printed_when_nobody_can_be_asked() {
    let refused = platform().checkout.xtask(&["secrets"]).expect(2).says("--yes");
    assert_eq!(refused.stdout, "");
}

#[test]
fn secrets_with_yes_prints_those_for_people_only() {
    let ran = platform().checkout.xtask(&["secrets", "--yes"]).expect(0);
    let ran = ran
        .prints("grafana_admin_password")
        .prints("userbackend_admin_password")
        .prints("wordpress_admin_password")
        .prints("nextcloud_admin_password")
        .prints("rocketchat_admin_password");
    assert!(!ran.stdout.contains("mariadb_root") && !ran.stdout.contains("oidc_client_secret"), "{ran}");
}

#[test]
fn a_misspelt_secret_is_answered_with_the_nearest_name() {
    let ran = platform().checkout.xtask(&["secrets", "--name", "wordpress_admin_pasword"]).expect(2);
    ran.says("did you mean `wordpress_admin_password`?");
}

#[test]
fn sandbox_status_shows_processes_memory_and_charts() {
    let ran = platform().checkout.xtask(&["sandbox", "status"]).expect(0);
    for process in ["supervisor", "etcd", "kube-apiserver", "source-controller", "helm-controller", "kwok"] {
        assert!(ran.stdout.lines().any(|line| line.starts_with(process)), "no {process}\n{ran}");
    }
    ran.prints("stand-in charts").prints("API server: https://127.0.0.1:");
}

#[test]
fn hold_and_resume_change_the_source_and_say_how_to_go_on() {
    let platform = platform();
    let suspended = || {
        let source = platform.checkout.object("gitrepository", "flux-system", "openappstack").unwrap();
        source["spec"]["suspend"] == true
    };
    platform.checkout.xtask(&["hold"]).expect(0).says("cargo xtask resume sandbox");
    assert!(suspended());
    platform.checkout.xtask(&["resume"]).expect(0);
    assert!(!suspended());
    platform.checkout.xtask(&["bootstrap"]).expect(0);
}

#[test]
fn reconcile_of_one_component_asks_its_kustomizations_and_releases() {
    let platform = platform();
    let ran = platform.checkout.xtask(&["reconcile", "sandbox", "wordpress"]).expect(0);
    ran.says("Kustomization flux-system/wordpress-mariadb").says("HelmRelease oas-apps/wordpress");
    let ran = platform.checkout.xtask(&["reconcile", "sandbox", "wordpres"]).expect(2);
    ran.says("the cluster has no component `wordpres`");
    platform.checkout.xtask(&["bootstrap"]).expect(0);
}

fn decoded(base64: &str) -> String {
    let mut command = std::process::Command::new("sh");
    command.args(["-c", "printf %s \"$1\" | base64 --decode", "sh", base64]);
    tests::run::run(command).expect(0).stdout
}
