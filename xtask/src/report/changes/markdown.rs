//! What is different, as a note of a merge request: a table of what may go wrong, and each component folded away.

mod escape;
mod fit;

use flux::diff::{Change, ChangeKind, FaultChange, OwnerKey, Waiting};
use risk::{Risk, Severity};

use self::escape::{code, fenced, prose};
use self::fit::{Component, Object, OwnerPart, fit};
use super::groups::{Group, by_component, chart, fate};
use super::hunks::{Block, Hunk, hunks};
use super::page::{Page, Section};

/// How many characters a note may have. GitLab takes a million, and nobody reads them.
pub const LIMIT: usize = 60_000;
/// How many lines of an object are shown.
const MOST_LINES: usize = 80;
/// How many risks are in the table.
const MOST_RISKS: usize = 40;
/// How many owners that could not be compared are named.
const MOST_UNSEEN: usize = 20;

/// The first line of a note, by which it is found again.
pub fn marker(about: &str) -> String {
    let plain =
        |c: char| if c.is_alphanumeric() || matches!(c, '.' | '/' | '_' | '-' | ' ' | ',') { c } else { '_' };
    // Two hyphens may end a comment.
    let about: String = about.chars().map(plain).collect::<String>().replace("--", "-_");
    format!("<!-- openappstack diff: {about} -->")
}

/// The whole note, at most [`LIMIT`] bytes unless everything is wanted.
pub fn markdown(page: &Page<'_>) -> String {
    let mut head = format!("{}\n### What changes for {}\n\n", marker(&page.about), code(&page.about));
    if page.is_empty() {
        head.push_str(&format!("Nothing is different: {}\n", prose(&page.compared)));
        return head;
    }
    head.push_str(&format!("Compared: {}\n", prose(&page.compared)));
    let mut components = Vec::new();
    for section in &page.sections {
        let mut intro = String::from("\n");
        if !section.heading.is_empty() {
            intro.push_str(&format!("#### {}\n\n", prose(&section.heading)));
        }
        intro.push_str(&format!("**{}**\n\n", prose(&section.counted())));
        intro.push_str(&risky(section.risks, page.is_full));
        intro.push_str(&unseen(&section.diff.unseen));
        intro.push_str(&waiting(&section.diff.waiting));
        let mut own = of_section(section, page.is_full);
        match own.first_mut() {
            Some(first) => first.intro = intro,
            None => own.push(Component { intro, ..Component::default() }),
        }
        components.append(&mut own);
    }
    fit(&head, components, if page.is_full { usize::MAX } else { LIMIT })
}

/// The table of what may go wrong.
fn risky(risks: &[Risk], is_full: bool) -> String {
    if risks.is_empty() {
        return String::new();
    }
    let shown = if is_full { risks.len() } else { risks.len().min(MOST_RISKS) };
    let mut text = String::from("| | Object | What may go wrong | What to do first |\n|---|---|---|---|\n");
    for Risk { severity, object, owner, reason, first, code: rule, .. } in &risks[..shown] {
        let sign = match severity {
            Severity::Danger => "🔴",
            Severity::Caution => "🟠",
            Severity::Note => "🔵",
        };
        let object = object.as_ref().map_or_else(|| owner.to_string(), ToString::to_string);
        let reason = reason.strip_prefix(&format!("{object}: ")).unwrap_or(reason);
        text.push_str(&format!(
            "| {sign} {severity} | {} | {} ({}) | {} |\n",
            code(&object),
            prose(reason),
            code(rule),
            prose(first)
        ));
    }
    if shown < risks.len() {
        text.push_str(&format!("\n{} more risks are left out here.\n", risks.len() - shown));
    }
    text + "\n"
}

fn unseen(unseen: &[OwnerKey]) -> String {
    if unseen.is_empty() {
        return String::new();
    }
    let names: Vec<String> = unseen.iter().take(MOST_UNSEEN).map(|key| code(&key.to_string())).collect();
    let more = match unseen.len() - names.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!("Not compared, since they cannot be rendered: {}{more}\n\n", names.join(", "))
}

/// Who changes nothing for now.
fn waiting(waiting: &[Waiting]) -> String {
    let shown =
        waiting.iter().take(MOST_UNSEEN).map(|each| format!("- Not for now: {}\n", prose(&each.to_string())));
    let mut text: String = shown.collect();
    if waiting.len() > MOST_UNSEEN {
        text.push_str(&format!("- and {} more\n", waiting.len() - MOST_UNSEEN));
    }
    if text.is_empty() { text } else { text + "\n" }
}

