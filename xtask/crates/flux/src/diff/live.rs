//! What a live cluster would make of a rendering: what Flux' controllers would send to its API server, and what the answers of a
//! server-side dry run mean.
//!
//! Whoever calls asks the cluster: [`Desired::of`] says what is to be asked, [`announced`] what the answers come to. Upstream:
//! `ApplyAllStaged` of `github.com/fluxcd/pkg/ssa` 0.76, `apply`, `prune` and `checkDependencies` of kustomize-controller 1.9,
//! `DetermineReleaseState` and `upgrade` of helm-controller 1.6.
//!
//! What no dry run can tell is not in it: whether a workload that is taken becomes healthy, and what hooks of charts do.

mod compare;
mod desired;
mod dropped;
mod fate;
mod gone;
mod holder;
mod notes;
mod owners;
#[cfg(test)]
mod tests;
mod undone;

use std::collections::{BTreeSet, HashMap};

use serde_json::Value;

pub use desired::{Desired, Manner, Sent};
pub use holder::{Held, Holder, Installed};
pub use notes::made_by;

use super::side::Side;
use super::{Diff, Identity};

/// What the API server says to an object.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Answer {
    /// It was not asked.
    #[default]
    NotAsked,
    /// It takes it, and this is what it would be.
    Takes(Value),
    /// It refuses it.
    Refuses {
        /// Why.
        why: String,
        /// Is that, for all that Flux knows, because it cannot be changed? Flux takes every conflict and invalid object for that.
        is_fixed: bool,
    },
    /// It has no such kind, or not in that version.
    NoKind,
    /// It has no such namespace.
    NoNamespace,
}

/// What is in the cluster under the name of an object, and what would be.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Reply {
    /// As it is; none if it is not there.
    pub live: Option<Value>,
    /// What becomes of it.
    pub answer: Answer,
}

/// What was seen of a cluster.
#[derive(Debug, Clone, Default)]
pub struct Observed {
    /// For each object that is sent ([`Desired::sent`]), in that order, the reply.
    pub replies: Vec<Reply>,
    /// The Kustomizations and HelmReleases, each with what it holds.
    pub holders: Vec<Holder>,
    /// What they hold and nobody sends any more, as far as it is still there.
    pub left: HashMap<Identity, Value>,
    /// Every Secret: its values are shown nowhere.
    pub secrets: Vec<Value>,
    /// Variables whose values are no secret, though a Secret holds them.
    pub public: BTreeSet<String>,
}

/// Which objects need not be asked about: those of releases that nothing happens to, by what was replied to all others.
pub fn idle(side: &Side<'_>, desired: &Desired, observed: &Observed) -> Vec<bool> {
    let upgrades = compare::upgrades(side, desired, observed);
    let is_idle = |sent: &Sent| !sent.is_of_kustomization() && upgrades.get(&sent.owner) != Some(&true);
    desired.sent.iter().map(is_idle).collect()
}

/// What will be different in the cluster when Flux has done what it can.
///
/// [`Diff::faults`] are what cannot be built or is refused, [`Diff::held`] who waits for that; neither changes anything.
pub fn announced(side: &Side<'_>, desired: &Desired, mut observed: Observed) -> Diff {
    for (sent, reply) in desired.sent.iter().zip(&mut observed.replies) {
        let (Some(live), Answer::Takes(promised)) = (&reply.live, &reply.answer) else { continue };
        let left = sent.is_of_kustomization().then(|| undone::undone(promised, live, &sent.object)).flatten();
        if let Some(left) = left {
            reply.answer = Answer::Takes(left);
        }
    }
    compare::announced(side, desired, &observed)
}
