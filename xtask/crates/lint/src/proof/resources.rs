use super::amounts::Surroundings;
use super::{Check, Proof};
use crate::rule::Found;

pub(super) const CHECK: Check = Check {
    code: "verify/resources",
    says: "Every container asks for processor and memory and has a limit of memory, its own or that of its namespace.",
    is_of_all: false,
    check,
};

fn check(proof: &Proof<'_>, found: &mut Found) {
    let around = Surroundings::of(proof.subject);
    for object in proof.subject.objects().filter(|object| !object.is_test()) {
        for (name, said) in around.containers(&object) {
            let lacks = [
                ("requests.cpu", said.cpu_request),
                ("requests.memory", said.memory_request),
                ("limits.memory", said.memory_limit),
            ];
            let lacks: Vec<&str> =
                lacks.iter().filter(|(_, amount)| amount.is_none()).map(|(what, _)| *what).collect();
            if !lacks.is_empty() {
                let message = format!("{}: `{name}` has no {}", object.title(), lacks.join(", "));
                found.at(object.place(object.node), message, "set `resources` in the values");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::proof::tests::{Example, deployment};

    fn of(chart: &str) -> Vec<String> {
        Example { chart, ..Example::default() }.found("verify/resources")
    }

    #[test]
    fn requests_and_a_limit_of_memory_are_needed() {
        assert_eq!(of(&deployment("blog", "")), [""; 0]);
        let less = deployment("blog", "")
            .replace("cpu: 10m, memory: 32Mi}, limits: {memory: 64Mi}", "memory: 32Mi}");
        assert_eq!(
            of(&less),
            [
                "Deployment oas-apps/blog of HelmRelease oas-apps/blog: `main` has no requests.cpu, limits.memory"
            ]
        );
        let operated =
            "apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata: {name: a}\nspec: {instances: 1}\n";
        assert_eq!(of(operated).len(), 1);
    }
}
