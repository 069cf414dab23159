//! What we say of a case, and how it differs from what the original says.

use std::panic::{AssertUnwindSafe, catch_unwind};

use flux::values::{Content, Effective, Found, Layer, Node, PathFault, Reason, ValuesError, effective};

use super::Case;
use super::oracle::Oracle;
use crate::differential::verdict::outline;

/// How the two differ; the texts tell one cause from another.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Difference {
    /// Other values.
    Values,
    /// Only we refuse.
    Refused(String),
    /// Only the original refuses.
    Accepted(String),
    /// The origin of a value cannot be right.
    Origin(String),
    /// We panic.
    Panic,
}

/// What we say; the outer error is a panic.
pub fn ours(case: &Case) -> Result<Result<Effective, ValuesError>, ()> {
    let lookup = |_: usize, reference: &flux::values::Reference| match case
        .objects
        .get(&format!("{}/{}", reference.kind, reference.name))
    {
        None => Found::NoObject,
        Some(data) => data.get(reference.key()).map_or(Found::NoKey, |b| Found::Text(b.into())),
    };
    catch_unwind(AssertUnwindSafe(|| effective(&case.references, case.inline.as_ref(), lookup)))
        .map_err(|_| ())
}

/// The difference, if there is one.
pub fn compare(case: &Case, theirs: &Result<String, String>, oracle: &mut Oracle) -> Option<Difference> {
    let difference = match (ours(case), theirs) {
        (Err(()), _) => Difference::Panic,
        (Ok(Err(error)), Ok(_)) if is_known(case, &error) => return None,
        (Ok(Err(_)), Err(_)) => return None,
        (Ok(Err(error)), Ok(_)) => Difference::Refused(outline(&error.to_string())),
        (Ok(Ok(_)), Err(error)) => Difference::Accepted(outline(error)),
        (Ok(Ok(ours)), Ok(theirs)) if notation(&ours.values) == *theirs => {
            return wrong_origin(case, &ours.values).map(Difference::Origin);
        }
        (Ok(Ok(ours)), Ok(_)) => {
            // Two keys that become one text: Go keeps one of them by chance.
            let ours = Ok(notation(&ours.values));
            if (0..40).any(|_| oracle.ask(case) == ours) {
                return None;
            }
            Difference::Values
        }
    };
    Some(difference)
}

/// Is it one of the two things that only we refuse: great depth, and bytes behind the first document that are no text?
fn is_known(case: &Case, error: &ValuesError) -> bool {
    match &error.reason {
        Reason::Text(fault) => {
            let has_more =
                |text: &[u8]| [b"\n---", b"\n..."].iter().any(|m| text.windows(4).any(|w| w == *m));
            let is_reader = fault.message.contains("UTF-8") || fault.message.contains("control characters");
            fault.message.contains("deeper")
                || (is_reader && case.objects.values().flat_map(|data| data.values()).any(|t| has_more(t)))
        }
        Reason::Path(fault) => *fault == PathFault::TooDeep,
        _ => false,
    }
}

/// The oracle's notation.
pub fn notation(node: &Node) -> String {
    let text = |text: &str| format!("s{}:{text}", text.len());
    match &node.content {
        Content::Null => "n".to_owned(),
        Content::Bool(b) => if *b { "t" } else { "f" }.to_owned(),
        Content::Int(n) => format!("i{n}"),
        Content::Float(n) => format!("d{:016x}", n.to_bits()),
        Content::Text(t) => text(t),
        Content::List(items) => {
            format!("[{}]", items.iter().map(|n| notation(n) + ",").collect::<String>())
        }
        Content::Map(map) => {
            let entries = map.iter().map(|(k, n)| format!("{}:{},", text(k), notation(n)));
            format!("{{{}}}", entries.collect::<String>())
        }
    }
}

/// An origin must be a layer of the case, with a place exactly if that layer's text is a document, and a place that is in it.
fn wrong_origin(case: &Case, values: &Node) -> Option<String> {
    let below: Vec<&Node> = match &values.content {
        Content::List(items) => items.iter().collect(),
        Content::Map(map) => map.values().collect(),
        _ => Vec::new(),
    };
    for node in below {
        let origin = node.origin;
        let fault = match (origin.layer, origin.at) {
            (Layer::Inline, None) => case.inline.is_none().then_some("inline values that are not there"),
            (Layer::Inline, Some(_)) => Some("a place in the inline values"),
            (Layer::Reference(index), at) => match (case.references.get(index), at) {
                (None, _) => Some("a reference that is not there"),
                (Some(reference), at) if at.is_none() == reference.target_path.is_empty() => {
                    Some("a place where none is, or none where one is")
                }
                (Some(reference), Some(at)) => {
                    let data = &case.objects[&format!("{}/{}", reference.kind, reference.name)];
                    let text = String::from_utf8_lossy(&data[reference.key()]);
                    (at.line == 0 || at.offset > text.len()).then_some("a place outside of the text")
                }
                _ => None,
            },
        };
        if let Some(fault) = fault {
            return Some(fault.to_owned());
        }
        if let Some(fault) = wrong_origin(case, node) {
            return Some(fault);
        }
    }
    None
}
