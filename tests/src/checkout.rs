//! Checkouts of this repository in temporary folders, and the binary run in them in a scrubbed environment.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::guard::Guard;
use crate::run::{Ran, run};
use crate::{binary, repository, user};

/// One checkout with all that belongs to it; its sandbox ends, and its folder goes, with this value.
#[derive(Debug)]
pub struct Checkout {
    folder: PathBuf,
    program: PathBuf,
    tools: PathBuf,
    runs_as_ordinary_user: bool,
    _guard: Guard,
}

impl Checkout {
    /// A clone of the repository's HEAD, on a branch of its own.
    pub fn new() -> Checkout {
        let checkout = Checkout::empty("clone");
        checkout.clone_with(&["--no-hardlinks", "--no-checkout"]);
        // Nine files of ten are recorded cases, which nothing that runs in a checkout reads.
        checkout.git(&[
            "sparse-checkout",
            "set",
            "--no-cone",
            "/*",
            "!/xtask/crates/kustomize-rs/tests/conformance/",
        ]);
        checkout.git(&["checkout", "--quiet", "-B", "work"]);
        checkout
    }

    /// A clone that holds the last commit only.
    pub fn shallow() -> Checkout {
        let checkout = Checkout::empty("shallow");
        // The last commit alone is what one gets of a repository that has but one.
        checkout.clone_with(&["--no-local", "--depth=1"]);
        checkout
    }

    /// The files of the repository's HEAD without any Git.
    pub fn archive() -> Checkout {
        let checkout = Checkout::empty("archive");
        let tar = checkout.folder.join("archive.tar");
        fs::create_dir(checkout.path()).unwrap();
        let mut pack = checkout.git_command(&repository::root());
        pack.args(["archive", "--format=tar", "--output"]).arg(&tar).arg("HEAD");
        run(pack).expect(0);
        let mut unpack = Command::new("tar");
        unpack.arg("--extract").arg("--file").arg(&tar).arg("--directory").arg(checkout.path());
        run(unpack).expect(0);
        checkout
    }

