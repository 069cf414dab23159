//! Regular expressions as Go's `regexp` reads them, written for this language's engine.
//!
//! Both come from RE2; what differs: classes such as `\d` know ASCII alone in Go, a `{` that counts nothing is itself,
//! a repetition is not repeated, a class has no operators, and `\Q…\E` quotes.

use std::iter::Peekable;
use std::str::Chars;

use regex::Regex;

/// Compiles a Go expression; `None` if Go refuses it.
pub(crate) fn compile(text: &str) -> Option<Regex> {
    let is_plain = !text.contains(['\\', '[', '{', '*', '+', '?']);
    if is_plain { Regex::new(text).ok() } else { Regex::new(&translated(text)?).ok() }
}

/// The highest count of a repetition in Go.
const MOST: u32 = 1000;

fn translated(text: &str) -> Option<String> {
    let mut out = String::new();
    let mut chars = text.chars().peekable();
    let mut is_repeated = false;
    while let Some(c) = chars.next() {
        let was_repeated = std::mem::take(&mut is_repeated);
        match c {
            '\\' => escape(&mut chars, &mut out)?,
            '[' => class(&mut chars, &mut out)?,
            '*' | '+' | '?' => {
                if was_repeated {
                    return None;
                }
                out.push(c);
                lazy(&mut chars, &mut out);
                is_repeated = true;
            }
            '{' => match count(chars.clone()) {
                None => out.push_str("\\{"),
                Some((_, highest)) if was_repeated || highest > MOST => return None,
                Some((length, _)) => {
                    out.push(c);
                    out.extend(chars.by_ref().take(length));
                    lazy(&mut chars, &mut out);
                    is_repeated = true;
                }
            },
            '}' => out.push_str("\\}"),
            '(' => {
                out.push(c);
                if chars.peek() == Some(&'?') {
                    group(&mut chars, &mut out)?;
                }
            }
            c => out.push(c),
        }
    }
    Some(out)
}

fn lazy(chars: &mut Peekable<Chars<'_>>, out: &mut String) {
    out.extend(chars.next_if_eq(&'?'));
}

/// What stands behind `(?`: a name or flags, of which Go knows four.
fn group(chars: &mut Peekable<Chars<'_>>, out: &mut String) -> Option<()> {
    out.extend(chars.next());
    while let Some(c) = chars.next_if(|c| matches!(c, 'i' | 'm' | 's' | 'U' | '-')) {
        out.push(c);
    }
    matches!(chars.peek(), Some(':' | ')' | 'P' | '<')).then_some(())
}

/// Length and highest number of `n}`, `n,}` or `n,m}`.
fn count(mut chars: Peekable<Chars<'_>>) -> Option<(usize, u32)> {
    let mut text = String::new();
    loop {
        match chars.next()? {
            '}' => break,
            c if c.is_ascii_digit() || c == ',' => text.push(c),
            _ => return None,
        }
    }
    let (low, high) = text.split_once(',').unwrap_or((&text, ""));
    let is_number = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit());
    let number = |t: &str| t.parse::<u32>().unwrap_or(u32::MAX);
    if !is_number(low) || !(high.is_empty() || is_number(high)) {
        return None;
    }
    let highest = if high.is_empty() { number(low) } else { number(low).max(number(high)) };
    Some((text.len() + 1, highest))
}

/// The ASCII classes of Go, as what stands between brackets.
fn ascii_class(c: char) -> Option<&'static str> {
    match c.to_ascii_lowercase() {
        'd' => Some("0-9"),
        's' => Some("\\t\\n\\x0C\\r "),
        'w' => Some("0-9A-Za-z_"),
        _ => None,
    }
}

fn escape(chars: &mut Peekable<Chars<'_>>, out: &mut String) -> Option<()> {
    let c = chars.next()?;
    if let Some(class) = ascii_class(c) {
        out.push_str(if c.is_ascii_uppercase() { "[^" } else { "[" });
        out.push_str(class);
        out.push(']');
        return Some(());
    }
    match c {
        'b' => out.push_str("(?-u:\\b)"),
        'Q' => {
            let mut quoted = String::new();
            while let Some(c) = chars.next() {
                if c == '\\' && chars.next_if_eq(&'E').is_some() {
                    break;
                }
                quoted.push(c);
            }
            out.push_str(&regex::escape(&quoted));
        }
        c => single(c, chars, out)?,
    }
    Some(())
}

