use std::collections::BTreeMap;
use std::sync::Arc;

use fleet::catalogue;
use fleet::lock::Known;
use fleet::proving;
use flux::helm::KnownValues;
use flux::render::{Rendering, Repository};
use kustomize_rs::Limits;
use kustomize_rs::yaml::json::read_all_as_json;
use yamltree::tree::MemTree;

use super::{CHECKS, Proof, rendering};
use crate::subject::{ChartObjects, Subject};

/// A component `blog` with one release, in one of the clusters.
pub(crate) struct Example<'e> {
    /// The cluster.
    pub(crate) cluster: &'e str,
    /// More lines of its contract.
    pub(crate) contract: &'e str,
    /// Objects beside the release.
    pub(crate) app: &'e str,
    /// Objects of the chart.
    pub(crate) chart: &'e str,
}

impl Default for Example<'_> {
    fn default() -> Self {
        Example { cluster: "small", contract: "", app: "", chart: "" }
    }
}

const TREE: &str = "#- clusters/sandbox/cluster.yaml\napps: [blog]\n#- clusters/sandbox/.flux.env\ndomain=sandbox.localhost\n\
                    ip_address=127.0.0.1\nadmin_email=a@sandbox.example\n#- flux2/infrastructure/kustomization.yaml\nresources: []\n#- \
                    flux2/core/kustomization.yaml\nresources: []\n#- flux2/apps/blog/kustomization.yaml\nresources: [ks.yaml]\n#- \
                    flux2/apps/blog/ks.yaml\napiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: blog, \
                    namespace: flux-system, labels: {component: blog}}\nspec:\n  path: ./flux2/apps/blog/app\n  targetNamespace: \
                    oas-apps\n  sourceRef: {kind: GitRepository, name: openappstack}\n  postBuild: {substituteFrom: [{kind: Secret, \
                    name: oas-cluster-variables}, {kind: Secret, name: oas-blog-variables}]}\n#- \
                    flux2/apps/blog/app/kustomization.yaml\nresources: [release.yaml, more.yaml]\n#- \
                    flux2/apps/blog/app/release.yaml\napiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: blog, \
                    namespace: oas-apps}\nspec: {chart: {spec: {chart: ./chart, sourceRef: {kind: GitRepository, name: openappstack, \
                    namespace: flux-system}}}, values: {a: '${domain}'}}\n";

impl Example<'_> {
    /// The repository.
    pub(crate) fn tree(&self) -> MemTree {
        let (contract, app) = (self.contract, if self.app.is_empty() { "# None.\n" } else { self.app });
        let more = format!(
            "#- flux2/apps/blog/component.yaml\ntitle: Blog\ndescription: News.\n{contract}#- flux2/apps/blog/app/more.yaml\n{app}"
        );
        MemTree::from_fixture(&format!("{TREE}{more}")).unwrap()
    }

    /// What a function says of it.
    pub(crate) fn asked<T>(&self, ask: impl FnOnce(&Proof<'_>) -> T) -> T {
        let tree = self.tree();
        let (catalogue, faults) = catalogue::read(&tree);
        assert_eq!(faults, []);
        let clusters = proving::clusters(&tree, &catalogue).unwrap();
        let cluster = clusters.iter().find(|cluster| cluster.name == self.cluster).unwrap();
        let rendering: Rendering =
            rendering(&Arc::new(Repository::new(&tree)), &catalogue, cluster, 1).unwrap();
        assert_eq!(rendering.problems().collect::<Vec<_>>(), Vec::<&yamltree::diagnostic::Diagnostic>::new());
        let mut subject = Subject::new(&tree, &rendering, "component");
        let part = rendering.parts.iter().find(|part| part.kustomization.name.name == "blog").unwrap();
        let release = flux::render::spec::Name::new("oas-apps", "blog");
        let objects = read_all_as_json(self.chart, "chart", Limits::default()).unwrap();
        let values = KnownValues::default();
        subject.charts.push(ChartObjects { part, release, namespace: "oas-apps".into(), objects, values });
        subject.has_all_charts = true;
        subject.check_against(validation::Schemas::default());
        ask(&Proof { subject: &subject, cluster, catalogue: &catalogue })
    }

    /// What one check finds.
    pub(crate) fn found(&self, code: &str) -> Vec<String> {
        let check = CHECKS.iter().find(|check| check.code == code).unwrap();
        let mut found = self.asked(|proof| check.findings(proof));
        found.sort_by(|a, b| a.message.cmp(&b.message));
        assert!(found.iter().all(|found| found.help.is_some()));
        found.into_iter().map(|found| found.message).collect()
    }
}

