//! What the code of the API server refuses about built-in kinds, beyond their types.
//!
//! [`fields`] holds what is asked of one field, as a table; the other rooms hold what is asked of several fields together.

mod admission;
mod api_services;
mod autoscaling;
mod configuration;
pub(crate) mod definitions;
mod devices;
mod fields;
mod namespaces;
mod networking;
mod pods;
mod rbac;
mod resources;
mod selectors;
mod services;
mod storage;
mod workloads;

use kustomize_rs::yaml::field::{at, items, text};
use kustomize_rs::yaml::node::Node;

use crate::check::{Faults, Sort};
use crate::types::{Table, Type};

pub(crate) use fields::{may_be_empty, may_be_left_out};

/// What is asked of a value of a named type, wherever it stands.
pub(crate) fn of_type<'a>(node: &'a Node, of: &'a Type, table: &'a Table, faults: &mut Faults<'a>) {
    let Some(name) = of.name.as_deref() else { return };
    fields::check(node, of, name, table, faults);
    let Some(name) = name.strip_prefix("io.k8s.api.") else {
        match name.rsplit('.').next() {
            Some("LabelSelectorRequirement") => selectors::requirement(node, faults),
            Some("APIService") => api_services::api_service(node, faults),
            _ => {}
        }
        return;
    };
    match name {
        "core.v1.NodeSelectorRequirement" => selectors::node_requirement(node, faults),
        "core.v1.NodeSelector" => selectors::node_selector(node, faults),
        "core.v1.Toleration" => selectors::toleration(node, faults),
        "core.v1.PodSpec" => pods::spec(node, faults),
        "core.v1.Pod" => pods::alone(node, faults),
        "core.v1.Container" => pods::container(node, faults),
        "core.v1.EnvVar" => pods::variable(node, faults),
        "core.v1.Volume" => pods::volume(node, of, faults),
        "core.v1.ProjectedVolumeSource" => pods::projected(node, faults),
        "core.v1.SecurityContext" => pods::security_context(node, faults),
        "core.v1.ResourceRequirements" => resources::requirements(node, faults),
        "core.v1.PodTemplateSpec" => workloads::template(node, faults),
        "core.v1.PersistentVolumeClaimSpec" => storage::claim(node, faults),
        "core.v1.PersistentVolumeSpec" => storage::volume(node, of, faults),
        "core.v1.ServiceSpec" => services::spec(node, faults),
        "core.v1.LimitRangeSpec" => resources::limit_range(node, faults),
        "core.v1.ResourceQuotaSpec" => resources::quota(node, faults),
        "core.v1.ScopedResourceSelectorRequirement" => selectors::scope(node, faults),
        "core.v1.Secret" => configuration::secret(node, faults),
        "core.v1.ConfigMap" => configuration::config_map(node, faults),
        "core.v1.Namespace" => namespaces::namespace(node, faults),
        "core.v1.ServiceAccount" => configuration::service_account(node, faults),
        "apps.v1.DeploymentSpec" => workloads::deployment(node, faults),
        "apps.v1.StatefulSetSpec" => workloads::stateful_set(node, faults),
        "apps.v1.DaemonSetSpec" => workloads::daemon_set(node, faults),
        "apps.v1.ReplicaSetSpec" => workloads::matching(node, faults),
        "batch.v1.JobSpec" => workloads::job(node, faults),
        "batch.v1.CronJobSpec" => workloads::cron_job(node, faults),
        "networking.v1.HTTPIngressPath" => networking::path(node, faults),
        "networking.v1.IngressBackend" => networking::backend(node, faults),
        "networking.v1.NetworkPolicySpec" => networking::policy(node, faults),
        "networking.v1.NetworkPolicyPeer" => networking::peer(node, faults),
        "networking.v1.NetworkPolicyPort" => networking::port(node, faults),
        "networking.v1.IPBlock" => networking::block(node, faults),
        "networking.v1.IngressClassParametersReference" => networking::parameters(node, faults),
        "rbac.v1.Role" => rbac::role(node, faults),
        "rbac.v1.ClusterRole" => rbac::role(node, faults),
        "rbac.v1.RoleBinding" | "rbac.v1.ClusterRoleBinding" => rbac::binding(node, faults),
        "policy.v1.PodDisruptionBudgetSpec" => workloads::budget(node, faults),
        "autoscaling.v2.HorizontalPodAutoscalerSpec" => autoscaling::autoscaler(node, faults),
        "autoscaling.v2.MetricSpec" => autoscaling::metric(node, faults),
        "storage.v1.StorageClass" => storage::class(node, faults),
        "admissionregistration.v1.ValidatingWebhook" | "admissionregistration.v1.MutatingWebhook" => {
            admission::webhook(node, faults);
        }
        "admissionregistration.v1.ValidatingAdmissionPolicySpec"
        | "admissionregistration.v1.MutatingAdmissionPolicySpec" => admission::policy(node, faults),
        "admissionregistration.v1.MutatingAdmissionPolicy" => admission::mutating(node, faults),
        "admissionregistration.v1.Mutation" => admission::mutation(node, faults),
        "discovery.v1.EndpointSlice" => networking::endpoint_slice(node, faults),
        "resource.v1.ResourceClaimTemplateSpec" => devices::template(node, faults),
        "resource.v1.DeviceClaim" => devices::claim(node, faults),
        "resource.v1.ExactDeviceRequest" | "resource.v1.DeviceSubRequest" => devices::request(node, faults),
        "resource.v1.OpaqueDeviceConfiguration" => devices::parameters(node, faults),
        "resource.v1.DeviceToleration" => devices::toleration(node, faults),
        _ => {}
    }
}

/// A whole number; none if it is missing or none.
fn number(node: &Node, path: &[&str]) -> Option<i64> {
    at(node, path)?.value_text().parse().ok()
}

/// A fault of a field below the value that is looked at.
fn fault<'a>(
    faults: &mut Faults<'a>,
    sort: Sort,
    at: &Node,
    field: &'a str,
    message: impl Into<String>,
    help: impl Into<String>,
) {
    faults.path.0.push(crate::check::Step::Field(field));
    faults.add(sort, at, message, help);
    faults.path.0.pop();
}

/// Where an object that is written as YAML is refused by one of the rooms.
#[cfg(test)]
fn told(check: for<'a> fn(&'a Node, &mut Faults<'a>), text: &str) -> Vec<String> {
    let read = kustomize_rs::yaml::json::read_as_json(text, "test", kustomize_rs::Limits::default());
    let node = read.unwrap_or_else(|fault| panic!("{fault}"));
    let mut faults = Faults { all: Vec::new(), path: crate::check::Path::default() };
    check(&node, &mut faults);
    faults.all.into_iter().map(|fault| fault.path).collect()
}
