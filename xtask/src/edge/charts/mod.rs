//! The charts at hand, and a proxy that answers for the places where the tree says they are.
//!
//! [`ChartSet`] holds packaged charts; [`standin::chart`] makes one that stands in for a chart which is not at hand.
//! [`Proxy`] serves a set under the real URLs ([`Upstream`]) without a network; [`probe`] tells whether the real
//! places could be reached instead.

mod archive;
mod chart;
mod chart_set;
mod contents;
mod digest;
mod error;
mod folder;
mod ignore;
pub mod probe;
mod proxy;
pub mod pull;
pub mod standin;
mod store;
mod upstream;

pub use chart::{Chart, Dependency, Metadata};
pub use chart_set::ChartSet;
pub use contents::{Contents, DEFINITION, content_digest, packed_folder, with_digest, with_values};
pub use digest::sha256_hex;
pub use error::ChartError;
pub use proxy::{Proxy, ProxyCa, ProxyError, RequestLine};
pub use store::{ChartStore, Pulled};
pub use upstream::Upstream;
