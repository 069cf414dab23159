//! What every command needs to know before it begins: where the repository is, and how to talk.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::{Args, ValueEnum};

use crate::edge::charts::ChartStore;
use crate::edge::terminal::Terminal;
use crate::exit::Failure;
use crate::sandbox::layout::Layout;

/// Options of every command.
#[derive(Debug, Clone, Args)]
pub struct Global {
    /// How to print results
    #[arg(long, global = true, value_enum, default_value_t = Output::Human, value_name = "FORMAT")]
    pub output: Output,
    /// Say more of what is being done; twice says most
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
}

/// How results are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Output {
    /// For people
    Human,
    /// For machines; every object has a `version`
    Json,
}

/// The setting of one run.
#[derive(Debug, Clone)]
pub struct Context {
    /// The repository's root.
    pub root: PathBuf,
    /// The sandbox's folders.
    pub layout: Layout,
    /// How results are printed.
    pub output: Output,
    /// Where talk goes.
    pub terminal: Terminal,
}

impl Context {
    /// Finds the repository above the current folder, and cargo's target folder.
    pub fn new(global: &Global) -> Result<Context, Failure> {
        let here = std::env::current_dir().context("find the current folder")?;
        let root = find_root(&here).or_else(|| {
            // `cargo xtask` run with --manifest-path from elsewhere: cargo tells where the package is.
            let package = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR")?);
            find_root(&package)
        });
        let Some(root) = root else {
            return Err(Failure::Usage(format!(
                "{} is not inside a checkout of OpenAppStack; change to one (the folder with flux2/ and install/)",
                here.display()
            )));
        };
        // An empty variable is none, as for Cargo; a relative folder is the checkout's.
        let folder =
            |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(|folder| root.join(folder));
        let target = folder("CARGO_TARGET_DIR").unwrap_or_else(|| root.join("target"));
        let tools = folder("XTASK_SANDBOX_TOOLS");
        Ok(Context {
            layout: Layout::new(&root, &target, tools.as_deref()),
            root,
            output: global.output,
            terminal: Terminal::stderr(),
        })
    }

    /// The charts that were pulled.
    pub fn charts(&self) -> ChartStore {
        ChartStore::new(self.layout.charts())
    }

    /// A runtime for the commands that talk to a cluster.
    pub fn block_on<T>(&self, work: impl Future<Output = T>) -> Result<T, Failure> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .context("start the asynchronous runtime")?;
        let done = runtime.block_on(work);
        // A blocking step that was interrupted ends with its own child process; nobody waits for it here.
        runtime.shutdown_timeout(std::time::Duration::from_millis(200));
        Ok(done)
    }
}

fn find_root(start: &Path) -> Option<PathBuf> {
    start
        .ancestors()
        .find(|folder| folder.join("flux2").is_dir() && folder.join("install/sandbox/go.mod").is_file())
        .map(Path::to_path_buf)
}
