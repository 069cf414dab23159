//! A literal text that keeps its last empty lines and behind which only comments follow gains one more: go-yaml v3 writes one in
//! front of a comment at the end (`yaml_emitter_process_foot_comment`), and kustomize reads what it wrote.

use super::node::{Node, Scalar, Style, Value};

/// Marks the last text of a document if a comment follows.
pub(super) fn note(document: &mut Node, text: &str) {
    let comment = text.trim_end().lines().next_back().unwrap_or_default().trim_start();
    if comment.starts_with('#')
        && let Some(scalar) = last(document)
        && scalar.style == Style::Literal
        && !scalar.text.trim_end().ends_with(comment)
    {
        scalar.style = Style::Commented;
    }
}

/// Adds the break to the text if it is still the last one when the document is written.
pub(crate) fn settle(document: &mut Node) {
    if let Some(scalar) = last(document)
        && scalar.style == Style::Commented
        && (scalar.text == "\n" || scalar.text.ends_with("\n\n"))
    {
        scalar.text = format!("{}\n", scalar.text).into();
    }
}

/// The scalar that is written last.
fn last(node: &mut Node) -> Option<&mut Scalar> {
    match &mut node.value {
        Value::Map(fields) => last(&mut fields.last_mut()?.value),
        Value::Seq(items) => last(items.last_mut()?),
        Value::Scalar(scalar) => Some(scalar),
    }
}
