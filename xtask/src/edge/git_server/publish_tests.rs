#![allow(clippy::unwrap_used)]

use std::fs;
use std::process::Command;

use super::fixture::{Folder, fingerprint, write};
use super::{How, dirty_paths, head_of, publish_head, publish_work_tree};

#[test]
fn head_is_published_and_the_checkout_untouched() {
    let folder = Folder::new();
    let (checkout, bare) = (folder.checkout("checkout"), folder.path("served.git"));
    let before = fingerprint(&checkout);
    let served = publish_head(&folder.git, &checkout, &bare, "main").unwrap();
    assert_eq!((served.how, &served.commit), (How::Head, &folder.run(&checkout, &["rev-parse", "HEAD"])));
    assert_eq!(folder.run(&bare, &["log", "--format=%s", "main"]), "second\nfirst");
    assert_eq!(served, publish_head(&folder.git, &checkout, &bare, "main").unwrap());
    assert_eq!(before, fingerprint(&checkout));
    let head = head_of(&folder.git, &checkout).unwrap().unwrap();
    assert_eq!(
        (head.id, head.subject.as_str(), head.branch.as_deref()),
        (served.commit, "second", Some("main"))
    );
}

#[test]
fn a_rewritten_branch_is_followed() {
    let folder = Folder::new();
    let (checkout, bare) = (folder.checkout("checkout"), folder.path("served.git"));
    publish_head(&folder.git, &checkout, &bare, "main").unwrap();
    folder.run(&checkout, &["reset", "--quiet", "--hard", "HEAD~1"]);
    let served = publish_head(&folder.git, &checkout, &bare, "main").unwrap();
    assert_eq!(folder.run(&bare, &["rev-parse", "main"]), served.commit);
    assert_eq!(folder.run(&bare, &["log", "--format=%s", "main"]), "first");
}

#[test]
fn shallow_clones_detached_heads_and_worktrees_work() {
    let folder = Folder::new();
    let origin = folder.checkout("origin");
    let url = format!("file://{}", origin.display());
    folder.run(&folder.path(""), &["clone", "--quiet", "--depth=1", &url, "shallow"]);
    folder.run(&origin, &["worktree", "add", "--quiet", "--detach", "../worktree", "HEAD~1"]);
    for (name, subjects) in [("shallow", "second"), ("worktree", "first")] {
        let (checkout, bare) = (folder.path(name), folder.path(&format!("{name}.git")));
        let served = publish_head(&folder.git, &checkout, &bare, "main").unwrap();
        assert_eq!(folder.run(&bare, &["log", "--format=%s", "main"]), subjects);
        write(&checkout.join("new.txt"), "new\n");
        let before = fingerprint(&checkout);
        let dirty = publish_work_tree(&folder.git, &checkout, &bare, "main").unwrap();
        assert_eq!(dirty.how, How::WorkTree);
        assert_eq!(folder.run(&bare, &["rev-parse", "main^"]), served.commit);
        assert_eq!(before, fingerprint(&checkout));
    }
    assert_eq!(head_of(&folder.git, &folder.path("worktree")).unwrap().unwrap().branch, None);
    // More history later does not disturb a copy that began shallow.
    folder.run(&folder.path("shallow"), &["fetch", "--quiet", "--unshallow"]);
    publish_head(&folder.git, &folder.path("shallow"), &folder.path("shallow.git"), "main").unwrap();
}

/// Whose history was left at the origin (`--filter=blob:none`): the files of HEAD are all there is.
#[test]
fn a_partial_clone_works_without_its_origin() {
    let folder = Folder::new();
    let origin = folder.checkout("origin");
    write(&origin.join("a.txt"), "a later content\n");
    folder.commit_all(&origin, "third");
    folder.run(&origin, &["config", "uploadpack.allowFilter", "true"]);
    let url = format!("file://{}", origin.display());
    folder.run(&folder.path(""), &["clone", "--quiet", "--filter=blob:none", &url, "partial"]);
    fs::rename(&origin, folder.path("gone")).unwrap();
    let (checkout, bare) = (folder.path("partial"), folder.path("served.git"));
    let served = publish_head(&folder.git, &checkout, &bare, "main").unwrap();
    assert_eq!(folder.run(&bare, &["rev-parse", "main"]), served.commit);
    assert_eq!(folder.run(&bare, &["show", "main:a.txt"]), "a later content");
}

