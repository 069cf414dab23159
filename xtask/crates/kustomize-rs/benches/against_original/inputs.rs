//! What is built: trees like those that people keep for their clusters, and one kustomization with many objects.
//!
//! Sizes and the mix of features are those of public trees (two apps of three have two files that name a chart and its
//! values, the median file has 450 bytes); every text is made here.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

/// Writes a tree of about `files` files and gives back the `paths` folders that are built.
pub fn tree(root: &Path, paths: usize, files: usize) -> Vec<String> {
    let mut tree = Written { root, files: 0 };
    let spaces = paths / 7;
    let apps = paths - spaces;
    components(&mut tree);
    let mut built = Vec::new();
    let mut listed = vec![Vec::new(); spaces];
    for app in 0..apps {
        let space = app % spaces;
        let folder = format!("kubernetes/apps/space-{space}/app-{app}/app");
        listed[space].push(format!("./app-{app}/ks.yaml"));
        tree.write(&format!("kubernetes/apps/space-{space}/app-{app}/ks.yaml"), &flux(app, space, &folder));
        built.push(folder);
    }
    for (space, apps) in listed.iter().enumerate() {
        let folder = format!("kubernetes/apps/space-{space}");
        let mut text = format!(
            "---\napiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nnamespace: space-{space}\ncomponents:\n  - \
             ../../components/alerts\n  - ../../components/secret\nresources:\n  - ./namespace.yaml\n"
        );
        apps.iter().for_each(|app| text.push_str(&format!("  - {app}\n")));
        tree.write(&format!("{folder}/kustomization.yaml"), &text);
        let namespace = format!(
            "---\napiVersion: v1\nkind: Namespace\nmetadata:\n  name: space-{space}\n  annotations:\n    \
             kustomize.toolkit.fluxcd.io/prune: disabled\n"
        );
        tree.write(&format!("{folder}/namespace.yaml"), &namespace);
        built.push(folder);
    }
    let own: Vec<usize> =
        (0..apps).map(|app| 3 + usize::from(has_secret(app)) + 3 * usize::from(has_settings(app))).collect();
    for app in 0..apps {
        // What is still missing is shared out evenly among the apps that are left.
        let left: usize = own[app..].iter().sum();
        let extra = files.saturating_sub(tree.files + left) / (apps - app);
        application(&mut tree, &built[app], app, extra);
    }
    built
}

/// A folder being filled.
struct Written<'a> {
    root: &'a Path,
    files: usize,
}

impl Written<'_> {
    fn write(&mut self, path: &str, text: &str) {
        write(&self.root.join(path), text);
        self.files += 1;
    }
}

fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

fn has_secret(app: usize) -> bool {
    app.is_multiple_of(2)
}

fn has_settings(app: usize) -> bool {
    app % 10 == 3
}

fn components(tree: &mut Written<'_>) {
    let component = "---\napiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n";
    tree.write(
        "kubernetes/components/alerts/kustomization.yaml",
        &format!("{component}resources:\n  - ./provider.yaml\n  - ./alert.yaml\n"),
    );
    for (name, spec) in [
        (
            "provider",
            "  type: alertmanager\n  address: http://alertmanager.watch.svc.cluster.local:9093/api/v2/alerts/\n",
        ),
        (
            "alert",
            "  providerRef: {name: alertmanager}\n  eventSeverity: error\n  eventSources:\n    - kind: HelmRelease\n      name: \"*\"\n  \
             exclusionList:\n    - \"error.*lookup github\\\\.com\"\n    - \"waiting.*socket\"\n  suspend: false\n",
        ),
    ] {
        let kind = if name == "alert" { "Alert" } else { "Provider" };
        let text = format!(
            "---\napiVersion: notification.toolkit.fluxcd.io/v1beta3\nkind: {kind}\nmetadata:\n  name: alertmanager\nspec:\n{spec}"
        );
        tree.write(&format!("kubernetes/components/alerts/{name}.yaml"), &text);
    }
    tree.write(
        "kubernetes/components/secret/kustomization.yaml",
        &format!("{component}resources:\n  - ./secret.yaml\n"),
    );
    tree.write(
        "kubernetes/components/secret/secret.yaml",
        "---\napiVersion: v1\nkind: Secret\nmetadata:\n  name: cluster-settings\nstringData:\n  DOMAIN: example.org\n  ZONE: \"1\"\n",
    );
    let claim = "---\napiVersion: v1\nkind: PersistentVolumeClaim\nmetadata:\n  name: ${APP}\nspec:\n  accessModes: [ReadWriteOnce]\n  resources:\n    \
                 requests:\n      storage: ${SIZE:=5Gi}\n  storageClassName: block\n";
    tree.write(
        "kubernetes/components/volume/kustomization.yaml",
        &format!("{component}resources:\n  - ./claim.yaml\n"),
    );
    tree.write("kubernetes/components/volume/claim.yaml", claim);
}

