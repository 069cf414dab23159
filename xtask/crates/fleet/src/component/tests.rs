use super::*;

const NEXTCLOUD: &str = r#"
title: Nextcloud
description: Files, calendars and contacts.
hosts: [files, office]
certificates: [{secret: oas-nextcloud-files, namespace: oas-apps, hosts: [files]}]
variables: [{name: outgoing_mail_enabled, default: "false", description: Send mail}]
secrets:
- {name: nextcloud_admin_password, title: Administrator, show: true}
- {name: onlyoffice_jwt_secret, length: 48}
- {name: nextcloud_oidc_client_secret}
releases:
  nextcloud:
    namespace: oas-apps
    workloads: [{kind: Deployment, name: nextcloud}]
    hosts: [files]
    crds: [{group: g.io, versions: [v1], kind: Thing, plural: things, scope: Namespaced, status: true}]
oidc:
  client: nextcloud
  secret: nextcloud_oidc_client_secret
  redirects: [{host: files, path: /apps/user_oidc/code}]
backup:
  volumes: [{claim: nextcloud-files, namespace: oas-apps}]
  dumps: [{workload: db, namespace: oas-apps, engine: postgres, database: nextcloud}]
health: [{kind: Deployment, name: nextcloud, namespace: oas-apps}]
browserTest: tests/browser/nextcloud
"#;

fn found(text: &str) -> Vec<String> {
    parse("c", text).1.iter().map(ToString::to_string).collect()
}

#[test]
fn a_full_contract_is_read_with_its_defaults() {
    let (contract, diagnostics) = parse("c", NEXTCLOUD);
    assert_eq!(diagnostics, []);
    let contract = contract.unwrap();
    assert!(!contract.optional);
    assert_eq!((contract.secrets[0].length, contract.secrets[0].show), (32, true));
    assert_eq!((contract.secrets[1].length, contract.secrets[1].show), (48, false));
    assert_eq!(contract.releases["nextcloud"].crds[0].scope, Scope::Namespaced);
    assert_eq!(contract.oidc.unwrap().redirects[0].path, "/apps/user_oidc/code");
    assert_eq!(contract.browser_test.as_deref(), Some("tests/browser/nextcloud"));
}

#[test]
fn title_and_description_are_enough() {
    assert_eq!(found("title: A\ndescription: B\n"), [""; 0]);
    assert_eq!(found("title: A\n"), ["c:1:1: error[yaml/missing-key]: key `description` is missing"]);
    assert_eq!(found(""), ["c: error[component/empty]: the file is empty"]);
}

#[test]
fn unknown_keys_are_errors_with_a_suggestion() {
    assert_eq!(
        found("title: A\ndescription: B\nbrowser_test: x\nreleases:\n  a: {namespace: n, workload: []}\n"),
        [
            "c:3:1: error[yaml/unknown-key]: unknown key `browser_test`\n  help: did you mean `browserTest`?",
            "c:5:21: error[yaml/unknown-key]: unknown key `workload`\n  help: did you mean `workloads`?",
        ]
    );
}

#[test]
fn hosts_must_be_labels_of_the_component() {
    let text = "title: A\ndescription: B\nhosts: [files, '@', Files, files]\ncertificates:\n- {secret: s, namespace: n, hosts: [file]}\n";
    assert_eq!(
        found(text),
        [
            "c:3:21: error[component/host]: host `Files` has the capital letter `F`; write it in lower case\n  help: give the label before the domain, or `@` for the domain itself",
            "c:3:28: error[component/host]: host `files` is listed twice",
            "c:5:37: error[component/host]: host `file` is not in `hosts` of the component\n  help: did you mean `files`?",
        ]
    );
}

#[test]
fn names_of_secrets_and_variables_must_be_usable_and_distinct() {
    let text =
        "title: A\ndescription: B\nvariables: [{name: a-b}]\nsecrets:\n- {name: x, length: 3}\n- {name: x}\n";
    assert_eq!(
        found(text),
        [
            "c:3:20: error[component/variable]: Flux accepts no variable named `a-b`\n  help: use letters, digits and `_`, with no digit first",
            "c:5:21: error[component/length]: the length must be 12 to 128",
            "c:6:10: error[component/variable]: variable `x` is here twice",
        ]
    );
}

#[test]
fn a_client_has_a_secret_and_leads_back_to_hosts_of_the_component() {
    let text = "title: A\ndescription: B\nhosts: [files]\nsecrets: [{name: oidc_secret}]\noidc:\n  client: a\n  secret: \
                oidc_secrets\n  redirects:\n  - {host: file, path: /back}\n  - {host: files, path: back}\n";
    assert_eq!(
        found(text),
        [
            "c:7:11: error[component/secret]: secret `oidc_secrets` is not in `secrets` of the component\n  help: did you mean `oidc_secret`?",
            "c:9:12: error[component/host]: host `file` is not in `hosts` of the component\n  help: did you mean `files`?",
            "c:10:25: error[component/redirect]: path `back` does not begin with `/`\n  help: write what is behind the host, from `/` on",
        ]
    );
}

#[test]
fn a_client_has_all_its_fields_and_no_others() {
    assert_eq!(
        found("title: A\ndescription: B\noidc: {client: a, secrets: s}\n"),
        [
            "c:3:7: error[yaml/missing-key]: key `secret` is missing",
            "c:3:19: error[yaml/unknown-key]: unknown key `secrets`\n  help: did you mean `secret`?",
        ]
    );
}

#[test]
fn broken_yaml_is_reported_with_its_place() {
    let (contract, diagnostics) = parse("c", "title: [A\ndescription: B\n");
    assert_eq!(contract, None);
    assert_eq!(diagnostics[0].code, "yaml/syntax");
    assert!(diagnostics[0].place.line.is_some());
}

#[test]
fn the_schema_forbids_unknown_keys_and_knows_the_written_names() {
    let schema = schema();
    assert_eq!(schema["additionalProperties"], false);
    assert_eq!(schema["required"], serde_json::json!(["title", "description"]));
    assert!(schema["properties"]["browserTest"].is_object());
}
