//! Names with wildcards, as Go's `filepath.Match` compares them.

/// Does the name match? None if the pattern is malformed, which Go finds out only when it gets there.
pub(crate) fn matches(pattern: &str, name: &str) -> Option<bool> {
    // Most patterns are names, or endings.
    if !pattern.contains(['*', '?', '[', '\\']) {
        return Some(pattern == name);
    }
    if let Some(ending) = pattern.strip_prefix('*')
        && !ending.contains(['*', '?', '[', '\\', '/'])
    {
        return Some(name.ends_with(ending) && !name[..name.len() - ending.len()].contains('/'));
    }
    let (pattern, name): (Vec<char>, Vec<char>) = (pattern.chars().collect(), name.chars().collect());
    whole(&pattern, &name)
}

fn whole(mut pattern: &[char], mut name: &[char]) -> Option<bool> {
    while !pattern.is_empty() {
        let (star, chunk, rest) = scan_chunk(pattern);
        pattern = rest;
        if star && chunk.is_empty() {
            return Some(!name.contains(&'/'));
        }
        if let Some(behind) = match_chunk(chunk, name)?
            && (behind.is_empty() || !pattern.is_empty())
        {
            name = behind;
            continue;
        }
        let mut skipped = None;
        if star {
            for skip in 0..name.len() {
                if name[skip] == '/' {
                    break;
                }
                if let Some(behind) = match_chunk(chunk, &name[skip + 1..])? {
                    if pattern.is_empty() && !behind.is_empty() {
                        continue;
                    }
                    skipped = Some(behind);
                    break;
                }
            }
        }
        match skipped {
            Some(behind) => name = behind,
            None => {
                // What is left of the pattern is looked at for its form.
                while !pattern.is_empty() {
                    let (_, chunk, rest) = scan_chunk(pattern);
                    pattern = rest;
                    match_chunk(chunk, &[])?;
                }
                return Some(false);
            }
        }
    }
    Some(name.is_empty())
}

/// Stars in front, then everything up to the next star.
fn scan_chunk(pattern: &[char]) -> (bool, &[char], &[char]) {
    let stars = pattern.iter().take_while(|c| **c == '*').count();
    let pattern = &pattern[stars..];
    let mut in_range = false;
    let mut at = 0;
    while at < pattern.len() {
        match pattern[at] {
            '\\' => at += usize::from(at + 1 < pattern.len()),
            '[' => in_range = true,
            ']' => in_range = false,
            '*' if !in_range => break,
            _ => {}
        }
        at += 1;
    }
    (stars > 0, &pattern[..at.min(pattern.len())], &pattern[at.min(pattern.len())..])
}

/// What of the name is behind the chunk; the outer none is a malformed chunk, the inner a difference.
fn match_chunk<'n>(mut chunk: &[char], name: &'n [char]) -> Option<Option<&'n [char]>> {
    let mut rest = name;
    let mut failed = false;
    while let Some(first) = chunk.first() {
        failed |= rest.is_empty();
        match first {
            '[' => {
                let found = if failed { None } else { rest.split_first() };
                if let Some((_, behind)) = found {
                    rest = behind;
                }
                chunk = &chunk[1..];
                let is_negated = chunk.first() == Some(&'^');
                chunk = &chunk[usize::from(is_negated)..];
                let (mut is_in, mut count) = (false, 0);
                loop {
                    if chunk.first() == Some(&']') && count > 0 {
                        chunk = &chunk[1..];
                        break;
                    }
                    let (low, behind) = escaped(chunk)?;
                    let (high, behind) =
                        if behind.first() == Some(&'-') { escaped(&behind[1..])? } else { (low, behind) };
                    chunk = behind;
                    is_in |= found.is_some_and(|(c, _)| low <= *c && *c <= high);
                    count += 1;
                }
                failed |= is_in == is_negated;
            }
            '?' => {
                if !failed {
                    failed = rest[0] == '/';
                    rest = &rest[1..];
                }
                chunk = &chunk[1..];
            }
            first => {
                let mut wanted = *first;
                if wanted == '\\' {
                    chunk = &chunk[1..];
                    wanted = *chunk.first()?;
                }
                if !failed {
                    failed = rest[0] != wanted;
                    rest = &rest[1..];
                }
                chunk = &chunk[1..];
            }
        }
    }
    Some((!failed).then_some(rest))
}

/// A character of a range, and what is behind it.
fn escaped(chunk: &[char]) -> Option<(char, &[char])> {
    if matches!(chunk.first(), None | Some('-' | ']')) {
        return None;
    }
    let chunk = if chunk[0] == '\\' { &chunk[1..] } else { chunk };
    let (first, rest) = chunk.split_first()?;
    // A range has an end.
    (!rest.is_empty()).then_some((*first, rest))
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn wildcards_match_as_in_go() {
        let cases = [
            ("*.yaml", "a.yaml", Some(true)),
            ("a*b*c", "axxbyyc", Some(true)),
            ("a*b*c", "axxbyy", Some(false)),
            ("a?c", "abc", Some(true)),
            ("[a-c]x", "bx", Some(true)),
            ("[^a-c]x", "bx", Some(false)),
            ("a\\*b", "a*b", Some(true)),
            ("[]a]", "]", None),
            ("[", "a", None),
            ("a[", "b", None),
            ("*", "", Some(true)),
            ("**", "ab", Some(true)),
        ];
        for (pattern, name, wanted) in cases {
            assert_eq!(matches(pattern, name), wanted, "{pattern} {name}");
        }
    }
}
