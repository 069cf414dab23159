use fleet::catalogue::Tier;
use yamltree::diagnostic::{Place, Severity};
use yamltree::node::Node;

use crate::platform::items;
use crate::rule::{Check, Found, Rule};
use crate::subject::Subject;

pub(super) const RULE: Rule = Rule {
    code: "tree/files",
    severity: Severity::Error,
    says: "A component lacks one of its files, or its tier does not list it.",
    why: "A folder that is not listed exists for no cluster, and one that is listed and lacks a file stops the whole tier on every cluster.",
    failing: r#"#- flux2/core/kustomization.yaml
resources: [logs, metrics]
#- flux2/core/logs/component.yaml
title: Logs
description: Collects the logs of all programs.
#- flux2/core/logs/kustomization.yaml
resources: [ks.yaml]
"#,
    fixed: r#"#- flux2/core/kustomization.yaml
resources: [logs]
#- flux2/core/logs/component.yaml
title: Logs
description: Collects the logs of all programs.
#- flux2/core/logs/kustomization.yaml
resources: [ks.yaml]
#- flux2/core/logs/ks.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: logs, namespace: flux-system, labels: {component: logs}}
spec: {interval: 10m, prune: true, path: ./flux2/core/logs/app, sourceRef: {kind: GitRepository, name: openappstack}}
"#,
    check: Check::Repository(check),
};

fn check(subject: &Subject<'_>, found: &mut Found) {
    let Some(platform) = subject.platform() else { return };
    let folders = platform.folders();
    for (tier, name) in &folders {
        let folder = format!("flux2/{}/{name}", tier.folder());
        for file in ["ks.yaml", "kustomization.yaml"] {
            let path = format!("{folder}/{file}");
            if !platform.paths.iter().any(|known| known.as_str() == path) {
                let message = format!("component `{name}` has no `{file}`");
                found.at(
                    Place::at(format!("{folder}/component.yaml"), 1, 1),
                    message,
                    format!("write `{path}`"),
                );
            }
        }
    }
    for tier in Tier::ALL {
        let path = format!("flux2/{}/kustomization.yaml", tier.folder());
        let Some(file) = platform.file(&path) else { continue };
        let listed = file.documents.first().map_or(&[][..], |document| items(document, &["resources"]));
        if tier == Tier::Apps {
            let message = "each cluster lists its apps itself: nothing reads this file".to_owned();
            found.at(Place::at(path, 1, 1), message, "remove it");
            continue;
        }
        let own = || folders.iter().filter(|(of, _)| *of == tier).map(|(_, name)| *name);
        for item in listed {
            let name = item.as_str().unwrap_or_default();
            if !own().any(|known| known == name) {
                let message = format!("`{name}` is listed, and there is no such component");
                found.at(file.place(item), message, "remove it, or correct the name");
            }
        }
        for name in own().filter(|name| !listed.iter().any(|item| item.as_str() == Some(*name))) {
            let message = format!("component `{name}` is not listed: no cluster has it");
            let top = file
                .documents
                .first()
                .map_or_else(|| Place::at(path.as_str(), 1, 1), |node: &Node| file.place(node));
            found.at(top, message, format!("add `{name}` to `resources`"));
        }
    }
}
