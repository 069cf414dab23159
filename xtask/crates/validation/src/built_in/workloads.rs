//! What makes pods and looks after them.
//!
//! Behaviour: k8s.io/kubernetes, `pkg/apis/apps`, `pkg/apis/batch` and `pkg/apis/policy`, each in `validation`.

use kustomize_rs::yaml::node::Node;

use super::fields::held;
use super::selectors::fits;
use super::{at, fault, items, number, pods, text};
use crate::check::{Faults, Sort, Step, metadata};
use crate::types::Is;

/// The template of a pod.
pub(super) fn template<'a>(node: &'a Node, faults: &mut Faults<'a>) {
    let Some(metadata) = at(node, &["metadata"]) else { return };
    faults.path.0.push(Step::Field("metadata"));
    metadata::labels(metadata, faults);
    metadata::annotations(metadata, faults);
    faults.path.0.pop();
}

/// A selector that fits the pods of its own template, a `spec` of which must be there.
pub(super) fn matching<'a>(node: &'a Node, faults: &mut Faults<'a>) {
    selected(node, &[], faults);
}

fn selected<'a>(node: &'a Node, volumes: &[&'a str], faults: &mut Faults<'a>) {
    pod(node, volumes, faults);
    match at(node, &["selector"]) {
        Some(selector) if selector_is_empty(selector) => {
            fault(faults, Sort::Missing, selector, "selector", "cannot be empty", "add `matchLabels`");
        }
        Some(selector) if !fits(selector, at(node, &["template", "metadata", "labels"])) => {
            let message = "does not fit the labels of its own template";
            fault(faults, Sort::Value, selector, "selector", message, "write the same labels in both");
        }
        _ => {}
    }
    let policy = at(node, &["template", "spec", "restartPolicy"]).map_or("", Node::value_text);
    if !matches!(policy, "" | "Always") {
        in_pod(faults, "restartPolicy", node, format!("must be Always, and is {policy}"));
    }
    if at(node, &["template", "spec", "activeDeadlineSeconds"]).is_some() {
        in_pod(
            faults,
            "activeDeadlineSeconds",
            node,
            "may not be there in pods that run for ever".to_owned(),
        );
    }
}

fn selector_is_empty(selector: &Node) -> bool {
    ["matchLabels", "matchExpressions"].iter().all(|field| at(selector, &[field]).is_none_or(Node::is_empty))
}

/// The pod of a template must be there, and mounts only volumes that are there.
fn pod<'a>(node: &'a Node, volumes: &[&'a str], faults: &mut Faults<'a>) {
    faults.path.0.push(Step::Field("template"));
    match at(node, &["template", "spec"]) {
        Some(pod) => {
            faults.path.0.push(Step::Field("spec"));
            pods::mounts(pod, volumes, faults);
            faults.path.0.pop();
        }
        None => fault(faults, Sort::Missing, node, "spec", "must be there", "add `spec: {containers: […]}`"),
    }
    faults.path.0.pop();
}

fn in_pod<'a>(faults: &mut Faults<'a>, field: &'a str, node: &Node, message: String) {
    let place = at(node, &["template", "spec"]).and_then(|spec| spec.get(field)).unwrap_or(node);
    faults.path.0.extend([Step::Field("template"), Step::Field("spec")]);
    fault(faults, Sort::Value, place, field, message, "leave it out");
    faults.path.0.truncate(faults.path.0.len() - 2);
}

/// A Deployment.
pub(super) fn deployment<'a>(node: &'a Node, faults: &mut Faults<'a>) {
    selected(node, &[], faults);
    let whole =
        |field: &str, default: f64| node.get(field).and_then(|it| held(it, Is::Whole(32))).unwrap_or(default);
    if whole("progressDeadlineSeconds", 600.0) <= whole("minReadySeconds", 0.0) {
        let message = "must be more than `minReadySeconds`";
        fault(faults, Sort::Value, node, "progressDeadlineSeconds", message, "write a larger number");
    }
    if text(node, &["strategy", "type"]) == "Recreate" && at(node, &["strategy", "rollingUpdate"]).is_some() {
        let message = "may not have `rollingUpdate` with the type Recreate";
        fault(faults, Sort::Value, node, "strategy", message, "remove `rollingUpdate`");
    }
    shares(node, "strategy", ("25%", "25%"), faults);
}

