//! The tree tier.
