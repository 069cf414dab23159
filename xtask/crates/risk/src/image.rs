//! Images of an object that changed.

use flux::diff::{FieldPath, Image, OwnerKey, OwnerKind, Segment, images};
use serde_json::Value;

use crate::changed::{Changed, at, path, text};
use crate::subject::HELM;
use crate::version::Step;

/// A reference to an image, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reference {
    /// Registry and repository; those of Docker Hub in full.
    pub(crate) repository: String,
    /// The tag; empty if there is none.
    pub(crate) tag: String,
    /// The digest; empty if there is none.
    pub(crate) digest: String,
}

/// An image that is not what it was.
#[derive(Debug, Clone)]
pub(crate) struct ImageChange {
    /// Where it is written.
    pub(crate) path: FieldPath,
    /// As it was.
    pub(crate) before: Reference,
    /// As it is.
    pub(crate) after: Reference,
}

/// What is stored in these is of a format that belongs to a major version.
const DATABASES: [&str; 19] = [
    "postgres",
    "postgresql",
    "postgis",
    "pgvector",
    "timescaledb",
    "timescaledb-ha",
    "spilo",
    "mariadb",
    "mariadb-galera",
    "mysql",
    "mysql-server",
    "percona-server",
    "mongo",
    "mongodb",
    "mongodb-community-server",
    "redis",
    "valkey",
    "elasticsearch",
    "clickhouse-server",
];

impl Reference {
    /// Takes a reference apart.
    pub(crate) fn parse(text: &str) -> Self {
        let (rest, digest) = text.split_once('@').unwrap_or((text, ""));
        // A colon in front of a slash is that of a port.
        let (name, tag) = match rest.rsplit_once(':') {
            Some((name, tag)) if !tag.contains('/') => (name, tag),
            _ => (rest, ""),
        };
        let repository = match name.split_once('/') {
            None => format!("docker.io/library/{name}"),
            Some((host, _)) if host.contains(['.', ':']) || host == "localhost" => name.to_owned(),
            Some(_) => format!("docker.io/{name}"),
        };
        let repository = match repository.strip_prefix("docker.io/") {
            Some(name) if !name.contains('/') => format!("docker.io/library/{name}"),
            _ => repository,
        };
        Reference { repository, tag: tag.to_owned(), digest: digest.to_owned() }
    }

    /// The last part of the repository.
    pub(crate) fn name(&self) -> &str {
        self.repository.rsplit('/').next().unwrap_or_default()
    }

    /// Is it a database?
    pub(crate) fn is_database(&self) -> bool {
        is_database(self.name())
    }

    /// Does the tag say no release, and is there no digest?
    pub(crate) fn is_floating(&self) -> bool {
        self.digest.is_empty()
            && matches!(
                self.tag.as_str(),
                "" | "latest" | "stable" | "main" | "master" | "edge" | "nightly" | "develop" | "dev"
            )
    }

    /// Tag, or digest, for people.
    pub(crate) fn version(&self) -> &str {
        match (self.tag.as_str(), self.digest.as_str()) {
            ("", "") => "no tag",
            ("", digest) => digest.get(..19).unwrap_or(digest),
            (tag, _) => tag,
        }
    }
}

impl ImageChange {
    /// From which version to which, where it is the same image.
    pub(crate) fn step(&self) -> Step {
        if self.before.name() == self.after.name() {
            Step::of(&self.before.tag, &self.after.tag)
        } else {
            Step::Unknown
        }
    }

    /// What happens, for people.
    pub(crate) fn told(&self) -> String {
        format!("{} {} → {}", self.after.name(), self.before.version(), self.after.version())
    }
}

/// Is that the name of a database?
pub(crate) fn is_database(name: &str) -> bool {
    DATABASES.contains(&name)
}

/// The images that are not what they were, by place.
pub(crate) fn image_changes(changed: &Changed<'_>) -> Vec<ImageChange> {
    if !changed.stays() {
        return Vec::new();
    }
    let mut before = images(changed.before);
    let mut after = images(changed.after);
    if changed.is(HELM, "HelmRelease") && !is_rendered(changed) {
        for (object, found) in [(changed.before, &mut before), (changed.after, &mut after)] {
            let key = |key: &str| Segment::Key(key.to_owned());
            of_values(at(object, "spec.values"), &mut vec![key("spec"), key("values")], found);
        }
    }
    let pairs = after.into_iter().filter_map(|image| {
        let old = before.iter().find(|old| old.path == image.path)?;
        Some((image.path, old.reference.clone(), image.reference))
    });
    // CloudNativePG calls it otherwise.
    let named = [changed.before, changed.after].map(|object| text(object, "spec.imageName").to_owned());
    let named = Some(named).filter(|named| named.iter().all(|name| !name.is_empty()));
    let named = named.map(|[old, new]| (path("spec.imageName"), old, new));
    pairs
        .chain(named)
        .filter(|(_, old, new)| old != new)
        .map(|(path, old, new)| ImageChange {
            path,
            before: Reference::parse(&old),
            after: Reference::parse(&new),
        })
        .collect()
}

/// Is something known of what the release makes? Then its images are told there.
fn is_rendered(changed: &Changed<'_>) -> bool {
    let object = &changed.change.object;
    let own = OwnerKey::new(OwnerKind::HelmRelease, &object.namespace, &object.name);
    changed.subject.diff.changes.iter().any(|change| change.owner == own)
}

/// Images of values: where a repository and a tag stand together.
fn of_values(values: &Value, path: &mut Vec<Segment>, found: &mut Vec<Image>) {
    let below: Vec<(Segment, &Value)> = match values {
        Value::Object(fields) => {
            // Who forgets the quotes writes a number.
            let tag = match at(values, "tag") {
                Value::Number(number) => number.to_string(),
                other => other.as_str().unwrap_or_default().to_owned(),
            };
            let repository = text(values, "repository");
            if !repository.is_empty() && !tag.is_empty() {
                let registry = text(values, "registry");
                let slash = if registry.is_empty() { "" } else { "/" };
                let place: Vec<Segment> =
                    path.iter().cloned().chain([Segment::Key("tag".to_owned())]).collect();
                let reference = format!("{registry}{slash}{repository}:{tag}");
                found.push(Image { path: FieldPath::new(place), reference });
            }
            fields.iter().map(|(key, value)| (Segment::Key(key.clone()), value)).collect()
        }
        Value::Array(items) => items.iter().enumerate().map(|(n, item)| (Segment::Index(n), item)).collect(),
        _ => return,
    };
    for (segment, value) in below {
        path.push(segment);
        of_values(value, path, found);
        path.pop();
    }
}

#[cfg(test)]
mod tests {
    use super::Reference;

    #[test]
    fn a_reference_is_taken_apart() {
        let parts = |text: &str| {
            let Reference { repository, tag, digest } = Reference::parse(text);
            (repository, tag, digest)
        };
        let owned = |a: &str, b: &str, c: &str| (a.to_owned(), b.to_owned(), c.to_owned());
        assert_eq!(parts("nginx"), owned("docker.io/library/nginx", "", ""));
        assert_eq!(parts("docker.io/nginx:1"), owned("docker.io/library/nginx", "1", ""));
        assert_eq!(parts("grafana/loki:3.7.6"), owned("docker.io/grafana/loki", "3.7.6", ""));
        assert_eq!(parts("r.example.org:5000/a@sha256:0"), owned("r.example.org:5000/a", "", "sha256:0"));
        assert_eq!(parts("r.example.org:5000/a:2@sha256:0"), owned("r.example.org:5000/a", "2", "sha256:0"));
    }
}
