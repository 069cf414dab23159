//! Formats of texts.
//!
//! Behaviour: k8s.io/kube-openapi, `pkg/validation/strfmt`; formats that it does not know hold for everything.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::names;

/// What the text should be, if it is not.
pub(super) fn fault(format: &str, text: &str) -> Option<&'static str> {
    let (fits, what) = match format {
        "date-time" => (is_date_time(text), "a point in time, as 2026-01-31T12:00:00Z"),
        "date" => (is_date(text), "a date, as 2026-01-31"),
        "duration" => (is_duration(text), "a duration, as 1h30m"),
        "byte" => (is_base64(text), "base64"),
        "ipv4" => (text.parse::<std::net::Ipv4Addr>().is_ok(), "an address of IPv4"),
        "ipv6" => (text.parse::<std::net::Ipv6Addr>().is_ok(), "an address of IPv6"),
        "cidr" => (is_network(text), "a network, as 10.0.0.0/8"),
        "uri" => (is_uri(text), "a URI"),
        "email" => (is_email(text), "an address of mail"),
        "hostname" => (names::is_subdomain(&text.to_ascii_lowercase()), "the name of a host"),
        "uuid" | "uuid3" | "uuid4" | "uuid5" => (is_uuid(text), "a UUID"),
        "k8s-short-name" => (names::is_label(text), "a name of lower-case letters, digits and `-`"),
        "k8s-long-name" => (names::is_subdomain(text), "a name of lower-case letters, digits, `-` and `.`"),
        _ => return None,
    };
    (!fits).then_some(what)
}

/// Base64 with or without line ends.
pub(crate) fn is_base64(text: &str) -> bool {
    let text: String = text.chars().filter(|c| !matches!(c, '\n' | '\r')).collect();
    STANDARD.decode(text).is_ok()
}

/// A date, a `T`, a time of the day and an offset or `Z`.
fn is_date_time(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    let Some((date, time)) = text.split_once('t') else { return false };
    let Some(end) = time.find(['z', '+', '-']) else { return false };
    let (time, offset) = time.split_at(end);
    let (time, fraction) = time.split_once('.').map_or((time, "0"), |(time, fraction)| (time, fraction));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let is_number = |part: &str, most: u8| part.len() == 2 && digits(part) && part.parse::<u8>().is_ok_and(|n| n <= most);
    let parts: Vec<&str> = time.split(':').collect();
    let is_time = matches!(parts.as_slice(), [h, m, s] if is_number(h, 23) && is_number(m, 59) && is_number(s, 59));
    let is_offset = offset == "z"
        || offset.get(1..).and_then(|it| it.split_once(':')).is_some_and(|(h, m)| is_number(h, 99) && is_number(m, 99));
    is_date(date) && is_time && digits(fraction) && is_offset
}

fn is_date(text: &str) -> bool {
    text.len() == 10 && chrono::NaiveDate::parse_from_str(text, "%Y-%m-%d").is_ok()
}

/// What Go reads as a duration; the server also knows days, weeks and words.
pub(crate) fn is_duration(text: &str) -> bool {
    if go_duration(text).is_some() {
        return true;
    }
    let text = text.trim();
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let unit = unit.trim().to_ascii_lowercase();
    let units = [
        "ns",
        "us",
        "µs",
        "ms",
        "s",
        "m",
        "h",
        "d",
        "w",
        "nano",
        "nanos",
        "nanosecond",
        "nanoseconds",
        "micro",
        "micros",
        "microsecond",
        "microseconds",
        "milli",
        "millis",
        "millisecond",
        "milliseconds",
        "sec",
        "secs",
        "second",
        "seconds",
        "min",
        "mins",
        "minute",
        "minutes",
        "hr",
        "hrs",
        "hour",
        "hours",
        "day",
        "days",
        "wk",
        "wks",
        "week",
        "weeks",
    ];
    !number.is_empty() && units.contains(&unit.as_str())
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

fn is_uuid(text: &str) -> bool {
    let plain: String = text.chars().filter(|c| *c != '-').collect();
    plain.len() == 32 && plain.bytes().all(|b| b.is_ascii_hexdigit())
}
