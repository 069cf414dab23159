use std::collections::BTreeMap;

use yamltree::diagnostic::{Place, Severity};
use yamltree::path::RepoPath;
use yamltree::tree::{Tree, files_below};

use super::helm_random::own_charts;
use crate::rule::{Check, Found, Rule};
use crate::subject::Subject;

/// The example: a chart of the repository whose template was changed, with this version.
macro_rules! chart_before {
    ($version:literal) => {
        concat!(
            "#- k/r.yaml\napiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: r, namespace: \
             default}\nspec:\n  interval: 1h\n  install: {strategy: {name: RetryOnFailure}}\n  chart: {spec: {chart: ./chart, \
             sourceRef: {kind: GitRepository, name: flux-system, namespace: flux-system}}}\n#- chart/Chart.yaml\napiVersion: \
             v2\nname: c\nversion: ",
            $version,
            "\n#- chart/templates/a.yaml\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {now: two}\n#- \
             before/chart/Chart.yaml\napiVersion: v2\nname: c\nversion: 1.0.0\n#- before/chart/templates/a.yaml\napiVersion: \
             v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {now: one}\n"
        )
    };
}

pub(super) const RULE: Rule = Rule {
    code: "update/chart-version",
    severity: Severity::Error,
    says: "A chart of this repository has other content than before, and the same version.",
    why: "Flux packs it again only when its version changes: clusters that have the release go on with the old content. Asked only with `--changed`; \
          what is below `before/` in the examples is the older commit.",
    failing: chart_before!("1.0.0"),
    fixed: chart_before!("1.0.1"),
    check: Check::Repository(check),
};

fn check(subject: &Subject<'_>, found: &mut Found) {
    let Some(before) = subject.before else { return };
    let is_by_version = |release: &crate::subject::Object<'_>| {
        release.text(&["spec", "chart", "spec", "reconcileStrategy"]) != "Revision"
    };
    for folder in own_charts(subject, is_by_version) {
        let (old, new) = (files(before, &folder), files(subject.tree, &folder));
        let Ok(chart) = folder.join("Chart.yaml") else { continue };
        let (Some(was), Some(is)) = (old.get(&chart), new.get(&chart)) else { continue };
        let (Some((_, was)), Some((line, is))) = (version(was), version(is)) else { continue };
        if was != is || old == new {
            continue;
        }
        let differs = |path: &&RepoPath| old.get(*path) != new.get(*path);
        let changed = new.keys().chain(old.keys()).find(differs).map_or("", RepoPath::as_str);
        let message = format!("`{changed}` is not what it was, and the chart has still version {is}");
        let help = "raise the version, or set `reconcileStrategy: Revision` in the release";
        found.at(Place::at(chart.as_str(), line, 1), message, help);
    }
}

/// The files of a chart, by path.
fn files(tree: &dyn Tree, folder: &RepoPath) -> BTreeMap<RepoPath, Vec<u8>> {
    files_below(tree, folder)
        .into_iter()
        .filter_map(|path| Some((path.clone(), tree.bytes(&path).ok()?)))
        .collect()
}

/// The version in a `Chart.yaml`, and its line.
fn version(text: &[u8]) -> Option<(usize, &str)> {
    let text = std::str::from_utf8(text).ok()?;
    let lines = text.lines().zip(1..);
    let mut versions =
        lines.filter_map(|(line, number)| Some((number, line.strip_prefix("version:")?.trim())));
    versions.next()
}
