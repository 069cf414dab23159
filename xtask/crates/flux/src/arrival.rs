//! Does every value of a variable arrive in the cluster as the text that it is?
//!
//! Flux substitutes variables into re-serialised YAML, where quotes are gone: a password `12345678` becomes a number. So the
//! repository is rendered twice, with a mark in place of each value and with the values, and wherever a mark stands in a text the
//! same place must hold that text with the value in it.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;
use yamltree::diagnostic::Diagnostic;

use crate::object::ObjectKey;
use crate::render::{Inputs, Part, Rendered, Rendering, render, value};

/// What variables are given, by the ConfigMap or Secret that they are in. The values may be secret: nothing here shows one.
pub type Values = BTreeMap<ObjectKey, BTreeMap<String, String>>;

/// A value that would arrive as something else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lost {
    /// The variable.
    pub variable: String,
    /// Kind and name of the object that uses it; the Kustomization, if that cannot be built at all with this value.
    pub object: String,
    /// Where in the object, as a JSON pointer; empty if it is nowhere.
    pub pointer: String,
}

/// The values that would not arrive; every object that can be reached is looked at.
///
/// `inputs` say what is rendered; the values take the place of its data of the same name.
///
/// # Errors
///
/// What cannot be built whatever the values are, a variable without value and default say. What lies in a source elsewhere is not looked at.
pub fn lost(inputs: &Inputs<'_>, values: &Values) -> Result<Vec<Lost>, Vec<Diagnostic>> {
    let marks = marks(values);
    let with_marks = rendered(inputs, &marks);
    let problems: Vec<Diagnostic> = with_marks.problems().filter(|found| found.is_error()).cloned().collect();
    if !problems.is_empty() {
        return Err(problems);
    }
    let with_values = rendered(inputs, values);
    let both: Vec<_> = marks
        .iter()
        .flat_map(|(key, names)| names.iter().map(move |(name, mark)| (key, name, mark)))
        .filter_map(|(key, name, mark)| Some((name, mark, values.get(key)?.get(name)?)))
        .collect();
    let mut found = Vec::new();
    for part in with_marks.parts.iter().filter(|part| part.problem.is_none()) {
        match with_values.part(&part.kustomization.name) {
            Some(other) if other.problem.is_none() && other.objects.len() == part.objects.len() => {
                compare(part, other, &both, &mut found);
            }
            // A value breaks everything: each is tried alone to find out which.
            _ => found.extend(culprits(inputs, values, &marks, part)),
        }
    }
    found.dedup();
    Ok(found)
}

/// A mark is a text wherever it is put, also in the name of a host.
fn marks(values: &Values) -> Values {
    let mut number = 0;
    let mut mark = |name: &String| {
        number += 1;
        (name.clone(), format!("mark{number}x"))
    };
    values.iter().map(|(key, names)| (key.clone(), names.keys().map(&mut mark).collect())).collect()
}

fn rendered(inputs: &Inputs<'_>, values: &Values) -> Rendering {
    let mut data = inputs.data.clone();
    for (key, names) in values {
        let names = names.iter().map(|(name, value)| (name.clone(), Some(value.clone())));
        data.insert(key.clone(), names.collect());
    }
    render(&Inputs {
        repository: Arc::clone(&inputs.repository),
        sources: inputs.sources.clone(),
        entry: inputs.entry.clone(),
        data,
        is_strict: inputs.is_strict,
        threads: inputs.threads,
    })
}

fn culprits(inputs: &Inputs<'_>, values: &Values, marks: &Values, part: &Part) -> Vec<Lost> {
    let asked = |name: &String| part.objects.iter().any(|object| object.variables.contains(name));
    let lost = |name: &String| Lost {
        variable: name.clone(),
        object: format!("Kustomization {}", part.kustomization.name),
        pointer: String::new(),
    };
    let mut found = Vec::new();
    for (key, names) in values {
        for (name, value) in names.iter().filter(|(name, _)| asked(name)) {
            let mut one = marks.clone();
            one.entry(key.clone()).or_default().insert(name.clone(), value.clone());
            let alone = rendered(inputs, &one);
            let alone = alone.part(&part.kustomization.name);
            if alone.is_none_or(|alone| alone.problem.is_some() || alone.objects.len() != part.objects.len())
            {
                found.push(lost(name));
            }
        }
    }
    if found.is_empty() {
        // Only together do they break it: any of them may be the one to change.
        let names = values.values().flat_map(BTreeMap::keys).filter(|name| asked(name));
        found.extend(names.map(lost));
    }
    found
}

/// A variable, its mark, and its value.
type Both<'v> = [(&'v String, &'v String, &'v String)];

fn compare(marked: &Part, real: &Part, both: &Both<'_>, found: &mut Vec<Lost>) {
    for (expected, actual) in marked.objects.iter().zip(&real.objects) {
        if expected.variables.is_empty() {
            continue;
        }
        let title = title(expected, both);
        let mut lost = |variables: &[&String], pointer: &str| {
            found.extend(variables.iter().map(|name| Lost {
                variable: (*name).clone(),
                object: title.clone(),
                pointer: pointer.to_owned(),
            }));
        };
        walk(&value(&expected.node), Some(&value(&actual.node)), both, &mut String::new(), &mut lost);
    }
}

/// A text with the values in place of the marks, and which variables those are.
fn with_values<'v>(text: &str, both: &Both<'v>) -> (String, Vec<&'v String>) {
    let used: Vec<_> = both.iter().filter(|(_, mark, _)| text.contains(mark.as_str())).collect();
    // Line breaks are taken out of every value.
    let text = used.iter().fold(text.to_owned(), |text, (_, mark, value)| {
        text.replace(mark.as_str(), &value.replace('\n', ""))
    });
    (text, used.into_iter().map(|(name, ..)| *name).collect())
}

