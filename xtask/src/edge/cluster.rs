//! The Kubernetes API: one client made from one kubeconfig file, never from the person's environment.

mod trial;

use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, bail};
use kube::api::{Api, ApiResource, DeleteParams, DynamicObject, ListParams, Patch, PatchParams};
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::core::{GroupVersionKind, TypeMeta};
use kube::{Client, Config};
use serde_json::{Value, json};

pub use trial::{Resources, Trial, Tried};

/// Who owns the fields that xtask sets.
const FIELD_MANAGER: &str = "openappstack-xtask";

/// A connection to one cluster.
#[derive(Clone)]
pub struct Cluster {
    client: Client,
}

/// What an API server says to an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It takes it.
    Yes,
    /// It has no such kind or namespace.
    Absent,
    /// It refuses it, for this reason.
    No(String),
}

/// A kind of object: what is needed to name it to the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kind {
    /// API group, empty for the core.
    pub group: &'static str,
    /// Version.
    pub version: &'static str,
    /// Kind.
    pub kind: &'static str,
}

/// Shorthand for a [`Kind`].
pub const fn kind(group: &'static str, version: &'static str, kind: &'static str) -> Kind {
    Kind { group, version, kind }
}

/// Flux's kinds and the few of Kubernetes that xtask reads.
pub mod kinds {
    use super::{Kind, kind};

    /// v1 Secret.
    pub const SECRET: Kind = kind("", "v1", "Secret");
    /// v1 ConfigMap.
    pub const CONFIG_MAP: Kind = kind("", "v1", "ConfigMap");
    /// v1 PersistentVolumeClaim.
    pub const CLAIM: Kind = kind("", "v1", "PersistentVolumeClaim");
    /// v1 Namespace.
    pub const NAMESPACE: Kind = kind("", "v1", "Namespace");
    /// CustomResourceDefinition.
    pub const CRD: Kind = kind("apiextensions.k8s.io", "v1", "CustomResourceDefinition");
    /// CloudNativePG's database cluster.
    pub const POSTGRES_CLUSTER: Kind = kind("postgresql.cnpg.io", "v1", "Cluster");
    /// Flux GitRepository.
    pub const GIT_REPOSITORY: Kind = kind("source.toolkit.fluxcd.io", "v1", "GitRepository");
    /// Flux OCIRepository.
    pub const OCI_REPOSITORY: Kind = kind("source.toolkit.fluxcd.io", "v1", "OCIRepository");
    /// Flux HelmRepository.
    pub const HELM_REPOSITORY: Kind = kind("source.toolkit.fluxcd.io", "v1", "HelmRepository");
    /// Flux HelmChart.
    pub const HELM_CHART: Kind = kind("source.toolkit.fluxcd.io", "v1", "HelmChart");
    /// Flux Kustomization.
    pub const KUSTOMIZATION: Kind = kind("kustomize.toolkit.fluxcd.io", "v1", "Kustomization");
    /// Flux HelmRelease.
    pub const HELM_RELEASE: Kind = kind("helm.toolkit.fluxcd.io", "v2", "HelmRelease");
}

impl Cluster {
    /// Connects with a kubeconfig file. Proxies from the environment are ignored where the server is on loopback.
    pub async fn connect(kubeconfig: &Path) -> Result<Cluster> {
        let read = Kubeconfig::read_from(kubeconfig)
            .with_context(|| format!("read the kubeconfig {}", kubeconfig.display()))?;
        let mut config = Config::from_custom_kubeconfig(read, &KubeConfigOptions::default())
            .await
            .with_context(|| format!("use the kubeconfig {}", kubeconfig.display()))?;
        if matches!(config.cluster_url.host(), Some("127.0.0.1" | "localhost" | "[::1]")) {
            config.proxy_url = None;
        }
        config.connect_timeout = Some(Duration::from_secs(5));
        config.read_timeout = Some(Duration::from_secs(30));
        let client = Client::try_from(config).context("make a Kubernetes client")?;
        Ok(Cluster { client })
    }

    /// Whether the API server says that it is ready.
    pub async fn is_ready(&self) -> bool {
        match http::Request::get("/readyz").body(Vec::new()) {
            Ok(request) => self.client.request_text(request).await.is_ok_and(|text| text == "ok"),
            Err(_) => false,
        }
    }

    /// The version of Kubernetes that answers, such as `v1.36.3`.
    pub async fn version(&self) -> Result<String> {
        let doing = "ask the API server for its version";
        let request = http::Request::get("/version").body(Vec::new()).context(doing)?;
        let answer: Value = self.client.request(request).await.context(doing)?;
        Ok(answer.get("gitVersion").and_then(Value::as_str).unwrap_or("unknown").to_owned())
    }

    /// Reads one object; none when it, or its kind, is not there.
    pub async fn get(&self, kind: Kind, namespace: &str, name: &str) -> Result<Option<Value>> {
        match self.api(kind, namespace).get_opt(name).await {
            Ok(Some(object)) => Ok(Some(serde_json::to_value(object)?)),
            Ok(None) => Ok(None),
            Err(error) => Err(error).with_context(|| format!("read {} {namespace}/{name}", kind.kind)),
        }
    }

    /// Lists all objects of a kind in every namespace; none when the kind is not there.
    pub async fn list(&self, kind: Kind) -> Result<Vec<Value>> {
        let api: Api<DynamicObject> = Api::all_with(self.client.clone(), &resource(kind));
        match api.list(&ListParams::default()).await {
            Ok(list) => list
                .items
                .into_iter()
                .map(|mut object| {
                    // A list gives its items without their type.
                    object.types = Some(type_meta(kind));
                    Ok(serde_json::to_value(object)?)
                })
                .collect(),
            Err(kube::Error::Api(status)) if status.code == 404 => Ok(Vec::new()),
            Err(error) => Err(error).with_context(|| format!("list every {}", kind.kind)),
        }
    }

