//! Does every value arrive in the cluster as what it is?
//!
//! Flux substitutes variables into re-serialised YAML, where quotes are gone: a password `12345678` becomes a number.
//! So before anything is applied, every use of every variable is rendered with the real kustomize and Flux's own
//! envsubst, and the leaf must be that very string. (The render work replaces both programs.)

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use fleet::secret::SecretString;
use serde::Deserialize;
use serde_json::{Value, json};

/// A value that would arrive as something else. Never holds the value itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lost {
    /// The variable.
    pub variable: String,
    /// Kind and name of the object that uses it.
    pub object: String,
    /// Where in the object, as a JSON pointer.
    pub pointer: String,
}

#[derive(Deserialize)]
struct Answer {
    objects: Option<Vec<Value>>,
    error: Option<String>,
}

/// Checks one folder of the tree against the variables that its Flux Kustomization gets.
///
/// `tools` is the folder of the sandbox's binaries. Errs when kustomize refuses the folder or a variable without a
/// default is not set.
pub fn check(tools: &Path, folder: &Path, variables: &BTreeMap<String, SecretString>) -> Result<Vec<Lost>> {
    let text = kustomize(tools, folder)?;
    let real: BTreeMap<&str, &str> =
        variables.iter().map(|(name, value)| (name.as_str(), value.expose().as_str())).collect();
    let marks: BTreeMap<&str, String> =
        real.keys().enumerate().map(|(number, name)| (*name, format!("mark{number}x"))).collect();
    let with_marks = substitute(tools, &text, &json!(marks))?;
    // A value that breaks the YAML altogether fails here: then each is tried alone to find the culprit.
    let with_values = match substitute(tools, &text, &json!(real)) {
        Ok(objects) => objects,
        Err(error) => return culprits(tools, &text, &real, &marks)?.ok_or(error),
    };
    let mut lost = Vec::new();
    for (expected, actual) in with_marks.iter().zip(&with_values) {
        let object = title(actual);
        compare(expected, actual, &marks, &real, &mut |variable, pointer| {
            lost.push(Lost {
                variable: variable.to_owned(),
                object: object.clone(),
                pointer: pointer.to_owned(),
            });
        });
    }
    Ok(lost)
}

fn culprits(
    tools: &Path,
    text: &str,
    real: &BTreeMap<&str, &str>,
    marks: &BTreeMap<&str, String>,
) -> Result<Option<Vec<Lost>>> {
    let mut found = Vec::new();
    for (name, value) in real {
        if !text.contains(&format!("${{{name}")) {
            continue;
        }
        let mut one: BTreeMap<&str, &str> = marks.iter().map(|(name, mark)| (*name, mark.as_str())).collect();
        one.insert(name, value);
        if substitute(tools, text, &json!(one)).is_err() {
            found.push(Lost {
                variable: (*name).to_owned(),
                object: "the whole folder".into(),
                pointer: "".into(),
            });
        }
    }
    Ok((!found.is_empty()).then_some(found))
}

fn kustomize(tools: &Path, folder: &Path) -> Result<String> {
    let output = Command::new(tools.join("kustomize"))
        .args(["build", "--load-restrictor=LoadRestrictionsNone"])
        .arg(folder)
        .stdin(Stdio::null())
        .output()
        .context("run kustomize")?;
    if !output.status.success() {
        bail!("kustomize refuses {}: {}", folder.display(), String::from_utf8_lossy(&output.stderr).trim());
    }
    String::from_utf8(output.stdout).with_context(|| format!("{}: kustomize gave no UTF-8", folder.display()))
}

/// Values go through the pipe, never through arguments.
fn substitute(tools: &Path, text: &str, variables: &Value) -> Result<Vec<Value>> {
    let mut child = Command::new(tools.join("substitute"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .context("run the substitution program")?;
    let question = serde_json::to_vec(&json!({"text": text, "variables": variables}))?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(&question).context("ask the substitution program")?;
    }
    let output = child.wait_with_output().context("hear the substitution program")?;
    if !output.status.success() {
        bail!("the substitution program ended with {}", output.status);
    }
    let answer: Answer =
        serde_json::from_slice(&output.stdout).context("understand the substitution program")?;
    match (answer.objects, answer.error) {
        (_, Some(error)) => bail!("{error}"),
        (objects, None) => Ok(objects.unwrap_or_default()),
    }
}

/// Wherever a mark stands in a string, the same place must hold the string with the real value in it.
fn compare(
    expected: &Value,
    actual: &Value,
    marks: &BTreeMap<&str, String>,
    real: &BTreeMap<&str, &str>,
    lost: &mut dyn FnMut(&str, &str),
) {
    walk(expected, Some(actual), &mut String::new(), &mut |text, actual, pointer| {
        let used: Vec<&str> =
            marks.iter().filter(|(_, mark)| text.contains(mark.as_str())).map(|(name, _)| *name).collect();
        if used.is_empty() {
            return;
        }
        // Longer marks first: `mark1x` is no part of `mark11x`, but order costs nothing and says so.
        let wanted = used.iter().fold(text.to_owned(), |text, name| text.replace(&marks[name], real[name]));
        if actual.and_then(Value::as_str) != Some(wanted.as_str()) {
            used.iter().for_each(|name| lost(name, pointer));
        }
    });
}

fn walk(
    expected: &Value,
    actual: Option<&Value>,
    pointer: &mut String,
    leaf: &mut dyn FnMut(&str, Option<&Value>, &str),
) {
    let mut below = |key: &str, expected: &Value, actual: Option<&Value>| {
        let length = pointer.len();
        pointer.push('/');
        pointer.push_str(key);
        walk(expected, actual, pointer, leaf);
        pointer.truncate(length);
    };
    match expected {
        Value::Object(fields) => {
            for (key, value) in fields {
                below(key, value, actual.and_then(|actual| actual.get(key)));
            }
        }
        Value::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                below(&index.to_string(), value, actual.and_then(|actual| actual.get(index)));
            }
        }
        Value::String(text) => leaf(text, actual, pointer),
        _ => {}
    }
}

fn title(object: &Value) -> String {
    let text = |pointer: &str| object.pointer(pointer).and_then(Value::as_str).unwrap_or("?");
    format!("{} {}", text("/kind"), text("/metadata/name"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lost(value: &str, actual: Value) -> Vec<String> {
        let marks = BTreeMap::from([("v", "mark0x".to_owned())]);
        let real = BTreeMap::from([("v", value)]);
        let mut found = Vec::new();
        let expected = json!({"data": ["is mark0x"]});
        compare(&expected, &actual, &marks, &real, &mut |name, pointer| {
            found.push(format!("{name} {pointer}"))
        });
        found
    }

    #[test]
    fn a_value_that_arrives_as_it_is_is_fine() {
        assert!(lost("blue", json!({"data": ["is blue"]})).is_empty());
    }

    #[test]
    fn a_value_that_became_a_number_is_lost() {
        assert_eq!(lost("12", json!({"data": [12]})), ["v /data/0"]);
    }

    #[test]
    fn a_value_that_was_cut_is_lost() {
        assert_eq!(lost("a #b", json!({"data": ["is a"]})), ["v /data/0"]);
    }
}
