use super::*;

/// The text with these variables; those that are missing are empty.
fn with(variables: &[(&str, &str)], text: &str) -> String {
    substitute(text, &mut |name| value(variables, name), Strict::No).unwrap().into_owned()
}

fn value(variables: &[(&str, &str)], name: &str) -> Option<String> {
    variables.iter().find(|(it, _)| *it == name).map(|(_, value)| (*value).to_owned())
}

fn error(strict: Strict, text: &str) -> SubstitutionError {
    substitute(text, &mut |name| value(&[("v", "value"), ("e", "é")], name), strict).unwrap_err()
}

fn problem(text: &str) -> Problem {
    error(Strict::No, text).problem
}

#[test]
fn text_without_variables_is_borrowed() {
    for text in ["", "plain", "a $ b", "$v {v} \\$", "€$"] {
        let out = substitute(text, &mut |_| None, Strict::Yes).unwrap();
        assert!(matches!(out, Cow::Borrowed(it) if it == text), "{text}");
    }
}

#[test]
fn a_variable_becomes_its_value() {
    assert_eq!(with(&[("v", "1"), ("_w2", "2")], "a${v}b${_w2}${v}${x}"), "a1b21");
}

#[test]
fn a_name_may_be_of_any_letters_and_begin_with_a_digit() {
    assert_eq!(with(&[("größe", "1"), ("2", "b"), ("名", "c")], "${größe}${2}${名}"), "1bc");
}

#[test]
fn length_counts_bytes() {
    assert_eq!(with(&[("v", "abcd"), ("e", "é")], "${#v}${#e}${#x}"), "420");
}

#[test]
fn case_changes_for_the_first_or_all() {
    let variables = [("v", "aBcÉß")];
    assert_eq!(with(&variables, "${v^} ${v^^} ${v,} ${v,,}"), "ABcÉß ABCÉß aBcÉß abcéß");
    assert_eq!(with(&[("v", "ABC")], "${v,}"), "aBC");
}

#[test]
fn other_case_operators_do_nothing() {
    assert_eq!(with(&[("v", "aB")], "${v^,} ${v,^}"), "aB aB");
}

#[test]
fn substrings_have_positions_and_lengths() {
    let variables = [("p", "/home/bozo/ideas/thoughts")];
    assert_eq!(with(&variables, "${p:11}"), "ideas/thoughts");
    assert_eq!(with(&variables, "${p:11:5} ${p:11::5}"), "ideas ideas");
    assert_eq!(with(&variables, "${p:0:5}${p:99}${p:20:99}"), "/homeughts");
    assert_eq!(with(&variables, "${p:x-8} ${p: -8}"), "/home/bozo/ideas/thoughts /home/bozo/ideas/thoughts");
    assert_eq!(with(&[("p", "abcdef"), ("n", "-2")], "${p:${n}} ${p:${n}:1}"), "ef e");
}

#[test]
fn a_default_stands_in_for_what_is_empty() {
    for operator in [":=", ":-", ":+", ":?", "="] {
        assert_eq!(
            with(&[("v", "1"), ("e", "")], &format!("${{v{operator}d}}${{e{operator}d}}${{x{operator}}}")),
            "1d"
        );
    }
}

#[test]
fn a_default_may_have_expressions() {
    let variables = [("v", "foo")];
    assert_eq!(with(&variables, "${x=${v}} ${x:=a${v}-b${y:=${v^^}}}"), "foo afoo-bFOO");
}

#[test]
fn parts_are_replaced() {
    let variables = [("s", "abcABC123ABCabc")];
    assert_eq!(with(&variables, "${s/%abc/XYZ}"), "abcABC123ABCXYZ");
    assert_eq!(with(&variables, "${s/#abc/XYZ}"), "XYZABC123ABCabc");
    assert_eq!(with(&variables, "${s//abc/xyz}"), "xyzABC123ABCxyz");
    assert_eq!(with(&variables, "${s/abc/xyz}"), "xyzABC123ABCabc");
    assert_eq!(with(&variables, "${s/abc//x}"), "xABC123ABCabc");
    assert_eq!(with(&[("s", "foo.bar")], "${s/./}"), "foobar");
}

#[test]
fn a_first_or_last_part_is_not_replaced_by_nothing() {
    assert_eq!(with(&[("s", "aba")], "${s/#a/} ${s/%a/}"), "aba aba");
}

