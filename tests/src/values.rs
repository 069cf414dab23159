//! Effective values against the code of helm-controller, on layers made by chance.
//!
//! A seed makes references, objects and inline values ([`case`]); the crate `flux` and chartutil compute the values ([`verdict`],
//! [`oracle`]); where they differ, the case is made smaller and written to a folder ([`run`], [`shrink`]).

mod case;
mod documents;
mod lines;
mod oracle;
pub mod run;
mod shrink;
mod verdict;

use std::collections::{BTreeMap, BTreeSet};

use flux::values::Reference;
use serde_json::{Value, json};

pub use case::case;

/// What a release takes its values from.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    /// `spec.valuesFrom`.
    pub references: Vec<Reference>,
    /// The data of each object, by kind and name: `Secret/a`.
    pub objects: BTreeMap<String, BTreeMap<String, Vec<u8>>>,
    /// `spec.values`.
    pub inline: Option<Value>,
    /// What chance put in.
    pub hits: BTreeSet<&'static str>,
}

impl Case {
    /// The question to the original.
    fn question(&self) -> Value {
        use base64::Engine as _;
        let encode = |bytes: &Vec<u8>| base64::engine::general_purpose::STANDARD.encode(bytes);
        let data = |data: &BTreeMap<String, Vec<u8>>| -> Value {
            data.iter().map(|(key, bytes)| (key.clone(), encode(bytes))).collect()
        };
        let objects: Value = self.objects.iter().map(|(name, o)| (name.clone(), data(o))).collect();
        let references: Vec<Value> = self
            .references
            .iter()
            .map(|r| {
                json!({
                    "kind": r.kind, "name": r.name, "valuesKey": r.values_key, "targetPath": r.target_path,
                    "optional": r.optional, "literal": r.literal,
                })
            })
            .collect();
        json!({"references": references, "objects": objects, "inline": self.inline})
    }
}
