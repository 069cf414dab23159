//! Work done in a process of its own, so that its CPU time and its peak memory can be asked of the system.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use kustomize_rs::cli::Disk;
use kustomize_rs::{LoadRestrictor, Options, Session, build};
use nix::sys::resource::{UsageWho, getrusage};
use serde_json::{Value, json};
use yamltree::path::RepoPath;
use yamltree::tree::{MemTree, Tree};

/// What is asked of both programs.
#[derive(Debug, Clone, Default)]
pub struct Work {
    pub root: PathBuf,
    pub paths: Vec<String>,
    pub in_memory: bool,
    pub as_flux: bool,
    pub passes: usize,
}

/// What a process needed.
#[derive(Debug, Clone, Default)]
pub struct Needed {
    /// CPU milliseconds of each pass.
    pub cpu: Vec<f64>,
    /// Most memory at any time, KiB.
    pub peak: u64,
    /// Bytes written in the last pass.
    pub bytes: u64,
    /// Paths refused in the last pass.
    pub refused: u64,
}

impl Work {
    fn arguments(&self) -> Vec<String> {
        let mut arguments = vec!["-root".to_owned(), self.root.display().to_string()];
        arguments.extend(self.in_memory.then(|| "-memory".to_owned()));
        arguments.extend(self.as_flux.then(|| "-flux".to_owned()));
        arguments.extend(["-passes".to_owned(), self.passes.max(1).to_string()]);
        arguments
    }

    /// Lets the original do it.
    pub fn original(&self, program: &Path) -> Needed {
        self.run(Command::new(program).args(self.arguments()))
    }

    /// Lets this crate do it.
    pub fn ours(&self) -> Needed {
        self.run(Command::new(std::env::current_exe().unwrap()).arg("--ours").args(self.arguments()))
    }

    fn run(&self, command: &mut Command) -> Needed {
        // The paths fit into a pipe, so nobody waits for anybody.
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let stdin = child.stdin.take().unwrap();
        std::io::Write::write_all(&mut &stdin, self.paths.join("\n").as_bytes()).unwrap();
        drop(stdin);
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{command:?}");
        let said: Value = serde_json::from_slice(&output.stdout).unwrap();
        Needed {
            cpu: said["cpu_ms"].as_array().unwrap().iter().filter_map(Value::as_f64).collect(),
            peak: said["peak_kib"].as_u64().unwrap(),
            bytes: said["bytes"].as_u64().unwrap(),
            refused: said["refused"].as_u64().unwrap(),
        }
    }
}

/// CPU milliseconds and peak KiB of one run of a program that writes to nowhere. A small process of ours starts it: the
/// system counts the memory of whoever starts a program as that program's.
pub fn process(program: &Path, arguments: &[&str]) -> (f64, u64) {
    let mut command = Command::new(std::env::current_exe().unwrap());
    let output = command.arg("--spawn").arg(program).args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let said: Value = serde_json::from_slice(&output.stdout).unwrap();
    (said["cpu_ms"].as_f64().unwrap(), said["peak_kib"].as_u64().unwrap())
}

/// What this process does if it was started by the functions above: `None` if it was not.
pub fn main(arguments: &[String]) -> Option<()> {
    match arguments.first()?.as_str() {
        "--ours" => ours(&arguments[1..]),
        "--spawn" => spawn(&arguments[1..]),
        "--spin" => println!("{}", spin(arguments[1].parse().unwrap(), arguments[2].parse().unwrap())),
        "--repeat" => println!("{}", repeat(&arguments[1..])),
        _ => return None,
    }
    Some(())
}

fn cpu(who: UsageWho) -> f64 {
    let usage = getrusage(who).unwrap();
    let milliseconds =
        |time: nix::sys::time::TimeVal| time.tv_sec() as f64 * 1e3 + time.tv_usec() as f64 / 1e3;
    milliseconds(usage.user_time()) + milliseconds(usage.system_time())
}

fn spawn(arguments: &[String]) {
    let status = Command::new(&arguments[0]).args(&arguments[1..]).stdout(Stdio::null()).status().unwrap();
    assert!(status.success());
    let peak = getrusage(UsageWho::RUSAGE_CHILDREN).unwrap().max_rss();
    println!("{}", json!({"cpu_ms": cpu(UsageWho::RUSAGE_CHILDREN), "peak_kib": peak}));
}

