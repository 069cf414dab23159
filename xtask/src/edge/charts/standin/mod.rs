//! Stand-in charts: what a run uses when the real charts are not at hand.
//!
//! A stand-in brings the kinds that the real chart brings, with schemas that take anything, and workloads of the same
//! names that run nothing. It takes any values and keeps them in a Secret, so that a run proves how values, sources
//! and releases are wired. It proves nothing about the chart.

mod objects;

use fleet::component::{Crd, StorageClass, Workload};

use super::archive::{self, ChartFile, ChartFiles};
use super::error::ChartError;

/// The label (on objects) and annotation (on the chart) that says what this is.
pub const MARK: &str = "openappstack.org/stand-in";

/// What a stand-in chart is made from.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StandIn {
    /// Chart name.
    pub name: String,
    /// Chart version.
    pub version: String,
    /// Version of what the real chart installs; may be empty.
    pub app_version: String,
    /// What a release of it brings.
    pub release: Release,
}

/// What a release of a stand-in chart brings.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Release {
    /// Kinds. They are in the chart's `crds/` folder: there before anything else, never deleted, and nobody's own, so
    /// that several releases may bring the same one.
    pub crds: Vec<Crd>,
    /// Workloads.
    pub workloads: Vec<Workload>,
    /// Names of claims: made with the release, kept when it goes, and mounted by its first workload.
    pub claims: Vec<String>,
    /// Storage classes.
    pub storage_classes: Vec<StorageClass>,
    /// Host names. Each full name (with a dot) gets an Ingress of class `nginx`; a mere label gets none, since the
    /// chart does not know the domain.
    pub hosts: Vec<String>,
}

impl StandIn {
    /// A stand-in that brings nothing but its values.
    pub fn new(name: impl Into<String>, version: impl Into<String>) -> Self {
        Self { name: name.into(), version: version.into(), ..Self::default() }
    }
}

/// Makes the archive of a stand-in chart; the same description always makes the same bytes.
///
/// Names that Kubernetes or Helm would refuse are errors, so that nothing of the description can be taken for a
/// template.
pub fn chart(description: &StandIn) -> Result<Vec<u8>, ChartError> {
    check(description)?;
    let release = &description.release;
    let mut files = ChartFiles::new();
    let mut add = |path: String, content: String| files.insert(path, ChartFile::text(content));
    add("Chart.yaml".into(), objects::chart_yaml(description));
    add("values.yaml".into(), "# A stand-in takes any values.\n{}\n".into());
    add("templates/values.yaml".into(), objects::values_secret());
    for crd in &release.crds {
        add(format!("crds/{}.{}.yaml", crd.plural, crd.group), objects::crd(crd));
    }
    for (position, workload) in release.workloads.iter().enumerate() {
        let path = format!("templates/{:?}-{}.yaml", workload.kind, workload.name).to_lowercase();
        let claims: &[String] = if position == 0 { &release.claims } else { &[] };
        add(path, objects::workload(workload, claims));
    }
    // A claim that nothing mounts would stay pending, and the release with it.
    let mounted = if release.workloads.is_empty() { &[] } else { release.claims.as_slice() };
    for claim in mounted {
        add(format!("templates/claim-{claim}.yaml"), objects::claim(claim));
    }
    for class in &release.storage_classes {
        add(format!("templates/class-{}.yaml", class.name), objects::storage_class(class));
    }
    for host in release.hosts.iter().filter(|host| host.contains('.')) {
        add(format!("templates/ingress-{host}.yaml"), objects::ingress(host));
    }
    archive::pack(&description.name, &files).map_err(|error| ChartError::NotAChart {
        origin: description.name.clone(),
        reason: error.to_string(),
    })
}

