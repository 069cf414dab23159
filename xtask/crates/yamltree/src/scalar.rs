//! What an unquoted scalar is: the rules of the go-yaml version that kustomize reads with.

use serde_json::Number;

use crate::node::Content;

/// Resolves an unquoted scalar: `null ~`, `true false`, integers (also `0x 0o 0b`, a leading `0` is octal, `_` between
/// digits), floats; everything else is a text. `yes`, `on`, dates and `12:30` are texts; so are infinities and
/// not-a-number, which JSON cannot hold.
pub fn resolve(text: &str) -> Content {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Content::Null,
        "true" | "True" | "TRUE" => return Content::Bool(true),
        "false" | "False" | "FALSE" => return Content::Bool(false),
        _ => {}
    }
    match number(text) {
        Some(number) => Content::Number(number),
        None => Content::String(text.to_owned()),
    }
}

fn number(text: &str) -> Option<Number> {
    if !text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.')) {
        return None;
    }
    let text: String = text.chars().filter(|c| *c != '_').collect();
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(&text)),
    };
    integer(negative, digits).or_else(|| float(negative, digits))
}

fn integer(negative: bool, digits: &str) -> Option<Number> {
    let lower = digits.get(..2).map(str::to_ascii_lowercase);
    let (radix, digits) = match lower.as_deref() {
        Some("0x") => (16, &digits[2..]),
        Some("0o") => (8, &digits[2..]),
        Some("0b") => (2, &digits[2..]),
        Some(_) if digits.starts_with('0') => (8, &digits[1..]),
        _ => (10, digits),
    };
    if digits.is_empty() || !digits.chars().all(|c| c.is_digit(radix)) {
        return None;
    }
    let size = i128::from_str_radix(digits, radix).ok()?;
    let size = if negative { -size } else { size };
    i64::try_from(size).map(Number::from).or_else(|_| u64::try_from(size).map(Number::from)).ok()
}

fn float(negative: bool, digits: &str) -> Option<Number> {
    let (mantissa, exponent) = match digits.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (digits, None),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all_digits = |text: &str| text.chars().all(|c| c.is_ascii_digit());
    let exponent_is_whole = exponent.is_none_or(|e| {
        let e = e.strip_prefix(['+', '-']).unwrap_or(e);
        !e.is_empty() && all_digits(e)
    });
    if !all_digits(whole)
        || !all_digits(fraction)
        || (whole.is_empty() && fraction.is_empty())
        || !exponent_is_whole
    {
        return None;
    }
    let size: f64 = format!("{}{digits}", if negative { "-" } else { "" }).parse().ok()?;
    if !size.is_finite() {
        return None;
    }
    // 1e3 is written back as 1000.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if size.fract() == 0.0 && size.abs() < EXACT {
        return Some(Number::from(size as i64));
    }
    Number::from_f64(size)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        match resolve(text) {
            Content::Null => "null".into(),
            Content::Bool(b) => b.to_string(),
            Content::Number(n) => n.to_string(),
            other => format!("{:?}", other).replace("String(", "").replace(')', ""),
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
        ];
        for (input, output) in cases {
            assert_eq!(shown(input), output, "{input}");
        }
    }

    #[test]
    fn leaves_texts_alone() {
        let texts = [
            "yes",
            "on",
            "tRue",
            "2020-01-01",
            "12:30:45",
            "1.2.3",
            "10.0.0.1",
            "v1",
            "0x",
            ".",
            "-",
            "1e",
            "e3",
            "é",
        ];
        for text in texts.into_iter().chain([".inf", ".nan", "1e999"]) {
            assert_eq!(resolve(text), Content::String(text.to_owned()), "{text}");
        }
    }
}