/// What tells Flux to build a folder.
fn flux(app: usize, space: usize, folder: &str) -> String {
    format!(
        "---\n# yaml-language-server: $schema=https://example.org/kustomization_v1.json\napiVersion: \
         kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata:\n  name: &app app-{app}\n  namespace: &namespace \
         space-{space}\nspec:\n  commonMetadata:\n    labels:\n      app.kubernetes.io/name: *app\n  components:\n    - \
         ../../../../components/volume\n  dependsOn:\n    - name: storage\n      namespace: space-0\n  interval: 1h\n  path: \
         ./{folder}\n  postBuild:\n    substitute:\n      APP: *app\n      SIZE: 5Gi\n  prune: true\n  retryInterval: 2m\n  \
         sourceRef:\n    kind: GitRepository\n    name: flux-system\n    namespace: flux-system\n  targetNamespace: \
         *namespace\n  timeout: 5m\n  wait: false\n"
    )
}

fn application(tree: &mut Written<'_>, folder: &str, app: usize, extra: usize) {
    let mut text = String::from(
        "---\n# yaml-language-server: $schema=https://json.schemastore.org/kustomization\napiVersion: \
         kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n",
    );
    if app % 8 == 5 {
        text.push_str("components:\n  - ../../../../components/volume\n");
    }
    text.push_str("resources:\n  - ./helmrelease.yaml\n  - ./ocirepository.yaml\n");
    if has_secret(app) {
        text.push_str("  - ./externalsecret.yaml\n");
        tree.write(&format!("{folder}/externalsecret.yaml"), &secret(app));
    }
    for number in 0..extra {
        writeln!(text, "  - ./extra-{number}.yaml").unwrap();
        tree.write(&format!("{folder}/extra-{number}.yaml"), &another(app, number));
    }
    if has_settings(app) {
        write!(
            text,
            "configMapGenerator:\n  - name: app-{app}-settings\n    files:\n      - settings.ini=./config/settings.ini\n      - \
             ./config/list.txt\ngeneratorOptions:\n  annotations:\n    kustomize.toolkit.fluxcd.io/substitute: \
             disabled\nconfigurations:\n  - ./names.yaml\n"
        )
        .unwrap();
        let lines: String =
            (0..40).map(|n| format!("key_{n} = value {n} of app {app} # kept as it is\n")).collect();
        tree.write(&format!("{folder}/config/settings.ini"), &format!("[main]\n{lines}"));
        tree.write(&format!("{folder}/config/list.txt"), &lines);
        tree.write(
            &format!("{folder}/names.yaml"),
            "nameReference:\n  - kind: ConfigMap\n    version: v1\n    fieldSpecs:\n      - path: spec/valuesFrom/name\n        kind: HelmRelease\n",
        );
    }
    if app % 28 == 7 {
        text.push_str(
            "patches:\n  - target: {kind: HelmRelease}\n    patch: |-\n      - op: add\n        path: /spec/driftDetection\n        value: {mode: \
             enabled}\n  - patch: |-\n      apiVersion: source.toolkit.fluxcd.io/v1\n      kind: OCIRepository\n      metadata:\n        name: \
             app-",
        );
        writeln!(text, "{app}\n      spec:\n        interval: 5m").unwrap();
    }
    if app % 28 == 9 {
        write!(
            text,
            "replacements:\n  - source: {{kind: OCIRepository, name: app-{app}, fieldPath: spec.ref.tag}}\n    targets:\n      - select: {{kind: \
             HelmRelease}}\n        fieldPaths: [\"metadata.annotations.chart-version\"]\n        options: {{create: true}}\n"
        )
        .unwrap();
    }
    tree.write(&format!("{folder}/kustomization.yaml"), &text);
    tree.write(&format!("{folder}/helmrelease.yaml"), &release(app));
    tree.write(
        &format!("{folder}/ocirepository.yaml"),
        &format!(
            "---\napiVersion: source.toolkit.fluxcd.io/v1\nkind: OCIRepository\nmetadata:\n  name: app-{app}\nspec:\n  interval: 15m\n  layerSelector:\n    \
             mediaType: application/vnd.cncf.helm.chart.content.v1.tar+gzip\n    operation: copy\n  ref:\n    tag: 5.1.{app}\n  url: \
             oci://registry.example.org/charts/template\n"
        ),
    );
}

