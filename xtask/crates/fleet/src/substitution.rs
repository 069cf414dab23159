//! Does a value stay the same text when Flux substitutes it?
//!
//! Flux writes an object as YAML, drops the quotes that the unsubstituted text does not need, puts the values in and
//! reads the result again. A value therefore stands as if it had been written bare after `key: `, whatever the tree
//! looks like. What a render with the real uses finds comes on top of this.

use thiserror::Error;

/// Why a value would not come back as the same text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Reason {
    /// Nothing at all becomes null, and `${x:=default}` takes the default.
    #[error("it is empty")]
    Empty,
    /// Flux removes line breaks.
    #[error("it holds a line break, which Flux removes")]
    LineBreak,
    /// A tab or another character that does not print.
    #[error("it holds a tab or control character")]
    Control,
    /// The blank is lost.
    #[error("it begins or ends with a blank")]
    Blank,
    /// Flux would look for a variable.
    #[error("it holds `$`, with which Flux begins a variable")]
    Dollar,
    /// Ends a quoted text.
    #[error("it holds `\"`, which ends a quoted text")]
    Quote,
    /// `true`, `yes`, `off`, `n` …
    #[error("YAML reads it as true or false")]
    Bool,
    /// `null`, `~`.
    #[error("YAML reads it as null")]
    Null,
    /// `12`, `0x1f`, `1e5`, `1_000`, `.5`.
    #[error("YAML reads it as a number")]
    Number,
    /// `12:30`, `1:30:00`.
    #[error("YAML reads it as a number in base 60")]
    Sexagesimal,
    /// `2020-01-01`.
    #[error("YAML reads it as a date")]
    Date,
    /// Begins with a character that means something.
    #[error("it begins with `{0}`, which means something in YAML")]
    Indicator(char),
    /// `a: b` or `a:`.
    #[error("it holds `:` before a blank or at its end, which makes it a mapping")]
    Mapping,
    /// `a #b`.
    #[error("it holds ` #`, which begins a comment")]
    Comment,
    /// `---`, `...`, `=`, `<<`.
    #[error("YAML gives it a meaning of its own")]
    Special,
}

/// Is `value` the same text after Flux has substituted it where it stands alone?
///
/// Strict on purpose: a value passes if neither YAML 1.1 (which the API server's reader follows) nor 1.2 reads it as
/// something else.
pub fn survives_substitution(value: &str) -> Result<(), Reason> {
    let Some(first) = value.chars().next() else { return Err(Reason::Empty) };
    if value.contains(['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}']) {
        return Err(Reason::LineBreak);
    }
    if value.chars().any(|c| c.is_control() || matches!(c, '\u{feff}' | '\u{fffe}' | '\u{ffff}')) {
        return Err(Reason::Control);
    }
    if value.starts_with(' ') || value.ends_with(' ') {
        return Err(Reason::Blank);
    }
    if value.contains('$') {
        return Err(Reason::Dollar);
    }
    if value.contains('"') {
        return Err(Reason::Quote);
    }
    read_as_another_sort(value)?;
    let second = value.chars().nth(1);
    let means_something = match first {
        '-' | '?' | ':' => second.is_none_or(|c| c == ' '),
        '[' | ']' | '{' | '}' | ',' | '#' | '&' | '*' | '!' | '|' | '>' | '\'' | '%' | '@' | '`' => true,
        _ => false,
    };
    if means_something {
        return Err(Reason::Indicator(first));
    }
    if value.contains(": ") || value.ends_with(':') {
        return Err(Reason::Mapping);
    }
    if value.contains(" #") {
        return Err(Reason::Comment);
    }
    if matches!(value, "=" | "<<") || value.starts_with("---") || value.starts_with("...") {
        return Err(Reason::Special);
    }
    Ok(())
}

/// Would YAML 1.1 or 1.2 read the bare value as something other than a text?
fn read_as_another_sort(value: &str) -> Result<(), Reason> {
    match value.to_ascii_lowercase().as_str() {
        "y" | "n" | "yes" | "no" | "on" | "off" | "true" | "false" => return Err(Reason::Bool),
        "null" | "~" => return Err(Reason::Null),
        _ => {}
    }
    if is_number(value) {
        return Err(Reason::Number);
    }
    if is_sexagesimal(value) {
        return Err(Reason::Sexagesimal);
    }
    if is_date(value) {
        return Err(Reason::Date);
    }
    Ok(())
}

