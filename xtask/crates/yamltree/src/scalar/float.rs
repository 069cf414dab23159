//! Floats as Go writes them: `strconv.FormatFloat` in the forms `f` and `g`, and its JSON.

/// Digits and decimal exponent of the shortest text that reads back as this number: 0.d₁d₂… × 10^exponent.
fn shortest(size: f64) -> (String, i32) {
    let text = format!("{size:e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    let digits = digits.trim_end_matches('0');
    (digits.to_owned(), exponent.parse::<i32>().unwrap_or(0) + 1)
}

fn scientific(negative: bool, digits: &str, exponent: i32) -> String {
    let mut text = String::from(if negative { "-" } else { "" });
    let (first, rest) = digits.split_at_checked(1).unwrap_or(("0", ""));
    text.push_str(first);
    if !rest.is_empty() {
        text.push('.');
        text.push_str(rest);
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    text.push_str(&format!("e{sign}{:02}", exponent.abs()));
    text
}

/// The form `g` with the fewest digits: with an exponent below -4 or from 6 it is written in scientific form.
pub fn general(number: f64) -> String {
    if number == 0.0 {
        return if number.is_sign_negative() { "-0" } else { "0" }.to_owned();
    }
    let (digits, point) = shortest(number.abs());
    if point - 1 < -4 || point > 6 {
        scientific(number.is_sign_negative(), &digits, point - 1)
    } else {
        format!("{number}")
    }
}

/// As Go's JSON writes a number.
pub fn json(number: f64) -> String {
    let size = number.abs();
    if size != 0.0 && !(1e-6..1e21).contains(&size) {
        let (digits, point) = shortest(size);
        let text = scientific(number.is_sign_negative(), &digits, point - 1);
        return text.replace("e-0", "e-");
    }
    format!("{number}")
}
