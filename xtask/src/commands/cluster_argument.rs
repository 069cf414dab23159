//! The argument that most verbs share: which cluster is meant, and reaching it.

use clap::Args;

use crate::bootstrap::target::{ClusterFolder, SANDBOX, Target};
use crate::context::Context;
use crate::edge::cluster::Cluster;
use crate::exit::Failure;
use crate::sandbox;
use crate::sandbox::state::Phase;
use fleet::cluster::Sort;

/// Which cluster is meant.
#[derive(Debug, Clone, Args)]
pub struct ClusterArgument {
    /// The cluster: a folder below clusters/, or the path of one
    #[arg(default_value = SANDBOX, value_name = "CLUSTER")]
    pub cluster: String,
}

impl ClusterArgument {
    /// The cluster's folder.
    pub fn folder(&self, context: &Context) -> Result<ClusterFolder, Failure> {
        ClusterFolder::find(context, &self.cluster)
    }

    /// What the cluster is to be, by the checkout's files.
    pub fn target(&self, context: &Context) -> Result<Target, Failure> {
        Target::load_from_checkout(context, self.folder(context)?)
    }
}

/// Connects to a cluster that is expected to be there.
pub async fn connect(context: &Context, folder: &ClusterFolder) -> Result<Cluster, Failure> {
    if folder.sort == Sort::Sandbox {
        match sandbox::running(&context.layout)?.map(|state| state.phase) {
            Some(Phase::Running) => {}
            Some(phase) => return Err(Failure::world(format!("the sandbox is not ready: {phase:?}"))),
            None => {
                return Err(Failure::world("the sandbox does not run; `cargo xtask bootstrap` starts it"));
            }
        }
    }
    let kubeconfig = folder.kubeconfig(context);
    if !kubeconfig.is_file() {
        return Err(Failure::world(format!(
            "cluster `{}` cannot be reached: {} does not exist; `cargo xtask bootstrap {}` says what to do",
            folder.name,
            kubeconfig.display(),
            folder.name
        )));
    }
    let cluster = Cluster::connect(&kubeconfig).await?;
    if !cluster.is_ready().await {
        return Err(Failure::world(format!("the API server of cluster `{}` does not answer", folder.name)));
    }
    Ok(cluster)
}
