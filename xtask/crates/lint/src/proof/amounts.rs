//! What pods ask for and what they may take.

use std::collections::BTreeMap;
use std::ops::{Add, AddAssign, Mul};

use kustomize_rs::yaml::node::Node;
use validation::check::quantity;

use crate::subject::{Object, Subject, at, items, text};

/// Thousandths of a core, and bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Amounts {
    /// Thousandths of a core.
    pub cpu: u64,
    /// Bytes.
    pub memory: u64,
}

/// What pods ask for, and what they may take. Where there is no limit, nothing is counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    /// What is kept free for them.
    pub requests: Amounts,
    /// The most that they get.
    pub limits: Amounts,
}

/// How much there is of one thing in one container; none where nothing says so.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Said {
    pub(super) cpu_request: Option<u64>,
    pub(super) cpu_limit: Option<u64>,
    pub(super) memory_request: Option<u64>,
    pub(super) memory_limit: Option<u64>,
}

/// What decides the amounts of pods beside the pods.
pub(super) struct Surroundings {
    /// What a LimitRange gives to containers that do not say it, by namespace.
    defaults: BTreeMap<String, Said>,
    /// What the operator of Prometheus puts beside each of its pods.
    reloader: Said,
}

/// Custom resources whose operators make pods with `spec.resources`: group, kind, and the field with their number.
const OPERATED: [(&str, &str, &str); 3] = [
    ("monitoring.coreos.com", "Alertmanager", "replicas"),
    ("monitoring.coreos.com", "Prometheus", "replicas"),
    ("postgresql.cnpg.io", "Cluster", "instances"),
];

impl Totals {
    /// Those of some objects of a subject: everything that runs until somebody ends it. Jobs come and go, and are left out.
    pub fn of<'o>(subject: &Subject<'_>, objects: impl Iterator<Item = Object<'o>>) -> Self {
        let around = Surroundings::of(subject);
        objects.map(|object| around.running(&object)).fold(Totals::default(), Add::add)
    }
}

impl Surroundings {
    pub(super) fn of(subject: &Subject<'_>) -> Self {
        let mut around = Surroundings { defaults: BTreeMap::new(), reloader: Said::default() };
        for object in subject.objects() {
            if object.is("", "LimitRange") {
                for limit in
                    object.items(&["spec", "limits"]).iter().filter(|l| text(l, &["type"]) == "Container")
                {
                    around.defaults.insert(object.key().namespace, of_range(limit));
                }
            }
            for argument in object.containers().flat_map(|(_, container)| items(container, &["args"])) {
                let Some((name, value)) = argument.value_text().split_once('=') else { continue };
                let Some(what) = name.strip_prefix("--config-reloader-") else { continue };
                let reloader = &mut around.reloader;
                match what {
                    "cpu-request" => reloader.cpu_request = thousandths(value),
                    "cpu-limit" => reloader.cpu_limit = thousandths(value),
                    "memory-request" => reloader.memory_request = bytes(value),
                    "memory-limit" => reloader.memory_limit = bytes(value),
                    _ => {}
                }
            }
        }
        around
    }