/// One escaped character, or a class by its Unicode name.
fn single(c: char, chars: &mut Peekable<Chars<'_>>, out: &mut String) -> Option<()> {
    let digits = |chars: &mut Peekable<Chars<'_>>, most: usize| {
        let mut text = String::new();
        while text.len() < most
            && let Some(c) = chars.next_if(|c| c.is_digit(8))
        {
            text.push(c);
        }
        text
    };
    match c {
        '0'..='7' => {
            // A digit alone would refer back, unless it is 0.
            let rest = digits(chars, 2);
            if c != '0' && rest.is_empty() {
                return None;
            }
            let code = u32::from_str_radix(&format!("{c}{rest}"), 8).ok()?;
            out.push_str(&format!("\\x{{{code:x}}}"));
        }
        'x' | 'p' | 'P' => {
            out.extend(['\\', c]);
            if chars.peek() == Some(&'{') {
                loop {
                    let c = chars.next()?;
                    out.push(c);
                    if c == '}' {
                        break;
                    }
                }
            }
        }
        'a' | 'f' | 'n' | 'r' | 't' | 'v' | 'A' | 'B' | 'z' => out.extend(['\\', c]),
        c if c.is_ascii_alphanumeric() || !c.is_ascii() => return None,
        // Between `<` and a word the engine here sees a boundary.
        c => out.push_str(&regex::escape(&c.to_string())),
    }
    Some(())
}

fn class(chars: &mut Peekable<Chars<'_>>, out: &mut String) -> Option<()> {
    out.push('[');
    out.extend(chars.next_if_eq(&'^'));
    let mut is_first = true;
    loop {
        let c = chars.next()?;
        match c {
            ']' if !is_first => break,
            '[' if chars.peek() == Some(&':') => {
                out.push('[');
                loop {
                    let c = chars.next()?;
                    out.push(c);
                    if c == ']' {
                        break;
                    }
                }
            }
            '\\' => {
                let c = chars.next()?;
                match ascii_class(c) {
                    Some(class) if c.is_ascii_uppercase() => out.push_str(&format!("[^{class}]")),
                    Some(class) => out.push_str(class),
                    None if matches!(c, 'b' | 'A' | 'B' | 'z') => return None,
                    None => single(c, chars, out)?,
                }
            }
            '-' => {
                // Go takes a `-` for itself at the ends alone, or in a range.
                let is_last = chars.peek() == Some(&']');
                let is_range = !is_first && !is_last;
                out.push_str(if is_range { "-" } else { "\\-" });
            }
            c if c.is_ascii_punctuation() => out.extend(['\\', c]),
            c => out.push(c),
        }
        is_first = false;
    }
    out.push(']');
    Some(())
}

#[cfg(test)]
mod tests {
    use super::compile;

    fn matches(pattern: &str, text: &str) -> bool {
        compile(&format!("^(?:{pattern})$")).is_some_and(|p| p.is_match(text))
    }

    #[test]
    fn what_only_go_allows_is_understood() {
        for (pattern, text) in [
            ("a{", "a{"),
            ("a{,5}", "a{,5}"),
            ("\\Qa.b\\E+c", "a.bbbc"),
            ("\\Q(\\E|\\Q)\\E", ")"),
            ("\\Qa\\b\\E", "a\\b"),
            ("[[a]", "["),
            ("[a&&b]", "&"),
            ("[]a]", "]"),
            ("\\<x\\>", "<x>"),
            ("\\d+-[\\w.-]+", "12-a_b.c-d"),
            ("[^\\D]", "5"),
            ("\\101", "A"),
            ("\\x{e9}\\x41[\\p{Greek}]", "éAα"),
            ("(?i)WEB-?x{2,3}?", "web-xx"),
            ("[[:alpha:]-]+", "a-b"),
            ("a#b c", "a#b c"),
        ] {
            assert!(matches(pattern, text), "{pattern} {text}");
        }
    }

    #[test]
    fn a_long_expression_takes_neither_stack_nor_time() {
        for (part, is_known) in [("\\Qa\\E", true), ("{", true), ("[a", false), ("(?:", false)] {
            assert_eq!(compile(&part.repeat(50_000)).is_some(), is_known, "{part}");
        }
    }

    #[test]
    fn classes_know_ascii_alone() {
        for (pattern, text) in [("\\d", "٣"), ("\\w", "é"), ("[\\w]", "é"), ("\\s", "\u{a0}")] {
            assert!(!matches(pattern, text), "{pattern} {text}");
        }
    }

    #[test]
    fn what_go_refuses_is_refused() {
        for pattern in
            ["a**", "a{2}{3}", "a{1001}", "(?x)a", "(?=a)", "\\1", "\\y", "[\\b]", "(?u)a", "[a", "(a", "\\"]
        {
            assert!(compile(pattern).is_none(), "{pattern}");
        }
    }
}
