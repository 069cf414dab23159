use super::*;

fn shown(node: &Node) -> String {
    let mut out = String::new();
    document(node, &mut out).unwrap();
    out
}

fn field(text: &str) -> String {
    let mut map = Node::map();
    map.set("k", Node::text(text));
    shown(&map)
}

#[test]
fn texts_are_written_as_measured() {
    for (text, written) in [
        ("n", "k: \"n\"\n"),
        ("1e3", "k: \"1e3\"\n"),
        ("12:30:45", "k: \"12:30:45\"\n"),
        ("", "k: \"\"\n"),
        ("a: b", "k: 'a: b'\n"),
        ("*x", "k: '*x'\n"),
        ("it's", "k: it's\n"),
        ("a\nb\n", "k: |\n  a\n  b\n"),
        ("a\nb", "k: |-\n  a\n  b\n"),
        ("x \ny", "k: \"x \\ny\"\n"),
        (" a\n", "k: |2\n   a\n"),
    ] {
        assert_eq!(field(text), written);
    }
}

#[test]
fn keys_are_sorted_and_lists_stay_at_their_key() {
    let mut map = Node::map();
    let list = Node { at: Mark::default(), value: Value::Seq(vec![Node::text("x")]) };
    map.set("b", list);
    map.set("a10", Node::map());
    map.set("a9", Node::text("y"));
    assert_eq!(shown(&map), "a9: \"y\"\na10: {}\nb:\n- x\n");
}

#[test]
fn the_way_through_json_folds_one_line_break_and_refuses_control_characters() {
    for (text, written) in [
        ("\u{85}b", "k: ' b'\n"),
        ("a \u{85} b", "k: a b\n"),
        ("a\u{85}\u{85}b", "k: |-\n  a\n  b\n"),
        ("\u{85}", "k: ' '\n"),
        ("\u{feff}b\n", "k: \"\\uFEFF\\x62\\n\"\n"),
    ] {
        assert_eq!(field(text), written);
    }
    for text in ["\u{7f}", "\u{9f}", "\u{fffe}"] {
        let mut map = Node::map();
        map.set("k", Node::text(text));
        assert!(document(&map, &mut String::new()).is_err(), "{text:?}");
    }
}

proptest::proptest! {
    /// The short way must write what the long one writes.
    #[test]
    fn a_word_is_written_as_any_other_text(text in "[a-zA-Z/][ -~]{0,8}") {
        use super::{analysis, text as any};
        if analysis::is_word(&text) {
            let written = |short: bool| {
                let mut writer = super::Writer::new(String::new());
                if short { writer.word(&text) } else { any(&mut writer, &text, &analysis::Analysis::of(&text), false) }
                writer.into_text()
            };
            assert_eq!(written(true), written(false));
        }
    }
}
