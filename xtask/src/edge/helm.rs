//! The real Helm, asked to render.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use flux::helm::Template;

use super::private_file::write_private;

/// A Helm 4.
#[derive(Debug, Clone)]
pub struct Helm {
    program: PathBuf,
    /// What tells its answers from those of another one.
    pub identity: String,
    home: PathBuf,
}

impl Helm {
    /// A program whose version is known. `home` is a folder for what it would keep at its user's home.
    pub fn known(program: PathBuf, identity: String, home: PathBuf) -> Self {
        Helm { program, identity, home }
    }

    /// The one on the search path; none if there is none. Another version than 4 is an error.
    pub fn on_path(home: PathBuf) -> Result<Option<Self>> {
        let folders = std::env::var_os("PATH").unwrap_or_default();
        let mut programs = std::env::split_paths(&folders).map(|folder| folder.join("helm"));
        let Some(program) = programs.find(|program| program.is_file()) else { return Ok(None) };
        let version = version(&program, &home)?;
        if !version.starts_with("v4.") {
            bail!("{} is Helm {version}; helm-controller has Helm 4", program.display());
        }
        Ok(Some(Helm { program, identity: version, home }))
    }

    /// What it prints for a question about a packaged chart. Values go through the pipe, never through arguments.
    pub fn template(&self, chart: &Path, asked: &Template) -> Result<String> {
        let mut command = quiet(&self.program, &self.home);
        command.args(["template", &asked.release]).arg(chart).args(["--namespace", &asked.namespace]);
        command.args(["--values", "-", "--kube-version", &asked.kube_version]);
        let flags = [
            (asked.with_crds, "--include-crds"),
            (!asked.with_hooks, "--no-hooks"),
            (!asked.checks_values, "--skip-schema-validation"),
            (asked.is_upgrade, "--is-upgrade"),
        ];
        command.args(flags.iter().filter(|(is_wanted, _)| *is_wanted).map(|(_, flag)| flag));
        for version in &asked.api_versions {
            command.args(["--api-versions", version]);
        }
        let doing = || format!("run {}", self.program.display());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().with_context(doing)?;
        let values = asked.values.to_string();
        let mut stdin = child.stdin.take();
        // It reads all values before it prints anything, so that neither waits for the other.
        let told = stdin.as_mut().map_or(Ok(()), |stdin| stdin.write_all(values.as_bytes()));
        drop(stdin);
        let output = child.wait_with_output().with_context(doing)?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            bail!(
                "{}",
                said.trim()
                    .trim_start_matches("Error: ")
                    .replace("\n\nUse --debug flag to render out invalid YAML", "")
            );
        }
        told.with_context(doing)?;
        String::from_utf8(output.stdout).context("it printed what is not UTF-8")
    }
}

/// Without anything of the person's own: no plugins, no registries, no cluster.
fn quiet(program: &Path, home: &Path) -> Command {
    let mut command = Command::new(program);
    command.env_clear();
    command.env("HOME", home).current_dir("/");
    for (variable, folder) in
        [("HELM_CACHE_HOME", "cache"), ("HELM_CONFIG_HOME", "config"), ("HELM_DATA_HOME", "data")]
    {
        command.env(variable, home.join(folder));
    }
    command
}

/// The version, remembered as long as the file is the same: asking costs more than rendering from the cache.
fn version(program: &Path, home: &Path) -> Result<String> {
    let doing = || format!("ask {} for its version", program.display());
    let file = fs::metadata(program).with_context(doing)?;
    let mark = format!("{} {} {:?}\n", program.display(), file.len(), file.modified().ok());
    let remembered = home.join("version");
    let text = fs::read_to_string(&remembered).unwrap_or_default();
    if let Some(version) = text.strip_prefix(&mark) {
        return Ok(version.to_owned());
    }
    let output = quiet(program, home)
        .args(["version", "--template", "{{.Version}}"])
        .stdin(Stdio::null())
        .output()
        .with_context(doing)?;
    if !output.status.success() {
        bail!(
            "{} does not know `version`: {}",
            program.display(),
            String::from_utf8_lossy(&output.stderr).trim()
        );
    }
    let version = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    write_private(&remembered, format!("{mark}{version}").as_bytes())?;
    Ok(version)
}
