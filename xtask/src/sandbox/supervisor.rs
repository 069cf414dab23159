//! The supervisor: the detached process that owns every process of the sandbox.
//!
//! It starts them in order, says how far it is in the state file, serves Git and charts, and ends everything when it is
//! told to or when one of them ends. It never restarts a process: a control plane that lost a part is told as it is,
//! and the next `bootstrap` starts it again on the same data.

use std::fs::{self, File};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use tokio::process::Command;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;

use super::charts_mode::ChartsMode;
use super::layout::Layout;
use super::ports::Ports;
use super::processes::{Process, Setting};
use super::state::{Phase, ProcessState, State};
use super::{base_objects, memory, pki, scratch, serve, tools};

/// What a supervisor is asked to run.
#[derive(Debug, Clone)]
pub struct Order {
    /// Where charts come from.
    pub charts: ChartsMode,
    /// The API server's port, if the person wishes one.
    pub api_port: Option<u16>,
}

/// Runs until it is told to end. The binaries must have been built.
pub fn supervise(layout: &Layout, order: Order) -> Result<()> {
    fs::create_dir_all(layout.logs()).with_context(|| format!("make {}", layout.logs().display()))?;
    // Keys, the cluster's Secrets and logs are in there: nobody else's business.
    fs::set_permissions(layout.run(), fs::Permissions::from_mode(0o700))?;
    let lock = File::create(layout.lock()).with_context(|| format!("make {}", layout.lock().display()))?;
    rustix::fs::flock(&lock, rustix::fs::FlockOperation::NonBlockingLockExclusive)
        .context("take the supervisor's lock: another supervisor runs for this checkout")?;
    let earlier = State::read(layout).unwrap_or_default();
    let ports = match (&earlier, order.api_port) {
        (Some(state), None) => Ports::again(&state.ports)?,
        (Some(state), Some(port)) if state.ports.api == port => Ports::again(&state.ports)?,
        (_, wish) => Ports::pick(wish)?,
    };
    let digest = tools::digest(&layout.pins())?;
    let state = State {
        pid: std::process::id(),
        phase: Phase::Starting("certificates".into()),
        ports,
        charts: order.charts,
        tools: digest,
        processes: Vec::new(),
    };
    // One thread for everything: the kernel ties the children's death to the thread that started them.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let mut supervisor = Supervisor::new(layout.clone(), state)?;
    let ended = runtime.block_on(supervisor.run());
    runtime.block_on(supervisor.end_all());
    scratch::remove(layout);
    supervisor.state.processes.clear();
    supervisor.state.phase = match &ended {
        Ok(()) => Phase::Stopped,
        Err(error) => Phase::Failed(format!("{error:#}")),
    };
    supervisor.state.write(layout)?;
    ended
}

/// A process that ended: its name, and how.
type Exit = (String, String);

/// How long others that end with the first are waited for.
const OTHERS: Duration = Duration::from_millis(500);

/// The place of the exit on which the others rely: that of the process that was started first.
fn cause(started: &[&str], exits: &[Exit]) -> usize {
    let turn = |exit: &Exit| started.iter().position(|name| *name == exit.0).unwrap_or(usize::MAX);
    (0..exits.len()).min_by_key(|&index| turn(&exits[index])).unwrap_or(0)
}

struct Supervisor {
    layout: Layout,
    state: State,
    exits: mpsc::UnboundedSender<Exit>,
    ended: mpsc::UnboundedReceiver<Exit>,
    charts: Option<serve::Charts>,
    scratch: PathBuf,
}

impl Supervisor {
    fn new(layout: Layout, state: State) -> Result<Supervisor> {
        let (exits, ended) = mpsc::unbounded_channel();
        state.write(&layout)?;
        let scratch = scratch::make(&layout).context("make a folder to unpack things in")?;
        Ok(Supervisor { layout, state, exits, ended, charts: None, scratch })
    }

