use std::collections::BTreeSet;

use flux::object::ObjectKey;
use flux::render::spec::Name;
use yamltree::diagnostic::{Place, Severity};
use yamltree::nearest::nearest;

use crate::overrides::{KEY, release_of};
use crate::rule::{Check, Found, Rule};
use crate::subject::{Object, Subject, at, place_in, text};

/// A release that reads its override, and the name of the override that there is.
macro_rules! override_called {
    ($name:literal) => {
        concat!(
            "#- flux2/apps/blog/component.yaml\ntitle: Blog\ndescription: News for everybody.\n#- k/r.yaml\napiVersion: \
             helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: blog, namespace: n}\nspec:\n  interval: 1h\n  chart: \
             {spec: {chart: c, version: 1.2.3, sourceRef: {kind: HelmRepository, name: a}}}\n  install: {strategy: {name: \
             RetryOnFailure}}\n  valuesFrom: [{kind: ConfigMap, name: oas-blog-override, optional: true}]\n#- \
             k/override.yaml\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: ",
            $name,
            ", namespace: n}\ndata:\n  values.yaml: |\n    theme: dark\n"
        )
    };
}

pub(super) const RULE: Rule = Rule {
    code: "overrides/unread",
    severity: Severity::Warning,
    says: "An override that no release reads.",
    why: "It does nothing, and nobody says so: its name, its namespace or its key is misspelt, or the application is not there.",
    failing: override_called!("oas-blgo-override"),
    fixed: override_called!("oas-blog-override"),
    check: Check::Repository(check),
};

fn check(subject: &Subject<'_>, found: &mut Found) {
    if subject.platform().is_none() {
        return;
    }
    let releases = subject.objects().filter(Object::is_release);
    let read: BTreeSet<ObjectKey> = releases.flat_map(|release| values_of(&release)).collect();
    // Those of a cluster lie beside what Flux applies.
    for part in &subject.rendering.parts {
        for object in part.objects.iter().map(|rendered| &rendered.node) {
            let key = ObjectKey::named(text(object, &["kind"]), &Name::of(object));
            let is_override = matches!(&*key.kind, "ConfigMap" | "Secret") && release_of(&key.name).is_some();
            let has_key = ["data", "stringData"].iter().any(|field| at(object, &[field, KEY]).is_some());
            let (message, help) = match (is_override, read.contains(&key), has_key) {
                (false, ..) | (_, true, true) => continue,
                (_, true, false) => {
                    (format!("it has no key `{KEY}`"), format!("put the values below `{KEY}`"))
                }
                (_, false, _) => ("no release reads it".to_owned(), way_out(&key, &read)),
            };
            let at = at(object, &["metadata", "name"]).unwrap_or(object).at;
            let place =
                place_in(part, at).unwrap_or_else(|| Place::file(part.kustomization.name.to_string()));
            found.at(place, format!("{key}: {message}"), help);
        }
    }
}

fn way_out(key: &ObjectKey, read: &BTreeSet<ObjectKey>) -> String {
    if let Some(other) = read.iter().find(|other| other.kind == key.kind && other.name == key.name) {
        return format!("put it into the namespace `{}`: the release is there", other.namespace);
    }
    let near = nearest(&key.name, read.iter().map(|other| other.name.as_str()));
    near.map_or_else(
        || "remove it, or add the application whose release it is for".to_owned(),
        |near| format!("did you mean `{near}`?"),
    )
}

/// What a release takes values from.
fn values_of(release: &Object<'_>) -> Vec<ObjectKey> {
    let namespace = release.key().namespace;
    let from = release.items(&["spec", "valuesFrom"]).iter();
    from.map(|from| ObjectKey::new(text(from, &["kind"]), &namespace, text(from, &["name"]))).collect()
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::lint;

    fn help(fixture: &str) -> Option<String> {
        lint(fixture).into_iter().find(|found| found.code == RULE.code)?.help
    }

    #[test]
    fn the_way_out_is_the_name_the_namespace_or_the_application() {
        assert_eq!(help(RULE.failing).unwrap(), "did you mean `oas-blog-override`?");
        let moved = RULE
            .fixed
            .replace("oas-blog-override, namespace: n}\ndata", "oas-blog-override, namespace: m}\ndata");
        assert_eq!(help(&moved).unwrap(), "put it into the namespace `n`: the release is there");
        let key = RULE.fixed.replace("values.yaml", "value.yaml");
        assert_eq!(help(&key).unwrap(), "put the values below `values.yaml`");
        let other = RULE.failing.replace("oas-blgo-override", "oas-a-calendar-for-all-override");
        assert_eq!(help(&other).unwrap(), "remove it, or add the application whose release it is for");
    }

    #[test]
    fn another_repository_may_call_its_objects_as_it_likes() {
        assert_eq!(help(&RULE.failing.replace("flux2/apps/blog/component.yaml", "a.txt")), None);
    }
}
