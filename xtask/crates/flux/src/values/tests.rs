use std::collections::BTreeMap;

use serde_json::json;

use super::*;

mod paths;
mod texts;

/// A reference to ConfigMap `c`, with a key of its own for each text.
fn reference(at: usize, target_path: &str) -> Reference {
    Reference {
        kind: "ConfigMap".into(),
        name: "c".into(),
        values_key: format!("k{at}"),
        target_path: target_path.into(),
        ..Reference::default()
    }
}

/// The values of texts, each with its target path.
fn layered(layers: &[(&str, &str)], inline: Option<Value>) -> Result<Effective, ValuesError> {
    let references: Vec<Reference> =
        layers.iter().enumerate().map(|(at, (path, _))| reference(at, path)).collect();
    effective(&references, inline.as_ref(), |at, _| Found::Text(layers[at].1.as_bytes().into()))
}

fn values(layers: &[(&str, &str)], inline: Option<Value>) -> Value {
    layered(layers, inline).unwrap().values.to_value()
}

fn refusal(layers: &[(&str, &str)]) -> String {
    layered(layers, None).unwrap_err().to_string()
}

#[test]
fn later_layers_win_and_maps_are_merged() {
    let layers = [("", "a: {b: 1, c: 1}\nl: [1, 2]"), ("", "a: {c: 2}\nl: [3]")];
    assert_eq!(
        values(&layers, Some(json!({"a": {"d": 3}}))),
        json!({"a": {"b": 1, "c": 2, "d": 3}, "l": [3]})
    );
}

#[test]
fn a_null_replaces_and_stays() {
    assert_eq!(values(&[("", "a: {b: 1}"), ("", "a: ~")], None), json!({"a": null}));
}

#[test]
fn inline_values_win_over_a_path_in_a_map_that_an_earlier_layer_had() {
    let inline = json!({"a": {"b": "inline"}});
    assert_eq!(values(&[("", "a: {c: 1}"), ("a.b", "path")], Some(inline))["a"]["b"], "inline");
}

#[test]
fn a_path_wins_over_inline_values_in_a_map_that_only_they_have() {
    let inline = json!({"a": {"b": "inline"}});
    assert_eq!(values(&[("a.b", "path")], Some(inline))["a"]["b"], "path");
}

#[test]
fn inline_values_win_over_a_path_at_the_top() {
    assert_eq!(values(&[("a", "path")], Some(json!({"a": "inline"})))["a"], "inline");
}

#[test]
fn inline_values_that_go_yaml_cannot_read_are_dropped() {
    let effective = effective(&[], Some(&json!({"a": "\u{7f}"})), |_, _| Found::NoObject).unwrap();
    assert!(effective.is_inline_dropped);
    assert_eq!(effective.values.to_value(), json!({}));
}

#[test]
fn optional_forgives_what_is_missing_and_nothing_else() {
    let optional = Reference { optional: true, ..reference(0, "") };
    let of = |found: Found<'static>| effective(std::slice::from_ref(&optional), None, |_, _| found.clone());
    assert_eq!(of(Found::NoObject).unwrap().skipped, [(0, Reason::NoObject)]);
    assert_eq!(of(Found::NoKey).unwrap().skipped, [(0, Reason::NoKey)]);
    assert!(of(Found::Text(b"x".into())).is_err());
    let needed = reference(0, "");
    let error = effective(&[needed], None, |_, _| Found::NoKey).unwrap_err();
    assert!(error.reason.is_forgiven_by_optional());
    assert_eq!(error.to_string(), "`valuesFrom[0]`: ConfigMap `c` has no key `k0`");
}

#[test]
fn a_reference_needs_a_known_kind() {
    let odd = Reference { kind: "Pod".into(), optional: true, ..reference(0, "") };
    let error = effective(&[odd], None, |_, _| Found::NoObject).unwrap_err();
    assert_eq!(error.to_string(), "`valuesFrom[0]`: kind `Pod` is neither ConfigMap nor Secret");
}

type Origins = BTreeMap<String, (Layer, Option<(usize, usize)>)>;

/// Layer, line and column of each scalar, by its path.
fn origins(node: &Node, path: &str, found: &mut Origins) {
    match &node.content {
        Content::Map(map) => {
            map.iter().for_each(|(key, node)| origins(node, &format!("{path}.{key}"), found))
        }
        Content::List(items) => {
            items.iter().enumerate().for_each(|(at, node)| origins(node, &format!("{path}[{at}]"), found));
        }
        _ => {
            let at = node.origin.at.map(|at| (at.line, at.column));
            found.insert(path.to_owned(), (node.origin.layer, at));
        }
    }
}

#[test]
fn every_value_knows_its_layer_and_place() {
    let layers = [("", "a:\n  b: 1\n  c: [x,\n    y]\n"), ("", "a: {b: 2}\n"), ("a.d", "1")];
    let effective = layered(&layers, Some(json!({"e": 1}))).unwrap();
    let mut found = Origins::new();
    origins(&effective.values, "", &mut found);
    let reference = Layer::Reference;
    let expected = [
        (".a.b", (reference(1), Some((1, 5)))),
        (".a.c[0]", (reference(0), Some((3, 7)))),
        (".a.c[1]", (reference(0), Some((4, 5)))),
        (".a.d", (reference(2), None)),
        (".e", (Layer::Inline, None)),
    ];
    assert_eq!(found, expected.map(|(path, origin)| (path.to_owned(), origin)).into());
}

#[test]
fn the_origin_of_a_map_is_the_last_layer_that_wrote_into_it() {
    let effective = layered(&[("", "a: {b: 1}"), ("a.c", "1")], None).unwrap();
    assert_eq!(effective.values.get("a").unwrap().origin.layer, Layer::Reference(1));
}

#[test]
fn nothing_printed_shows_a_value() {
    let effective = layered(&[("", "password: geheim")], Some(json!({"x": "geheim"}))).unwrap();
    assert!(!format!("{effective:?}").contains("geheim"));
    for (path, text) in
        [("", "geheim"), ("", "a: *geheim"), ("a", "1,geheim"), ("a", "{geheim"), ("", "'geheim")]
    {
        let error = layered(&[(path, text)], None).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("geheim"), "{error}");
    }
}

#[test]
fn a_reference_is_read_from_its_entry() {
    let entry =
        json!({"kind": "Secret", "name": "s", "valuesKey": "k", "targetPath": "a.b", "optional": true});
    let reference: Reference = serde_json::from_value(entry).unwrap();
    assert_eq!((reference.key(), reference.target_path.as_str(), reference.optional), ("k", "a.b", true));
    assert_eq!(Reference::default().key(), "values.yaml");
}
