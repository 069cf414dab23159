//! Findings that were there before.

use std::collections::HashMap;
use std::path::Path;

use anyhow::Context as _;
use serde_json::Value;
use yamltree::diagnostic::Diagnostic;

use crate::exit::Failure;

/// What makes a finding the same one wherever its line went.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Known {
    code: String,
    file: String,
    message: String,
}

impl Known {
    /// That of a finding.
    pub fn of(found: &Diagnostic) -> Self {
        Known { code: found.code.to_owned(), file: found.place.file.clone(), message: found.message.clone() }
    }
}

/// The findings that are not known; of equal ones as many are left out as are known.
pub fn without(found: Vec<Diagnostic>, known: impl IntoIterator<Item = Known>) -> Vec<Diagnostic> {
    let mut left: HashMap<Known, usize> = HashMap::new();
    known.into_iter().for_each(|known| *left.entry(known).or_default() += 1);
    let mut is_new = |found: &Diagnostic| match left.get_mut(&Known::of(found)) {
        Some(count) if *count > 0 => {
            *count -= 1;
            false
        }
        _ => true,
    };
    found.into_iter().filter(|found| is_new(found)).collect()
}

/// The findings in a file that `lint --output json` wrote.
pub fn baseline(file: &Path) -> Result<Vec<Known>, Failure> {
    let read = || -> anyhow::Result<Value> { Ok(serde_json::from_slice(&std::fs::read(file)?)?) };
    let found = read().with_context(|| format!("read the findings in {}", file.display()))?;
    let Some(all) = found["findings"].as_array() else {
        return Err(Failure::Usage(format!("{} is nothing that `lint --output json` wrote", file.display())));
    };
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let known = |one: &Value| Known {
        code: text(&one["code"]),
        file: text(&one["place"]["file"]),
        message: text(&one["message"]),
    };
    Ok(all.iter().map(known).collect())
}
