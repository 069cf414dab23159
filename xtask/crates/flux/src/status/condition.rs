//! One live object into one node.

use serde_json::Value;

use super::{Node, State};
use crate::object::{ObjectKey, list, text};

/// Reasons with which Flux says that an object is not ready because of another.
const WAITING: [&str; 5] =
    ["DependencyNotReady", "SourceNotReady", "Progressing", "ProgressingWithRetry", "HelmChartNotReady"];

/// The node of a live object, without what belongs to it.
pub(super) fn node(object: &Value) -> Node {
    let key = ObjectKey::of(object);
    let ready = condition(object, "Ready");
    let (mut state, mut reason, mut message) = judged(object, &key, ready);
    let mut current = is_current(object);
    if state == State::Progressing && current && is_looked_at_again(object) {
        state = State::Ready;
    }
    let was_ready = state == State::Ready;
    if !current && matches!(state, State::Ready | State::Failed) {
        (state, reason) = (State::Progressing, "OldGeneration".to_owned());
        message = "a change has not been looked at yet".to_owned();
    }
    if matches!(state, State::Ready | State::Failed) && is_asked_for(object) {
        (state, reason, current) = (State::Progressing, "Requested".to_owned(), false);
        message = "was asked to look again and has not done so yet".to_owned();
    }
    if object.pointer("/metadata/deletionTimestamp").is_some() {
        (state, reason) = (State::Progressing, "Terminating".to_owned());
        message = "is being removed".to_owned();
    }
    let mut is_ready = state == State::Ready;
    if object.pointer("/spec/suspend").and_then(Value::as_bool) == Some(true) {
        is_ready = was_ready;
        (state, reason) = (State::Suspended, "Suspended".to_owned());
        message = match was_ready {
            true => "suspended; was ready before".to_owned(),
            false => format!("suspended; before: {message}"),
        };
    }
    let depends_on = list(object, "/spec/dependsOn").iter();
    let depends_on = depends_on.filter_map(|d| ObjectKey::referred(d, &key.kind, &key.namespace)).collect();
    let inventory = list(object, "/status/inventory/entries").iter();
    let inventory = inventory.filter_map(|e| ObjectKey::from_inventory_id(text(e, "/id")?)).collect();
    let revision = revision(object, &key.kind);
    Node {
        key,
        state,
        ready: is_ready,
        reason,
        message,
        revision,
        current,
        depends_on,
        inventory,
        children: Vec::new(),
    }
}

/// The node of an object that something refers to and that is not there.
pub(super) fn missing(key: ObjectKey) -> Node {
    Node {
        message: format!("{key} does not exist"),
        key,
        state: State::Progressing,
        ready: false,
        reason: "Missing".to_owned(),
        revision: None,
        current: true,
        depends_on: Vec::new(),
        inventory: Vec::new(),
        children: Vec::new(),
    }
}

fn judged(object: &Value, key: &ObjectKey, ready: Option<&Value>) -> (State, String, String) {
    let words = |condition: &Value| {
        let word = |pointer| text(condition, pointer).unwrap_or_default().trim().to_owned();
        (word("/reason"), word("/message"))
    };
    if let Some(stalled) = condition(object, "Stalled").filter(|c| text(c, "/status") == Some("True")) {
        let (reason, message) = words(stalled);
        return (State::Failed, reason, message);
    }
    let Some(ready) = ready else {
        // A repository of OCI charts is only an address: Flux gives it no status.
        if key.kind == "HelmRepository" && text(object, "/spec/type") == Some("oci") {
            return (State::Ready, "Static".to_owned(), "an address only".to_owned());
        }
        return (State::Unknown, "NotObserved".to_owned(), "not looked at yet".to_owned());
    };
    let (reason, message) = words(ready);
    let state = match text(ready, "/status") {
        Some("True") => State::Ready,
        Some("False") if WAITING.contains(&reason.as_str()) => State::Progressing,
        Some("False") => State::Failed,
        _ => State::Progressing,
    };
    (state, reason, message)
}

fn condition<'a>(object: &'a Value, sort: &str) -> Option<&'a Value> {
    list(object, "/status/conditions").iter().find(|c| text(c, "/type") == Some(sort))
}

/// Has the controller looked at the present generation? A failing object keeps its old `status.observedGeneration`, so the
/// conditions' own count too.
fn is_current(object: &Value) -> bool {
    let Some(generation) = object.pointer("/metadata/generation").and_then(Value::as_i64) else {
        return true;
    };
    let own = object.pointer("/status/observedGeneration").and_then(Value::as_i64);
    let conditions = ["Ready", "Stalled"].into_iter().filter_map(|sort| condition(object, sort));
    let of_conditions = conditions.filter_map(|c| c.get("observedGeneration").and_then(Value::as_i64));
    match own.into_iter().chain(of_conditions).max() {
        Some(observed) => observed >= generation,
        // No controller speaks of generations here.
        None => true,
    }
}

/// Flux says `Unknown` of a Kustomization at every interval while it looks whether all is still as wanted: one that was
/// applied, as it is now, is as ready as a moment ago. (kustomize-controller, `reconcile` in
/// `kustomization_controller.go`; `status.history` has the latest attempt first.)
fn is_looked_at_again(object: &Value) -> bool {
    let number = |pointer| object.pointer(pointer).and_then(Value::as_i64);
    let latest = |pointer: &str| text(object, &format!("/status/history/0/{pointer}"));
    let ready = condition(object, "Ready");
    ready.and_then(|ready| text(ready, "/status")) == Some("Unknown")
        && number("/status/observedGeneration") == number("/metadata/generation")
        && latest("lastReconciledStatus") == Some("ReconciliationSucceeded")
        && latest("metadata/revision") == text(object, "/status/lastAppliedRevision")
}

/// Was its controller asked, with Flux's annotation, to look again, and has not done so?
fn is_asked_for(object: &Value) -> bool {
    let asked = text(object, "/metadata/annotations/reconcile.fluxcd.io~1requestedAt");
    // What has no status is no controller's business.
    asked.is_some()
        && condition(object, "Ready").is_some()
        && asked != text(object, "/status/lastHandledReconcileAt")
}

fn revision(object: &Value, kind: &str) -> Option<String> {
    let pointers: &[&str] = match kind {
        "Kustomization" => &["/status/lastAppliedRevision"],
        "HelmRelease" => &["/status/history/0/chartVersion", "/status/lastAttemptedRevision"],
        _ => &["/status/artifact/revision"],
    };
    pointers.iter().find_map(|p| text(object, p)).map(str::to_owned)
}
