//! Names, labels and annotations.
//!
//! Behaviour: k8s.io/apimachinery, `pkg/util/validation/validation.go` and `pkg/api/validation`.

fn is_alphanumeric(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit()
}

/// RFC 1123 label: lower-case letters, digits and `-`, at most 63.
pub fn is_label(text: &str) -> bool {
    text.len() <= 63 && is_label_of_any_length(text)
}

fn is_label_of_any_length(text: &str) -> bool {
    let bytes = text.as_bytes();
    let ends = [bytes.first(), bytes.last()];
    ends.iter().all(|end| end.is_some_and(|b| is_alphanumeric(*b)))
        && bytes.iter().all(|b| is_alphanumeric(*b) || *b == b'-')
}

/// RFC 1123 subdomain: labels with points between them, at most 253.
pub fn is_subdomain(text: &str) -> bool {
    text.len() <= 253 && text.split('.').all(is_label_of_any_length)
}

/// RFC 1035 label: one that begins with a letter.
pub fn is_service_label(text: &str) -> bool {
    is_label(text) && text.starts_with(|c: char| c.is_ascii_lowercase())
}

/// What may stand in a path of the API: no `/`, no `%`, neither `.` nor `..`.
pub fn is_path_segment(text: &str) -> bool {
    !matches!(text, "" | "." | "..") && !text.contains(['/', '%'])
}

/// The name of a label or annotation: `name` or `prefix.example.org/name`.
pub fn is_qualified(text: &str) -> bool {
    match text.split_once('/') {
        Some((prefix, name)) => is_subdomain(prefix) && is_qualified_part(name),
        None => is_qualified_part(text),
    }
}

/// The value of a label: empty, or letters, digits, `-`, `_` and `.`, at most 63.
pub fn is_label_value(text: &str) -> bool {
    text.is_empty() || is_qualified_part(text)
}

fn is_qualified_part(text: &str) -> bool {
    let bytes = text.as_bytes();
    let ends = [bytes.first(), bytes.last()];
    text.len() <= 63
        && ends.iter().all(|end| end.is_some_and(u8::is_ascii_alphanumeric))
        && bytes.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
}

/// The name of a port: RFC 6335, with a letter, at most 15.
pub fn is_port_name(text: &str) -> bool {
    text.len() <= 15
        && is_label_of_any_length(text)
        && text.bytes().any(|b| b.is_ascii_lowercase())
        && !text.contains("--")
}

/// A host of an Ingress that stands for many: `*.example.org`.
pub fn is_wildcard(text: &str) -> bool {
    text.strip_prefix("*.").is_some_and(is_subdomain)
}
