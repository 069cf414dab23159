//! Paths into objects as texts: `a/b`, `a.b.[c=d].e`.

/// Cuts at a delimiter; a backslash before it takes it into the name, one leading delimiter is dropped.
pub(crate) fn split(path: &str, delimiter: char) -> Vec<String> {
    split_all(path.strip_prefix(delimiter).unwrap_or(path), delimiter)
}

/// Cuts at every delimiter that has no backslash before it.
pub(crate) fn split_all(path: &str, delimiter: char) -> Vec<String> {
    let mut steps: Vec<String> = Vec::new();
    for part in path.split(delimiter) {
        match steps.last_mut() {
            Some(last) if last.ends_with('\\') => {
                last.pop();
                last.push(delimiter);
                last.push_str(part);
            }
            _ => steps.push(part.to_owned()),
        }
    }
    steps
}

/// Cuts at dots, but not inside `[…]`: `[a.b]` is a key, `[a=b.c]` a condition on the items of a list.
pub(crate) fn split_brackets(path: &str) -> Vec<String> {
    let mut steps = Vec::new();
    let mut parts = split(path, '.').into_iter();
    while let Some(part) = parts.next() {
        if !part.starts_with('[') || part.ends_with(']') {
            steps.push(part);
            continue;
        }
        let mut bracketed = part;
        for next in parts.by_ref() {
            bracketed.push('.');
            bracketed.push_str(&next);
            if next.ends_with(']') {
                break;
            }
        }
        if bracketed.contains('=') {
            steps.push(bracketed);
        } else {
            steps.push(bracketed.trim_matches(['[', ']']).to_owned());
        }
    }
    steps
}
