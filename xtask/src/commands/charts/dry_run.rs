//! What the sandbox's own API server would say to every object, while it runs: nothing is changed in it.

use lint::Subject;
use serde_json::Value;
use yamltree::diagnostic::{Diagnostic, Place};

use crate::context::Context;
use crate::edge::cluster::{Cluster, Verdict};
use crate::exit::Failure;
use crate::sandbox;
use crate::sandbox::charts_mode::ChartsMode;
use crate::sandbox::state::Phase;

/// An object as it would be applied, what people call it, and where it was written.
pub(super) struct Applied {
    object: Value,
    title: String,
    place: Place,
}

/// What the server said.
#[derive(Debug, Default)]
pub(super) struct Server {
    /// How many objects it was asked about.
    pub(super) asked: usize,
    /// Of how many it has neither kind nor namespace: something else is installed in it.
    pub(super) absent: usize,
    /// Why it was not asked.
    pub(super) why: Option<&'static str>,
    /// What it refuses.
    pub(super) refused: Vec<Diagnostic>,
}

/// Every object of a subject but tests of charts, which nobody applies.
pub(super) fn applied(subject: &Subject<'_>) -> Vec<Applied> {
    let objects = subject.objects().filter(|object| !object.is_test());
    let each = objects.map(|object| {
        let mut value = flux::render::value(object.node);
        let namespace = object.key().namespace;
        if !namespace.is_empty() {
            value["metadata"]["namespace"] = namespace.into();
        }
        Applied { object: value, title: object.title(), place: object.place(object.node) }
    });
    each.collect()
}

/// Asks the sandbox's API server, if it runs with real charts.
pub(super) fn ask(objects: &[&Applied], context: &Context) -> Result<Server, Failure> {
    let not = |why| Ok(Server { why: Some(why), ..Server::default() });
    match sandbox::running(&context.layout)? {
        None => return not("the sandbox does not run"),
        Some(state) if state.phase != Phase::Running => return not("the sandbox is not ready"),
        // A Deployment of a stand-in has other labels, and those cannot be changed.
        Some(state) if state.charts == ChartsMode::StandIn => {
            return not("the sandbox runs with stand-in charts");
        }
        Some(_) => {}
    }
    let work = context.terminal.counted_work("asking the sandbox's API server", objects.len() as u64);
    let server = context.block_on(async {
        let cluster = Cluster::connect(&context.layout.kubeconfig()).await?;
        let mut server = Server::default();
        for Applied { object, title, place } in objects {
            server.asked += 1;
            match cluster.would_take(object).await? {
                Verdict::Yes => {}
                Verdict::Absent => server.absent += 1,
                Verdict::No(why) => {
                    let message = format!("{title}: the API server refuses it: {why}");
                    let help = "correct it; what cannot be changed needs a new name";
                    server
                        .refused
                        .push(Diagnostic::error("verify/api-server", place.clone(), message).with_help(help));
                }
            }
            work.advance();
        }
        anyhow::Ok(server)
    })??;
    work.done(&format!("{} objects", server.asked));
    Ok(server)
}

impl Server {
    /// What a person should know.
    pub(super) fn said(&self) -> String {
        match self.why {
            Some(why) => format!("no API server was asked: {why}"),
            None if self.absent > 0 => format!(
                "the sandbox's API server was asked about {} objects; it has no kind or namespace for {} of them",
                self.asked, self.absent
            ),
            None => format!("the sandbox's API server was asked about {} objects", self.asked),
        }
    }
}
