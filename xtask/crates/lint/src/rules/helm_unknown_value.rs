use std::collections::HashMap;

use flux::helm::KnownValues;
use flux::object::ObjectKey;
use flux::releases::{self, ReleaseValues};
use flux::render::spec::Name;
use flux::render::{Part, Rendered, value};
use flux::values::{self, Found as Text};
use yamltree::diagnostic::{Place, Severity};
use yamltree::path::RepoPath;
use yamltree::tree::files_below;

use super::helm_random::own_charts;
use crate::rule::{Check, Found, Rule};
use crate::subject::{Subject, place_in};
use crate::written::Written;

/// The example: a chart of the repository, and a release with these values.
macro_rules! values_of {
    ($values:literal) => {
        concat!(
            "#- k/r.yaml\napiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: r, namespace: \
             default}\nspec:\n  interval: 1h\n  install: {strategy: {name: RetryOnFailure}}\n  chart: {spec: {chart: ./chart, \
             sourceRef: {kind: GitRepository, name: flux-system, namespace: flux-system}}}\n  valuesFrom: [{kind: ConfigMap, name: \
             v}]\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: v, namespace: default}\ndata:\n  values.yaml: |\n    ",
            $values,
            "\n#- chart/Chart.yaml\napiVersion: v2\nname: c\nversion: 1.0.0\n#- chart/values.yaml\nreplicas: 1\nweb: {port: 80}\n"
        )
    };
}

pub(super) const RULE: Rule = Rule {
    code: "helm/unknown-value",
    severity: Severity::Warning,
    says: "A release sets a value that its chart does not know.",
    why: "Helm takes it without a word and nothing comes of it: it is misspelt, or a newer version of the chart calls it something else.",
    failing: values_of!("web: {prot: 8080}"),
    fixed: values_of!("web: {port: 8080}"),
    check: Check::Repository(check),
};

fn check(subject: &Subject<'_>, found: &mut Found) {
    let at_hand: HashMap<&Name, &KnownValues> =
        subject.charts.iter().map(|chart| (&chart.release, &chart.values)).collect();
    for part in subject.rendering.parts.iter().filter(|part| !part.is_beside) {
        for release in part.objects.iter().filter(|object| releases::is_release(object)) {
            let name = Name::of(&release.node);
            let own;
            let known = match at_hand.get(&name) {
                Some(known) => *known,
                None => {
                    own = of_own_chart(subject, &name);
                    &own
                }
            };
            look(subject, (part, release), known, found);
        }
    }
}

/// The names of values of a chart that is in the repository; none of any other.
fn of_own_chart(subject: &Subject<'_>, name: &Name) -> KnownValues {
    let folders = own_charts(subject, |object| Name::of(object.node) == *name);
    let Some(folder) = folders.first() else { return KnownValues::default() };
    let relative =
        |path: &RepoPath| path.as_str().strip_prefix(folder.as_str())?.strip_prefix('/').map(str::to_owned);
    let file = |path: RepoPath| Some((relative(&path)?, subject.tree.bytes(&path).ok()?));
    // What is packed in it cannot be unpacked here, and only a library's values would be missed.
    KnownValues::of(&files_below(subject.tree, folder).into_iter().filter_map(file).collect(), &|_| None)
}

fn look(subject: &Subject<'_>, (part, release): (&Part, &Rendered), known: &KnownValues, found: &mut Found) {
    if known.is_empty() {
        return;
    }
    // What cannot be merged is told where Helm is asked.
    let Ok(values) = releases::values(subject.rendering, release) else { return };
    let title = ObjectKey::named("HelmRelease", &Name::of(&release.node)).to_string();
    for unknown in known.unknown(&values.effective.values) {
        let written = written(subject, &values, (part, release), &unknown);
        let whole = || place_in(part, release.node.at).unwrap_or_else(|| Place::file(title.clone()));
        let message = format!("{title}: its chart knows no value `{}`", unknown.path.join("."));
        let help = match unknown.near {
            Some(near) => format!("did you mean `{near}`?"),
            None => "look it up in the chart's own values, or take it away".to_owned(),
        };
        found.at(written.unwrap_or_else(whole), message, help);
    }
}

/// Where a value is written; none if that is not known.
fn written(
    subject: &Subject<'_>,
    values: &ReleaseValues<'_>,
    (part, release): (&Part, &Rendered),
    unknown: &flux::helm::Unknown<'_>,
) -> Option<Place> {
    let origin = unknown.node.origin;
    let Some((part, object, reference)) = values.source(origin.layer) else {
        let start = release.node.get("spec")?.get("values")?;
        let (last, above) = unknown.path.split_last()?;
        let map = above.iter().try_fold(start, |node, key| node.get(key))?;
        let field = map.fields().iter().find(|field| field.key == *last)?;
        return place_in(part, field.at);
    };
    let holder =
        ["stringData", "data"].iter().find_map(|field| object.node.get(field)?.get(reference.key()))?;
    let place = place_in(part, holder.at)?;
    let plain = value(&object.node);
    let (Some(at), Ok(Text::Text(text))) = (origin.at, values::find(&plain, reference.key())) else {
        return Some(place);
    };
    let file =
        RepoPath::new(&place.file).ok().and_then(|path| subject.tree.read(&path).ok()).unwrap_or_default();
    let text = std::str::from_utf8(&text).ok()?;
    Some(Written { text, place, file: &file }.place_of(at.line, at.column))
}
