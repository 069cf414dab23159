//! Which two states are compared.

use serde::Serialize;

use super::Arguments;
use crate::bootstrap::target::{ClusterFolder, SANDBOX, Target};
use crate::context::Context;
use crate::edge::revisions::{Commit, Revisions};
use crate::exit::Failure;

/// One of the two.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Point {
    /// The commit; none for the files on disk.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// What people call it.
    pub name: String,
    /// The cluster; none in another repository.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cluster: Option<String>,
}

/// Both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Points {
    /// How it was.
    pub before: Point,
    /// How it is.
    pub after: Point,
}

impl Points {
    /// As the flags say.
    pub fn of(arguments: &Arguments, context: &Context) -> Result<Self, Failure> {
        let cluster = |number: usize| {
            let named = arguments.clusters.get(number).or(arguments.clusters.first());
            (!arguments.source.has_entry()).then(|| named.map_or_else(|| SANDBOX.to_owned(), String::clone))
        };
        let (before, after) = states(arguments, context)?;
        let mut points = Points {
            before: Point { cluster: cluster(0), ..before },
            after: Point { cluster: cluster(1), ..after },
        };
        if arguments.all_clusters {
            (points.before.cluster, points.after.cluster) = (None, None);
        }
        Ok(points)
    }

    /// The same for one cluster.
    pub fn for_cluster(&self, name: &str) -> Self {
        let cluster = Some(name.to_owned());
        Points {
            before: Point { cluster: cluster.clone(), ..self.before.clone() },
            after: Point { cluster, ..self.after.clone() },
        }
    }

    /// What a document about it is about: a cluster, two, all, or the folder where Flux begins.
    pub fn about(&self, entry: Option<&str>) -> String {
        match (&self.before.cluster, &self.after.cluster, entry) {
            (Some(one), Some(other), _) if one != other => format!("{one}, {other}"),
            (_, Some(cluster), _) => cluster.clone(),
            (_, None, Some(entry)) => entry.to_owned(),
            (_, None, None) => "all clusters".to_owned(),
        }
    }

    /// What is compared, for people.
    pub fn said(&self) -> String {
        let Points { before, after } = self;
        match (&before.cluster, &after.cluster) {
            (Some(one), Some(other)) if one != other => {
                format!("cluster {other} compared with {one}, {}", after.said())
            }
            (_, Some(cluster)) => {
                format!("{} compared with {}, cluster {cluster}", after.said(), before.said())
            }
            _ => format!("{} compared with {}", after.said(), before.said()),
        }
    }
}

impl Point {
    fn on_disk() -> Self {
        Point { commit: None, name: "the files on disk".to_owned(), cluster: None }
    }

    fn of(commit: Commit) -> Self {
        Point { name: commit.name.clone(), commit: Some(commit.id), cluster: None }
    }

    fn said(&self) -> String {
        match &self.commit {
            Some(id) => format!("{} ({})", self.name, &id[..id.len().min(10)]),
            None => self.name.clone(),
        }
    }
}

/// The two states of the repository, whatever the cluster.
fn states(arguments: &Arguments, context: &Context) -> Result<(Point, Point), Failure> {
    if arguments.live {
        return live(arguments, context);
    }
    let are_two_clusters = arguments.clusters.len() == 2;
    if are_two_clusters && arguments.revisions.is_empty() && arguments.base.is_none() {
        return Ok((Point::on_disk(), Point::on_disk()));
    }
    let revisions = Revisions::of(arguments.source.root(context))?;
    let commit = |name: &str| {
        let name = if name.is_empty() { "HEAD" } else { name };
        revisions.commit(name).map(Point::of).map_err(|error| Failure::Usage(format!("{error:#}")))
    };
    let merge_base = |one: &str, other: &str| {
        revisions.merge_base(one, other).map(Point::of).map_err(|error| Failure::Usage(format!("{error:#}")))
    };
    let words: Vec<&str> = arguments.revisions.iter().map(String::as_str).collect();
    match (&words[..], &arguments.base) {
        (_, Some(base)) => Ok((merge_base(base, "HEAD")?, Point::on_disk())),
        ([one, other], None) => Ok((commit(one)?, commit(other)?)),
        ([word], None) => {
            if let Some((one, other)) = word.split_once("...") {
                let (one, other) = (
                    if one.is_empty() { "HEAD" } else { one },
                    if other.is_empty() { "HEAD" } else { other },
                );
                return Ok((merge_base(one, other)?, commit(other)?));
            }
            if let Some((one, other)) = word.split_once("..") {
                return Ok((commit(one)?, commit(other)?));
            }
            let found = commit(word)?;
            if are_two_clusters {
                return Ok((found.clone(), found));
            }
            Ok((found, Point::on_disk()))
        }
        _ => {
            let before = match revisions.target(followed(arguments, context).as_deref()) {
                Some(target) => merge_base(&target, "HEAD")?,
                None => commit("HEAD")?,
            };
            Ok((before, Point::on_disk()))
        }
    }
}

/// A cluster as it is, and what it would follow.
fn live(arguments: &Arguments, context: &Context) -> Result<(Point, Point), Failure> {
    let cluster = Point { name: "the cluster as it is".to_owned(), ..Point::on_disk() };
    match &arguments.revisions[..] {
        [] => Ok((cluster, Point::on_disk())),
        [one] if !one.contains("..") => {
            let revisions = Revisions::of(arguments.source.root(context))?;
            let found = revisions.commit(one).map_err(|error| Failure::Usage(format!("{error:#}")))?;
            Ok((cluster, Point::of(found)))
        }
        _ => Err(Failure::Usage(
            "a cluster is compared with one state: the files on disk, or one revision".into(),
        )),
    }
}

/// The branch that the cluster follows.
fn followed(arguments: &Arguments, context: &Context) -> Option<String> {
    let cluster = arguments.clusters.first().filter(|name| *name != SANDBOX)?;
    let folder = ClusterFolder::find(context, cluster).ok()?;
    let (target, _) = Target::load_to_look(context, folder).ok()?;
    target.spec.channel.branch
}
