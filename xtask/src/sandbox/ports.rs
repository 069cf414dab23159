//! The loopback ports of one sandbox: free ones are picked once and kept, so that a kubeconfig stays valid.

use std::net::{Ipv4Addr, TcpListener};

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};

/// Every port that a process of the sandbox listens on (127.0.0.1 only).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ports {
    /// kube-apiserver.
    pub api: u16,
    /// etcd's clients.
    pub etcd: u16,
    /// etcd's peers; it wants one even alone.
    pub etcd_peer: u16,
    /// kube-controller-manager's metrics.
    pub controller_manager: u16,
    /// kube-scheduler's metrics.
    pub scheduler: u16,
    /// source-controller's artifacts.
    pub artifacts: u16,
    /// notification-controller: events, then webhooks.
    pub events: u16,
    /// notification-controller's webhooks.
    pub webhooks: u16,
    /// The Git server.
    pub git: u16,
    /// The chart proxy.
    pub charts: u16,
}

impl Ports {
    /// Picks free ports; `api` is taken as wished, or refused when something listens there.
    pub fn pick(api: Option<u16>) -> Result<Ports> {
        // All listeners live until the end, so that no port is handed out twice.
        let mut held = Vec::new();
        let mut free = || -> Result<u16> {
            let listener =
                TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("find a free port on 127.0.0.1")?;
            let port = listener.local_addr()?.port();
            held.push(listener);
            Ok(port)
        };
        let api = match api {
            Some(port) => {
                check_free(port)?;
                port
            }
            None => free()?,
        };
        Ok(Ports {
            api,
            etcd: free()?,
            etcd_peer: free()?,
            controller_manager: free()?,
            scheduler: free()?,
            artifacts: free()?,
            events: free()?,
            webhooks: free()?,
            git: free()?,
            charts: free()?,
        })
    }

    /// The ports of an earlier run where they are all free still; else new ones, the API server's kept if it can be.
    pub fn again(earlier: &Ports) -> Result<Ports> {
        match earlier.kept(|port| check_free(port).is_ok()) {
            Kept::All => Ok(earlier.clone()),
            Kept::Api => Ports::pick(Some(earlier.api)),
            Kept::Nothing => Ports::pick(None),
        }
    }

    fn kept(&self, is_free: impl Fn(u16) -> bool) -> Kept {
        if self.all().into_iter().all(&is_free) {
            Kept::All
        } else if is_free(self.api) {
            Kept::Api
        } else {
            Kept::Nothing
        }
    }

    fn all(&self) -> [u16; 10] {
        let Ports {
            api,
            etcd,
            etcd_peer,
            controller_manager,
            scheduler,
            artifacts,
            events,
            webhooks,
            git,
            charts,
        } = *self;
        [api, etcd, etcd_peer, controller_manager, scheduler, artifacts, events, webhooks, git, charts]
    }
}

/// What of an earlier run's ports can be kept.
#[derive(Debug, PartialEq, Eq)]
enum Kept {
    All,
    Api,
    Nothing,
}

/// Errs when something listens on the port already.
pub fn check_free(port: u16) -> Result<()> {
    match TcpListener::bind((Ipv4Addr::LOCALHOST, port)) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => bail!(
            "port {port} on 127.0.0.1 is taken by another program; choose another with --api-port, or leave the \
             option out and a free one is found (`ss -ltnp 'sport = :{port}'` shows who has it)"
        ),
        Err(error) => Err(error).with_context(|| format!("listen on 127.0.0.1:{port}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_port_is_picked_twice() {
        let mut ports = Ports::pick(None).unwrap().all().to_vec();
        ports.sort_unstable();
        ports.dedup();
        assert_eq!(ports.len(), 10);
    }

    #[test]
    fn a_taken_port_is_refused_by_name() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let error = Ports::pick(Some(port)).unwrap_err().to_string();
        assert!(error.contains(&format!("port {port} on 127.0.0.1 is taken")), "{error}");
    }

    /// No port is opened here: another test would get one of them in between.
    #[test]
    fn an_earlier_run_s_ports_are_kept_while_free() {
        let earlier = Ports::pick(None).unwrap();
        assert_eq!(earlier.kept(|_| true), Kept::All);
        assert_eq!(earlier.kept(|port| port != earlier.git), Kept::Api);
        assert_eq!(earlier.kept(|port| port != earlier.api), Kept::Nothing);
    }
}
