//! The order in which go-yaml v2 writes the keys of a mapping.

use std::cmp::Ordering;

/// Letters after everything else, runs of digits by their value, otherwise character by character.
pub fn compare(a: &str, b: &str) -> Ordering {
    // Names of fields are letters only: the first difference decides.
    let same = a.bytes().zip(b.bytes()).take_while(|(x, y)| x == y).count();
    match (a.as_bytes().get(same), b.as_bytes().get(same)) {
        (None, None) => return Ordering::Equal,
        (None, Some(_)) => return Ordering::Less,
        (Some(_), None) => return Ordering::Greater,
        (Some(x), Some(y)) if x.is_ascii_alphabetic() && y.is_ascii_alphabetic() => return x.cmp(y),
        _ => {}
    }
    slow(&a.chars().collect::<Vec<_>>(), &b.chars().collect::<Vec<_>>())
}

fn slow(a: &[char], b: &[char]) -> Ordering {
    let Some(i) = a.iter().zip(b).position(|(x, y)| x != y) else { return a.len().cmp(&b.len()) };
    match (a[i].is_alphabetic(), b[i].is_alphabetic()) {
        (true, true) => return a[i].cmp(&b[i]),
        (true, false) => return Ordering::Greater,
        (false, true) => return Ordering::Less,
        (false, false) => {}
    }
    let mut seed = 0;
    if a[i] == '0' || b[i] == '0' {
        let before = a[..i].iter().rev().take_while(|c| c.is_numeric());
        if before.into_iter().any(|c| *c != '0') {
            seed = 1;
        }
    }
    let (a_length, a_number) = run(&a[i..], seed);
    let (b_length, b_number) = run(&b[i..], seed);
    a_number.cmp(&b_number).then(a_length.cmp(&b_length)).then(a[i].cmp(&b[i]))
}

/// How many digits there are, and the number that they make after `seed`.
fn run(text: &[char], seed: i64) -> (usize, i64) {
    let digits = text.iter().take_while(|c| c.is_numeric());
    digits.fold((0, seed), |(length, number): (usize, i64), c| {
        let digit = i64::from(u32::from(*c)) - i64::from(u32::from('0'));
        (length + 1, number.wrapping_mul(10).wrapping_add(digit))
    })
}
