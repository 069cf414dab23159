//! Formats of texts.
//!
//! Behaviour: k8s.io/kube-openapi, `pkg/validation/strfmt`; formats that it does not know hold for everything.

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};

use super::names;

/// What the text should be, if it is not.
pub(super) fn fault(format: &str, text: &str) -> Option<&'static str> {
    let (fits, what) = match format {
        "date-time" => (is_date_time(text), "a point in time, as 2026-01-31T12:00:00Z"),
        "date" => (is_date(text), "a date, as 2026-01-31"),
        "duration" => (duration(text).is_some(), "a duration, as 1h30m"),
        // Data of Secrets may be empty; `base64` is what the format is called in built-in kinds here.
        "base64" => (is_base64(text), "base64"),
        "byte" => (!text.is_empty() && is_base64(text), "base64"),
        "ipv4" => (text.parse::<std::net::Ipv4Addr>().is_ok(), "an address of IPv4"),
        "ipv6" => (text.parse::<std::net::Ipv6Addr>().is_ok(), "an address of IPv6"),
        "cidr" => (is_network(text), "a network, as 10.0.0.0/8"),
        "uri" => (is_uri(text), "a URI"),
        "email" => (is_email(text), "an address of mail"),
        "hostname" => (is_host(text), "the name of a host"),
        "uuid" => (is_uuid(text), "a UUID"),
        "uuid3" | "uuid4" | "uuid5" => {
            (is_uuid(text) && is_of_version(text, &format[4..]), "a UUID of that version")
        }
        "mac" => (is_mac(text), "an address of hardware, as 00:00:5e:00:53:01"),
        "bsonobjectid" => {
            (text.len() == 24 && text.bytes().all(|b| b.is_ascii_hexdigit()), "24 hexadecimal digits")
        }
        "hexcolor" => (is_colour(text), "a colour, as #336699"),
        "k8s-short-name" => (names::is_label(text), "a name of lower-case letters, digits and `-`"),
        "k8s-long-name" => (names::is_subdomain(text), "a name of lower-case letters, digits, `-` and `.`"),
        _ => return None,
    };
    (!fits).then_some(what)
}

/// Base64 with or without line ends.
pub(crate) fn is_base64(text: &str) -> bool {
    let text: String = text.chars().filter(|c| !matches!(c, '\n' | '\r')).collect();
    BASE64.decode(text).is_ok()
}

/// Go does not mind bits behind the last byte.
pub(crate) const BASE64: GeneralPurpose =
    GeneralPurpose::new(&STANDARD, GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true));

/// A date, a `T`, a time of the day and an offset or `Z`.
fn is_date_time(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    let Some((date, time)) = text.split_once('t') else { return false };
    let Some(end) = time.find(['z', '+', '-']) else { return false };
    let (time, offset) = time.split_at(end);
    let (time, fraction) = time.split_once('.').map_or((time, "0"), |(time, fraction)| (time, fraction));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let is_number =
        |part: &str, most: u8| part.len() == 2 && digits(part) && part.parse::<u8>().is_ok_and(|n| n <= most);
    let parts: Vec<&str> = time.split(':').collect();
    let is_time =
        matches!(parts.as_slice(), [h, m, s] if is_number(h, 23) && is_number(m, 59) && is_number(s, 59));
    let is_offset = offset == "z"
        || offset
            .get(1..)
            .and_then(|it| it.split_once(':'))
            .is_some_and(|(h, m)| is_number(h, 99) && is_number(m, 99));
    is_date(date) && is_time && digits(fraction) && is_offset
}

fn is_date(text: &str) -> bool {
    text.len() == 10 && chrono::NaiveDate::parse_from_str(text, "%Y-%m-%d").is_ok()
}

/// Nanoseconds of a duration as the server reads it: Go's, or any number of units in a text, words included.
pub(crate) fn duration(text: &str) -> Option<i64> {
    const UNITS: [(&[&str], f64); 8] = [
        (&["ns", "nano"], 1.0),
        (&["us", "µs", "micro"], 1e3),
        (&["ms", "milli"], 1e6),
        (&["s", "sec"], 1e9),
        (&["m", "min"], 60e9),
        (&["h", "hr", "hour"], 3600e9),
        (&["d", "day"], 86400e9),
        (&["w", "wk", "week"], 604_800e9),
    ];
    if let Some(found) = go_duration(text) {
        return Some(found);
    }
    let (mut total, mut rest) = (None, text);
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
        let from = &rest[start..];
        let digits = from.bytes().take_while(u8::is_ascii_digit).count();
        let (number, after) = from.split_at(digits);
        let trimmed = after.trim_start();
        let letters = trimmed.find(|c: char| !c.is_ascii_alphabetic() && c != 'µ').unwrap_or(trimmed.len());
        let unit = trimmed[..letters].to_ascii_lowercase();
        // The longest name of a unit may have more behind it, as in `minutes`.
        let is_it = |names: &&[&str]| {
            names.contains(&unit.as_str()) || names.last().is_some_and(|name| unit.starts_with(name))
        };
        let found = UNITS.iter().find(|(names, _)| is_it(names));
        if let (Some((_, factor)), Ok(number)) = (found, number.parse::<f64>()) {
            total = Some(total.unwrap_or(0.0) + number * factor);
        }
        rest = after;
    }
    total.map(|total: f64| total as i64)
}

