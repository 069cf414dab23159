//! Where the chart of a release comes from, as the objects of a rendering say.
//!
//! Upstream: `internal/reconcile/helmchart_template.go` of helm-controller 1.6 and `internal/controller/helmchart_controller.go` of
//! source-controller 1.9.

use std::fmt;

use kustomize_rs::yaml::node::Node;
use yamltree::diagnostic::Diagnostic;

use super::release::{ChartSpec, Reference, Release};
use crate::object::ObjectKey;
use crate::pins::is_exact;
use crate::render::spec::{Name, SOURCE_GROUP, is_kind, text};
use crate::render::{Rendering, value};

/// A chart as it is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chart {
    /// Where it is.
    pub place: Place,
    /// Files whose values take the place of the chart's own, later ones win: of the chart, or of the source if that is a folder.
    pub values_files: Vec<String>,
    /// May one of them be missing?
    pub may_lack_values_files: bool,
    /// Is the digest of what the registry has added to the version that templates see (`mutateChartWithSourceRevision`)?
    pub tracks_digest: bool,
    /// The Secret with credentials that its source names.
    pub secret: Option<String>,
}

/// Where a chart is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// At an address of a registry.
    Oci {
        /// Without a version: `oci://HOST/PATH`.
        address: String,
        /// Which of those there.
        wanted: Wanted,
    },
    /// In a repository with an index.
    Index {
        /// Address of the repository.
        url: String,
        /// Name of the chart.
        chart: String,
        /// Version, or a range of them.
        version: String,
    },
    /// A folder or an archive in a Git repository that is not at hand.
    Git {
        /// Address of the repository.
        url: String,
        /// Which of its commits.
        revision: Revision,
        /// Where in it.
        path: String,
    },
    /// A folder or an archive in a source that is at hand.
    Source {
        /// The source.
        source: ObjectKey,
        /// Where in it.
        path: String,
    },
}

/// Which of the charts at an address.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Wanted {
    /// The one of this digest (`sha256:…`).
    Digest(String),
    /// The one of this tag or version.
    Tag(String),
    /// The newest in a range.
    Range(String),
}

/// Which commit.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Revision {
    /// This one.
    Commit(String),
    /// A full name of a reference.
    Reference(String),
    /// The newest tag in a range.
    Range(String),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Oci { address, wanted } => match wanted {
                Wanted::Digest(digest) => write!(f, "{address}@{digest}"),
                Wanted::Tag(tag) => write!(f, "{address}:{tag}"),
                Wanted::Range(range) => write!(f, "{address} {range}"),
            },
            Place::Index { url, chart, version } if version.is_empty() => write!(f, "{chart} of {url}"),
            Place::Index { url, chart, version } => write!(f, "{chart} {version} of {url}"),
            Place::Git { url, revision, path } => {
                let (Revision::Commit(at) | Revision::Reference(at) | Revision::Range(at)) = revision;
                write!(f, "{path} of {url} at {at}")
            }
            Place::Source { source, path } => write!(f, "{path} of {source}"),
        }
    }
}

/// The chart of a release.
///
/// # Errors
///
/// Where helm-controller or source-controller has one, or if nothing in the rendering says where the source is.
pub fn of(rendering: &Rendering, release: &Release<'_>) -> Result<Chart, Box<Diagnostic>> {
    Finder { rendering, release }.chart()
}

struct Finder<'r> {
    rendering: &'r Rendering,
    release: &'r Release<'r>,
}

