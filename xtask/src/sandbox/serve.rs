//! What the supervisor serves itself: this repository over Git, and charts through a proxy.

use std::convert::Infallible;
use std::net::Ipv4Addr;
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::Value;
use tokio::net::TcpListener;
use yamltree::tree::{MemTree, Tree};

use super::chart_supply;
use super::charts_mode::ChartsMode;
use super::layout::Layout;
use super::ports::Ports;
use super::served::{BRANCH, Source, git, served_commit, served_source};
use crate::edge::charts::probe::{Way, probe};
use crate::edge::charts::{Proxy, ProxyCa};
use crate::edge::cluster::{Cluster, kinds};
use crate::edge::git_server::{GitServer, head_of, publish_head};
use crate::edge::tree::of_commit;

/// How long public chart hosts may take to answer.
const PROBE: Duration = Duration::from_secs(3);

/// Finds out whether the public chart hosts of a tree answer: they are used if they all do, stand-ins if not.
pub async fn choose_charts(tree: &dyn Tree) -> ChartsMode {
    let upstreams = chart_supply::upstreams(&flux::pins::read(tree).0);
    let mut hosts: Vec<String> = upstreams.iter().filter_map(|upstream| upstream.host().ok()).collect();
    hosts.sort();
    hosts.dedup();
    let way = Way::from_variables(|name| std::env::var(name).ok());
    if probe(&hosts, PROBE, &way).await.all() { ChartsMode::Public } else { ChartsMode::StandIn }
}

/// The chart proxy of a running supervisor; none where charts are public.
pub struct Charts {
    proxy: Proxy,
    mode: ChartsMode,
    served: Option<String>,
}

/// Begins to serve; returns once everything listens.
pub async fn start(layout: &Layout, ports: &Ports, mode: &ChartsMode) -> Result<Option<Charts>> {
    let git = git(layout)?;
    let listener = listen(ports.git, "the Git server").await?;
    tokio::spawn(GitServer::new(git.clone(), layout.git()).serve(listener));
    if *mode == ChartsMode::Public {
        return Ok(None);
    }
    let (tree, served) = served_tree(layout)?;
    let supply = chart_supply::for_tree(&tree, mode)?;
    let authority = ProxyCa::new()?;
    crate::edge::private_file::write_private(
        &layout.charts_authority(),
        authority.certificate_pem().as_bytes(),
    )?;
    let proxy = Proxy::open(
        &supply.charts,
        &supply.upstreams,
        authority,
        git,
        layout.run().join("chart-repositories"),
    )?;
    proxy.missing().iter().for_each(|missing| tracing::warn!("there is no chart {missing}"));
    let listener = listen(ports.charts, "the chart proxy").await?;
    tokio::spawn(proxy.serve(listener, |line| tracing::info!("{line}")));
    Ok(Some(Charts { proxy, mode: mode.clone(), served }))
}

async fn listen(port: u16, what: &str) -> Result<TcpListener> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port))
        .await
        .with_context(|| format!("listen on 127.0.0.1:{port} for {what}"))
}

fn served_tree(layout: &Layout) -> Result<(MemTree, Option<String>)> {
    let git = git(layout)?;
    match served_commit(&git, layout) {
        Some(commit) => Ok((of_commit(&git, &layout.served_repository(), &commit, "flux2")?, Some(commit))),
        None => Ok((MemTree::new(), None)),
    }
}

/// Keeps the served branch at the checkout's HEAD, as long as HEAD is what is served, and the charts at the served tree.
pub async fn keep_current(layout: Layout, charts: Option<Charts>) -> Infallible {
    let mut charts = charts;
    let mut head: Option<String> = None;
    loop {
        tokio::time::sleep(Duration::from_millis(500)).await;
        let (folders, before) = (layout.clone(), head.clone());
        let served = charts.as_ref().and_then(|charts| charts.served.clone());
        let looked = tokio::task::spawn_blocking(move || {
            let head = follow_head(&folders, before);
            let charts = charts.map(|charts| renew(&folders, charts));
            (head, charts)
        })
        .await;
        match looked {
            Ok((followed, renewed)) => {
                match followed {
                    Ok(now) => head = now,
                    Err(error) => tracing::warn!("follow the checkout's HEAD: {error:#}"),
                }
                charts = renewed;
                if charts.as_ref().is_some_and(|charts| charts.served != served)
                    && let Err(error) = read_indexes_again(&layout).await
                {
                    tracing::warn!("have Flux read the chart repositories again: {error:#}");
                }
            }
            // Only a panic ends a blocking task: the supervisor goes on without following.
            Err(error) => {
                tracing::error!("follow the checkout: {error}");
                std::future::pending::<()>().await;
                charts = None;
            }
        }
    }
}

/// Has Flux read every chart repository's index now: there are other charts than a moment ago, and a release that was
/// moved to one of them would wait for it until the next interval, an hour.
async fn read_indexes_again(layout: &Layout) -> Result<()> {
    let cluster = Cluster::connect(&layout.process_kubeconfig("supervisor")).await?;
    for repository in cluster.list(kinds::HELM_REPOSITORY).await? {
        let text = |pointer: &str| repository.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
        let (namespace, name) = (text("/metadata/namespace"), text("/metadata/name"));
        cluster.look_again(kinds::HELM_REPOSITORY, namespace, name).await?;
    }
    Ok(())
}

fn follow_head(layout: &Layout, before: Option<String>) -> Result<Option<String>> {
    if served_source(layout) != Some(Source::Head) {
        return Ok(None);
    }
    let git = git(layout)?;
    let head = head_of(&git, layout.checkout())?.map(|commit| commit.id);
    if head.is_some() && head != before && head != served_commit(&git, layout) {
        publish_head(&git, layout.checkout(), &layout.served_repository(), BRANCH)?;
        tracing::info!("serving {}", head.as_deref().unwrap_or_default());
    }
    Ok(head)
}

/// A broken tree keeps the charts that there were: the cluster shows what is wrong with it.
fn renew(layout: &Layout, mut charts: Charts) -> Charts {
    let renewed = || -> Result<Option<String>> {
        let now = served_commit(&git(layout)?, layout);
        if now != charts.served {
            let (tree, served) = served_tree(layout)?;
            let supply = chart_supply::for_tree(&tree, &charts.mode)?;
            charts.proxy.replace(&supply.charts, &supply.upstreams)?;
            return Ok(served);
        }
        Ok(now)
    };
    match renewed() {
        Ok(served) => charts.served = served,
        Err(error) => tracing::warn!("renew the charts: {error:#}"),
    }
    charts
}
