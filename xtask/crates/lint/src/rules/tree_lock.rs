use std::collections::BTreeMap;

use fleet::lock::{self, Known};
use fleet::proving::{self, Cluster};
use flux::render::parallel;
use yamltree::diagnostic::{Place, Severity};
use yamltree::path::RepoPath;

use crate::proof;
use crate::rule::{Check, Found, Rule};
use crate::subject::Subject;

pub(super) const RULE: Rule = Rule {
    code: "tree/lock",
    severity: Severity::Error,
    says: "A pin, a chart of our own or a value is not what `chart.lock` says.",
    why: "Nobody has seen what the real chart makes of it: it is found out by the clusters that update themselves.",
    failing: component!(
        r#"#- flux2/apps/blog/chart.lock
version: 1
tools: {helm: "v4.2.3", kubernetes: "1.36.3"}
releases:
  blog: {chart: "blog", version: "1.2.3", from: "blog 1.2.3 of https://charts.example.org", origin: published, digest: "sha256:0", images: [], clusters: {}}
#- clusters/sandbox/cluster.yaml
apps: [blog]
#- clusters/sandbox/.flux.env
domain=sandbox.localhost
ip_address=127.0.0.1
admin_email=admin@sandbox.example
"#
    ),
    fixed: component!(
        r#"#- flux2/apps/blog/chart.lock
version: 1
tools: {helm: "v4.2.3", kubernetes: "1.36.3"}
releases: {}
#- clusters/sandbox/cluster.yaml
apps: [blog]
#- clusters/sandbox/.flux.env
domain=sandbox.localhost
ip_address=127.0.0.1
admin_email=admin@sandbox.example
"#
    ),
    check: Check::Repository(check),
};

const HELP: &str =
    "run `cargo xtask charts verify` where the charts can be reached, and commit what it writes";

fn check(subject: &Subject<'_>, found: &mut Found) {
    let Some(platform) = subject.platform() else { return };
    let folder = |name: &str| {
        let tier = platform.catalogue.components.get(name).map(|component| component.tier.folder());
        tier.map(|tier| format!("flux2/{tier}/{name}"))
    };
    let file = |name: &str| RepoPath::new(&format!("{}/{}", folder(name)?, lock::FILE)).ok();
    let names = || platform.catalogue.components.keys().filter_map(|name| Some((name, file(name)?)));
    let is_there = |path: &RepoPath| platform.paths.contains(path);
    let known = match known(subject) {
        Ok(known) => known,
        Err(why) => {
            let place = Place::at("clusters/sandbox/cluster.yaml", 1, 1);
            found.at(place, format!("no `{}` can be checked: {why}", lock::FILE), "put that right first");
            return;
        }
    };
    for (name, path) in names() {
        let releases = known.get(name.as_str()).cloned().unwrap_or_default();
        let place = Place::at(path.as_str(), 1, 1);
        if !is_there(&path) {
            if !releases.is_empty() {
                let place = Place::at(path.as_str().replace(lock::FILE, "component.yaml"), 1, 1);
                found.at(
                    place,
                    format!("component `{name}` was never verified: it has no `{}`", lock::FILE),
                    HELP,
                );
            }
            continue;
        }
        let text = subject.tree.read(&path).unwrap_or_default();
        let (lock, faults) = lock::parse(path.as_str(), &text);
        for fault in &faults {
            let at = Place { line: fault.place.line.or(Some(1)), ..fault.place.clone() };
            found.at(at, format!("component `{name}`: {}", fault.message), HELP);
        }
        if let Some(lock) = lock.filter(|_| faults.is_empty()) {
            for difference in lock.differences(&releases) {
                found.at(place.clone(), format!("component `{name}`: {difference}"), HELP);
            }
        }
    }
}

