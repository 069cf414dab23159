//! A live cluster as `diff --live` needs it: what Flux and Helm hold in it, and what its API server says to what would come.

mod helm_storage;
mod look;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use anyhow::Result;
use flux::diff::live::{Answer, Desired, Holder, Manner, Observed, Reply, Sent, idle};
use flux::diff::{Identity, Side};
use flux::object::ObjectKey;
use flux::render::variables::Data;
use futures::{StreamExt as _, TryStreamExt as _};
use kustomize_rs::yaml::node::Node;
use serde_json::Value;

use crate::edge::cluster::{Cluster, Resources, Trial, Tried};
use crate::edge::terminal::Work;

pub use look::look;

/// How many questions are on their way at a time.
const AT_ONCE: usize = 32;

/// What Flux begins with in a cluster, and what is there already.
pub struct Looked {
    /// The Kustomizations, sources, ConfigMaps and Secrets that nothing of Flux makes, each with where it comes from.
    pub entry: Vec<(Node, String)>,
    /// What variables come from, if nothing of Flux makes it.
    pub data: BTreeMap<ObjectKey, Data>,
    /// Kustomizations and HelmReleases, with what they hold.
    pub holders: Vec<Holder>,
    /// Every Secret but those in which Helm keeps releases.
    pub secrets: Vec<Value>,
}

/// Asks the API server what would become of everything that would be sent, and for what nobody sends any more. `work` advances with
/// each answer.
pub async fn ask(
    cluster: &Cluster,
    side: &Side<'_>,
    desired: &Desired,
    holders: Vec<Holder>,
    work: &Work,
) -> Result<Observed> {
    let sent: BTreeSet<&Identity> = desired.sent.iter().map(|sent| &sent.identity).collect();
    let held =
        || holders.iter().flat_map(|holder| &holder.held).filter(|held| !sent.contains(&held.identity));
    let kinds = desired.sent.iter().map(|sent| {
        let version = sent.object["apiVersion"].as_str().unwrap_or_default();
        (version.to_owned(), sent.identity.kind.clone())
    });
    let kinds = kinds.chain(held().map(|held| (held.api_version.clone(), held.identity.kind.clone())));
    let resources = cluster.resources(&kinds.collect()).await?;
    let left: BTreeMap<&Identity, &str> =
        held().map(|held| (&held.identity, held.api_version.as_str())).collect();
    let left: Vec<Option<(Identity, Value)>> = futures::stream::iter(left)
        .map(|(identity, version)| {
            let resources = &resources;
            async move {
                let found = look_at(cluster, resources, identity, version).await?;
                anyhow::Ok(found.map(|found| (identity.clone(), found)))
            }
        })
        .buffered(AT_ONCE)
        .try_collect()
        .await?;
    let left: HashMap<Identity, Value> = left.into_iter().flatten().collect();
    let replies = vec![Reply::default(); desired.sent.len()];
    let mut observed = Observed { replies, left, holders, ..Observed::default() };
    // What becomes of the HelmReleases says which releases are touched at all.
    for of_kustomizations in [true, false] {
        let idle = idle(side, desired, &observed);
        let asked = desired.sent.iter().enumerate().filter(|(index, sent)| {
            sent.is_of_kustomization() == of_kustomizations && idle.get(*index) == Some(&false)
        });
        let replies: Vec<(usize, Reply)> = futures::stream::iter(asked)
            .map(|(index, sent)| {
                let resources = &resources;
                async move {
                    let reply = tried(cluster, resources, sent).await?;
                    work.advance();
                    anyhow::Ok((index, reply))
                }
            })
            .buffered(AT_ONCE)
            .try_collect()
            .await?;
        for (index, reply) in replies {
            if let Some(place) = observed.replies.get_mut(index) {
                *place = reply;
            }
        }
    }
    Ok(observed)
}

/// What would become of an object.
async fn tried(cluster: &Cluster, resources: &Resources, sent: &Sent) -> Result<Reply> {
    if sent.manner == Manner::Never {
        return Ok(Reply::default());
    }
    let namespace = sent.identity.namespace.as_str();
    let tried = cluster.try_out(resources, &sent.object, namespace, sent.manager).await?;
    let known = match &tried.tried {
        Tried::Refused { why, .. } => sent.without_unknown(why),
        _ => None,
    };
    Ok(reply(match known {
        Some(object) => cluster.try_out(resources, &object, namespace, sent.manager).await?,
        None => tried,
    }))
}

async fn look_at(
    cluster: &Cluster,
    resources: &Resources,
    identity: &Identity,
    version: &str,
) -> Result<Option<Value>> {
    let Identity { kind, namespace, name, .. } = identity;
    cluster.look_at(resources, (version, kind), namespace, name).await
}

fn reply(Trial { live, tried }: Trial) -> Reply {
    let answer = match tried {
        Tried::Becomes(object) => Answer::Takes(object),
        Tried::Refused { why, is_invalid } => {
            let is_fixed = is_invalid || why.contains("is immutable") || why.contains("immutable field");
            Answer::Refuses { why, is_fixed }
        }
        Tried::NoKind => Answer::NoKind,
        Tried::NoNamespace => Answer::NoNamespace,
    };
    Reply { live, answer }
}
