use std::collections::BTreeMap;

use fleet::component::{Crd, Scope};

use super::{Check, Proof, contract};
use crate::rule::Found;
use crate::subject::{Object, text};

pub(super) const CHECK: Check = Check {
    code: "verify/definitions",
    says: "The custom resources and storage classes of a release are those of `component.yaml`: stand-ins are made of that.",
    is_of_all: false,
    check,
};

fn check(proof: &Proof<'_>, found: &mut Found) {
    for (name, component) in proof.components() {
        for (release, says) in &component.contract.releases {
            let Some(chart) = proof.chart(&says.namespace, release) else { continue };
            let mut differ = |wanted: BTreeMap<String, String>, there: BTreeMap<String, String>| {
                for (title, form) in &wanted {
                    let message = match there.get(title) {
                        Some(other) if other != form => {
                            format!(
                                "release {release}: {title} is {form} in `component.yaml`, and {other} in its chart"
                            )
                        }
                        Some(_) => continue,
                        None => format!("release {release}: its chart has no {title}"),
                    };
                    found.at(contract(name, component), message, "correct `component.yaml`");
                }
                for title in there.keys().filter(|title| !wanted.contains_key(*title)) {
                    let message = format!(
                        "release {release}: its chart has {title}, which `component.yaml` does not name"
                    );
                    found.at(contract(name, component), message, "add it to the release");
                }
            };
            let all: Vec<Object<'_>> = chart.all().collect();
            differ(
                says.crds.iter().map(written).collect(),
                all.iter()
                    .filter(|o| o.is("apiextensions.k8s.io", "CustomResourceDefinition"))
                    .map(defined)
                    .collect(),
            );
            let class = |name: &str, provisioner: &str, is_default: bool| {
                let default = if is_default { ", default" } else { "" };
                (format!("storage class `{name}`"), format!("of {provisioner}{default}"))
            };
            let is_default = |o: &Object<'_>| {
                o.text(&["metadata", "annotations", "storageclass.kubernetes.io/is-default-class"]) == "true"
            };
            differ(
                says.storage_classes.iter().map(|c| class(&c.name, &c.provisioner, c.default)).collect(),
                all.iter()
                    .filter(|o| o.is("storage.k8s.io", "StorageClass"))
                    .map(|o| class(&o.key().name, o.text(&["provisioner"]), is_default(o)))
                    .collect(),
            );
        }
    }
}

/// What people call a definition, and what of it has to be as it is written.
fn written(crd: &Crd) -> (String, String) {
    let scope = match crd.scope {
        Scope::Namespaced => "Namespaced",
        Scope::Cluster => "Cluster",
    };
    let mut versions = crd.versions.clone();
    versions.sort();
    (title(&crd.group, &crd.kind, &crd.plural), form(scope, &versions, crd.status))
}

fn defined(object: &Object<'_>) -> (String, String) {
    let spec = |path: &[&str]| object.text(&[&["spec"], path].concat());
    let served: Vec<_> =
        object.items(&["spec", "versions"]).iter().filter(|v| text(v, &["served"]) == "true").collect();
    let mut versions: Vec<String> = served.iter().map(|v| text(v, &["name"]).to_owned()).collect();
    versions.sort();
    // Empty means that there is one, and no schema of it.
    let has_status = served.iter().any(|v| v.get("subresources").is_some_and(|s| s.get("status").is_some()));
    (
        title(spec(&["group"]), spec(&["names", "kind"]), spec(&["names", "plural"])),
        form(spec(&["scope"]), &versions, has_status),
    )
}

fn title(group: &str, kind: &str, plural: &str) -> String {
    format!("definition {plural}.{group} ({kind})")
}

fn form(scope: &str, versions: &[String], has_status: bool) -> String {
    let status = if has_status { "with" } else { "without" };
    format!("{scope} in {} {status} status", versions.join(", "))
}

#[cfg(test)]
mod tests {
    use crate::proof::tests::Example;

    fn of(contract: &str, chart: &str) -> Vec<String> {
        let contract = format!("releases: {{blog: {{namespace: oas-apps, {contract}}}}}\n");
        Example { contract: &contract, chart, ..Example::default() }.found("verify/definitions")
    }

    const CHART: &str = "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: things.example.org}\nspec: \
                         {group: example.org, scope: Namespaced, names: {kind: Thing, plural: things}, versions: [{name: v1, served: \
                         true, subresources: {status: {}}}, {name: v0, served: false}]}\n---\napiVersion: storage.k8s.io/v1\nkind: \
                         StorageClass\nmetadata: {name: local, annotations: {storageclass.kubernetes.io/is-default-class: \
                         'true'}}\nprovisioner: example.org/local\n";

    #[test]
    fn what_the_chart_defines_is_what_is_written() {
        let class = "storageClasses: [{name: local, provisioner: example.org/local, default: true}]";
        let thing = "{group: example.org, versions: [v1], kind: Thing, plural: things, scope: Namespaced}";
        assert_eq!(of(&format!("crds: [{thing}], {class}"), CHART), [""; 0]);
        let other = "{group: example.org, versions: [v2], kind: Thing, plural: things, scope: Namespaced}";
        assert_eq!(
            of(&format!("crds: [{other}]"), CHART),
            [
                "release blog: definition things.example.org (Thing) is Namespaced in v2 with status in `component.yaml`, and Namespaced \
                 in v1 with status in its chart",
                "release blog: its chart has storage class `local`, which `component.yaml` does not name"
            ]
        );
    }
}
