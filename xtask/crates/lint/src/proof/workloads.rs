use super::{Check, Proof, contract};
use crate::rule::Found;
use crate::subject::Object;

pub(super) const CHECK: Check = Check {
    code: "verify/workloads",
    says: "Each release of `component.yaml` is in the tree, and runs the workloads that are named there and no others.",
    is_of_all: false,
    check,
};

fn check(proof: &Proof<'_>, found: &mut Found) {
    for (name, component) in proof.components() {
        let place = || contract(name, component);
        let releases = &component.contract.releases;
        for object in proof.objects_of(name).filter(Object::is_release) {
            if !releases.contains_key(&object.key().name) {
                let message = format!("{}: `component.yaml` does not name it", object.title());
                found.at(object.place(object.node), message, "add it to `releases`");
            }
        }
        for (release, says) in releases {
            let is_it = |o: &Object<'_>| {
                o.is_release() && o.key().name == *release && o.key().namespace == says.namespace
            };
            if !proof.objects_of(name).any(|object| is_it(&object)) {
                let message = format!("component `{name}`: there is no release {}/{release}", says.namespace);
                found.at(place(), message, "correct its name or namespace, or take it out of `releases`");
            }
            let Some(chart) = proof.chart(&says.namespace, release) else { continue };
            let objects = || chart.all();
            for workload in &says.workloads {
                let kind = format!("{:?}", workload.kind);
                if !objects().any(|o| o.kind() == kind && o.key().name == workload.name) {
                    let message = format!("release {release} has no {kind} `{}`", workload.name);
                    found.at(place(), message, "correct it in `workloads`, or in the values of the release");
                }
            }
            for object in objects().filter(|object| object.pod().is_some() && !is_hook(object)) {
                let key = object.key();
                let is_named =
                    says.workloads.iter().any(|w| format!("{:?}", w.kind) == key.kind && w.name == key.name);
                if !is_named {
                    let message =
                        format!("release {release} runs {} `{}`, which is not named", key.kind, key.name);
                    found.at(place(), message, "add it to `workloads`, or switch it off in the values");
                }
            }
        }
    }
}

/// Does Helm run it before, behind or beside an installation?
fn is_hook(object: &Object<'_>) -> bool {
    !object.text(&["metadata", "annotations", "helm.sh/hook"]).is_empty()
}

#[cfg(test)]
mod tests {
    use crate::proof::tests::{Example, deployment};

    const CODE: &str = "verify/workloads";

    fn of(contract: &str, chart: &str) -> Vec<String> {
        Example { contract, chart, ..Example::default() }.found(CODE)
    }

    #[test]
    fn what_the_contract_names_is_what_runs() {
        let contract =
            "releases: {blog: {namespace: oas-apps, workloads: [{kind: Deployment, name: blog}]}}\n";
        assert_eq!(of(contract, &deployment("blog", "")), [""; 0]);
        assert_eq!(
            of(contract, &deployment("news", "")),
            [
                "release blog has no Deployment `blog`",
                "release blog runs Deployment `news`, which is not named"
            ]
        );
    }

    #[test]
    fn releases_are_those_of_the_contract() {
        assert_eq!(
            of("releases: {news: {namespace: oas-apps}}\n", ""),
            [
                "HelmRelease oas-apps/blog: `component.yaml` does not name it",
                "component `blog`: there is no release oas-apps/news"
            ]
        );
    }

    #[test]
    fn a_hook_need_not_be_named() {
        let hook = "apiVersion: batch/v1\nkind: Job\nmetadata: {name: hook, annotations: {helm.sh/hook: pre-install}}\nspec: {template: \
                    {spec: {containers: []}}}\n";
        assert_eq!(of("releases: {blog: {namespace: oas-apps}}\n", hook), [""; 0]);
    }
}
