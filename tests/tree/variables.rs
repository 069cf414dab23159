//! Variables of the tree.

use std::collections::{BTreeMap, BTreeSet};

use tests::repository;

/// Each use of a variable in the tree: name, default if it has one, file.
fn uses() -> Vec<(String, Option<String>, String)> {
    let mut found = Vec::new();
    for file in super::yaml_files().into_iter().filter(|file| !file.contains("/chart/")) {
        let text = repository::read(&file);
        for (at, _) in text.match_indices("${") {
            // `$${` is a dollar for others.
            if text[..at].ends_with('$') {
                continue;
            }
            let inside = text[at + 2..].split_once('}').unwrap().0;
            let (name, default) = match inside.split_once(":=") {
                Some((name, default)) => (name, Some(default.to_owned())),
                None => (inside, None),
            };
            assert!(fleet::flux_env::is_name(name), "{file}: ${{{inside}}} is nothing that Flux takes");
            found.push((name.to_owned(), default, file.clone()));
        }
    }
    found
}

/// The generated values of each component.
fn generated() -> BTreeMap<String, BTreeSet<String>> {
    let (catalogue, _) = fleet::catalogue::read(&repository::tree());
    let keys = |(name, component): (String, fleet::catalogue::Component)| {
        (name, component.contract.secrets.iter().map(|value| value.name.clone()).collect())
    };
    catalogue.components.into_iter().map(keys).collect()
}

#[test]
fn only_three_variables_lack_a_default() {
    let generated = generated();
    for (name, default, file) in uses() {
        let component = file.split('/').nth(2).unwrap();
        let may_lack = ["domain", "ip_address", "admin_email"].contains(&name.as_str())
            || generated.get(component).is_some_and(|keys| keys.contains(&name));
        assert!(
            default.is_some() || may_lack,
            "{file}: ${{{name}}} has no default: clusters without it would stall"
        );
    }
}

#[test]
fn a_variable_has_the_same_default_wherever_it_is_used() {
    let mut defaults: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (name, default, _) in uses() {
        defaults.entry(name).or_default().extend(default);
    }
    for (name, defaults) in defaults {
        assert!(defaults.len() <= 1, "{name} has the defaults {defaults:?}");
    }
}

#[test]
fn every_variable_is_one_that_flux_env_knows_or_that_is_generated() {
    let (catalogue, _) = fleet::catalogue::read(&repository::tree());
    let known: BTreeSet<String> =
        catalogue.variables().into_iter().map(|variable| variable.name.to_string()).collect();
    let generated: BTreeSet<String> = generated().into_values().flatten().collect();
    for (name, _, file) in uses() {
        assert!(known.contains(&name) || generated.contains(&name), "{file}: nobody can set ${{{name}}}");
    }
}

#[test]
fn generated_values_are_used_in_secrets_only() {
    let generated: BTreeSet<String> = generated().into_values().flatten().collect();
    for (file, object) in super::documents() {
        let text = object.to_string();
        for name in generated.iter().filter(|name| text.contains(&format!("${{{name}}}"))) {
            assert_eq!(object["kind"], "Secret", "{file}: {name} would be readable");
        }
    }
}
