use proptest::prelude::*;

use super::*;

/// What both ways give must be the same, places included; the common part may leave a text to the grammar.
fn agree(text: &str) -> bool {
    let mut is_common = true;
    for twice in [Twice::Refused, Twice::Kept, Twice::Last] {
        if let Some(node) = common::read(1, 0, text, twice) {
            let expected = by_grammar(Limits::default(), 1, 0, text, twice).map(|builder| builder.done);
            assert_eq!(expected.as_ref().map_err(|e| e.message.clone()), Ok(&Some(node)), "{text:?}");
        } else {
            is_common = false;
        }
    }
    is_common
}

#[test]
fn the_common_part_is_what_manifests_are_written_in() {
    let texts = [
        "a: 1\nb:\n- x\n- v: z\n  w: 'q'\nc:\n  - - 1\n    - 2\n  -\n    d: e\n",
        "---\n# c\nkind: X # y\nmetadata: {name: a, labels: {\"b\": c, d: []}}\nargs: [\"--x=1\", a-b, '']\n",
        "data:\n  k: |\n    line\n\n     more\n  l: >-\n    a\n    b\n\nend: null\n",
        "a: &x b\nc: *x # d\ne: &x 'f'\ng:\n- *x\n",
        "é: ü\nb: \"x\\ty\"\nc: °C x\nd: [\"é\", x]\n",
    ];
    for text in texts {
        assert!(agree(text), "{text:?}");
    }
}

#[test]
fn what_is_left_to_the_grammar() {
    for text in [
        "a: &x {b: c}\n",
        "a: *x\n",
        "&x a: 1\n",
        "a: !!str 1\n",
        "? a\n",
        "a: b\n  c\n",
        "a: 1\na: 2\n",
        "<<: {}\n",
        "a:\tb\n",
        "a: [\n1]\n",
    ] {
        assert!(!agree(text), "{text:?}");
    }
}

#[test]
fn nothing_at_all_is_what_its_new_place_makes_of_it() {
    let text = "b: &b {x :, y: {z :}}\nblock:\n  <<: *b\nflow: {<<: *b}\n";
    let node = single(Limits::default(), 0, text, Twice::Refused).unwrap().unwrap();
    let style = |path: &[&str]| {
        let found = path.iter().fold(&node, |node, key| node.get(key).unwrap());
        found.scalar().unwrap().style
    };
    assert_eq!(style(&["b", "x :"]), Style::Quoted);
    assert_eq!(style(&["block", "x :"]), Style::Plain);
    assert_eq!(style(&["block", "y", "z :"]), Style::Quoted);
    assert_eq!(style(&["flow", "x :"]), Style::Quoted);
}

/// Pieces of YAML in any order, which often make something that both read.
fn text() -> impl Strategy<Value = String> {
    let pieces = [
        "a",
        "b: ",
        "c:",
        "- ",
        "-",
        "\n",
        "\n  ",
        "\n    ",
        "\n- ",
        "\n  - ",
        ": ",
        "[",
        "]",
        "{",
        "}",
        ", ",
        "'x'",
        "\"y\"",
        "\"\\n\"",
        "|\n",
        "|-\n  t\n",
        ">\n",
        "# c",
        " # c",
        " ",
        "---\n",
        "...",
        "\t",
        "é",
        "key: v\n",
        "k:\n",
        "- i\n",
        "1",
        "~",
        "x y",
        "''",
        "#",
        "|2\n",
        "? ",
        "&x y\n",
        "*x\n",
        "k: &x v\n",
        "k: *x\n",
        "&x ",
        "*x",
        "!t ",
        "%",
        "\u{2028}",
        "  k: v\n",
        "  - j\n",
        "{a: b}",
        "[c, d]",
        "\n  # c\n",
        "'",
        "\"",
        "\\",
        "<<: ",
        "\u{feff}",
        "'it''s'",
        "a:b",
        "-1",
        ":x",
    ];
    prop::collection::vec(prop::sample::select(pieces.to_vec()), 0..16).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn the_common_part_reads_what_the_grammar_reads(text in text()) {
        agree(&text);
    }
}
