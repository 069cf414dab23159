//! The ground everything stands on: paths inside the repository, trees of files, YAML documents whose every value
//! knows its line and column, and diagnostics.
//!
//! Nothing here reads a disk: a [`tree::Tree`] is what the caller makes it. Knows nothing of Kubernetes or Flux.
#![deny(clippy::print_stdout, clippy::print_stderr)]

pub mod diagnostic;
pub mod document;
pub mod fix;
pub mod nearest;
pub mod node;
pub mod path;
pub mod scalar;
pub mod syntax;
pub mod tree;
pub mod typed;