#[cfg(unix)]
#[test]
fn a_checkout_of_another_user_works() {
    let folder = Folder::new();
    let checkout = folder.checkout("checkout");
    if std::os::unix::fs::chown(&checkout, Some(12345), None).is_err() {
        return; // only root can give files away
    }
    for path in [".git", "a.txt"] {
        std::os::unix::fs::chown(checkout.join(path), Some(12345), None).unwrap();
    }
    write(&checkout.join("new.txt"), "new\n");
    publish_head(&folder.git, &checkout, &folder.path("served.git"), "main").unwrap();
    publish_work_tree(&folder.git, &checkout, &folder.path("served.git"), "main").unwrap();
    assert_eq!(dirty_paths(&folder.git, &checkout).unwrap(), ["new.txt"]);
}

#[test]
fn uncommitted_work_is_published_once_and_only_there() {
    let folder = Folder::new();
    let (checkout, bare) = (folder.checkout("checkout"), folder.path("served.git"));
    let clean = publish_work_tree(&folder.git, &checkout, &bare, "main").unwrap();
    assert_eq!(clean.how, How::Head);
    write(&checkout.join("a.txt"), "changed\n");
    write(&checkout.join("ünicode name.txt"), "untracked\n");
    write(&checkout.join("staged.txt"), "staged\n");
    folder.run(&checkout, &["add", "staged.txt"]);
    write(&checkout.join("ignored.log"), "no\n");
    fs::remove_file(checkout.join("sub/b.txt")).unwrap();
    let before = fingerprint(&checkout);
    let dirty = publish_work_tree(&folder.git, &checkout, &bare, "main").unwrap();
    assert_eq!(dirty, publish_work_tree(&folder.git, &checkout, &bare, "main").unwrap());
    assert_eq!(dirty, publish_work_tree(&folder.git, &checkout, &folder.path("other.git"), "x").unwrap());
    assert_eq!(
        dirty_paths(&folder.git, &checkout).unwrap(),
        ["a.txt", "staged.txt", "sub/b.txt", "ünicode name.txt"]
    );
    assert_eq!(before, fingerprint(&checkout));
    assert_eq!(folder.run(&bare, &["rev-parse", "main^"]), clean.commit);
    let files = folder.run(&bare, &["ls-tree", "-r", "--name-only", "main"]);
    assert_eq!(files, ".gitignore\na.txt\nstaged.txt\nünicode name.txt");
    assert_eq!(folder.run(&bare, &["show", "main:a.txt"]), "changed");
    folder.run(&bare, &["fsck", "--strict", "--connectivity-only"]);
    assert!(folder.attempt(&checkout, &["cat-file", "-e", &dirty.commit]).is_err());
    assert_eq!(publish_head(&folder.git, &checkout, &bare, "main").unwrap(), clean);
}

#[test]
fn a_sparse_checkout_loses_nothing() {
    let folder = Folder::new();
    let checkout = folder.checkout("checkout");
    write(&checkout.join("kept/c.txt"), "three\n");
    folder.commit_all(&checkout, "third");
    folder.run(&checkout, &["sparse-checkout", "set", "kept"]);
    assert!(!checkout.join("sub").exists());
    let bare = folder.path("served.git");
    assert_eq!(publish_work_tree(&folder.git, &checkout, &bare, "main").unwrap().how, How::Head);
    write(&checkout.join("kept/c.txt"), "changed\n");
    assert_eq!(publish_work_tree(&folder.git, &checkout, &bare, "main").unwrap().how, How::WorkTree);
    assert!(folder.run(&bare, &["ls-tree", "-r", "--name-only", "main"]).contains("sub/b.txt"));
}

