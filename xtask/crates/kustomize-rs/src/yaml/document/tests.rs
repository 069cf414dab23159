use super::Document;

fn again(text: &str) -> String {
    Document::read(text).unwrap().written()
}

#[test]
fn comments_stay_where_they_are() {
    for text in [
        "# head\na: 1 # line\n# foot\n",
        "# all\n\n# first\na:\n  # of b\n  b: [1, 2] # two\n",
        "a:\n- # of x\n  x: 1\n- y: 2 # y\n",
        "a: | # literal\n  text\nb: 1\n",
    ] {
        assert_eq!(again(text), text);
    }
}

#[test]
fn quotes_anchors_and_tags_stay() {
    let text = "a: &x 'one'\nb: *x\nc: !own \"two\"\nd: !!str 5\n? [k]\n: >-\n  folded\n";
    assert_eq!(again(text), text);
}

#[test]
fn lists_move_to_their_key() {
    assert_eq!(again("a:\n    - b\n    -   c: 1\n"), "a:\n- b\n- c: 1\n");
}
