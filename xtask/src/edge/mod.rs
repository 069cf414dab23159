//! The edges: the only places that touch terminals, files, processes, networks and clusters. Plain data in and out.

pub mod charts;
pub mod cluster;
pub mod commit;
pub mod git_server;
pub mod gitlab;
pub mod helm;
pub mod kustomize;
pub mod private_file;
pub mod process;
pub mod replace;
pub mod revisions;
pub mod terminal;
pub mod tree;
