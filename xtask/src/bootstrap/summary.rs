//! The table at the end: component, version, ready, message, hosts.

use std::collections::BTreeMap;

use anyhow::Result;
use fleet::catalogue::Tier;
use flux::status::{Component, Node, Status};
use serde_json::json;

use super::observe::Embedded;
use super::progress::{Progress, reason};
use super::target::Target;
use crate::context::{Context, Output};
use crate::report;
use crate::sandbox::charts_mode::ChartsMode;
use crate::sandbox::played;

/// Prints the table, or the whole status as JSON, what kind of charts ran, and what was only played.
pub fn print(
    context: &Context,
    target: &Target,
    progress: &Progress,
    embedded: Option<&Embedded>,
) -> Result<()> {
    let charts = embedded.map(|embedded| &embedded.charts);
    if context.output == Output::Json {
        report::json(&document(context, target, progress, charts)?);
        return Ok(());
    }
    report::line(table(target, &progress.status));
    if embedded.is_some() {
        let kinds = played::kinds(&context.layout)?.join(", ");
        report::line(format!("\nNo container runs here: KWOK plays what is ready of {kinds}."));
    }
    if charts == Some(&ChartsMode::StandIn) {
        report::line("\nThese were stand-in charts: they prove Flux wiring, never a chart.");
    }
    Ok(())
}

/// The status as JSON, with the hosts of each component; `charts` are those of the sandbox.
pub fn document(
    context: &Context,
    target: &Target,
    progress: &Progress,
    charts: Option<&ChartsMode>,
) -> Result<serde_json::Value> {
    let played = charts.map(|_| played::kinds(&context.layout)).transpose()?;
    let hosts: serde_json::Map<String, serde_json::Value> = progress
        .status
        .components
        .iter()
        .map(|component| (component.name.clone(), json!(target.hosts(&component.name))))
        .collect();
    Ok(json!({
        "version": 1,
        "cluster": target.folder.name,
        "ready": progress.is_ready(),
        "revision": progress.revision,
        "charts": charts,
        "played": played,
        "hosts": hosts,
        "status": progress.status,
    }))
}

fn table(target: &Target, status: &Status) -> String {
    let tier =
        |name: &str| target.catalogue.components.get(name).map_or(Tier::Apps, |component| component.tier);
    let mut components: Vec<&Component> = status.components.iter().collect();
    components.sort_by_key(|component| (tier(&component.name) as u8, component.name.clone()));
    let rows: Vec<Vec<String>> = components
        .into_iter()
        .map(|component| {
            let ready = if component.ready {
                "yes".to_owned()
            } else {
                format!("{:?}", component.state).to_lowercase()
            };
            let message = if component.ready { "-".to_owned() } else { reason(component) };
            vec![
                component.name.clone(),
                versions(component),
                ready,
                message,
                target.hosts(&component.name).join(" "),
            ]
        })
        .collect();
    report::table::table(&["COMPONENT", "VERSION", "READY", "MESSAGE", "HOSTS"], &rows)
}

/// The version of every component that has one.
pub fn versions_by_component(status: &Status) -> BTreeMap<String, String> {
    status.components.iter().map(|component| (component.name.clone(), versions(component))).collect()
}

/// The chart versions of a component's releases; the one named like the component stands alone when it can.
fn versions(component: &Component) -> String {
    let mut releases = Vec::new();
    component.kustomizations.iter().for_each(|node| collect(node, &mut releases));
    let own = releases
        .iter()
        .find(|release| release.key.name == component.name)
        .and_then(|node| node.revision.clone());
    own.or_else(|| releases.first().and_then(|node| node.revision.clone())).unwrap_or_else(|| "-".to_owned())
}

fn collect<'a>(node: &'a Node, releases: &mut Vec<&'a Node>) {
    if node.key.kind == "HelmRelease" {
        releases.push(node);
    }
    node.children.iter().for_each(|child| collect(child, releases));
}
