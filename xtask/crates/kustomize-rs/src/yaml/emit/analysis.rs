//! Which ways of writing a text are open to it.

use crate::yaml::scalar::needs_quotes;

/// How a text is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Plain,
    Single,
    Double,
    Literal,
}

/// What the characters of a text allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::yaml) struct Analysis {
    pub multiline: bool,
    pub plain: bool,
    pub single: bool,
    block: bool,
    /// May it stand without quotes in a flow collection? This and the next are for go-yaml v3.
    pub flow_plain: bool,
    /// May it be a block scalar, where tabs are harmless?
    pub block_with_tabs: bool,
}

/// Is it a text without blanks that stands as it is and reads back as a text? Most texts are, and need no further look.
pub(super) fn is_word(text: &str) -> bool {
    let bytes = text.as_bytes();
    let (Some(first), Some(last)) = (bytes.first(), bytes.last()) else { return false };
    (first.is_ascii_alphabetic() || *first == b'/')
        && *last != b':'
        && bytes.iter().fold(true, |is_visible, b| is_visible & b.is_ascii_graphic())
        // `y` to `false` mean something else.
        && (bytes.len() > 5 || !needs_quotes(text))
}

impl Analysis {
    pub(in crate::yaml) fn of(text: &str) -> Self {
        if text.is_empty() {
            return Analysis {
                multiline: false,
                plain: true,
                single: true,
                block: false,
                flow_plain: false,
                block_with_tabs: false,
            };
        }
        let bytes = text.as_bytes();
        // Most texts are names: nothing below can happen to them.
        let is_easy = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'/');
        if bytes[0].is_ascii_alphanumeric() && bytes.iter().all(|b| is_easy(b) || *b == b'-') {
            return Analysis {
                multiline: false,
                plain: true,
                single: true,
                block: true,
                flow_plain: true,
                block_with_tabs: true,
            };
        }
        Analysis::slow(text)
    }

    fn slow(text: &str) -> Self {
        let mut plain = !text.starts_with("---") && !text.starts_with("...");
        let (mut breaks, mut special, mut tabs, mut flow_plain) = (false, false, false, true);
        let (mut break_space, mut space_break) = (false, false);
        let (mut after_space, mut after_break, mut after_blank) = (false, false, true);
        let mut chars = text.chars().peekable();
        let mut is_first = true;
        let ends = |c: Option<char>| c.is_some_and(|c| c == ' ' || is_break(c));
        while let Some(c) = chars.next() {
            let before_blank = chars.peek().is_none_or(|c| matches!(c, ' ' | '\t'));
            match c {
                ',' | '[' | ']' | '{' | '}' | '&' | '*' | '!' | '|' | '>' | '\'' | '"' | '%' | '@' | '`'
                | '#'
                    if is_first =>
                {
                    plain = false;
                }
                '?' | '-' if is_first && before_blank => plain = false,
                ':' if before_blank => plain = false,
                '#' if after_blank => plain = false,
                _ => {}
            }
            flow_plain &= !matches!(c, ',' | '?' | '[' | ']' | '{' | '}' | ':');
            tabs |= c == '\t';
            special |= !is_printable(c) && c != '\t';
            if c == ' ' {
                break_space |= after_break;
                (after_space, after_break) = (true, false);
            } else if is_break(c) {
                breaks = true;
                space_break |= after_space;
                (after_space, after_break) = (false, true);
            } else {
                (after_space, after_break) = (false, false);
            }
            after_blank = matches!(c, ' ' | '\t' | '\0') || is_break(c);
            is_first = false;
        }
        let is_padded = ends(text.chars().next()) || ends(text.chars().next_back());
        let plain = plain && !is_padded && !break_space && !space_break && !special && !tabs && !breaks;
        let block_with_tabs = !text.ends_with(' ') && !space_break && !special;
        Analysis {
            multiline: breaks,
            plain,
            single: !break_space && !space_break && !special && !tabs,
            block: block_with_tabs && !tabs,
            flow_plain: plain && flow_plain,
            block_with_tabs,
        }
    }

    pub(super) fn form(self, text: &str, is_key: bool) -> Form {
        if text.contains('\n') {
            return if self.block && !is_key { Form::Literal } else { Form::Double };
        }
        if needs_quotes(text) || (is_key && self.multiline) {
            return Form::Double;
        }
        if self.plain {
            Form::Plain
        } else if self.single {
            Form::Single
        } else {
            Form::Double
        }
    }
}

pub(in crate::yaml) fn is_break(c: char) -> bool {
    matches!(c, '\r' | '\n' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

pub(in crate::yaml) fn is_printable(c: char) -> bool {
    matches!(c, '\n' | ' '..='~' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}') && c != '\u{feff}'
}
