//! Durations as Kubernetes and Flux write them.

/// The seconds of a duration such as `5m` or `1h30m`: numbers with `ms`, `s`, `m` or `h`. `None` if it is none.
pub fn seconds(text: &str) -> Option<f64> {
    const UNITS: [(&str, f64); 4] = [("ms", 0.001), ("h", 3600.0), ("m", 60.0), ("s", 1.0)];
    if text.is_empty() {
        return None;
    }
    let mut rest = text;
    let mut total = 0.0;
    while !rest.is_empty() {
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.').len();
        let size: f64 = rest[..digits].parse().ok()?;
        let (unit, worth) = UNITS.into_iter().find(|(unit, _)| rest[digits..].starts_with(unit))?;
        total += size * worth;
        rest = &rest[digits + unit.len()..];
    }
    Some(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_those_of_kubernetes() {
        let good = [
            ("5m", 300.0),
            ("1h30m", 5400.0),
            ("90s", 90.0),
            ("1.5h", 5400.0),
            ("500ms", 0.5),
            ("1m0s", 60.0),
        ];
        for (text, size) in good {
            assert_eq!(seconds(text), Some(size), "{text}");
        }
        for bad in ["", "5", "m", "5 m", "5d", "-5m", "..s"] {
            assert_eq!(seconds(bad), None, "{bad}");
        }
    }
}
