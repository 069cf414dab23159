//! The files of a new cluster.

use crate::domain::{ClusterName, Domain};
use crate::flux_env;
use crate::variables::Group;

/// A file to be written below `clusters/NAME/`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewFile {
    /// Name in the cluster's folder.
    pub name: &'static str,
    /// Its text.
    pub text: String,
    /// May only its owner read it (mode 0600)?
    pub private: bool,
}

/// What a new cluster is to be.
#[derive(Debug, Clone, Copy)]
pub struct NewCluster<'a> {
    /// Its name.
    pub name: &'a ClusterName,
    /// Its domain.
    pub domain: &'a Domain,
    /// Address of its server, if known.
    pub ip_address: Option<&'a str>,
    /// Mail address of its administrator, if known.
    pub admin_email: Option<&'a str>,
    /// Repository that it follows.
    pub url: &'a str,
    /// Branch that it follows.
    pub branch: &'a str,
}

/// The files of a new cluster: `cluster.yaml`, `.flux.env` and `kustomization.yaml`.
///
/// What is not known yet stays empty in `.flux.env`, where the check names it. `variables` are those that the tree
/// reads ([`crate::catalogue::Catalogue::groups`]).
pub fn files(new: NewCluster<'_>, variables: &[Group]) -> Vec<NewFile> {
    let given = [
        ("domain", new.domain.as_str()),
        ("ip_address", new.ip_address.unwrap_or_default()),
        ("admin_email", new.admin_email.unwrap_or_default()),
    ];
    let env = flux_env::example_with(variables, &given);
    vec![
        NewFile { name: "cluster.yaml", text: cluster_yaml(new), private: false },
        NewFile { name: ".flux.env", text: env, private: true },
        NewFile { name: "kustomization.yaml", text: KUSTOMIZATION.to_owned(), private: false },
    ]
}

/// `kustomization.yaml` of every cluster, and `install/kustomization.yaml`.
pub const KUSTOMIZATION: &str = "\
# `kubectl apply -k` of this folder makes the Secret that the tree takes its variables from.
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
secretGenerator:
  - name: oas-cluster-variables
    namespace: flux-system
    envs: [.flux.env]
generatorOptions:
  disableNameSuffixHash: true
  labels:
    # Flux acts on a changed variable at once.
    reconcile.fluxcd.io/watch: Enabled
";

fn cluster_yaml(new: NewCluster<'_>) -> String {
    let NewCluster { name, url, branch, .. } = new;
    let hosts = match new.ip_address {
        Some(address) => {
            format!(
                "hosts:\n  - name: {name}\n    address: \"{address}\"\n    user: root\n    roles: [server]\n"
            )
        }
        None => "hosts: []\n".to_owned(),
    };
    format!(
        "# What xtask knows about the cluster {name}. Everything that the tree reads is in .flux.env.\n\
         \n\
         # The cluster updates itself from this branch.\n\
         channel:\n  url: {url}\n  branch: {branch}\ninterval: 5m\n\
         \n\
         # `cargo xtask apps add` and `rm` change this list.\n\
         apps: []\n\
         \n\
         # Optional components that this cluster does without.\n\
         exclude: []\n\
         \n\
         # The machines. More than one server or agent is possible.\n{hosts}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::{self, Sort};
    use crate::variables::{groups, known};

    fn new<'a>(name: &'a ClusterName, domain: &'a Domain, ip: Option<&'a str>) -> NewCluster<'a> {
        let url = "https://example.org/oas.git";
        NewCluster {
            name,
            domain,
            ip_address: ip,
            admin_email: ip.map(|_| "a@example.org"),
            url,
            branch: "stable",
        }
    }

    #[test]
    fn the_files_of_a_new_cluster_pass_their_own_checks() {
        let (name, domain) = (ClusterName::new("demo").unwrap(), Domain::new("example.org").unwrap());
        for ip in [Some("203.0.113.10"), Some("2001:db8::1")] {
            let files = files(new(&name, &domain, ip), &groups());
            let (spec, diagnostics) = cluster::parse("c", &files[0].text, Sort::Real);
            assert_eq!(diagnostics, []);
            assert_eq!(spec.unwrap().spec.hosts[0].address, ip.unwrap());
            let (env, diagnostics) = flux_env::parse("e", &files[1].text, &known());
            assert_eq!(diagnostics, []);
            assert_eq!((env.get("domain"), env.get("ip_address")), (Some("example.org"), ip));
            assert_eq!(files.iter().map(|f| f.private).collect::<Vec<_>>(), [false, true, false]);
        }
    }

    #[test]
    fn what_is_not_known_yet_is_asked_for_by_the_check() {
        let (name, domain) = (ClusterName::new("demo").unwrap(), Domain::new("example.org").unwrap());
        let files = files(new(&name, &domain, None), &groups());
        assert_eq!(cluster::parse("c", &files[0].text, Sort::Real).1, []);
        let (_, diagnostics) = flux_env::parse("e", &files[1].text, &known());
        let missing: Vec<&str> = diagnostics.iter().filter_map(|d| d.message.split('`').nth(1)).collect();
        assert_eq!(missing, ["ip_address", "admin_email"]);
    }
}
