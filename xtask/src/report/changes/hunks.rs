//! A change as lines that are gone, came and stayed: what a diff shows, whichever form it is written in.

use flux::diff::{Change, ChangeKind, FieldChange, FieldKind, HIDDEN};
use serde_json::Value;
use similar::{DiffTag, TextDiff};

use super::human::{is_hidden, yaml};

/// How many lines around a change are shown.
const AROUND: usize = 2;

/// One field of an object, or all of one that is new or gone.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Hunk {
    /// Where in the object; empty for all of it.
    pub(super) path: String,
    /// What the lines do not say.
    pub(super) note: Option<&'static str>,
    pub(super) blocks: Vec<Block>,
}

/// Lines one after another.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Block {
    /// They stayed.
    Same(Vec<String>),
    /// They were, and are.
    Other { before: Vec<String>, after: Vec<String> },
    /// Some that stayed are left out.
    Gap,
}

/// Everything that changed in an object.
pub(super) fn hunks(change: &Change) -> Vec<Hunk> {
    let whole = |object: Option<&Value>| object.map(|object| split(yaml(object).trim_end()));
    match change.kind {
        ChangeKind::Added | ChangeKind::Removed => {
            let (before, after) = (whole(change.before.as_deref()), whole(change.after.as_deref()));
            let block = Block::Other { before: before.unwrap_or_default(), after: after.unwrap_or_default() };
            vec![Hunk { path: String::new(), note: None, blocks: vec![block] }]
        }
        ChangeKind::Changed | ChangeKind::Renamed => change.fields.iter().map(hunk).collect(),
    }
}

fn hunk(field: &FieldChange) -> Hunk {
    let path = field.path.to_string();
    if let Some(note) = without_lines(field) {
        return Hunk { path, note: Some(note), blocks: Vec::new() };
    }
    let note = (field.kind == FieldKind::Reordered).then_some("in another order");
    if let (Some(Value::String(before)), Some(Value::String(after))) = (&field.before, &field.after)
        && (before.contains('\n') || after.contains('\n'))
    {
        let blocks = of_text(before, after);
        let note = if blocks.is_empty() { Some("other line ends") } else { note };
        return Hunk { path, note, blocks };
    }
    let (mut before, mut after) = (lines(field.before.as_ref()), lines(field.after.as_ref()));
    if before == after {
        // A number and a text of the same digits.
        let exact = |value: &Option<Value>| value.iter().map(Value::to_string).collect::<Vec<_>>();
        (before, after) = (exact(&field.before), exact(&field.after));
    }
    Hunk { path, note, blocks: vec![Block::Other { before, after }] }
}

/// What is said of a field whose values are not shown.
fn without_lines(field: &FieldChange) -> Option<&'static str> {
    match field.kind {
        FieldKind::Reformatted => Some("says the same, written in another way"),
        FieldKind::Added if field.is_secret && is_hidden(field.after.as_ref()) => Some("secret, is new"),
        FieldKind::Removed if field.is_secret && is_hidden(field.before.as_ref()) => Some("secret, is gone"),
        FieldKind::Changed
            if field.is_secret && is_hidden(field.after.as_ref().or(field.before.as_ref())) =>
        {
            Some("secret, changed")
        }
        _ if field.before == field.after && field.before.as_ref().is_some_and(has_hidden) => {
            Some("a secret in it changed")
        }
        _ => None,
    }
}

fn has_hidden(value: &Value) -> bool {
    value.to_string().contains(HIDDEN)
}

/// Two texts of many lines.
fn of_text(before: &str, after: &str) -> Vec<Block> {
    let (old, new) = (split(before), split(after));
    let texts = |all: &[String]| all.to_vec();
    let (old_lines, new_lines): (Vec<&str>, Vec<&str>) =
        (old.iter().map(String::as_str).collect(), new.iter().map(String::as_str).collect());
    let diff = TextDiff::from_slices(&old_lines, &new_lines);
    let mut blocks = Vec::new();
    for (number, group) in diff.grouped_ops(AROUND).iter().enumerate() {
        let is_inside = group.first().is_some_and(|op| op.old_range().start > 0);
        if number > 0 || is_inside {
            blocks.push(Block::Gap);
        }
        for op in group {
            let (before, after) = (texts(&old[op.old_range()]), texts(&new[op.new_range()]));
            match op.tag() {
                DiffTag::Equal => blocks.push(Block::Same(before)),
                _ => blocks.push(Block::Other { before, after }),
            }
        }
    }
    blocks
}

/// A value in lines; none for none.
fn lines(value: Option<&Value>) -> Vec<String> {
    match value {
        None => Vec::new(),
        Some(Value::String(text)) if !text.is_empty() => split(text),
        Some(value @ (Value::Object(_) | Value::Array(_))) => split(yaml(value).trim_end()),
        Some(other) => vec![other.to_string()],
    }
}

fn split(text: &str) -> Vec<String> {
    text.lines().map(str::to_owned).collect()
}

impl Hunk {
    /// How many lines it has.
    pub(super) fn len(&self) -> usize {
        let of = |block: &Block| match block {
            Block::Same(lines) => lines.len(),
            Block::Other { before, after } => before.len() + after.len(),
            Block::Gap => 1,
        };
        self.blocks.iter().map(of).sum()
    }

    /// Takes away what is behind so many lines, and says how many those were.
    pub(super) fn cut(&mut self, most: usize) -> usize {
        let (mut left, mut cut) = (most, 0);
        let mut take = |lines: &mut Vec<String>| {
            cut += lines.len().saturating_sub(left);
            lines.truncate(left);
            left -= lines.len();
        };
        for block in &mut self.blocks {
            match block {
                Block::Same(lines) => take(lines),
                Block::Other { before, after } => {
                    take(before);
                    take(after);
                }
                Block::Gap => {}
            }
        }
        self.blocks.retain(|block| match block {
            Block::Same(lines) => !lines.is_empty(),
            Block::Other { before, after } => !before.is_empty() || !after.is_empty(),
            Block::Gap => true,
        });
        while self.blocks.last() == Some(&Block::Gap) {
            self.blocks.pop();
        }
        cut
    }
}

#[cfg(test)]
mod tests {
    use flux::diff::FieldPath;
    use serde_json::json;

    use super::*;

    fn field(before: Value, after: Value) -> Hunk {
        let path = FieldPath::default();
        hunk(&FieldChange {
            kind: FieldKind::Changed,
            path,
            before: Some(before),
            after: Some(after),
            is_secret: false,
        })
    }

    fn owned(lines: &[&str]) -> Vec<String> {
        lines.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn of_a_long_text_what_changed_is_shown_with_two_lines_around() {
        let before = "1\n2\n3\n4\n5\n6\n";
        let blocks = field(json!(before), json!(before.replace('4', "x"))).blocks;
        let expected = [
            Block::Gap,
            Block::Same(owned(&["2", "3"])),
            Block::Other { before: owned(&["4"]), after: owned(&["x"]) },
            Block::Same(owned(&["5", "6"])),
        ];
        assert_eq!(blocks, expected);
    }

    #[test]
    fn a_number_and_its_text_are_told_apart() {
        let expected = Block::Other { before: owned(&["80"]), after: owned(&["\"80\""]) };
        assert_eq!(field(json!(80), json!("80")).blocks, [expected]);
    }

    #[test]
    fn what_is_cut_is_counted() {
        let mut hunk = field(json!({"a": 1, "b": 2}), json!({"a": 1, "b": 3}));
        assert_eq!((hunk.len(), hunk.cut(3), hunk.len()), (4, 1, 3));
    }
}
