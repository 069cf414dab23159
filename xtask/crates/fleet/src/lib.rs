//! What a cluster is to be: its two files, the components that the tree offers, the root objects and the generated
//! secrets.
//!
//! Pure: files come in as text or as a [`yamltree::tree::Tree`], random letters as a closure, and what is to be
//! written goes out as text or plain data.
#![deny(clippy::print_stdout, clippy::print_stderr)]

pub mod catalogue;
pub mod cluster;
pub mod cluster_edit;
pub mod component;
pub mod domain;
pub mod duration;
pub mod flux_env;
pub mod generated;
pub mod lock;
pub mod plan;
pub mod proving;
pub mod removal;
pub mod roots;
pub mod scaffold;
pub mod secret;
pub mod substitution;
pub mod variables;
