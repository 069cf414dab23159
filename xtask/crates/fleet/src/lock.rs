//! `chart.lock` of a component: what `charts verify` saw, so that a pin or a value that nobody verified cannot land.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::{Deserialize, Serialize};
use yamltree::diagnostic::{Diagnostic, Place};
use yamltree::{document, typed};

/// Its name in the component's folder.
pub const FILE: &str = "chart.lock";
/// The form of the file.
const VERSION: u32 = 1;

/// What was verified of one component.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lock {
    /// The form of the file.
    pub version: u32,
    /// What it was verified with.
    pub tools: Tools,
    /// Its releases, by name.
    pub releases: BTreeMap<String, Release>,
}

/// What charts were verified with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tools {
    /// Version of Helm.
    pub helm: String,
    /// Version of Kubernetes.
    pub kubernetes: String,
}

/// One release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Release {
    /// Name of its chart.
    pub chart: String,
    /// Version of its chart.
    pub version: String,
    /// Where the tree says that the chart is.
    pub from: String,
    /// Where the verified one came from.
    pub origin: Origin,
    /// Digest of what decides how it renders, the same for whoever packaged it.
    pub digest: String,
    /// Every image, whatever the cluster.
    pub images: Vec<String>,
    /// What it is in each of the clusters that charts are verified for, by their name; where it is not, there is no entry.
    pub clusters: BTreeMap<String, InCluster>,
}

/// Where a chart came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// From the place that the tree names.
    Published,
    /// Packaged by somebody else, or out of this repository.
    Packaged,
}

/// A release in one of the clusters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InCluster {
    /// Digest of its effective values.
    pub values: String,
    /// How many objects it makes.
    pub objects: usize,
    /// What its pods ask for.
    pub requests: Amounts,
    /// What its pods may take.
    pub limits: Amounts,
}

/// Processor and memory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Amounts {
    /// As `100m`.
    pub cpu: String,
    /// As `128Mi`.
    pub memory: String,
}

/// What can be said of a release without its chart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// Where the tree says that its chart is.
    pub from: String,
    /// Digest of its chart, if that is in the repository.
    pub digest: Option<String>,
    /// Digest of its effective values in each cluster that has it.
    pub values: BTreeMap<String, String>,
}

impl Lock {
    /// A lock of this form.
    pub fn new(tools: Tools) -> Self {
        Lock { version: VERSION, tools, releases: BTreeMap::new() }
    }

    /// The file's text.
    pub fn text(&self) -> String {
        let mut text = String::from(
            "# Written by `cargo xtask charts verify`: what was seen with the real charts. Not for editing.\n",
        );
        // Writing into a text cannot fail.
        let _ = writeln!(text, "version: {}", self.version);
        let Tools { helm, kubernetes } = &self.tools;
        let _ = writeln!(text, "tools: {{helm: {}, kubernetes: {}}}", quoted(helm), quoted(kubernetes));
        text.push_str("releases:\n");
        for (name, release) in &self.releases {
            let origin = match release.origin {
                Origin::Published => "published",
                Origin::Packaged => "packaged",
            };
            let _ = writeln!(text, "  {name}:\n    chart: {}", quoted(&release.chart));
            let _ = writeln!(text, "    version: {}", quoted(&release.version));
            let _ = writeln!(text, "    from: {}", quoted(&release.from));
            let _ = writeln!(text, "    origin: {origin}\n    digest: {}", release.digest);
            match release.images.as_slice() {
                [] => text.push_str("    images: []\n"),
                images => {
                    text.push_str("    images:\n");
                    for image in images {
                        let _ = writeln!(text, "      - {}", quoted(image));
                    }
                }
            }
            text.push_str("    clusters:\n");
            for (cluster, seen) in &release.clusters {
                let amounts =
                    |of: &Amounts| format!("{{cpu: {}, memory: {}}}", quoted(&of.cpu), quoted(&of.memory));
                let _ = writeln!(text, "      {cluster}:\n        values: {}", seen.values);
                let _ = writeln!(text, "        objects: {}", seen.objects);
                let _ = writeln!(text, "        requests: {}", amounts(&seen.requests));
                let _ = writeln!(text, "        limits: {}", amounts(&seen.limits));
            }
        }
        text
    }