/// Goes through the keys and texts of a value, each with what stands in the same place of another one.
fn walk(
    expected: &Value,
    actual: Option<&Value>,
    both: &Both<'_>,
    pointer: &mut String,
    lost: &mut dyn FnMut(&[&String], &str),
) {
    let length = pointer.len();
    let step = |pointer: &mut String, key: &str| {
        pointer.push('/');
        pointer.push_str(&key.replace('~', "~0").replace('/', "~1"));
    };
    match expected {
        Value::Object(fields) => {
            for (key, value) in fields {
                let (real, used) = with_values(key, both);
                let there = actual.and_then(|actual| actual.get(&real));
                if there.is_none() && !used.is_empty() {
                    lost(&used, pointer);
                } else {
                    // A key with a value in it is not shown.
                    step(pointer, if used.is_empty() { key } else { "…" });
                    walk(value, there, both, pointer, lost);
                    pointer.truncate(length);
                }
            }
        }
        Value::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                step(pointer, &index.to_string());
                walk(value, actual.and_then(|actual| actual.get(index)), both, pointer, lost);
                pointer.truncate(length);
            }
        }
        Value::String(text) => {
            let (wanted, used) = with_values(text, both);
            if !used.is_empty() && actual.and_then(Value::as_str) != Some(wanted.as_str()) {
                lost(&used, pointer);
            }
        }
        _ => {}
    }
}

/// Kind and name; a variable in the name by its own name.
fn title(object: &Rendered, both: &Both<'_>) -> String {
    let object = value(&object.node);
    let text = |pointer: &str| object.pointer(pointer).and_then(Value::as_str).unwrap_or("?");
    let title = format!("{} {}", text("/kind"), text("/metadata/name"));
    both.iter().fold(title, |title, (name, mark, _)| title.replace(mark.as_str(), &format!("${{{name}}}")))
}

#[cfg(test)]
mod tests {
    use yamltree::path::RepoPath;
    use yamltree::tree::MemTree;

    use super::*;
    use crate::render::Entry;

    /// What is lost of a variable `v` in a document with this data.
    fn of(data: &str, v: &str) -> Result<Vec<(String, String)>, String> {
        let tree = MemTree::from_fixture(&format!(
            "#- c/ks.yaml\napiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {{name: k, namespace: \
             n}}\nspec: {{path: ./k, sourceRef: {{kind: GitRepository, name: flux-system}}, postBuild: {{substituteFrom: \
             [{{kind: Secret, name: s}}]}}}}\n#- k/a.yaml\napiVersion: v1\nkind: Secret\nmetadata: {{name: a}}\n{data}\n"
        ));
        let tree = tree.unwrap();
        let inputs = Inputs::new(&tree, Entry::Folder(RepoPath::new("c").unwrap()));
        let values =
            BTreeMap::from([("v".to_owned(), v.to_owned()), ("other".to_owned(), "fine".to_owned())]);
        let found = lost(&inputs, &BTreeMap::from([(ObjectKey::new("Secret", "n", "s"), values)]));
        let found = found.map_err(|problems| problems[0].message.clone())?;
        Ok(found.into_iter().map(|lost| (lost.variable, lost.object + " " + &lost.pointer)).collect())
    }

    fn lost_at(pointer: &str) -> Result<Vec<(String, String)>, String> {
        Ok(vec![("v".to_owned(), format!("Secret a {pointer}"))])
    }

    const ALONE: &str = "stringData: {a: \"${v}\", b: \"${other}\"}";

    #[test]
    fn a_value_that_arrives_as_it_is_is_fine() {
        assert_eq!(of(ALONE, "blue"), Ok(vec![]));
        assert_eq!(of("stringData: {a: \"https://${v}/x?y=${v}\"}", "blue"), Ok(vec![]));
        assert_eq!(of(ALONE, "two\nlines"), Ok(vec![]));
    }

    #[test]
    fn a_value_that_becomes_a_number_or_a_truth_is_lost() {
        assert_eq!(of(ALONE, "12345678"), lost_at("/stringData/a"));
        assert_eq!(of(ALONE, "true"), lost_at("/stringData/a"));
        assert_eq!(of(ALONE, "null"), lost_at("/stringData/a"));
    }

    #[test]
    fn a_value_that_is_cut_is_lost() {
        assert_eq!(of(ALONE, "a #b"), lost_at("/stringData/a"));
    }

    #[test]
    fn a_value_that_breaks_everything_is_found_out() {
        let found = of(ALONE, "a: b: c").unwrap();
        assert_eq!(found, [("v".to_owned(), "Kustomization n/k ".to_owned())]);
    }

    #[test]
    fn a_value_is_fine_in_one_place_and_lost_in_another() {
        assert_eq!(of("stringData: {a: \"x${v}\", b: \"${v}\"}", "12"), lost_at("/stringData/b"));
    }

    #[test]
    fn a_value_in_a_key_is_looked_for_there() {
        assert_eq!(of("stringData: {\"${v}-key\": \"x\"}", "blue"), Ok(vec![]));
        assert_eq!(of("stringData: {\"${v}\": \"x\"}", "a #b").unwrap().len(), 1);
    }

    #[test]
    fn values_that_break_everything_only_together_are_all_named() {
        // Two names that become the same.
        let data = "stringData: {}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: \"${v}\"}\n---\napiVersion: \
                    v1\nkind: ConfigMap\nmetadata: {name: \"${other}\"}";
        let names: Vec<String> = of(data, "fine").unwrap().into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["other", "v"]);
    }

    #[test]
    fn a_variable_that_nobody_gives_is_told() {
        assert!(of("stringData: {a: \"${nobody}\"}", "x").unwrap_err().contains("nobody"));
    }
}
