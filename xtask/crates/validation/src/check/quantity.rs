//! Amounts.
//!
//! Behaviour: k8s.io/apimachinery, `pkg/api/resource/quantity.go`.

/// The amount, as nearly as a float holds it; none if it is none.
pub fn parse(text: &str) -> Option<f64> {
    let (sign, rest) = match text.strip_prefix(['+', '-']) {
        Some(rest) if text.starts_with('-') => (-1.0, rest),
        Some(rest) => (1.0, rest),
        None => (1.0, text),
    };
    let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
    let (number, suffix) = rest.split_at(end);
    if !number.bytes().any(|b| b.is_ascii_digit()) || number.matches('.').count() > 1 {
        return None;
    }
    let value: f64 = format!("0{number}").parse().ok()?;
    Some(sign * value * factor(suffix)?)
}

fn factor(suffix: &str) -> Option<f64> {
    let decimal = ["n", "u", "m", "", "k", "M", "G", "T", "P", "E"];
    if let Some(index) = decimal.iter().position(|known| *known == suffix) {
        return Some(10f64.powi(3 * (i32::try_from(index).ok()? - 3)));
    }
    let binary = ["Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
    if let Some(index) = binary.iter().position(|known| *known == suffix) {
        return Some(1024f64.powi(i32::try_from(index).ok()? + 1));
    }
    let exponent = suffix.strip_prefix(['e', 'E'])?;
    let digits = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
    let is_number = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    is_number.then(|| exponent.parse::<i32>().ok()).flatten().map(|exponent| 10f64.powi(exponent))
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn amounts_are_read_as_the_server_reads_them() {
        for (text, amount) in [
            ("1", 1.0),
            ("100m", 0.1),
            ("1.5Gi", 1.5 * 1024f64.powi(3)),
            ("-1k", -1000.0),
            (".5", 0.5),
            ("1e3", 1000.0),
        ] {
            assert_eq!(parse(text), Some(amount), "{text}");
        }
        for text in ["", "m", "1Gb", "1 Gi", "1.2.3", "0x1", "1e", "--1", "1K"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
