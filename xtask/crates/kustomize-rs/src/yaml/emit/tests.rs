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
