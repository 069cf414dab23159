//! What is different, for people: by component and owner, each object with its fields, words that changed marked.

use flux::diff::{Change, ChangeKind, Diff, FaultChange, FieldChange, FieldKind, Owner, OwnerKey, Waiting};
use serde_json::Value;
use yamltree::diagnostic::Diagnostic;

use super::groups::{Group, by_component, chart, fate};
use super::words::{Look, lines, look, words};
use crate::report::findings::human::Style;

/// How many of a kind are shown before the rest is folded away.
const MOST: usize = 12;
/// How much of a value is shown.
const WIDEST: usize = 120;

/// How it is shown.
#[derive(Debug, Clone, Copy)]
pub struct Form {
    /// With colours or without.
    pub style: Style,
    /// Is nothing folded away?
    pub is_full: bool,
}

/// Everything that is different; empty if nothing is.
pub fn human(diff: &Diff, form: Form) -> String {
    if diff.is_empty() {
        return String::new();
    }
    let mut out = Out { form, text: String::new() };
    let mut component = None;
    for Group { key, owner, changes, faults } in by_component(diff) {
        let of = owner.map_or("", |owner| owner.component.as_str());
        if component != Some(of) {
            if component.is_some() {
                out.line(0, "");
            }
            if !of.is_empty() {
                out.line(0, &out.looking(of, Look::Bold));
            }
            component = Some(of);
        }
        out.line(1, &out.title(key, owner));
        faults.iter().for_each(|fault| out.fault(fault));
        out.changes(&changes);
    }
    out.unseen(&diff.unseen);
    out.waiting(&diff.waiting);
    out.text
}

struct Out {
    form: Form,
    text: String,
}

impl Out {
    fn line(&mut self, depth: usize, text: &str) {
        self.text.push_str(&"  ".repeat(depth));
        self.text.push_str(text);
        self.text.push('\n');
    }

    fn looking(&self, text: &str, how: Look) -> String {
        look(text, how, self.form.style)
    }

    /// How many of so many are shown: one more costs no more than to say so.
    fn folded(&self, of: usize) -> usize {
        if self.form.is_full || of <= MOST + 1 { of } else { MOST }
    }

    fn more(&mut self, depth: usize, count: usize, what: &str) {
        if count > 0 {
            let text = self.looking(&format!("… {count} more{what}, `--full` shows all"), Look::Dim);
            self.line(depth, &text);
        }
    }

    fn unseen(&mut self, unseen: &[OwnerKey]) {
        if unseen.is_empty() {
            return;
        }
        let names: Vec<String> = unseen.iter().map(ToString::to_string).collect();
        let shown = self.folded(names.len());
        self.line(0, "");
        let said = format!("Not compared, since they cannot be rendered: {}", names[..shown].join(", "));
        self.line(0, &self.looking(&said, Look::Dim));
        self.more(0, names.len() - shown, "");
    }

    fn waiting(&mut self, waiting: &[Waiting]) {
        if waiting.is_empty() {
            return;
        }
        self.line(0, "");
        self.line(0, &self.looking("Not for now:", Look::Bold));
        let shown = self.folded(waiting.len());
        for each in &waiting[..shown] {
            self.line(1, &self.looking(&each.to_string(), Look::Changed));
        }
        self.more(1, waiting.len() - shown, "");
    }

    fn title(&self, key: &OwnerKey, owner: Option<&Owner>) -> String {
        let mut title = self.looking(&key.to_string(), Look::Bold);
        let Some(owner) = owner else { return title };
        if let Some((before, after)) = chart(owner) {
            let (before, after) = words(&before, &after, self.form.style);
            title.push_str(&format!(", chart {before} → {after}"));
        }
        let said = fate(owner).map(|said| format!(", {said}")).unwrap_or_default();
        title + &self.looking(&said, Look::Changed)
    }

    fn fault(&mut self, fault: &FaultChange) {
        let said = |found: &Diagnostic| format!(" {}: {}", found.place, found.message);
        if let Some(before) = &fault.before {
            let text =
                self.looking("no longer fails:", Look::Come) + &self.looking(&said(before), Look::Plain);
            self.line(2, &text);
        }
        if let Some(after) = &fault.after {
            let text = self.looking("fails:", Look::Gone) + &self.looking(&said(after), Look::Plain);
            self.line(2, &text);
        }
    }

    fn changes(&mut self, changes: &[&Change]) {
        for kind in [ChangeKind::Changed, ChangeKind::Renamed, ChangeKind::Added, ChangeKind::Removed] {
            let of_kind: Vec<&&Change> = changes.iter().filter(|change| change.kind == kind).collect();
            let shown = self.folded(of_kind.len());
            of_kind.iter().take(shown).for_each(|change| self.change(change));
            let what = match kind {
                ChangeKind::Added => " new objects",
                ChangeKind::Removed => " objects that are gone",
                ChangeKind::Changed | ChangeKind::Renamed => " objects",
            };
            self.more(2, of_kind.len() - shown, what);
        }
    }

