//! `graph`: who makes whom and who waits for whom, of a cluster or of any repository.

use clap::{Args, ValueEnum};
use fleet::roots::COMPONENT_LABEL;
use flux::graph::{Edge, Graph, Node, mermaid, svg, text};
use serde_json::{Value, json};

use super::render_arguments::RenderArguments;
use yamltree::diagnostic::Diagnostic;

use crate::context::{Context, Output};
use crate::exit::{Exit, Failure, Outcome};
use crate::report;

/// Flags of `graph`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cargo xtask graph                               the sandbox: who makes whom, who waits for whom
  cargo xtask graph example --dependencies        what can begin when
  cargo xtask graph example --format svg > g.svg  a picture for a browser
  cargo xtask graph --format mermaid              for a Markdown file
  cargo xtask graph --repository ../home-ops --entry kubernetes/flux/cluster
                                                  any repository that Flux follows

Exit code 1 when a Kustomization cannot be built, when something depends on what nothing makes, and when \
there is a cycle; the graph is printed all the same.")]
pub struct Arguments {
    #[command(flatten)]
    what: RenderArguments,
    /// What the graph is printed as; `--output json` prints nodes and edges in place of it
    #[arg(long, value_enum, default_value_t = Format::Tree, value_name = "FORMAT")]
    format: Format,
    /// In the tree: the order in which Flux can begin, in place of who makes whom
    #[arg(long)]
    dependencies: bool,
}

/// What a graph is printed as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Lines of text
    Tree,
    /// A Mermaid flowchart
    Mermaid,
    /// A picture
    Svg,
}

/// Runs `graph`.
pub fn run(arguments: &Arguments, context: &Context) -> Outcome {
    if arguments.dependencies && arguments.format != Format::Tree {
        let message = "`--dependencies` is for the tree; the other formats show the order anyway";
        return Err(Failure::Usage(message.to_owned()));
    }
    if let Some(word) = arguments.what.word() {
        return Err(Failure::Usage(format!("`{word}`: another repository has no cluster; leave it out")));
    }
    let rendering = arguments.what.rendered(context)?;
    let graph = Graph::of(&rendering, COMPONENT_LABEL);
    // What lies in sources elsewhere is seen by nobody here, and is no fault.
    let (mut problems, unseen): (Vec<_>, Vec<_>) =
        rendering.problems().cloned().partition(Diagnostic::is_error);
    unseen.iter().for_each(|found| context.terminal.say(found.to_string()));
    problems.extend(graph.findings.iter().cloned());
    if context.output == Output::Json {
        report::json(&as_json(&graph));
        // They are in the document.
        return Ok(if problems.is_empty() { Exit::Yes } else { Exit::No });
    }
    let printed = match arguments.format {
        Format::Tree if arguments.dependencies => text::dependencies(&graph),
        Format::Tree => text::tree(&graph),
        Format::Mermaid => mermaid::flowchart(&graph),
        Format::Svg => svg::picture(&graph, &arguments.what.title()),
    };
    report::line(printed.trim_end());
    if problems.is_empty() { Ok(Exit::Yes) } else { Err(Failure::Faulty(problems)) }
}

fn as_json(graph: &Graph) -> Value {
    let id = |number: usize| graph.nodes.get(number).map(|node| node.key.to_string());
    let with = |object: Result<Value, _>, more: Value| {
        let mut object = object.unwrap_or_default();
        if let (Value::Object(fields), Value::Object(more)) = (&mut object, more) {
            fields.extend(more);
        }
        object
    };
    let node = |(number, node): (usize, &Node)| with(serde_json::to_value(node), json!({"id": id(number)}));
    let edge = |edge: &Edge| {
        let ends = json!({"from": id(edge.from), "to": id(edge.to), "faulty": edge.is_faulty});
        with(serde_json::to_value(&edge.relation), ends)
    };
    json!({
        "version": 1,
        "nodes": graph.nodes.iter().enumerate().map(node).collect::<Vec<_>>(),
        "edges": graph.edges.iter().map(edge).collect::<Vec<_>>(),
        "findings": graph.findings,
    })
}
