//! What a Kubernetes API server would refuse, known without one.
//!
//! [`Schemas`] knows kinds: the built-in ones of a Kubernetes version ([`openapi`]) and those of CustomResourceDefinitions
//! ([`definition`]). [`check()`] says what the server would refuse about an object that is created by server-side apply: unknown
//! fields, types, missing fields, values, lists with keys twice, CEL rules, names, labels.
//!
//! Pure: texts come in, faults go out. Knows nothing of files, Flux or rules of ours.
#![deny(clippy::print_stdout, clippy::print_stderr)]

mod built_in;
pub mod check;
pub mod definition;
pub mod expression;
pub mod openapi;
mod schema;
mod schemas;
pub mod types;

pub use check::{Checker, Fault, Sort, check};
pub use schemas::{Group, Kind, Known, Lookup, Schemas, Unreadable};