    /// Where it is not what the tree says, in words for people.
    pub fn differences(&self, tree: &BTreeMap<String, Known>) -> Vec<String> {
        let mut found = Vec::new();
        for (name, known) in tree {
            let Some(locked) = self.releases.get(name) else {
                found.push(format!("release `{name}` was never verified"));
                continue;
            };
            if locked.from != known.from {
                found.push(format!(
                    "release `{name}`: the tree has {}, and {} was verified",
                    known.from, locked.from
                ));
            }
            if known.digest.as_ref().is_some_and(|digest| *digest != locked.digest) {
                found.push(format!("release `{name}`: its chart changed since it was verified"));
            }
            let clusters = known.values.keys().chain(locked.clusters.keys());
            let mut other: Vec<&str> = clusters
                .filter(|cluster| {
                    locked.clusters.get(*cluster).map(|seen| &seen.values) != known.values.get(*cluster)
                })
                .map(String::as_str)
                .collect();
            other.sort_unstable();
            other.dedup();
            if !other.is_empty() {
                let clusters = other.join(", ");
                found.push(format!(
                    "release `{name}`: its values are not those that were verified (cluster {clusters})"
                ));
            }
        }
        let gone = self.releases.keys().filter(|name| !tree.contains_key(*name));
        found.extend(gone.map(|name| format!("release `{name}` is in the lock and not in the tree")));
        found
    }
}

/// Reads the file.
pub fn parse(file: &str, text: &str) -> (Option<Lock>, Vec<Diagnostic>) {
    let (node, mut found) = document::single(file, text);
    let Some(node) = node else {
        if found.is_empty() {
            found.push(Diagnostic::error("lock/empty", Place::file(file), "the file is empty"));
        }
        return (None, found);
    };
    let (lock, faults) = typed::from_node::<Lock>(file, &node);
    found.extend(faults);
    if let Some(lock) = lock.as_ref().filter(|lock| lock.version != VERSION) {
        let message = format!("it is of form {}, and this tool knows {VERSION}", lock.version);
        found.push(Diagnostic::error("lock/version", Place::file(file), message));
    }
    (lock, found)
}

/// In quotes, so that a version stays a text.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lock() -> Lock {
        let amounts = || Amounts { cpu: "10m".into(), memory: "32Mi".into() };
        let seen =
            InCluster { values: "sha256:1".into(), objects: 3, requests: amounts(), limits: amounts() };
        let release = Release {
            chart: "blog".into(),
            version: "1.10".into(),
            from: "blog 1.10 of https://charts.example.org".into(),
            origin: Origin::Packaged,
            digest: "sha256:0".into(),
            images: vec!["docker.io/blog:1.2.3".into()],
            clusters: BTreeMap::from([("small".to_owned(), seen)]),
        };
        let mut lock = Lock::new(Tools { helm: "v4.2.3".into(), kubernetes: "1.36.3".into() });
        lock.releases.insert("blog".into(), release);
        lock
    }

    fn known() -> BTreeMap<String, Known> {
        let values = BTreeMap::from([("small".to_owned(), "sha256:1".to_owned())]);
        let from = "blog 1.10 of https://charts.example.org".to_owned();
        BTreeMap::from([("blog".to_owned(), Known { from, digest: None, values })])
    }

    #[test]
    fn what_is_written_is_read_again() {
        let lock = lock();
        let (read, found) = parse("chart.lock", &lock.text());
        assert_eq!((read, found), (Some(lock), vec![]));
    }

    #[test]
    fn a_file_of_another_form_is_refused() {
        let text = lock().text().replace("version: 1\n", "version: 2\n");
        assert_eq!(parse("chart.lock", &text).1[0].code, "lock/version");
        assert_eq!(parse("chart.lock", "").1[0].code, "lock/empty");
    }

    #[test]
    fn the_tree_as_it_was_verified_has_no_differences() {
        assert_eq!(lock().differences(&known()), [""; 0]);
    }

    #[test]
    fn another_pin_value_chart_or_release_is_told() {
        let mut tree = known();
        let blog = tree.get_mut("blog").unwrap();
        blog.from = "blog 1.11 of https://charts.example.org".into();
        blog.digest = Some("sha256:2".into());
        blog.values = BTreeMap::from([("sandbox".to_owned(), "sha256:1".to_owned())]);
        tree.insert("shop".into(), known().remove("blog").unwrap());
        let mut lock = lock();
        lock.releases.insert("old".into(), lock.releases["blog"].clone());
        assert_eq!(
            lock.differences(&tree),
            [
                "release `blog`: the tree has blog 1.11 of https://charts.example.org, and blog 1.10 of \
                 https://charts.example.org was verified",
                "release `blog`: its chart changed since it was verified",
                "release `blog`: its values are not those that were verified (cluster sandbox, small)",
                "release `shop` was never verified",
                "release `old` is in the lock and not in the tree",
            ]
        );
    }
}
