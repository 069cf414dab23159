use serde_json::json;

use super::*;
use crate::node::Step;

#[test]
fn several_documents_with_the_lines_they_begin_at() {
    let (documents, diagnostics) =
        values("f", "# only a comment\n---\na: 1\n---\n# nothing\n---\n\nb: [x, y]\n");
    assert_eq!(diagnostics, []);
    assert_eq!(documents, [(3, json!({"a": 1})), (8, json!({"b": ["x", "y"]}))]);
}

#[test]
fn broken_yaml_says_where_and_the_rest_is_read() {
    let (documents, diagnostics) = values("f.yaml", "a: 1\n---\nb: [1,\nc: 2\n---\nd: 3\n");
    assert_eq!(documents, [(1, json!({"a": 1})), (6, json!({"d": 3}))]);
    assert_eq!(diagnostics.len(), 1);
    let place = &diagnostics[0].place;
    assert_eq!(
        (diagnostics[0].code, place.line.is_some(), place.column.is_some()),
        ("yaml/syntax", true, true)
    );
    assert!(!diagnostics[0].message.is_empty());
}

#[test]
fn a_tab_as_indentation_is_a_syntax_error_with_its_place() {
    let (_, diagnostics) = values("f", "a:\n\tb: 1\n");
    assert_eq!((diagnostics[0].code, diagnostics[0].place.line), ("yaml/syntax", Some(2)));
}

#[test]
fn a_repeated_key_is_an_error_and_the_first_value_stays() {
    let (documents, diagnostics) = values("f", "a:\n  b: 1\n  c: 2\n  b: 3\n");
    assert_eq!(documents, [(1, json!({"a": {"b": 1, "c": 2}}))]);
    assert_eq!(
        diagnostics[0].to_string(),
        "f:4:3: error[yaml/duplicate-key]: key `b` is here twice, first in line 2"
    );
}

#[test]
fn quoted_scalars_and_str_tags_are_texts() {
    let (documents, _) = values("f", "a: '1'\nb: \"true\"\nc: !!str 5\nd: |\n  1\ne: 5\n");
    assert_eq!(documents[0].1, json!({"a": "1", "b": "true", "c": "5", "d": "1\n", "e": 5}));
}

#[test]
fn aliases_and_merges_are_expanded() {
    let (documents, diagnostics) = values("f", "base: &b {x: 1, y: 2}\nuse:\n  <<: *b\n  y: 3\nagain: *b\n");
    assert_eq!(diagnostics, []);
    assert_eq!(documents[0].1["use"], json!({"y": 3, "x": 1}));
    assert_eq!(documents[0].1["again"], json!({"x": 1, "y": 2}));
}

#[test]
fn a_bomb_of_aliases_is_refused() {
    let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for n in 1..12 {
        let p = n - 1;
        text.push_str(&format!(
            "a{n}: &a{n} [*a{p}, *a{p}, *a{p}, *a{p}, *a{p}, *a{p}, *a{p}, *a{p}, *a{p}, *a{p}]\n"
        ));
    }
    assert_eq!(values("f", &text).1[0].code, "yaml/too-large");
}

#[test]
fn nothing_is_too_deep_for_the_stack() {
    for text in ["[".repeat(10_000), format!("{}x", "- ".repeat(10_000))] {
        let (documents, diagnostics) = values("f", &text);
        assert_eq!((documents.len(), diagnostics.is_empty()), (0, false));
    }
    let mut nested = "a0: &a0 x\n".to_owned();
    for n in 1..400 {
        nested.push_str(&format!("a{n}: &a{n} [*a{}]\n", n - 1));
    }
    assert_eq!(values("f", &nested).1[0].code, "yaml/too-large");
}

#[test]
fn a_list_cannot_be_a_key_but_a_number_can() {
    let (documents, diagnostics) = values("f", "? [a]\n: 1\n2: b\n");
    assert_eq!(diagnostics[0].code, "yaml/key");
    assert_eq!(documents[0].1["2"], json!("b"));
}

#[test]
fn every_value_knows_its_place() {
    let (node, _) = single("f", "a:\n  - b: é\n    c: d\n");
    let node = node.unwrap();
    let route: Vec<Step> = vec!["a".into(), 0.into(), "c".into()];
    assert_eq!(node.place_of("f", &route).to_string(), "f:3:8");
    assert_eq!(node.place_of_key("f", &route).to_string(), "f:3:5");
    let beyond: Vec<Step> = vec!["a".into(), 5.into()];
    assert_eq!(node.place_of("f", &beyond).to_string(), "f:2:3");
}

#[test]
fn a_file_for_one_document_refuses_a_second() {
    let (node, diagnostics) = single("f", "a: 1\n---\nb: 2\n");
    assert_eq!(node.unwrap().to_value(), json!({"a": 1}));
    assert_eq!(
        diagnostics[0].to_string(),
        "f:3:1: error[yaml/several-documents]: a second document begins here, but this file holds one"
    );
    assert_eq!(single("f", "# empty\n"), (None, vec![]));
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { failure_persistence: None, cases: 500, ..Default::default() })]

    #[test]
    fn no_text_makes_the_reader_panic_and_places_lie_inside_it(
        text in "([a-c]|: |\n|\n  |- |---\n|\\[|\\]|\\{|\\}|,|&a |\\*a|<<: |'|\"|#|\\||>|!!str |\t|é|\\?|%|\r){0,40}"
    ) {
        let lines = text.split(['\n', '\r']).count();
        let parsed = parse("f", &text);
        for diagnostic in &parsed.diagnostics {
            proptest::prop_assert!(diagnostic.place.line.unwrap_or(1) <= lines + 1);
        }
        for document in &parsed.documents {
            document.to_value();
            proptest::prop_assert!((1..=lines).contains(&document.start.line));
        }
    }
}
