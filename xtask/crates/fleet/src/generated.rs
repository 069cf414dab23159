//! Secrets that a cluster makes for itself: which are missing, and what they become.

use std::collections::BTreeMap;

use thiserror::Error;

use crate::component::Contract;
use crate::secret::SecretString;
use crate::substitution::survives_substitution;

/// Namespace of the generated Secrets.
pub const NAMESPACE: &str = "flux-system";

/// What is to be done with the generated Secret of one component. A plan is only there if something is to be done.
#[derive(Debug, Clone, PartialEq)]
pub struct SecretPlan {
    /// The component.
    pub component: String,
    /// Name of the Secret, in [`NAMESPACE`].
    pub secret: String,
    /// Is there no such Secret yet?
    pub is_new: bool,
    /// Does it open the backups, so that none may hold it?
    pub opens_backups: bool,
    /// The keys that get a new value, in the order of the contract.
    pub added: Vec<String>,
    /// Everything the Secret holds afterwards: what it held, unchanged, and the new values.
    pub values: BTreeMap<String, SecretString>,
}

/// The source of random values gave something unusable; nothing may be written then.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("the source of random values gave no usable value for `{key}`: {fault}")]
pub struct SourceError {
    /// The key it was for.
    pub key: String,
    /// What was wrong.
    pub fault: &'static str,
}

/// Name of the Secret with the generated variables of a component.
pub fn secret_name(component: &str) -> String {
    format!("oas-{component}-variables")
}

/// Is there something to generate for this component? Values that exist are never looked at.
pub fn is_complete(contract: &Contract, existing: Option<&BTreeMap<String, SecretString>>) -> bool {
    contract.secrets.iter().all(|wanted| existing.is_some_and(|e| e.contains_key(&wanted.name)))
}

/// Plans the generated Secret of a component.
///
/// `existing` is what the Secret holds now, `None` if there is none. Existing values always win, also those that the
/// contract no longer lists. `random` is asked for each missing value with its length and answers with that many random
/// ASCII letters and digits, a letter first; anything else is refused. `None` if nothing is missing.
pub fn plan(
    component: &str,
    contract: &Contract,
    existing: Option<&BTreeMap<String, SecretString>>,
    random: &mut dyn FnMut(usize) -> String,
) -> Result<Option<SecretPlan>, SourceError> {
    if is_complete(contract, existing) {
        return Ok(None);
    }
    let mut values = existing.cloned().unwrap_or_default();
    let mut added = Vec::new();
    for wanted in &contract.secrets {
        if !values.contains_key(&wanted.name) {
            let value = random_value(&wanted.name, wanted.length, random)?;
            values.insert(wanted.name.clone(), value);
            added.push(wanted.name.clone());
        }
    }
    let secret = secret_name(component);
    Ok(Some(SecretPlan {
        component: component.to_owned(),
        secret,
        is_new: existing.is_none(),
        opens_backups: contract.secrets.iter().any(|value| value.opens_backups),
        added,
        values,
    }))
}

fn random_value(
    key: &str,
    length: usize,
    random: &mut dyn FnMut(usize) -> String,
) -> Result<SecretString, SourceError> {
    let refuse = |fault| Err(SourceError { key: key.to_owned(), fault });
    let value = random(length);
    if value.len() != length {
        return refuse("wrong length");
    }
    if !value.chars().all(|c| c.is_ascii_alphanumeric()) {
        return refuse("not only letters and digits");
    }
    if !value.starts_with(|c: char| c.is_ascii_alphabetic()) || survives_substitution(&value).is_err() {
        return refuse("does not begin with a letter");
    }
    Ok(SecretString::new(value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::component;

    fn contract() -> Contract {
        let text = "title: A\ndescription: B\nsecrets: [{name: one}, {name: two, length: 12}]\n";
        component::parse("c", text).0.unwrap()
    }

    fn of(pairs: &[(&str, &str)]) -> BTreeMap<String, SecretString> {
        pairs.iter().map(|(k, v)| ((*k).to_owned(), SecretString::from(*v))).collect()
    }

    fn shown(plan: &SecretPlan) -> Vec<(&str, &str)> {
        plan.values.iter().map(|(k, v)| (k.as_str(), v.expose().as_str())).collect()
    }

    #[test]
    fn a_new_secret_gets_every_value_with_its_length() {
        let plan = plan("wiki", &contract(), None, &mut |n| "a".repeat(n)).unwrap().unwrap();
        assert_eq!((plan.secret.as_str(), plan.is_new), ("oas-wiki-variables", true));
        assert_eq!(plan.added, ["one", "two"]);
        assert_eq!(shown(&plan), [("one", "a".repeat(32).as_str()), ("two", "aaaaaaaaaaaa")]);
        assert!(!format!("{plan:?}").contains("aaa"));
    }

    #[test]
    fn existing_values_win_and_only_missing_keys_are_made() {
        let existing = of(&[("one", "kept"), ("retired", "kept too")]);
        let plan = plan("wiki", &contract(), Some(&existing), &mut |n| "b".repeat(n)).unwrap().unwrap();
        assert_eq!((plan.is_new, plan.added.as_slice()), (false, &["two".to_owned()][..]));
        assert_eq!(shown(&plan), [("one", "kept"), ("retired", "kept too"), ("two", "bbbbbbbbbbbb")]);
    }

    #[test]
    fn a_complete_secret_needs_no_plan_and_no_randomness() {
        let existing = of(&[("one", ""), ("two", "x")]);
        let mut never = |_| -> String { panic!("asked for randomness") };
        assert_eq!(plan("wiki", &contract(), Some(&existing), &mut never), Ok(None));
    }

    #[test]
    fn a_secret_with_a_value_that_opens_the_backups_is_marked() {
        let text = "title: A\ndescription: B\nsecrets: [{name: one}, {name: key, opensBackups: true}]\n";
        let opens = component::parse("c", text).0.unwrap();
        let marked =
            |contract| plan("wiki", contract, None, &mut |n| "a".repeat(n)).unwrap().unwrap().opens_backups;
        assert_eq!((marked(&contract()), marked(&opens)), (false, true));
    }

    #[test]
    fn a_source_that_breaks_its_word_is_refused() {
        for bad in ["", "short", "1bcdefghijklmnopqrstuvwxyz012345", "a-cdefghijklmnopqrstuvwxyz012345"] {
            assert!(plan("wiki", &contract(), None, &mut |_| bad.to_owned()).is_err(), "{bad}");
        }
    }
}
