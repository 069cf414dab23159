//! Making a case smaller as long as it shows the same difference.

use std::collections::BTreeSet;

use super::Case;

/// The smallest case found for which `shows` still holds; it is asked `budget` times at most.
pub fn shrink(case: &Case, budget: usize, mut shows: impl FnMut(&Case) -> bool) -> Case {
    let mut best = Case { hits: BTreeSet::new(), ..case.clone() };
    let mut left = budget;
    loop {
        let mut found = false;
        for smaller in smaller(&best) {
            if left == 0 {
                return best;
            }
            left -= 1;
            if shows(&smaller) {
                (best, found) = (smaller, true);
                break;
            }
        }
        if !found {
            return best;
        }
    }
}

/// Each way to make it a bit smaller, the largest steps first.
fn smaller(case: &Case) -> Vec<Case> {
    let mut all = Vec::new();
    if case.strict {
        all.push(Case { strict: false, ..case.clone() });
    }
    for name in case.variables.keys() {
        let mut fewer = case.clone();
        fewer.variables.remove(name);
        all.push(fewer);
    }
    let chars: Vec<char> = case.text.chars().collect();
    for rest in less(&chars) {
        all.push(Case { text: rest.into_iter().collect(), ..case.clone() });
    }
    for (name, value) in &case.variables {
        for rest in less(value) {
            let mut shorter = case.clone();
            shorter.variables.insert(name.clone(), rest);
            all.push(shorter);
        }
    }
    all
}

/// Without a half, a quarter, … one of the parts.
fn less<T: Clone>(of: &[T]) -> Vec<Vec<T>> {
    let mut all = Vec::new();
    let mut size = of.len();
    while size > 0 {
        for from in (0..of.len()).step_by(size) {
            let mut rest = of.to_vec();
            rest.drain(from..(from + size).min(of.len()));
            all.push(rest);
        }
        size /= 2;
    }
    all
}
