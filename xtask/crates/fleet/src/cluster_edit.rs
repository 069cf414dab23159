//! Changes to the list `apps` of a `cluster.yaml` that leave every other character alone.

use serde_json::Value;
use thiserror::Error;
use yamltree::document;
use yamltree::node::{Content, Entry, Node};

/// Why a text could not be edited; it is to be left as it is.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum EditError {
    /// The text does not read as YAML.
    #[error("cluster.yaml cannot be read: {0}")]
    Unreadable(String),
    /// `apps` is there, but is no list of names.
    #[error("`apps` is not a list of names")]
    NotAList,
    /// The list is written in a way that this does not know how to change.
    #[error("`apps` is written in an unusual way; edit it by hand")]
    Unusual,
}

/// The text with `app` at the end of `apps`; `None` if it is there already.
pub fn add_app(text: &str, app: &str) -> Result<Option<String>, EditError> {
    let (node, mut apps) = read(text)?;
    if apps.iter().any(|a| a == app) {
        return Ok(None);
    }
    let edited = match node.as_ref().and_then(|n| n.entry("apps")) {
        None => append_list(text, app),
        Some(entry) => match entry.value.items().last() {
            Some(last) if entry.value.flow => insert(text, last.end.offset, &format!(", {app}")),
            Some(last) => {
                let line = line_start(text, last.start.offset);
                let indent: String = text[line..].chars().take_while(|c| *c == ' ').collect();
                insert_line(text, line_end(text, last.start.offset), &format!("{indent}- {app}"))
            }
            None if entry.value.flow => insert(text, entry.value.start.offset + 1, app),
            None => insert_line(text, line_end(text, entry.start.offset), &format!("  - {app}")),
        },
    };
    apps.push(app.to_owned());
    verified(text, edited, &apps).map(Some)
}

/// The text without `app` in `apps`; `None` if it was not there.
pub fn remove_app(text: &str, app: &str) -> Result<Option<String>, EditError> {
    let (node, mut apps) = read(text)?;
    let Some(index) = apps.iter().position(|a| a == app) else { return Ok(None) };
    let Some(entry) = node.as_ref().and_then(|n| n.entry("apps")) else { return Ok(None) };
    let items = entry.value.items();
    let item = &items[index];
    let edited = if entry.value.flow {
        let (from, to) = match (index.checked_sub(1).map(|i| &items[i]), items.get(index + 1)) {
            (Some(before), _) => (before.end.offset, item.end.offset),
            (None, Some(after)) => (item.start.offset, after.start.offset),
            (None, None) => (item.start.offset, item.end.offset),
        };
        cut(text, from, to)
    } else {
        let without = cut(text, line_start(text, item.start.offset), line_end(text, item.start.offset));
        if items.len() == 1 { empty_list(&without, entry)? } else { without }
    };
    apps.remove(index);
    verified(text, edited, &apps).map(Some)
}

fn read(text: &str) -> Result<(Option<Node>, Vec<String>), EditError> {
    let (node, diagnostics) = document::single("cluster.yaml", text);
    if let Some(found) = diagnostics.first() {
        return Err(EditError::Unreadable(found.to_string()));
    }
    let apps = match node.as_ref().and_then(|n| n.get("apps")).map(|n| &n.content) {
        None | Some(Content::Null) => Vec::new(),
        Some(Content::Seq(items)) => {
            let names = items.iter().map(|i| i.as_str().map(str::to_owned));
            names.collect::<Option<Vec<String>>>().ok_or(EditError::NotAList)?
        }
        Some(_) => return Err(EditError::NotAList),
    };
    if node.as_ref().is_some_and(|n| n.flow || !matches!(n.content, Content::Map(_))) {
        return Err(EditError::Unusual);
    }
    Ok((node, apps))
}

/// Passes the edited text on only if it says what it should and nothing else changed.
fn verified(before: &str, after: String, apps: &[String]) -> Result<String, EditError> {
    let value = |text: &str| document::single("cluster.yaml", text).0.map_or(Value::Null, |n| n.to_value());
    let rest = |mut value: Value| {
        if let Some(map) = value.as_object_mut() {
            map.shift_remove("apps");
        }
        if value.as_object().is_some_and(serde_json::Map::is_empty) { Value::Null } else { value }
    };
    let is_right = read(&after)?.1 == apps && rest(value(before)) == rest(value(&after));
    if is_right { Ok(after) } else { Err(EditError::Unusual) }
}

