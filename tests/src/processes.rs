//! The machine's processes, as /proc shows them.

use std::fs;
use std::path::Path;

/// A process that has to do with a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Process {
    /// Its id.
    pub pid: u32,
    /// Its command line.
    pub command: String,
}

/// Every process that runs in or below a folder, is run from there, or names it in its arguments.
pub fn of(folder: &Path) -> Vec<Process> {
    let needle = folder.to_string_lossy().into_owned();
    let mut found = Vec::new();
    for entry in fs::read_dir("/proc").unwrap().filter_map(Result::ok) {
        let Some(pid) = entry.file_name().to_str().and_then(|name| name.parse::<u32>().ok()) else {
            continue;
        };
        // A process may end while it is looked at: then it is none of them.
        let link = |name: &str| fs::read_link(entry.path().join(name)).unwrap_or_default();
        let command = fs::read(entry.path().join("cmdline")).unwrap_or_default();
        let command = String::from_utf8_lossy(&command).replace('\0', " ").trim().to_owned();
        let is_ours =
            link("cwd").starts_with(folder) || link("exe").starts_with(folder) || command.contains(&needle);
        if is_ours && pid != std::process::id() && !command.contains(crate::guard::MARK) {
            found.push(Process { pid, command });
        }
    }
    found
}

/// Ends a process at once, as `kill -9` does; one that is gone already is fine.
pub fn kill(pid: u32) {
    use rustix::process::{Pid, Signal, kill_process};
    let pid = Pid::from_raw(i32::try_from(pid).unwrap()).unwrap();
    let _ = kill_process(pid, Signal::KILL);
}
