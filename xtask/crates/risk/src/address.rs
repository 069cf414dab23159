//! Ranges of addresses.

use std::net::IpAddr;

/// The addresses that begin with some bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Range {
    is_v6: bool,
    first: u128,
    bits: u32,
}

impl Range {
    fn parse(text: &str) -> Option<Self> {
        let (address, bits) = text.trim().split_once('/').map_or((text.trim(), None), |(a, b)| (a, Some(b)));
        let address: IpAddr = address.parse().ok()?;
        let (is_v6, number, width) = match address {
            IpAddr::V4(v4) => (false, u128::from(v4.to_bits()) << 96, 32),
            IpAddr::V6(v6) => (true, v6.to_bits(), 128),
        };
        let bits = bits.map_or(Some(width), |bits| bits.parse().ok()).filter(|bits| *bits <= width)?;
        Some(Range { is_v6, first: number & mask(bits), bits })
    }

    fn holds(self, other: Range) -> bool {
        self.is_v6 == other.is_v6 && self.bits <= other.bits && other.first & mask(self.bits) == self.first
    }
}

fn mask(bits: u32) -> u128 {
    if bits == 0 { 0 } else { u128::MAX << (128 - bits.min(128)) }
}

/// The ranges of the second list that no range of the first holds. What is no range is new if the first has not the same text.
pub(crate) fn widened<'t>(before: &[&str], after: &[&'t str]) -> Vec<&'t str> {
    let old: Vec<Range> = before.iter().filter_map(|text| Range::parse(text)).collect();
    let is_known = |text: &str| match Range::parse(text) {
        Some(range) => old.iter().any(|old| old.holds(range)),
        None => before.contains(&text),
    };
    after.iter().copied().filter(|text| !is_known(text)).collect()
}

#[cfg(test)]
mod tests {
    use super::widened;

    #[test]
    fn a_range_inside_another_is_not_wider() {
        assert_eq!(widened(&["10.0.0.0/8"], &["10.1.0.0/16", "10.2.3.4"]), [""; 0]);
        assert_eq!(widened(&["10.0.0.0/8"], &["0.0.0.0/0"]), ["0.0.0.0/0"]);
        assert_eq!(widened(&["0.0.0.0/0"], &["::/0"]), ["::/0"]);
        assert_eq!(widened(&["fd00::/8"], &["fd00:1::/32", "10.0.0.0/99"]), ["10.0.0.0/99"]);
    }
}