    async fn run(&mut self) -> Result<()> {
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        let told_to_end = async {
            tokio::select! { _ = terminate.recv() => (), _ = interrupt.recv() => () }
        };
        tokio::pin!(told_to_end);
        tokio::select! {
            () = &mut told_to_end => return Ok(()),
            started = self.start() => started?,
        }
        self.phase(Phase::Running)?;
        let housekeeping = base_objects::keep_stages_awake(self.layout.process_kubeconfig("supervisor"));
        let following = serve::keep_current(self.layout.clone(), self.charts.take());
        let pids =
            std::iter::once(self.state.pid).chain(self.state.processes.iter().map(|process| process.pid));
        let memory = memory::keep_peak(self.layout.clone(), pids.collect());
        tokio::select! {
            () = &mut told_to_end => Ok(()),
            Some(first) = self.ended.recv() => Err(self.death(first).await),
            never = housekeeping => match never {},
            never = following => match never {},
            never = memory => match never {},
        }
    }

    async fn start(&mut self) -> Result<()> {
        pki::ensure(&self.layout, &self.state.ports)?;
        let run = self.layout.run();
        for folder in ["home", "artifacts", "git"] {
            fs::create_dir_all(run.join(folder))
                .with_context(|| format!("make {}", run.join(folder).display()))?;
        }
        self.phase(Phase::Starting("Git and chart servers".into()))?;
        self.charts = serve::start(&self.layout, &self.state.ports, &self.state.charts).await?;

        let (layout, ports, charts) =
            (self.layout.clone(), self.state.ports.clone(), self.state.charts.clone());
        let tools = layout.tools(&self.state.tools);
        let setting = Setting { layout: &layout, ports: &ports, tools: tools.clone(), charts: &charts };
        self.phase(Phase::Starting("etcd and the API server".into()))?;
        self.spawn(setting.etcd())?;
        self.spawn(setting.api_server())?;
        let kubeconfig = layout.process_kubeconfig("supervisor");
        let cluster = base_objects::wait_for_api(&kubeconfig);
        let cluster = self.unless_something_ends(cluster).await?;

        self.phase(Phase::Starting("Flux, the scheduler and the node".into()))?;
        self.spawn(setting.controller_manager())?;
        self.spawn(setting.scheduler())?;
        let applied = base_objects::apply(&cluster, &layout, &tools);
        self.unless_something_ends(applied).await?;
        self.spawn(setting.kwok())?;
        for controller in setting.flux() {
            self.spawn(controller)?;
        }
        Ok(())
    }

    /// Waits for `work`, unless a process ends first: then that is the reason for everything.
    async fn unless_something_ends<T>(&mut self, work: impl Future<Output = Result<T>>) -> Result<T> {
        tokio::select! {
            done = work => done,
            Some(first) = self.ended.recv() => Err(self.death(first).await),
        }
    }

    fn phase(&mut self, phase: Phase) -> Result<()> {
        self.state.phase = phase;
        self.state.write(&self.layout)
    }

    fn spawn(&mut self, process: Process) -> Result<()> {
        let log = self.layout.log(process.name);
        let output = File::create(&log).with_context(|| format!("make {}", log.display()))?;
        let errors = output.try_clone()?;
        let run = self.layout.run();
        let mut command = Command::new("/proc/self/exe");
        command
            .args(["sandbox", "child", "--parent", &std::process::id().to_string(), "--"])
            .arg(&process.program)
            .args(&process.args)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", run.join("home"))
            .env("TMPDIR", &self.scratch)
            .env("NO_PROXY", "127.0.0.1,localhost,127.143.0.0/16")
            .envs(process.env)
            .current_dir(&run)
            .stdin(Stdio::null())
            .stdout(output)
            .stderr(errors);
        let mut child = command.spawn().with_context(|| format!("start {}", process.name))?;
        let pid = child.id().unwrap_or_default();
        let name = process.name.to_owned();
        let exits = self.exits.clone();
        tokio::spawn(async move {
            let status = match child.wait().await {
                Ok(status) => status.to_string(),
                Err(error) => error.to_string(),
            };
            // Nobody listens any more when everything is being ended.
            let _ = exits.send((name, status));
        });
        self.state.processes.push(ProcessState { name: process.name.into(), pid });
        self.state.write(&self.layout)
    }

