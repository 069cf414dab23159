//! Texts of others in Markdown: they are shown, and do nothing.

use crate::report::changes::words::harmless;

/// How much of a text is shown in a table.
const WIDEST: usize = 400;

/// A text as code, in a line: no markup, no mention, no reference.
pub(super) fn code(text: &str) -> String {
    format!("<code>{}</code>", entities(&cut(&harmless(text))))
}

/// A sentence of ours with texts of others in it, in a line: what stands in backticks is code.
pub(super) fn prose(text: &str) -> String {
    let text = cut(&harmless(text));
    let parts: Vec<&str> = text.split('`').collect();
    if parts.len().is_multiple_of(2) {
        return words(&text);
    }
    let part = |(number, part): (usize, &&str)| if number % 2 == 1 { code(part) } else { words(part) };
    parts.iter().enumerate().map(part).collect()
}

/// What GitLab would make a mention or a reference of is broken by a character without width.
fn words(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        out.push(c);
        if matches!(c, '@' | '#' | '!' | '~' | '%' | '$' | '&') {
            out.push('\u{2060}');
        }
    }
    entities(&out)
}

/// A block of code of a language; every line of it is one of these, and nothing in them ends it.
pub(super) fn fenced(language: &str, lines: &[String]) -> String {
    let lines: Vec<String> = lines.iter().map(|line| harmless(line)).collect();
    let longest = lines.iter().map(|line| longest_run(line)).max().unwrap_or(0);
    let fence = "`".repeat((longest + 1).max(3));
    format!("{fence}{language}\n{}\n{fence}\n", lines.join("\n"))
}

fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

/// Whatever is neither letter, digit nor plain punctuation, as a number: it is shown as it is, and has no meaning.
fn entities(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut out, c| {
        if c.is_ascii_punctuation() && !matches!(c, ',' | '.' | '/' | ';' | '-' | '=' | '?' | '%' | '(' | ')')
        {
            out.push_str(&format!("&#{};", u32::from(c)));
        } else {
            out.push(c);
        }
        out
    })
}

fn cut(text: &str) -> String {
    let count = text.chars().count();
    if count <= WIDEST {
        return text.to_owned();
    }
    text.chars().take(WIDEST).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_in_a_text_is_text() {
        assert_eq!(code("a|b`c`<img onerror=x>"), "<code>a&#124;b&#96;c&#96;&#60;img onerror=x&#62;</code>");
        assert_eq!(code("[x](y)\n/close"), "<code>&#91;x&#93;(y)&#92;n/close</code>");
    }

    #[test]
    fn nobody_is_mentioned() {
        assert_eq!(prose("by @all"), "by &#64;\u{2060}all");
        assert_eq!(prose("`a|b`, @all"), "<code>a&#124;b</code>, &#64;\u{2060}all");
    }

    #[test]
    fn a_fence_in_a_value_does_not_end_the_block() {
        assert_eq!(fenced("diff", &["+ ````".to_owned()]), "`````diff\n+ ````\n`````\n");
    }
}