fn of_section(section: &Section<'_>, is_full: bool) -> Vec<Component> {
    let mut components: Vec<Component> = Vec::new();
    for group in by_component(section.diff) {
        let name = group.owner.map_or("", |owner| owner.component.as_str());
        if components.last().is_none_or(|last| last.name != name) {
            let title = if name.is_empty() { "no component".to_owned() } else { code(name) };
            components.push(Component { name: name.to_owned(), title, ..Component::default() });
        }
        if let Some(last) = components.last_mut() {
            last.owners.push(of_owner(&group, is_full));
        }
    }
    for Component { title, owners, .. } in &mut components {
        match owners.iter().map(|owner| owner.objects.len()).sum() {
            0 => {}
            1 => title.push_str(": 1 object"),
            many => title.push_str(&format!(": {many} objects")),
        }
    }
    components
}

fn of_owner(group: &Group<'_>, is_full: bool) -> OwnerPart {
    let mut head = format!("**{}**", code(&group.key.to_string()));
    if let Some(owner) = group.owner {
        if let Some((before, after)) = chart(owner) {
            head.push_str(&format!(", chart {} → {}", code(&before), code(&after)));
        }
        fate(owner).into_iter().for_each(|said| head.push_str(&format!(", {said}")));
    }
    head.push('\n');
    group.faults.iter().for_each(|found| head.push_str(&fault(found)));
    OwnerPart { head, objects: group.changes.iter().map(|change| object(change, is_full)).collect() }
}

fn fault(fault: &FaultChange) -> String {
    let said = |what: &str, found: &yamltree::diagnostic::Diagnostic| {
        format!("\n{what} {} {}\n", code(&format!("{}:", found.place)), prose(&found.message))
    };
    let before = fault.before.iter().map(|found| said("No longer fails:", found));
    let after = fault.after.iter().map(|found| said("**Fails:**", found));
    before.chain(after).collect()
}

fn object(change: &Change, is_full: bool) -> Object {
    let what = match change.kind {
        ChangeKind::Added => "New:",
        ChangeKind::Removed => "Gone:",
        ChangeKind::Changed => "Changed:",
        ChangeKind::Renamed => "Renamed:",
    };
    let mut head = format!("{what} {}", code(&change.object.to_string()));
    if let Some(name) = &change.former_name {
        head.push_str(&format!(", was {}", code(name)));
    }
    if let Some(owner) = &change.former_owner {
        head.push_str(&format!(", moved here from {}", code(&owner.to_string())));
    }
    if !change.referrers.is_empty() {
        let names: Vec<String> = change.referrers.iter().map(|object| code(&object.to_string())).collect();
        head.push_str(&format!(", used by {}", names.join(", ")));
    }
    let all = hunks(change);
    let count = all.iter().map(Hunk::len).sum();
    let lines = lines(all, if is_full { usize::MAX } else { MOST_LINES });
    let body = if lines.is_empty() { String::new() } else { fenced("diff", &lines) };
    Object { head, body, lines: count }
}

/// The lines of a diff: what heads a field, then what is gone, came and stayed.
fn lines(hunks: Vec<Hunk>, most: usize) -> Vec<String> {
    let (mut lines, mut left, mut cut) = (Vec::new(), most, 0);
    for mut hunk in hunks {
        if left == 0 {
            cut += hunk.len().max(1);
            continue;
        }
        cut += hunk.cut(left);
        left -= hunk.len().clamp(1, left);
        if !hunk.path.is_empty() {
            let note = hunk.note.map(|note| format!(" {note}")).unwrap_or_default();
            lines.push(format!("@@ {} @@{note}", hunk.path));
        }
        for block in hunk.blocks {
            match block {
                Block::Same(same) => lines.extend(same.iter().map(|line| format!("  {line}"))),
                Block::Other { before, after } => {
                    lines.extend(before.iter().map(|line| format!("- {line}")));
                    lines.extend(after.iter().map(|line| format!("+ {line}")));
                }
                Block::Gap => lines.push("  ⋮".to_owned()),
            }
        }
    }
    if cut > 0 {
        lines.push(format!("@@ {cut} more lines @@"));
    }
    lines
}

#[cfg(test)]
mod tests;
