//! The clusters for which charts are verified: each is there because it turns something on that the others do not.
//!
//! Their values are made up and easy to find again: whatever of one cluster appears in another was not taken from its variables.

use std::collections::BTreeMap;

use yamltree::diagnostic::{Diagnostic, Place};
use yamltree::path::RepoPath;
use yamltree::tree::Tree;

use crate::catalogue::{Catalogue, Tier};
use crate::cluster::{self, ClusterSpec, Sort};
use crate::component::Contract;
use crate::flux_env::{self, FluxEnv};

/// Where the sandbox's own description is: it is one of the clusters, as it is committed.
const SANDBOX: &str = "clusters/sandbox";
/// Where the examples of overrides are.
pub const OVERRIDES: &str = "overrides";

/// How large a server is that a profile is made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Profile {
    /// As `.flux.env` calls it.
    pub name: &'static str,
    /// Thousandths of a core.
    pub cpu: u64,
    /// Bytes.
    pub memory: u64,
}

/// The servers of the handbook: 6 cores and 12 GB, 4 cores and 8 GB.
pub const PROFILES: [Profile; 2] = [
    Profile { name: "standard", cpu: 6000, memory: 12_000_000_000 },
    Profile { name: "small", cpu: 4000, memory: 8_000_000_000 },
];
/// What the server itself, k3s and Flux need beside all pods: bytes.
pub const RESERVED_MEMORY: u64 = 1_500_000_000;

/// A cluster that charts are verified for.
#[derive(Debug, Clone, PartialEq)]
pub struct Cluster {
    /// Its name, one word: it is a key in `chart.lock`.
    pub name: &'static str,
    /// What is special about it.
    pub title: &'static str,
    /// Its `cluster.yaml`.
    pub spec: ClusterSpec,
    /// Its `.flux.env`.
    pub env: FluxEnv,
    /// Does it have all overrides of `overrides/`?
    pub has_overrides: bool,
}

/// The mail server of the clusters that have one.
pub const MAIL_HOST: &str = "smtp.relay.example";

/// What the made-up clusters have in common, and what mail and backups are.
const MAIL: &str = "\
outgoing_mail_enabled=true
outgoing_mail_from_address=postbote@sender.example
outgoing_mail_from_local_part=postbote
outgoing_mail_domain=sender.example
outgoing_mail_smtp_host=smtp.relay.example
outgoing_mail_smtp_port=2587
outgoing_mail_smtp_authtype=PLAIN
outgoing_mail_smtp_user=account@relay.example
outgoing_mail_smtp_password=fakeRelayPassword
";
const BACKUP: &str = "\
backup_s3_enabled=true
backup_s3_url=https://s3.storage.example
backup_s3_region=region-of-example
backup_s3_bucket=bucket-of-example
backup_s3_prefix=prefix-of-example
backup_s3_access_key=fakeAccessKey
backup_s3_secret_key=fakeSecretKey
";

/// One of them before it is read.
struct Written {
    name: &'static str,
    title: &'static str,
    env: String,
    has_overrides: bool,
}

fn written() -> [Written; 3] {
    [
        Written {
            name: "mail",
            title: "staging certificates, mail and backups",
            env: format!(
                "domain=mail.example\nip_address=192.0.2.20\nadmin_email=admin@mail.example\ncertificates=staging\n{MAIL}{BACKUP}"
            ),
            has_overrides: false,
        },
        Written {
            name: "everything",
            title: "everything on, with every override",
            env: format!(
                "domain=everything.example\nip_address=192.0.2.30\nadmin_email=admin@everything.example\n\
                 ingress_allowed_ranges=198.51.100.0/24\n{MAIL}{BACKUP}"
            ),
            has_overrides: true,
        },
        Written {
            name: "small",
            title: "a domain of its own, profile small",
            env: "domain=example.org\nip_address=192.0.2.40\nadmin_email=admin@example.org\nprofile=small\n"
                .to_owned(),
            has_overrides: false,
        },
    ]
}

/// All of them: the sandbox as it is committed, and three that are made up. Those have every application of the catalogue and
/// exclude nothing.
///
/// # Errors
///
/// What is wrong with the sandbox's files, or with a value here that a component no longer takes.
pub fn clusters(tree: &dyn Tree, catalogue: &Catalogue) -> Result<Vec<Cluster>, Vec<Diagnostic>> {
    let mut all = vec![sandbox(tree, catalogue)?];
    let apps: Vec<String> = catalogue.names(Tier::Apps).map(str::to_owned).collect();
    for Written { name, title, env, has_overrides } in written() {
        let spec = ClusterSpec { apps: apps.clone(), ..ClusterSpec::default() };
        let (env, found) = flux_env::parse(name, &env, &catalogue.variables_for(&|_| true));
        refuse(found)?;
        all.push(Cluster { name, title, spec, env, has_overrides });
    }
    Ok(all)
}

fn sandbox(tree: &dyn Tree, catalogue: &Catalogue) -> Result<Cluster, Vec<Diagnostic>> {
    let read = |name: &str| {
        let path = RepoPath::new(&format!("{SANDBOX}/{name}"));
        let text = path.map_err(|e| e.to_string()).and_then(|p| tree.read(&p).map_err(|e| e.to_string()));
        let place = Place::file(format!("{SANDBOX}/{name}"));
        text.map_err(|error| vec![Diagnostic::error("cluster/unreadable", place, error)])
    };
    let (file, found) =
        cluster::parse(&format!("{SANDBOX}/cluster.yaml"), &read("cluster.yaml")?, Sort::Sandbox);
    refuse(found)?;
    let spec = file.map(|file| file.spec).unwrap_or_default();
    let (env, found) = flux_env::parse(
        &format!("{SANDBOX}/.flux.env"),
        &read(".flux.env")?,
        &catalogue.variables_for(&|_| true),
    );
    refuse(found.into_iter().filter(|found| found.code != "env/missing").collect())?;
    Ok(Cluster { name: "sandbox", title: "the sandbox, as it is committed", spec, env, has_overrides: false })
}

