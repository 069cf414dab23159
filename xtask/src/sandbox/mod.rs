//! The embedded default cluster: the real Kubernetes control plane and the real Flux controllers as child processes on
//! loopback, and KWOK playing the node. What each part is for is told in `install/sandbox/README.md`.

pub mod charts_mode;
pub mod child;
pub mod digests;
pub mod layout;
pub mod memory;
pub mod played;
pub mod ports;
pub mod serve;
pub mod served;
pub mod state;
pub mod supervisor;
pub mod tools;

mod base_objects;
pub mod chart_supply;
pub mod go;
mod pki;
mod processes;
mod requirements;
mod scratch;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::edge::terminal::Terminal;
use layout::Layout;
use state::{Phase, State};
use supervisor::Order;

/// The state of a supervisor that is alive now; none when there is none.
pub fn running(layout: &Layout) -> Result<Option<State>> {
    if !is_supervised(layout)? {
        return Ok(None);
    }
    State::read(layout)
}

/// Whether a supervisor holds the lock. The process id in the state file alone would not do: ids are used again.
fn is_supervised(layout: &Layout) -> Result<bool> {
    let lock = match std::fs::File::open(layout.lock()) {
        Ok(lock) => lock,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(error).with_context(|| format!("open {}", layout.lock().display())),
    };
    match rustix::fs::flock(&lock, rustix::fs::FlockOperation::NonBlockingLockShared) {
        Ok(()) => Ok(false),
        Err(rustix::io::Errno::WOULDBLOCK) => Ok(true),
        Err(error) => Err(error).with_context(|| format!("look at {}", layout.lock().display())),
    }
}

/// Starts the control plane and waits until it runs. The binaries must be there.
pub fn start(layout: &Layout, order: &Order, terminal: &Terminal) -> Result<State> {
    if let Some(port) = order.api_port {
        ports::check_free(port).context("start the local control plane")?;
    }
    let work = terminal.work("start the local control plane");
    match start_and_wait(layout, order, |detail| work.detail(detail)) {
        Ok(state) => {
            work.done(&format!("{} processes", state.processes.len()));
            Ok(state)
        }
        Err(error) => {
            work.failed();
            Err(error)
        }
    }
}

fn start_and_wait(layout: &Layout, order: &Order, mut detail: impl FnMut(&str)) -> Result<State> {
    let program = std::env::current_exe().context("find this program's own file")?;
    let pid = supervisor::detach(layout, order, program)?;
    let deadline = Instant::now() + Duration::from_secs(180);
    loop {
        std::thread::sleep(Duration::from_millis(100));
        let state = State::read(layout)?.filter(|state| state.pid == pid);
        let supervised = is_supervised(layout)?;
        match state.map(|state| (state.phase.clone(), state)) {
            Some((Phase::Running, state)) if supervised => return Ok(state),
            Some((Phase::Starting(what), _)) if supervised => detail(&what),
            Some((Phase::Failed(why), _)) => bail!("start the local control plane: {why}"),
            _ => {}
        }
        if !supervised && !process_exists(pid) {
            let said = supervisor::tail(&layout.log("supervisor"));
            bail!("start the local control plane: the supervisor ended\n{said}");
        }
        if Instant::now() > deadline {
            bail!(
                "start the local control plane: it is not there after 3 minutes; see `cargo xtask sandbox logs`"
            );
        }
    }
}

/// Whether a process of this id lives (a zombie that is our own child does not count).
fn process_exists(pid: u32) -> bool {
    std::fs::read_to_string(format!("/proc/{pid}/stat"))
        .is_ok_and(|stat| !stat.rsplit(')').next().is_some_and(|rest| rest.trim_start().starts_with('Z')))
}

/// Ends the sandbox and waits until no process is left; whether there was one.
pub fn stop(layout: &Layout) -> Result<bool> {
    use rustix::process::{Pid, Signal, kill_process};
    let Some(state) = running(layout)? else { return Ok(false) };
    let pid =
        i32::try_from(state.pid).ok().and_then(Pid::from_raw).context("the state file names no process")?;
    kill_process(pid, Signal::TERM).with_context(|| format!("tell the supervisor {} to end", state.pid))?;
    let deadline = Instant::now() + Duration::from_secs(20);
    while is_supervised(layout)? {
        if Instant::now() > deadline {
            // The children go with it: that is what the kernel was asked for.
            kill_process(pid, Signal::KILL).context("end the supervisor")?;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    Ok(true)
}

/// Whether a cluster was here before: its data stays when the sandbox ends.
pub fn has_data(layout: &Layout) -> bool {
    layout.run().join("etcd").is_dir()
}

/// The administrator's kubeconfig of a running sandbox.
pub fn kubeconfig(layout: &Layout) -> PathBuf {
    layout.kubeconfig()
}
