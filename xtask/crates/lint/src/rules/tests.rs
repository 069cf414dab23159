use flux::render::{Entry, Inputs, Rendering, render};
use yamltree::diagnostic::Diagnostic;
use yamltree::path::RepoPath;
use yamltree::tree::{MemTree, Tree, files_below};

use super::RULES;
use crate::subject::Subject;

fn tree(fixture: &str) -> MemTree {
    MemTree::from_fixture(fixture).unwrap()
}

fn rendering(tree: &MemTree) -> Rendering {
    render(&Inputs::new(tree, Entry::Folder(RepoPath::new("k").unwrap())))
}

/// What lies below `before/`, if there is something.
fn before(tree: &MemTree) -> Option<MemTree> {
    let folder = RepoPath::new("before").unwrap();
    let mut before = MemTree::new();
    for path in files_below(tree, &folder) {
        let own = path.as_str().strip_prefix("before/").unwrap();
        before.insert(RepoPath::new(own).unwrap(), tree.read(&path).unwrap());
    }
    (before != MemTree::new()).then_some(before)
}

pub(crate) fn lint(fixture: &str) -> Vec<Diagnostic> {
    let tree = tree(fixture);
    let rendering = rendering(&tree);
    let before = before(&tree);
    let mut subject = Subject::new(&tree, &rendering, "component");
    subject.before = before.as_ref().map(|before| before as &dyn Tree);
    subject.check_against(validation::Schemas::default());
    crate::lint(&subject)
}

#[test]
fn every_rule_finds_its_own_example() {
    for rule in RULES {
        let found = lint(rule.failing);
        let own: Vec<_> = found.iter().filter(|found| found.code == rule.code).collect();
        assert!(!own.is_empty(), "{}: {found:#?}", rule.code);
        for found in own {
            assert!(found.place.line.is_some(), "{}: no line: {found}", rule.code);
            assert!(found.help.is_some(), "{}: no way out: {found}", rule.code);
        }
    }
}

#[test]
fn an_example_that_was_put_right_is_clean() {
    for rule in RULES {
        let found: Vec<_> = lint(rule.fixed).into_iter().filter(|found| found.code == rule.code).collect();
        assert!(found.is_empty(), "{}: {found:#?}", rule.code);
    }
}

#[test]
fn rules_are_sorted_and_say_what_and_why() {
    assert!(RULES.windows(2).all(|two| two[0].code < two[1].code));
    for rule in RULES {
        assert!(rule.says.ends_with('.') && rule.why.ends_with('.'), "{}", rule.code);
    }
}

/// Something of every sort, and nothing wrong.
const CLEAN: &str = r#"#- k/ks.yaml
apiVersion: v1
kind: Namespace
metadata: {name: shop, annotations: {kustomize.toolkit.fluxcd.io/prune: disabled}}
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: a, namespace: flux-system}
spec: {interval: 1h, prune: true, wait: true, path: ./a, sourceRef: {kind: GitRepository, name: flux-system}}
#- a/all.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: settings, namespace: shop}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: d, namespace: shop}
spec:
  selector: {matchLabels: {app: d}}
  template:
    metadata: {labels: {app: d}}
    spec:
      volumes: [{name: a, configMap: {name: settings}}, {name: b, secret: {secretName: may-be, optional: true}}]
      containers:
      - name: main
        image: registry.example.org:5000/a@sha256:24a0c4b4a4c0eb97a1aabb8e29f18e917d05abfe1b7a7c07857230879ce7d3d3
        resources: {requests: {memory: 1Mi}, limits: {memory: 2Mi}}
---
apiVersion: example.org/v1
kind: Thing
metadata: {name: t, namespace: shop}
spec: {settings: {}}
"#;

#[test]
fn a_clean_repository_has_no_findings() {
    assert_eq!(lint(CLEAN), []);
}

#[test]
fn a_finding_is_allowed_where_it_is_and_only_with_a_reason() {
    let codes = |comment: &str| -> Vec<&str> {
        let fixture = format!(
            "#- k/a.yaml\napiVersion: v1\nkind: ConfigMap\n{comment}metadata: {{name: a, namespace: shop}}\n"
        );
        lint(&fixture).into_iter().map(|found| found.code).collect()
    };
    assert_eq!(codes(""), ["namespace/missing"]);
    assert!(codes("# allow namespace/missing: the installer makes it\n").is_empty());
    assert_eq!(codes("# allow namespace/missing\n"), ["lint/allow-without-reason"]);
    assert_eq!(codes("# allow prune/data: why not\n"), ["lint/unused-allow", "namespace/missing"]);
}

#[test]
fn a_service_for_one_pod_of_several_selects_it() {
    let fixture = "#- k/a.yaml\napiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: s, namespace: default}\nspec: {template: \
                   {metadata: {labels: {app: s}}, spec: {containers: []}}}\n---\napiVersion: v1\nkind: Service\nmetadata: {name: s-0, \
                   namespace: default}\nspec: {selector: {app: s, statefulset.kubernetes.io/pod-name: s-0}}\n";
    assert!(lint(fixture).is_empty());
}

/// What one rule says of a repository.
fn said(code: &str, fixture: &str) -> Vec<String> {
    lint(fixture).into_iter().filter(|found| found.code == code).map(|found| found.message).collect()
}

#[test]
fn a_claim_of_a_pod_is_made_by_somebody() {
    let pod = |claim: &str| {
        format!(
            "#- k/a.yaml\napiVersion: v1\nkind: Pod\nmetadata: {{name: p, namespace: default}}\nspec: {{containers: [], volumes: \
             [{{name: v, persistentVolumeClaim: {{claimName: {claim}}}}}]}}\n---\napiVersion: apps/v1\nkind: StatefulSet\nmetadata: \
             {{name: db, namespace: default}}\nspec: {{volumeClaimTemplates: [{{metadata: {{name: data}}}}]}}\n"
        )
    };
    assert_eq!(said("pods/reference", &pod("data-db-0")), [""; 0]);
    let lacks = "Pod default/p: it needs PersistentVolumeClaim default/data, which nobody makes";
    assert_eq!(said("pods/reference", &pod("data")), [lacks]);
}

#[test]
fn a_kustomization_is_built_from_something_and_waits_for_what_is_made() {
    let with = |source: &str, workload: &str| {
        format!(
            "#- k/a.yaml\napiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {{name: root, namespace: \
             flux-system}}\nspec: {{interval: 1h, path: ./k, sourceRef: {{kind: GitRepository, name: home}}}}\n---\napiVersion: \
             kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {{name: a, namespace: flux-system}}\nspec: {{interval: 1h, \
             path: ./a, sourceRef: {{kind: GitRepository, name: {source}}}, healthChecks: [{{apiVersion: apps/v1, kind: Deployment, \
             namespace: default, name: {workload}}}]}}\n#- a/d.yaml\napiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: d, \
             namespace: default}}\nspec: {{template: {{spec: {{containers: []}}}}}}\n"
        )
    };
    assert_eq!(said("flux/reference", &with("home", "d")), [""; 0]);
    let lacks = ["Kustomization flux-system/a: it names GitRepository flux-system/hom, which nobody makes"];
    assert_eq!(said("flux/reference", &with("hom", "d")), lacks);
    let lacks = ["Kustomization flux-system/a: it waits for Deployment default/e, which nobody makes"];
    assert_eq!(said("flux/reference", &with("home", "e")), lacks);
}
