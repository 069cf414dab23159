use flux::object::ObjectKey;
use flux::render::spec::Name;
use kustomize_rs::yaml::node::Node;
use yamltree::diagnostic::Severity;

use crate::rule::{Check, Found, Rule};
use crate::subject::{Object, Subject, at, items, text};

pub(super) const RULE: Rule = Rule {
    code: "flux/reference",
    severity: Severity::Error,
    says: "An object of Flux names another one that nobody makes.",
    why: "A release without its source is never installed, an alert without its provider tells nobody, a health check of nothing never passes.",
    failing: release_from!("charts"),
    fixed: release_from!("own"),
    check: Check::Repository(check),
};

fn check(subject: &Subject<'_>, found: &mut Found) {
    // Is it known which source the repository itself is? Else all Kustomizations are built from something unknown.
    let mut sources = subject.rendering.parts.iter().map(|part| &part.kustomization);
    let knows_own =
        sources.any(|of| !of.name.name.is_empty() && subject.rendering.home(&of.source).is_some());
    for object in subject.objects() {
        let source =
            object.at(&["spec", "sourceRef", "name"]).filter(|_| knows_own && object.is_kustomization());
        let part = subject.rendering.part(&Name::of(object.node));
        let built_from = source.and_then(|node| Some((part?.kustomization.source.clone(), node)));
        if let Some(node) = charts(&object).filter(|node| !is_chart_name(node.value_text())) {
            let what = match node.value_text() {
                "" => "it names no chart".to_owned(),
                other => format!("`{other}` is no name of a chart"),
            };
            found.at(
                object.place(node),
                format!("{}: {what}", object.title()),
                "write the chart's name in its repository",
            );
        }
        if let Some(node) = nameless(&object) {
            let message = format!("{}: it names no source", object.title());
            found.at(object.place(node), message, "write kind and name of its source");
        }
        for (group, key, node) in workloads(&object) {
            if subject.made().lacks(group, &key) {
                let message = format!("{}: it waits for {key}, which nobody makes", object.title());
                found.at(object.place(node), message, "make it, or correct kind, name or namespace");
            }
        }
        for (key, node) in references(&object).into_iter().chain(built_from) {
            // What a Kustomization waits for is looked at by the graph.
            if !key.name.is_empty() && key.name != "*" && subject.made().lacks_of_flux(&key, subject) {
                let message = format!("{}: it names {key}, which nobody makes", object.title());
                found.at(object.place(node), message, "make it, or correct kind, name or namespace");
            }
        }
    }
}

/// As `RemoteReference.Validate` of source-controller has it: `^([-a-z0-9]+/?\.?)+$`.
fn is_chart_name(name: &str) -> bool {
    let is_letter = |c: char| c == '-' || c.is_ascii_lowercase() || c.is_ascii_digit();
    let mut before = '.';
    let fits = name.chars().all(|c| {
        let fits = is_letter(c) || matches!(c, '/' | '.') && is_letter(before) || (before, c) == ('/', '.');
        before = c;
        fits
    });
    fits && !name.is_empty()
}

/// What names a chart of a repository of charts; in other sources that is a path, which may be empty.
fn charts<'s>(object: &Object<'s>) -> Option<&'s Node> {
    let spec = match (object.group(), object.kind()) {
        ("helm.toolkit.fluxcd.io", "HelmRelease") => object.at(&["spec", "chart", "spec"]),
        ("source.toolkit.fluxcd.io", "HelmChart") => object.at(&["spec"]),
        _ => None,
    }?;
    at(spec, &["chart"]).filter(|_| matches!(text(spec, &["sourceRef", "kind"]), "" | "HelmRepository"))
}

/// Where an object of Flux that is made of a source names none.
fn nameless<'s>(object: &Object<'s>) -> Option<&'s Node> {
    let path: &[&str] = match (object.group(), object.kind()) {
        ("kustomize.toolkit.fluxcd.io", "Kustomization") | ("source.toolkit.fluxcd.io", "HelmChart") => {
            &["spec", "sourceRef"]
        }
        ("helm.toolkit.fluxcd.io", "HelmRelease") if object.at(&["spec", "chartRef"]).is_some() => {
            &["spec", "chartRef"]
        }
        ("helm.toolkit.fluxcd.io", "HelmRelease") => &["spec", "chart", "spec", "sourceRef"],
        _ => return None,
    };
    // The API server refuses an object that has a `spec` and lacks the reference or its name.
    let Some(reference) = object.at(path) else {
        return object.at(&["spec"]).is_none().then_some(object.node);
    };
    at(reference, &["name"]).filter(|name| name.value_text().is_empty())
}