fn check(description: &StandIn) -> Result<(), ChartError> {
    let dns = |value: &str| {
        value.split('.').all(|label| {
            let inside = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
            !label.is_empty() && label.bytes().all(inside) && !label.starts_with('-') && !label.ends_with('-')
        })
    };
    let word = |value: &str| !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let version = |value: &str| {
        value.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'+' | b'-' | b'_'))
    };
    let mut parts = vec![
        ("name", &description.name, dns(&description.name)),
        ("version", &description.version, !description.version.is_empty() && version(&description.version)),
        ("app_version", &description.app_version, version(&description.app_version)),
    ];
    for crd in &description.release.crds {
        parts.push(("group of a CRD", &crd.group, dns(&crd.group)));
        parts.push(("kind of a CRD", &crd.kind, word(&crd.kind)));
        parts.push(("plural of a CRD", &crd.plural, dns(&crd.plural)));
        parts.push(("versions of the CRD", &crd.kind, !crd.versions.is_empty()));
        parts.extend(crd.versions.iter().map(|it| ("version of a CRD", it, dns(it))));
    }
    parts.extend(
        description.release.workloads.iter().map(|it| ("name of a workload", &it.name, dns(&it.name))),
    );
    parts.extend(description.release.claims.iter().map(|it| ("claim", it, dns(it))));
    for class in &description.release.storage_classes {
        parts.push(("storage class", &class.name, dns(&class.name)));
        parts.push(("provisioner", &class.provisioner, class.provisioner.split('/').all(dns)));
    }
    parts.extend(description.release.hosts.iter().map(|it| ("host", it, dns(it))));
    match parts.into_iter().find(|(_, _, valid)| !valid) {
        None => Ok(()),
        Some((field, value, _)) => {
            Err(ChartError::StandIn { chart: description.name.clone(), field, value: value.clone() })
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use fleet::component::{Scope, WorkloadKind};

    pub(crate) fn example() -> StandIn {
        let crd = |group: &str, kind: &str, plural: &str| Crd {
            group: group.into(),
            versions: vec!["v1".into(), "v1alpha1".into()],
            kind: kind.into(),
            plural: plural.into(),
            scope: Scope::Cluster,
            status: false,
        };
        let workload = |kind, name: &str| Workload { kind, name: name.into() };
        StandIn {
            release: Release {
                crds: vec![
                    crd("example.org", "Thing", "things"),
                    crd("gateway.example.k8s.io", "Gate", "gates"),
                ],
                workloads: vec![
                    workload(WorkloadKind::Deployment, "web"),
                    workload(WorkloadKind::StatefulSet, "data"),
                    workload(WorkloadKind::DaemonSet, "agent"),
                ],
                hosts: vec!["files".into(), "files.example.org".into()],
                claims: vec!["web-files".into()],
                storage_classes: vec![StorageClass {
                    name: "local".into(),
                    provisioner: "example.org/local".into(),
                    default: true,
                }],
            },
            app_version: "3.10".into(),
            ..StandIn::new("alpha", "1.2.3")
        }
    }

    #[test]
    fn a_stand_in_is_a_chart_with_one_file_an_object() {
        let packed = chart(&example()).unwrap();
        assert_eq!(packed, chart(&example()).unwrap());
        let files: Vec<_> = archive::unpack(&packed, |_| true).unwrap().into_keys().collect();
        assert_eq!(
            files,
            [
                "Chart.yaml",
                "crds/gates.gateway.example.k8s.io.yaml",
                "crds/things.example.org.yaml",
                "templates/claim-web-files.yaml",
                "templates/class-local.yaml",
                "templates/daemonset-agent.yaml",
                "templates/deployment-web.yaml",
                "templates/ingress-files.example.org.yaml",
                "templates/statefulset-data.yaml",
                "templates/values.yaml",
                "values.yaml",
            ]
        );
    }

    #[test]
    fn every_object_parses_as_yaml() {
        let files = archive::unpack(&chart(&example()).unwrap(), |_| true).unwrap();
        for (path, file) in files.iter().filter(|(path, _)| *path != "templates/values.yaml") {
            let text = std::str::from_utf8(&file.content).unwrap();
            let object: serde_json::Value = serde_saphyr::from_str(text).unwrap();
            assert!(object.is_object(), "{path}");
            assert!(!text.contains("null"), "{path} would send a null");
        }
        let crd = &files["crds/gates.gateway.example.k8s.io.yaml"].content;
        assert!(std::str::from_utf8(crd).unwrap().contains("api-approved.kubernetes.io"));
    }

    #[test]
    fn names_that_would_be_templates_or_nonsense_are_refused() {
        let with = |release| StandIn { release, ..StandIn::new("alpha", "1.0.0") };
        let workload = |name: &str| Workload { kind: WorkloadKind::Deployment, name: name.into() };
        for wrong in [
            StandIn::new("Alpha", "1.0.0"),
            StandIn::new("alpha", ""),
            StandIn::new("../alpha", "1.0.0"),
            with(Release { workloads: vec![workload("{{ .Values.x }}")], ..Release::default() }),
            with(Release { hosts: vec!["a b".into()], ..Release::default() }),
        ] {
            assert!(matches!(chart(&wrong), Err(ChartError::StandIn { .. })), "{wrong:?}");
        }
    }
}
