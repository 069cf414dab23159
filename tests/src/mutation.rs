//! Objects broken by one token, and what a real API server and the tool say to each.

pub mod mutants;
pub mod server;
pub mod verdicts;
