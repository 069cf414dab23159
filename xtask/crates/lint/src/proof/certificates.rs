use std::collections::BTreeSet;

use kustomize_rs::yaml::node::Node;

use super::{Check, Proof, contract};
use crate::rule::Found;
use crate::rules::is_ingress;
use crate::subject::{Object, items, text};

pub(super) const CHECK: Check = Check {
    code: "verify/certificates",
    says: "The certificates of the cluster's domain are in the Secrets that `component.yaml` names, for the hosts that it names.",
    is_of_all: false,
    check,
};

/// Namespace and name of the Secret, and the hosts.
type Asked = (String, String, BTreeSet<String>);

fn check(proof: &Proof<'_>, found: &mut Found) {
    let domain = proof.cluster.domain();
    let is_own = |host: &String| host == domain || host.ends_with(&format!(".{domain}"));
    for (name, component) in proof.components() {
        let all: Vec<(Object<'_>, Asked)> =
            proof.objects_of(name).flat_map(|o| asked(&o).into_iter().map(move |asked| (o, asked))).collect();
        for says in &component.contract.certificates {
            let wanted: BTreeSet<String> = says.hosts.iter().map(|label| proof.cluster.host(label)).collect();
            let of = |(_, (namespace, secret, _)): &&(Object<'_>, Asked)| {
                *namespace == says.namespace && *secret == says.secret
            };
            let hosts: BTreeSet<String> =
                all.iter().filter(of).flat_map(|(_, (.., hosts))| hosts.iter().cloned()).collect();
            if hosts != wanted {
                let shown = |hosts: &BTreeSet<String>| match hosts.len() {
                    0 => "nothing".to_owned(),
                    _ => hosts.iter().cloned().collect::<Vec<_>>().join(", "),
                };
                let message = format!(
                    "component `{name}`: the certificate in Secret {}/{} is to be for {}, and is asked for {}",
                    says.namespace,
                    says.secret,
                    shown(&wanted),
                    shown(&hosts)
                );
                found.at(
                    contract(name, component),
                    message,
                    "correct `certificates`, or `tls` in the values",
                );
            }
        }
        for (object, (namespace, secret, hosts)) in &all {
            let is_named = component
                .contract
                .certificates
                .iter()
                .any(|c| c.namespace == *namespace && c.secret == *secret);
            if !is_named && hosts.iter().any(is_own) {
                let message = format!(
                    "{}: its certificate is in Secret `{secret}`, which `component.yaml` does not name",
                    object.title()
                );
                found.at(object.place(object.node), message, "add it to `certificates`");
            }
        }
    }
}

fn asked(object: &Object<'_>) -> Vec<Asked> {
    let namespace = object.key().namespace;
    let hosts = |list: &[Node]| list.iter().map(|host| host.value_text().to_owned()).collect();
    if is_ingress(object) {
        let entries = object.items(&["spec", "tls"]).iter();
        let of = |entry: &Node| {
            (namespace.clone(), text(entry, &["secretName"]).to_owned(), hosts(items(entry, &["hosts"])))
        };
        return entries.map(of).collect();
    }
    if object.is("cert-manager.io", "Certificate") {
        let secret = object.text(&["spec", "secretName"]).to_owned();
        return vec![(namespace, secret, hosts(object.items(&["spec", "dnsNames"])))];
    }
    Vec::new()
}

#[cfg(test)]
mod tests {
    use crate::proof::tests::{Example, ingress};

    fn of(contract: &str, host: &str) -> Vec<String> {
        Example { contract, chart: &ingress(host), ..Example::default() }.found("verify/certificates")
    }

    const CONTRACT: &str =
        "hosts: [blog]\ncertificates: [{secret: blog-tls, namespace: oas-apps, hosts: [blog]}]\n";

    #[test]
    fn a_certificate_is_for_its_hosts_in_its_secret() {
        assert_eq!(of(CONTRACT, "blog.example.org"), [""; 0]);
        assert_eq!(
            of(CONTRACT, "news.example.org"),
            [
                "component `blog`: the certificate in Secret oas-apps/blog-tls is to be for blog.example.org, and is asked for news.example.org"
            ]
        );
    }

    #[test]
    fn one_that_nobody_names_is_told_and_one_of_another_domain_is_not() {
        let title = "Ingress oas-apps/blog of HelmRelease oas-apps/blog";
        assert_eq!(
            of("hosts: [blog]\n", "blog.example.org"),
            [format!(
                "{title}: its certificate is in Secret `blog-tls`, which `component.yaml` does not name"
            )]
        );
        assert_eq!(of("hosts: [blog]\n", "blog.other.example"), [""; 0]);
    }
}
