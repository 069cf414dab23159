//! Amounts and durations that can be compared.

use serde_json::Value;
use validation::check::quantity;

/// A quantity of Kubernetes.
pub(crate) fn quantity_of(value: &Value) -> Option<f64> {
    match value {
        Value::String(text) => quantity::parse(text),
        Value::Number(number) => number.as_f64(),
        _ => None,
    }
}

/// Is the second a quantity, and less than the first?
pub(crate) fn is_less(before: &Value, after: &Value) -> bool {
    matches!((quantity_of(before), quantity_of(after)), (Some(before), Some(after)) if after < before)
}

/// Seconds of a duration as Flux and Prometheus write it: `90s`, `1h30m`, `15d`, `2w`, `1y`.
pub(crate) fn seconds(text: &str) -> Option<f64> {
    const UNITS: [(&str, f64); 7] = [
        ("ms", 0.001),
        ("s", 1.0),
        ("m", 60.0),
        ("h", 3_600.0),
        ("d", 86_400.0),
        ("w", 604_800.0),
        ("y", 31_536_000.0),
    ];
    let (mut rest, mut total) = (text.trim(), None);
    while !rest.is_empty() {
        let end = rest.find(|c: char| !(c.is_ascii_digit() || c == '.'))?;
        let (number, behind) = rest.split_at(end);
        let (unit, worth) = UNITS.iter().find(|(unit, _)| behind.starts_with(unit))?;
        total = Some(total.unwrap_or(0.0) + number.parse::<f64>().ok()? * worth);
        rest = behind.get(unit.len()..)?;
    }
    total
}

#[cfg(test)]
mod tests {
    use super::seconds;

    #[test]
    fn durations_are_those_of_flux_and_prometheus() {
        let good =
            [("90s", 90.0), ("1h30m", 5400.0), ("15d", 1_296_000.0), ("500ms", 0.5), ("2w", 1_209_600.0)];
        for (text, size) in good {
            assert_eq!(seconds(text), Some(size), "{text}");
        }
        for bad in ["", "5", "m", "5 m", "-5m", "..s", "5ö"] {
            assert_eq!(seconds(bad), None, "{bad}");
        }
    }
}
