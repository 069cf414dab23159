//! Carries out the steps of a plan, one group at a time. It decides nothing: what is to be done is in the plan.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use fleet::generated;
use fleet::plan::{Group, Step};
use fleet::secret::SecretString;
use flux::arrival;
use flux::object::ObjectKey;
use flux::render::{Entry, Inputs};
use rand::RngExt as _;
use serde_json::{Value, json};
use yamltree::tree::Tree;

use super::observe::{CLUSTER_VARIABLES, Embedded, FLUX_SYSTEM, Observed, is_leaving, is_root, read_secret};
use super::target::Target;
use crate::context::Context;
use crate::edge::cluster::{Cluster, kinds, text};
use crate::edge::tree::DiskTree;
use crate::exit::Failure;
use crate::sandbox::supervisor::Order;
use crate::sandbox::{self, tools};

/// How long what was removed may take to be gone before it is made again.
const REMOVAL_PATIENCE: Duration = Duration::from_secs(300);

/// Carries out one group of steps; waiting is not among them.
pub async fn execute(
    context: &Context,
    target: &Target,
    embedded: Option<&Embedded>,
    observed: &Observed,
    group: Group,
    steps: &[Step],
) -> Result<(), Failure> {
    if group == Group::Inputs {
        check_values(context, target, embedded, observed).await?;
    }
    for step in steps {
        match step {
            // These two show progress of their own.
            Step::BuildTools => {
                let (layout, terminal) = (context.layout.clone(), context.terminal.clone());
                blocking(move || tools::ensure(&layout, tools::Group::ControlPlane, &terminal)).await?;
            }
            Step::StartControlPlane { .. } => {
                let embedded = embedded.context("only the sandbox has a control plane to start")?;
                let order = Order { charts: embedded.charts.clone(), api_port: embedded.api_port };
                let (layout, terminal) = (context.layout.clone(), context.terminal.clone());
                blocking(move || sandbox::start(&layout, &order, &terminal)).await?;
            }
            step => {
                let work = context.terminal.work(step.to_string());
                match carry_out(context, target, embedded, observed, step).await {
                    Ok(()) => work.done(""),
                    Err(error) => {
                        work.failed();
                        return Err(Failure::World(error.context(step.to_string())));
                    }
                }
            }
        }
    }
    Ok(())
}

/// Runs what blocks beside the runtime, so that an interruption is heard meanwhile.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.context("wait for a step")?
}

async fn carry_out(
    context: &Context,
    target: &Target,
    embedded: Option<&Embedded>,
    observed: &Observed,
    step: &Step,
) -> Result<()> {
    let cluster = || observed.cluster.as_ref().context("the cluster does not answer");
    match step {
        Step::StopControlPlane { .. } => {
            sandbox::stop(&context.layout)?;
        }
        Step::Serve { .. } => {
            embedded.context("only the sandbox serves commits")?.serving.publish(&context.layout)?;
        }
        Step::WriteVariables { .. } => {
            let values: BTreeMap<&str, &SecretString> = target.env.iter().collect();
            cluster()?.apply(&secret(CLUSTER_VARIABLES, values)).await?;
        }
        Step::WriteGenerated { component, .. } => generate(cluster()?, target, component).await?,
        Step::ApplyRoot { name, kind, .. } => {
            let is_it = |root: &&Value| text(root, "/kind") == *kind && text(root, "/metadata/name") == *name;
            let root =
                observed.roots.iter().find(is_it).context("the plan names a root that is not wanted")?;
            until_gone(cluster()?, kind, name).await?;
            cluster()?.apply(root).await?;
        }
        Step::RemoveRoot { name } => cluster()?.delete(kinds::KUSTOMIZATION, FLUX_SYSTEM, name).await?,
        Step::BuildTools | Step::StartControlPlane { .. } | Step::Wait => {
            bail!("this step is carried out elsewhere")
        }
    }
    Ok(())
}

