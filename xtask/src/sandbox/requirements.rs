//! What building the sandbox's tools needs of a machine, and whether this one has it: said before compiling, not after.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

use super::go::Go;
use super::layout::Layout;

/// What a cold build took where it was measured (2 cores, November 2026).
pub const MEASURED: &str = "From cold caches on two cores that took 7 minutes, 8 GB of disk (modules and Go's build cache) and 3 GB of memory.";

/// Bytes that a cold build leaves on disk.
const DISK: u64 = 8 << 30;
/// Bytes of memory that two linkers at a time want.
const MEMORY: u64 = 3 << 30;

/// Errs when the machine has too little disk or memory for a cold build.
pub fn check(layout: &Layout, go: &Go) -> Result<()> {
    let cache = go.build_cache(layout)?;
    // A filled build cache means that most of the disk is spent already; the binaries themselves take 1 GB.
    let needed = if is_filled(&cache) { 1 << 30 } else { DISK };
    let mut problems = Vec::new();
    for folder in [cache.as_path(), layout.home()] {
        problems.extend(too_little_disk(folder, free_disk(folder)?, needed));
    }
    problems.extend(too_little_memory(available_memory()?));
    problems.dedup();
    if problems.is_empty() {
        return Ok(());
    }
    bail!("build the sandbox's tools: {}", problems.join("; "))
}

fn too_little_disk(folder: &Path, free: u64, needed: u64) -> Option<String> {
    (free < needed).then(|| {
        format!(
            "{} has {} free and {} are needed; free some, or set GOCACHE, GOMODCACHE and CARGO_TARGET_DIR to folders \
             with room",
            folder.display(),
            Gigabytes(free),
            Gigabytes(needed)
        )
    })
}

fn too_little_memory(available: u64) -> Option<String> {
    (available < MEMORY).then(|| {
        format!(
            "{} of memory are available and {} are needed; end other programs or add swap",
            Gigabytes(available),
            Gigabytes(MEMORY)
        )
    })
}

fn is_filled(cache: &Path) -> bool {
    // Go makes 256 folders at once and a few files; a real build leaves many entries in the first of them.
    fs::read_dir(cache.join("00")).is_ok_and(|entries| entries.count() > 20)
}

/// Free bytes for this user on the file system of the nearest folder that exists.
fn free_disk(folder: &Path) -> Result<u64> {
    let existing = folder.ancestors().find(|folder| folder.exists()).unwrap_or(Path::new("/"));
    let answer = rustix::fs::statvfs(existing)
        .with_context(|| format!("ask for the free disk at {}", existing.display()))?;
    Ok(answer.f_bavail * answer.f_frsize)
}

fn available_memory() -> Result<u64> {
    let text = fs::read_to_string("/proc/meminfo").context("read /proc/meminfo")?;
    let kibibytes = |name: &str| {
        text.lines()
            .find_map(|line| line.strip_prefix(name)?.trim().split(' ').next()?.parse::<u64>().ok())
            .unwrap_or(0)
    };
    Ok((kibibytes("MemAvailable:") + kibibytes("SwapFree:")) << 10)
}

struct Gigabytes(u64);

impl std::fmt::Display for Gigabytes {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{:.1} GB", self.0 as f64 / 1e9)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn too_little_disk_names_the_folder_and_the_way_out() {
        let problem = too_little_disk(Path::new("/somewhere"), 1 << 30, DISK).unwrap();
        assert!(problem.starts_with("/somewhere has 1.1 GB free and 8.6 GB are needed"), "{problem}");
        assert!(problem.contains("GOCACHE"), "{problem}");
    }

    #[test]
    fn enough_is_no_problem() {
        assert_eq!(too_little_disk(Path::new("/"), DISK, DISK), None);
        assert_eq!(too_little_memory(MEMORY), None);
    }

    #[test]
    fn this_machine_says_what_it_has() {
        assert!(free_disk(Path::new("/nowhere/at/all")).unwrap() > 0);
        assert!(available_memory().unwrap() > 0);
    }
}
