//! What a spec must hold beyond its types.

use std::net::IpAddr;

use yamltree::diagnostic::Diagnostic;
use yamltree::nearest;
use yamltree::node::{Node, Step};

use super::{ClusterSpec, Role};
use crate::catalogue::{Catalogue, Tier};
use crate::domain::{Domain, check_label};
use crate::duration;

/// Findings that need only the file.
pub(super) fn alone(file: &str, node: &Node, spec: &ClusterSpec, diagnostics: &mut Vec<Diagnostic>) {
    let mut error = |code, route: &[Step], message: String, help: Option<&str>| {
        let mut found = Diagnostic::error(code, node.place_of(file, route), message);
        found.help = help.map(str::to_owned);
        diagnostics.push(found);
    };
    if duration::seconds(&spec.interval).is_none() {
        let message = format!("`{}` is not a duration", spec.interval);
        error("cluster/interval", &["interval".into()], message, Some("write it like `5m` or `1h30m`"));
    }
    if let Some(url) = spec.channel.url.as_deref().filter(|url| !is_git_url(url)) {
        let help = "write it like `https://host/path.git` or `ssh://git@host/path.git`";
        let message = format!("Flux cannot follow `{url}`");
        error("cluster/channel", &["channel".into(), "url".into()], message, Some(help));
    }
    for (list, names) in [("apps", &spec.apps), ("exclude", &spec.exclude)] {
        for (i, name) in names.iter().enumerate().filter(|(i, name)| names[..*i].contains(name)) {
            error("cluster/twice", &[list.into(), i.into()], format!("`{name}` is in `{list}` twice"), None);
        }
    }
    for (list, args) in [("serverArgs", &spec.k3s.server_args), ("agentArgs", &spec.k3s.agent_args)] {
        for (i, arg) in args.iter().enumerate().filter(|(_, arg)| !arg.starts_with("--")) {
            let route = ["k3s".into(), list.into(), i.into()];
            error(
                "cluster/k3s",
                &route,
                format!("`{arg}` is not a flag"),
                Some("write it as `--name=value`"),
            );
        }
    }
    for (i, host) in spec.hosts.iter().enumerate() {
        let at = |key: &str| ["hosts".into(), i.into(), key.into()];
        if let Err(fault) = check_label(&host.name) {
            error("cluster/host", &at("name"), format!("host name `{}` {fault}", host.name), None);
        }
        if spec.hosts[..i].iter().any(|other| other.name == host.name) {
            error("cluster/host", &at("name"), format!("host `{}` is listed twice", host.name), None);
        }
        let is_name = check_label(&host.address).is_ok() || Domain::new(&host.address).is_ok();
        if !is_name && host.address.parse::<IpAddr>().is_err() {
            let message = format!("`{}` is neither an address nor a host name", host.address);
            error("cluster/host", &at("address"), message, None);
        }
        if host.roles.is_empty() {
            let message = format!("host `{}` has no role", host.name);
            error("cluster/host", &at("roles"), message, Some("use `server`, `agent` or both"));
        }
    }
    if !spec.hosts.is_empty() && spec.hosts.iter().all(|h| !h.roles.contains(&Role::Server)) {
        let place = node.place_of_key(file, &["hosts".into()]);
        let found = Diagnostic::error("cluster/host", place, "no host has the role `server`");
        diagnostics.push(found.with_help("give it to the first host"));
    }
}

/// Findings that need the tree: names that it does not offer, exclusions that it does not allow.
pub(super) fn against(file: &str, node: &Node, spec: &ClusterSpec, catalogue: &Catalogue) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    for (i, name) in spec.apps.iter().enumerate() {
        let place = node.place_of(file, &["apps".into(), i.into()]);
        let message = match catalogue.components.get(name) {
            Some(component) if component.tier == Tier::Apps => continue,
            Some(_) => format!("`{name}` is no application: every cluster has it"),
            None => format!("there is no application `{name}`"),
        };
        let mut found = Diagnostic::error("cluster/app", place, message);
        found.help = nearest::suggestion(name, catalogue.names(Tier::Apps));
        diagnostics.push(found);
    }
    for (i, name) in spec.exclude.iter().enumerate() {
        let place = node.place_of(file, &["exclude".into(), i.into()]);
        let found = match catalogue.components.get(name) {
            Some(component) if component.tier == Tier::Apps => {
                Diagnostic::error("cluster/exclude", place, format!("`{name}` is an application"))
                    .with_help("leave it out of `apps` instead")
            }
            Some(component) if component.contract.optional => continue,
            Some(_) => {
                let message =
                    format!("`{name}` cannot be excluded: its component.yaml does not say `optional: true`");
                Diagnostic::error("cluster/exclude", place, message)
            }
            None => {
                let optional =
                    catalogue.components.iter().filter(|(_, c)| c.contract.optional && c.tier != Tier::Apps);
                let message = format!("there is no component `{name}`");
                let mut found = Diagnostic::error("cluster/exclude", place, message);
                found.help = nearest::suggestion(name, optional.map(|(name, _)| name.as_str()));
                found
            }
        };
        diagnostics.push(found);
    }
    diagnostics
}

fn is_git_url(url: &str) -> bool {
    let rest = ["https://", "http://", "ssh://"].into_iter().find_map(|scheme| url.strip_prefix(scheme));
    rest.is_some_and(|rest| {
        rest.contains('/') && !rest.starts_with('/') && !rest.contains(char::is_whitespace)
    })
}