/// What is known of the releases of a tree without their charts.
pub(crate) fn known(tree: &MemTree) -> BTreeMap<String, BTreeMap<String, Known>> {
    let (catalogue, _) = catalogue::read(tree);
    let clusters = proving::clusters(tree, &catalogue).unwrap();
    let repository = Arc::new(Repository::new(tree));
    let rendered: Vec<Rendering> =
        clusters.iter().map(|cluster| rendering(&repository, &catalogue, cluster, 1).unwrap()).collect();
    super::known(tree, clusters.iter().zip(rendered.iter().map(super::in_cluster)))
}

/// A Deployment with more in its container.
pub(crate) fn deployment(name: &str, container: &str) -> String {
    let container = if container.is_empty() { "a: b" } else { container };
    format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: {name}}}\nspec:\n  selector: {{matchLabels: {{app: a}}}}\n  template:\n    \
         metadata: {{labels: {{app: a}}}}\n    spec:\n      containers:\n      - name: main\n        image: docker.io/blog:1.2.3\n        \
         resources: {{requests: {{cpu: 10m, memory: 32Mi}}, limits: {{memory: 64Mi}}}}\n        {container}\n"
    )
}

/// An Ingress for a host, with its certificate in `blog-tls`.
pub(crate) fn ingress(host: &str) -> String {
    format!(
        "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {{name: blog, annotations: {{cert-manager.io/cluster-issuer: \
         a}}}}\nspec: {{rules: [{{host: {host}}}], tls: [{{secretName: blog-tls, hosts: [{host}]}}]}}\n"
    )
}

#[test]
fn checks_are_sorted_and_each_is_there_once() {
    let codes: Vec<&str> = CHECKS.iter().map(|check| check.code).collect();
    let mut sorted = codes.clone();
    sorted.sort_unstable();
    sorted.dedup();
    assert_eq!(codes, sorted);
    assert!(codes.iter().all(|code| code.starts_with(super::FAMILY)));
}

#[test]
fn errors_of_rules_are_among_the_findings_and_a_comment_allows_one_of_a_check() {
    let app = "# allow verify/images: made by hand\napiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: a, image: \
               docker.io/a:latest, envFrom: [{secretRef: {name: gone}}], resources: {requests: {cpu: 1m, memory: 1Mi}, limits: {memory: \
               1Mi}}}]}\n";
    let contract = "releases: {blog: {namespace: oas-apps}}\n";
    let found = Example { app, contract, ..Example::default() }.asked(super::findings);
    let codes: Vec<&str> = found.iter().map(|found| found.code).collect();
    assert!(codes.contains(&"pods/reference") && !codes.contains(&"verify/images"), "{found:#?}");
    let found =
        Example { app: &app.replace("allow", "all"), contract, ..Example::default() }.asked(super::findings);
    assert!(found.iter().any(|found| found.code == "verify/images"), "{found:#?}");
}

#[test]
fn a_lock_that_is_out_of_date_does_not_keep_anybody_from_verifying() {
    let lock = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n#- flux2/apps/blog/chart.lock\nversion: 1\ntools: {helm: a, \
                kubernetes: b}\nreleases: {}\n";
    let contract = "releases: {blog: {namespace: oas-apps}}\n";
    let example = Example { app: lock, contract, ..Example::default() };
    let (found, rules) = example.asked(|proof| (super::findings(proof), crate::lint(proof.subject)));
    let is_of_lock = |found: &&yamltree::diagnostic::Diagnostic| found.code == crate::rules::LOCK;
    assert_eq!(
        (found.iter().filter(is_of_lock).count(), rules.iter().filter(is_of_lock).count()),
        (0, 1),
        "{rules:#?}"
    );
}

#[test]
fn nothing_is_said_of_a_component_whose_charts_are_not_all_there() {
    let of =
        |app: &str| Example { contract: "hosts: [blog]\n", app, ..Example::default() }.found("verify/hosts");
    assert_eq!(of("").len(), 1);
    assert_eq!(
        of("apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: news}\nspec: {}\n"),
        [""; 0]
    );
}
