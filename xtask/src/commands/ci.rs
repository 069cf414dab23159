//! `ci`: everything that must hold before a change is merged, on a developer's machine as in the pipeline.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::Context as _;
use clap::Args;

use crate::context::Context;
use crate::edge::terminal::Took;
use crate::exit::{Exit, Failure, Outcome};
use crate::report;

/// Flags of `ci`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cargo xtask ci                 what this machine can run; the rest is named
  cargo xtask ci --all           a tier that cannot run is a failure (so is CI=true)
  cargo xtask ci --tier unit     one tier")]
pub struct Arguments {
    /// Fail when a tier cannot run on this machine
    #[arg(long)]
    all: bool,
    /// Run only these tiers
    #[arg(long = "tier", value_name = "TIER")]
    tiers: Vec<String>,
}

/// One tier: what it needs and what it runs.
struct Tier {
    name: &'static str,
    needs: Option<Need>,
    commands: &'static [&'static [&'static str]],
    /// A check against data from elsewhere: what fetches the data, then the check. Left out, and said so, where the
    /// data cannot be reached.
    reachable: Option<(&'static [&'static str], &'static [&'static str])>,
}

const TIERS: &[Tier] = &[
    Tier {
        name: "fmt",
        needs: Some(Need { is_met: has_rustfmt, what: "rustfmt", get: "rustup component add rustfmt" }),
        commands: &[&["fmt", "--all", "--check"]],
        reachable: None,
    },
    Tier {
        name: "clippy",
        needs: Some(Need { is_met: has_clippy, what: "clippy", get: "rustup component add clippy" }),
        commands: &[&["clippy", "--workspace", "--all-targets", "--quiet", "--", "-D", "warnings"]],
        reachable: None,
    },
    Tier {
        name: "deny",
        needs: Some(Need {
            is_met: has_deny,
            what: "cargo-deny",
            get: "cargo install --locked --version 0.20.2 --root target/tools cargo-deny",
        }),
        commands: &[&[
            "deny",
            "--config",
            ".cargo/deny.toml",
            "check",
            "--hide-inclusion-graph",
            "bans",
            "licenses",
            "sources",
        ]],
        reachable: Some((
            &["deny", "--config", ".cargo/deny.toml", "fetch", "db"],
            &["deny", "--config", ".cargo/deny.toml", "check", "--hide-inclusion-graph", "advisories"],
        )),
    },
    Tier {
        name: "unit",
        needs: None,
        commands: &[&["test", "--workspace", "--exclude", "tests", "--lib", "--bins", "--tests", "--quiet"]],
        reachable: None,
    },
    Tier {
        name: "cli",
        needs: None,
        commands: &[&["test", "--package", "tests", "--test", "cli", "--quiet"]],
        reachable: None,
    },
    Tier {
        name: "tree",
        needs: None,
        commands: &[&["test", "--package", "tests", "--test", "tree", "--quiet"]],
        reachable: None,
    },
    Tier {
        name: "alerts",
        needs: Some(Need {
            is_met: has_promtool,
            what: "promtool",
            get: "apt-get download prometheus && dpkg -x prometheus_*.deb p && install -D p/usr/bin/promtool target/tools/bin/promtool",
        }),
        commands: &[&["test", "--package", "tests", "--test", "alerts", "--quiet"]],
        reachable: None,
    },
    Tier {
        name: "browser",
        needs: Some(Need { is_met: has_chromium, what: "Chromium", get: "apt-get install chromium" }),
        commands: &[&["test", "--package", "tests", "--test", "browser", "--quiet"]],
        reachable: None,
    },
    Tier {
        name: "sandbox",
        needs: Some(Need {
            is_met: can_build_tools,
            what: "Go 1.21 or pip",
            get: "apt-get install python3-pip",
        }),
        commands: &[&["test", "--package", "tests", "--test", "sandbox", "--", "--test-threads=1"]],
        reachable: None,
    },
];

/// What must be on the machine.
struct Need {
    is_met: fn(&Path) -> bool,
    what: &'static str,
    /// The command that gets it.
    get: &'static str,
}

enum Ended {
    Passed { tests: u64 },
    Failed,
    NotRun { needs: &'static str, get: &'static str },
}

