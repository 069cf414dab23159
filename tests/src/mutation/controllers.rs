//! What Flux makes of small repositories: its functions build them, the API server looks at every object, and the real controllers
//! at what is theirs.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::built::built;
use super::files::Broken;
use super::server::Server;
use crate::checkout::Checkout;

/// Kinds of Flux whose objects become ready or not.
const KINDS: [&str; 5] = [
    "kustomizations.kustomize.toolkit.fluxcd.io",
    "helmreleases.helm.toolkit.fluxcd.io",
    "helmrepositories.source.toolkit.fluxcd.io",
    "helmcharts.source.toolkit.fluxcd.io",
    "receivers.notification.toolkit.fluxcd.io",
];
/// Nothing changes any more when nothing has changed for so long: what waits for another is looked at again after 30 seconds.
const QUIET: Duration = Duration::from_secs(45);
/// The namespace of the source.
const FLUX: &str = "flux-system";

/// Who has said something to one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Everything in it is applied and ready.
    Accepted,
    /// Why it is not.
    Refused(String),
    /// The API server takes its objects, and the controllers were not asked about them.
    NotAsked,
}

/// What Flux says to each, in order; of those about whose objects only the controllers can say something, `ask` picks by number which
/// are asked about.
pub async fn verdicts(checkout: &Checkout, all: &[Broken], ask: impl Fn(usize) -> bool) -> Vec<Verdict> {
    let built = built(all);
    let mut server = Server::connect(&checkout.kubeconfig()).await;
    server.prepare(&["m0000".to_owned()], &[]).await;
    let mut verdicts = Vec::new();
    let mut asked: Vec<(&Broken, Vec<Value>)> = Vec::new();
    let mut number = 0;
    for (broken, objects) in all.iter().zip(built) {
        verdicts.push(match objects {
            Err(why) => Verdict::Refused(why),
            Ok(objects) => match server.verdicts(&objects).await.into_iter().find_map(Result::err) {
                Some(why) => Verdict::Refused(why),
                None if !objects.iter().any(is_of_flux) => Verdict::Accepted,
                None => {
                    number += 1;
                    if ask(number) {
                        asked.push((broken, objects));
                    }
                    Verdict::NotAsked
                }
            },
        });
    }
    let said = of_controllers(checkout, &mut server, &asked).await;
    for (broken, verdict) in all.iter().zip(&mut verdicts) {
        if let Some(said) = said.get(&broken.name) {
            *verdict = said.clone();
        }
    }
    verdicts
}

fn is_of_flux(object: &Value) -> bool {
    object["apiVersion"].as_str().is_some_and(|version| version.contains(".toolkit.fluxcd.io/"))
}

/// Applies the objects, each repository in a namespace of its own, and waits for what the controllers say.
async fn of_controllers(
    checkout: &Checkout,
    server: &mut Server,
    asked: &[(&Broken, Vec<Value>)],
) -> BTreeMap<String, Verdict> {
    for (broken, _) in asked {
        broken.files(&broken.batch).iter().for_each(|(path, text)| checkout.write(path, text));
    }
    let commit = checkout.commit("broken repositories");
    checkout.wait_until_flux_follows(&commit);
    let sources = sources(checkout, asked);
    server.apply_all(&sources).await.into_iter().for_each(|applied| applied.unwrap());
    checkout.wait("each batch is a source", 120, || {
        let ran = checkout
            .kubectl(&["get", "gitrepositories", "--namespace", FLUX, "--output=json"])
            .expect(0)
            .json();
        let waits = ran["items"].as_array().unwrap().iter().find(|source| problem(source).is_some());
        waits.map_or(Ok(()), |source| Err(source["metadata"]["name"].to_string()))
    });
    let namespaces: Vec<String> = asked.iter().map(|(broken, _)| broken.name.clone()).collect();
    server.prepare(&namespaces, &[]).await;
    let mut said: BTreeMap<String, Verdict> = BTreeMap::new();
    for (broken, objects) in asked {
        let filled: Vec<Value> = objects
            .iter()
            .map(|object| serde_json::from_str(&broken.filled(&object.to_string(), &broken.batch)).unwrap())
            .collect();
        if let Some(why) = server.apply_all(&filled).await.into_iter().find_map(Result::err) {
            said.insert(broken.name.clone(), Verdict::Refused(why));
        }
    }
    let mut last: BTreeMap<String, String> = BTreeMap::new();
    let mut changed = Instant::now();
    while changed.elapsed() < QUIET {
        std::thread::sleep(Duration::from_secs(3));
        let now = problems(checkout);
        // Why something is not ready is said in new words at each try.
        if !now.keys().eq(last.keys()) {
            changed = Instant::now();
        }
        last = now;
    }
    for (broken, _) in asked {
        let verdict = match last.get(&broken.name) {
            Some(problem) => Verdict::Refused(problem.clone()),
            None => Verdict::Accepted,
        };
        said.entry(broken.name.clone()).or_insert(verdict);
    }
    said
}

/// A source for each batch: the repository as Flux has it, and of it only that folder, since each reconciliation unpacks all there is.
fn sources(checkout: &Checkout, asked: &[(&Broken, Vec<Value>)]) -> Vec<Value> {
    let live = checkout.object("gitrepository", FLUX, "openappstack").unwrap();
    let batches: BTreeSet<&String> = asked.iter().map(|(broken, _)| &broken.batch).collect();
    let source = |batch: &String| {
        let mut spec = live["spec"].clone();
        spec["ignore"] = json!(format!("/*\n!/mutants/\n/mutants/*\n!/mutants/{batch}/\n"));
        spec["interval"] = json!("1h");
        json!({"apiVersion": live["apiVersion"], "kind": "GitRepository",
            "metadata": {"name": batch, "namespace": FLUX}, "spec": spec})
    };
    batches.into_iter().map(source).collect()
}

/// What is not ready, by namespace.
fn problems(checkout: &Checkout) -> BTreeMap<String, String> {
    let mut problems: BTreeMap<String, String> = BTreeMap::new();
    for kind in KINDS {
        let ran = checkout.kubectl(&["get", kind, "--all-namespaces", "--output=json"]).expect(0);
        for object in ran.json()["items"].as_array().into_iter().flatten() {
            let text = |key: &str| object["metadata"][key].as_str().unwrap_or_default().to_owned();
            if let Some(problem) = problem(object) {
                let kind = object["kind"].as_str().unwrap_or_default();
                problems.entry(text("namespace")).or_insert(format!("{kind} {}: {problem}", text("name")));
            }
        }
    }
    problems
}

/// Why an object is not ready; one that is suspended is nobody's problem.
fn problem(object: &Value) -> Option<String> {
    if object["spec"]["suspend"] == true {
        return None;
    }
    let conditions = object.pointer("/status/conditions").and_then(Value::as_array);
    let ready = conditions.into_iter().flatten().find(|condition| condition["type"] == "Ready");
    // A repository of OCI charts is only an address.
    if ready.is_none() && object["spec"]["type"] == "oci" {
        return None;
    }
    let Some(ready) = ready else { return Some("no verdict".to_owned()) };
    let is_new = ready["observedGeneration"] == object["metadata"]["generation"];
    if ready["status"] == "True" && is_new {
        return None;
    }
    Some(format!("{}: {}", ready["reason"], ready["message"].as_str().unwrap_or_default()))
}