#[test]
fn an_archive_without_git_is_published_even_inside_another_repository() {
    let folder = Folder::new();
    let outer = folder.checkout("outer");
    let archive = outer.join("unpacked");
    write(&archive.join("a.txt"), "one\n");
    write(&archive.join(".gitignore"), "/target/\n");
    write(&archive.join("target/big"), "no\n");
    // The copy may lie inside, ignored or not.
    let bare = archive.join("state/served.git");
    let served = publish_work_tree(&folder.git, &archive, &bare, "main").unwrap();
    assert_eq!(served.how, How::Archive);
    let ignored = archive.join("target/served.git");
    fs::remove_dir_all(&bare).unwrap();
    assert_eq!(served, publish_work_tree(&folder.git, &archive, &ignored, "main").unwrap());
    assert_eq!(served, publish_work_tree(&folder.git, &archive, &bare, "main").unwrap());
    assert_eq!(folder.run(&bare, &["ls-tree", "-r", "--name-only", "main"]), ".gitignore\na.txt");
    assert_eq!(head_of(&folder.git, &archive).unwrap(), None);
    assert!(dirty_paths(&folder.git, &archive).unwrap().is_empty());
    let error = publish_head(&folder.git, &archive, &bare, "main").unwrap_err().to_string();
    assert!(error.contains("unpacked") && error.contains("no .git"), "{error}");
}

#[test]
fn a_repository_without_commits_has_work_but_no_head() {
    let folder = Folder::new();
    let checkout = folder.path("new");
    write(&checkout.join("a.txt"), "one\n");
    folder.run(&checkout, &["init", "--quiet"]);
    assert_eq!(head_of(&folder.git, &checkout).unwrap(), None);
    let bare = folder.path("served.git");
    assert!(publish_head(&folder.git, &checkout, &bare, "main").is_err());
    assert_eq!(publish_work_tree(&folder.git, &checkout, &bare, "main").unwrap().how, How::WorkTree);
}

#[test]
fn left_over_locks_of_a_killed_git_do_not_matter() {
    let folder = Folder::new();
    let (checkout, bare) = (folder.checkout("checkout"), folder.path("served.git"));
    publish_head(&folder.git, &checkout, &bare, "main").unwrap();
    for lock in ["refs/heads/main.lock", "HEAD.lock", "config.lock", "work-tree-index.lock"] {
        write(&bare.join(lock), "");
    }
    write(&checkout.join("a.txt"), "changed\n");
    publish_work_tree(&folder.git, &checkout, &bare, "main").unwrap();
}

#[test]
fn errors_say_what_was_being_done() {
    let folder = Folder::new();
    let checkout = folder.checkout("checkout");
    let error = publish_head(&folder.git, &checkout, &folder.path("served.git"), "bad..name").unwrap_err();
    assert!(error.to_string().contains("bad..name"), "{error}");
    fs::write(checkout.join(".git/HEAD"), "nonsense").unwrap();
    let error =
        publish_head(&folder.git, &checkout, &folder.path("served.git"), "main").unwrap_err().to_string();
    assert!(error.contains("checkout") && error.contains("not a git repository"), "{error}");
    let git = folder.git.clone().with_program("/nonexistent/git");
    let error = head_of(&git, &checkout).unwrap_err().to_string();
    assert!(error.contains("is Git installed?"), "{error}");
}

/// Runs the tests of this file again in a process whose environment is full of Git variables.
#[test]
fn inherited_git_variables_and_settings_do_not_matter() {
    let folder = Folder::new();
    write(
        &folder.path(".gitconfig"),
        "[core]\n\thooksPath = /nonexistent\n[commit]\n\tgpgSign = true\n[user]\n",
    );
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["publish_tests::", "--skip", "inherited_git_variables"])
        .env("HOME", folder.path(""))
        .env("GIT_DIR", "/nonexistent")
        .env("GIT_WORK_TREE", "/nonexistent")
        .env("GIT_INDEX_FILE", "/nonexistent/index")
        .env("GIT_OBJECT_DIRECTORY", "/nonexistent/objects")
        .env("GIT_AUTHOR_DATE", "yesterday")
        .env("GIT_CONFIG_COUNT", "1")
        .env("GIT_CONFIG_KEY_0", "core.bare")
        .env("GIT_CONFIG_VALUE_0", "true")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && said.contains("test result: ok") && !said.contains(" 0 passed"),
        "{said}"
    );
}