/// Runs `ci`.
pub fn run(arguments: &Arguments, context: &Context) -> Outcome {
    if let Some(unknown) = arguments.tiers.iter().find(|name| TIERS.iter().all(|tier| tier.name != **name)) {
        let known: Vec<&str> = TIERS.iter().map(|tier| tier.name).collect();
        return Err(Failure::Usage(format!(
            "there is no tier `{unknown}`; the tiers are {}",
            known.join(", ")
        )));
    }
    let strict = arguments.all || std::env::var("CI").is_ok_and(|value| value == "true");
    let chosen = TIERS
        .iter()
        .filter(|tier| arguments.tiers.is_empty() || arguments.tiers.iter().any(|name| name == tier.name));
    let mut results = Vec::new();
    for tier in chosen {
        context.terminal.say(format!("── {}", tier.name));
        let begun = Instant::now();
        let ended = run_tier(tier, context)?;
        results.push((tier.name, ended, begun.elapsed()));
    }
    let (mut passed, mut failed) = (0, 0);
    report::line("");
    for (name, ended, took) in &results {
        let took = Took(*took);
        match ended {
            Ended::Passed { tests: 0 } => report::line(format!("passed   {name} ({took})")),
            Ended::Passed { tests } => report::line(format!("passed   {name}: {tests} tests ({took})")),
            Ended::Failed => report::line(format!("FAILED   {name} ({took})")),
            Ended::NotRun { needs, get } => report::line(format!("not run: {name} (needs {needs}): {get}")),
        }
        match ended {
            Ended::Passed { tests } => passed += tests.max(&1),
            Ended::NotRun { .. } if !strict => {}
            _ => failed += 1,
        }
    }
    report::line(format!("{passed} passed, {failed} failed"));
    Ok(if failed == 0 { Exit::Yes } else { Exit::No })
}

fn run_tier(tier: &Tier, context: &Context) -> Result<Ended, Failure> {
    if let Some(Need { is_met, what, get }) = &tier.needs
        && !is_met(&context.root)
    {
        return Ok(Ended::NotRun { needs: what, get });
    }
    let mut tests = 0;
    for command in tier.commands {
        let (ok, counted) = run_command(command, context)?;
        tests += counted;
        if !ok {
            return Ok(Ended::Failed);
        }
    }
    if let Some((fetch, check)) = tier.reachable {
        if answers(&context.root, fetch) {
            if !run_command(check, context)?.0 {
                return Ok(Ended::Failed);
            }
        } else {
            context
                .terminal
                .say(format!("left out, since its data cannot be reached: cargo {}", check.join(" ")));
        }
    }
    Ok(Ended::Passed { tests })
}

/// Runs cargo, shows what it prints, and counts the tests that it says have passed.
fn run_command(arguments: &[&str], context: &Context) -> Result<(bool, u64), Failure> {
    let mut child = cargo(&context.root)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("run cargo {}", arguments.join(" ")))?;
    let mut passed = 0;
    if let Some(stdout) = child.stdout.take() {
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            passed += passed_tests(&line).unwrap_or(0);
            let _ = writeln!(std::io::stdout(), "{line}");
        }
    }
    let status = child.wait().context("wait for cargo")?;
    Ok((status.success(), passed))
}

/// The number in cargo's `test result: ok. 12 passed; …`.
fn passed_tests(line: &str) -> Option<u64> {
    let rest = line.strip_prefix("test result: ")?;
    rest.split([' ', ';'])
        .zip(rest.split([' ', ';']).skip(1))
        .find(|(_, word)| *word == "passed")?
        .0
        .parse()
        .ok()
}

fn cargo(root: &Path) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    let tools = root.join("target/tools/bin");
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path =
        std::env::join_paths(std::iter::once(tools).chain(std::env::split_paths(&path))).unwrap_or(path);
    command.current_dir(root).env("PATH", path);
    command
}

fn answers(root: &Path, arguments: &[&str]) -> bool {
    let quiet =
        cargo(root).args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    quiet.is_ok_and(|status| status.success())
}

fn has_rustfmt(root: &Path) -> bool {
    answers(root, &["fmt", "--version"])
}

fn has_clippy(root: &Path) -> bool {
    answers(root, &["clippy", "--version"])
}

fn has_deny(root: &Path) -> bool {
    answers(root, &["deny", "--version"])
}

/// `.ci/run` puts it beside the other tools.
fn has_promtool(root: &Path) -> bool {
    root.join("target/tools/bin/promtool").is_file() || runs("promtool", &["--version"])
}

fn has_chromium(_: &Path) -> bool {
    runs("chromium", &["--version"])
}

fn can_build_tools(_: &Path) -> bool {
    runs("go", &["version"]) || runs("python3", &["-m", "pip", "--version"])
}

fn runs(program: &str, arguments: &[&str]) -> bool {
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passed_tests_are_read_from_cargo_s_last_line() {
        let line =
            "test result: ok. 12 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s";
        assert_eq!(passed_tests(line), Some(12));
        assert_eq!(passed_tests("running 12 tests"), None);
    }

    #[test]
    fn tier_names_are_told_apart() {
        let mut names: Vec<&str> = TIERS.iter().map(|tier| tier.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), TIERS.len());
    }
}
