//! The command line of `kustomize-rs` (feature `cli`).
#![allow(clippy::disallowed_methods, clippy::print_stderr, reason = "the only part that touches a disk")]

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};
use yamltree::path::RepoPath;
use yamltree::tree::{Entry, Tree, TreeError};

use crate::{LoadRestrictor, Options, Reorder, build};

#[derive(Debug, Parser)]
#[command(name = "kustomize-rs", about = "Builds kustomizations as kustomize 5.8.1 does")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Builds the kustomization in a folder
    Build {
        /// The folder
        #[arg(default_value = ".")]
        dir: PathBuf,
        /// Writes to this file instead of standard output
        #[arg(short, long)]
        output: Option<PathBuf>,
        /// Where files may lie
        #[arg(long, value_enum, ignore_case = true, default_value = "LoadRestrictionsRootOnly")]
        load_restrictor: Restrictor,
        /// Order of the objects
        #[arg(long, value_enum, default_value = "legacy")]
        reorder: Order,
        /// Adds the label app.kubernetes.io/managed-by
        #[arg(long)]
        enable_managedby_label: bool,
    },
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Restrictor {
    #[value(name = "LoadRestrictionsRootOnly")]
    RootOnly,
    #[value(name = "LoadRestrictionsNone")]
    None,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Order {
    Legacy,
    None,
}

/// The files of a disk below a folder.
#[derive(Debug)]
pub struct Disk(pub PathBuf);

impl Disk {
    fn place(&self, path: &RepoPath) -> PathBuf {
        self.0.join(path.as_str())
    }
}

fn refusal(path: &RepoPath, error: &std::io::Error) -> TreeError {
    use std::io::ErrorKind::{IsADirectory, NotADirectory, NotFound};
    match error.kind() {
        NotFound | NotADirectory | IsADirectory => TreeError::NotFound(path.clone()),
        _ => TreeError::Failed { path: path.clone(), reason: error.to_string() },
    }
}

impl Tree for Disk {
    fn read(&self, path: &RepoPath) -> Result<String, TreeError> {
        String::from_utf8(self.bytes(path)?).map_err(|_| TreeError::NotText(path.clone()))
    }

    fn bytes(&self, path: &RepoPath) -> Result<Vec<u8>, TreeError> {
        std::fs::read(self.place(path)).map_err(|e| refusal(path, &e))
    }

    fn list(&self, path: &RepoPath) -> Result<Vec<Entry>, TreeError> {
        let mut entries = Vec::new();
        for entry in std::fs::read_dir(self.place(path)).map_err(|e| refusal(path, &e))? {
            let entry = entry.map_err(|e| refusal(path, &e))?;
            let Ok(name) = entry.file_name().into_string() else { continue };
            let Ok(below) = path.join(&name) else { continue };
            entries.push(Entry { path: below, is_dir: entry.path().is_dir() });
        }
        entries.sort();
        Ok(entries)
    }
}

/// Runs the command; the exit code is 1 if the build fails.
pub fn main() -> ExitCode {
    let Command::Build { dir, output, load_restrictor, reorder, enable_managedby_label } =
        Cli::parse().command;
    let options = Options {
        load_restrictor: match load_restrictor {
            Restrictor::RootOnly => LoadRestrictor::RootOnly,
            Restrictor::None => LoadRestrictor::None,
        },
        reorder: match reorder {
            Order::Legacy => Reorder::Legacy,
            Order::None => Reorder::None,
        },
        managed_by_label: enable_managedby_label,
    };
    match run(&dir, output.as_deref(), &options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

fn run(dir: &Path, output: Option<&Path>, options: &Options) -> Result<(), String> {
    let place = dir.canonicalize().map_err(|e| format!("{}: {e}", dir.display()))?;
    let text = place.to_str().ok_or("the path is not UTF-8")?;
    let folder = RepoPath::new(text.trim_start_matches('/')).map_err(|e| e.to_string())?;
    let built = build(&Disk(PathBuf::from("/")), &folder, options).map_err(|e| e.to_string())?;
    let yaml = built.to_yaml().map_err(|e| e.to_string())?;
    match output {
        Some(path) => std::fs::write(path, yaml).map_err(|e| format!("{}: {e}", path.display())),
        None => std::io::stdout().write_all(yaml.as_bytes()).map_err(|e| e.to_string()),
    }
}