fn secret(app: usize) -> String {
    format!(
        "---\n# yaml-language-server: $schema=https://example.org/externalsecret_v1.json\napiVersion: external-secrets.io/v1\nkind: \
         ExternalSecret\nmetadata:\n  name: app-{app}\nspec:\n  secretStoreRef:\n    kind: ClusterSecretStore\n    name: vault\n  target:\n    name: \
         app-{app}-secret\n    template:\n      data:\n        API_KEY: \"{{{{ .API_KEY }}}}\"\n        DB_URL: \
         \"postgres://{{{{ .USER }}}}:{{{{ .PASSWORD }}}}@postgres.space-0.svc.cluster.local:5432/app\"\n  dataFrom:\n    - extract:\n        key: \
         app-{app}\n"
    )
}

fn release(app: usize) -> String {
    let port = 8000 + app;
    let mut text = format!(
        "---\n# yaml-language-server: $schema=https://example.org/helmrelease-v2.json\napiVersion: helm.toolkit.fluxcd.io/v2\nkind: \
         HelmRelease\nmetadata:\n  name: &app app-{app}\nspec:\n  chartRef:\n    kind: OCIRepository\n    name: app-{app}\n  interval: 1h\n"
    );
    if has_settings(app) {
        writeln!(text, "  valuesFrom:\n    - kind: ConfigMap\n      name: app-{app}-settings").unwrap();
    }
    write!(
        text,
        "  values:\n    controllers:\n      app-{app}:\n        annotations:\n          reloader.stakater.com/auto: \"true\"\n        containers:\n          \
         app:\n            image:\n              repository: registry.example.org/images/app-{app}\n              tag: \
         1.43.{app}@sha256:4f1d88882a9883cc525e7c84b22c67c57416b7d3b35c3412329eeb07786433a7\n            env:\n              TZ: Europe/Berlin\n              \
         PORT: &port {port}\n              ADVERTISED: https://app-{app}.example.org:443,http://192.168.69.{host}:{port},http://app-{app}.space.svc.cluster.local:{port}\n"
        , host = app % 250
    )
    .unwrap();
    for number in 0..app % 7 * 3 {
        writeln!(text, "              APP__SETTING_{number}: 'value {number}: of it # kept'").unwrap();
    }
    text.push_str(
        "            probes:\n              liveness: &probes\n                enabled: true\n                custom: true\n                spec:\n                  \
         httpGet:\n                    path: /health\n                    port: *port\n                  initialDelaySeconds: 0\n                  \
         periodSeconds: 10\n                  timeoutSeconds: 1\n                  failureThreshold: 3\n              readiness: *probes\n            \
         securityContext:\n              allowPrivilegeEscalation: false\n              readOnlyRootFilesystem: true\n              capabilities: { drop: \
         [\"ALL\"] }\n            resources:\n              requests:\n                cpu: 100m\n              limits:\n                memory: 1Gi\n    \
         defaultPodOptions:\n      securityContext:\n        runAsNonRoot: true\n        runAsUser: 1000\n        runAsGroup: 1000\n        fsGroup: 1000\n        \
         fsGroupChangePolicy: OnRootMismatch\n    service:\n      app:\n        ports:\n          http:\n            port: *port\n    route:\n      app:\n        \
         hostnames:\n          - \"{{ .Release.Name }}.example.org\"\n        parentRefs:\n          - name: internal\n            namespace: network\n    \
         persistence:\n      config:\n        existingClaim: \"{{ .Release.Name }}\"\n      tmp:\n        type: emptyDir\n",
    );
    text
}

/// An object of one of the kinds that stand beside an app.
fn another(app: usize, number: usize) -> String {
    match (app + number) % 3 {
        0 => format!(
            "---\napiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\nmetadata:\n  name: app-{app}-{number}\nspec:\n  groups:\n    - name: \
             app.rules\n      rules:\n        - alert: AppAbsent\n          annotations:\n            summary: >-\n              app {app} has been absent for \
             five minutes,\n              look at {{{{ $labels.pod }}}} first\n          expr: |-\n            absent(up{{job=\"app-{app}\"}} == \
             1)\n              or vector(0)\n          for: 5m\n          labels:\n            severity: critical\n"
        ),
        1 => format!(
            "---\napiVersion: grafana.integreatly.org/v1beta1\nkind: GrafanaDashboard\nmetadata:\n  name: app-{app}-{number}\nspec:\n  allowCrossNamespaceImport: \
             true\n  instanceSelector:\n    matchLabels:\n      dashboards: grafana\n  datasources:\n    - datasourceName: Prometheus\n      inputName: \
             DS_PROMETHEUS\n  url: https://example.org/dashboards/{app}/revisions/{number}/download\n"
        ),
        _ => format!(
            "---\napiVersion: v1\nkind: PersistentVolumeClaim\nmetadata:\n  name: app-{app}-{number}\nspec:\n  accessModes: [\"ReadWriteOnce\"]\n  \
             resources:\n    requests:\n      storage: {number}5Gi\n  storageClassName: block\n"
        ),
    }
}

