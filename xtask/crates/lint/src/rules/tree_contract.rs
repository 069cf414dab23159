use std::collections::BTreeSet;

use flux::object::ObjectKey;
use yamltree::diagnostic::{Place, Severity};

use super::ingress_tls::is_ingress;
use crate::platform::text;
use crate::rule::{Check, Found, Rule};
use crate::subject::{Subject, at};

pub(super) const RULE: Rule = Rule {
    code: "tree/contract",
    severity: Severity::Error,
    says: "A component's contract and its files name different releases or certificates.",
    why: "What the contract does not name is not waited for, tested or shown, and what it names and is not there is waited for in vain.",
    failing: component!(
        r#"releases: {blog: {namespace: oas-apps}}
#- flux2/apps/blog/app/release.yaml
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: blogs, namespace: oas-apps}
spec:
  interval: 30m
"#
    ),
    fixed: component!(
        r#"releases: {blog: {namespace: oas-apps}}
#- flux2/apps/blog/app/release.yaml
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: blog, namespace: oas-apps}
spec:
  interval: 30m
"#
    ),
    check: Check::Repository(check),
};

fn check(subject: &Subject<'_>, found: &mut Found) {
    let Some(platform) = subject.platform() else { return };
    let mut written: BTreeSet<(&str, &str)> = BTreeSet::new();
    for (file, node) in platform.objects("HelmRelease") {
        let (component, name) = (file.component(), text(node, &["metadata", "name"]));
        written.insert((component, name));
        let contract = platform.catalogue.components.get(component).map(|component| &component.contract);
        let Some(contract) = contract else { continue };
        match contract.releases.get(name) {
            None => {
                let message = format!("HelmRelease `{name}`: the contract of `{component}` does not name it");
                found.at(file.place(node), message, "add it to `releases` in `component.yaml`");
            }
            Some(release) if release.namespace != text(node, &["metadata", "namespace"]) => {
                let message =
                    format!("HelmRelease `{name}`: its contract says that it is in `{}`", release.namespace);
                found.at(file.place(node), message, "correct the namespace in one of the two");
            }
            Some(_) => {}
        }
    }
    for (name, component) in &platform.catalogue.components {
        for release in
            component.contract.releases.keys().filter(|release| !written.contains(&(name, release)))
        {
            let place = Place::at(format!("flux2/{}/{name}/component.yaml", component.tier.folder()), 1, 1);
            let message = format!("component `{name}`: there is no HelmRelease `{release}`");
            found.at(place, message, "remove it from `releases`, or correct the name");
        }
    }
    let certificates =
        platform.catalogue.components.values().flat_map(|component| &component.contract.certificates);
    let certificates: BTreeSet<(&str, &str)> = certificates
        .map(|certificate| (certificate.namespace.as_str(), certificate.secret.as_str()))
        .collect();
    for object in subject.objects().filter(is_ingress) {
        let ObjectKey { namespace, .. } = object.key();
        for secret in object.items(&["spec", "tls"]).iter().filter_map(|entry| at(entry, &["secretName"])) {
            let name = secret.value_text();
            if !certificates.contains(&(namespace.as_str(), name)) {
                let message = format!("{}: no contract names its certificate `{name}`", object.title());
                found.at(object.place(secret), message, "add it to `certificates` in `component.yaml`");
            }
        }
    }
}