/// An object that is being removed takes what is applied to it with it.
async fn until_gone(cluster: &Cluster, kind: &str, name: &str) -> Result<()> {
    if kind != kinds::KUSTOMIZATION.kind {
        return Ok(());
    }
    let begun = Instant::now();
    while cluster.get(kinds::KUSTOMIZATION, FLUX_SYSTEM, name).await?.is_some_and(|live| is_leaving(&live)) {
        if begun.elapsed() > REMOVAL_PATIENCE {
            bail!(
                "it was removed before and is not gone after {} s: `kubectl --namespace {FLUX_SYSTEM} get {kind} {name} \
                 --output yaml` shows what holds it",
                REMOVAL_PATIENCE.as_secs()
            );
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    Ok(())
}

/// Has Flux look at the root objects now. It sees a changed Secret, and a control plane that is back, by itself; but only
/// the annotation tells when it has: until then everything looks as ready as it was before.
pub async fn ask_to_look_again(cluster: &Cluster) -> Result<()> {
    for kind in [kinds::GIT_REPOSITORY, kinds::KUSTOMIZATION] {
        for root in cluster.list(kind).await?.iter().filter(|object| is_root(object) && !is_leaving(object)) {
            cluster.look_again(kind, FLUX_SYSTEM, &text(root, "/metadata/name")).await?;
        }
    }
    Ok(())
}

/// Reads what exists right before writing: values that are there always win, even ones made a moment ago.
async fn generate(cluster: &Cluster, target: &Target, component: &str) -> Result<()> {
    let name = generated::secret_name(component);
    let existing = read_secret(cluster, &name).await?;
    let contract =
        &target.catalogue.components.get(component).context("the component is not in the tree")?.contract;
    let plan = generated::plan(component, contract, existing.as_ref(), &mut random_letters)?;
    let Some(plan) = plan else { return Ok(()) };
    let values = plan.values.iter().map(|(key, value)| (key.as_str(), value)).collect();
    let mut secret = secret(&plan.secret, values);
    if plan.opens_backups {
        // Velero's own mark: a backup that holds its own key is open to whoever finds it.
        secret["metadata"]["labels"]["velero.io/exclude-from-backup"] = json!("true");
    }
    cluster.apply(&secret).await?;
    Ok(())
}

/// Letters and digits, a letter first, from the operating system's generator.
fn random_letters(length: usize) -> String {
    const LETTERS: &[u8] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    const DIGITS: usize = 10;
    let mut random = rand::rng();
    (0..length)
        .map(|position| {
            let choices = if position == 0 { LETTERS.len() - DIGITS } else { LETTERS.len() };
            char::from(LETTERS[random.random_range(0..choices)])
        })
        .collect()
}

fn secret(name: &str, values: BTreeMap<&str, &SecretString>) -> Value {
    let data: serde_json::Map<String, Value> =
        values.into_iter().map(|(key, value)| (key.to_owned(), json!(encode(value.expose())))).collect();
    json!({
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {
            "name": name,
            "namespace": FLUX_SYSTEM,
            // Flux takes a change up at once instead of at the next interval.
            "labels": {"app.kubernetes.io/managed-by": "xtask", "reconcile.fluxcd.io/watch": "Enabled"},
        },
        "data": data,
    })
}

fn encode(value: &str) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(value)
}

/// Every use of every variable is rendered with its real value before anything is written (see [`arrival`]).
async fn check_values(
    context: &Context,
    target: &Target,
    embedded: Option<&Embedded>,
    observed: &Observed,
) -> Result<(), Failure> {
    let work = context.terminal.work("check that every value arrives as it is");
    let tree: Box<dyn Tree + Sync> = match embedded {
        Some(embedded) => {
            embedded.serving.publish(&context.layout)?;
            embedded.serving.tree(context)?
        }
        None => Box::new(DiskTree::artifact(&context.root)),
    };
    let secret = |name: &str| ObjectKey::new("Secret", FLUX_SYSTEM, name);
    let exposed = |(name, value): (&str, &SecretString)| (name.to_owned(), value.expose().clone());
    let mut values = arrival::Values::new();
    values.insert(secret(CLUSTER_VARIABLES), target.env.iter().map(exposed).collect());
    for (name, _) in target.components() {
        let contract = &target.catalogue.components[name].contract;
        let existing = match &observed.cluster {
            Some(cluster) if !contract.secrets.is_empty() => {
                read_secret(cluster, &generated::secret_name(name)).await?
            }
            _ => None,
        };
        // What is generated later has this form; what exists is checked as it is.
        let mut all: BTreeMap<String, String> =
            contract.secrets.iter().map(|value| (value.name.clone(), "x".repeat(value.length))).collect();
        all.extend(existing.iter().flatten().map(|(name, value)| (name.clone(), value.expose().clone())));
        values.insert(secret(&generated::secret_name(name)), all);
    }
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let inputs = Inputs { threads, ..Inputs::new(&*tree, Entry::Objects(target.root_nodes()?)) };
    match arrival::lost(&inputs, &values) {
        Ok(lost) if lost.is_empty() => {
            work.done("");
            Ok(())
        }
        Ok(lost) => {
            work.failed();
            Err(Failure::Faulty(lost.iter().map(|lost| diagnostic(target, lost)).collect()))
        }
        Err(problems) => {
            work.failed();
            Err(Failure::Faulty(problems))
        }
    }
}

fn diagnostic(target: &Target, lost: &arrival::Lost) -> yamltree::diagnostic::Diagnostic {
    use yamltree::diagnostic::{Diagnostic, Place};
    let file = format!("clusters/{}/.flux.env", target.folder.name);
    let place = match target.env.line_of(&lost.variable) {
        Some(line) => Place::at(file, line, 1),
        None => Place::file(file),
    };
    let message = format!(
        "the value of `{}` would not arrive as the same text in {} {}",
        lost.variable, lost.object, lost.pointer
    );
    Diagnostic::error("substitution/changed", place, message)
        .with_help("choose a value of letters and digits that begins with a letter")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn random_values_begin_with_a_letter_and_have_their_length() {
        for length in [8, 32, 64] {
            let value = random_letters(length);
            assert_eq!(value.len(), length);
            assert!(value.starts_with(|first: char| first.is_ascii_alphabetic()), "{value}");
            assert!(value.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{value}");
        }
    }

    #[test]
    fn two_random_values_differ() {
        assert_ne!(random_letters(32), random_letters(32));
    }
}