    /// The containers that an object brings: their names, and what is said of them when the pod is made.
    pub(super) fn containers<'s>(&self, object: &Object<'s>) -> Vec<(&'s str, Said)> {
        let namespace = object.key().namespace;
        if operated(object).is_some() {
            return vec![("spec", self.said(&namespace, object.at(&["spec"])))];
        }
        object.containers().map(|(name, node)| (name, self.said(&namespace, Some(node)))).collect()
    }

    fn said(&self, namespace: &str, container: Option<&Node>) -> Said {
        let value = |sort: &str, what: &str| {
            container.and_then(|c| at(c, &["resources", sort, what])).map(Node::value_text)
        };
        let mut said = Said {
            cpu_request: value("requests", "cpu").and_then(thousandths),
            cpu_limit: value("limits", "cpu").and_then(thousandths),
            memory_request: value("requests", "memory").and_then(bytes),
            memory_limit: value("limits", "memory").and_then(bytes),
        };
        // A limit alone is the request too; only then does a LimitRange add what is missing.
        said.cpu_request = said.cpu_request.or(said.cpu_limit);
        said.memory_request = said.memory_request.or(said.memory_limit);
        let default = self.defaults.get(namespace).copied().unwrap_or_default();
        Said {
            cpu_request: said.cpu_request.or(default.cpu_request),
            cpu_limit: said.cpu_limit.or(default.cpu_limit),
            memory_request: said.memory_request.or(default.memory_request),
            memory_limit: said.memory_limit.or(default.memory_limit),
        }
    }

    /// What an object takes as long as it is there.
    fn running(&self, object: &Object<'_>) -> Totals {
        let namespace = object.key().namespace;
        if let Some(field) = operated(object) {
            let reloader = if object.kind() == "Cluster" { Totals::default() } else { totals(self.reloader) };
            return (totals(self.said(&namespace, object.at(&["spec"]))) + reloader) * count(object, field);
        }
        let (Some(pod), true) = (object.pod(), object.runs_on()) else { return Totals::default() };
        let of = |node: &Node| totals(self.said(&namespace, Some(node)));
        let stays = |node: &&Node| text(node, &["restartPolicy"]) == "Always";
        let first = || items(pod, &["initContainers"]).iter();
        let beside = first().filter(stays).map(of).fold(Totals::default(), Add::add);
        let all = items(pod, &["containers"]).iter().map(of).fold(beside, Add::add);
        // Those that run first have the place to themselves, one after the other.
        let most = first().filter(|node| !stays(node)).map(of).map(|one| one + beside).fold(all, most);
        most * if object.kind() == "DaemonSet" { 1 } else { count(object, "replicas") }
    }
}

fn operated(object: &Object<'_>) -> Option<&'static str> {
    OPERATED.iter().find(|(group, kind, _)| object.is(group, kind)).map(|(.., field)| *field)
}

fn count(object: &Object<'_>, field: &str) -> u64 {
    object.at(&["spec", field]).and_then(|node| node.value_text().parse().ok()).unwrap_or(1)
}

fn of_range(limit: &Node) -> Said {
    let first = |sorts: &[&str], what: &str| {
        sorts.iter().find_map(|sort| at(limit, &[sort, what])).map(Node::value_text)
    };
    let (request, most) = (["defaultRequest", "default", "min"], ["default", "max"]);
    Said {
        cpu_request: first(&request, "cpu").and_then(thousandths),
        cpu_limit: first(&most, "cpu").and_then(thousandths),
        memory_request: first(&request, "memory").and_then(bytes),
        memory_limit: first(&most, "memory").and_then(bytes),
    }
}

fn totals(said: Said) -> Totals {
    let amounts = |cpu: Option<u64>, memory: Option<u64>| Amounts {
        cpu: cpu.unwrap_or(0),
        memory: memory.unwrap_or(0),
    };
    Totals {
        requests: amounts(said.cpu_request, said.memory_request),
        limits: amounts(said.cpu_limit, said.memory_limit),
    }
}

fn most(a: Totals, b: Totals) -> Totals {
    let most = |a: Amounts, b: Amounts| Amounts { cpu: a.cpu.max(b.cpu), memory: a.memory.max(b.memory) };
    Totals { requests: most(a.requests, b.requests), limits: most(a.limits, b.limits) }
}

fn thousandths(text: &str) -> Option<u64> {
    whole(quantity::parse(text)? * 1000.0)
}

fn bytes(text: &str) -> Option<u64> {
    whole(quantity::parse(text)?)
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "no server is that large")]
fn whole(amount: f64) -> Option<u64> {
    (0.0..1e18).contains(&amount).then(|| amount.round() as u64)
}

impl Amounts {
    /// As Kubernetes writes it: `100m`.
    pub fn cpu_text(self) -> String {
        format!("{}m", self.cpu)
    }

    /// In whole mebibytes, rounded up: `128Mi`.
    pub fn memory_text(self) -> String {
        format!("{}Mi", self.memory.div_ceil(1 << 20))
    }
}

impl Add for Amounts {
    type Output = Amounts;

    fn add(self, other: Amounts) -> Amounts {
        Amounts { cpu: self.cpu + other.cpu, memory: self.memory + other.memory }
    }
}

