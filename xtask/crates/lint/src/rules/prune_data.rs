use yamltree::diagnostic::Severity;

use crate::rule::{Check, Found, Rule};
use crate::subject::{Owner, Subject};

pub(super) const RULE: Rule = Rule {
    code: "prune/data",
    severity: Severity::Warning,
    says: "A namespace or a claim goes when it is no longer in the repository.",
    why: "A renamed folder, or an application that is taken off the list, takes the data with it.",
    failing: r#"#- k/ks.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: a, namespace: flux-system}
spec: {interval: 1h, prune: true, path: ./a, sourceRef: {kind: GitRepository, name: flux-system}}
#- a/c.yaml
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: c, namespace: default}
spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
"#,
    fixed: r#"#- k/ks.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: a, namespace: flux-system}
spec: {interval: 1h, prune: true, path: ./a, sourceRef: {kind: GitRepository, name: flux-system}}
#- a/c.yaml
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: c, namespace: default, annotations: {kustomize.toolkit.fluxcd.io/prune: disabled}}
spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
"#,
    check: Check::Repository(check),
};

fn check(subject: &Subject<'_>, found: &mut Found) {
    for object in subject.objects() {
        let Owner::Kustomization(name) = object.owner else { continue };
        let part = subject.rendering.part(name);
        let is_pruned = part.is_some_and(|part| {
            part.kustomization
                .object
                .get("spec")
                .and_then(|s| s.get("prune"))
                .is_some_and(|p| p.value_text() == "true")
        });
        let is_data = object.is("", "Namespace") || object.is("", "PersistentVolumeClaim");
        let note = "kustomize.toolkit.fluxcd.io/prune";
        let is_kept =
            ["annotations", "labels"].iter().any(|of| object.text(&["metadata", of, note]) == "disabled");
        if is_pruned && is_data && !is_kept {
            let message = format!("{}: it goes with all its data when its file does", object.title());
            found.at(object.place(object.node), message, format!("annotate it with `{note}: disabled`"));
        }
    }
}