fn refuse(found: Vec<Diagnostic>) -> Result<(), Vec<Diagnostic>> {
    let errors: Vec<Diagnostic> = found.into_iter().filter(Diagnostic::is_error).collect();
    if errors.is_empty() { Ok(()) } else { Err(errors) }
}

impl Cluster {
    /// The server that its profile is made for.
    pub fn profile(&self) -> Profile {
        let name = self.env.get("profile").unwrap_or("standard");
        PROFILES.into_iter().find(|profile| profile.name == name).unwrap_or(PROFILES[0])
    }

    /// Its domain.
    pub fn domain(&self) -> &str {
        self.env.get("domain").unwrap_or_default()
    }

    /// The full name of a host that a component lists.
    pub fn host(&self, label: &str) -> String {
        if label == "@" { self.domain().to_owned() } else { format!("{label}.{}", self.domain()) }
    }

    /// Every variable that is set, with its value: nothing about these clusters is secret.
    pub fn values(&self) -> BTreeMap<String, String> {
        self.env.iter().map(|(name, value)| (name.to_owned(), value.expose().clone())).collect()
    }
}

/// What stands for the values that a cluster generates for a component: always the same, each different, of the length that the
/// component wants.
pub fn generated(contract: &Contract) -> BTreeMap<String, String> {
    contract.secrets.iter().map(|value| (value.name.clone(), fake(&value.name, value.length))).collect()
}

/// Letters and digits, a letter first. The digest is FNV-1a: it has to be the same for ever, not to withstand anybody.
fn fake(name: &str, length: usize) -> String {
    let digest = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let mut text = format!("f{digest:016x}");
    while text.len() < length {
        text.push('x');
    }
    text.truncate(length);
    text
}

#[cfg(test)]
mod tests {
    use yamltree::tree::MemTree;

    use super::*;
    use crate::catalogue;

    const TREE: &str = "#- clusters/sandbox/cluster.yaml\napps: [blog]\n#- clusters/sandbox/.flux.env\ndomain=sandbox.localhost\n\
                        ip_address=127.0.0.1\nadmin_email=a@sandbox.example\n#- flux2/apps/blog/component.yaml\ntitle: Blog\n\
                        description: News.\nsecrets: [{name: blog_password}, {name: blog_key, length: 12}]\n#- \
                        flux2/apps/chat/component.yaml\ntitle: Chat\ndescription: Talk.\n";

    fn read(fixture: &str) -> (Catalogue, Result<Vec<Cluster>, Vec<Diagnostic>>) {
        let tree = MemTree::from_fixture(fixture).unwrap();
        let catalogue = catalogue::read(&tree).0;
        let clusters = clusters(&tree, &catalogue);
        (catalogue, clusters)
    }

    #[test]
    fn the_sandbox_is_as_it_is_committed_and_the_others_have_everything() {
        let all = read(TREE).1.unwrap();
        let names: Vec<(&str, usize)> = all.iter().map(|c| (c.name, c.spec.apps.len())).collect();
        assert_eq!(names, [("sandbox", 1), ("mail", 2), ("everything", 2), ("small", 2)]);
        assert_eq!(all[3].profile().name, "small");
        assert_eq!(all[1].host("files"), "files.mail.example");
        assert_eq!(all[1].values()["outgoing_mail_smtp_password"], "fakeRelayPassword");
        assert_eq!(all[1].env.get("outgoing_mail_smtp_host"), Some(MAIL_HOST));
        assert!(all[1].env.is_on("backup_s3_enabled") && !all[3].env.is_on("outgoing_mail_enabled"));
    }

    #[test]
    fn no_value_of_mail_or_backups_is_in_a_cluster_without_them() {
        let all = read(TREE).1.unwrap();
        let small = format!("{:?} {:?}", all[0].values(), all[3].values());
        let of_mail = all[1].values();
        for (name, value) in
            of_mail.iter().filter(|(n, _)| n.starts_with("outgoing_") || n.starts_with("backup_"))
        {
            assert!(value == "true" || !small.contains(value.as_str()), "{name}");
        }
    }

    #[test]
    fn generated_values_are_stood_for_by_the_same_texts_every_time() {
        let values = generated(&read(TREE).0.components["blog"].contract);
        assert_eq!(values["blog_password"].len(), 32);
        assert_eq!(values["blog_key"].len(), 12);
        assert!(values.values().all(|v| v.starts_with('f') && v.bytes().all(|b| b.is_ascii_alphanumeric())));
        assert_ne!(values["blog_password"][..12], values["blog_key"]);
        // Digests in chart.lock are of these texts.
        assert_eq!(fake("blog_key", 12), "ff9633f6ee3a");
    }

    #[test]
    fn a_sandbox_that_cannot_be_read_is_told() {
        let fault =
            read("#- flux2/apps/blog/component.yaml\ntitle: Blog\ndescription: News.\n").1.unwrap_err();
        assert_eq!(fault[0].place.file, "clusters/sandbox/cluster.yaml");
    }
}
