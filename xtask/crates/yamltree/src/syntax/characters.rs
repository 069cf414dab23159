//! The characters that may be in a text at all.

use super::SyntaxError;
use crate::node::Position;

/// Where a character is that YAML forbids: a control character, or none at all.
pub(super) fn forbidden(text: &str) -> Option<usize> {
    let is_easy = |byte: u8| matches!(byte, b' '..=b'~' | b'\n');
    let bytes = text.as_bytes();
    let mut start = 0;
    for chunk in bytes.chunks(64) {
        if !chunk.iter().fold(true, |easy, byte| easy & is_easy(*byte)) {
            let found = (start..start + chunk.len()).find(|at| {
                let next = |ahead: usize| bytes.get(at + ahead).copied().unwrap_or(0);
                match bytes[*at] {
                    b'\t' | b'\n' | b'\r' => false,
                    0..=0x1f | 0x7f => true,
                    0xc2 => next(1) < 0xa0 && next(1) != 0x85,
                    0xef => next(1) == 0xbf && next(2) >= 0xbe,
                    _ => false,
                }
            });
            if found.is_some() {
                return found;
            }
        }
        start += chunk.len();
    }
    None
}

/// The same as an error.
pub(super) fn forbidden_error(text: &str) -> Option<SyntaxError> {
    let offset = forbidden(text)?;
    let before = text.get(..offset).unwrap_or_default();
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    let at = Position {
        line: before.matches('\n').count() + 1,
        column: before.get(line_start..).unwrap_or_default().chars().count() + 1,
        offset,
    };
    Some(SyntaxError { message: "control characters are not allowed", at, context: None })
}
