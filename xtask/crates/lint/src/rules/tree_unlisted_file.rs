use std::collections::BTreeSet;

use yamltree::diagnostic::{Place, Severity};
use yamltree::node::Node;

use crate::rule::{Check, Found, Rule};
use crate::subject::Subject;

pub(super) const RULE: Rule = Rule {
    code: "tree/unlisted-file",
    severity: Severity::Error,
    says: "A file of a component is not named in the `kustomization.yaml` beside it.",
    why: "It looks as if it were applied, and no cluster ever sees it.",
    failing: component!(
        r#"#- flux2/apps/blog/app/kustomization.yaml
resources: [secret.yaml]
#- flux2/apps/blog/app/release.yaml
"#
    ),
    fixed: component!(
        r#"#- flux2/apps/blog/app/kustomization.yaml
resources: [secret.yaml, release.yaml]
#- flux2/apps/blog/app/release.yaml
"#
    ),
    check: Check::Repository(check),
};

fn check(subject: &Subject<'_>, found: &mut Found) {
    let Some(platform) = subject.platform() else { return };
    for file in platform.files.iter().filter(|file| file.path.name() == Some("kustomization.yaml")) {
        let Some(folder) = file.path.parent() else { continue };
        let mut named = BTreeSet::new();
        file.documents.iter().for_each(|document| gather(document, &mut named));
        let is_tier = folder.segments().count() == 2;
        let is_component = folder.segments().count() == 3;
        let mut told = BTreeSet::new();
        for path in platform.paths.iter().filter(|path| path.starts_with(&folder) && !is_tier) {
            let Some(name) = path.segments().nth(folder.segments().count()) else { continue };
            let is_folder = path.parent().as_ref() != Some(&folder);
            // The parts of a component have Kustomizations of their own.
            let is_read_by_others = (is_component
                && (is_folder || matches!(name, "component.yaml" | "chart.lock")))
                || name == "kustomization.yaml"
                || name.ends_with(".md");
            if is_read_by_others || named.contains(name) || !told.insert(name.to_owned()) {
                continue;
            }
            let message = format!("`{name}` is not named in `{}`", file.path.as_str());
            let place =
                if is_folder { Place::at(file.path.as_str(), 1, 1) } else { Place::at(path.as_str(), 1, 1) };
            found.at(place, message, format!("add `{name}` to its `resources`, or remove it"));
        }
    }
}

/// Every text, without what is in front of it in `./NAME` and `KEY=NAME`.
fn gather(node: &Node, named: &mut BTreeSet<String>) {
    if let Some(text) = node.as_str() {
        let name = text.rsplit_once('=').map_or(text, |(_, name)| name);
        named.insert(name.trim_start_matches("./").to_owned());
    }
    node.items().iter().for_each(|item| gather(item, named));
    node.entries().iter().for_each(|entry| gather(&entry.value, named));
}