impl Finder<'_> {
    fn wrong(&self, message: &str) -> Box<Diagnostic> {
        Box::new(self.release.diagnostic("helm/chart", message))
    }

    fn chart(&self) -> Result<Chart, Box<Diagnostic>> {
        let namespace = &self.release.name.namespace;
        match (&self.release.spec.chart, &self.release.spec.chart_ref) {
            (Some(template), None) => self.of_template(&template.spec, namespace),
            (None, Some(reference)) => self.of_reference(reference),
            _ => Err(self.wrong("it needs exactly one of `chart` and `chartRef`")),
        }
    }

    fn of_reference(&self, reference: &Reference) -> Result<Chart, Box<Diagnostic>> {
        let key = key(reference, &self.release.name.namespace);
        let plain = |place, secret| {
            let tracks_digest = matches!(place, Place::Oci { .. });
            Chart { place, values_files: Vec::new(), may_lack_values_files: false, tracks_digest, secret }
        };
        match reference.kind.as_str() {
            "OCIRepository" => {
                let spec = self.spec_of(&key)?;
                let address = text(Some(spec), "url").trim_end_matches('/').to_owned();
                let secret = secret_of(spec);
                let reference = spec.get("ref");
                let wanted = match ["digest", "semver", "tag"].map(|field| text(reference, field)) {
                    ["", "", ""] => Wanted::Tag("latest".to_owned()),
                    ["", "", tag] => Wanted::Tag(tag.to_owned()),
                    ["", range, _] => Wanted::Range(range.to_owned()),
                    [digest, ..] => Wanted::Digest(digest.to_owned()),
                };
                Ok(plain(Place::Oci { address, wanted }, secret))
            }
            "HelmChart" => {
                let spec = value(self.spec_of(&key)?);
                let spec: ChartSpec = serde_json::from_value(spec)
                    .map_err(|error| self.wrong(&format!("{key} cannot be read: {error}")))?;
                self.of_template(&spec, &key.namespace)
            }
            "ExternalArtifact" => Ok(plain(Place::Source { source: key, path: String::new() }, None)),
            kind => Err(self.wrong(&format!("`chartRef` cannot be of kind `{kind}`"))),
        }
    }

    fn of_template(&self, spec: &ChartSpec, namespace: &str) -> Result<Chart, Box<Diagnostic>> {
        let source = key(&spec.source_ref, namespace);
        let (place, secret) = match source.kind.as_str() {
            "HelmRepository" => {
                let repository = self.spec_of(&source)?;
                let secret = secret_of(repository);
                let url = text(Some(repository), "url").trim_end_matches('/').to_owned();
                let place = if text(Some(repository), "type") == "oci" || url.starts_with("oci://") {
                    let wanted = if is_exact(&spec.version) { Wanted::Tag } else { Wanted::Range };
                    Place::Oci {
                        address: format!("{url}/{}", spec.chart),
                        wanted: wanted(spec.version.clone()),
                    }
                } else {
                    Place::Index { url, chart: spec.chart.clone(), version: spec.version.clone() }
                };
                (place, secret)
            }
            "GitRepository" | "Bucket" | "ExternalArtifact" => self.in_source(source, &spec.chart)?,
            kind => return Err(self.wrong(&format!("a chart cannot come from the kind `{kind}`"))),
        };
        let values_files = spec.values_files.clone();
        let may_lack_values_files = spec.ignore_missing_values_files;
        Ok(Chart { place, values_files, may_lack_values_files, tracks_digest: false, secret })
    }

    fn in_source(&self, source: ObjectKey, path: &str) -> Result<(Place, Option<String>), Box<Diagnostic>> {
        let path = path.trim_start_matches("./").trim_matches('/').to_owned();
        if self.rendering.home(&source).is_some() {
            return Ok((Place::Source { source, path }, None));
        }
        let spec = self.spec_of(&source)?;
        if source.kind != "GitRepository" {
            return Err(
                self.wrong(&format!("its chart is in {source}, which is not at hand; --source gives it"))
            );
        }
        let reference = spec.get("ref");
        let revision = match ["commit", "name", "semver", "tag", "branch"].map(|field| text(reference, field))
        {
            ["", "", "", "", ""] => Revision::Reference("refs/heads/master".to_owned()),
            ["", "", "", "", branch] => Revision::Reference(format!("refs/heads/{branch}")),
            ["", "", "", tag, _] => Revision::Reference(format!("refs/tags/{tag}")),
            ["", "", range, ..] => Revision::Range(range.to_owned()),
            ["", name, ..] => Revision::Reference(name.to_owned()),
            [commit, ..] => Revision::Commit(commit.to_owned()),
        };
        Ok((Place::Git { url: text(Some(spec), "url").to_owned(), revision, path }, secret_of(spec)))
    }

    fn spec_of(&self, key: &ObjectKey) -> Result<&Node, Box<Diagnostic>> {
        let objects = self.rendering.parts.iter().flat_map(|part| &part.objects);
        let name = Name::new(&key.namespace, &key.name);
        let mut found =
            objects.filter(|o| is_kind(&o.node, SOURCE_GROUP, &key.kind) && Name::of(&o.node) == name);
        found
            .next()
            .and_then(|object| object.node.get("spec"))
            .ok_or_else(|| self.wrong(&format!("its chart comes from {key}, which nothing makes")))
    }
}

