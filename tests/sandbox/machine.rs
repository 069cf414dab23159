//! What a machine lacks for building the tools, told before compiling.

use std::path::PathBuf;
use std::process::Command;

use tests::checkout::Checkout;
use tests::run::run;
use tests::shared::alone;
use tests::{binary, user};

/// The search path with a Go on it: the machine's, or the one that was unpacked to build the tools.
fn path_with_go() -> std::ffi::OsString {
    let own = std::env::var_os("PATH").unwrap_or_default();
    let unpacked = binary::tools().ancestors().nth(2).unwrap().join("go");
    let mut folders = vec![unpacked];
    let mut found: Vec<PathBuf> = std::env::split_paths(&own).collect();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().map(Result::unwrap) {
            let path = entry.path();
            if path.is_dir() && path.join("go").is_file() {
                found.push(path);
            } else if entry.file_type().unwrap().is_dir() {
                folders.push(path);
            }
        }
    }
    std::env::join_paths(found).unwrap()
}

#[test]
fn too_little_disk_is_told_with_the_folder_and_the_way_out() {
    let _turn = alone();
    binary::tools();
    let checkout = Checkout::new();
    let home = checkout.target().join("sandbox");
    std::fs::create_dir_all(&home).unwrap();
    // A real file system of 64 MB, seen by this one command only.
    let script = r#"mount -t tmpfs -o size=64m,mode=0777 tmpfs "$1" && shift && exec "$@""#;
    let mut command = Command::new("unshare");
    if !user::is_root() {
        command.args(["--user", "--map-root-user"]);
    }
    command.args(["--mount", "sh", "-c", script, "sh"]).arg(&home).arg(binary::xtask());
    command.args(["bootstrap", "--charts", "stand-in"]).current_dir(checkout.path());
    checkout.scrub(&mut command);
    // Go's own settings are the person's: where its toolchain and modules are.
    command.env("HOME", std::env::var_os("HOME").unwrap_or_default()).env("PATH", path_with_go());
    let ran = run(command).expect(3);
    let ran = ran
        .says(&format!("{} has 0.1 GB free", home.display()))
        .says("set GOCACHE, GOMODCACHE and CARGO_TARGET_DIR");
    assert!(!ran.stderr.contains("… build"), "it began to compile\n{ran}");
}