#[test]
fn an_empty_part_is_before_each_character_and_at_the_end() {
    let variables = [("s", "aé")];
    assert_eq!(with(&variables, "${s/${x}/-} ${s//${x}/-} ${s/#${x}/-} ${s/%${x}/-}"), "-aé -a-é- -aé aé-");
}

#[test]
fn a_slash_is_escaped_in_what_is_replaced() {
    assert_eq!(
        with(&[("s", "foo/bar/baz")], r"${s/\//-} ${s//\//-} ${s/o/\\\/}"),
        r"foo-bar/baz foo-bar-baz f\/o/bar/baz"
    );
}

#[test]
fn beginnings_are_taken_away_by_pattern() {
    let variables = [("f", "bash.string.txt"), ("p", "/path/to/file")];
    assert_eq!(with(&variables, "${f#*.} ${f##*.}"), "string.txt txt");
    assert_eq!(with(&variables, "${p#*/} ${p##*/}"), "path/to/file file");
    assert_eq!(with(&variables, "${f#[a-c]?} ${f#nothing}"), "sh.string.txt bash.string.txt");
}

#[test]
fn ends_are_taken_away_by_a_pattern_that_is_turned_round() {
    let variables = [("f", "bash.string.txt")];
    assert_eq!(with(&variables, "${f%.*} ${f%%.*}"), "bash.string bash");
    assert_eq!(with(&variables, "${f%[a-z]}"), "bash.string.txt");
    assert_eq!(with(&variables, "${f%]z-a[}"), "bash.string.tx");
}

#[test]
fn a_malformed_pattern_takes_nothing_away() {
    assert_eq!(with(&[("v", "abc")], "${v#a[} ${v##[]} ${v#a\\}"), "abc abc abc");
}

#[test]
fn two_dollars_are_one() {
    let variables = [("v", "val")];
    assert_eq!(with(&variables, "$${v} $$ $$$${v} $$$v $$${v}"), "${v} $ $${v} $$v $val");
    assert_eq!(with(&variables, "some ${v}$${var$${v}$v${v}"), "some val${var${v}$vval");
    assert_eq!(with(&variables, "$${x=${v}}"), "${x=val}");
}

#[test]
fn dollars_escape_nothing_in_a_default() {
    assert_eq!(with(&[("v", "val")], "${x:=$${v}}"), "$val");
}

#[test]
fn backslashes_outside_of_expressions_stay() {
    assert_eq!(with(&[("v", "foo")], r"\\some \/ ${x=${v}}"), r"\\some \/ foo");
}

#[test]
fn a_nul_ends_the_text() {
    assert_eq!(with(&[], "a\0b${x}"), "a");
}

#[test]
fn strict_wants_variables_that_exist() {
    let out = substitute("${v}${e}", &mut |name| value(&[("v", "1"), ("e", "")], name), Strict::Yes);
    assert_eq!(out.unwrap(), "1");
    for form in
        ["", "^", "^^", ",", ",,", ":0", ":0:10", "/a/b", "//a/b", "/#a/b", "/%a/b", "#a", "##a", "%a", "%%a"]
    {
        let found = error(Strict::Yes, &format!("a ${{missing{form}}}"));
        assert_eq!((found.problem, found.offset), (Problem::NotSet, 2), "{form}");
        assert_eq!(found.variable.as_deref(), Some("missing"));
    }
    assert_eq!(error(Strict::Yes, "${#missing}").problem, Problem::NotSet);
}

#[test]
fn strict_lets_a_default_stand_in() {
    for operator in [":=", ":-", ":+", ":?", "="] {
        let text = format!("${{missing{operator}d}}${{missing{operator}}}");
        assert_eq!(substitute(&text, &mut |_| None, Strict::Yes).unwrap(), "d");
    }
}

#[test]
fn strict_wants_what_a_default_names_even_if_it_is_not_needed() {
    let found = error(Strict::Yes, "${v:=${missing}}");
    assert_eq!((found.problem, found.offset), (Problem::NotSet, 5));
}

