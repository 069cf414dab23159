//! `resolve.go` of go-yaml v2: what a scalar is.

use yamltree::scalar::{self, Resolved, bool_in_1_1};

use super::super::go;
use super::decode::Decoded;
use super::tree::Scalar;

const MISFIT: &str = "a value does not fit its tag";

/// What a scalar is. Points in time stay texts.
pub(super) fn resolve(scalar: &Scalar) -> Result<Decoded, &'static str> {
    let text = scalar.text.as_str();
    if scalar.tag.is_none() && !scalar.is_implicit {
        return Ok(Decoded::Text(text.to_owned()));
    }
    let Some(tag) = scalar.tag.as_deref() else { return Ok(plain(text)) };
    match tag.strip_prefix("tag:yaml.org,2002:") {
        Some("binary") => {
            let bytes = go::base64(text).ok_or("`!!binary` without base64")?;
            Ok(Decoded::Text(go::runes(&bytes).into_iter().collect()))
        }
        Some("timestamp") => is_timestamp(text).then(|| Decoded::Text(text.to_owned())).ok_or(MISFIT),
        Some(tag @ ("bool" | "int" | "float" | "null")) => fitting(tag, plain(text)),
        _ => Ok(Decoded::Text(text.to_owned())),
    }
}

fn is_timestamp(text: &str) -> bool {
    matches!(scalar::resolve(text), Resolved::Timestamp(_))
}

fn fitting(tag: &str, value: Decoded) -> Result<Decoded, &'static str> {
    match (tag, value) {
        ("float", Decoded::Int(n)) => Ok(Decoded::Float(n as f64)),
        ("bool", value @ Decoded::Bool(_))
        | ("int", value @ (Decoded::Int(_) | Decoded::Uint(_)))
        | ("float", value @ Decoded::Float(_))
        | ("null", value @ Decoded::Null) => Ok(value),
        _ => Err(MISFIT),
    }
}

/// What a text without quotes is.
fn plain(text: &str) -> Decoded {
    if let Some(b) = bool_in_1_1(text) {
        return Decoded::Bool(b);
    }
    let known = match text {
        "" | "~" | "null" | "Null" | "NULL" => Some(Decoded::Null),
        ".nan" | ".NaN" | ".NAN" => Some(Decoded::Float(f64::NAN)),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => Some(Decoded::Float(f64::INFINITY)),
        "-.inf" | "-.Inf" | "-.INF" => Some(Decoded::Float(f64::NEG_INFINITY)),
        _ => None,
    };
    let number = || match text.as_bytes().first() {
        Some(b'.') => fraction(text).map(Decoded::Float),
        Some(b'+' | b'-' | b'0'..=b'9') if !is_timestamp(text) => number(text),
        _ => None,
    };
    known.or_else(number).unwrap_or_else(|| Decoded::Text(text.to_owned()))
}

/// What begins with a dot goes to Go's own reader, which minds where underscores are.
fn fraction(text: &str) -> Option<f64> {
    let is_digit = |at: usize| text.as_bytes().get(at).is_some_and(u8::is_ascii_digit);
    let is_between = |(at, _): (usize, &str)| is_digit(at - 1) && is_digit(at + 1);
    if text.match_indices('_').all(is_between) { float(&text.replace('_', "")) } else { None }
}

fn number(text: &str) -> Option<Decoded> {
    let text = text.replace('_', "");
    let whole = |n: i128| match i64::try_from(n) {
        Ok(n) => Some(Decoded::Int(n)),
        Err(_) => u64::try_from(n).ok().map(Decoded::Uint),
    };
    go::whole(&text)
        .and_then(whole)
        .or_else(|| float(&text).map(Decoded::Float))
        .or_else(|| binary(&text).map(Decoded::Int))
}

/// `0b-1`: what is left for go-yaml's own reading of `0b` after Go's.
fn binary(text: &str) -> Option<i64> {
    i64::from_str_radix(text.strip_prefix("0b")?, 2).ok()
}

/// `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`, in the range of an `f64`.
fn float(text: &str) -> Option<f64> {
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    let is_mantissa = match mantissa.split_once('.') {
        Some(("", fraction)) => is_digits(fraction),
        Some((whole, fraction)) => is_digits(whole) && (fraction.is_empty() || is_digits(fraction)),
        None => is_digits(mantissa),
    };
    let is_exponent = exponent.is_none_or(|e| is_digits(e.strip_prefix(['+', '-']).unwrap_or(e)));
    let number: f64 = if is_mantissa && is_exponent { text.parse().ok()? } else { return None };
    number.is_finite().then_some(number)
}
