//! Waiting until a cluster is ready, shown as a live list of what is not, with the deepest reason of each.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::observe::Embedded;
use super::progress::{self, Progress};
use super::target::Target;
use crate::context::Context;
use crate::edge::cluster::Cluster;
use crate::exit::Failure;
use crate::sandbox;
use crate::sandbox::state::{Phase, State};

/// How the waiting ended.
pub enum Waited {
    /// Everything is ready.
    Ready(Progress),
    /// Time ran out; this is how it stood.
    TooLong(Progress),
}

/// Waits until everything is ready or `patience` is over. An API server that dies is told at once.
pub async fn wait(
    context: &Context,
    cluster: &Cluster,
    target: &Target,
    embedded: Option<&Embedded>,
    revision: Option<&str>,
    patience: Duration,
) -> Result<Waited, Failure> {
    let begun = Instant::now();
    let total = target.components().len() as u64;
    let work = context.terminal.counted_work("wait for the components", total);
    let mut said: BTreeMap<String, String> = BTreeMap::new();
    loop {
        let progress = match progress::look(cluster, target, revision).await {
            Ok(progress) => progress,
            Err(error) => {
                let why = match embedded {
                    Some(_) => gone(context).await?,
                    None => None,
                };
                match why {
                    Some(why) => {
                        work.failed();
                        return Err(Failure::world(why));
                    }
                    None if begun.elapsed() > patience => return Err(error.into()),
                    // A server that is busy for a moment is asked again.
                    None => {
                        tokio::time::sleep(Duration::from_secs(1)).await;
                        continue;
                    }
                }
            }
        };
        let (ready, _) = progress.count();
        work.position(ready as u64);
        if progress.is_ready() {
            work.done(&format!("all {total} are ready"));
            return Ok(Waited::Ready(progress));
        }
        tell(context, &work, &progress, &mut said);
        if begun.elapsed() > patience {
            work.failed();
            return Ok(Waited::TooLong(progress));
        }
        tokio::time::sleep(Duration::from_millis(700)).await;
    }
}

fn tell(
    context: &Context,
    work: &crate::edge::terminal::Work,
    progress: &Progress,
    said: &mut BTreeMap<String, String>,
) {
    let reasons = progress.reasons();
    work.below(&reasons);
    if context.terminal.is_live() {
        return;
    }
    // A log gets a line when a component becomes ready.
    for component in &progress.status.components {
        let state = if component.ready { "ready" } else { "waiting" };
        let before = said.insert(component.name.clone(), state.to_owned());
        if state == "ready" && before.as_deref() != Some("ready") {
            context.terminal.say(format!("  ready: {}", component.name));
        }
    }
}

/// Why the sandbox is gone, if it is. Its supervisor may need a moment to notice.
async fn gone(context: &Context) -> Result<Option<String>, Failure> {
    for _ in 0..20 {
        if sandbox::running(&context.layout)?.is_none() {
            let why = match State::read(&context.layout)?.map(|state| state.phase) {
                Some(Phase::Failed(why)) => why,
                Some(Phase::Stopped) => "it was told to end (`cargo xtask sandbox down`)".to_owned(),
                _ => "its supervisor was killed".to_owned(),
            };
            return Ok(Some(format!(
                "wait for the components: the local control plane is gone: {why}\nNothing is lost: `cargo xtask \
                 bootstrap` starts it again and goes on from here"
            )));
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    Ok(None)
}
