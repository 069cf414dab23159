//! The same change for every cluster: what it does where.

use std::collections::BTreeMap;

use flux::diff::{Change, Diff, FaultChange};
use risk::{Risk, Severity};
use serde_json::{Value, json};

use super::compared::{Compared, Wanted, compare};
use super::points::Points;
use super::{Arguments, Format, commented, without_cluster};
use crate::bootstrap::target::known_clusters;
use crate::context::{Context, Output};
use crate::edge::gitlab::MergeRequest;
use crate::exit::{Exit, Failure, Outcome};
use crate::report::changes::html::html;
use crate::report::changes::human::{Form, human};
use crate::report::changes::markdown::markdown;
use crate::report::changes::page::{Page, Section};
use crate::report::changes::risks::risky;
use crate::report::changes::{Summary, object};
use crate::report::findings::human::Style;
use crate::report::{self, table::table};

/// What is the same for these clusters.
struct Group {
    clusters: Vec<String>,
    diff: Diff,
    risks: Vec<Risk>,
}

impl Group {
    fn section(&self, of: usize) -> Section<'_> {
        let Group { clusters, diff, risks } = self;
        Section { heading: said(clusters, of), diff, risks }
    }
}

/// Compares for every cluster, and prints what is different for which.
pub fn run(
    points: &Points,
    wanted: &Wanted<'_>,
    arguments: &Arguments,
    request: Option<&MergeRequest>,
    context: &Context,
) -> Outcome {
    let names = known_clusters(context);
    let mut all: Vec<(String, Compared)> = Vec::new();
    for name in &names {
        let compared =
            compare(&points.for_cluster(name), wanted, context).map_err(|failure| match failure {
                Failure::World(error) => Failure::World(error.context(format!("compare for cluster {name}"))),
                other => other,
            })?;
        all.push((name.clone(), compared));
    }
    let groups = grouped(&all);
    let differ = all.iter().filter(|(_, compared)| !compared.diff.is_empty()).count();
    let page = Page {
        about: points.about(None),
        compared: points.said(),
        sections: groups.iter().map(|group| group.section(names.len())).collect(),
        is_full: arguments.full,
    };
    match (context.output, arguments.format) {
        (Output::Json, _) => report::json(&as_json(points, &all, &groups, arguments.full)),
        (_, Format::Markdown) => report::line(markdown(&page).trim_end()),
        (_, Format::Html) => report::line(html(&page).trim_end()),
        (_, Format::Human | Format::Short) => {
            let row = |(name, Compared { diff, risks }): &(String, Compared)| {
                let Summary { added, removed, changed, renamed, faults, .. } = Summary::of(diff);
                let dangers = risks.iter().filter(|risk| risk.severity == Severity::Danger).count();
                let counts =
                    [added, removed, changed, renamed, faults, dangers].map(|count| count.to_string());
                std::iter::once(name.clone()).chain(counts).collect::<Vec<_>>()
            };
            let header = ["CLUSTER", "ADDED", "REMOVED", "CHANGED", "RENAMED", "FAULTS", "DANGERS"];
            report::line(table(&header, &all.iter().map(row).collect::<Vec<_>>()));
            for Group { clusters, diff, risks } in &groups {
                let form = Form { style: Style::of_stdout(), is_full: arguments.full };
                let text = format!("{}{}", risky(risks, form), human(diff, form));
                report::line(format!("\n{}:\n{}", said(clusters, names.len()), text.trim_end()));
            }
        }
    }
    commented(request, &page, context)?;
    context.terminal.say(format!("Different for {differ} of {} clusters: {}", names.len(), points.said()));
    Ok(if differ == 0 { Exit::Yes } else { Exit::No })
}

fn said(clusters: &[String], of: usize) -> String {
    if clusters.len() == of {
        return format!("In all {of} clusters");
    }
    format!("In {} of {of} clusters ({})", clusters.len(), clusters.join(", "))
}

/// Changes and risks by the clusters that have them, what most have first.
fn grouped(all: &[(String, Compared)]) -> Vec<Group> {
    let key = |change: &Change| {
        let whole = [&change.before, &change.after].map(|object| object.as_deref().map(Value::to_string));
        format!("{:?}{}{whole:?}", change.kind, json!(change))
    };
    let mut changes: BTreeMap<String, (Vec<usize>, &Change)> = BTreeMap::new();
    let mut faults: BTreeMap<String, (Vec<usize>, &FaultChange)> = BTreeMap::new();
    let mut risks: BTreeMap<&Risk, Vec<usize>> = BTreeMap::new();
    for (number, (_, Compared { diff, risks: found })) in all.iter().enumerate() {
        found.iter().for_each(|risk| risks.entry(risk).or_default().push(number));
        for change in &diff.changes {
            changes.entry(key(change)).or_insert_with(|| (Vec::new(), change)).0.push(number);
        }
        for fault in &diff.faults {
            faults.entry(json!(fault).to_string()).or_insert_with(|| (Vec::new(), fault)).0.push(number);
        }
    }
    let mut groups: BTreeMap<Vec<usize>, (Diff, Vec<Risk>)> = BTreeMap::new();
    for (clusters, change) in changes.into_values() {
        groups.entry(clusters).or_default().0.changes.push(change.clone());
    }
    for (clusters, fault) in faults.into_values() {
        groups.entry(clusters).or_default().0.faults.push(fault.clone());
    }
    for (risk, clusters) in risks {
        groups.entry(clusters).or_default().1.push(risk.clone());
    }
    let mut groups: Vec<Group> = groups
        .into_iter()
        .map(|(clusters, (mut diff, risks))| {
            diff.changes.sort_by(|a, b| (&a.owner, &a.object).cmp(&(&b.owner, &b.object)));
            diff.owners = clusters.first().map_or_else(Vec::new, |number| all[*number].1.diff.owners.clone());
            diff.owners.retain(|owner| {
                let of_change = diff.changes.iter().any(|change| {
                    change.owner == owner.key || change.former_owner.as_ref() == Some(&owner.key)
                });
                of_change || diff.faults.iter().any(|fault| fault.owner == owner.key)
            });
            Group {
                clusters: clusters.into_iter().map(|number| all[number].0.clone()).collect(),
                diff,
                risks,
            }
        })
        .collect();
    groups.sort_by(|a, b| (b.clusters.len(), &a.clusters).cmp(&(a.clusters.len(), &b.clusters)));
    groups
}

fn as_json(points: &Points, all: &[(String, Compared)], groups: &[Group], is_full: bool) -> Value {
    let cluster = |(name, compared): &(String, Compared)| json!({"cluster": name, "summary": Summary::of(&compared.diff)});
    let group = |Group { clusters, diff, risks }: &Group| {
        let changes: Vec<Value> = diff.changes.iter().map(|change| object(change, is_full)).collect();
        json!({"clusters": clusters, "risks": risks, "owners": diff.owners, "changes": changes, "faults": diff.faults})
    };
    json!({
        "version": 1,
        "before": without_cluster(&points.before),
        "after": without_cluster(&points.after),
        "clusters": all.iter().map(cluster).collect::<Vec<_>>(),
        "groups": groups.iter().map(group).collect::<Vec<_>>(),
    })
}
