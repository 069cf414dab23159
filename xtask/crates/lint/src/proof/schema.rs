use validation::Lookup;

use super::{Check, Proof};
use crate::rule::Found;

pub(super) const CHECK: Check = Check {
    code: "verify/schema",
    says: "There is a schema for the kind of every object: without one nobody knows what the API server would refuse.",
    is_of_all: true,
    check,
};

fn check(proof: &Proof<'_>, found: &mut Found) {
    for object in proof.subject.objects() {
        if let Some(Lookup::Unknown) = proof.subject.lookup(&object) {
            let kind = object.text(&["apiVersion"]);
            let message = format!("{}: there is no schema of {kind} {}", object.title(), object.kind());
            let help = "let a chart bring its definition; `cargo xtask schemas pull` fetches those of Kubernetes and Flux";
            found.at(object.place(object.node), message, help);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::proof::tests::Example;

    #[test]
    fn a_kind_that_nobody_defines_is_told() {
        let thing = "apiVersion: example.org/v1\nkind: Thing\nmetadata: {name: a}\n";
        let definition = "---\napiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: \
                          things.example.org}\nspec: {group: example.org, scope: Namespaced, names: {kind: Thing, plural: things}, \
                          versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}]}\n";
        let of = |chart: &str| {
            let found = Example { chart, ..Example::default() }.found("verify/schema");
            found.into_iter().filter(|found| found.contains("Thing oas-apps/a")).collect::<Vec<_>>()
        };
        assert_eq!(of(&format!("{thing}{definition}")), [""; 0]);
        assert_eq!(
            of(thing),
            ["Thing oas-apps/a of HelmRelease oas-apps/blog: there is no schema of example.org/v1 Thing"]
        );
    }
}
