use super::*;

/// The text after a fix of the place where `at` is for the first time.
fn fixed(text: &str, at: &str, fix: &Fix) -> Option<String> {
    let offset = text.find(at).unwrap();
    let line = text[..offset].matches('\n').count() + 1;
    let column = text[line_start(text, offset)..offset].chars().count() + 1;
    let edit = fix.edit(text, &Place::at("f", line, column))?;
    Some(apply(text, &[edit]))
}

fn replace(from: &str, to: &str) -> Fix {
    Fix::Replace { from: from.into(), to: to.into() }
}

fn remove() -> Fix {
    Fix::Remove { key: "checks".into(), beside: "wait".into(), value: "true".into() }
}

fn insert() -> Fix {
    Fix::Insert { under: "spec".into(), lines: "install:\n  retry: true".into() }
}

fn uncomment() -> Fix {
    Fix::Uncomment { begins: "# allow a/b".into() }
}

#[test]
fn a_scalar_is_replaced_in_the_quotes_that_it_has() {
    let cases = [
        ("# ü\nv: a/v1 # old\nw: a/v1\n", "# ü\nv: a/v2 # old\nw: a/v1\n"),
        ("v: 'a/v1'\n", "v: 'a/v2'\n"),
        ("{v: \"a/v1\", w: 1}", "{v: \"a/v2\", w: 1}"),
        ("x: 1\n---\nl:\n- a/v1\r\n", "x: 1\n---\nl:\n- a/v2\r\n"),
    ];
    for (before, after) in cases {
        let at = ["'a/v1", "\"a/v1", "a/v1"].into_iter().find(|at| before.contains(at)).unwrap();
        assert_eq!(fixed(before, at, &replace("a/v1", "a/v2")).as_deref(), Some(after));
    }
}

#[test]
fn a_scalar_that_reads_otherwise_or_stands_for_others_is_left_alone() {
    assert_eq!(fixed("v: ${v}\n", "$", &replace("a/v1", "a/v2")), None);
    assert_eq!(fixed("v: &v a/v1\nw: *v\n", "a/v1", &replace("a/v1", "a/v2")), None);
    assert_eq!(fixed("v: &v a/v1\nw: *v\n", "&v", &replace("a/v1", "a/v2")), None);
    // It would be no text any more.
    assert_eq!(fixed("v: a\n", "a", &replace("a", "1")), None);
    assert_eq!(fixed("v: a\nv: [\n", "a", &replace("a", "b")), None);
}

#[test]
fn a_key_goes_with_all_its_lines_and_no_other() {
    let cases = [
        (
            "wait: true # yes\n# why\nchecks:\n  - a: {b: c}\n    d: e\n\n# next\nf: g\n",
            "wait: true # yes\n# why\n\n# next\nf: g\n",
        ),
        ("s:\n  wait: true\n  checks: [a,\n    b]\n  x: 1", "s:\n  wait: true\n  x: 1"),
        ("wait: true\nchecks:\n- a", "wait: true\n"),
    ];
    for (before, after) in cases {
        let at = ["- a", "[a"].into_iter().find(|at| before.contains(at)).unwrap();
        assert_eq!(fixed(before, at, &remove()).as_deref(), Some(after));
    }
}

#[test]
fn a_key_stays_that_counts_or_has_comments_or_shares_its_line() {
    for text in [
        "wait: false\nchecks: [a]\n",
        "checks: [a]\n",
        "wait: true\nchecks: [a] # both\n",
        "{wait: true, checks: [a]}\n",
        "- checks: [a]\n  wait: true\n",
    ] {
        assert_eq!(fixed(text, "[a]", &remove()), None, "{text}");
    }
}

#[test]
fn a_key_is_added_behind_the_first_that_is_in_one_line() {
    let cases = [
        (
            "spec:\n  # when\n  interval: 1h # often\n  # what\n  chart: {}\n",
            "spec:\n  # when\n  interval: 1h # often\n  install:\n    retry: true\n  # what\n  chart: {}\n",
        ),
        (
            "spec:\n    chart:\n        a: b\n    interval: 1h",
            "spec:\n    chart:\n        a: b\n    interval: 1h\n    install:\n      retry: true",
        ),
        (
            "spec:\r\n  interval: 1h\r\nx: y\r\n",
            "spec:\r\n  interval: 1h\r\n  install:\r\n    retry: true\r\nx: y\r\n",
        ),
    ];
    for (before, after) in cases {
        let at = ["chart:\n ", "interval"].into_iter().find(|at| before.contains(at)).unwrap();
        assert_eq!(fixed(before, at, &insert()).as_deref(), Some(after));
    }
}

#[test]
fn a_key_is_not_added_where_it_is_or_where_there_is_no_block() {
    assert_eq!(fixed("spec:\n  interval: 1h\n  install: {}\n", "interval", &insert()), None);
    assert_eq!(fixed("spec: {interval: 1h}\n", "{", &insert()), None);
    assert_eq!(fixed("other:\n  interval: 1h\n", "interval", &insert()), None);
    assert_eq!(fixed("spec:\n  chart:\n    a: b\n", "chart", &insert()), None);
}

#[test]
fn a_comment_goes_with_its_line_or_without() {
    assert_eq!(
        fixed("a: b\n  # allow a/b: c\nd: e\n", "# allow", &uncomment()).as_deref(),
        Some("a: b\nd: e\n")
    );
    assert_eq!(
        fixed("a: b  # allow a/b: c\r\nd: e\n", "# allow", &uncomment()).as_deref(),
        Some("a: b\r\nd: e\n")
    );
    assert_eq!(fixed("a: b # ü # allow a/b: c", "# allow", &uncomment()).as_deref(), Some("a: b # ü"));
}

#[test]
fn what_only_looks_like_a_comment_is_left_alone() {
    assert_eq!(fixed("a: |\n  # allow a/b: c\n  x\n", "# allow", &uncomment()), None);
    assert_eq!(fixed("a: 'x # allow a/b: c'\n", "# allow", &uncomment()), None);
    assert_eq!(fixed("a: b # allow c/d: e\n", "# allow", &uncomment()), None);
}

#[test]
fn edits_are_made_together_and_what_overlaps_once() {
    let edit = |range, with: &str| Edit { range, with: with.into() };
    assert_eq!(apply("abcdef", &[edit(4..5, "X"), edit(0..1, ""), edit(0..1, "")]), "bcdXf");
    assert_eq!(apply("abcdef", &[edit(0..3, "X"), edit(2..4, "Y")]), "Xdef");
    assert_eq!(apply("ü", &[edit(1..2, "X")]), "ü");
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { failure_persistence: None, cases: 1000, ..Default::default() })]

    #[test]
    fn no_text_makes_a_fix_panic_or_lose_a_comment_that_is_not_its_own(
        text in "(spec|wait|checks|true|a|: |\n|\n  |- |---\n|\\[|\\]|\\{|\\}|,|&a |\\*a|'|\"| # allow a/b|\\||\t|é|\r\n){0,30}",
        line in 1..6usize,
        column in 1..10usize,
    ) {
        for fix in [replace("a", "b"), remove(), insert(), uncomment()] {
            let Some(edit) = fix.edit(&text, &Place::at("f", line, column)) else { continue };
            let after = apply(&text, &[edit]);
            let lost = text.matches('#').count() - after.matches('#').count();
            proptest::prop_assert!(lost == 0 || fix == uncomment(), "{fix:?}: {after:?}");
        }
    }
}
