use std::collections::BTreeSet;

use super::hosts::hosts;
use super::{Check, Proof, contract, texts};
use crate::rule::Found;

pub(super) const CHECK: Check = Check {
    code: "verify/redirects",
    says: "Whoever logs in is only sent back to a host that an Ingress answers; the addresses of `component.yaml` are allowed by an object.",
    is_of_all: true,
    check,
};

fn check(proof: &Proof<'_>, found: &mut Found) {
    let answered: BTreeSet<String> = proof.subject.objects().flat_map(|object| hosts(&object)).collect();
    written(proof, &answered, found);
    for object in proof.subject.objects().filter(|object| object.kind() != "CustomResourceDefinition") {
        let all: BTreeSet<String> = texts::of(&object).iter().flat_map(|text| redirects(text)).collect();
        for host in all.into_iter().filter(|host| !answered.contains(host)) {
            let message =
                format!("{}: a login leads back to `{host}`, which nothing answers", object.title());
            found.at(object.place(object.node), message, "correct the address, or the host of the Ingress");
        }
    }
}

/// The addresses of `oidc.redirects` in the contracts.
fn written(proof: &Proof<'_>, answered: &BTreeSet<String>, found: &mut Found) {
    for (name, component) in proof.components() {
        let Some(oidc) = &component.contract.oidc else { continue };
        let all: Vec<String> = proof.objects_of(name).flat_map(|object| texts::of(&object)).collect();
        for redirect in &oidc.redirects {
            let host = proof.cluster.host(&redirect.host);
            let address = format!("https://{host}{}", redirect.path);
            if !answered.contains(&host) {
                let message =
                    format!("component `{name}`: a login leads back to `{host}`, which nothing answers");
                found.at(contract(name, component), message, "correct `host` in `oidc.redirects`");
            }
            if !all.iter().any(|text| text.contains(&address)) {
                let message =
                    format!("component `{name}`: no object of it allows a login to lead back to {address}");
                found.at(contract(name, component), message, "correct `oidc.redirects`, or the blueprint");
            }
        }
    }
}

/// The hosts of the addresses behind a key that names redirects: on its line, and on the lines that are deeper.
fn redirects(text: &str) -> Vec<String> {
    let mut all = Vec::new();
    let depth = |line: &str| line.len() - line.trim_start().len();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        let lower = line.to_ascii_lowercase();
        let Some(at) = lower.find("redirect_uri").or_else(|| lower.find("redirecturi")) else { continue };
        // In JSON much else is on the same line.
        let rest = line.get(at..).unwrap_or_default();
        all.extend(addresses(rest.split(']').next().unwrap_or(rest)));
        let own = depth(line);
        while let Some(next) = lines.peek() {
            let is_inside = next.trim().is_empty()
                || depth(next) > own
                || (depth(next) == own && next.trim_start().starts_with("- "));
            if !is_inside || !line.trim_end().ends_with([':', '[', '|', '>']) {
                break;
            }
            all.extend(addresses(next));
            lines.next();
        }
    }
    all
}

fn addresses(text: &str) -> impl Iterator<Item = String> {
    let behind = text.split("://").skip(1);
    let is_of_host = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '\\');
    // Patterns have their dots escaped.
    let hosts =
        behind.map(move |rest| rest[..rest.find(|c| !is_of_host(c)).unwrap_or(rest.len())].replace('\\', ""));
    hosts.filter(|host| !host.is_empty())
}

#[cfg(test)]
mod tests {
    use super::redirects;
    use crate::proof::tests::{Example, ingress};

    const BLUEPRINT: &str = "entries:\n  - attrs:\n      client_id: blog\n      redirect_uris:\n        - matching_mode: strict\n          \
                             url: https://blog.example.org/callback\n        - matching_mode: regex\n          url: \
                             https://news\\.example\\.org/.*\n      launch_url: https://other.example.org/\n";

    #[test]
    fn only_addresses_that_lead_back_are_looked_at() {
        assert_eq!(redirects(BLUEPRINT), ["blog.example.org", "news.example.org"]);
        assert_eq!(redirects("{\"redirect_uris\": [\"https://a.b/c\"], \"home\": \"https://d.e\"}"), ["a.b"]);
        assert_eq!(redirects("redirect_uri = https://a.b:8443/c\nhome = https://d.e\n"), ["a.b"]);
        assert_eq!(redirects("redirectURIs:\n- https://a.b/c\nissuer: https://d.e\n"), ["a.b"]);
    }

    #[test]
    fn a_login_that_leads_nowhere_is_told() {
        let blueprint: String = BLUEPRINT.lines().map(|line| format!("    {line}\n")).collect();
        let app = format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: blueprint}}\ndata:\n  blog.yaml: |\n{blueprint}"
        );
        let found = Example { app: &app, chart: &ingress("blog.example.org"), ..Example::default() }
            .found("verify/redirects");
        assert_eq!(
            found,
            ["ConfigMap oas-apps/blueprint: a login leads back to `news.example.org`, which nothing answers"]
        );
    }

    #[test]
    fn the_addresses_of_the_contract_are_those_of_the_objects() {
        let app = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {a: 'redirect_uri: https://blog.example.org/back'}\n";
        let of = |redirect: &str| {
            let contract = format!(
                "hosts: [blog, news]\nsecrets: [{{name: blog_oidc}}]\noidc: {{client: blog, secret: blog_oidc, redirects: \
                 [{{{redirect}}}]}}\n"
            );
            Example { contract: &contract, app, chart: &ingress("blog.example.org"), ..Example::default() }
                .found("verify/redirects")
        };
        assert_eq!(of("host: blog, path: /back"), [""; 0]);
        assert_eq!(
            of("host: news, path: /back"),
            [
                "component `blog`: a login leads back to `news.example.org`, which nothing answers",
                "component `blog`: no object of it allows a login to lead back to https://news.example.org/back"
            ]
        );
    }
}
