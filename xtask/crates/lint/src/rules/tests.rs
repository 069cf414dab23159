use flux::render::{Entry, Inputs, Rendering, render};
use yamltree::diagnostic::Diagnostic;
use yamltree::path::RepoPath;
use yamltree::tree::{MemTree, Tree, files_below};

use super::RULES;
use crate::fix::fixes;
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
    found(&tree(fixture))
}

pub(crate) fn found(tree: &MemTree) -> Vec<Diagnostic> {
    let rendering = rendering(tree);
    let before = before(tree);
    let mut subject = Subject::new(tree, &rendering, "component");
    subject.before = before.as_ref().map(|before| before as &(dyn Tree + Sync));
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

/// The example with a comment above each line of YAML.
fn commented(fixture: &str) -> String {
    let mut lines = String::new();
    for (number, line) in fixture.lines().enumerate() {
        if !line.starts_with("#-") {
            let indent: String = line.chars().take_while(|c| *c == ' ').collect();
            lines.push_str(&format!("{indent}# kept {number}.\n"));
        }
        lines.push_str(&format!("{line}\n"));
    }
    lines
}

#[test]
fn a_fix_puts_the_example_right_and_keeps_its_comments() {
    let mut with_fix = Vec::new();
    for rule in RULES {
        let mut tree = tree(&commented(rule.failing));
        let own = |tree: &MemTree| -> Vec<Diagnostic> {
            found(tree).into_iter().filter(|found| found.code == rule.code).collect()
        };
        let fixes = fixes(&own(&tree), &tree);
        for change in fixes.changes {
            let comments = |text: &str| text.matches("# kept ").count();
            assert_eq!(comments(&change.before), comments(&change.after), "{}", change.after);
            tree.insert(change.file, change.after);
        }
        if !fixes.fixed.is_empty() {
            assert_eq!(own(&tree), [], "{}", rule.code);
            with_fix.push(rule.code);
        }
    }
    let expected = [
        "flux/api-version",
        "flux/install-not-retried",
        "flux/wait-and-health-checks",
        "kubernetes/unknown-kind",
    ];
    assert_eq!(with_fix, expected);
}

/// The first document of a fixture after a fix of everything in it; none if nothing can be put right.
fn put_right(fixture: &str) -> Option<String> {
    let tree = tree(fixture);
    let fixes = fixes(&lint(fixture), &tree);
    fixes.changes.into_iter().next().map(|change| change.after)
}

#[test]
fn an_old_version_of_flux_is_replaced_unless_a_field_is_gone() {
    let release = |more: &str| {
        format!(
            "#- k/r.yaml\napiVersion: helm.toolkit.fluxcd.io/v2beta2\nkind: HelmRelease\nmetadata: {{name: r, namespace: \
             default}}\nspec:\n  install: {{remediation: {{retries: 3}}}}\n  chart: {{spec: {{chart: c, version: 1.2.3{more}, \
             sourceRef: {{kind: HelmRepository, name: a}}}}}}\n"
        )
    };
    let fixed = put_right(&release("")).unwrap();
    assert!(fixed.starts_with("apiVersion: helm.toolkit.fluxcd.io/v2\n"), "{fixed}");
    assert_eq!(put_right(&release(", valuesFile: a.yaml")), None);
    assert_eq!(put_right(&release("").replace("v2beta2", "v3")), None);
}

#[test]
fn a_removed_version_is_replaced_where_the_other_means_the_same() {
    let object = |version: &str, kind: &str, spec: &str| {
        put_right(&format!(
            "#- k/a.yaml\napiVersion: {version}\nkind: {kind}\nmetadata: {{name: a, namespace: default}}\nspec: {spec}\n"
        ))
    };
    let version = |text: Option<String>| text.and_then(|text| text.lines().next().map(str::to_owned));
    let scaler = object("autoscaling/v2beta2", "HorizontalPodAutoscaler", "{}");
    assert_eq!(version(scaler).as_deref(), Some("apiVersion: autoscaling/v2"));
    assert_eq!(object("autoscaling/v2beta1", "HorizontalPodAutoscaler", "{}"), None);
    assert_eq!(object("networking.k8s.io/v1beta1", "Ingress", "{}"), None);
    // An empty selector means another thing now.
    assert_eq!(object("policy/v1beta1", "PodDisruptionBudget", "{selector: {}}"), None);
    assert_eq!(object("policy/v1beta1", "PodDisruptionBudget", "{selector: {matchLabels: {}}}"), None);
}

#[test]
fn health_checks_go_only_where_everything_in_them_is_waited_for_anyway() {
    let fixture = RULES.iter().find(|rule| rule.code == "flux/wait-and-health-checks").unwrap().failing;
    assert!(put_right(fixture).is_some());
    assert_eq!(
        put_right(&fixture.replace("name: c, namespace: default}]", "name: d, namespace: default}]")),
        None
    );
}

#[test]
fn who_says_how_an_install_is_tried_may_mean_it() {
    let fixture = RULES.iter().find(|rule| rule.code == "flux/install-not-retried").unwrap().failing;
    assert!(put_right(fixture).is_some());
    assert_eq!(put_right(&format!("{fixture}  install: {{timeout: 5m}}\n")), None);
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
fn a_comment_that_allows_nothing_is_removed_if_that_is_sure() {
    let object = "#- k/a.yaml\napiVersion: v1\nkind: ConfigMap\n";
    let rest = "metadata: {name: a, namespace: default}\n";
    let fixed = |comment: &str| put_right(&format!("{object}{comment}{rest}"));
    let right = fixed("# allow prune/data: why not\n").unwrap();
    assert_eq!(right, format!("apiVersion: v1\nkind: ConfigMap\n{rest}"));
    // It goes on, no rule has that code, or a chart may make what is allowed.
    assert_eq!(fixed("# allow prune/data: why\n# not\n"), None);
    assert_eq!(fixed("# allow prune/date: why not\n"), None);
    let release = RULES.iter().find(|rule| rule.code == "flux/install-not-retried").unwrap().fixed;
    assert_eq!(put_right(&format!("{object}# allow prune/data: why not\n{rest}{release}")), None);
    // Without schemas nobody knows whether there is something of that sort to allow.
    let tree = tree(&format!("{object}# allow api/type: why not\n{rest}"));
    let found = crate::lint(&Subject::new(&tree, &rendering(&tree), "component"));
    assert_eq!((found[0].code, fixes(&found, &tree).changes), ("lint/unused-allow", Vec::new()));
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
fn a_claim_that_a_stateful_set_makes_is_in_a_backup_or_excluded() {
    let with = |backup: &str| {
        format!(
            "#- flux2/apps/blog/component.yaml\ntitle: Blog\ndescription: News.\n{backup}#- k/a.yaml\napiVersion: apps/v1\nkind: \
             StatefulSet\nmetadata: {{name: db, namespace: default}}\nspec: {{replicas: 2, volumeClaimTemplates: [{{metadata: {{name: \
             data}}}}], template: {{spec: {{containers: []}}}}}}\n"
        )
    };
    let lacks = |pod| {
        format!("StatefulSet default/db: its PersistentVolumeClaim default/data-db-{pod} is in no backup")
    };
    assert_eq!(said("tree/backup", &with("")), [lacks(0), lacks(1)]);
    let one = "backup:\n  volumes: [{claim: data-db-0, namespace: default}]\n";
    assert_eq!(said("tree/backup", &with(one)), [lacks(1)]);
    let both = format!("{one}  excluded: [{{claim: data-db-1, namespace: default, reason: A copy.}}]\n");
    assert_eq!(said("tree/backup", &with(&both)), [""; 0]);
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

/// A Kustomization of the folder `a`; more of its `spec` follows.
const OF_A: &str = r"#- k/ks.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: a, namespace: flux-system}
spec:
  interval: 1h
  prune: true
  wait: true
  path: ./a
  sourceRef: {kind: GitRepository, name: flux-system}
";

#[test]
fn a_value_that_only_the_cluster_knows_is_not_judged() {
    let thing = RULES.iter().find(|rule| rule.code == "api/value").unwrap().failing;
    let unknown = format!("{OF_A}  postBuild: {{substituteFrom: [{{kind: Secret, name: variables}}]}}\n");
    let of = |mode: &str| {
        let fixture =
            format!("{unknown}{}", thing.replace("k/thing.yaml", "a/thing.yaml").replace("Fsat", mode));
        lint(&fixture).into_iter().filter(|found| found.code == "api/value").count()
    };
    assert_eq!(of("Fsat"), 1);
    assert_eq!(of("\"${MODE}\""), 0);
}

#[test]
fn of_an_object_whose_kind_is_encrypted_nothing_is_said() {
    let encrypted = r#"  decryption: {provider: sops}
#- a/secret.sops.yaml
apiVersion: ENC[AES256_GCM,data:a,type:str]
kind: ENC[AES256_GCM,data:b,type:str]
metadata: {name: "ENC[AES256_GCM,data:c,type:str]", namespace: "ENC[AES256_GCM,data:d,type:str]"}
stringData: {key: "ENC[AES256_GCM,data:e,type:str]"}
sops: {version: 3.9.0}
"#;
    let fixture = format!("{OF_A}{encrypted}");
    let found = lint(&fixture);
    assert_eq!(found, [], "{found:?}");
    let plain = lint(&fixture.replace("ENC[AES256_GCM,data:b,type:str]", "Nothing"));
    assert!(plain.is_empty(), "an API version that is encrypted is as unknown: {plain:?}");
}

#[test]
fn an_alert_may_be_about_what_the_flux_operator_adds() {
    let fixture = r#"#- k/all.yaml
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: alerts.notification.toolkit.fluxcd.io}
spec:
  group: notification.toolkit.fluxcd.io
  scope: Namespaced
  names: {kind: Alert, plural: alerts}
  versions:
  - name: v1beta3
    served: true
    storage: true
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec:
            type: object
            properties:
              eventSources:
                type: array
                items: {type: object, properties: {kind: {type: string, enum: [GitRepository]}, name: {type: string}}}
---
apiVersion: notification.toolkit.fluxcd.io/v1beta3
kind: Alert
metadata: {name: a, namespace: flux-system}
spec: {eventSources: [{kind: FluxInstance, name: "*"}]}
"#;
    assert_eq!(said("api/value", fixture), [""; 0]);
    let wrong = fixture.replace("kind: FluxInstance", "kind: FluxInstances");
    assert_eq!(said("api/value", &wrong).len(), 1);
}
