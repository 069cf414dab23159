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

/// Sorts as Go does. The order is not transitive for odd names, so that the way of sorting shows, and a sort of Rust's own
/// could panic: up to twelve items are inserted one by one, as there; more are merged from sorted parts.
pub fn sort<T: Copy>(items: &mut [T], key: impl Fn(&T) -> &str + Copy) {
    let is_less = |a: &T, b: &T| compare(key(a), key(b)) == Ordering::Less;
    if items.len() <= 12 {
        for end in 1..items.len() {
            let mut at = end;
            while at > 0 && is_less(&items[at], &items[at - 1]) {
                items.swap(at, at - 1);
                at -= 1;
            }
        }
        return;
    }
    let (left, right) = items.split_at_mut(items.len() / 2);
    sort(left, key);
    sort(right, key);
    let mut merged = Vec::with_capacity(left.len() + right.len());
    let (mut left, mut right) = (&*left, &*right);
    while let (Some(a), Some(b)) = (left.first(), right.first()) {
        if is_less(b, a) {
            merged.push(*b);
            right = &right[1..];
        } else {
            merged.push(*a);
            left = &left[1..];
        }
    }
    merged.extend_from_slice(left);
    merged.extend_from_slice(right);
    items.copy_from_slice(&merged);
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
