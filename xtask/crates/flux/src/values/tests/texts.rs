//! Texts of values as go-yaml v2 reads them.

use super::*;

fn of_text(text: &str) -> Value {
    values(&[("", text)], None)
}

#[test]
fn texts_are_yaml_1_1() {
    let text = "a: yes\nb: 0777\nc: 0x1F\nd: 1_000\ne: 08\nf: 2001-01-01\ng: 1e400\nh: off\n";
    let expected =
        json!({"a": true, "b": 511, "c": 31, "d": 1000, "e": 8, "f": "2001-01-01", "g": "1e400", "h": false});
    assert_eq!(of_text(text), expected);
}

#[test]
fn keys_become_texts() {
    assert_eq!(
        of_text("on: a\n0x10: b\n1.50: c\n1e6: d\n"),
        json!({"true": "a", "16": "b", "1.5": "c", "1e+06": "d"})
    );
}

#[test]
fn numbers_are_float64() {
    assert_eq!(of_text("a: 9007199254740993")["a"].as_f64(), Some(9_007_199_254_740_992.0));
    assert_eq!(of_text("a: 1.0\nb: -0.0").to_string(), r#"{"a":1,"b":-0.0}"#);
}

#[test]
fn the_last_of_repeated_keys_wins_and_a_merge_key_wins_over_what_is_before_it() {
    let text = "m: &m {a: merged, b: merged}\nx:\n  a: before\n  <<: *m\n  b: after\n";
    assert_eq!(of_text(text)["x"], json!({"a": "merged", "b": "after"}));
    assert_eq!(of_text("a: 1\na: 2"), json!({"a": 2}));
}

#[test]
fn only_the_first_document_counts() {
    assert_eq!(of_text("a: 1\n---\n@"), json!({"a": 1}));
    assert_eq!(of_text("--- \n---\na: 1"), json!({}));
}

#[test]
fn an_empty_text_has_no_values() {
    for text in ["", "# none\n", "null", "---\n"] {
        assert_eq!(of_text(text), json!({}), "{text}");
    }
}

#[test]
fn texts_without_a_map_are_refused() {
    for text in ["x", "- a", "1"] {
        let expected = "`valuesFrom[0]`: key `k0` of ConfigMap `c`: the values are not a map";
        assert_eq!(refusal(&[("", text)]), expected);
    }
}

#[test]
fn faults_of_texts_have_places() {
    let cases = [
        ("a: 1\nb: *x", "line 2, column 4: an alias without an anchor"),
        ("a: .inf", "line 1, column 1: JSON has no infinity and no not-a-number"),
        ("~: 1", "line 1, column 1: a key may not be `null`"),
        ("a: &a [*a]", "line 1, column 8: an alias inside its own anchor"),
        ("a: !!int x", "line 1, column 4: a value does not fit its tag"),
        ("<<: x", "line 1, column 5: `<<` needs a map or a list of maps"),
    ];
    for (text, fault) in cases {
        assert!(refusal(&[("", text)]).ends_with(fault), "{text}: {}", refusal(&[("", text)]));
    }
}

#[test]
fn depth_ends_before_the_stack_does() {
    let deep = format!("a: {}{}", "[".repeat(5000), "]".repeat(5000));
    assert!(refusal(&[("", &deep)]).contains("deeper"));
    assert!(refusal(&[("a", &format!("1,b{}=1", "[0]".repeat(5000)))]).contains("deeper"));
}