    /// The reason for everything, once a process has ended. Others may have ended because of the same thing and be heard of
    /// first: a controller gives up when its API server dies. So the others are waited for a moment, and the one that was started
    /// first, on which the others rely, is named.
    async fn death(&mut self, first: Exit) -> anyhow::Error {
        let mut exits = vec![first];
        let moment = tokio::time::sleep(OTHERS);
        tokio::pin!(moment);
        loop {
            tokio::select! {
                Some(next) = self.ended.recv() => exits.push(next),
                () = &mut moment => break,
            }
        }
        let started: Vec<&str> = self.state.processes.iter().map(|process| process.name.as_str()).collect();
        let (name, status) = exits.swap_remove(cause(&started, &exits));
        self.state
            .processes
            .retain(|process| process.name != name && exits.iter().all(|e| e.0 != process.name));
        let log = self.layout.log(&name);
        anyhow::anyhow!("{name} ended by itself ({status}); the end of {}:\n{}", log.display(), tail(&log))
    }

    /// Ends all processes: those without data at once, etcd with time to close its files.
    async fn end_all(&mut self) {
        use rustix::process::{Pid, Signal, kill_process};
        let pid = |process: &ProcessState| Pid::from_raw(i32::try_from(process.pid).unwrap_or_default());
        let mut left = 0;
        for process in &self.state.processes {
            let how = if process.name == "etcd" { Signal::TERM } else { Signal::KILL };
            if let Some(pid) = pid(process) {
                // A process that is gone already is what is wanted.
                let _ = kill_process(pid, how);
                left += 1;
            }
        }
        let patience = tokio::time::sleep(Duration::from_secs(5));
        tokio::pin!(patience);
        while left > 0 {
            tokio::select! {
                ended = self.ended.recv() => if ended.is_some() { left -= 1 } else { break },
                () = &mut patience => break,
            }
        }
        for process in self.state.processes.iter().filter(|process| process.name == "etcd") {
            if let Some(pid) = pid(process) {
                let _ = kill_process(pid, Signal::KILL);
            }
        }
    }
}

/// The last lines of a log, for a message.
pub fn tail(log: &std::path::Path) -> String {
    let text = fs::read(log).unwrap_or_default();
    let text = String::from_utf8_lossy(&text[text.len().saturating_sub(4096)..]).into_owned();
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(8)..].iter().map(|line| format!("  {line}\n")).collect()
}

/// Starts a detached supervisor and returns at once. `program` is this very binary.
pub fn detach(layout: &Layout, order: &Order, program: PathBuf) -> Result<u32> {
    fs::create_dir_all(layout.logs()).with_context(|| format!("make {}", layout.logs().display()))?;
    let log = File::create(layout.log("supervisor"))?;
    let mut command = std::process::Command::new(program);
    command.args(["sandbox", "supervise", "--charts"]);
    match &order.charts {
        ChartsMode::Public => command.arg("public"),
        ChartsMode::StandIn => command.arg("stand-in"),
        ChartsMode::Folder(path) => command.arg(path),
    };
    if let Some(port) = order.api_port {
        command.args(["--api-port", &port.to_string()]);
    }
    let child = command
        .current_dir(layout.checkout())
        .stdin(Stdio::null())
        .stdout(log.try_clone()?)
        .stderr(log)
        .spawn()
        .context("start the sandbox's supervisor")?;
    if child.id() == 0 {
        bail!("start the sandbox's supervisor: it has no process id");
    }
    Ok(child.id())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_process_that_the_others_rely_on_is_the_cause_in_whatever_order_they_are_heard_of() {
        let exit = |name: &str| (name.to_owned(), "signal".to_owned());
        let started = ["etcd", "kube-apiserver", "kube-controller-manager"];
        let exits = [exit("kube-controller-manager"), exit("kube-apiserver")];
        assert_eq!(cause(&started, &exits), 1);
        assert_eq!(cause(&started, &exits[..1]), 0);
    }
}
