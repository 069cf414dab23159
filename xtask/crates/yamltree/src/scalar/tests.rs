use super::*;

fn shown(text: &str) -> String {
    match resolve(text) {
        Resolved::Null => "null".into(),
        Resolved::Bool(b) => b.to_string(),
        Resolved::Int(n) => n.to_string(),
        Resolved::UInt(n) => n.to_string(),
        Resolved::Float(n) => n.to_string(),
        Resolved::Timestamp(time) => time,
        Resolved::Str => format!("{text:?}"),
    }
}

#[test]
fn resolves_as_measured_with_kustomize() {
    let cases = [
        ("0777", "511"),
        ("0o777", "511"),
        ("0b11", "3"),
        ("0x1F", "31"),
        ("1_000", "1000"),
        ("1e3", "1000"),
        ("-7", "-7"),
        // No octal, so go-yaml tries a float.
        ("08", "8"),
        ("+7", "7"),
        ("1.5", "1.5"),
        (".5", "0.5"),
        ("0", "0"),
        ("18446744073709551615", "18446744073709551615"),
        ("~", "null"),
        ("", "null"),
        ("True", "true"),
        (".inf", "inf"),
        ("2020-01-01", "2020-01-01T00:00:00Z"),
    ];
    for (input, output) in cases {
        assert_eq!(shown(input), output, "{input}");
    }
}

#[test]
fn leaves_texts_alone() {
    for text in
        ["yes", "on", "tRue", "12:30:45", "1.2.3", "10.0.0.1", "v1", "0x", ".", "-", "1e", "e3", "é", "1e999"]
    {
        assert_eq!(resolve(text), Resolved::Str, "{text}");
    }
}

#[test]
fn quotes_what_yaml_1_1_reads_as_something_else() {
    for text in ["yes", "n", "on", "0777", "1_0", "12:30", "2020-01-01", "null", "~", "", ".inf"] {
        assert!(needs_quotes(text), "{text}");
    }
    for text in ["yess", "1.2.3", "12:3x", "v1"] {
        assert!(!needs_quotes(text), "{text}");
    }
}
