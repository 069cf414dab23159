//! What a text without quotes is: the rules of go-yaml v3, with which kustomize reads, and of v2, for whose readers it
//! quotes.

pub mod float;
mod timestamp;

/// What go-yaml v3 makes of a text without quotes.
#[derive(Debug, Clone, PartialEq)]
pub enum Resolved {
    /// `null`, `~` or nothing.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A whole number above `i64::MAX`.
    UInt(u64),
    /// Any other number, infinity and not-a-number too.
    Float(f64),
    /// A point in time, in the form that Go's JSON gives it.
    Timestamp(String),
    /// Everything else.
    Str,
}

/// What go-yaml v3 makes of a text without quotes.
pub fn resolve(text: &str) -> Resolved {
    match text.as_bytes().first() {
        None => Resolved::Null,
        Some(b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'~') => match text {
            "~" | "null" | "Null" | "NULL" => Resolved::Null,
            "true" | "True" | "TRUE" => Resolved::Bool(true),
            "false" | "False" | "FALSE" => Resolved::Bool(false),
            _ => Resolved::Str,
        },
        Some(b'0'..=b'9' | b'+' | b'-' | b'.') => number(text),
        Some(_) => Resolved::Str,
    }
}

/// Does a key written without quotes read back as a text?
pub fn key_is_text(key: &str) -> bool {
    resolve(key) == Resolved::Str
}

/// Must a text be quoted so that a reader of YAML 1.1 takes it for one?
pub fn needs_quotes(text: &str) -> bool {
    bool_in_1_1(text).is_some() || resolve(text) != Resolved::Str || is_sexagesimal(text)
}

/// The truth value that a reader of YAML 1.1 (go-yaml v2) takes a text without quotes for.
pub fn bool_in_1_1(text: &str) -> Option<bool> {
    match text {
        "y" | "Y" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" | "true" | "True" | "TRUE" => Some(true),
        "n" | "N" | "no" | "No" | "NO" | "off" | "Off" | "OFF" | "false" | "False" | "FALSE" => Some(false),
        _ => None,
    }
}

/// `12:30:45` and `1:20.5`: `^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$`.
fn is_sexagesimal(text: &str) -> bool {
    let text = text.strip_prefix(['+', '-']).unwrap_or(text);
    if !text.starts_with(|c: char| c.is_ascii_digit()) {
        return false;
    }
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let mut parts = whole.split(':');
    let first = parts.next().unwrap_or_default();
    let mut rest = parts.peekable();
    rest.peek().is_some()
        && first.bytes().chain(fraction.bytes()).all(|b| b.is_ascii_digit() || b == b'_')
        && rest.all(|part| match part.as_bytes() {
            [digit] => digit.is_ascii_digit(),
            [tens, digit] => (b'0'..=b'5').contains(tens) && digit.is_ascii_digit(),
            _ => false,
        })
}

fn number(text: &str) -> Resolved {
    match text {
        ".nan" | ".NaN" | ".NAN" => return Resolved::Float(f64::NAN),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => return Resolved::Float(f64::INFINITY),
        "-.inf" | "-.Inf" | "-.INF" => return Resolved::Float(f64::NEG_INFINITY),
        _ => {}
    }
    if text.starts_with('.') {
        let digit = |at: usize| text.as_bytes().get(at).is_some_and(u8::is_ascii_digit);
        if text.contains('_') && text.match_indices('_').all(|(at, _)| digit(at - 1) && digit(at + 1)) {
            return float(&text.replace('_', "")).map_or(Resolved::Str, Resolved::Float);
        }
        return float(text).map_or(Resolved::Str, Resolved::Float);
    }
    if let Some(time) = timestamp::parse(text) {
        return Resolved::Timestamp(time);
    }
    if text.contains('_') {
        return plain_number(&text.replace('_', ""));
    }
    plain_number(text)
}

fn plain_number(text: &str) -> Resolved {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let has_sign = digits.len() != text.len();
    integer(negative, has_sign, digits).or_else(|| float(text).map(Resolved::Float)).unwrap_or(Resolved::Str)
}

fn integer(negative: bool, has_sign: bool, digits: &str) -> Option<Resolved> {
    let bytes = digits.as_bytes();
    let (radix, digits) = match bytes {
        [b'0', b'x' | b'X', ..] => (16, &digits[2..]),
        [b'0', b'o' | b'O', ..] => (8, &digits[2..]),
        [b'0', b'b' | b'B', ..] => (2, &digits[2..]),
        [b'0', _, ..] => (8, &digits[1..]),
        _ => (10, digits),
    };
    if digits.is_empty() || !digits.chars().all(|c| c.is_digit(radix)) {
        return None;
    }
    let size = i128::from_str_radix(digits, radix).ok()?;
    let size = if negative { -size } else { size };
    match i64::try_from(size) {
        Ok(size) => Some(Resolved::Int(size)),
        Err(_) if has_sign => None,
        Err(_) => u64::try_from(size).ok().map(Resolved::UInt),
    }
}

/// `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`, if it fits.
fn float(text: &str) -> Option<f64> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (mantissa, exponent) = match digits.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (digits, None),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all_digits = |text: &str| text.bytes().all(|c| c.is_ascii_digit());
    let exponent_is_whole = exponent.is_none_or(|e| {
        let e = e.strip_prefix(['+', '-']).unwrap_or(e);
        !e.is_empty() && all_digits(e)
    });
    if !all_digits(whole) || !all_digits(fraction) || whole.len() + fraction.len() == 0 || !exponent_is_whole
    {
        return None;
    }
    text.parse().ok().filter(|f: &f64| f.is_finite())
}

#[cfg(test)]
mod tests;
