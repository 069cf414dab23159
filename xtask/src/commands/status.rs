//! `status` and `info`: how a cluster is, and how to reach it.

use std::collections::BTreeMap;

use clap::Args;
use fleet::cluster::Sort;
use serde_json::json;
use yamltree::diagnostic::has_errors;

use super::cluster_argument::{ClusterArgument, connect};
use crate::bootstrap::observe::VERSION;
use crate::bootstrap::progress::{self, Progress};
use crate::bootstrap::serving;
use crate::bootstrap::summary;
use crate::bootstrap::target::Target;
use crate::context::{Context, Output};
use crate::exit::{Exit, Failure, Outcome};
use crate::report;
use crate::sandbox;
use flux::status::{Node, State};

/// Flags of `status`.
#[derive(Debug, Args)]
pub struct Arguments {
    #[command(flatten)]
    cluster: ClusterArgument,
}

/// Runs `status`: exit code 1 when something is not ready.
pub fn status(arguments: &Arguments, context: &Context) -> Outcome {
    // What is wrong with the checkout's files must not hide how the cluster is.
    let (target, found) = Target::load_to_look(context, arguments.cluster.folder(context)?)?;
    found.iter().for_each(|diagnostic| context.terminal.say(diagnostic.to_string()));
    let progress = look(context, &target)?;
    if let Some(revision) = &progress.revision
        && serving::is_behind(context, revision)
    {
        context.terminal.say(format!(
            "warning: this checkout does not hold {revision}, which the cluster runs: xtask may be older than the \
             cluster's tree; `git pull` first"
        ));
    }
    if context.output == Output::Json {
        let charts = sandbox::running(&context.layout)?.map(|state| state.charts);
        report::json(&summary::document(
            context,
            &target,
            &progress,
            charts.as_ref().filter(|_| target.folder.sort == Sort::Sandbox),
        )?);
    } else {
        print_tree(&target, &progress);
    }
    Ok(if progress.is_ready() && !has_errors(&found) { Exit::Yes } else { Exit::No })
}

fn look(context: &Context, target: &Target) -> Result<Progress, Failure> {
    context.block_on(async {
        let cluster = connect(context, &target.folder).await?;
        Ok(progress::look(&cluster, target, None).await?)
    })?
}

fn print_tree(target: &Target, progress: &Progress) {
    let status = &progress.status;
    report::line(format!(
        "cluster {}: {}",
        target.folder.name,
        progress.revision.as_deref().unwrap_or("no revision yet")
    ));
    for node in status.sources.iter().chain(&status.roots) {
        print_node(node, 0);
    }
    for component in &status.components {
        let mark = if component.ready { "✓" } else { "✗" };
        let hosts = target.hosts(&component.name).join(" ");
        report::line(format!("{mark} {}  {hosts}", component.name).trim_end());
        if !component.ready {
            report::line(format!("    because: {}", progress::reason(component)));
        }
        component.kustomizations.iter().for_each(|node| print_node(node, 1));
    }
    let (ready, all) = progress.count();
    report::line(format!("{ready} of {all} components are ready"));
}

fn print_node(node: &Node, depth: usize) {
    let mark = if node.ready { "✓" } else { "✗" };
    let revision = node.revision.as_deref().unwrap_or("");
    let message = if node.state == State::Suspended {
        "  held: takes no updates until `cargo xtask resume`".to_owned()
    } else if node.ready {
        String::new()
    } else {
        format!("  {}: {}", node.reason, node.message)
    };
    let indent = "  ".repeat(depth);
    report::line(
        format!("{indent}{mark} {} {}  {revision}{message}", node.key.kind, node.key.name).trim_end(),
    );
    node.children.iter().for_each(|child| print_node(child, depth + 1));
}

/// What `info` says of a cluster that answers.
struct Answer {
    progress: Progress,
    kubernetes: String,
}

/// Runs `info`: how to reach a cluster and what to do next.
pub fn info(arguments: &Arguments, context: &Context) -> Outcome {
    let target = arguments.cluster.target(context)?;
    let answer: Result<Answer, Failure> = context.block_on(async {
        let cluster = connect(context, &target.folder).await?;
        let kubernetes = cluster.version().await?;
        Ok(Answer { progress: progress::look(&cluster, &target, None).await?, kubernetes })
    })?;
    let name = &target.folder.name;
    let next = match &answer {
        Ok(answer) if answer.progress.is_ready() => "nothing: every component is ready".to_owned(),
        Ok(_) => format!("`cargo xtask status {name}` shows what is not ready"),
        Err(_) => format!("`cargo xtask bootstrap {name}`"),
    };
    let hosts: BTreeMap<&str, Vec<String>> = target
        .components()
        .into_keys()
        .map(|component| (component, target.hosts(component)))
        .filter(|(_, hosts)| !hosts.is_empty())
        .collect();
    let (revision, kubernetes, versions) = match &answer {
        Ok(answer) => {
            let versions = summary::versions_by_component(&answer.progress.status);
            (answer.progress.revision.clone(), Some(answer.kubernetes.clone()), versions)
        }
        Err(_) => (None, None, BTreeMap::new()),
    };
    let kubeconfig = target.folder.kubeconfig(context);
    if context.output == Output::Json {
        report::json(&json!({
            "version": 1, "cluster": name, "kubeconfig": kubeconfig, "domain": target.env.get("domain"), "hosts": hosts,
            "revision": revision, "kubernetes": kubernetes, "components": versions, "xtask": VERSION, "next": next,
        }));
        return Ok(Exit::Yes);
    }
    report::line(format!("cluster     {name}"));
    report::line(format!("domain      {}", target.env.get("domain").unwrap_or("-")));
    report::line(format!("revision    {}", revision.as_deref().unwrap_or("-")));
    report::line(format!("kubernetes  {}", kubernetes.as_deref().unwrap_or("-")));
    report::line(format!("xtask       {VERSION}"));
    for (component, version) in versions {
        report::line(format!("component   {component} {version}"));
    }
    for (component, hosts) in hosts {
        let urls: Vec<String> = hosts.iter().map(|host| format!("https://{host}")).collect();
        report::line(format!("host        {}  ({component})", urls.join("  ")));
    }
    report::line(format!("next        {next}"));
    report::line(format!("export KUBECONFIG={}", kubeconfig.display()));
    Ok(Exit::Yes)
}
