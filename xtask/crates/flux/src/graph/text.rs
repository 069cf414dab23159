//! The graph as lines of text.

use super::{Graph, Presence, Sort};

/// A tree of who makes whom; below each node what is said of it, then what it makes.
pub fn tree(graph: &Graph) -> String {
    let mut out = format!("{}\n", graph.summary());
    let roots = (0..graph.nodes.len()).filter(|number| {
        let node = &graph.nodes[*number];
        // What others only refer to stands beside them.
        node.presence == Presence::Here && graph.maker(*number).is_none()
    });
    roots.for_each(|root| branch(graph, root, &mut out));
    findings(graph, &mut out);
    out
}

fn branch(graph: &Graph, root: usize, out: &mut String) {
    // No recursion: a chain may be long.
    let mut open = vec![(root, 0)];
    while let Some((number, depth)) = open.pop() {
        let indent = "  ".repeat(depth);
        out.push_str(&format!("{indent}{}\n", title(graph, number)));
        for fact in graph.facts(number) {
            let mark = if fact.is_bad { "✗ " } else { "" };
            out.push_str(&format!("{indent}    {mark}{}: {}\n", fact.label, one_line(&fact.text)));
        }
        // A Secret is named where its variables are used.
        let made: Vec<usize> =
            graph.made_by(number).filter(|made| graph.nodes[*made].sort != Sort::Data).collect();
        open.extend(made.into_iter().rev().map(|made| (made, depth + 1)));
    }
}

/// The order in which Flux can begin: each step needs only what the steps before it bring.
pub fn dependencies(graph: &Graph) -> String {
    let mut out = format!("{}\n", graph.summary());
    for (step, layer) in (1..).zip(graph.layers()) {
        out.push_str(&format!("step {step}\n"));
        for number in layer {
            out.push_str(&format!("  {}\n", title(graph, number)));
            for fact in graph.facts(number).iter().filter(|fact| fact.label == "waits for") {
                let mark = if fact.is_bad { "✗ " } else { "" };
                out.push_str(&format!("      {mark}{}: {}\n", fact.label, one_line(&fact.text)));
            }
        }
    }
    findings(graph, &mut out);
    out
}

/// The first line of a node.
pub(super) fn title(graph: &Graph, number: usize) -> String {
    let node = &graph.nodes[number];
    let mark = if node.problem.is_some() { "✗ " } else { "" };
    let mut line = format!("{mark}{}", node.title());
    if !node.what.is_empty() {
        line.push_str(&format!("  {}", one_line(&node.what)));
    }
    for mark in graph.marks(number) {
        line.push_str(&format!("  [{mark}]"));
    }
    line
}

fn findings(graph: &Graph, out: &mut String) {
    for found in &graph.findings {
        out.push_str(&format!("✗ {}\n", found.message));
    }
}

/// A text without line breaks.
pub(super) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
