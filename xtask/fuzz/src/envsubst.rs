//! Any text through Flux's post-build substitution. Not part of the library: the crate `flux` replays kept inputs itself.

use flux::envsubst::{Problem, Strict, substitute, substitute_bytes, variables};

/// Values of all sorts, chosen by the first letter of the name; some variables are not set.
fn value(name: &str) -> Option<Vec<u8>> {
    Some(match name.bytes().next()? {
        b'a'..=b'c' => b"example.org/a.b-c".to_vec(),
        b'd' => Vec::new(),
        b'e' => "é中😀".as_bytes().to_vec(),
        b'f' => b"\xff\xc3a".to_vec(),
        b'g' => b"*[a-c]?\\".to_vec(),
        b'h' => vec![b'a'; 300],
        b'n' => b"-2".to_vec(),
        b'1'..=b'9' => name.as_bytes().to_vec(),
        _ => return None,
    })
}

/// Panics if something does not hold.
pub fn envsubst(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let told = variables(text);
    for strict in [Strict::No, Strict::Yes] {
        let mut asked = Vec::new();
        let mut lookup = |name: &str| {
            asked.push(name.to_owned());
            value(name)
        };
        let bytes = substitute_bytes(text, &mut lookup, strict);
        match (&bytes, &told) {
            (Ok(_), Ok(told)) => {
                let mut told: Vec<&str> = told.iter().map(|it| it.variable.as_str()).collect();
                told.sort_unstable();
                asked.sort_unstable();
                assert_eq!(told, asked);
            }
            (Ok(_), Err(error)) => panic!("only `variables` refuses: {error}"),
            (Err(_), _) => {}
        }
        if let Err(error) = &bytes {
            assert!(text[error.offset..].starts_with("${"), "{error}");
        }
        let mut lookup = |name: &str| value(name).and_then(|it| String::from_utf8(it).ok());
        if let Err(error) = substitute(text, &mut lookup, strict) {
            assert!(text[error.offset..].starts_with("${") || error.problem == Problem::NotText, "{error}");
        }
    }
    for it in told.into_iter().flatten() {
        assert!(text[it.range.clone()].starts_with("${") && text[it.range.clone()].ends_with('}'));
        assert!(it.default.is_none_or(|default| text.get(default).is_some()));
    }
}