    fn change(&mut self, change: &Change) {
        let (sign, how) = match change.kind {
            ChangeKind::Added => ("+", Look::Come),
            ChangeKind::Removed => ("-", Look::Gone),
            ChangeKind::Changed | ChangeKind::Renamed => ("~", Look::Changed),
        };
        let mut title = self.looking(&format!("{sign} {}", change.object), how);
        if let Some(name) = &change.former_name {
            title.push_str(&format!(", was {}", self.looking(name, Look::Gone)));
        }
        if let Some(owner) = &change.former_owner {
            title.push_str(&format!(", moved here from {}", self.looking(&owner.to_string(), Look::Plain)));
        }
        self.line(2, &title);
        let shown = self.folded(change.fields.len());
        change.fields.iter().take(shown).for_each(|field| self.field(field));
        self.more(3, change.fields.len() - shown, " fields");
        if !change.referrers.is_empty() {
            let names: Vec<String> = change.referrers.iter().map(ToString::to_string).collect();
            let text = self.looking(&format!("used by {}", names.join(", ")), Look::Dim);
            self.line(3, &text);
        }
        let is_alone = matches!(change.kind, ChangeKind::Added | ChangeKind::Removed);
        if let Some(object) = change.last().filter(|_| is_alone && self.form.is_full) {
            for line in yaml(object).trim_end().lines() {
                let line = self.looking(&format!("{sign} {line}"), how);
                self.line(3, &line);
            }
        }
    }

    fn field(&mut self, field: &FieldChange) {
        let path = self.looking(&field.path.to_string(), Look::Plain);
        let style = self.form.style;
        let texts =
            (field.before.as_ref().and_then(Value::as_str), field.after.as_ref().and_then(Value::as_str));
        if let (FieldKind::Changed, (Some(before), Some(after))) = (field.kind, texts)
            && (before.contains('\n') || after.contains('\n'))
        {
            self.line(3, &format!("{path}:"));
            let all = lines(before, after, style);
            let shown = self.folded(all.len());
            all.iter().take(shown).for_each(|line| self.line(4, line));
            return self.more(4, all.len() - shown, " lines");
        }
        let said = match (field.kind, field.is_secret) {
            (FieldKind::Reformatted, _) => self.looking("says the same, written in another way", Look::Dim),
            (FieldKind::Added, true) if is_hidden(field.after.as_ref()) => {
                self.looking("secret, is new", Look::Changed)
            }
            (FieldKind::Removed, true) if is_hidden(field.before.as_ref()) => {
                self.looking("secret, is gone", Look::Changed)
            }
            (FieldKind::Changed, true) if is_hidden(field.after.as_ref().or(field.before.as_ref())) => {
                self.looking("secret, changed", Look::Changed)
            }
            (FieldKind::Reordered, _) => {
                format!("{}, {}", self.looking("in another order", Look::Changed), self.values(field))
            }
            _ => self.values(field),
        };
        self.line(3, &format!("{path}: {said}"));
    }

    fn values(&self, field: &FieldChange) -> String {
        let value = |value: &Option<Value>| value.as_ref().map(|value| self.short(value));
        match (value(&field.before), value(&field.after)) {
            (Some(before), Some(after)) => {
                let (before, after) = words(&before, &after, self.form.style);
                format!("{before} → {after}")
            }
            (None, Some(after)) => self.looking(&format!("+ {after}"), Look::Come),
            (Some(before), None) => self.looking(&format!("- {before}"), Look::Gone),
            (None, None) => String::new(),
        }
    }

    /// A value in one line.
    fn short(&self, value: &Value) -> String {
        let text = match value {
            Value::String(text) if !text.is_empty() => text.clone(),
            other => other.to_string(),
        };
        let count = text.chars().count();
        if self.form.is_full || count <= WIDEST {
            return text;
        }
        let cut: String = text.chars().take(WIDEST).collect();
        format!("{cut}… ({} more characters)", count - WIDEST)
    }
}

/// Does this stand for a secret?
pub(super) fn is_hidden(value: Option<&Value>) -> bool {
    value.and_then(Value::as_str) == Some(flux::diff::HIDDEN)
}

/// As YAML.
pub(super) fn yaml(object: &Value) -> String {
    // What came from YAML can be written as it.
    serde_saphyr::to_string(object).unwrap_or_else(|_| object.to_string())
}
