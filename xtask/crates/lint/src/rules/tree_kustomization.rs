use yamltree::diagnostic::Severity;
use yamltree::node::Content;

use crate::platform::{at, text};
use crate::rule::{Check, Found, Rule};
use crate::subject::Subject;

pub(super) const RULE: Rule = Rule {
    code: "tree/kustomization",
    severity: Severity::Error,
    says: "A Flux Kustomization of a component is not named, labelled or made as its folder says.",
    why: "Clusters exclude, hold and show components by that label and name; what is not pruned stays when it is no longer in the repository.",
    failing: component!(
        r#"#- flux2/apps/blog/ks.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: database, namespace: flux-system}
spec: {interval: 10m, prune: true, path: ./flux2/apps/blog/database, sourceRef: {kind: GitRepository, name: openappstack}}
#- flux2/apps/blog/database/kustomization.yaml
resources: [namespace.yaml]
"#
    ),
    fixed: component!(
        r#"#- flux2/apps/blog/ks.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: blog-database, namespace: flux-system, labels: {component: blog}}
spec: {interval: 10m, prune: true, path: ./flux2/apps/blog/database, sourceRef: {kind: GitRepository, name: openappstack}}
#- flux2/apps/blog/database/kustomization.yaml
resources: [namespace.yaml]
"#
    ),
    check: Check::Repository(check),
};

fn check(subject: &Subject<'_>, found: &mut Found) {
    let Some(platform) = subject.platform() else { return };
    for (file, node) in platform.kustomizations() {
        let component = file.component();
        let folder = file.path.parent().map_or(String::new(), |folder| folder.as_str().to_owned());
        let name = text(node, &["metadata", "name"]);
        let mut wrong = |path: &[&str], what: String, help: String| {
            let node =
                (0..=path.len()).rev().find_map(|length| at(node, path.get(..length)?)).unwrap_or(node);
            found.at(file.place(node), format!("Kustomization `{name}`: {what}"), help);
        };
        if text(node, &["metadata", "labels", "component"]) != component {
            let help = format!("write `component: {component}` into `metadata.labels`");
            wrong(
                &["metadata", "labels", "component"],
                format!("it is not labelled with `{component}`"),
                help,
            );
        }
        let path = text(node, &["spec", "path"]);
        let part = path.trim_start_matches("./").strip_prefix(&format!("{folder}/"));
        let Some(part) = part.map(|part| part.trim_end_matches('/')).filter(|part| !part.is_empty()) else {
            let help = format!("put its files into a folder below `{folder}`");
            wrong(&["spec", "path"], format!("`{path}` is no folder of its component"), help);
            continue;
        };
        let expected = if part == "app" { component.to_owned() } else { format!("{component}-{part}") };
        if name != expected {
            let what = format!("what applies `{part}/` is called `{expected}`");
            wrong(&["metadata", "name"], what, format!("write `name: {expected}`"));
        }
        if !platform.paths.iter().any(|known| known.as_str() == format!("{folder}/{part}/kustomization.yaml"))
        {
            let help = "write one that lists its files".to_owned();
            wrong(&["spec", "path"], format!("`{path}` has no `kustomization.yaml`"), help);
        }
        if !matches!(at(node, &["spec", "prune"]).map(|prune| &prune.content), Some(Content::Bool(true))) {
            wrong(&["spec", "prune"], "it does not prune".to_owned(), "write `prune: true`".to_owned());
        }
        let source = text(node, &["spec", "sourceRef", "name"]);
        if source != flux::pins::LOCAL_SOURCE {
            let help = format!("write `{}`", flux::pins::LOCAL_SOURCE);
            wrong(&["spec", "sourceRef", "name"], format!("its source is `{source}`"), help);
        }
    }
}
