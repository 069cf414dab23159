use super::*;

/// The events of a text in short: `[`…`]`, `{`…`}`, scalars as they read, `*a`, `&a`, `!tag`.
fn short(text: &str) -> String {
    let mut parser = Parser::new(text);
    let mut out: Vec<String> = Vec::new();
    let properties = |p: &Properties<'_>| {
        let tag = p.tag.as_deref().map(|t| format!("<{t}>")).unwrap_or_default();
        format!("{}{tag}", p.anchor.map(|a| format!("&{a} ")).unwrap_or_default())
    };
    loop {
        match parser.next_event() {
            Err(error) => {
                out.push(format!("{}:{} {error}", error.at.line, error.at.column));
                break;
            }
            Ok(None) => break,
            Ok(Some((event, _))) => match event {
                Event::DocumentStart => {}
                Event::DocumentEnd => out.push("…".to_owned()),
                Event::Alias(name) => out.push(format!("*{name}")),
                Event::Scalar(text, style, p) => {
                    let mark = match style {
                        Style::Plain => "",
                        Style::Single => "'",
                        Style::Double => "\"",
                        Style::Literal => "|",
                        Style::Folded => ">",
                    };
                    out.push(format!("{}{mark}{}{mark}", properties(&p), text.escape_debug()));
                }
                Event::SequenceStart(_, p) => out.push(format!("{}[", properties(&p))),
                Event::SequenceEnd => out.push("]".to_owned()),
                Event::MappingStart(_, p) => out.push(format!("{}{{", properties(&p))),
                Event::MappingEnd => out.push("}".to_owned()),
            },
        }
    }
    out.join(" ")
}

#[test]
fn block_collections() {
    assert_eq!(short("a: 1\nb:\n- x\n-\n  y: z\nc:\n"), "{ a 1 b [ x { y z } ] c  } …");
    assert_eq!(short("- - a\n  - b\n- c: d\n  e: f\n"), "[ [ a b ] { c d e f } ] …");
    assert_eq!(short("? a\n: b\n? c\n"), "{ a b c  } …");
}

#[test]
fn flow_collections() {
    assert_eq!(short("{a: [b, {c: d}], e, 'f':g}"), "{ a [ b { c d } ] e  'f' g } …");
    assert_eq!(short("[a: b, c, ? d : e]"), "[ { a b } c { d e } ] …");
}

#[test]
fn scalars_of_all_styles() {
    assert_eq!(short("a b\n  c\n\n  d"), "a b c\\nd …");
    assert_eq!(short("'it''s\n  x'"), "'it\\'s x' …");
    assert_eq!(
        short(
            r#""a\tb\u00e9\
      c""#
        ),
        "\"a\\tbéc\" …"
    );
    assert_eq!(short("|\n a\n  b\n\n"), "|a\\n  b\\n| …".replace("  b", " b").as_str());
    assert_eq!(short(">-\n a\n b\n\n c\n"), ">a b\\nc> …");
    assert_eq!(short("|+2\n   a\n\n"), "| a\\n\\n| …");
}

#[test]
fn properties_and_aliases() {
    assert_eq!(
        short("a: &x !!str 1\nb: *x\nc: !own [1]"),
        "{ a &x <tag:yaml.org,2002:str>1 b *x c <!own>[ 1 ] } …"
    );
    assert_eq!(short("%TAG !e! tag:e,\n---\n!e!x 1"), "<tag:e,x>1 …");
}

#[test]
fn several_documents() {
    assert_eq!(short("a\n---\nb\n...\n# c\n---\n"), "a … b …  …");
}

#[test]
fn errors_have_the_words_of_libyaml_and_a_place() {
    assert_eq!(short("a: b: c"), "{ a 1:5 mapping values are not allowed in this context");
    assert_eq!(
        short("a:\n  - b\n c: d"),
        "{ a [ b ] 3:2 while parsing a block mapping from line 1: did not find expected key"
    );
    assert_eq!(
        short("a: 'b\n"),
        "{ 2:1 while scanning a quoted scalar from line 1: found unexpected end of stream"
    );
    assert_eq!(short("a: @b"), "{ 1:4 found character that cannot start any token");
    assert_eq!(short("a: b\nc\nd: e"), "{ a 2:1 could not find expected ':'");
}

#[test]
fn a_handle_is_declared_once_a_document() {
    assert!(short("%TAG !a! x\n%TAG !b! y\n---\n!a!c d\n").contains('d'));
    let twice = short("%TAG !a! x\n%TAG !b! y\n%TAG !a! z\n---\nd\n");
    assert_eq!(twice, "3:1 found duplicate %TAG directive");
}

#[test]
fn places_count_characters() {
    let mut parser = Parser::new("é: [ü, x]");
    let mut places = Vec::new();
    while let Some((event, span)) = parser.next_event().unwrap() {
        if let Event::Scalar(text, ..) = event {
            places.push((text.into_owned(), span.start.column, span.end.column, span.start.offset));
        }
    }
    let expected = [("é", 1, 2, 0), ("ü", 5, 6, 5), ("x", 8, 9, 9)];
    assert_eq!(places, expected.map(|(t, a, b, c)| (t.to_owned(), a, b, c)));
}

proptest::proptest! {
    #[test]
    fn never_panics_and_ends(text in "[ \\-:?,\\[\\]{}#&*!|>'\"%@`a-c0\\n\\t~é\u{2028}\\\\.]{0,40}") {
        let mut parser = Parser::new(&text);
        let mut events = 0;
        while let Ok(Some(_)) = parser.next_event() {
            events += 1;
            assert!(events < 1000);
        }
    }
}