    /// Names of all objects of a cluster-wide kind.
    pub async fn names(&self, kind: Kind) -> Result<Vec<String>> {
        let api: Api<DynamicObject> = Api::all_with(self.client.clone(), &resource(kind));
        let list = api
            .list_metadata(&ListParams::default())
            .await
            .with_context(|| format!("list the names of every {}", kind.kind))?;
        Ok(list.items.into_iter().filter_map(|item| item.metadata.name).collect())
    }

    /// Applies an object server-side; the answer is the object as it is now.
    pub async fn apply(&self, object: &Value) -> Result<Value> {
        self.apply_with(object, &PatchParams::apply(FIELD_MANAGER).force(), None).await
    }

    /// What the API server would say to an object; nothing is changed.
    pub async fn would_take(&self, object: &Value) -> Result<Verdict> {
        let params = PatchParams::apply(FIELD_MANAGER).force().dry_run();
        let Err(error) = self.apply_with(object, &params, None).await else { return Ok(Verdict::Yes) };
        match error.downcast_ref::<kube::Error>() {
            Some(kube::Error::Api(status)) if status.code == 404 => Ok(Verdict::Absent),
            Some(kube::Error::Api(status)) if status.code < 500 => Ok(Verdict::No(status.message.clone())),
            _ => Err(error),
        }
    }

    /// Applies the status of an object server-side.
    pub async fn apply_status(&self, object: &Value) -> Result<Value> {
        self.apply_with(object, &PatchParams::apply(FIELD_MANAGER).force(), Some("status")).await
    }

    async fn apply_with(
        &self,
        object: &Value,
        params: &PatchParams,
        subresource: Option<&str>,
    ) -> Result<Value> {
        let (resource, namespace, name) = address(object)?;
        let doing = || format!("apply {} {namespace}/{name}", resource.kind);
        let api: Api<DynamicObject> = if namespace.is_empty() {
            Api::all_with(self.client.clone(), &resource)
        } else {
            Api::namespaced_with(self.client.clone(), &namespace, &resource)
        };
        let patch = Patch::Apply(object);
        let applied = match subresource {
            None => api.patch(&name, params, &patch).await,
            Some(_) => api.patch_status(&name, params, &patch).await,
        }
        .with_context(doing)?;
        serde_json::to_value(applied).with_context(doing)
    }

    /// Merges a change into an object.
    pub async fn merge(&self, kind: Kind, namespace: &str, name: &str, change: &Value) -> Result<()> {
        self.api(kind, namespace)
            .patch(
                name,
                &PatchParams { field_manager: Some(FIELD_MANAGER.into()), ..Default::default() },
                &Patch::Merge(change),
            )
            .await
            .with_context(|| format!("change {} {namespace}/{name}", kind.kind))?;
        Ok(())
    }

    /// Asks the controller of a Flux object to look at it now; `status.lastHandledReconcileAt` tells when it has.
    pub async fn look_again(&self, kind: Kind, namespace: &str, name: &str) -> Result<()> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).context("read the clock")?.as_secs_f64();
        let annotations = json!({"reconcile.fluxcd.io/requestedAt": format!("{now:.3}")});
        self.merge(kind, namespace, name, &json!({"metadata": {"annotations": annotations}})).await
    }

    /// Deletes an object; that it is not there is fine.
    pub async fn delete(&self, kind: Kind, namespace: &str, name: &str) -> Result<()> {
        match self.api(kind, namespace).delete(name, &DeleteParams::default()).await {
            Ok(_) => Ok(()),
            Err(kube::Error::Api(status)) if status.code == 404 => Ok(()),
            Err(error) => Err(error).with_context(|| format!("delete {} {namespace}/{name}", kind.kind)),
        }
    }

    fn api(&self, kind: Kind, namespace: &str) -> Api<DynamicObject> {
        if namespace.is_empty() {
            Api::all_with(self.client.clone(), &resource(kind))
        } else {
            Api::namespaced_with(self.client.clone(), namespace, &resource(kind))
        }
    }
}

fn resource(kind: Kind) -> ApiResource {
    ApiResource::from_gvk(&GroupVersionKind::gvk(kind.group, kind.version, kind.kind))
}

fn type_meta(kind: Kind) -> TypeMeta {
    let api_version = if kind.group.is_empty() {
        kind.version.to_owned()
    } else {
        format!("{}/{}", kind.group, kind.version)
    };
    TypeMeta { api_version, kind: kind.kind.to_owned() }
}

/// The text at a JSON pointer of an object, or nothing.
pub fn text(object: &Value, pointer: &str) -> String {
    object.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// How an object is addressed: its resource, its namespace (empty for cluster-wide kinds), its name.
fn address(object: &Value) -> Result<(ApiResource, String, String)> {
    let (api_version, kind, name) =
        (text(object, "/apiVersion"), text(object, "/kind"), text(object, "/metadata/name"));
    if api_version.is_empty() || kind.is_empty() || name.is_empty() {
        bail!("an object without apiVersion, kind or name cannot be applied");
    }
    let (group, version) = api_version.split_once('/').unwrap_or(("", &api_version));
    let resource = ApiResource::from_gvk(&GroupVersionKind::gvk(group, version, &kind));
    Ok((resource, text(object, "/metadata/namespace"), name))
}
