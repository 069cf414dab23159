//! Releases that no cluster has: nothing that was verified says anything of them.

use std::collections::BTreeMap;

use fleet::catalogue::Catalogue;
use fleet::lock::Known;
use yamltree::diagnostic::Diagnostic;

use super::contract;

/// A finding for each release of a contract that is in none of the clusters; `known` is what is in them.
pub fn unseen(catalogue: &Catalogue, known: &BTreeMap<String, BTreeMap<String, Known>>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (name, component) in &catalogue.components {
        let there = known.get(name);
        for release in component.contract.releases.keys() {
            if !there.is_some_and(|there| there.contains_key(release)) {
                let message = format!(
                    "component `{name}`: its release {release} is in none of the clusters that are verified"
                );
                let help = "list the component where clusters get it, or take the release out of `releases`";
                found.push(
                    Diagnostic::error("verify/unseen", contract(name, component), message).with_help(help),
                );
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::unseen;
    use crate::proof::tests::{Example, known};

    #[test]
    fn a_release_that_no_cluster_has_is_told() {
        let contract = "releases: {blog: {namespace: oas-apps}, gone: {namespace: oas-apps}}\n";
        let tree = Example { contract, ..Example::default() }.tree();
        let found = unseen(&fleet::catalogue::read(&tree).0, &known(&tree));
        let messages: Vec<&str> = found.iter().map(|found| found.message.as_str()).collect();
        assert_eq!(
            messages,
            ["component `blog`: its release gone is in none of the clusters that are verified"]
        );
    }
}
