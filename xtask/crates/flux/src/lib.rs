//! Flux objects, in the tree and in a cluster. Knows nothing of hosts.
//!
//! Pure: the tree comes in as a [`yamltree::tree::Tree`], live objects as plain values.
#![deny(clippy::print_stdout, clippy::print_stderr)]

pub mod arrival;
pub mod diff;
pub mod digest;
pub mod envsubst;
pub mod explain;
pub mod graph;
pub mod helm;
pub mod ignore;
pub mod object;
pub mod pins;
pub mod releases;
pub mod render;
pub mod status;
pub mod values;
