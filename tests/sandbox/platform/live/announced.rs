//! What `diff --live` says will happen, and whether it did.

use std::collections::BTreeMap;

use serde_json::Value;
use tests::checkout::Checkout;

use super::chain::Step;
use super::seen::{Seen, trimmed};

/// Stands for a secret in what is announced.
const HIDDEN: &str = "***";

/// An announcement.
pub struct Announced {
    document: Value,
}

impl Announced {
    /// Of the files on disk, releases included.
    pub fn of(checkout: &Checkout) -> Announced {
        let ran = checkout.xtask(&["diff", "--live", "--charts", "--full", "--output", "json"]);
        assert!(ran.code <= 1, "{ran}");
        Announced { document: ran.json() }
    }

    fn list(&self, field: &str) -> &[Value] {
        self.document[field].as_array().map_or(&[], Vec::as_slice)
    }

    /// Each of the lines that a step expects is announced, and if it expects none, nothing is.
    pub fn says(&self, step: &Step) {
        let change = |change: &Value| format!("{} {}", text(&change["kind"]), title(&change["object"]));
        let owner = |owner: &Value| text(&owner["name"]);
        let mut said: Vec<String> = self.list("changes").iter().map(change).collect();
        said.extend(self.list("faults").iter().map(|fault| format!("fails {}", owner(&fault["owner"]))));
        said.extend(self.list("waiting").iter().map(|waiting| format!("waits {}", owner(&waiting["owner"]))));
        for expected in step.says {
            assert!(
                said.iter().any(|line| line == expected),
                "{}: `{expected}` is not in {said:#?}",
                step.name
            );
        }
        assert!(!step.says.is_empty() || said.is_empty(), "{}: {said:#?}", step.name);
    }

    fn is_among(&self, field: &str, object: &Value) -> bool {
        self.list(field).iter().any(|each| {
            let owner = &each["owner"];
            owner["kind"] == object["kind"]
                && owner["name"] == object["metadata"]["name"]
                && owner["namespace"] == object["metadata"]["namespace"]
        })
    }

    /// Waits until Flux has done what it can at the last commit; then what was announced is there, and nothing else. Gives what is
    /// there.
    #[track_caller]
    pub fn come_true(&self, checkout: &Checkout, before: &Seen, step: &str) -> Seen {
        checkout.xtask(&["reconcile"]).expect(0);
        self.wait_until_followed(checkout);
        let now = checkout.wait(step, 90, || {
            let now = Seen::of(checkout);
            let wrong = self.happened(before, &now);
            if wrong.is_empty() { Ok(now) } else { Err(wrong) }
        });
        // Nothing comes after that.
        let later = Seen::of(checkout);
        assert_eq!(self.happened(before, &later), "", "{step}: afterwards");
        assert_eq!(now.changes(&later).keys().collect::<Vec<_>>(), [""; 0], "{step}: afterwards");
        later
    }

    /// Waits until every Kustomization and release has come as far as it can at the last commit.
    #[track_caller]
    fn wait_until_followed(&self, checkout: &Checkout) {
        let head = checkout.head();
        checkout.wait("Flux has followed", 240, || {
            let late: Vec<String> = ["kustomization", "helmrelease"]
                .iter()
                .flat_map(|kind| checkout.list(kind))
                .filter_map(|object| self.late(&object, &head))
                .collect();
            if late.is_empty() { Ok(()) } else { Err(late.join("\n")) }
        });
    }

