//! What `lint` looked at, and what it could not look at.

use std::collections::BTreeMap;

use lint::Subject;

/// What was looked at.
pub struct Looked {
    /// Objects.
    pub objects: usize,
    /// Objects whose kinds have schemas at hand.
    pub checked: usize,
    /// Kinds without one, and how many objects are of them.
    pub unknown: BTreeMap<String, usize>,
    /// Rules of definitions that could not be evaluated, each with the reason.
    pub unevaluated: Vec<(String, String)>,
    /// The version of Kubernetes.
    pub kubernetes: String,
    /// Are any schemas at hand?
    pub has_schemas: bool,
}

impl Looked {
    /// What there is to say of what was looked at.
    pub fn at(subject: &Subject<'_>, kubernetes: String) -> Self {
        let refused = subject.refused();
        Looked {
            objects: subject.objects().count(),
            checked: refused.checked,
            unknown: refused.unknown.clone(),
            unevaluated: refused.unevaluated.clone(),
            kubernetes,
            has_schemas: subject.has_schemas(),
        }
    }

    /// What a person should know about what was not looked at.
    pub fn said(&self) -> String {
        if !self.has_schemas {
            return "; schemas are not at hand (`cargo xtask schemas pull`), so no object was held against one".to_owned();
        }
        let without: usize = self.unknown.values().sum();
        let kinds: Vec<&str> = self.unknown.keys().map(String::as_str).take(3).collect();
        let more = if self.unknown.len() > kinds.len() { ", …" } else { "" };
        match without {
            0 => format!(", held against Kubernetes {}", self.kubernetes),
            _ => format!(
                ", {} held against Kubernetes {}, {without} without a schema ({}{more})",
                self.checked,
                self.kubernetes,
                kinds.join(", "),
            ),
        }
    }
}
