//! The graph as a Mermaid flowchart.

use std::fmt::Write as _;

use super::text::one_line;
use super::{Graph, Presence, Relation, Sort};

const CLASSES: &str = "  classDef bad stroke:#d1242f,stroke-width:2px
  classDef suspended stroke-dasharray:5 4
  classDef outside stroke-dasharray:2 3
";

/// A flowchart from left to right: an arrow leads to what waits, a dotted line from a source or a maker; what one node makes
/// stands together.
///
/// The source and the variables of a Kustomization are in its label: nearly all have the same, and lines to it would hide the
/// others.
pub fn flowchart(graph: &Graph) -> String {
    let mut out =
        String::from("%% A --> B: B waits for A. Dotted: what something is made by or from.\nflowchart LR\n");
    for found in &graph.findings {
        // A comment ends with its line, and braces would be read as settings.
        writeln!(out, "  %% error: {}", one_line(&found.message).replace(['{', '}'], "")).ok();
    }
    let shown: Vec<usize> = (0..graph.nodes.len()).filter(|number| is_shown(graph, *number)).collect();
    shown.iter().filter(|n| graph.maker(**n).is_none()).for_each(|n| node(graph, *n, "  ", &mut out));
    // Lines are styled by number, so they are counted.
    let mut lines = 0;
    for &maker in &shown {
        let made: Vec<usize> = graph.made_by(maker).filter(|made| is_shown(graph, *made)).collect();
        if made.is_empty() {
            continue;
        }
        let title = label(&[format!("made by {}", graph.nodes[maker].title())]);
        writeln!(out, "  subgraph of{maker}[\"{title}\"]").ok();
        made.iter().for_each(|made| node(graph, *made, "    ", &mut out));
        out.push_str("  end\n");
        writeln!(out, "  n{maker} -.-> of{maker}").ok();
        lines += 1;
    }
    edges(graph, lines, &mut out);
    out.push_str(CLASSES);
    out
}

/// Data is named in the label of what uses it; so is the source of a Kustomization if nothing here makes it.
fn is_shown(graph: &Graph, number: usize) -> bool {
    let is_source_of_release = || {
        graph.edges.iter().any(|edge| {
            let is_source = edge.relation == Relation::BuiltFrom && edge.to == number;
            is_source && graph.nodes[edge.from].sort != Sort::Kustomization
        })
    };
    match graph.nodes[number].sort {
        Sort::Kustomization | Sort::Release => true,
        Sort::Source => graph.nodes[number].presence == Presence::Here || is_source_of_release(),
        Sort::Data => false,
    }
}

fn node(graph: &Graph, number: usize, indent: &str, out: &mut String) {
    let own = &graph.nodes[number];
    let mut lines = vec![own.title(), own.what.clone()];
    lines.extend(graph.marks(number));
    if own.sort == Sort::Kustomization {
        let facts = graph.own_facts(number);
        lines.extend(facts.into_iter().map(|fact| format!("{}: {}", fact.label, fact.text)));
    }
    let text = label(&lines);
    let shape = match own.sort {
        Sort::Kustomization => format!("[\"{text}\"]"),
        Sort::Release => format!("(\"{text}\")"),
        Sort::Source | Sort::Data => format!("[(\"{text}\")]"),
    };
    let class = if own.problem.is_some() || own.presence == Presence::Missing {
        ":::bad"
    } else if own.suspended {
        ":::suspended"
    } else if own.presence == Presence::Outside {
        ":::outside"
    } else {
        ""
    };
    writeln!(out, "{indent}n{number}{shape}{class}").ok();
}

fn edges(graph: &Graph, mut count: usize, out: &mut String) {
    let mut bad = Vec::new();
    for edge in &graph.edges {
        let (from, to) = (edge.from, edge.to);
        match &edge.relation {
            Relation::DependsOn { ready: None } => writeln!(out, "  n{to} --> n{from}").ok(),
            Relation::DependsOn { ready: Some(ready) } => {
                writeln!(out, "  n{to} -->|\"{}\"| n{from}", label(&[one_line(ready)])).ok()
            }
            Relation::BuiltFrom if graph.nodes[from].sort != Sort::Kustomization => {
                writeln!(out, "  n{to} -.-> n{from}").ok()
            }
            _ => continue,
        };
        if edge.is_faulty {
            bad.push(count.to_string());
        }
        count += 1;
    }
    if !bad.is_empty() {
        writeln!(out, "  linkStyle {} stroke:#d1242f,stroke-width:2px", bad.join(",")).ok();
    }
}

/// Lines as the inside of a quoted label; whatever Mermaid or a browser could read as more than text is written by number.
fn label(lines: &[String]) -> String {
    let escaped = |line: &String| {
        let mut out = String::new();
        for letter in one_line(line).chars() {
            if letter.is_alphanumeric() || " ./-_:,+=".contains(letter) {
                out.push(letter);
            } else {
                out.push_str(&format!("#{};", u32::from(letter)));
            }
        }
        out
    };
    lines.iter().filter(|line| !line.is_empty()).map(escaped).collect::<Vec<_>>().join("<br/>")
}
