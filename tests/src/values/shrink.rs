//! Making a case smaller as long as it shows the same difference.

use serde_json::Value;

use super::Case;

/// The smallest case found for which `shows` still holds; it is asked `budget` times at most.
pub fn shrink(case: &Case, budget: usize, mut shows: impl FnMut(&Case) -> bool) -> Case {
    let mut best = case.clone();
    let mut left = budget;
    loop {
        let found = smaller(&best).into_iter().take(left).find(|smaller| {
            left = left.saturating_sub(1);
            shows(smaller)
        });
        match found {
            Some(found) => best = found,
            None => return best,
        }
    }
}

/// What is a step smaller: large steps first.
fn smaller(case: &Case) -> Vec<Case> {
    let mut found = Vec::new();
    let mut add = |change: &dyn Fn(&mut Case)| {
        let mut smaller = case.clone();
        change(&mut smaller);
        if smaller != *case {
            found.push(smaller);
        }
    };
    for index in 0..case.references.len() {
        add(&|c| {
            c.references.remove(index);
        });
        add(&|c| c.references[index].literal = false);
        add(&|c| c.references[index].optional = false);
        for path in shorter(&case.references[index].target_path) {
            add(&|c| c.references[index].target_path.clone_from(&path));
        }
    }
    add(&|c| c.inline = None);
    if let Some(inline) = &case.inline {
        for value in simpler(inline) {
            add(&|c| c.inline = Some(value.clone()));
        }
    }
    for (name, data) in &case.objects {
        for (key, bytes) in data {
            let Ok(text) = std::str::from_utf8(bytes) else { continue };
            for text in shorter(text) {
                add(&|c| {
                    if let Some(data) = c.objects.get_mut(name) {
                        data.insert(key.clone(), text.clone().into_bytes());
                    }
                });
            }
        }
    }
    found
}

/// The text without each of its lines, then halves, then pieces, then characters.
fn shorter(text: &str) -> Vec<String> {
    let chars: Vec<char> = text.chars().collect();
    let mut found = Vec::new();
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    for at in 0..lines.len() {
        found.push([&lines[..at], &lines[at + 1..]].concat().concat());
    }
    let mut size = chars.len() / 2;
    while size > 0 {
        for at in (0..chars.len()).step_by(size) {
            let end = (at + size).min(chars.len());
            found.push(chars[..at].iter().chain(&chars[end..]).collect());
        }
        size /= 2;
    }
    found
}

fn simpler(value: &Value) -> Vec<Value> {
    let mut found = Vec::new();
    match value {
        Value::Object(map) => {
            for (key, inner) in map {
                let mut less = map.clone();
                less.remove(key);
                found.push(Value::Object(less));
                for simple in simpler(inner) {
                    let mut other = map.clone();
                    other.insert(key.clone(), simple);
                    found.push(Value::Object(other));
                }
            }
        }
        Value::Array(items) => {
            for (at, inner) in items.iter().enumerate() {
                let mut less = items.clone();
                less.remove(at);
                found.push(Value::Array(less));
                for simple in simpler(inner) {
                    let mut other = items.clone();
                    other[at] = simple;
                    found.push(Value::Array(other));
                }
            }
        }
        _ => {}
    }
    found
}
