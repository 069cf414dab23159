//! How Go reads and writes bytes and numbers.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{GeneralPurpose, GeneralPurposeConfig};

/// `base64.StdEncoding`: padding is needed, line breaks and left-over bits are not minded.
pub(super) fn base64(text: &str) -> Option<Vec<u8>> {
    const CONFIG: GeneralPurposeConfig = GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true);
    const ENGINE: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, CONFIG);
    ENGINE.decode(text.replace(['\r', '\n'], "")).ok()
}

/// The characters of a text; every byte that is part of none becomes U+FFFD by itself.
pub(super) fn runes(bytes: &[u8]) -> Vec<char> {
    let mut runes = Vec::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        runes.extend(chunk.valid().chars());
        runes.extend(chunk.invalid().iter().map(|_| char::REPLACEMENT_CHARACTER));
    }
    runes
}

/// `strconv.ParseInt` and `ParseUint` with base 0, without the underscores: prefixes `0x`, `0o`, `0b`, `0`. `None` beyond 64 bits.
pub(super) fn whole(text: &str) -> Option<i128> {
    let (is_negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, text.get(1..)?),
        b'+' => (false, text.get(1..)?),
        _ => (false, text),
    };
    let lower = digits.to_ascii_lowercase();
    let (radix, digits) = match lower.as_bytes() {
        [b'0', b'x', ..] => (16, lower.get(2..)?),
        [b'0', b'o', ..] => (8, lower.get(2..)?),
        [b'0', b'b', ..] => (2, lower.get(2..)?),
        [b'0', _, ..] => (8, lower.get(1..)?),
        _ => (10, lower.as_str()),
    };
    if digits.starts_with(['+', '-']) {
        return None;
    }
    let size = u64::from_str_radix(digits, radix).ok()?;
    let number = if is_negative { -i128::from(size) } else { i128::from(size) };
    let is_signed = text.starts_with(['+', '-']);
    let is_in_range = i64::try_from(number).is_ok() || !is_signed;
    is_in_range.then_some(number)
}

/// `strconv.FormatFloat(n, 'g', -1, 32)`, with the names that YAML has for what is no number.
pub(super) fn short_float(n: f64) -> String {
    let n = n as f32;
    if n.is_nan() {
        return ".nan".to_owned();
    }
    if n.is_infinite() {
        return if n > 0.0 { ".inf" } else { "-.inf" }.to_owned();
    }
    let shortest = format!("{n:e}");
    let (digits, exponent) = shortest.split_once('e').unwrap_or((&shortest, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-4..6).contains(&exponent) {
        return n.to_string();
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{digits}e{sign}{:02}", exponent.abs())
}
