//! The CLI tier: the real binary where no cluster runs. Bad input above all: each has its own message, place and exit
//! code.

#![allow(clippy::unwrap_used)]

mod apps;
mod arguments;
mod build;
mod clusters;
mod create;
mod diff;
mod flux_env;
mod graph;
mod lint;
mod machine;
mod risk;
mod tree;