/// Writes one kustomization with many Deployments of forty lines each, in one file, plain or with five transformers.
pub fn deployments(root: &Path, number: usize, with_transformers: bool) {
    let mut text = String::from("resources:\n  - all.yaml\n");
    if with_transformers {
        text.push_str(
            "namespace: shop\nnamePrefix: eu-\ncommonAnnotations:\n  example.org/team: shop\nlabels:\n  - includeTemplates: true\n    pairs:\n      \
             example.org/stage: production\nimages:\n  - name: registry.example.org/app\n    newTag: 2.0.0\n",
        );
    }
    write(&root.join("kustomization.yaml"), &text);
    let all: String = (0..number).map(deployment).collect();
    write(&root.join("all.yaml"), &all);
}

fn deployment(number: usize) -> String {
    format!(
        "---\napiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: app-{number}\n  labels:\n    app: app-{number}\nspec:\n  replicas: 2\n  selector:\n    \
         matchLabels:\n      app: app-{number}\n  template:\n    metadata:\n      labels:\n        app: app-{number}\n    spec:\n      serviceAccountName: \
         runner\n      containers:\n      - name: app\n        image: registry.example.org/app:1.0.{number}\n        args:\n        - --listen=:8080\n        - \
         --name=app-{number}\n        env:\n        - name: LEVEL\n          value: \"info\"\n        ports:\n        - containerPort: 8080\n          name: \
         http\n        readinessProbe:\n          httpGet:\n            path: /ready\n            port: http\n        resources:\n          limits:\n            memory: \
         128Mi\n          requests:\n            cpu: 10m\n      volumes:\n      - name: tmp\n        emptyDir: {{}}\n"
    )
}

/// Writes a small base and an overlay over it: one call of the program.
pub fn overlay(root: &Path) {
    write(
        &root.join("base/kustomization.yaml"),
        "resources: [web.yaml, service.yaml]\nconfigMapGenerator:\n- name: settings\n  literals: [level=info]\n",
    );
    write(&root.join("base/web.yaml"), &deployment(0));
    write(
        &root.join("base/service.yaml"),
        "apiVersion: v1\nkind: Service\nmetadata:\n  name: app-0\nspec:\n  selector:\n    app: app-0\n  ports:\n  - port: 80\n    targetPort: http\n",
    );
    write(
        &root.join("overlay/kustomization.yaml"),
        "resources: [../base]\nnamespace: shop\nlabels:\n- pairs: {stage: test}\nimages:\n- name: registry.example.org/app\n  newTag: 2.0.0\npatches:\n- target: \
         {kind: Deployment}\n  patch: |-\n    - op: replace\n      path: /spec/replicas\n      value: 1\n",
    );
}

/// The folders with a kustomization file below `root`, relative to it.
pub fn kustomizations(root: &Path) -> Vec<String> {
    let names = ["kustomization.yaml", "kustomization.yml", "Kustomization"];
    let mut found: Vec<String> = below(root)
        .into_iter()
        .filter(|file| file.file_name().is_some_and(|name| names.iter().any(|n| name == *n)))
        .filter_map(|file| Some(file.parent()?.strip_prefix(root).ok()?.to_str()?.to_owned()))
        .map(|folder| if folder.is_empty() { ".".to_owned() } else { folder })
        .collect();
    found.sort();
    found
}

/// How many files are below `root`.
pub fn count(root: &Path) -> usize {
    below(root).len()
}

fn below(root: &Path) -> Vec<std::path::PathBuf> {
    let (mut files, mut folders) = (Vec::new(), vec![root.to_path_buf()]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap().flatten() {
            match entry.file_type().unwrap() {
                kind if kind.is_dir() => folders.push(entry.path()),
                kind if kind.is_file() => files.push(entry.path()),
                _ => {}
            }
        }
    }
    files
}
