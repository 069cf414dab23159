//! What a scalar is once it is written and read back, which is when kustomize decides.

use std::borrow::Cow;

use base64::Engine;

use super::node::{Mark, Node, Scalar, Style, Tag, Value};
use super::scalar::{Resolved, resolve};
use super::{float, folded};

/// A decided scalar.
#[derive(Debug, Clone, PartialEq)]
pub enum Plain<'a> {
    /// Nothing.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A whole number above `i64::MAX`.
    UInt(u64),
    /// Any other number.
    Float(f64),
    /// A text.
    Text(Cow<'a, str>),
}

/// Makes every scalar what it is after a way through JSON; the error has the place of one that JSON cannot hold.
pub(crate) fn through_json(node: &mut Node) -> Result<(), (Mark, String)> {
    match &mut node.value {
        Value::Map(fields) => fields.iter_mut().try_for_each(|field| through_json(&mut field.value)),
        Value::Seq(items) => items.iter_mut().try_for_each(through_json),
        Value::Scalar(scalar) => {
            // Here values are not written first: what stands in a flow collection is what it is.
            if matches!(scalar.tag, Tag::Null | Tag::Timestamp) && !scalar.is_tagged {
                scalar.style = Style::Plain;
            } else if matches!(scalar.style, Style::Folded | Style::Literal | Style::Commented) {
                scalar.style = Style::Quoted;
            }
            let (tag, text) = match decide(scalar).map_err(|message| (node.at, message))? {
                Plain::Null => (Tag::Null, "null".to_owned()),
                Plain::Bool(b) => (Tag::Bool, b.to_string()),
                Plain::Int(n) => (Tag::Int, n.to_string()),
                Plain::UInt(n) => (Tag::Int, n.to_string()),
                Plain::Float(n) => {
                    let text = float::json(n);
                    (Tag::of(&resolve(&text)), text)
                }
                Plain::Text(text) => (Tag::Str, text.into_owned()),
            };
            let style = if tag == Tag::Str { Style::Quoted } else { Style::Plain };
            *scalar = Scalar { tag, style, ..Scalar::unset(text) };
            Ok(())
        }
    }
}

/// Decides; the error says why the tag cannot hold the text.
pub fn decide(scalar: &Scalar) -> Result<Plain<'_>, String> {
    let is_quoted = scalar.style != Style::Plain || scalar.text.contains('\n');
    let text = || {
        let is_folded = scalar.style == Style::Folded;
        Plain::Text(if is_folded { folded::read_back(&scalar.text) } else { Cow::Borrowed(&*scalar.text) })
    };
    match &scalar.tag {
        Tag::Str | Tag::Other | Tag::Merge => return Ok(text()),
        Tag::Unset if is_quoted => return Ok(text()),
        Tag::Binary => {
            let bytes = base64::engine::general_purpose::STANDARD.decode(scalar.text.replace('\n', ""));
            let bytes = bytes.map_err(|_| "`!!binary` without base64".to_owned())?;
            return Ok(Plain::Text(Cow::Owned(lossy(&bytes))));
        }
        _ => {}
    }
    let resolved = resolve(&scalar.text);
    let found = Tag::of(&resolved);
    if scalar.tag == found && !scalar.is_tagged && is_quoted {
        return Ok(text());
    }
    if scalar.tag == Tag::Float && found == Tag::Int {
        return Ok(Plain::Float(scalar.text.replace('_', "").parse().unwrap_or(f64::NAN)));
    }
    if scalar.tag != Tag::Unset && scalar.tag != found {
        return Err(format!("`{}` is not {}", scalar.text, name(&scalar.tag)));
    }
    Ok(match resolved {
        Resolved::Null => Plain::Null,
        Resolved::Bool(b) => Plain::Bool(b),
        Resolved::Int(n) => Plain::Int(n),
        Resolved::UInt(n) => Plain::UInt(n),
        Resolved::Float(n) if n.is_finite() => Plain::Float(n),
        Resolved::Float(_) => return Err(format!("`{}` is a number that JSON cannot hold", scalar.text)),
        Resolved::Timestamp(t) => Plain::Text(Cow::Owned(t)),
        Resolved::Str => text(),
    })
}

/// The text as Go's JSON gives it: each byte that is no UTF-8 is a mark of its own.
fn lossy(bytes: &[u8]) -> String {
    let mut text = String::new();
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().map(|_| '\u{fffd}'));
    }
    text
}

fn name(tag: &Tag) -> &'static str {
    match tag {
        Tag::Null => "null",
        Tag::Bool => "true or false",
        Tag::Int => "a whole number",
        Tag::Float => "a number",
        Tag::Timestamp => "a point in time",
        _ => "what its tag says",
    }
}

#[cfg(test)]
mod tests {
    use super::lossy;

    #[test]
    fn bytes_that_are_no_text_are_marked_one_by_one() {
        assert_eq!(lossy(b"n\xe2\x82a\xff"), "n\u{fffd}\u{fffd}a\u{fffd}");
    }
}
