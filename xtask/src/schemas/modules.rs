//! Go modules, verified by Go itself.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, Result};
use serde_json::Value;

use crate::context::Context;
use crate::edge::process::run;
use crate::sandbox::go::Go;
use crate::sandbox::layout::Layout;
use crate::sandbox::tools;

/// Where modules are asked for.
pub(super) struct Modules<'c> {
    go: Go,
    layout: &'c Layout,
}

/// A module's folder.
pub(super) struct Module {
    title: String,
    folder: PathBuf,
}

impl<'c> Modules<'c> {
    pub(super) fn new(context: &'c Context) -> Result<Self> {
        Ok(Modules { go: Go::find(&context.layout, &context.terminal)?, layout: &context.layout })
    }

    /// A module in the version that the sandbox pins.
    pub(super) fn pinned(&self, module: &str) -> Result<Module> {
        self.at(module, &tools::pinned(&self.layout.pins(), module)?)
    }

    /// A module in a version.
    pub(super) fn at(&self, module: &str, version: &str) -> Result<Module> {
        let title = format!("{module}@{version}");
        let told = run(self.go.command(self.layout).args(["mod", "download", "-json", &title]))
            .with_context(|| format!("fetch the Go module {title}"))?;
        let told: Value =
            serde_json::from_str(&told).with_context(|| format!("read what Go says of {title}"))?;
        let folder = told["Dir"].as_str().with_context(|| format!("Go names no folder for {title}"))?;
        Ok(Module { folder: PathBuf::from(folder), title })
    }
}

impl Module {
    /// The text of a file in it.
    pub(super) fn text(&self, file: &str) -> Result<String> {
        fs::read_to_string(self.folder.join(file)).with_context(|| format!("read {file} of {}", self.title))
    }

    /// The files of a folder in it whose names end so, sorted.
    pub(super) fn files(&self, folder: &str, ending: &str) -> Result<Vec<String>> {
        let reading = || format!("list {folder} of {}", self.title);
        let mut found = Vec::new();
        for entry in fs::read_dir(self.folder.join(folder)).with_context(reading)? {
            let name = entry.with_context(reading)?.file_name().to_string_lossy().into_owned();
            if name.ends_with(ending) {
                found.push(format!("{folder}/{name}"));
            }
        }
        found.sort();
        Ok(found)
    }
}
