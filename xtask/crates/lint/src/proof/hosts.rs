use std::collections::BTreeSet;

use super::{Check, Proof, contract};
use crate::rule::Found;
use crate::rules::is_ingress;
use crate::subject::{Object, text};

pub(super) const CHECK: Check = Check {
    code: "verify/hosts",
    says: "Each host of `component.yaml` is answered by the release that names it, and no other host is.",
    is_of_all: false,
    check,
};

fn check(proof: &Proof<'_>, found: &mut Found) {
    for (name, component) in proof.components() {
        let says = &component.contract;
        let own: Vec<String> = says.hosts.iter().map(|label| proof.cluster.host(label)).collect();
        let answered: BTreeSet<String> = proof.objects_of(name).flat_map(|object| hosts(&object)).collect();
        for host in own.iter().filter(|host| !answered.contains(*host)) {
            let message = format!("component `{name}`: nothing answers `{host}`");
            found.at(
                contract(name, component),
                message,
                "give it an Ingress, or take the host out of `hosts`",
            );
        }
        for (release, of) in &says.releases {
            let Some(chart) = proof.chart(&of.namespace, release) else { continue };
            let there: BTreeSet<String> = chart.all().flat_map(|object| hosts(&object)).collect();
            let wanted: BTreeSet<String> = of.hosts.iter().map(|label| proof.cluster.host(label)).collect();
            for host in wanted.difference(&there).filter(|host| answered.contains(*host)) {
                let message = format!("release {release} does not answer `{host}`");
                found.at(contract(name, component), message, "correct `hosts` of the release, or its values");
            }
            for host in there.difference(&wanted).filter(|host| own.contains(host)) {
                let message = format!("release {release} answers `{host}`, which its `hosts` do not name");
                found.at(contract(name, component), message, "add it to `hosts` of the release");
            }
        }
        for object in proof.objects_of(name) {
            for host in hosts(&object).into_iter().filter(|host| !own.contains(host)) {
                let message =
                    format!("{}: it answers `{host}`, which `component.yaml` does not name", object.title());
                found.at(
                    object.place(object.node),
                    message,
                    "add the host to `hosts`, or correct the values",
                );
            }
        }
    }
}

/// The names under which somebody outside reaches what the object leads to.
pub(super) fn hosts(object: &Object<'_>) -> Vec<String> {
    if is_ingress(object) {
        let rules = object.items(&["spec", "rules"]).iter().map(|rule| text(rule, &["host"]));
        return rules.filter(|host| !host.is_empty()).map(str::to_owned).collect();
    }
    if object.group() == "gateway.networking.k8s.io" && object.kind().ends_with("Route") {
        return object
            .items(&["spec", "hostnames"])
            .iter()
            .map(|host| host.value_text().to_owned())
            .collect();
    }
    if object.is("traefik.io", "IngressRoute") {
        let routes = object.items(&["spec", "routes"]).iter().map(|route| text(route, &["match"]));
        return routes.flat_map(of_match).collect();
    }
    Vec::new()
}

/// The hosts in a rule such as ``Host(`a`) && PathPrefix(`/b`)``.
fn of_match(rule: &str) -> Vec<String> {
    let inside = rule.split("Host(").skip(1).filter_map(|rest| rest.split_once(')'));
    inside
        .flat_map(|(list, _)| list.split(','))
        .map(|host| host.trim().trim_matches(['`', '"', '\'']).to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::of_match;
    use crate::proof::tests::{Example, ingress};

    fn of(contract: &str, chart: &str) -> Vec<String> {
        Example { contract, chart, ..Example::default() }.found("verify/hosts")
    }

    const CONTRACT: &str = "hosts: [blog]\nreleases: {blog: {namespace: oas-apps, hosts: [blog]}}\n";

    #[test]
    fn a_host_is_answered_under_the_cluster_s_domain() {
        assert_eq!(of(CONTRACT, &ingress("blog.example.org")), [""; 0]);
        assert_eq!(
            of(
                "hosts: ['@']\nreleases: {blog: {namespace: oas-apps, hosts: ['@']}}\n",
                &ingress("example.org")
            ),
            [""; 0]
        );
    }

    #[test]
    fn a_host_that_nothing_answers_and_one_that_nobody_names_are_told() {
        assert_eq!(
            of(CONTRACT, &ingress("news.example.org")),
            [
                "Ingress oas-apps/blog of HelmRelease oas-apps/blog: it answers `news.example.org`, which `component.yaml` does not name",
                "component `blog`: nothing answers `blog.example.org`"
            ]
        );
    }

    #[test]
    fn a_host_belongs_to_the_release_that_answers_it() {
        assert_eq!(
            of("hosts: [blog]\nreleases: {blog: {namespace: oas-apps}}\n", &ingress("blog.example.org")),
            ["release blog answers `blog.example.org`, which its `hosts` do not name"]
        );
    }

    #[test]
    fn hosts_of_traefik_s_rules_are_read() {
        assert_eq!(of_match("Host(`a.b`, `c.d`) && PathPrefix(`/e`) || Host(`f`)"), ["a.b", "c.d", "f"]);
        assert_eq!(of_match("PathPrefix(`/e`)"), [""; 0]);
    }
}
