//! `create`: the folder of a new cluster.

use std::fs;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;

use anyhow::Context as _;
use clap::Args;
use fleet::domain::{ClusterName, Domain};
use fleet::scaffold::{NewCluster, files};

use crate::context::Context;
use crate::edge::tree::DiskTree;
use crate::exit::{Exit, Failure, Outcome};
use crate::report;

/// Flags of `create`.
#[derive(Debug, Args)]
#[command(after_help = "Example:
  cargo xtask create example example.org --ip-address 203.0.113.7 --admin-email admin@example.org")]
pub struct Arguments {
    /// Name of the cluster: lower-case letters, digits and hyphens
    name: String,
    /// Its domain, e.g. example.org or cloud.example.org
    domain: String,
    /// The server's public IPv4 address
    #[arg(long, value_name = "ADDRESS")]
    ip_address: Option<std::net::Ipv4Addr>,
    /// Where alerts and certificate notices go
    #[arg(long, value_name = "ADDRESS")]
    admin_email: Option<String>,
    /// The repository that the cluster follows [default: this checkout's `origin`]
    #[arg(long, value_name = "URL")]
    url: Option<String>,
    /// The branch that the cluster follows
    #[arg(long, default_value = "main", value_name = "BRANCH")]
    branch: String,
}

/// Runs `create`.
pub fn run(arguments: &Arguments, context: &Context) -> Outcome {
    let name = ClusterName::new(&arguments.name).map_err(|error| Failure::Usage(error.to_string()))?;
    let domain = Domain::new(&arguments.domain).map_err(|error| Failure::Usage(error.to_string()))?;
    let folder = context.root.join("clusters").join(name.as_str());
    if folder.exists() {
        return Err(Failure::Usage(format!("{} exists already; nothing was changed", folder.display())));
    }
    let address = arguments.ip_address.map(|address| address.to_string());
    let url = match &arguments.url {
        Some(url) => url.clone(),
        None => origin(context)?,
    };
    let new = NewCluster {
        url: &url,
        branch: &arguments.branch,
        name: &name,
        domain: &domain,
        ip_address: address.as_deref(),
        admin_email: arguments.admin_email.as_deref(),
    };
    fs::create_dir_all(&folder).with_context(|| format!("make {}", folder.display()))?;
    let (catalogue, _) = fleet::catalogue::read(&DiskTree::new(&context.root));
    for file in files(new, &catalogue.groups()) {
        let path = folder.join(file.name);
        let mode = if file.private { 0o600 } else { 0o644 };
        fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(mode)
            .open(&path)
            .and_then(|mut opened| opened.write_all(file.text.as_bytes()))
            .with_context(|| format!("write {}", path.display()))?;
        context.terminal.say(format!("wrote clusters/{name}/{}", file.name));
    }
    report::line(folder.display().to_string());
    context
        .terminal
        .say(format!("Next: fill in clusters/{name}/.flux.env, then run `cargo xtask bootstrap {name}`."));
    Ok(Exit::Yes)
}

/// Where this checkout came from.
fn origin(context: &Context) -> Result<String, Failure> {
    let git = crate::sandbox::served::git(&context.layout)?;
    let asked = git.command().arg("-C").arg(&context.root).args(["remote", "get-url", "origin"]).output();
    let asked = asked.context("run git")?;
    if asked.status.success() {
        return Ok(String::from_utf8_lossy(&asked.stdout).trim().to_owned());
    }
    Err(Failure::Usage(
        "this checkout has no remote `origin`; say with --url which repository the cluster follows".into(),
    ))
}
