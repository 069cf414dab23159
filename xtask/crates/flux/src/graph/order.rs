//! Who can begin when, and who never can.

use std::collections::VecDeque;

use yamltree::diagnostic::{Diagnostic, Place};

use super::{Graph, Presence, Relation, Sort};

/// What each node must have before it can begin, by number.
pub(super) struct Needs {
    needs: Vec<Vec<usize>>,
    /// Nodes that need each other are one group; each group is behind those that it needs.
    groups: Vec<Vec<usize>>,
}

impl Needs {
    /// A node needs what it depends on, and what makes it.
    pub(super) fn of(graph: &Graph) -> Self {
        let mut needs = vec![Vec::new(); graph.nodes.len()];
        for edge in &graph.edges {
            let (node, other) = match edge.relation {
                Relation::DependsOn { .. } => (edge.from, edge.to),
                Relation::Makes => (edge.to, edge.from),
                _ => continue,
            };
            if let Some(needs) = needs.get_mut(node) {
                needs.push(other);
            }
        }
        Needs::new(needs)
    }

    /// Of any such lists.
    pub(super) fn new(mut needs: Vec<Vec<usize>>) -> Self {
        for needs in &mut needs {
            needs.sort_unstable();
            needs.dedup();
        }
        let groups = groups(&needs);
        Needs { needs, groups }
    }

    /// The longest way from a node that needs nothing, for each node; needs within a group are left out.
    pub(super) fn layers(&self) -> Vec<usize> {
        let mut layers = vec![0; self.needs.len()];
        for group in &self.groups {
            let needed =
                group.iter().flat_map(|node| &self.needs[*node]).filter(|need| !group.contains(need));
            let layer = needed.map(|need| layers[*need] + 1).max().unwrap_or(0);
            group.iter().for_each(|node| layers[*node] = layer);
        }
        layers
    }

    /// One cycle, the shortest through its first node, of each group that has any.
    pub(super) fn cycles(&self) -> Vec<Vec<usize>> {
        let mut cycles: Vec<_> = self.groups.iter().filter_map(|group| self.cycle(group)).collect();
        cycles.sort();
        cycles
    }

    fn cycle(&self, group: &[usize]) -> Option<Vec<usize>> {
        let first = *group.iter().min()?;
        let mut before = vec![None; self.needs.len()];
        let mut queue = VecDeque::from([first]);
        while let Some(node) = queue.pop_front() {
            for &need in self.needs[node].iter().filter(|need| group.contains(need)) {
                if need == first {
                    let mut cycle: Vec<usize> =
                        std::iter::successors(Some(node), |node| before[*node]).collect();
                    cycle.reverse();
                    return Some(cycle);
                }
                if before[need].is_none() {
                    before[need] = Some(node);
                    queue.push_back(need);
                }
            }
        }
        None
    }
}

/// Tarjan's strongly connected components, without recursion: a chain may be long.
fn groups(needs: &[Vec<usize>]) -> Vec<Vec<usize>> {
    const NEW: usize = usize::MAX;
    let (mut index, mut low) = (vec![NEW; needs.len()], vec![0; needs.len()]);
    let mut is_open = vec![false; needs.len()];
    let (mut open, mut groups, mut count) = (Vec::new(), Vec::new(), 0);
    for begin in 0..needs.len() {
        let mut path = if index[begin] == NEW { vec![(begin, 0)] } else { Vec::new() };
        while let Some((node, next)) = path.pop() {
            if next == 0 {
                (index[node], low[node], is_open[node]) = (count, count, true);
                open.push(node);
                count += 1;
            }
            if let Some(&need) = needs[node].get(next) {
                path.push((node, next + 1));
                if index[need] == NEW {
                    path.push((need, 0));
                } else if is_open[need] {
                    low[node] = low[node].min(index[need]);
                }
                continue;
            }
            if let Some(&(above, _)) = path.last() {
                low[above] = low[above].min(low[node]);
            }
            if low[node] == index[node] {
                let start = open.iter().rposition(|other| *other == node).unwrap_or(0);
                let mut group = open.split_off(start);
                group.iter().for_each(|node| is_open[*node] = false);
                group.sort_unstable();
                groups.push(group);
            }
        }
    }
    groups
}

/// The finding of a cycle; its edges are marked. `places` are those of the edges.
pub(super) fn told(graph: &mut Graph, cycle: &[usize], places: &[Place]) -> Diagnostic {
    let mut message = String::from("a cycle, so none of them can ever begin: ");
    let mut at = None;
    let title = |graph: &Graph, node: usize| graph.nodes[node].title();
    message.push_str(&cycle.first().map_or_else(String::new, |node| title(graph, *node)));
    let followers = cycle.iter().skip(1).chain(cycle.first());
    for (number, (node, next)) in cycle.iter().zip(followers).enumerate() {
        let mut says = "is made by";
        for (edge, place) in graph.edges.iter_mut().zip(places) {
            let is_dependency = matches!(edge.relation, Relation::DependsOn { .. });
            let is_it = if is_dependency {
                (edge.from, edge.to) == (*node, *next)
            } else {
                edge.relation == Relation::Makes && (edge.to, edge.from) == (*node, *next)
            };
            if !is_it {
                continue;
            }
            edge.is_faulty = true;
            if is_dependency {
                says = "depends on";
                at.get_or_insert_with(|| place.clone());
            }
        }
        let comma = if number == 0 { " " } else { ", which " };
        let name = if cycle.len() == 1 { "itself".to_owned() } else { title(graph, *next) };
        message.push_str(&format!("{comma}{says} {name}"));
    }
    Diagnostic::error("graph/cycle", at.unwrap_or_else(|| Place::file(".")), message)
}

impl Graph {
    /// Kustomizations and releases by the step in which they can begin at the earliest.
    pub fn layers(&self) -> Vec<Vec<usize>> {
        let mut layers: Vec<Vec<usize>> = Vec::new();
        for (number, node) in self.nodes.iter().enumerate() {
            let begins = matches!(node.sort, Sort::Kustomization | Sort::Release);
            if begins && node.presence == Presence::Here {
                if layers.len() <= node.layer {
                    layers.resize(node.layer + 1, Vec::new());
                }
                layers[node.layer].push(number);
            }
        }
        layers
    }
}
