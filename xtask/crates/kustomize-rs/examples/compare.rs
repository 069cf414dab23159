//! Builds every folder with a kustomization file below some trees with the real kustomize and with ours, and says where the
//! bytes or the verdicts differ.
//!
//! ```sh
//! cargo run --release -p kustomize-rs --features cli --example compare -- KUSTOMIZE_BINARY TREE…
//! ```
//!
//! Flags before the binary: `--root-only` keeps the default load restriction (without it files may lie anywhere, as Flux
//! has it), `--reorder-none` keeps the order in which objects came, `--refusals` prints both messages also where both refuse.
//! Exit code 1 if anything differs. What is refused by design (remote resources, charts, plugins that run) is counted apart, and the
//! original is not asked for it.
#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a tool of the developers, never part of the crate"
)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use kustomize_rs::cli::Disk;
use kustomize_rs::{LoadRestrictor, Options, Reorder, build};
use yamltree::path::RepoPath;

const NAMES: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

fn main() -> ExitCode {
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    let mut flag = |name: &str| {
        let before = arguments.len();
        arguments.retain(|a| a != name);
        arguments.len() < before
    };
    let (root_only, reorder_none, refusals) =
        (flag("--root-only"), flag("--reorder-none"), flag("--refusals"));
    let [kustomize, trees @ ..] = &arguments[..] else {
        eprintln!("usage: compare [--root-only] [--reorder-none] [--refusals] KUSTOMIZE_BINARY TREE…");
        return ExitCode::from(2);
    };
    // One that cannot be started would seem to refuse everything.
    if let Err(error) = Command::new(kustomize).arg("version").output() {
        eprintln!("{kustomize}: {error}");
        return ExitCode::from(2);
    }
    let mut options = Options::default();
    if !root_only {
        options.load_restrictor = LoadRestrictor::None;
    }
    if reorder_none {
        options.reorder = Reorder::None;
    }
    let mut total = Counts::new();
    for tree in trees {
        let Ok(root) = Path::new(tree).canonicalize() else {
            eprintln!("{tree}: not there");
            return ExitCode::from(2);
        };
        let mut counts = Counts::new();
        for folder in folders(&root) {
            let ours = ours(&folder, &options);
            // The original would wait for the network.
            let is_by_design = ours.as_ref().is_err_and(|message| is_by_design(message));
            let theirs = if is_by_design { ours.clone() } else { original(kustomize, &folder, &options) };
            let outcome = judge(&theirs, &ours);
            let shown = folder.strip_prefix(root.parent().unwrap_or(&root)).unwrap_or(&folder).display();
            match outcome {
                Outcome::Differ => println!("DIFFER {shown}\n{}", difference(&theirs, &ours)),
                Outcome::OnlyTheyRefuse => println!("ONLY THE ORIGINAL REFUSES {shown}\n  {}", said(&theirs)),
                Outcome::OnlyWeRefuse => println!("ONLY OURS REFUSES {shown}\n  {}", said(&ours)),
                Outcome::BothRefuse if refusals => {
                    println!(
                        "both refuse {shown}\n  original: {}\n  ours:     {}",
                        said(&theirs),
                        said(&ours)
                    );
                }
                _ => {}
            }
            *counts.entry(outcome).or_default() += 1;
        }
        println!("{tree}: {}", summary(&counts));
        counts.into_iter().for_each(|(outcome, n)| *total.entry(outcome).or_default() += n);
    }
    println!("all: {}", summary(&total));
    let bad = [Outcome::Differ, Outcome::OnlyTheyRefuse, Outcome::OnlyWeRefuse];
    if bad.iter().any(|o| total.contains_key(o)) { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

type Counts = BTreeMap<Outcome, usize>;
type Answer = Result<String, String>;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Outcome {
    Identical,
    BothRefuse,
    ByDesign,
    Differ,
    OnlyTheyRefuse,
    OnlyWeRefuse,
}

fn summary(counts: &Counts) -> String {
    let of = |outcome| counts.get(&outcome).copied().unwrap_or(0);
    format!(
        "{} paths; {} identical, {} refused by both, {} refused by design (remote, charts, plugins that run); {} differ, {} only the \
         original refuses, {} only ours refuses",
        counts.values().sum::<usize>(),
        of(Outcome::Identical),
        of(Outcome::BothRefuse),
        of(Outcome::ByDesign),
        of(Outcome::Differ),
        of(Outcome::OnlyTheyRefuse),
        of(Outcome::OnlyWeRefuse),
    )
}

/// Every folder at or below `root` with a kustomization file, sorted. Links are not followed.
fn folders(root: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut queue = vec![root.to_path_buf()];
    while let Some(folder) = queue.pop() {
        if NAMES.iter().any(|name| folder.join(name).is_file()) {
            found.push(folder.clone());
        }
        let entries = std::fs::read_dir(&folder).into_iter().flatten().flatten();
        queue.extend(entries.filter(|e| e.file_type().is_ok_and(|t| t.is_dir())).map(|e| e.path()));
    }
    found.sort();
    found
}

fn original(kustomize: &str, folder: &Path, options: &Options) -> Answer {
    let mut command = Command::new(kustomize);
    command.arg("build").arg(folder);
    if options.load_restrictor == LoadRestrictor::None {
        command.arg("--load-restrictor=LoadRestrictionsNone");
    }
    if options.reorder == Reorder::None {
        command.arg("--reorder=none");
    }
    let output = command.output().map_err(|e| format!("{kustomize}: {e}"))?;
    match (output.status.success(), String::from_utf8(output.stdout)) {
        (true, Ok(text)) => Ok(text),
        (true, Err(_)) => Err("the output is not UTF-8".to_owned()),
        (false, _) => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
    }
}

fn ours(folder: &Path, options: &Options) -> Answer {
    let text = folder.to_string_lossy();
    let folder = RepoPath::new(text.trim_start_matches('/')).map_err(|e| e.to_string())?;
    let built = build(&Disk(PathBuf::from("/")), &folder, options).map_err(|e| e.to_string())?;
    built.to_yaml().map_err(|e| e.to_string())
}

fn judge(theirs: &Answer, ours: &Answer) -> Outcome {
    match (theirs, ours) {
        (Ok(theirs), Ok(ours)) if theirs == ours => Outcome::Identical,
        (Ok(_), Ok(_)) => Outcome::Differ,
        (_, Err(message)) if is_by_design(message) => Outcome::ByDesign,
        (Err(_), Err(_)) => Outcome::BothRefuse,
        (Err(_), Ok(_)) => Outcome::OnlyTheyRefuse,
        (Ok(_), Err(_)) => Outcome::OnlyWeRefuse,
    }
}

fn is_by_design(message: &str) -> bool {
    message.contains("[kustomize/remote]")
        || message.contains("[kustomize/unsupported]") && message.contains("charts are not rendered")
}

fn said(answer: &Answer) -> String {
    let text = match answer {
        Ok(text) => text,
        Err(text) => text,
    };
    let line = text.lines().filter(|l| !l.starts_with("# Warning")).take(3).collect::<Vec<_>>().join(" / ");
    line.chars().take(600).collect()
}

/// The first line that differs, with the object it is in.
fn difference(theirs: &Answer, ours: &Answer) -> String {
    let (Ok(theirs), Ok(ours)) = (theirs, ours) else { return String::new() };
    let mut object = 0;
    let (mut left, mut right) = (theirs.lines(), ours.lines());
    for number in 1.. {
        let (one, other) = (left.next(), right.next());
        if one == Some("---") {
            object = number;
        }
        if one != other || one.is_none() {
            let show = |line: Option<&str>| line.map_or("(end)".to_owned(), |l| format!("{l:?}"));
            let head: Vec<&str> = theirs
                .lines()
                .skip(object)
                .filter(|l| l.starts_with("kind:") || l.starts_with("  name:"))
                .take(2)
                .collect();
            return format!(
                "  line {number} ({}): original {} | ours {}",
                head.join(" "),
                show(one),
                show(other)
            );
        }
    }
    String::new()
}
