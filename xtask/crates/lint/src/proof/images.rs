use std::collections::BTreeSet;

use kustomize_rs::yaml::node::{Node, Value};

use super::{Check, Proof, texts};
use crate::rule::Found;
use crate::subject::{Object, items, text};

pub(super) const CHECK: Check = Check {
    code: "verify/images",
    says: "Every image has a registry and an exact tag or a digest, also where it is an argument or a field of a custom resource.",
    is_of_all: false,
    check,
};

fn check(proof: &Proof<'_>, found: &mut Found) {
    for object in proof.subject.objects().filter(|object| !object.is_test()) {
        for image in images(&object) {
            if !is_exact(&image) {
                let message = format!("{}: image `{image}` is not exact", object.title());
                found.at(
                    object.place(object.node),
                    message,
                    "set the tag of one release, or a digest, in the values",
                );
            }
            let first = image.split_once('/').map_or("", |(first, _)| first);
            if !first.contains(['.', ':']) {
                let message = format!("{}: image `{image}` names no registry", object.title());
                found.at(
                    object.place(object.node),
                    message,
                    "set the registry in the values, such as docker.io",
                );
            }
        }
    }
}

/// Every image that comes with the object: of its pods, of pods that an operator makes, of pods that a program writes.
pub fn images(object: &Object<'_>) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    match object.kind() {
        "CustomResourceDefinition" | "Secret" => {}
        "ConfigMap" => all.extend(
            texts::of(object).iter().filter(|text| text.contains("kind: Pod")).flat_map(|t| of_text(t)),
        ),
        _ => gather(object.node, &mut all),
    }
    // The tag of a plan's image is the version that it leads to.
    let version = object.text(&["spec", "version"]).replace('+', "-");
    if object.is("upgrade.cattle.io", "Plan") && !version.is_empty() {
        let has_tag = |image: &str| image.rsplit('/').next().is_some_and(|last| last.contains([':', '@']));
        all = all.into_iter().map(|i| if has_tag(&i) { i } else { format!("{i}:{version}") }).collect();
    }
    for (_, container) in object.containers() {
        let arguments = ["command", "args"].into_iter().flat_map(|field| items(container, &[field]));
        let values =
            arguments.filter_map(|argument| argument.value_text().split_once('=')).map(|(_, value)| value);
        all.extend(values.filter(|value| is_image(value)).map(str::to_owned));
        for variable in items(container, &["env"]) {
            let (name, value) = (text(variable, &["name"]), text(variable, &["value"]));
            if (name.ends_with("IMAGE") || name.ends_with("IMAGE_NAME")) && is_image(value) {
                all.insert(value.to_owned());
            }
        }
    }
    all
}

fn gather(node: &Node, all: &mut BTreeSet<String>) {
    match &node.value {
        Value::Scalar(_) => {}
        Value::Seq(items) => items.iter().for_each(|item| gather(item, all)),
        Value::Map(fields) => {
            for field in fields {
                match (&field.value.value, field.key.as_str()) {
                    (Value::Scalar(scalar), "image" | "imageName") if !scalar.text.is_empty() => {
                        all.insert(scalar.text.to_string());
                    }
                    _ => gather(&field.value, all),
                }
            }
        }
    }
}

/// Images of a pod that is written down in a text.
fn of_text(text: &str) -> impl Iterator<Item = String> {
    let images = text.lines().filter_map(|line| line.trim().trim_start_matches("- ").strip_prefix("image:"));
    images.map(|image| image.trim().trim_matches(['"', '\'']).to_owned())
}

/// Is it an image with its registry, and no path or address?
fn is_image(value: &str) -> bool {
    let Some((registry, rest)) = value.split_once('/') else { return false };
    registry.contains('.')
        && !value.contains("://")
        && !value.contains([' ', ',', '='])
        && rest.contains([':', '@'])
}

/// A digest, or a tag with the version of a release or a long number in it.
fn is_exact(image: &str) -> bool {
    if image.contains("@sha256:") {
        return true;
    }
    let last = image.rsplit('/').next().unwrap_or_default();
    let tag = last.split_once(':').map_or("", |(_, tag)| tag);
    let bytes = tag.as_bytes();
    let is_version = bytes.windows(3).any(|w| w[0].is_ascii_digit() && w[1] == b'.' && w[2].is_ascii_digit());
    is_version || tag.split(|c: char| !c.is_ascii_hexdigit()).any(|part| part.len() >= 7)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proof::tests::{Example, deployment};

    fn of(chart: &str) -> Vec<String> {
        Example { chart, ..Example::default() }.found("verify/images")
    }

    #[test]
    fn an_exact_image_with_its_registry_is_fine() {
        assert_eq!(of(&deployment("blog", "")), [""; 0]);
        for image in ["docker.io/a:1.2", "ghcr.io/a/b:v1.2.3-alpine", "a.b/c@sha256:00", "a.b/c:main-0123abc"]
        {
            assert!(is_exact(image), "{image}");
        }
        for image in ["a", "a.b/c:1", "a.b/c:latest", "a.b:5000/c"] {
            assert!(!is_exact(image), "{image}");
        }
    }

    #[test]
    fn images_of_arguments_resources_and_texts_are_looked_at() {
        let title = "of HelmRelease oas-apps/blog: image";
        assert_eq!(
            of(&deployment(
                "blog",
                "args: ['--helper-image=quay.io/a/b:latest', '--url=https://a.b/c:d', '--root=/a.b/c:d']"
            )),
            [format!("Deployment oas-apps/blog {title} `quay.io/a/b:latest` is not exact")]
        );
        let database = "apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata: {name: a}\nspec: {imageName: postgres:17}\n";
        assert_eq!(
            of(database),
            [
                format!("Cluster oas-apps/a {title} `postgres:17` is not exact"),
                format!("Cluster oas-apps/a {title} `postgres:17` names no registry")
            ]
        );
        let plan = |more: &str| {
            format!(
                "apiVersion: upgrade.cattle.io/v1\nkind: Plan\nmetadata: {{name: a}}\nspec: {{upgrade: {{image: docker.io/rancher/k3s-upgrade}}{more}}}\n"
            )
        };
        assert_eq!(of(&plan(", version: v1.36.3+k3s1")), [""; 0]);
        assert_eq!(
            of(&plan("")),
            [format!("Plan oas-apps/a {title} `docker.io/rancher/k3s-upgrade` is not exact")]
        );
        let text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  a.yaml: |\n    kind: Pod\n    spec:\n      \
                    containers:\n      - image: docker.io/a\n";
        assert_eq!(of(text), [format!("ConfigMap oas-apps/a {title} `docker.io/a` is not exact")]);
    }
}
