//! What the machine lacks.

use std::os::unix::fs::symlink;
use std::path::PathBuf;

use tests::checkout::Checkout;
use tests::run::run;

/// A search path with Git and nothing else.
fn only_git(checkout: &Checkout) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap();
    let git =
        std::env::split_paths(&path).map(|folder| folder.join("git")).find(|git| git.is_file()).unwrap();
    let folder = checkout.folder().join("only-git");
    std::fs::create_dir(&folder).unwrap();
    symlink(git, folder.join("git")).unwrap();
    folder
}

#[test]
fn without_go_and_pip_one_error_names_both_ways() {
    let checkout = Checkout::new();
    let mut command = checkout.command(&["bootstrap", "--charts", "stand-in"]);
    command.env("PATH", only_git(&checkout));
    let ran = run(command)
        .expect(3)
        .says("install Go 1.21 or newer")
        .says("install pip (`apt install python3-pip`)");
    assert_eq!(ran.stderr.lines().filter(|line| line.starts_with("error:")).count(), 1, "{ran}");
    assert_eq!(tests::processes::of(&checkout.path()), []);
}

#[test]
fn without_git_the_error_names_it() {
    let checkout = Checkout::new();
    let mut command = checkout.command(&["bootstrap", "--charts", "stand-in"]);
    command.env("PATH", checkout.folder().join("no-tools"));
    run(command).expect(3).says("git");
}
