//! What would become of an object: a server-side dry run under the name of the controller that would apply it.

use std::collections::{BTreeSet, HashMap};

use anyhow::{Context, Result, bail};
use kube::Client;
use kube::api::{Api, ApiResource, DynamicObject, Patch, PatchParams};
use kube::core::{GroupVersionKind, TypeMeta};
use serde_json::Value;

use super::{Cluster, text};

/// The kinds that a cluster has, of those that were asked about.
#[derive(Debug, Clone, Default)]
pub struct Resources {
    /// By API version and kind; with whether its objects are in namespaces.
    known: HashMap<(String, String), (ApiResource, bool)>,
}

/// What the API server would do.
#[derive(Debug, Clone, PartialEq)]
pub enum Tried {
    /// This would be there.
    Becomes(Value),
    /// It refuses the object.
    Refused {
        /// Why.
        why: String,
        /// Does it call the object invalid, or in conflict with what is there?
        is_invalid: bool,
    },
    /// It does not have the kind in that version.
    NoKind,
    /// It does not have the namespace.
    NoNamespace,
}

/// An object as it is, and what would be in its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Trial {
    /// As it is; none if it is not there.
    pub live: Option<Value>,
    /// What would be.
    pub tried: Tried,
}

impl Cluster {
    /// Which of these kinds, each with its API version, the cluster has.
    pub async fn resources(&self, kinds: &BTreeSet<(String, String)>) -> Result<Resources> {
        let mut resources = Resources::default();
        let versions: BTreeSet<&str> = kinds.iter().map(|(version, _)| version.as_str()).collect();
        for version in versions {
            let doing = || format!("ask the API server for the kinds of {version}");
            let found = match version.contains('/') {
                true => self.client.list_api_group_resources(version).await,
                false => self.client.list_core_api_resources(version).await,
            };
            let found = match found {
                Ok(found) => found,
                Err(kube::Error::Api(status)) if status.code == 404 => continue,
                Err(error) => return Err(error).with_context(doing),
            };
            let (group, short) = version.split_once('/').unwrap_or(("", version));
            // A name with a slash is a subresource.
            for each in found.resources.into_iter().filter(|each| !each.name.contains('/')) {
                let kind = GroupVersionKind::gvk(group, short, &each.kind);
                let resource = ApiResource::from_gvk_with_plural(&kind, &each.name);
                resources.known.insert((version.to_owned(), each.kind), (resource, each.namespaced));
            }
        }
        Ok(resources)
    }

    /// An object as it is; `namespace` is left out where its kind has none. None if the object or its kind is not there.
    pub async fn look_at(
        &self,
        resources: &Resources,
        (version, kind): (&str, &str),
        namespace: &str,
        name: &str,
    ) -> Result<Option<Value>> {
        let Some((api, resource)) = self.api_of(resources, version, kind, namespace) else { return Ok(None) };
        live(&api, &resource, name).await
    }

    /// What would become of an object that `manager` applies, and takes every field for; nothing is changed. `namespace` is that of
    /// objects that name none.
    ///
    /// # Errors
    ///
    /// If the API server cannot be asked; what it says to the object is no error.
    pub async fn try_out(
        &self,
        resources: &Resources,
        object: &Value,
        namespace: &str,
        manager: &str,
    ) -> Result<Trial> {
        let (version, kind) = (text(object, "/apiVersion"), text(object, "/kind"));
        let name = text(object, "/metadata/name");
        let own = text(object, "/metadata/namespace");
        let namespace = if own.is_empty() { namespace } else { &own };
        let Some((api, resource)) = self.api_of(resources, &version, &kind, namespace) else {
            return Ok(Trial { live: None, tried: Tried::NoKind });
        };
        let params = PatchParams::apply(manager).force().dry_run();
        let patch = Patch::Apply(object);
        let (live, applied) =
            futures::future::join(live(&api, &resource, &name), api.patch(&name, &params, &patch)).await;
        let tried = match applied {
            Ok(applied) => Tried::Becomes(as_value(applied, &resource)?),
            Err(kube::Error::Api(status)) if status.code == 404 => {
                let is_namespace =
                    status.details.as_ref().is_some_and(|details| details.kind == "namespaces");
                if is_namespace { Tried::NoNamespace } else { Tried::NoKind }
            }
            Err(kube::Error::Api(status)) if is_refusal(&status) => {
                Tried::Refused { why: status.message.clone(), is_invalid: matches!(status.code, 409 | 422) }
            }
            Err(error) => {
                return Err(error).with_context(|| format!("try to apply {kind} {namespace}/{name}"));
            }
        };
        Ok(Trial { live: live?, tried })
    }

    fn api_of(
        &self,
        resources: &Resources,
        version: &str,
        kind: &str,
        namespace: &str,
    ) -> Option<(Api<DynamicObject>, ApiResource)> {
        let (resource, is_namespaced) = resources.known.get(&(version.to_owned(), kind.to_owned()))?;
        let client: Client = self.client.clone();
        let api = match (is_namespaced, namespace) {
            (false, _) => Api::all_with(client, resource),
            (true, "") => Api::namespaced_with(client, "default", resource),
            (true, namespace) => Api::namespaced_with(client, namespace, resource),
        };
        Some((api, resource.clone()))
    }
}

/// Fields that are not in the schema, and webhooks that do not answer, are internal errors to the API server: Flux gets no further
/// with them either.
fn is_refusal(status: &kube::core::Status) -> bool {
    status.code < 500 || ["typed patch object", "webhook"].iter().any(|said| status.message.contains(said))
}

async fn live(api: &Api<DynamicObject>, resource: &ApiResource, name: &str) -> Result<Option<Value>> {
    if name.is_empty() {
        bail!("an object without a name cannot be asked for");
    }
    match api.get_opt(name).await {
        Ok(found) => found.map(|object| as_value(object, resource)).transpose(),
        Err(error) => Err(error).with_context(|| format!("read {} {name}", resource.kind)),
    }
}

fn as_value(mut object: DynamicObject, resource: &ApiResource) -> Result<Value> {
    let types = TypeMeta { api_version: resource.api_version.clone(), kind: resource.kind.clone() };
    object.types.get_or_insert(types);
    Ok(serde_json::to_value(object)?)
}