    fn empty(sort: &str) -> Checkout {
        let prefix = format!("openappstack-{sort}-");
        let folder = tempfile::Builder::new().prefix(&prefix).tempdir().unwrap().keep();
        let folder = fs::canonicalize(folder).unwrap();
        // Others may look in: some tests run as somebody else.
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).unwrap();
        fs::create_dir(folder.join("home")).unwrap();
        fs::create_dir(folder.join("no-tools")).unwrap();
        let configuration =
            "[safe]\n\tdirectory = *\n[user]\n\tname = Somebody\n\temail = somebody@example.org\n";
        fs::write(folder.join("gitconfig"), configuration).unwrap();
        Checkout {
            _guard: Guard::new(&folder, &folder.join("checkout")),
            program: binary::xtask().to_path_buf(),
            tools: folder.join("no-tools"),
            folder,
            runs_as_ordinary_user: false,
        }
    }

    fn clone_with(&self, options: &[&str]) {
        let mut clone = self.git_command(&self.folder);
        clone
            .args(["clone", "--quiet"])
            .args(options)
            .arg(format!("file://{}", repository::root().display()));
        clone.arg("checkout");
        run(clone).expect(0);
    }

    /// The same checkout with the sandbox's binaries at hand, built before if need be.
    pub fn with_tools(mut self) -> Checkout {
        self.tools = binary::tools().parent().unwrap().to_path_buf();
        self
    }

    /// The same checkout, where everything is run by an ordinary user who owns it (or, with `owns` off, does not).
    ///
    /// That user may not be allowed to enter the folders of the working repository, so the programs move here too.
    pub fn as_ordinary_user(mut self, owns: bool) -> Checkout {
        let programs = self.folder.join("programs");
        fs::create_dir(&programs).unwrap();
        let program = programs.join("xtask");
        fs::copy(&self.program, &program).unwrap();
        let mut copy = Command::new("cp");
        // Links where the file system allows them: these are several hundred megabytes.
        copy.args(["--recursive", "--link"]).arg(&self.tools).arg(programs.join("tools"));
        if run(copy).code != 0 {
            let mut copy = Command::new("cp");
            run({
                copy.args(["--recursive", "--force"]).arg(&self.tools).arg(programs.join("tools"));
                copy
            })
            .expect(0);
        }
        self.tools = programs.join("tools");
        self.program = program;
        self.runs_as_ordinary_user = true;
        if user::is_root() {
            user::give(&self.folder.join("home"), user::ORDINARY);
            if owns {
                user::give(&self.path(), user::ORDINARY);
            } else {
                // Cargo's target folder is the user's own, wherever it is.
                fs::create_dir_all(self.target()).unwrap();
                user::give(&self.target(), user::ORDINARY);
            }
        }
        self
    }

    /// The checkout's root.
    pub fn path(&self) -> PathBuf {
        self.folder.join("checkout")
    }

    /// The temporary folder around it, for a test's own files.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// HOME of everything that runs here.
    pub fn home(&self) -> PathBuf {
        self.folder.join("home")
    }

    /// Cargo's target folder, in which the sandbox lives.
    pub fn target(&self) -> PathBuf {
        self.path().join("target")
    }

    /// The folder of the binaries that sandboxes here run.
    pub fn tools(&self) -> &Path {
        &self.tools
    }

    /// `xtask` with these arguments, ready to be changed and run.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = if self.runs_as_ordinary_user {
            user::ordinary(&self.program)
        } else {
            Command::new(&self.program)
        };
        command.args(arguments).current_dir(self.path());
        self.scrub(&mut command);
        command
    }

    /// Leaves a command nothing of the environment of these tests but the search path.
    pub fn scrub(&self, command: &mut Command) {
        command
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.home())
            .env("LANG", "C.UTF-8")
            .env("CARGO_TARGET_DIR", self.target())
            .env("XTASK_SANDBOX_TOOLS", &self.tools);
    }

    /// Runs `xtask` with these arguments to its end.
    #[track_caller]
    pub fn xtask(&self, arguments: &[&str]) -> Ran {
        run(self.command(arguments))
    }

    /// Starts `xtask` with both outputs piped.
    pub fn start(&self, arguments: &[&str]) -> Child {
        let mut command = self.command(arguments);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }

    fn git_command(&self, folder: &Path) -> Command {
        let mut command = Command::new("git");
        command
            .current_dir(folder)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.home())
            .env("GIT_CONFIG_GLOBAL", self.folder.join("gitconfig"))
            .env("GIT_CONFIG_NOSYSTEM", "1");
        command
    }

    /// Runs Git in the checkout and gives what it prints; it must not fail.
    #[track_caller]
    pub fn git(&self, arguments: &[&str]) -> String {
        let mut command = self.git_command(&self.path());
        command.args(arguments);
        run(command).expect(0).text().to_owned()
    }

    /// The same with the answer whatever it is.
    #[track_caller]
    pub fn try_git(&self, arguments: &[&str]) -> Ran {
        let mut command = self.git_command(&self.path());
        command.args(arguments);
        run(command)
    }

    /// The commit that the checkout is at.
    pub fn head(&self) -> String {
        self.git(&["rev-parse", "HEAD"])
    }

    /// Commits everything, and gives the new commit's id.
    pub fn commit(&self, message: &str) -> String {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--message", message]);
        self.head()
    }

    /// The text of a file of the checkout.
    #[track_caller]
    pub fn read(&self, path: &str) -> String {
        let full = self.path().join(path);
        fs::read_to_string(&full).unwrap_or_else(|error| panic!("read {}: {error}", full.display()))
    }

    /// Writes a file of the checkout.
    #[track_caller]
    pub fn write(&self, path: &str, text: &str) {
        let full = self.path().join(path);
        fs::create_dir_all(full.parent().unwrap()).unwrap();
        fs::write(&full, text).unwrap_or_else(|error| panic!("write {}: {error}", full.display()));
    }

    /// Which chart a release runs, as the tree says.
    #[track_caller]
    pub fn pin(&self, release: &str) -> flux::pins::Pin {
        let (pins, _) = flux::pins::read(&xtask::edge::tree::DiskTree::new(self.path()));
        pins.into_iter().find(|pin| pin.release == release).unwrap_or_else(|| panic!("no release {release}"))
    }

    /// Replaces a text that must be in a file of the checkout.
    #[track_caller]
    pub fn replace(&self, path: &str, from: &str, to: &str) {
        let text = self.read(path);
        assert!(text.contains(from), "{path} does not hold `{from}`");
        self.write(path, &text.replace(from, to));
    }
}

impl Default for Checkout {
    fn default() -> Self {
        Checkout::new()
    }
}
