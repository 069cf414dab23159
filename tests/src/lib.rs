//! Harness of the test tiers: checkouts in temporary folders, the real binary in a scrubbed environment, sandboxes that
//! end with the test whatever happens, and waiting that shows the state when it was in vain.
//!
//! What a test asserts is in the tiers (`cli/`, `tree/`, `sandbox/`), one file a topic.

#![allow(clippy::unwrap_used)]

pub mod binary;
pub mod checkout;
pub mod chromium;
pub mod cluster;
pub mod differential;
pub mod envsubst;
pub mod guard;
pub mod mutation;
pub mod oracle;
pub mod owned;
pub mod processes;
pub mod repository;
pub mod run;
pub mod shared;
pub mod tally;
pub mod user;
pub mod values;
pub mod wait;
