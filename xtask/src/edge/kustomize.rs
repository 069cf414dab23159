//! The real kustomize, asked about a conformance case.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use conformance::case::{Case, Expected, RECORDER};

/// A binary of the version whose answers are recorded.
#[derive(Debug, Clone)]
pub struct Kustomize {
    program: PathBuf,
}

/// What it said to a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// What it built, or why it refused.
    pub expected: Expected,
    /// What it said on standard error although it built.
    pub warnings: String,
}

impl Kustomize {
    /// Takes a binary; one of another version is refused.
    pub fn new(program: PathBuf) -> Result<Self> {
        let doing = || format!("ask {} for its version", program.display());
        let output =
            Command::new(&program).arg("version").stdin(Stdio::null()).output().with_context(doing)?;
        let version = format!("kustomize {}", String::from_utf8_lossy(&output.stdout).trim());
        if version != RECORDER {
            bail!("{} is {version}; cases are recorded from {RECORDER}", program.display());
        }
        Ok(Kustomize { program })
    }

    /// Builds a copy of the case, so that nothing of this machine is in the answer and nothing is written beside the case.
    pub fn ask(&self, folder: &Path, case: &Case) -> Result<Answer> {
        let copy = tempfile::tempdir().context("make a folder for a copy of the case")?;
        // Its own errors name files by their real paths.
        let root = copy.path().canonicalize()?;
        copy_folder(&folder.join("input"), &root.join("CASE/input"))?;
        for beside in ["case.yaml", "expected.yaml"] {
            if folder.join(beside).exists() {
                fs::copy(folder.join(beside), root.join("CASE").join(beside))?;
            }
        }
        let output = Command::new(&self.program)
            .current_dir(root.join("CASE/input"))
            .arg("build")
            .args(&case.args)
            .arg(&case.dir)
            .stdin(Stdio::null())
            .output()
            .with_context(|| format!("run {}", self.program.display()))?;
        let said = String::from_utf8_lossy(&output.stderr).replace(&format!("{}/", root.display()), "");
        let said = without_machine(&said);
        if !output.status.success() {
            return Ok(Answer { expected: Expected::Refused(said), warnings: String::new() });
        }
        let bytes = match case.output_file() {
            Some(file) => fs::read(root.join("CASE/input").join(file)).context("read what it wrote")?,
            None => output.stdout,
        };
        let built = String::from_utf8(bytes).context("it wrote what is not UTF-8")?;
        Ok(Answer { expected: Expected::Built(built), warnings: said })
    }
}

fn copy_folder(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to).with_context(|| format!("make {}", to.display()))?;
    for entry in fs::read_dir(from).with_context(|| format!("list {}", from.display()))? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_folder(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), &target).with_context(|| format!("copy {}", entry.path().display()))?;
        }
    }
    Ok(())
}

/// The text without addresses in memory, stacks and times, which differ every time, and with one wording of what Go's JSON
/// words by chance.
fn without_machine(text: &str) -> String {
    let text = text.replace("unable to unmarshal", "cannot unmarshal");
    let text: String = text.split_inclusive('\n').map(without_time).collect();
    let end = ["\ngoroutine ", "\nruntime stack:"].iter().filter_map(|stack| text.find(stack)).min();
    let text = text.get(..end.unwrap_or(text.len())).unwrap_or_default();
    let mut parts = text.split("0x");
    let mut kept = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let rest = part.trim_start_matches(|c: char| c.is_ascii_hexdigit());
        let is_address = part.len() - rest.len() >= 6;
        kept.push_str("0x");
        kept.push_str(if is_address { "…" } else { "" });
        kept.push_str(if is_address { rest } else { part });
    }
    kept
}

/// A line of Go's log without `2026/01/31 12:00:00 ` in front.
fn without_time(line: &str) -> &str {
    let is_time = line.get(..20).is_some_and(|front| {
        front.bytes().zip(b"0000/00/00 00:00:00 ").all(|(is, wanted)| match wanted {
            b'0' => is.is_ascii_digit(),
            wanted => is == *wanted,
        })
    });
    line.get(20..).filter(|_| is_time).unwrap_or(line)
}

#[cfg(test)]
mod tests {
    use super::without_machine;

    #[test]
    fn addresses_times_and_stacks_are_not_recorded() {
        assert_eq!(without_machine("a &{0xc000123450 <nil>} 0x1F"), "a &{0x… <nil>} 0x1F");
        assert_eq!(without_machine("2026/01/31 12:00:00 Warning: a\nb\n"), "Warning: a\nb\n");
        assert_eq!(without_machine("panic: no\n\ngoroutine 1 [running]:\nmain.go"), "panic: no\n");
    }
}
