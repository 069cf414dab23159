//! YAML as kustomize reads and writes it: documents that remember how each scalar was written, the rules of go-yaml for
//! what a scalar is, and the emitter whose output is kustomize's to the byte.

pub(crate) mod document;
pub mod emit;
pub mod field;
pub(crate) mod folded;
pub mod json;
pub(crate) mod last_break;
pub mod node;
pub mod order;
pub mod read;
pub mod value;

pub(crate) use yamltree::scalar::{self, float};
