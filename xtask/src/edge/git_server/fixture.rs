#![allow(clippy::unwrap_used)]
//! Real repositories in a temporary folder.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use tokio::net::TcpListener;

use super::{GitEnvironment, GitServer};

pub(crate) struct Folder {
    directory: TempDir,
    pub(crate) git: GitEnvironment,
}

impl Folder {
    pub(crate) fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let git = GitEnvironment::create(&directory.path().join("environment")).unwrap();
        Self { directory, git }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// A repository with two commits; `a.txt`, `sub/b.txt` and a `.gitignore` for `*.log`.
    pub(crate) fn checkout(&self, name: &str) -> PathBuf {
        let path = self.path(name);
        write(&path.join("a.txt"), "one\n");
        self.run(&path, &["init", "--quiet", "--initial-branch=main"]);
        self.commit_all(&path, "first");
        write(&path.join("sub/b.txt"), "two\n");
        write(&path.join(".gitignore"), "*.log\n");
        self.commit_all(&path, "second");
        path
    }

    pub(crate) fn commit_all(&self, checkout: &Path, message: &str) {
        self.run(checkout, &["add", "--all"]);
        self.run(checkout, &["commit", "--quiet", "-m", message]);
    }

    pub(crate) fn run(&self, directory: &Path, arguments: &[&str]) -> String {
        self.attempt(directory, arguments).unwrap()
    }

    /// Standard output, or standard error when git says no.
    pub(crate) fn attempt(&self, directory: &Path, arguments: &[&str]) -> Result<String, String> {
        let mut command = self.git.command();
        let output = command.current_dir(directory).args(arguments).output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
        if output.status.success() { Ok(text(&output.stdout)) } else { Err(text(&output.stderr)) }
    }

    /// Serves everything below this folder; returns the base URL.
    pub(crate) async fn serve(&self) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(GitServer::new(self.git.clone(), self.directory.path()).serve(listener));
        url
    }
}

pub(crate) fn write(path: &Path, content: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, content).unwrap();
}

/// Every file below `directory` with its content, size and time, to prove that nothing was written.
pub(crate) fn fingerprint(directory: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let metadata = path.symlink_metadata().unwrap();
        found.push(format!("{} {} {:?}", path.display(), metadata.len(), metadata.modified().unwrap()));
        if metadata.is_dir() {
            found.extend(fingerprint(&path));
        }
    }
    found.sort();
    found
}