/// Nanoseconds of a duration of Go (`time.ParseDuration`).
pub(crate) fn go_duration(text: &str) -> Option<i64> {
    let (is_negative, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest == "0" {
        return Some(0);
    }
    if rest.is_empty() {
        return None;
    }
    let mut total = 0f64;
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, after) = rest.split_at(end);
        if !number.bytes().any(|b| b.is_ascii_digit()) || number.matches('.').count() > 1 {
            return None;
        }
        let number: f64 = number.parse().ok()?;
        let end = after.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(after.len());
        let (unit, after) = after.split_at(end);
        let nanoseconds = match unit {
            "ns" => 1.0,
            "us" | "µs" | "μs" => 1e3,
            "ms" => 1e6,
            "s" => 1e9,
            "m" => 60e9,
            "h" => 3600e9,
            _ => return None,
        };
        total += number * nanoseconds;
        rest = after;
    }
    (total <= i64::MAX as f64).then_some(if is_negative { -(total as i64) } else { total as i64 })
}

pub(crate) fn is_network(text: &str) -> bool {
    let Some((address, bits)) = text.split_once('/') else { return false };
    let most = match address.parse::<std::net::IpAddr>() {
        Ok(std::net::IpAddr::V4(_)) => 32,
        Ok(std::net::IpAddr::V6(_)) => 128,
        Err(_) => return false,
    };
    bits.parse::<u8>().is_ok_and(|bits| bits <= most)
}

fn is_host(text: &str) -> bool {
    names::is_subdomain(&text.to_ascii_lowercase()) && text.split('.').all(|label| label.len() <= 63)
}

fn is_uri(text: &str) -> bool {
    let scheme = text.split_once(':').map(|(scheme, _)| scheme);
    let is_scheme = |scheme: &str| {
        scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'))
    };
    let has_blank = text.bytes().any(|b| b <= b' ' || b == 0x7f);
    !has_blank && (text.starts_with('/') || scheme.is_some_and(is_scheme))
}

fn is_email(text: &str) -> bool {
    let address = match text.rsplit_once('<') {
        Some((_, rest)) => rest.strip_suffix('>').unwrap_or_default(),
        None => text,
    };
    let Some((local, host)) = address.rsplit_once('@') else { return false };
    !local.is_empty() && !host.is_empty() && !address.contains(char::is_whitespace)
}

fn is_of_version(text: &str, version: &str) -> bool {
    let plain: String = text.chars().filter(|c| *c != '-').collect();
    let is_variant = || plain[16..].starts_with(['8', '9', 'a', 'b', 'A', 'B']);
    plain.is_ascii() && plain[12..].starts_with(version) && (version == "3" || is_variant())
}

/// Pairs of digits with `:` or `-` between them, or fours with points; 6, 8 or 20 bytes.
fn is_mac(text: &str) -> bool {
    let (between, digits) = match text.find([':', '-', '.']).and_then(|at| text[at..].chars().next()) {
        Some('.') => ('.', 4),
        Some(between) => (between, 2),
        None => return false,
    };
    let parts: Vec<&str> = text.split(between).collect();
    let is_part = |part: &&str| part.len() == digits && part.bytes().all(|b| b.is_ascii_hexdigit());
    parts.iter().all(is_part) && matches!(parts.len() * digits / 2, 6 | 8 | 20)
}

fn is_colour(text: &str) -> bool {
    let digits = text.strip_prefix('#').unwrap_or(text);
    matches!(digits.len(), 3 | 6) && digits.bytes().all(|b| b.is_ascii_hexdigit())
}

fn is_uuid(text: &str) -> bool {
    let plain: String = text.chars().filter(|c| *c != '-').collect();
    plain.len() == 32 && plain.bytes().all(|b| b.is_ascii_hexdigit())
}