fn is_number(value: &str) -> bool {
    let bare = value.strip_prefix(['+', '-']).unwrap_or(value).to_ascii_lowercase();
    if matches!(bare.as_str(), ".inf" | ".nan") {
        return true;
    }
    for (prefix, radix) in [("0x", 16), ("0o", 8), ("0b", 2)] {
        if let Some(digits) = bare.strip_prefix(prefix) {
            return !digits.is_empty() && digits.chars().all(|c| c == '_' || c.is_digit(radix));
        }
    }
    let (mantissa, exponent) = bare.split_once('e').unwrap_or((&bare, "0"));
    let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = |text: &str| text.chars().all(|c| c == '_' || c.is_ascii_digit());
    let some_digit = mantissa.chars().any(|c| c.is_ascii_digit());
    some_digit && digits(whole) && digits(fraction) && !exponent.is_empty() && digits(exponent)
}

fn is_sexagesimal(value: &str) -> bool {
    let bare = value.strip_prefix(['+', '-']).unwrap_or(value);
    let (whole, _) = bare.split_once('.').unwrap_or((bare, ""));
    let parts: Vec<&str> = whole.split(':').collect();
    let number = |part: &&str| !part.is_empty() && part.chars().all(|c| c == '_' || c.is_ascii_digit());
    parts.len() > 1 && parts.iter().all(number) && parts.iter().skip(1).all(|p| p.len() <= 2)
}

fn is_date(value: &str) -> bool {
    let mut parts = value.splitn(3, '-');
    let (Some(year), Some(month), Some(rest)) = (parts.next(), parts.next(), parts.next()) else {
        return false;
    };
    let digits = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_digit());
    let day: String = rest.chars().take_while(char::is_ascii_digit).collect();
    let after = rest[day.len()..].chars().next();
    let ends_there = after.is_none_or(|c| matches!(c, 't' | 'T' | ' '));
    year.len() == 4
        && digits(year)
        && month.len() <= 2
        && digits(month)
        && matches!(day.len(), 1 | 2)
        && ends_there
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_values_survive() {
        let values = [
            "example.org",
            "10.0.0.1",
            "2001:db8::1",
            "::1",
            "admin@example.org",
            "https://s3.example.org/x?y=1&z",
            "smtp-relay",
            "abc'def",
            "a#b",
            "a:b",
            "-x",
            "xY3",
            "P4ss!w0rd*",
            "10.0.0.0/8,192.168.0.0/16",
            "1.2.3",
            "v1",
            "no.example",
            "two words",
            "e5",
            "0xzz",
            "2020-01",
            "12:300",
            "nullable",
            "C:\\x",
            "ü",
        ];
        for value in values {
            assert_eq!(survives_substitution(value), Ok(()), "{value}");
        }
    }

    #[test]
    fn values_that_would_change_say_why() {
        use Reason::*;
        let cases = [
            ("", Empty),
            ("a\nb", LineBreak),
            ("a\rb", LineBreak),
            ("a\tb", Control),
            (" a", Blank),
            ("a ", Blank),
            ("a$b", Dollar),
            ("${x}", Dollar),
            ("say \"x\"", Quote),
            ("true", Bool),
            ("No", Bool),
            ("off", Bool),
            ("y", Bool),
            ("NULL", Null),
            ("~", Null),
            ("12345678", Number),
            ("-1", Number),
            ("+1.5", Number),
            ("1_000", Number),
            ("0x1F", Number),
            ("0o7", Number),
            ("0b1", Number),
            ("1e5", Number),
            ("12e+3", Number),
            (".5", Number),
            ("5.", Number),
            (".inf", Number),
            ("-.INF", Number),
            (".NaN", Number),
            ("0123", Number),
            ("12:30", Sexagesimal),
            ("1:30:00.5", Sexagesimal),
            ("2020-01-01", Date),
            ("2020-1-1 10:00:00", Date),
            ("2020-01-01T10:00:00Z", Date),
            ("- a", Indicator('-')),
            ("-", Indicator('-')),
            ("? a", Indicator('?')),
            (": a", Indicator(':')),
            ("[a]", Indicator('[')),
            ("{a}", Indicator('{')),
            ("#a", Indicator('#')),
            ("&a", Indicator('&')),
            ("*a", Indicator('*')),
            ("!a", Indicator('!')),
            ("|", Indicator('|')),
            (">a", Indicator('>')),
            ("'a'", Indicator('\'')),
            ("%a", Indicator('%')),
            ("@a", Indicator('@')),
            ("`a", Indicator('`')),
            ("a: b", Mapping),
            ("a:", Mapping),
            ("a #b", Comment),
            ("=", Special),
            ("<<", Special),
            ("---", Special),
            ("...", Special),
        ];
        for (value, reason) in cases {
            assert_eq!(survives_substitution(value), Err(reason), "{value:?}");
        }
    }
}