fn key(reference: &Reference, namespace: &str) -> ObjectKey {
    let namespace = if reference.namespace.is_empty() { namespace } else { &reference.namespace };
    ObjectKey::new(&reference.kind, namespace, &reference.name)
}

fn secret_of(source: &Node) -> Option<String> {
    Some(text(source.get("secretRef"), "name").to_owned()).filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use yamltree::path::RepoPath;
    use yamltree::tree::MemTree;

    use super::*;
    use crate::render::{Entry, Inputs, render};

    /// The chart of a release with this spec, or why there is none.
    fn chart(spec: &str, source: &str) -> Result<Chart, String> {
        let tree = MemTree::from_fixture(&format!(
            "#- k/r.yaml\napiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {{name: r, namespace: n}}\nspec: \
             {spec}\n---\napiVersion: source.toolkit.fluxcd.io/v1\nmetadata: {{name: s, namespace: n}}\n{source}\n"
        ));
        let rendering = render(&Inputs::new(&tree.unwrap(), Entry::Folder(RepoPath::new("k").unwrap())));
        let (_, release) = Release::all(&rendering).next().unwrap();
        of(&rendering, &release.unwrap()).map_err(|found| found.message)
    }

    fn place(spec: &str, source: &str) -> String {
        chart(spec, source).map_or_else(|message| message, |chart| chart.place.to_string())
    }

    const OCI: &str = "{chartRef: {kind: OCIRepository, name: s}}";

    #[test]
    fn an_oci_repository_is_one_chart() {
        let source =
            |reference| format!("kind: OCIRepository\nspec: {{url: 'oci://h/a/b', ref: {reference}}}");
        assert_eq!(place(OCI, &source("{tag: 1.0.0}")), "oci://h/a/b:1.0.0");
        assert_eq!(place(OCI, &source("{tag: 1.0.0, digest: 'sha256:0'}")), "oci://h/a/b@sha256:0");
        assert_eq!(place(OCI, &source("{tag: 1.0.0, semver: '>=1'}")), "oci://h/a/b >=1");
        assert_eq!(place(OCI, "kind: OCIRepository\nspec: {url: 'oci://h/a/b'}"), "oci://h/a/b:latest");
    }

    #[test]
    fn a_helm_repository_has_an_index_or_is_a_registry() {
        let spec = "{chart: {spec: {chart: c, version: 1.0.0, sourceRef: {kind: HelmRepository, name: s}}}}";
        assert_eq!(
            place(spec, "kind: HelmRepository\nspec: {url: 'https://h/a/'}"),
            "c 1.0.0 of https://h/a"
        );
        assert_eq!(
            place(spec, "kind: HelmRepository\nspec: {type: oci, url: 'oci://h/a'}"),
            "oci://h/a/c:1.0.0"
        );
    }

    #[test]
    fn a_git_repository_that_is_not_at_hand_is_named_with_its_revision() {
        let spec = "{chart: {spec: {chart: ./charts/c, sourceRef: {kind: GitRepository, name: s}}}}";
        let source =
            |reference| format!("kind: GitRepository\nspec: {{url: 'https://h/a', ref: {reference}}}");
        assert_eq!(place(spec, &source("{tag: v1}")), "charts/c of https://h/a at refs/tags/v1");
        assert_eq!(place(spec, &source("{branch: b, commit: '12'}")), "charts/c of https://h/a at 12");
    }

    #[test]
    fn a_source_may_name_a_secret_with_credentials() {
        let source = |more| format!("kind: OCIRepository\nspec: {{url: 'oci://h/a'{more}}}");
        assert_eq!(chart(OCI, &source("")).unwrap().secret, None);
        let secret = chart(OCI, &source(", secretRef: {name: t}")).unwrap().secret;
        assert_eq!(secret.as_deref(), Some("t"));
    }

    #[test]
    fn a_source_that_nothing_makes_is_told() {
        let other = "kind: Bucket\nspec: {}";
        assert_eq!(
            place(OCI, other),
            "HelmRelease n/r: its chart comes from OCIRepository n/s, which nothing makes"
        );
        assert_eq!(place("{}", other), "HelmRelease n/r: it needs exactly one of `chart` and `chartRef`");
    }
}
