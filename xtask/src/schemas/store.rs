//! Schemas that were pulled: `kubernetes-VERSION` has the built-in kinds and Flux's, `definitions` what charts define.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use validation::Schemas;

use crate::context::Context;
use crate::edge::private_file::write_private;

/// The folder below cargo's target folder.
pub(super) struct Store(PathBuf);

impl Store {
    pub(super) fn new(context: &Context) -> Self {
        Store(context.layout.schemas())
    }

    /// The schemas of a version of Kubernetes and all definitions; none if the former are not there, or an older tool wrote them.
    pub(super) fn read(&self, version: &str) -> Result<Option<Schemas>> {
        let Some(mut all) = read(&self.built_in(version))? else { return Ok(None) };
        if let Some(defined) = read(&self.defined())? {
            all.join(defined);
        }
        Ok(Some(all))
    }

    /// Definitions alone.
    pub(super) fn definitions(&self) -> Result<Schemas> {
        Ok(read(&self.defined())?.unwrap_or_default())
    }

    pub(super) fn keep(&self, version: &str, all: &Schemas) -> Result<()> {
        write_private(&self.built_in(version), &all.to_bytes())
    }

    pub(super) fn keep_definitions(&self, all: &Schemas) -> Result<()> {
        write_private(&self.defined(), &all.to_bytes())
    }

    fn built_in(&self, version: &str) -> PathBuf {
        self.0.join(format!("kubernetes-{version}"))
    }

    fn defined(&self) -> PathBuf {
        self.0.join("definitions")
    }
}

fn read(path: &Path) -> Result<Option<Schemas>> {
    match fs::read(path) {
        Ok(bytes) => Ok(Schemas::from_bytes(&bytes).ok()),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("read the schemas in {}", path.display())),
    }
}
