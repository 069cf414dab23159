//! Quantities of Kubernetes: `1000m` is `1`, `1Gi` is `1024Mi`.

/// Do two texts say the same quantity? What is none is not the same as anything.
pub(super) fn are_same(before: &str, after: &str) -> bool {
    matches!((thousandths(before), thousandths(after)), (Some(a), Some(b)) if a == b)
}

/// Thousandths, where these are whole.
fn thousandths(text: &str) -> Option<i128> {
    let end = text.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(text.len());
    let (number, suffix) = text.split_at(end);
    let (whole, part) = number.split_once('.').unwrap_or((number, ""));
    if whole.len() + part.len() == 0 || whole.len() + part.len() > 18 || part.contains('.') {
        return None;
    }
    let factor: i128 = match suffix {
        "m" => 1,
        "" => 1_000,
        "k" => 1_000_000,
        "M" => 1_000_000_000,
        "G" => 1_000_000_000_000,
        "T" => 1_000_000_000_000_000,
        "Ki" => 1_000 << 10,
        "Mi" => 1_000 << 20,
        "Gi" => 1_000 << 30,
        "Ti" => 1_000 << 40,
        _ => return None,
    };
    let digits: i128 = format!("{whole}{part}").parse().ok()?;
    let (scaled, divisor) = (digits.checked_mul(factor)?, 10_i128.pow(u32::try_from(part.len()).ok()?));
    (scaled % divisor == 0).then_some(scaled / divisor)
}

#[cfg(test)]
mod tests {
    use super::are_same;

    #[test]
    fn the_same_quantity_in_two_ways_is_the_same() {
        for (a, b) in
            [("1", "1000m"), ("0.5", "500m"), ("1Gi", "1024Mi"), ("1.5Gi", "1536Mi"), ("2k", "2000")]
        {
            assert!(are_same(a, b), "{a} {b}");
        }
        for (a, b) in [("1", "1Gi"), ("1G", "1Gi"), ("x", "x"), ("", ""), ("1m", "0.1"), ("1.2.3", "1.23")] {
            assert!(!are_same(a, b), "{a} {b}");
        }
    }
}