    fn late(&self, object: &Value, head: &str) -> Option<String> {
        let status = &object["status"];
        let condition = |name: &str| {
            let all = status["conditions"].as_array().map_or(&[][..], Vec::as_slice);
            all.iter().find(|condition| condition["type"] == name).cloned().unwrap_or_default()
        };
        let is_kustomization = object["kind"] == "Kustomization";
        let is_at = |field: &str| !is_kustomization || text(&status[field]).contains(head);
        let ready = condition("Ready");
        let is_done = if self.is_among("faults", object) {
            // A release is taken back.
            let is_back = is_kustomization || condition("Remediated")["reason"] == "RollbackSucceeded";
            ready["status"] == "False" && is_at("lastAttemptedRevision") && is_back
        } else if !self.list("faults").is_empty() && ready["reason"] == "DependencyNotReady" {
            // It would change nothing, or it is among those that are announced to wait.
            true
        } else if self.is_among("waiting", object) || self.waits_for_health(object) {
            true
        } else {
            ready["status"] == "True"
                && is_at("lastAppliedRevision")
                && status["observedGeneration"] == object["metadata"]["generation"]
        };
        (!is_done)
            .then(|| format!("{} {}: {ready}", text(&object["kind"]), text(&object["metadata"]["name"])))
    }

    /// Does it wait for what fails to become healthy, so that it is not ready though all is applied?
    fn waits_for_health(&self, object: &Value) -> bool {
        let makes = |failing: &Value| {
            let maker = self.list("owners").iter().find(|owner| {
                ["kind", "name", "namespace"].iter().all(|field| owner[field] == failing["owner"][field])
            });
            let maker = maker.map(|owner| owner["after"]["maker"].clone()).unwrap_or_default();
            maker["name"] == object["metadata"]["name"] && maker["kind"] == object["kind"]
        };
        object["spec"]["wait"] == true && self.list("faults").iter().any(makes)
    }

    /// What is different between what was announced and what was seen; empty if nothing is.
    pub fn happened(&self, before: &Seen, after: &Seen) -> String {
        let mut expected: BTreeMap<String, &Value> = BTreeMap::new();
        for change in self.list("changes") {
            expected.insert(format!("{} {}", text(&change["kind"]), title(&change["object"])), change);
        }
        let observed = before.changes(after);
        let mut wrong = Vec::new();
        for line in expected.keys().filter(|line| !observed.contains_key(*line)) {
            wrong.push(format!("announced and not seen: {line}"));
        }
        for (line, object) in &observed {
            let Some(change) = expected.get(line) else {
                wrong.push(format!("seen and not announced: {line}"));
                continue;
            };
            let is_it = match text(&change["kind"]).as_str() {
                "removed" => true,
                // Defaults come to what is new.
                "added" => holds(object, &trimmed(&change["after"])),
                _ => is_same(object, &trimmed(&change["after"])),
            };
            if !is_it {
                wrong.push(format!("{line}: announced {:#}\nseen {object:#}", trimmed(&change["after"])));
            }
        }
        wrong.join("\n")
    }
}

/// Is it what was announced?
fn is_same(seen: &Value, announced: &Value) -> bool {
    match (seen, announced) {
        (_, Value::String(text)) if text.contains(HIDDEN) => seen.is_string(),
        (Value::Object(seen), Value::Object(announced)) => {
            seen.len() == announced.len()
                && seen
                    .iter()
                    .all(|(key, value)| announced.get(key).is_some_and(|other| is_same(value, other)))
        }
        (Value::Array(seen), Value::Array(announced)) => {
            seen.len() == announced.len()
                && seen.iter().zip(announced).all(|(seen, other)| is_same(seen, other))
        }
        _ => seen == announced,
    }
}

/// Does it hold everything that was announced?
fn holds(seen: &Value, announced: &Value) -> bool {
    match (seen, announced) {
        (Value::Object(seen), Value::Object(announced)) => announced
            .iter()
            // The API server moves the texts of a Secret to its data.
            .filter(|(key, value)| !value.is_null() && *key != "stringData")
            .all(|(key, value)| seen.get(key).is_some_and(|seen| holds(seen, value))),
        (Value::Array(seen), Value::Array(announced)) => {
            seen.len() == announced.len()
                && seen.iter().zip(announced).all(|(seen, other)| holds(seen, other))
        }
        _ => {
            is_same(seen, announced)
                || seen.to_string().trim_matches('"') == announced.to_string().trim_matches('"')
        }
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// `KIND NAMESPACE/NAME` of an identity.
fn title(object: &Value) -> String {
    super::seen::title(&text(&object["kind"]), &text(&object["namespace"]), &text(&object["name"]))
}
