use flux::object::ObjectKey;
use yamltree::diagnostic::Severity;

use super::ingress_tls::is_ingress;
use crate::rule::{Check, Found, Rule};
use crate::subject::{Subject, at};

pub(super) const RULE: Rule = Rule {
    code: "ingress/certificate",
    severity: Severity::Error,
    says: "An Ingress takes its certificate from a Secret that nobody makes.",
    why: "The controller serves a certificate that nobody trusts instead, and every browser warns of it.",
    failing: ingress!("", "tls: [{hosts: [www.example.org], secretName: www}]"),
    fixed: concat!(
        ingress!("", "tls: [{hosts: [www.example.org], secretName: www}]"),
        "---\napiVersion: cert-manager.io/v1\nkind: Certificate\nmetadata: {name: www, namespace: default}\nspec: {secretName: www, \
         dnsNames: [www.example.org], issuerRef: {name: own}}\n"
    ),
    check: Check::Repository(check),
};

fn check(subject: &Subject<'_>, found: &mut Found) {
    for object in subject.objects().filter(is_ingress) {
        for secret in object.items(&["spec", "tls"]).iter().filter_map(|entry| at(entry, &["secretName"])) {
            let key = ObjectKey::new("Secret", &object.key().namespace, secret.value_text());
            if !key.name.is_empty() && subject.made().lacks("", &key) {
                let message = format!("{}: its certificate is in {key}, which nobody makes", object.title());
                let help = "annotate it with `cert-manager.io/cluster-issuer`, make a Certificate, or correct the name";
                found.at(object.place(secret), message, help);
            }
        }
    }
}