/// How many pods may be too many and too few while they are replaced: not none of both.
fn shares<'a>(node: &'a Node, field: &'a str, defaults: (&'a str, &'a str), faults: &mut Faults<'a>) {
    let Some(rolling) = at(node, &[field, "rollingUpdate"]) else { return };
    let share = |name: &str, default: &'a str| at(rolling, &[name]).map_or(default, Node::value_text);
    let (surge, unavailable) = (share("maxSurge", defaults.0), share("maxUnavailable", defaults.1));
    let is_none = |share: &str| matches!(share, "0" | "0%");
    faults.path.0.extend([Step::Field(field), Step::Field("rollingUpdate")]);
    if is_none(surge) && is_none(unavailable) {
        let message = "cannot be 0 together with `maxSurge`";
        fault(
            faults,
            Sort::Value,
            rolling,
            "maxUnavailable",
            message,
            "let one more pod start, or one be missing",
        );
    }
    let too_many = |share: &str| {
        share.strip_suffix('%').and_then(|it| it.parse::<u64>().ok()).is_some_and(|it| it > 100)
    };
    if too_many(unavailable) {
        fault(
            faults,
            Sort::Value,
            rolling,
            "maxUnavailable",
            "must be at most 100%",
            "write a smaller share",
        );
    }
    faults.path.0.truncate(faults.path.0.len() - 2);
}

/// A StatefulSet.
pub(super) fn stateful_set<'a>(node: &'a Node, faults: &mut Faults<'a>) {
    let claims = items(node, &["volumeClaimTemplates"]);
    let volumes: Vec<&str> = claims.iter().map(|claim| text(claim, &["metadata", "name"])).collect();
    selected(node, &volumes, faults);
    if text(node, &["updateStrategy", "type"]) == "OnDelete"
        && at(node, &["updateStrategy", "rollingUpdate"]).is_some()
    {
        let message = "may not have `rollingUpdate` with the type OnDelete";
        fault(faults, Sort::Value, node, "updateStrategy", message, "remove `rollingUpdate`");
    }
}

/// A DaemonSet.
pub(super) fn daemon_set<'a>(node: &'a Node, faults: &mut Faults<'a>) {
    selected(node, &[], faults);
    shares(node, "updateStrategy", ("0", "1"), faults);
    let rolling = at(node, &["updateStrategy", "rollingUpdate"]);
    let is_there = |field: &str| {
        rolling.and_then(|it| it.get(field)).is_some_and(|it| !matches!(it.value_text(), "0" | "0%" | ""))
    };
    if is_there("maxSurge") && is_there("maxUnavailable") {
        let message = "may have only one of `maxSurge` and `maxUnavailable`";
        fault(faults, Sort::Value, node, "updateStrategy", message, "write 0 for one of them");
    }
}

/// A Job.
pub(super) fn job<'a>(node: &'a Node, faults: &mut Faults<'a>) {
    pod(node, &[], faults);
    let policy = at(node, &["template", "spec", "restartPolicy"]).map_or("", Node::value_text);
    if matches!(policy, "" | "Always") && at(node, &["template", "spec"]).is_some() {
        in_pod(faults, "restartPolicy", node, "must be Never or OnFailure".to_owned());
    }
    let is_indexed = text(node, &["completionMode"]) == "Indexed";
    if is_indexed && number(node, &["completions"]).is_none() {
        fault(
            faults,
            Sort::Missing,
            node,
            "completions",
            "must be there with the mode Indexed",
            "add `completions`",
        );
    }
    let rules = items(node, &["podFailurePolicy", "rules"]);
    if at(node, &["podFailurePolicy"]).is_some() && policy == "OnFailure" {
        let message = "may only be there with `restartPolicy: Never`";
        fault(faults, Sort::Value, node, "podFailurePolicy", message, "remove it");
    }
    let containers = ["initContainers", "containers"].map(|list| items(node, &["template", "spec", list]));
    let names: Vec<&str> = containers.into_iter().flatten().map(|it| text(it, &["name"])).collect();
    for rule in rules {
        let name = text(rule, &["onExitCodes", "containerName"]);
        let has_name = at(rule, &["onExitCodes", "containerName"]).is_some();
        if has_name && !names.contains(&name) {
            let message = format!("has a rule for a container that is not there: `{name}`");
            fault(faults, Sort::Value, rule, "podFailurePolicy", message, "name a container of the pod");
        }
        let is_zero = items(rule, &["onExitCodes", "values"]).iter().any(|value| value.value_text() == "0");
        if is_zero && text(rule, &["onExitCodes", "operator"]) == "In" {
            let message = "may not wait for the exit code 0";
            fault(faults, Sort::Value, rule, "podFailurePolicy", message, "remove it");
        }
        if let Some(conditions) = at(rule, &["onPodConditions"]).filter(|it| it.is_empty())
            && at(rule, &["onExitCodes"]).is_none()
        {
            fault(
                faults,
                Sort::Missing,
                conditions,
                "podFailurePolicy",
                "must have a condition in each rule",
                "add one",
            );
        }
    }
}