fn append_list(text: &str, app: &str) -> String {
    let newline = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
    format!("{text}{newline}apps:\n  - {app}\n")
}

fn empty_list(text: &str, entry: &Entry) -> Result<String, EditError> {
    let after_key = entry.start.offset + entry.key.len();
    match text.get(after_key..).filter(|rest| rest.starts_with(':')) {
        Some(_) => Ok(insert(text, after_key + 1, " []")),
        None => Err(EditError::Unusual),
    }
}

fn insert(text: &str, at: usize, what: &str) -> String {
    let (before, after) = text.split_at(at.min(text.len()));
    format!("{before}{what}{after}")
}

/// Inserts a line of its own at `at`, which is the beginning of a line or the end of the text.
fn insert_line(text: &str, at: usize, line: &str) -> String {
    let newline = if at == 0 || text[..at].ends_with('\n') { "" } else { "\n" };
    insert(text, at, &format!("{newline}{line}\n"))
}

fn cut(text: &str, from: usize, to: usize) -> String {
    format!("{}{}", &text[..from], &text[to..])
}

fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |i| i + 1)
}

/// Where the line after the one with `at` begins.
fn line_end(text: &str, at: usize) -> usize {
    text[at..].find('\n').map_or(text.len(), |i| at + i + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn added(text: &str) -> String {
        add_app(text, "wiki").unwrap().unwrap()
    }

    fn removed(text: &str) -> String {
        remove_app(text, "wiki").unwrap().unwrap()
    }

    #[test]
    fn an_app_is_added_in_the_form_that_the_list_has() {
        let cases = [
            ("", "apps:\n  - wiki\n"),
            ("interval: 5m", "interval: 5m\napps:\n  - wiki\n"),
            ("apps: [] # none yet\ninterval: 5m\n", "apps: [wiki] # none yet\ninterval: 5m\n"),
            ("apps: [ blog ]\n", "apps: [ blog, wiki ]\n"),
            ("apps: [\n  blog, # ours\n  'shop'\n]\n", "apps: [\n  blog, # ours\n  'shop', wiki\n]\n"),
            (
                "apps:\n- blog # ours\n\n# next\nexclude: []\n",
                "apps:\n- blog # ours\n- wiki\n\n# next\nexclude: []\n",
            ),
            ("apps:\n    - blog", "apps:\n    - blog\n    - wiki\n"),
            ("apps:\n  # - shop\nexclude: []\n", "apps:\n  - wiki\n  # - shop\nexclude: []\n"),
        ];
        for (before, after) in cases {
            assert_eq!(added(before), after);
        }
        assert_eq!(add_app("apps: [wiki]\n", "wiki"), Ok(None));
    }

    #[test]
    fn an_app_is_removed_and_everything_else_stays() {
        let cases = [
            ("apps: [wiki]\n", "apps: []\n"),
            ("apps: [wiki, blog]\n", "apps: [blog]\n"),
            ("apps: [blog, wiki] # ours\n", "apps: [blog] # ours\n"),
            (
                "apps:\n  # the blog\n  - blog\n  - wiki # ours\n# end\n",
                "apps:\n  # the blog\n  - blog\n# end\n",
            ),
            ("# ü\napps: # é\n  - wiki\nexclude: []\n", "# ü\napps: [] # é\nexclude: []\n"),
        ];
        for (before, after) in cases {
            assert_eq!(removed(before), after);
        }
        assert_eq!(remove_app("apps: [blog]\n", "wiki"), Ok(None));
        assert_eq!(remove_app("", "wiki"), Ok(None));
    }

    #[test]
    fn what_cannot_be_edited_safely_is_left_alone() {
        assert_eq!(add_app("apps: blog\n", "wiki"), Err(EditError::NotAList));
        assert_eq!(add_app("{apps: []}\n", "wiki"), Err(EditError::Unusual));
        assert!(matches!(add_app("apps: [\n", "wiki"), Err(EditError::Unreadable(_))));
        assert_eq!(remove_app("x: &a [wiki]\napps: *a\n", "wiki"), Err(EditError::Unusual));
    }
}
