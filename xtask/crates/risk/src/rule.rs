//! What a rule is.

use std::collections::BTreeMap;

use flux::diff::{FieldPath, Identity, Owner, OwnerKey};

use crate::changed::{Changed, path};
use crate::subject::Subject;
use crate::{Class, Risk, Severity};

/// How many places of one object are told in a reason.
const MOST_TOLD: usize = 3;

/// One thing that may go wrong. Its documentation is part of it, and its example is its test.
#[derive(Debug)]
pub struct Rule {
    /// `family/what`, stable.
    pub code: &'static str,
    /// What it threatens.
    pub class: Class,
    /// How bad it is.
    pub severity: Severity,
    /// What happens, in a sentence.
    pub says: &'static str,
    /// What comes of it.
    pub why: &'static str,
    /// What to do first.
    pub first: &'static str,
    /// A change that has it, and one that looks like it and has not.
    pub example: Example,
    /// How it is found.
    pub check: Check,
}

/// A text with a hole, `<>`, and what stands in it: once before, once after a change with the risk, once after a harmless one.
#[derive(Debug)]
pub struct Example {
    /// Files in the form of `MemTree::from_fixture`, where Flux begins in `k`; or the text of one file.
    pub of: &'static str,
    /// As it was.
    pub before: &'static str,
    /// As it will be, with the risk.
    pub after: &'static str,
    /// As it will be, without.
    pub harmless: &'static str,
}

/// What a rule is asked about.
#[derive(Debug, Clone, Copy)]
pub enum Check {
    /// Each object that changed.
    Object(fn(&Changed<'_>, &mut Found)),
    /// Each owner of something that changed.
    Owner(fn(&Subject<'_>, &Owner, &mut Found)),
    /// Everything at once.
    All(fn(&Subject<'_>, &mut Found)),
}

/// Where something was found, and what.
type Place = (FieldPath, String);

/// What one rule found: for each object the places and reasons.
#[derive(Debug, Default)]
pub struct Found {
    all: BTreeMap<(Option<Identity>, OwnerKey), Vec<Place>>,
}

impl Found {
    /// The object as a whole.
    pub(crate) fn object(&mut self, changed: &Changed<'_>, reason: impl Into<String>) {
        self.at(changed, FieldPath::default(), reason);
    }

    /// A field of the object, by its keys.
    pub(crate) fn field(&mut self, changed: &Changed<'_>, keys: &str, reason: impl Into<String>) {
        self.at(changed, path(keys), reason);
    }

    /// A place in the object.
    pub(crate) fn at(&mut self, changed: &Changed<'_>, path: FieldPath, reason: impl Into<String>) {
        self.on(Some(changed.change.object.clone()), &changed.change.owner, path, reason);
    }

    /// A place in any object.
    pub(crate) fn on(
        &mut self,
        object: Option<Identity>,
        owner: &OwnerKey,
        path: FieldPath,
        reason: impl Into<String>,
    ) {
        self.all.entry((object, owner.clone())).or_default().push((path, reason.into()));
    }
}

impl Rule {
    /// What it finds; one for each object.
    pub fn risks(&self, subject: &Subject<'_>) -> Vec<Risk> {
        let mut found = Found::default();
        match self.check {
            Check::Object(check) => subject.changes().for_each(|changed| check(&changed, &mut found)),
            Check::Owner(check) => {
                subject.diff.owners.iter().for_each(|owner| check(subject, owner, &mut found));
            }
            Check::All(check) => check(subject, &mut found),
        }
        found.all.into_iter().map(|((object, owner), places)| self.risk(object, owner, places)).collect()
    }

    fn risk(&self, object: Option<Identity>, owner: OwnerKey, places: Vec<Place>) -> Risk {
        let path = places.first().map(|(path, _)| path.clone()).unwrap_or_default();
        let mut reasons: Vec<String> = Vec::new();
        for (_, reason) in places {
            if !reasons.contains(&reason) {
                reasons.push(reason);
            }
        }
        let more = reasons.len().saturating_sub(MOST_TOLD);
        reasons.truncate(MOST_TOLD);
        let mut reason = reasons.join("; ");
        if more > 0 {
            reason.push_str(&format!("; and {more} more"));
        }
        let who = object.as_ref().map_or_else(|| owner.to_string(), ToString::to_string);
        // What failed says who.
        if !reason.starts_with(&who) {
            reason = format!("{who}: {reason}");
        }
        Risk {
            severity: self.severity,
            class: self.class,
            object,
            code: self.code,
            path,
            owner,
            reason,
            first: self.first.to_owned(),
        }
    }
}

impl Example {
    /// The text with that in its hole.
    pub fn with(&self, text: &str) -> String {
        self.of.replace("<>", text)
    }
}
