//! The four forms of timestamps that go-yaml knows, and how Go writes them as JSON.

/// Reads `2020-01-01`, `2020-1-1T1:2:3Z`, `2020-01-01t01:02:03.5+02:00`, `2020-01-01 01:02:03` and returns the form with
/// all parts (`2020-01-01T00:00:00Z`); `None` for anything else.
pub fn parse(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    if bytes.len() < 8 || !bytes[..4].iter().all(u8::is_ascii_digit) || bytes[4] != b'-' {
        return None;
    }
    let year: u32 = text.get(..4)?.parse().ok()?;
    let (month, rest) = number(&text[5..])?;
    let (day, rest) = number(rest.strip_prefix('-')?)?;
    if !(1..=12).contains(&month) || day < 1 || day > days(year, month) {
        return None;
    }
    let date = format!("{year:04}-{month:02}-{day:02}");
    if rest.is_empty() {
        return Some(format!("{date}T00:00:00Z"));
    }
    let is_spaced = rest.starts_with(' ');
    let rest = if is_spaced { rest.trim_start_matches(' ') } else { rest.strip_prefix(['T', 't'])? };
    let (hour, rest) = number(rest)?;
    let (minute, rest) = number(rest.strip_prefix(':')?)?;
    let (second, rest) = number(rest.strip_prefix(':')?)?;
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let (fraction, rest) = fraction(rest);
    let zone = if is_spaced {
        if !rest.is_empty() {
            return None;
        }
        "Z".to_owned()
    } else {
        zone(rest)?
    };
    Some(format!("{date}T{hour:02}:{minute:02}:{second:02}{fraction}{zone}"))
}

/// One or two digits.
fn number(text: &str) -> Option<(u32, &str)> {
    let length = text.bytes().take(2).take_while(u8::is_ascii_digit).count();
    Some((text.get(..length)?.parse().ok()?, &text[length..]))
}

/// Nanoseconds without trailing zeros.
fn fraction(text: &str) -> (String, &str) {
    let Some(digits) = text.strip_prefix(['.', ',']) else { return (String::new(), text) };
    let length = digits.bytes().take_while(u8::is_ascii_digit).count();
    if length == 0 {
        return (String::new(), text);
    }
    let kept = digits[..length.min(9)].trim_end_matches('0');
    let shown = if kept.is_empty() { String::new() } else { format!(".{kept}") };
    (shown, &digits[length..])
}

fn zone(text: &str) -> Option<String> {
    if text == "Z" {
        return Some("Z".to_owned());
    }
    let digits = text.strip_prefix(['+', '-'])?;
    let (hours, minutes) = digits.split_once(':')?;
    if hours.len() != 2 || minutes.len() != 2 {
        return None;
    }
    let (hours, minutes): (u32, u32) = (hours.parse().ok()?, minutes.parse().ok()?);
    if hours > 24 || minutes > 59 {
        return None;
    }
    Some(if hours == 0 && minutes == 0 { "Z".to_owned() } else { text.to_owned() })
}

fn days(year: u32, month: u32) -> u32 {
    match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}