fn known(subject: &Subject<'_>) -> Result<BTreeMap<String, BTreeMap<String, Known>>, String> {
    let told = |found: Vec<yamltree::diagnostic::Diagnostic>| {
        found.first().map_or_else(String::new, |first| format!("{}: {}", first.place, first.message))
    };
    let catalogue = &subject.platform().ok_or("it is another repository")?.catalogue;
    let clusters = proving::clusters(subject.tree, catalogue).map_err(told)?;
    let seen = |cluster: &Cluster| {
        proof::rendering(&subject.repository, catalogue, cluster, 1).map(|found| proof::in_cluster(&found))
    };
    let seen = parallel::each(subject.threads, &clusters, seen);
    let seen = seen.into_iter().collect::<Result<Vec<_>, _>>().map_err(told)?;
    Ok(proof::known(subject.tree, clusters.iter().zip(seen)))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use fleet::lock::{Amounts, InCluster, Lock, Origin, Release, Tools};
    use yamltree::path::RepoPath;
    use yamltree::tree::{MemTree, Tree};

    use crate::proof::tests::Example;
    use crate::rules::tests::found;

    const CHART: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n#- chart/Chart.yaml\nname: blog\nversion: 1.0.0\n#- \
                         chart/values.yaml\na: 1\n";

    /// What the rule says of the example with a lock that is right, after these changes.
    fn after(changes: &[(&str, &str, &str)]) -> Vec<String> {
        let mut tree: MemTree = Example { app: CHART, ..Example::default() }.tree();
        let known = crate::proof::tests::known(&tree);
        let amounts = || Amounts { cpu: "0m".into(), memory: "0Mi".into() };
        let mut lock = Lock::new(Tools { helm: "v4.2.3".into(), kubernetes: "1.36.3".into() });
        for (name, known) in &known["blog"] {
            let seen = |values: &String| InCluster {
                values: values.clone(),
                objects: 1,
                requests: amounts(),
                limits: amounts(),
            };
            let clusters: BTreeMap<String, InCluster> =
                known.values.iter().map(|(cluster, values)| (cluster.clone(), seen(values))).collect();
            assert_eq!(clusters.len(), 4);
            let release = Release {
                chart: "blog".into(),
                version: "1.0.0".into(),
                from: known.from.clone(),
                origin: Origin::Packaged,
                digest: known.digest.clone().unwrap(),
                images: vec![],
                clusters,
            };
            lock.releases.insert(name.clone(), release);
        }
        tree.insert(RepoPath::new("flux2/apps/blog/chart.lock").unwrap(), lock.text());
        for (file, from, to) in changes {
            let path = RepoPath::new(file).unwrap();
            let text = tree.read(&path).unwrap();
            assert!(text.contains(from), "{text}");
            tree.insert(path, text.replace(from, to));
        }
        let own = found(&tree).into_iter().filter(|found| found.code == super::RULE.code);
        own.map(|found| found.message).collect()
    }

    #[test]
    fn a_lock_that_was_written_for_this_tree_is_fine() {
        assert_eq!(after(&[]), [""; 0]);
    }

    #[test]
    fn a_component_that_was_never_verified_is_told() {
        let tree: MemTree = Example { app: CHART, ..Example::default() }.tree();
        let own: Vec<_> = found(&tree).into_iter().filter(|found| found.code == super::RULE.code).collect();
        let [found] = &own[..] else { panic!("{own:#?}") };
        assert_eq!(found.message, "component `blog` was never verified: it has no `chart.lock`");
        assert_eq!(found.place.file, "flux2/apps/blog/component.yaml");
    }

    #[test]
    fn another_value_or_chart_is_told() {
        let of = |what: &str| [format!("component `blog`: release `blog`: {what}")];
        assert_eq!(
            after(&[(
                "flux2/apps/blog/app/release.yaml",
                "values: {a: '${domain}'}",
                "values: {a: '${profile:=standard}'}"
            )]),
            of("its values are not those that were verified (cluster everything, mail, sandbox, small)")
        );
        assert_eq!(
            after(&[("chart/values.yaml", "a: 1", "a: 2")]),
            of("its chart changed since it was verified")
        );
        assert_eq!(
            after(&[("clusters/sandbox/.flux.env", "sandbox.localhost", "other.localhost")]),
            of("its values are not those that were verified (cluster sandbox)")
        );
    }

    #[test]
    fn a_lock_that_cannot_be_read_is_told() {
        let found = after(&[("flux2/apps/blog/chart.lock", "origin: packaged", "origin: somewhere")]);
        assert_eq!(found.len(), 1, "{found:?}");
    }
}
