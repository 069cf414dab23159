use std::collections::BTreeMap;

use flux::graph::{Graph, Node};
use flux::object::ObjectKey;
use yamltree::diagnostic::Severity;

use crate::rule::{Check, Found, Rule};
use crate::subject::Subject;

/// The example: seven Kustomizations, of which six wait for each other, and the last has this line.
macro_rules! chain {
    ($last:literal) => {
        concat!(
            "#- a/a.yaml\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: default}\n#- k/ks.yaml\n",
            chain!("a", ""),
            chain!("b", "dependsOn: [{name: a}]"),
            chain!("c", "dependsOn: [{name: b}]"),
            chain!("d", "dependsOn: [{name: c}]"),
            chain!("e", "dependsOn: [{name: d}]"),
            chain!("f", "dependsOn: [{name: e}]"),
            chain!("g", $last)
        )
    };
    ($name:literal, $waits:literal) => {
        concat!(
            "---\napiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: ",
            $name,
            ", namespace: flux-system}\nspec:\n  interval: 1h\n  wait: true\n  path: ./a\n  sourceRef: {kind: GitRepository, name: \
             flux-system}\n  ",
            $waits,
            "\n"
        )
    };
}

pub(super) const RULE: Rule = Rule {
    code: "flux/long-chain",
    severity: Severity::Warning,
    says: "A chain of `dependsOn` is longer than it has to be for anybody to follow.",
    why: "Each link waits until the one before is ready and is then asked again: a new cluster takes that long to come up, and whatever fails first stops \
          all that is behind it.",
    failing: chain!("dependsOn: [{name: f}]"),
    fixed: chain!("dependsOn: [{name: a}]"),
    check: Check::Repository(check),
};

/// How many may wait for each other in a row.
const LONGEST: usize = 6;

fn check(subject: &Subject<'_>, found: &mut Found) {
    let graph = &subject.graph;
    let mut longest = BTreeMap::new();
    for number in 0..graph.nodes.len() {
        chain(graph, number, &mut longest, &mut Vec::new());
    }
    let objects: BTreeMap<ObjectKey, _> = subject
        .objects()
        .filter(|object| object.is_kustomization() || object.is_release())
        .map(|object| (object.key(), object))
        .collect();
    // Those with the same beginning are one matter: the longest tells of it.
    let mut told: BTreeMap<&[usize], Vec<&[usize]>> = BTreeMap::new();
    for chain in longest.values().filter(|chain| chain.len() > LONGEST) {
        let beginning = chain.get(chain.len() - LONGEST..).unwrap_or_default();
        told.entry(beginning).or_default().push(chain);
    }
    for (_, mut chains) in told {
        chains.sort_by_key(|chain| std::cmp::Reverse(chain.len()));
        let Some((chain, others)) = chains.split_first() else { continue };
        let nodes: Vec<&Node> = chain.iter().filter_map(|number| graph.nodes.get(*number)).collect();
        let Some(object) = nodes.first().and_then(|node| objects.get(&node.key)) else { continue };
        let names: Vec<&str> = nodes.iter().map(|node| node.key.name.as_str()).collect();
        let also = match others.len() {
            0 => String::new(),
            count => format!("; {count} more wait for the same"),
        };
        let at = object.at(&["spec", "dependsOn"]).unwrap_or(object.node);
        let message = format!(
            "{}: {} wait for each other in a row: {}{also}",
            object.title(),
            names.len(),
            names.join(", ")
        );
        found.at(object.place(at), message, "let each wait only for what it cannot begin without");
    }
}

/// The longest way from a node over what it waits for, itself first. What is in a cycle, which is told elsewhere, ends it.
fn chain<'l>(
    graph: &Graph,
    number: usize,
    longest: &'l mut BTreeMap<usize, Vec<usize>>,
    above: &mut Vec<usize>,
) -> &'l [usize] {
    if !longest.contains_key(&number) {
        above.push(number);
        let mut best: Vec<usize> = Vec::new();
        for edge in graph
            .depends_on(number)
            .filter(|edge| !above.contains(&edge.to))
            .map(|edge| edge.to)
            .collect::<Vec<_>>()
        {
            let below = chain(graph, edge, longest, above);
            if below.len() > best.len() {
                best = below.to_vec();
            }
        }
        above.pop();
        best.insert(0, number);
        longest.insert(number, best);
    }
    longest.get(&number).map_or(&[], Vec::as_slice)
}