/// The built-in objects whose health a Kustomization waits for, each with the group of its API and where it is written.
fn workloads<'s>(object: &Object<'s>) -> Vec<(&'static str, ObjectKey, &'s Node)> {
    let checks = if object.is_kustomization() { object.items(&["spec", "healthChecks"]) } else { &[] };
    let named = checks.iter().filter_map(|check| {
        let group = match text(check, &["apiVersion"]) {
            "v1" => "",
            // An empty one too: `referenceToObjMetadataSet` of kustomize-controller.
            "" | "apps/v1" => "apps",
            "batch/v1" => "batch",
            _ => return None,
        };
        let name = at(check, &["name"])?;
        let key = ObjectKey::new(text(check, &["kind"]), text(check, &["namespace"]), name.value_text());
        Some((group, key, name))
    });
    named.collect()
}

/// The objects of Flux that an object of Flux needs, each with where that is written.
fn references<'s>(object: &Object<'s>) -> Vec<(ObjectKey, &'s Node)> {
    let own = object.key().namespace;
    let of = |node: &'s Node, kind: &str| {
        let or = |field: &str, otherwise: &str| match text(node, &[field]) {
            "" => otherwise.to_owned(),
            given => given.to_owned(),
        };
        let key =
            ObjectKey { kind: or("kind", kind), namespace: or("namespace", &own), name: or("name", "") };
        (key, at(node, &["name"]).unwrap_or(node))
    };
    let one = |path: &[&str], kind: &str| object.at(path).map(|node| of(node, kind));
    let several = |path: &[&str]| object.items(path).iter().map(|node| of(node, "")).collect::<Vec<_>>();
    match (object.group(), object.kind()) {
        ("helm.toolkit.fluxcd.io", "HelmRelease") => {
            let chart = one(&["spec", "chart", "spec", "sourceRef"], "HelmRepository");
            chart.into_iter().chain(one(&["spec", "chartRef"], "OCIRepository")).collect()
        }
        ("source.toolkit.fluxcd.io", "HelmChart") => {
            one(&["spec", "sourceRef"], "HelmRepository").into_iter().collect()
        }
        ("source.toolkit.fluxcd.io", "GitRepository") => {
            let included =
                object.items(&["spec", "include"]).iter().filter_map(|entry| at(entry, &["repository"]));
            included.map(|node| of(node, "GitRepository")).collect()
        }
        ("image.toolkit.fluxcd.io", "ImagePolicy") => {
            one(&["spec", "imageRepositoryRef"], "ImageRepository").into_iter().collect()
        }
        ("image.toolkit.fluxcd.io", "ImageUpdateAutomation") => {
            one(&["spec", "sourceRef"], "GitRepository").into_iter().collect()
        }
        ("kustomize.toolkit.fluxcd.io", "Kustomization") => several(&["spec", "healthChecks"]),
        ("notification.toolkit.fluxcd.io", "Alert") => {
            let provider = one(&["spec", "providerRef"], "Provider");
            provider.into_iter().chain(several(&["spec", "eventSources"])).collect()
        }
        ("notification.toolkit.fluxcd.io", "Receiver") => several(&["spec", "resources"]),
        ("source.extensions.fluxcd.io", "ArtifactGenerator") => {
            items(object.node, &["spec", "sources"]).iter().map(|node| of(node, "")).collect()
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::lint;

    #[test]
    fn a_source_has_a_name() {
        let of = |spec: &str| {
            let chart = format!(
                "#- k/c.yaml\napiVersion: source.toolkit.fluxcd.io/v1\nkind: HelmChart\nmetadata: {{name: c, namespace: n}}\n{spec}\n"
            );
            lint(&chart).into_iter().filter(|found| found.message.contains("names no source")).count()
        };
        assert_eq!(of(""), 1);
        assert_eq!(of("spec: {chart: c, sourceRef: {kind: HelmRepository, name: ''}}"), 1);
        assert_eq!(of("spec: {chart: c, sourceRef: {kind: HelmRepository, name: r}}"), 0);
    }

    #[test]
    fn a_chart_of_a_repository_has_a_name() {
        let of = |chart: &str| {
            let chart = format!(
                "#- k/c.yaml\napiVersion: source.toolkit.fluxcd.io/v1\nkind: HelmChart\nmetadata: {{name: c, namespace: n}}\nspec: {{chart: '{chart}', sourceRef: {{kind: HelmRepository, name: r}}}}\n"
            );
            let is_told = |found: &&yamltree::diagnostic::Diagnostic| {
                found.code == RULE.code && found.message.contains("chart")
            };
            lint(&chart).iter().filter(is_told).count()
        };
        assert_eq!((of(""), of("web")), (1, 0));
        assert_eq!(
            (of("a/b-1"), of("a/.b."), of("Web"), of("a b"), of("a..b"), of("/a")),
            (0, 0, 1, 1, 1, 1)
        );
    }
}
