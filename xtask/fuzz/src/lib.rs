//! What the fuzz targets do, as plain functions: the same run over kept inputs in the ordinary tests
//! (`kustomize-rs/tests/fuzz.rs`), on any compiler.

mod builds;
mod chance;
mod patch;
mod pattern;
mod replacement;
mod rules;
mod yaml;

pub use builds::builds;
pub use patch::patch;
pub use pattern::pattern;
pub use replacement::replacement;
pub use yaml::yaml;

/// Takes bytes and panics if something does not hold.
pub type Target = fn(&[u8]);

/// Every target by its name.
pub const TARGETS: [(&str, Target); 5] = [
    ("builds", builds),
    ("patch", patch),
    ("pattern", pattern),
    ("replacement", replacement),
    ("yaml", yaml),
];
