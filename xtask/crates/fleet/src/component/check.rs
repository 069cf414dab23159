//! What a contract must hold beyond its types.

use std::collections::BTreeSet;

use yamltree::diagnostic::Diagnostic;
use yamltree::nearest;
use yamltree::node::{Node, Step};

use super::{Contract, OidcClient, Redirect};
use crate::domain::check_label;
use crate::flux_env;

/// Adds a finding for every host, version, name and length that cannot be meant.
pub(super) fn check(file: &str, node: &Node, contract: &Contract, diagnostics: &mut Vec<Diagnostic>) {
    Checker { file, node, contract, diagnostics }.run();
}

struct Checker<'a> {
    file: &'a str,
    node: &'a Node,
    contract: &'a Contract,
    diagnostics: &'a mut Vec<Diagnostic>,
}

impl Checker<'_> {
    fn run(&mut self) {
        let contract = self.contract;
        for (i, host) in contract.hosts.iter().enumerate() {
            let route = ["hosts".into(), i.into()];
            if let Some(fault) = (host != "@").then(|| check_label(host).err()).flatten() {
                let found = self.error("component/host", &route, format!("host `{host}` {fault}"));
                found.help =
                    Some("give the label before the domain, or `@` for the domain itself".to_owned());
            }
            if contract.hosts[..i].contains(host) {
                self.error("component/host", &route, format!("host `{host}` is listed twice"));
            }
        }
        for (i, certificate) in contract.certificates.iter().enumerate() {
            self.known_hosts(&["certificates".into(), i.into(), "hosts".into()], &certificate.hosts);
        }
        for (name, release) in &contract.releases {
            self.known_hosts(&["releases".into(), name.into(), "hosts".into()], &release.hosts);
            for (i, crd) in release.crds.iter().enumerate().filter(|(_, crd)| crd.versions.is_empty()) {
                let route = ["releases".into(), name.into(), "crds".into(), i.into(), "versions".into()];
                self.error("component/crd", &route, format!("`{}` has no version", crd.kind));
            }
        }
        let mut names = BTreeSet::new();
        for (i, variable) in contract.variables.iter().enumerate() {
            self.variable_name(&mut names, &["variables".into(), i.into(), "name".into()], &variable.name);
        }
        for (i, secret) in contract.secrets.iter().enumerate() {
            self.variable_name(&mut names, &["secrets".into(), i.into(), "name".into()], &secret.name);
            if !(12..=128).contains(&secret.length) {
                let route = ["secrets".into(), i.into(), "length".into()];
                self.error("component/length", &route, "the length must be 12 to 128".to_owned());
            }
        }
        if let Some(oidc) = &contract.oidc {
            self.oidc(oidc);
        }
    }

    fn oidc(&mut self, oidc: &OidcClient) {
        let secrets = self.contract.secrets.iter().map(|secret| secret.name.as_str());
        if !secrets.clone().any(|secret| secret == oidc.secret) {
            let help = nearest::suggestion(&oidc.secret, secrets);
            let message = format!("secret `{}` is not in `secrets` of the component", oidc.secret);
            self.error("component/secret", &["oidc".into(), "secret".into()], message).help = help;
        }
        for (i, Redirect { host, path }) in oidc.redirects.iter().enumerate() {
            let of = |field: &str| ["oidc".into(), "redirects".into(), i.into(), field.into()];
            self.known_host(&of("host"), host);
            if !path.starts_with('/') {
                let found = self.error(
                    "component/redirect",
                    &of("path"),
                    format!("path `{path}` does not begin with `/`"),
                );
                found.help = Some("write what is behind the host, from `/` on".to_owned());
            }
        }
    }

    fn known_hosts(&mut self, route: &[Step], hosts: &[String]) {
        for (i, host) in hosts.iter().enumerate() {
            self.known_host(&[route, &[i.into()]].concat(), host);
        }
    }

    fn known_host(&mut self, route: &[Step], host: &str) {
        let hosts = self.contract.hosts.iter().map(String::as_str);
        if !hosts.clone().any(|known| known == host) {
            let help = nearest::suggestion(host, hosts);
            let message = format!("host `{host}` is not in `hosts` of the component");
            self.error("component/host", route, message).help = help;
        }
    }

    fn variable_name<'n>(&mut self, names: &mut BTreeSet<&'n str>, route: &[Step], name: &'n str) {
        if !flux_env::is_name(name) {
            let found =
                self.error("component/variable", route, format!("Flux accepts no variable named `{name}`"));
            found.help = Some("use letters, digits and `_`, with no digit first".to_owned());
        }
        if !names.insert(name) {
            self.error("component/variable", route, format!("variable `{name}` is here twice"));
        }
    }

    fn error(&mut self, code: &'static str, route: &[Step], message: String) -> &mut Diagnostic {
        let place = self.node.place_of(self.file, route);
        self.diagnostics.push(Diagnostic::error(code, place, message));
        let last = self.diagnostics.len() - 1;
        &mut self.diagnostics[last]
    }
}
