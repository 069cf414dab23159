//! What ends a sandbox and removes its folder when the test process is gone, however it went: a small helper that waits
//! for the end of a pipe. Also after Ctrl-C, an abort, or at the end of a run for what lives in a static.

use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// In the helper's arguments, so that it is not taken for a process of the sandbox.
pub const MARK: &str = "tests-guard";

/// Holds the pipe; dropping it makes the helper clean up.
#[derive(Debug)]
pub struct Guard {
    helper: Child,
}

impl Guard {
    /// Guards a temporary folder that may hold a sandbox in `checkout`.
    pub fn new(folder: &Path, checkout: &Path) -> Guard {
        // $1 folder, $2 checkout. Whatever of the sandbox is left after `down` goes with its supervisor.
        const SCRIPT: &str = r#"
            read -r _
            if [ -e "$2/target/sandbox/supervisor.lock" ]; then
              cd "$2" && CARGO_TARGET_DIR="$2/target" "$3" sandbox down
            fi
            cd /
            # A process that is just ending may still have written something.
            for again in 1 2 3 4 5 6 7 8 9 10; do
              rm -rf -- "$1" && exit
              sleep 0.5
            done
        "#;
        let helper = Command::new("sh")
            .args(["-c", SCRIPT, MARK])
            .arg(folder)
            .arg(checkout)
            .arg(crate::binary::xtask())
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            // Its own group: Ctrl-C is not for it.
            .process_group(0)
            .spawn()
            .unwrap();
        Guard { helper }
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        drop(self.helper.stdin.take());
        let _ = self.helper.wait();
    }
}
