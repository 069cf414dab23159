//! The programs under test and beside it, each made once a test run.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use crate::repository;

/// The real `xtask`, built by the cargo that built these tests; or the one that `OAS_XTASK` names, which long runs want optimised.
pub fn xtask() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        if let Some(built) = std::env::var_os("OAS_XTASK") {
            return built.into();
        }
        let output = Command::new(env!("CARGO"))
            .current_dir(repository::root())
            .args(["build", "--quiet", "--package", "xtask", "--bin", "xtask", "--message-format=json"])
            .stderr(Stdio::inherit())
            .output()
            .unwrap();
        assert!(output.status.success(), "cargo build --package xtask failed");
        let text = String::from_utf8(output.stdout).unwrap();
        text.lines()
            .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
            .find_map(|message| Some(PathBuf::from(message.get("executable")?.as_str()?)))
            .expect("cargo names the executable that it built")
    })
}

/// The folder of the sandbox's binaries, Helm and kubectl among them; every checkout of the tests shares it.
///
/// They are built if they are not there: in the repository's own `target/`, or where `XTASK_SANDBOX_TOOLS` says.
pub fn tools() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        let output = Command::new(xtask())
            .current_dir(repository::root())
            .args(["sandbox", "tools", "--clients"])
            .stderr(Stdio::inherit())
            .output()
            .unwrap();
        assert!(output.status.success(), "xtask sandbox tools --clients failed");
        PathBuf::from(String::from_utf8(output.stdout).unwrap().trim())
    })
}
