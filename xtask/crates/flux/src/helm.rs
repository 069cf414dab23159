//! From a HelmRelease to the objects that helm-controller 1.6 would have Helm 4 apply, all but the templates themselves: those are
//! rendered by whoever has a Helm.
//!
//! [`Release`] reads the object, [`chart`] finds where its chart comes from, [`Template`] says what Helm is asked, and
//! [`post_render()`] makes objects of what it answers. [`content`] tells one chart from another, whoever packaged it;
//! [`KnownValues`] are the names of values that it knows.

mod capabilities;
pub mod chart;
pub mod content;
mod known;
mod output;
mod post_render;
pub mod range;
mod release;
mod template;

pub use capabilities::{BUILT_IN, api_versions};
pub use known::{KnownValues, Unknown};
pub use post_render::{Applied, Role, post_render};
pub use release::{Action, CrdPolicy, Release};
pub use template::Template;
