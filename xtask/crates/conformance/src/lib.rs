//! The conformance suite of kustomize-rs: cases recorded from the real kustomize, and what ours makes of them.
//!
//! A case is a folder with `case.yaml`, `input/`, and what the real program said: `expected.yaml` or `expected.err` (and
//! `expected.warn` if it warned). Nothing here reads a disk or runs a program: the caller gives a tree whose root is the folder of the cases. The crate's
//! own test, `cargo xtask conformance` and the sandbox tier all work with this.
#![deny(clippy::print_stdout, clippy::print_stderr)]

pub mod case;
pub mod check;
pub mod coverage;
pub mod suite;
