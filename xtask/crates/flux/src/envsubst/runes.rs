//! Characters as Go has them: bytes that are no text, and its own tables of letters and case.

use super::tables::{LOWER, NAME, UPPER};

/// The first character and how many bytes it has, as `utf8.DecodeRuneInString`: a byte that begins no character counts as
/// U+FFFD with one byte, and at the end it is U+FFFD with none.
pub(super) fn decode(bytes: &[u8]) -> (char, usize) {
    const WRONG: char = char::REPLACEMENT_CHARACTER;
    let size = match bytes.first() {
        None => return (WRONG, 0),
        Some(&first @ ..0x80) => return (char::from(first), 1),
        Some(0xc2..=0xdf) => 2,
        Some(0xe0..=0xef) => 3,
        Some(0xf0..=0xf4) => 4,
        Some(_) => return (WRONG, 1),
    };
    let text = bytes.get(..size).and_then(|bytes| std::str::from_utf8(bytes).ok());
    text.and_then(|text| text.chars().next()).map_or((WRONG, 1), |c| (c, size))
}

/// Every character and how many bytes it has.
pub(super) fn runes(mut bytes: &[u8]) -> impl Iterator<Item = (char, usize)> {
    std::iter::from_fn(move || {
        let (c, size) = decode(bytes);
        bytes = bytes.get(size..)?;
        (size > 0).then_some((c, size))
    })
}

/// Writes a character.
pub(super) fn push(out: &mut Vec<u8>, c: char) {
    out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
}

/// Whether a name may have it: `unicode.IsLetter`, `unicode.IsDigit` or `_`.
pub(super) fn is_of_name(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_alphanumeric() || c == '_';
    }
    let code = code(c);
    let behind = NAME.partition_point(|[first, _]| *first <= code);
    behind.checked_sub(1).and_then(|at| NAME.get(at)).is_some_and(|[_, last]| code <= *last)
}

/// `unicode.ToUpper`: always one character.
pub(super) fn upper(c: char) -> char {
    mapped(&UPPER, c)
}

/// `unicode.ToLower`: always one character.
pub(super) fn lower(c: char) -> char {
    mapped(&LOWER, c)
}

fn mapped(table: &[[i32; 4]], c: char) -> char {
    let code = code(c);
    let behind = table.partition_point(|[first, ..]| *first <= code);
    // Ranges of every second character may lie inside one another: two of them at most.
    for at in behind.saturating_sub(2)..behind {
        if let Some([first, last, step, delta]) = table.get(at)
            && code <= *last
            && (code - first) % step == 0
        {
            return u32::try_from(code + delta).ok().and_then(char::from_u32).unwrap_or(c);
        }
    }
    c
}

fn code(c: char) -> i32 {
    i32::try_from(u32::from(c)).unwrap_or(i32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_byte_that_begins_no_character_is_one_replacement() {
        let all: Vec<(char, usize)> = runes(b"a\xc3\xa9\xc3\xed\xa0\x80").collect();
        let wrong = (char::REPLACEMENT_CHARACTER, 1);
        assert_eq!(all, [('a', 1), ('é', 2), wrong, wrong, wrong, wrong]);
    }

    #[test]
    fn a_character_that_is_cut_off_is_one_replacement_for_each_byte() {
        assert_eq!(runes(b"\xe2\x82").count(), 2);
        assert_eq!(decode(b""), (char::REPLACEMENT_CHARACTER, 0));
    }

    #[test]
    fn names_have_letters_and_decimal_digits_of_all_scripts() {
        assert!("aZ09_éß中٣ª".chars().all(is_of_name));
        assert!(!"-. $\u{0301}²Ⅷ\u{fffd}".chars().any(is_of_name));
    }

    #[test]
    fn case_is_that_of_one_character() {
        assert_eq!([upper('ß'), upper('é'), upper('ǆ'), upper('ŉ'), upper('1')], ['ß', 'É', 'Ǆ', 'ŉ', '1']);
        assert_eq!([lower('İ'), lower('É'), lower('ǅ'), lower('Σ')], ['i', 'é', 'ǆ', 'σ']);
    }

    #[test]
    fn ranges_are_in_order() {
        assert!(NAME.is_sorted());
        assert!(UPPER.is_sorted() && LOWER.is_sorted());
    }
}
