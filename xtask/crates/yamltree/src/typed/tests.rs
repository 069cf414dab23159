use serde::Deserialize;

use super::*;
use crate::document::single;

#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Host {
    name: String,
    #[serde(default)]
    roles: Vec<Role>,
    port: Option<u16>,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Role {
    Server,
    Agent,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Spec {
    hosts: Vec<Host>,
}

fn read(text: &str) -> (Option<Spec>, Vec<String>) {
    let (node, syntax) = single("f", text);
    assert_eq!(syntax, []);
    let (spec, diagnostics) = from_node("f", &node.unwrap());
    (spec, diagnostics.iter().map(ToString::to_string).collect())
}

#[test]
fn a_good_document_becomes_the_type() {
    let (spec, found) = read("hosts:\n- {name: a, roles: [server, agent], port: 22}\n");
    assert_eq!(found, [""; 0]);
    let host = &spec.unwrap().hosts[0];
    assert_eq!((host.name.as_str(), host.port), ("a", Some(22)));
    assert_eq!(host.roles, [Role::Server, Role::Agent]);
}

#[test]
fn all_unknown_keys_are_found_with_place_and_nearest_name() {
    let (spec, found) = read("hots: []\nhosts:\n- nmae: x\n  name: a\n  colour: red\n");
    assert!(spec.is_some());
    assert_eq!(
        found,
        [
            "f:1:1: error[yaml/unknown-key]: unknown key `hots`\n  help: did you mean `hosts`?",
            "f:3:3: error[yaml/unknown-key]: unknown key `nmae`\n  help: did you mean `name`?",
            "f:5:3: error[yaml/unknown-key]: unknown key `colour`\n  help: use one of `name`, `roles`, `port`",
        ]
    );
}

#[test]
fn wrong_and_missing_values_name_key_and_place() {
    let cases = [
        (
            "hosts:\n- {name: 5}\n",
            "f:2:10: error[yaml/wrong-value]: `name`: expected a text, found the number 5",
        ),
        (
            "hosts:\n- {name: a, port: 99999}\n",
            "f:2:19: error[yaml/wrong-value]: `port`: invalid value: integer `99999`, expected u16",
        ),
        (
            "hosts:\n- {name: a, roles: [sever]}\n",
            "f:2:21: error[yaml/wrong-value]: unknown value `sever`, did you mean `server`?",
        ),
        ("hosts:\n- {port: 1}\n", "f:2:3: error[yaml/missing-key]: key `name` is missing"),
        ("hosts: x\n", "f:1:8: error[yaml/wrong-value]: `hosts`: expected a list, found a text"),
    ];
    for (text, message) in cases {
        let (spec, found) = read(text);
        assert_eq!((spec, found), (None, vec![message.to_owned()]), "{text}");
    }
}
