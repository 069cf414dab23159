//! What `targetPath` does.

use super::*;

fn set(path: &str, value: &str) -> Value {
    values(&[(path, value)], None)
}

#[test]
fn paths_reach_into_maps_and_lists() {
    assert_eq!(set("a.b[1].c", "x"), json!({"a": {"b": [null, {"c": "x"}]}}));
    assert_eq!(set("a[0][1]", "x"), json!({"a": [[null, "x"]]}));
    assert_eq!(set("a\\.b/c", "x"), json!({"a.b/c": "x"}));
}

#[test]
fn a_path_changes_what_is_there() {
    assert_eq!(
        values(&[("", "a: [1, {b: 2, c: 3}]"), ("a[1].b", "x")], None),
        json!({"a": [1, {"b": "x", "c": 3}]})
    );
}

#[test]
fn values_of_paths_are_typed_as_helm_set_does() {
    let cases = [
        ("1", json!(1)),
        ("-01", json!(-1)),
        ("01", json!("01")),
        ("0", json!(0)),
        ("1.5", json!("1.5")),
        ("TRUE", json!(true)),
        ("falſe", json!(false)),
        ("yes", json!("yes")),
        ("null", json!(null)),
        ("", json!("")),
        ("{a,1,}", json!(["a", 1, ""])),
        ("{}", json!([""])),
        ("a\\,b", json!("a,b")),
        ("9223372036854775808", json!("9223372036854775808")),
    ];
    for (value, expected) in cases {
        assert_eq!(set("a", value), json!({"a": expected}), "{value}");
    }
}

#[test]
fn quotes_make_a_text_and_go() {
    assert_eq!(set("a", "'1'"), json!({"a": "1"}));
    assert_eq!(set("a", "\"''true'\""), json!({"a": "true"}));
    assert_eq!(set("a", "'"), json!({"a": ""}));
    assert_eq!(set("a", "'1'\n"), json!({"a": "'1'\n"}));
}

#[test]
fn a_comma_in_a_value_begins_another_key() {
    assert_eq!(set("a", "1,b.c=2"), json!({"a": 1, "b": {"c": 2}}));
    assert!(
        refusal(&[("a", "1,b")]).ends_with("a key has no value (a comma in the value begins another key)")
    );
}

#[test]
fn a_literal_value_is_taken_as_it_is() {
    let literal = Reference { literal: true, ..reference(0, "a\\.b") };
    let text = "{x},[0]=\\1,\n";
    let effective = effective(&[literal], None, |_, _| Found::Text(text.as_bytes().into())).unwrap();
    assert_eq!(effective.values.to_value(), json!({"a.b": text}));
}

#[test]
fn running_out_of_text_is_fine_where_go_takes_it_for_the_end() {
    assert_eq!(set("a", "1,b[0]"), json!({"a": 1, "b": []}));
    assert_eq!(set("a", "1,b[0"), json!({"a": 1}));
    // The empty value of a key in a new item is lost.
    assert_eq!(set("a[0].b", ""), json!({"a": []}));
}

#[test]
fn paths_have_limits() {
    assert!(refusal(&[("a[65537]", "1")]).ends_with("an index is not a number from 0 to 65536"));
    assert_eq!(set("a[65536]", "1")["a"].as_array().unwrap().len(), 65537);
    assert!(refusal(&[(&vec!["a"; 32].join("."), "1")]).ends_with("it has more than 30 dots"));
}

#[test]
fn a_path_does_not_go_into_scalars() {
    assert!(refusal(&[("", "a: ~"), ("a.b", "1")]).ends_with("it goes into something that is not a map"));
    assert!(refusal(&[("", "a: {}"), ("a[0]", "1")]).ends_with("it goes into something that is not a list"));
}
