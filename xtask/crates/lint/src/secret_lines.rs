//! Lines that are not to be shown: findings are printed where more people look than may read the repository.

use std::ops::Range;

use yamltree::document::parse;
use yamltree::node::Node;

/// The lines of a text, counted from 1, in which values of Secrets may stand: objects of that kind, and what makes them.
///
/// A text that cannot be read is secret as a whole if it speaks of one.
pub fn secret_lines(text: &str) -> Vec<Range<usize>> {
    if !text.to_ascii_lowercase().contains("secret") {
        return Vec::new();
    }
    let parsed = parse("", text);
    if !parsed.diagnostics.is_empty() {
        return Vec::from([Range { start: 0, end: usize::MAX }]);
    }
    // Comments above a document are as secret as it is.
    let starts = [0].into_iter().chain(parsed.documents.iter().map(|document| document.end.line));
    let ends = parsed.documents.iter().skip(1).map(|document| document.start.line).chain([usize::MAX]);
    let of_document = |((document, start), end): ((&Node, usize), usize)| {
        if holds_secret(document) {
            return Some(start..end);
        }
        let maker = document.entry("secretGenerator")?;
        Some(maker.start.line..maker.value.end.line + 1)
    };
    parsed.documents.iter().zip(starts).zip(ends).filter_map(of_document).collect()
}

/// Is it a Secret, or a list with one in it?
fn holds_secret(node: &Node) -> bool {
    let kind = node.get("kind").and_then(Node::as_str);
    kind == Some("Secret") || node.get("items").is_some_and(|items| items.items().iter().any(holds_secret))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(text: &str) -> Option<Range<usize>> {
        secret_lines(text).first().cloned()
    }

    #[test]
    fn a_secret_is_secret_from_the_document_before_to_the_next() {
        let text = "kind: ConfigMap\n---\n# ours\nkind: Secret\ndata: {a: b}\n---\nkind: Pod\n";
        assert_eq!(first(text), Some(2..7));
        assert_eq!(first("kind: List\nitems:\n- kind: Secret\n  data: {a: b}\n"), Some(0..usize::MAX));
    }

    #[test]
    fn what_makes_a_secret_is_secret() {
        let text = "resources: [a]\nsecretGenerator:\n- name: s\n  literals: [a=b]\nnamespace: n\n";
        assert_eq!(first(text), Some(2..6));
        assert_eq!(first("secretGenerator: [{name: s, literals: [a=b]}]\nx: y\n"), Some(1..2));
        assert_eq!(first("secretGenerator:\n- name: s\n  literals: [a=b]"), Some(1..5));
    }

    #[test]
    fn a_text_that_cannot_be_read_is_secret_if_it_speaks_of_one() {
        assert_eq!(first("kind: Secret\ndata: [\n"), Some(0..usize::MAX));
        assert!(secret_lines("kind: Pod\ndata: [\n").is_empty());
    }

    #[test]
    fn to_speak_of_a_secret_is_no_secret() {
        assert!(secret_lines("kind: Pod\nspec: {secretRef: {name: a}}\n").is_empty());
    }
}
