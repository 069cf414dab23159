//! Git for clusters on this machine: a read-only smart-HTTP server on loopback, and the bare copies that it serves.
//!
//! Entry points: [`GitEnvironment::create`], then [`publish_head`] or [`publish_work_tree`] for each served
//! repository and [`GitServer::serve`] for the server. The user's own Git configuration, identity and `GIT_*`
//! variables play no part, and nothing is ever written into a checkout.

pub(crate) mod cgi;
mod checkout;
mod environment;
mod error;
#[cfg(test)]
pub(crate) mod fixture;
mod publish;
#[cfg(test)]
mod publish_tests;
pub(crate) mod reply;
mod server;
#[cfg(test)]
mod server_tests;

pub use checkout::{Commit, dirty_paths, head_of};
pub use environment::GitEnvironment;
pub use error::GitError;
pub use publish::{How, Served, publish_head, publish_work_tree};
pub use server::GitServer;
pub(crate) use server::SmartRequest;
