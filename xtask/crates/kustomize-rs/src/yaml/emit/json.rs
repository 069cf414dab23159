//! What becomes of a text on its way through JSON, which kustomize reads with a parser of YAML.

use std::borrow::Cow;

/// How many characters a key may have as JSON: go-yaml, which reads it again, looks no further back for it from a `:`.
pub(super) const LONGEST_KEY: usize = 1024;

/// The text as it comes back. Go's JSON escapes what is below a blank and U+2028 and U+2029; what else YAML has rules for stands
/// as it is: U+0085 is a line break, folded as in any quoted scalar, and control characters are refused.
pub(super) fn through(text: &str) -> Result<Cow<'_, str>, String> {
    if text.is_ascii() && !text.contains('\u{7f}') {
        return Ok(Cow::Borrowed(text));
    }
    if let Some(bad) = text
        .chars()
        .find(|c| matches!(c, '\u{7f}'..='\u{84}' | '\u{86}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}'))
    {
        return Err(format!("control characters such as U+{:04X} are not allowed", u32::from(bad)));
    }
    if !text.contains('\u{85}') {
        return Ok(Cow::Borrowed(text));
    }
    let mut out = String::new();
    let mut breaks = 0;
    for (number, line) in text.split('\u{85}').enumerate() {
        if number > 0 {
            breaks += 1;
            let line = line.trim_start_matches(' ');
            out.truncate(out.trim_end_matches(' ').len());
            if line.is_empty() && text.split('\u{85}').count() > number + 1 {
                continue;
            }
            out.push_str(&if breaks == 1 { " ".to_owned() } else { "\n".repeat(breaks - 1) });
            breaks = 0;
            out.push_str(line);
        } else {
            out.push_str(line);
        }
    }
    Ok(Cow::Owned(out))
}

/// The same for a key, which has to be on one line.
pub(super) fn key(text: &str) -> Result<Cow<'_, str>, String> {
    if text.contains('\u{85}') {
        return Err("a key with U+0085, a line break, is none".to_owned());
    }
    through(text)
}
