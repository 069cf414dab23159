//! What is known about the types of Kubernetes: which lists merge by which keys, which kinds have no namespace.
//!
//! A build knows the built-in types ([`types`]) or those of a file that `openapi` names ([`custom`]). The original keeps
//! them in a state of the process (kyaml/openapi/openapi.go); here they belong to the build, with the same rules: the first
//! `openapi` that is met counts, from then on, and a file takes the place of the built-in types unless something has asked
//! for those before.

mod custom;
mod types;

use std::fmt;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::Limits;
use crate::fault::{Fault, Result, fault};
use crate::kustomization::OpenApi;
use crate::yaml::node::Mark;

pub(crate) use types::{TypeId, Types};

/// The only version that is built in.
const VERSION: &str = "v1.21.2";

/// The types of a build.
#[derive(Default)]
pub(crate) struct Schema {
    set: OnceLock<Option<Custom>>,
    /// Have the built-in types been used for merging?
    is_used: AtomicBool,
    /// Has it been asked whether a kind has a namespace that the built-in types do not know?
    is_asked: AtomicBool,
}

struct Custom {
    text: String,
    file: u32,
    limits: Limits,
    at: Mark,
    base: Base,
    types: OnceLock<std::result::Result<Types, Box<Fault>>>,
}

/// How the built-in types go together with those of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Base {
    /// Not at all.
    None,
    /// The file wins: the built-in types were in use before.
    Below,
    /// The built-in types win: the original had put them off when the file came.
    Above,
}

impl fmt::Debug for Schema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_custom = self.set.get().is_some_and(Option::is_some);
        f.debug_struct("Schema").field("is_custom", &is_custom).finish_non_exhaustive()
    }
}

/// Which types are known is no part of what an object is.
impl PartialEq for Schema {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Schema {
    /// Takes what `openapi` of a kustomization says; `file` is the number and the text of its `path`.
    pub(crate) fn set(&self, openapi: &OpenApi, file: Option<(u32, String)>, limits: Limits) -> Result<()> {
        if self.set.get().is_some() {
            return Ok(());
        }
        let chosen = match (file, openapi.version.as_deref()) {
            (Some(_), Some(_)) => {
                let message = "builtin version and custom schema provided, cannot use both";
                return Err(fault("kustomize/openapi", openapi.at, message)
                    .with_help("take `path` or `version` away from `openapi`"));
            }
            (Some((file, text)), None) => {
                let base = if self.is_used.load(Ordering::Relaxed) {
                    Base::Below
                } else if self.is_asked.load(Ordering::Relaxed) {
                    Base::Above
                } else {
                    Base::None
                };
                Some(Custom { text, file, limits, at: openapi.at, base, types: OnceLock::new() })
            }
            (None, None | Some("")) => return Ok(()),
            (None, Some(VERSION)) => None,
            (None, Some(_)) => {
                return Err(fault(
                    "kustomize/openapi",
                    openapi.at,
                    "the specified OpenAPI version is not built in",
                )
                .with_help(format!("only {VERSION} is")));
            }
        };
        // Set once: looked at above.
        let _ = self.set.set(chosen);
        Ok(())
    }

    fn custom(&self) -> Option<std::result::Result<&Types, &Fault>> {
        let custom = self.set.get()?.as_ref()?;
        let types = custom.types.get_or_init(|| {
            custom::read(custom.limits, custom.file, &custom.text, custom.base)
                .map_err(|f| f.or_at(custom.at))
        });
        Some(types.as_ref().map_err(|fault| &**fault))
    }

    /// The types to merge by.
    pub(crate) fn types(&self) -> Result<&Types> {
        match self.custom() {
            Some(types) => types.map_err(|fault| Box::new(fault.clone())),
            None => {
                self.is_used.store(true, Ordering::Relaxed);
                Ok(Types::builtin())
            }
        }
    }

    /// Is the kind known to have no namespace?
    pub(crate) fn is_cluster_scoped(&self, api_version: &str, kind: &str) -> bool {
        if let Some(is_cluster_scoped) = types::is_builtin_cluster_scoped(api_version, kind) {
            return is_cluster_scoped;
        }
        self.is_asked.store(true, Ordering::Relaxed);
        let types = self.custom().and_then(std::result::Result::ok);
        types.and_then(|types| types.is_cluster_scoped(api_version, kind)).unwrap_or(false)
    }

    /// Refuses a file that had to be read and could not be.
    pub(crate) fn check(&self) -> Result<()> {
        let read = self.set.get().and_then(Option::as_ref).and_then(|custom| custom.types.get());
        read.and_then(|types| types.as_ref().err()).map_or(Ok(()), |fault| Err(fault.clone()))
    }
}