fn ours(arguments: &[String]) {
    let value = |name: &str| arguments.iter().position(|a| a == name).map(|at| arguments[at + 1].clone());
    let root = PathBuf::from(value("-root").unwrap());
    let passes: usize = value("-passes").unwrap().parse().unwrap();
    let paths = stdin_paths();
    let tree: Box<dyn Tree> =
        if arguments.iter().any(|a| a == "-memory") { Box::new(load(&root)) } else { Box::new(Disk(root)) };
    let mut times = Vec::new();
    let (mut bytes, mut refused) = (0, 0);
    for _ in 0..passes {
        let begun = cpu(UsageWho::RUSAGE_SELF);
        (bytes, refused) = all(&tree, &paths);
        times.push(cpu(UsageWho::RUSAGE_SELF) - begun);
    }
    let peak = getrusage(UsageWho::RUSAGE_SELF).unwrap().max_rss();
    println!("{}", json!({"cpu_ms": times, "peak_kib": peak, "bytes": bytes, "refused": refused}));
}

fn stdin_paths() -> Vec<RepoPath> {
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text).unwrap();
    text.lines().map(|line| RepoPath::new(line).unwrap()).collect()
}

/// Builds all paths once, as one that begins with nothing read: bytes written and paths refused.
fn all(tree: &impl Tree, paths: &[RepoPath]) -> (usize, usize) {
    let session = Session::new(tree);
    let options = Options { load_restrictor: LoadRestrictor::None, ..Options::default() };
    // What one build reads need not be kept for others.
    let is_alone = paths.len() == 1;
    let (mut bytes, mut refused) = (0, 0);
    for path in paths {
        let built = if is_alone { build(tree, path, &options) } else { session.build(path, &options) };
        match built.and_then(|built| built.to_yaml()) {
            Ok(text) => bytes += text.len(),
            Err(error) => {
                eprintln!("{error}");
                refused += 1;
            }
        }
    }
    (bytes, refused)
}

fn load(root: &Path) -> MemTree {
    let mut tree = MemTree::new();
    let mut folders = vec![root.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if let Ok(text) = std::fs::read_to_string(&path) {
                let name = path.strip_prefix(root).unwrap().to_str().unwrap();
                tree.insert(RepoPath::new(name).unwrap(), text);
            }
        }
    }
    tree
}

/// Rounds a second of a loop that does nothing but count, over all threads.
fn spin(threads: usize, seconds: f64) -> f64 {
    rounds(threads, seconds, || {
        let mut number = 1_u64;
        for _ in 0..1_000_000 {
            number = std::hint::black_box(number.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1));
        }
    })
}

/// Rounds a second of building all paths, over all threads.
fn repeat(arguments: &[String]) -> f64 {
    let [threads, seconds, root] = arguments else { return 0.0 };
    let paths = stdin_paths();
    let tree = Disk(PathBuf::from(root));
    rounds(threads.parse().unwrap(), seconds.parse().unwrap(), || {
        all(&tree, &paths);
    })
}

fn rounds(threads: usize, seconds: f64, work: impl Fn() + Sync) -> f64 {
    let begun = Instant::now();
    let done = |_| {
        let mut rounds = 0;
        while begun.elapsed().as_secs_f64() < seconds {
            work();
            rounds += 1;
        }
        f64::from(rounds) / begun.elapsed().as_secs_f64()
    };
    std::thread::scope(|scope| {
        let running: Vec<_> = (0..threads).map(|number| scope.spawn(move || done(number))).collect();
        running.into_iter().map(|thread| thread.join().unwrap()).sum()
    })
}

/// Rounds a second of spinning or of building, in a process of its own.
pub fn throughput(verb: &str, threads: usize, seconds: f64, root: &Path, paths: &[String]) -> f64 {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args([verb, &threads.to_string(), &seconds.to_string()]).arg(root);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let stdin = child.stdin.take().unwrap();
    // The loop that counts reads nothing.
    let _ = std::io::Write::write_all(&mut &stdin, paths.join("\n").as_bytes());
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    String::from_utf8(output.stdout).unwrap().trim().parse().unwrap()
}
