//! Running as somebody else: tests as root become an ordinary user without an account where that matters.

use std::path::Path;
use std::process::Command;

/// A user id that has neither an account's rights nor a home: `nobody`'s.
pub const ORDINARY: u32 = 65534;

/// Whether these tests run as root.
pub fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// Gives everything below a path to a user; only root can.
pub fn give(path: &Path, user: u32) {
    let mut chown = Command::new("chown");
    chown.args(["-R", "-h", &format!("{user}:{user}")]).arg(path);
    crate::run::run(chown).expect(0);
}

/// A command that runs `program` as an ordinary user: as the user of these tests if that is one already.
pub fn ordinary(program: &Path) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command
        .arg(format!("--reuid={ORDINARY}"))
        .arg(format!("--regid={ORDINARY}"))
        .arg("--clear-groups")
        .arg(program);
    command
}
