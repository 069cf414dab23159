//! The variables of a Kustomization.
//!
//! Upstream: `LoadVariables` of `github.com/fluxcd/pkg/kustomize` 1.35 (`kustomize_varsub.go`).

use std::collections::{BTreeMap, BTreeSet};

use super::spec::Kustomization;
use crate::envsubst::{self, SubstitutionError};
use crate::object::ObjectKey;

/// The values that a ConfigMap or Secret holds, by key; none where the value is not known (it is encrypted, or made in the
/// cluster).
pub type Data = BTreeMap<String, Option<String>>;

/// A variable: its value, if it is known, and where that comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variable {
    /// The value; none if only the cluster knows it.
    pub value: Option<String>,
    /// The ConfigMap or Secret; none for `postBuild.substitute`.
    pub from: Option<ObjectKey>,
}

/// All variables of a Kustomization.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Variables {
    all: BTreeMap<String, Variable>,
    /// ConfigMaps and Secrets that are named and not at hand.
    pub missing: Vec<ObjectKey>,
    /// Is a variable without a value and a default an error?
    pub is_strict: bool,
}

impl Variables {
    /// Gathers them; `data` finds what is at hand.
    pub fn of<'d>(
        kustomization: &Kustomization,
        data: impl Fn(&ObjectKey) -> Option<&'d Data>,
        is_strict: bool,
    ) -> Self {
        let mut variables = Variables { is_strict, ..Variables::default() };
        let Some(post) = &kustomization.post_build else { return variables };
        for from in &post.from {
            let Some(found) = data(&from.reference) else {
                if !from.is_optional {
                    variables.missing.push(from.reference.clone());
                }
                continue;
            };
            for (name, value) in found {
                let value = value.as_deref().map(without_breaks);
                let variable = Variable { value, from: Some(from.reference.clone()) };
                variables.all.insert(name.clone(), variable);
            }
        }
        for (name, (value, _)) in &post.substitute {
            let variable = Variable { value: Some(without_breaks(value)), from: None };
            variables.all.insert(name.clone(), variable);
        }
        variables
    }

    /// Is there none, and could there be none?
    pub fn is_empty(&self) -> bool {
        self.all.is_empty() && self.missing.is_empty()
    }

    /// All names, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.all.keys().map(String::as_str)
    }

    /// The variable of that name.
    pub fn get(&self, name: &str) -> Option<&Variable> {
        self.all.get(name)
    }

    /// Refuses names that cannot be written in an expression.
    pub(super) fn check_names(&self) -> Result<(), String> {
        match self.all.keys().find(|name| !is_name(name)) {
            None => Ok(()),
            Some(name) => Err(format!(
                "`{name}` is no name of a variable: only letters, digits and `_`, no digit in front"
            )),
        }
    }
}

/// Line breaks are taken out of every value.
fn without_breaks(value: &str) -> String {
    value.replace('\n', "")
}

fn is_name(name: &str) -> bool {
    let is_letter = |c: char| c == '_' || c.is_ascii_alphabetic();
    name.starts_with(is_letter) && name.chars().all(|c| is_letter(c) || c.is_ascii_digit())
}

/// Answers for the variables of one object, and notes which were asked for.
pub(super) struct Lookup<'v> {
    variables: &'v Variables,
    /// Those that a default can stand for wherever they are used.
    with_default: BTreeSet<String>,
    asked: &'v mut Asked,
}

/// Which variables were asked for, and which of them only the cluster knows.
#[derive(Debug, Default)]
pub(super) struct Asked {
    pub(super) all: Vec<String>,
    pub(super) unknown: Vec<String>,
    pub(super) before: Vec<(String, String)>,
}

impl<'v> Lookup<'v> {
    /// For the expressions of this text.
    pub(super) fn new(
        variables: &'v Variables,
        text: &str,
        asked: &'v mut Asked,
    ) -> Result<Self, SubstitutionError> {
        let mut with_default = BTreeSet::new();
        // Asked for only where it may be wanted.
        if !variables.missing.is_empty() {
            let uses = envsubst::variables(text)?;
            with_default.extend(uses.iter().filter(|u| u.default.is_some()).map(|u| u.variable.clone()));
            for bare in uses.iter().filter(|u| u.default.is_none()) {
                with_default.remove(&bare.variable);
            }
        }
        Ok(Lookup { variables, with_default, asked })
    }

    /// The value; a placeholder if only the cluster knows it.
    pub(super) fn value(&mut self, name: &str) -> Option<String> {
        note(&mut self.asked.all, name);
        let known = self.variables.get(name);
        if let Some(value) = known.and_then(|variable| variable.value.clone()) {
            return Some(value);
        }
        // What is not at hand may hold it.
        let may_be = !self.variables.missing.is_empty() && !self.with_default.contains(name);
        (known.is_some() || may_be).then(|| {
            note(&mut self.asked.unknown, name);
            placeholder(name)
        })
    }
}

fn note(names: &mut Vec<String>, name: &str) {
    if !names.iter().any(|known| known == name) {
        names.push(name.to_owned());
    }
}

/// What stands for a value that is not known: a text wherever it is put, also in a host name.
pub fn placeholder(name: &str) -> String {
    format!("unknown-{}", name.to_ascii_lowercase().replace('_', "-"))
}
