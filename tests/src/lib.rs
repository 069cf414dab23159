//! Harness of the test tiers.