impl Add for Totals {
    type Output = Totals;

    fn add(self, other: Totals) -> Totals {
        Totals { requests: self.requests + other.requests, limits: self.limits + other.limits }
    }
}

impl AddAssign for Totals {
    fn add_assign(&mut self, other: Totals) {
        *self = *self + other;
    }
}

impl Mul<u64> for Totals {
    type Output = Totals;

    fn mul(self, times: u64) -> Totals {
        let times = |of: Amounts| Amounts { cpu: of.cpu * times, memory: of.memory * times };
        Totals { requests: times(self.requests), limits: times(self.limits) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proof::tests::{Example, deployment};

    fn of(app: &str, chart: &str) -> Totals {
        let chart =
            chart.replace("resources: {requests: {cpu: 10m, memory: 32Mi}, limits: {memory: 64Mi}}", "a: b");
        let example = Example { app, chart: &chart, ..Example::default() };
        example.asked(|proof| Totals::of(proof.subject, proof.subject.objects()))
    }

    fn mebibytes(cpu: u64, request: u64, limit: u64) -> Totals {
        Totals {
            requests: Amounts { cpu, memory: request << 20 },
            limits: Amounts { cpu: 0, memory: limit << 20 },
        }
    }

    const ASKS: &str = "resources: {requests: {cpu: 100m, memory: 64Mi}, limits: {memory: 128Mi}}";

    #[test]
    fn containers_are_counted_once_for_each_pod() {
        assert_eq!(of("", &deployment("blog", ASKS)), mebibytes(100, 64, 128));
        let three = deployment("blog", ASKS).replace("spec:\n  selector", "spec:\n  replicas: 3\n  selector");
        assert_eq!(of("", &three), mebibytes(300, 192, 384));
        let job = deployment("blog", ASKS).replace("apps/v1", "batch/v1").replace("Deployment", "Job");
        assert_eq!(of("", &job), Totals::default());
    }

    #[test]
    fn what_runs_first_counts_where_it_is_more() {
        let first = |cpu: &str, more: &str| {
            let containers = format!(
                "      initContainers:\n      - {{name: first, image: docker.io/a:1.0.0{more}, resources: {{requests: {{cpu: {cpu}}}}}}}\n      containers:"
            );
            deployment("blog", ASKS).replace("      containers:", &containers)
        };
        assert_eq!(of("", &first("50m", "")), mebibytes(100, 64, 128));
        assert_eq!(of("", &first("150m", "")), mebibytes(150, 64, 128));
        assert_eq!(of("", &first("50m", ", restartPolicy: Always")), mebibytes(150, 64, 128));
    }

    #[test]
    fn a_limit_range_gives_what_is_not_said_and_a_limit_alone_is_the_request() {
        let range = "apiVersion: v1\nkind: LimitRange\nmetadata: {name: a, namespace: oas-apps}\nspec: {limits: [{type: Container, \
                     defaultRequest: {cpu: 20m, memory: 16Mi}, default: {memory: 256Mi}}]}\n";
        assert_eq!(of(range, &deployment("blog", "")), mebibytes(20, 16, 256));
        let limited = deployment("blog", "resources: {limits: {memory: 48Mi}}");
        assert_eq!(of(range, &limited), mebibytes(20, 48, 48));
    }

    #[test]
    fn pods_that_an_operator_makes_are_counted() {
        let prometheus = "apiVersion: monitoring.coreos.com/v1\nkind: Prometheus\nmetadata: {name: a}\nspec: {replicas: 2, resources: \
                          {requests: {cpu: 100m, memory: 64Mi}}}\n---\n";
        let operator = deployment(
            "operator",
            "args: [--config-reloader-cpu-request=5m, --config-reloader-memory-limit=10Mi]",
        );
        assert_eq!(of("", &format!("{prometheus}{operator}")), mebibytes(210, 128, 20));
        let database = "apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata: {name: a}\nspec: {instances: 2, resources: {limits: \
                        {memory: 64Mi}}}\n";
        assert_eq!(of("", database), mebibytes(0, 128, 128));
    }
}
