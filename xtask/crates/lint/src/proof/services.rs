use std::collections::BTreeSet;

use flux::object::ObjectKey;

use super::{Check, Proof, contract, texts};
use crate::rule::Found;

pub(super) const CHECK: Check = Check {
    code: "verify/services",
    says: "The Services of `component.yaml` are there, and so is every Service whose name (`NAME.NAMESPACE.svc`) stands in some setting.",
    is_of_all: true,
    check,
};

fn check(proof: &Proof<'_>, found: &mut Found) {
    for (name, component) in proof.components() {
        for (release, says) in &component.contract.releases {
            let Some(chart) = proof.chart(&says.namespace, release) else { continue };
            let there: BTreeSet<String> = chart
                .all()
                .filter(|object| object.is("", "Service"))
                .map(|object| object.key().name)
                .collect();
            for service in says.services.iter().filter(|service| !there.contains(*service)) {
                let message = format!("release {release} has no Service `{service}`");
                found.at(
                    contract(name, component),
                    message,
                    "correct it in `services`, or in the values of the release",
                );
            }
        }
    }
    // Those of the server's own namespaces are nobody's here.
    let own: BTreeSet<String> =
        proof.subject.objects().filter(|o| o.is("", "Namespace")).map(|object| object.key().name).collect();
    for object in proof.subject.objects().filter(|object| object.kind() != "CustomResourceDefinition") {
        let named: BTreeSet<(String, String)> =
            texts::of(&object).iter().flat_map(|text| names(text)).collect();
        for (service, namespace) in named.into_iter().filter(|(_, namespace)| own.contains(namespace)) {
            let key = ObjectKey::new("Service", &namespace, &service);
            if !proof.subject.made().is_made("", &key) {
                let message = format!("{}: it names {key}, which nobody is known to make", object.title());
                found.at(
                    object.place(object.node),
                    message,
                    "correct the name, or the values of the release that makes it",
                );
            }
        }
    }
}

/// Name and namespace of the Services whose full names are in a text.
fn names(text: &str) -> Vec<(String, String)> {
    let mut all = Vec::new();
    for (end, _) in text.match_indices(".svc") {
        let behind = text[end + 4..].chars().next();
        if behind.is_some_and(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_') {
            continue;
        }
        let before = &text[..end];
        let is_of_name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '.';
        let start = before
            .rfind(|c| !is_of_name(c))
            .map_or(0, |at| at + before[at..].chars().next().map_or(1, char::len_utf8));
        // What a template makes of it is not known.
        if before[..start].ends_with(['}', '$', ')', '%', '*']) {
            continue;
        }
        let mut labels = before[start..].rsplit('.');
        if let (Some(namespace), Some(service)) = (labels.next(), labels.next())
            && !namespace.is_empty()
            && !service.is_empty()
        {
            all.push((service.to_owned(), namespace.to_owned()));
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::names;
    use crate::proof::tests::{Example, deployment};

    #[test]
    fn full_names_of_services_are_found_in_texts() {
        let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        assert_eq!(names("http://a.b.svc.cluster.local:80/ c-1.d.svc,e"), [pair("a", "b"), pair("c-1", "d")]);
        assert_eq!(names("pod-0.a.b.svc"), [pair("a", "b")]);
        assert_eq!(names("$1.$2.svc x.svcs .svc {{ a }}.b.svc a.svc"), []);
    }

    #[test]
    fn a_service_that_nobody_makes_is_told() {
        let namespace = "apiVersion: v1\nkind: Namespace\nmetadata: {name: oas-apps}\n";
        let service =
            "---\napiVersion: v1\nkind: Service\nmetadata: {name: blog}\nspec: {ports: [{port: 80}]}\n";
        let of = |service: &str, chart: &str| {
            let contract = format!("releases: {{blog: {{namespace: oas-apps, services: [{service}]}}}}\n");
            Example { contract: &contract, app: namespace, chart, ..Example::default() }
                .found("verify/services")
        };
        let names = deployment("blog", "args: [--a=http://blog.oas-apps.svc, --b=dns.kube-system.svc]");
        assert_eq!(of("blog", &format!("{names}{service}")), [""; 0]);
        assert_eq!(
            of("news", &names),
            [
                "Deployment oas-apps/blog of HelmRelease oas-apps/blog: it names Service oas-apps/blog, which nobody is known to make",
                "release blog has no Service `news`"
            ]
        );
    }
}