/// A CronJob.
pub(super) fn cron_job<'a>(node: &'a Node, faults: &mut Faults<'a>) {
    let schedule = text(node, &["schedule"]);
    let place = node.get("schedule").unwrap_or(node);
    if schedule.contains("TZ=") {
        fault(faults, Sort::Value, place, "schedule", "may not have a time zone", "write it in `timeZone`");
    } else if !schedule.is_empty() && !is_schedule(schedule) {
        let message = format!("cannot be `{schedule}`");
        fault(
            faults,
            Sort::Value,
            place,
            "schedule",
            message,
            "write minute, hour, day, month and day of the week, as `5 3 * * *`",
        );
    }
    if at(node, &["jobTemplate", "spec"]).is_none() {
        fault(faults, Sort::Missing, node, "jobTemplate", "must have a `spec`", "add `spec: {template: …}`");
    }
}

/// Five fields or a word, as github.com/robfig/cron reads them.
fn is_schedule(text: &str) -> bool {
    if let Some(word) = text.strip_prefix('@') {
        let words = ["yearly", "annually", "monthly", "weekly", "daily", "midnight", "hourly"];
        let every = word.strip_prefix("every ").and_then(crate::check::go_duration);
        return words.contains(&word) || every.is_some();
    }
    let parts: Vec<&str> = text.split_whitespace().collect();
    let months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let days = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
    let bounds: [(u32, u32, &[&str], u32); 5] =
        [(0, 59, &[], 0), (0, 23, &[], 0), (1, 31, &[], 0), (1, 12, &months, 1), (0, 6, &days, 0)];
    let number = |text: &str, names: &[&str], first: u32| -> Option<u32> {
        let named = names.iter().position(|name| name.eq_ignore_ascii_case(text));
        match named {
            Some(index) => Some(u32::try_from(index).ok()? + first),
            None if text.bytes().all(|b| b.is_ascii_digit()) => text.parse().ok(),
            None => None,
        }
    };
    let is_field = |(part, (least, most, names, first)): (&str, (u32, u32, &[&str], u32))| {
        part.split(',').all(|item| {
            let (span, step) = item.split_once('/').map_or((item, None), |(span, step)| (span, Some(step)));
            if step.is_some_and(|step| {
                step.parse::<u32>().is_ok_and(|step| step == 0) || step.parse::<u32>().is_err()
            }) {
                return false;
            }
            let (low, high) = span.split_once('-').unwrap_or((span, span));
            // What stands behind `*` is not looked at.
            if matches!(low, "*" | "?") {
                return true;
            }
            match (number(low, names, first), number(high, names, first)) {
                (Some(low), Some(high)) => least <= low && low <= high && high <= most,
                _ => false,
            }
        })
    };
    parts.len() == 5 && parts.into_iter().zip(bounds).all(is_field)
}

/// How many pods may be missing at once.
pub(super) fn budget<'a>(node: &'a Node, faults: &mut Faults<'a>) {
    if at(node, &["minAvailable"]).is_some() && at(node, &["maxUnavailable"]).is_some() {
        let message = "may not be there beside `minAvailable`";
        fault(faults, Sort::Value, node, "maxUnavailable", message, "remove one of them");
    }
    for field in ["minAvailable", "maxUnavailable"] {
        let share = text(node, &[field]).strip_suffix('%').and_then(|share| share.parse::<u64>().ok());
        if share.is_some_and(|share| share > 100) {
            fault(faults, Sort::Value, node, field, "must be at most 100%", "write a smaller share");
        }
    }
}