#[test]
fn each_refusal_says_what_is_wrong() {
    assert_eq!(problem("${}"), Problem::Name);
    assert_eq!(problem("${-v}"), Problem::Name);
    assert_eq!(problem("${#}"), Problem::Name);
    assert_eq!(problem("${v-d}"), Problem::Operator('-'));
    assert_eq!(problem("${v?}"), Problem::Operator('?'));
    assert_eq!(problem("${v é}"), Problem::Operator(' '));
    assert_eq!(problem("${v"), Problem::Unclosed);
    assert_eq!(problem("${v:=d"), Problem::Unclosed);
    assert_eq!(problem("${v^"), Problem::Unclosed);
    assert_eq!(problem("${v/a} ${v"), Problem::Slash);
    assert_eq!(problem("${v^^^}"), Problem::Close('^'));
    assert_eq!(problem("${v#a${v}}"), Problem::Close('$'));
    assert_eq!(problem("${v:}"), Problem::Argument);
    assert_eq!(problem("${v#}"), Problem::Argument);
    assert_eq!(problem("${v:é}"), Problem::Position);
    assert_eq!(problem("${v:2:-1}"), Problem::Length(-1));
    assert_eq!(problem("${v:0:-1}"), Problem::Length(-1));
    assert_eq!(problem("${v:9223372036854775807:1}"), Problem::Length(1));
}

#[test]
fn a_negative_length_beyond_the_end_gives_nothing() {
    assert_eq!(with(&[("v", "abc")], "${v:9:-1}"), "");
}

#[test]
fn an_error_names_the_expression_and_its_place() {
    let found = error(Strict::No, "é: ${v:=a ${w-d}}");
    assert_eq!(found.offset, 11);
    assert_eq!(found.variable.as_deref(), Some("w"));
    assert_eq!(
        found.to_string(),
        "`${w-` at byte 11: `-` cannot follow the name; `}` or an operator can, such as `:=` before a default"
    );
    assert_eq!(error(Strict::No, "${v:=a\nb").expression, "${v:=a…");
}

#[test]
fn the_outcome_must_be_text() {
    let found = error(Strict::No, "a${v}b${e:0:1}");
    assert_eq!((found.problem, found.offset), (Problem::NotText, 6));
    assert_eq!(substitute("${e:0:1}${e:1}", &mut |_| Some("é".to_owned()), Strict::No).unwrap(), "é");
}

#[test]
fn bytes_may_be_cut_anywhere() {
    let mut lookup = |_: &str| Some(b"\xff\xc3\xa9".to_vec());
    let mut bytes = |text| substitute_bytes(text, &mut lookup, Strict::No).unwrap().into_owned();
    assert_eq!(bytes("${v:0:2}"), b"\xff\xc3");
    assert_eq!(bytes("${v^}"), b"\xef\xbf\xbd\xc3\xa9");
    assert_eq!(bytes("${v%x}"), b"\xef\xbf\xbd\xc3\xa9");
    assert_eq!(bytes("${v^^}"), "\u{fffd}É".as_bytes());
}

#[test]
fn variables_are_told_with_their_places() {
    let text = "a ${v:=x${w}} ${#l} $${no} ${u}";
    let found = variables(text).unwrap();
    let told: Vec<(&str, &str, &str, Option<&str>, usize)> = found
        .iter()
        .map(|it| {
            let default = it.default.clone().map(|range| &text[range]);
            (it.variable.as_str(), it.operator.as_str(), &text[it.range.clone()], default, it.depth)
        })
        .collect();
    assert_eq!(
        told,
        [
            ("v", ":=", "${v:=x${w}}", Some("x${w}"), 0),
            ("w", "", "${w}", None, 1),
            ("l", "#", "${#l}", None, 0),
            ("u", "", "${u}", None, 0),
        ]
    );
}

#[test]
fn an_empty_default_is_one() {
    let found = variables("${v:=}").unwrap();
    assert_eq!(found[0].default, Some(5..5));
    assert_eq!(variables("${v-}").unwrap_err().problem, Problem::Operator('-'));
    assert_eq!(variables("none").unwrap(), []);
}

#[test]
fn expressions_may_stand_inside_one_another_as_deep_as_one_likes() {
    let levels = 100_000;
    let deep = format!("{}${{v}}{}", "${x:=".repeat(levels), "}".repeat(levels));
    assert_eq!(with(&[("v", "1")], &deep), "1");
    assert_eq!(variables(&deep).unwrap()[levels].depth, levels);
    assert_eq!(problem(&"${x:=".repeat(levels)), Problem::Unclosed);
}

#[test]
fn growth_has_a_limit() {
    let grown = (0..20).fold("${v}".to_owned(), |inner, _| format!("${{v//a/{inner}}}"));
    assert_eq!(
        substitute(&grown, &mut |_| Some("aaaaaaaa".to_owned()), Strict::No).unwrap_err().problem,
        Problem::Work
    );
}

#[test]
fn many_escapes_and_expressions_take_no_square() {
    let text = "$$${v}".repeat(200_000);
    assert_eq!(with(&[("v", "1")], &text).len(), 400_000);
}
