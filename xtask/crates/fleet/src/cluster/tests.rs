use yamltree::tree::MemTree;

use super::*;
use crate::catalogue;

fn found(text: &str, sort: Sort) -> Vec<String> {
    parse("c", text, sort).1.iter().map(ToString::to_string).collect()
}

#[test]
fn a_full_file_is_read() {
    let text = "channel: {url: 'https://example.org/oas.git', branch: stable}\ninterval: 1h30m\napps: [wordpress]\nexclude: []\n\
                hosts:\n- {name: one, address: 203.0.113.10, roles: [server, agent]}\nk3s: {tlsSan: [api.example.org], serverArgs: [--debug]}\n";
    let (file, diagnostics) = parse("c", text, Sort::Real);
    assert_eq!(diagnostics, []);
    let spec = file.unwrap().spec;
    assert_eq!(
        (spec.hosts[0].user.as_str(), spec.hosts[0].roles.as_slice()),
        ("root", &[Role::Server, Role::Agent][..])
    );
    assert_eq!((spec.interval.as_str(), spec.k3s.tls_san.len()), ("1h30m", 1));
}

#[test]
fn the_sandbox_needs_nothing_and_a_real_cluster_a_channel() {
    let (file, diagnostics) = parse("c", "# nothing\n", Sort::Sandbox);
    assert_eq!((file.unwrap().spec, diagnostics), (ClusterSpec::default(), vec![]));
    assert_eq!(
        found("channel:\n  branch: stable\n", Sort::Real),
        [
            "c:2:3: error[cluster/channel]: `channel.url` is missing: without it the cluster has nothing to follow"
        ]
    );
    assert_eq!(found("", Sort::Real).len(), 2);
}

#[test]
fn unknown_keys_and_words_get_a_suggestion_and_a_place() {
    assert_eq!(
        found("app: []\nhosts:\n- {name: a, adress: b, address: c, roles: [server]}\n", Sort::Sandbox),
        [
            "c:1:1: error[yaml/unknown-key]: unknown key `app`\n  help: did you mean `apps`?",
            "c:3:13: error[yaml/unknown-key]: unknown key `adress`\n  help: did you mean `address`?",
        ]
    );
    let messages = found("hosts:\n- {name: a, address: b, roles: [sever]}\n", Sort::Sandbox);
    assert_eq!(messages, ["c:2:33: error[yaml/wrong-value]: unknown value `sever`, did you mean `server`?"]);
}

#[test]
fn values_that_cannot_be_meant_are_refused() {
    let text = "channel: {url: 'git@host:x.git'}\ninterval: 5 minutes\napps: [a, a]\nhosts:\n\
                - {name: A, address: 'x y', roles: []}\nk3s: {serverArgs: [debug]}\n";
    assert_eq!(
        found(text, Sort::Sandbox),
        [
            "c:1:16: error[cluster/channel]: Flux cannot follow `git@host:x.git`\n  help: write it like `https://host/path.git` or `ssh://git@host/path.git`",
            "c:2:11: error[cluster/interval]: `5 minutes` is not a duration\n  help: write it like `5m` or `1h30m`",
            "c:3:11: error[cluster/twice]: `a` is in `apps` twice",
            "c:4:1: error[cluster/host]: no host has the role `server`\n  help: give it to the first host",
            "c:5:10: error[cluster/host]: host name `A` has the capital letter `A`; write it in lower case",
            "c:5:22: error[cluster/host]: `x y` is neither an address nor a host name",
            "c:5:36: error[cluster/host]: host `A` has no role\n  help: use `server`, `agent` or both",
            "c:6:20: error[cluster/k3s]: `debug` is not a flag\n  help: write it as `--name=value`",
        ]
    );
}

#[test]
fn apps_and_exclusions_are_held_against_the_tree() {
    let tree = "#- flux2/apps/wordpress/component.yaml\ntitle: W\ndescription: W\n\
                #- flux2/core/metrics/component.yaml\ntitle: M\ndescription: M\n\
                #- flux2/core/logs/component.yaml\ntitle: L\ndescription: L\noptional: true\n";
    let (catalogue, _) = catalogue::read(&MemTree::from_fixture(tree).unwrap());
    let text = "apps: [wordpres, wordpress, metrics]\nexclude: [logs, metrics, wordpress, log]\n";
    let file = parse("c", text, Sort::Sandbox).0.unwrap();
    let messages: Vec<String> = file.check_against(&catalogue).iter().map(ToString::to_string).collect();
    assert_eq!(
        messages,
        [
            "c:1:8: error[cluster/app]: there is no application `wordpres`\n  help: did you mean `wordpress`?",
            "c:1:29: error[cluster/app]: `metrics` is no application: every cluster has it\n  help: use one of `wordpress`",
            "c:2:17: error[cluster/exclude]: `metrics` cannot be excluded: its component.yaml does not say `optional: true`",
            "c:2:26: error[cluster/exclude]: `wordpress` is an application\n  help: leave it out of `apps` instead",
            "c:2:37: error[cluster/exclude]: there is no component `log`\n  help: did you mean `logs`?",
        ]
    );
}
