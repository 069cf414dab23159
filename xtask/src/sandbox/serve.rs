//! What the supervisor serves itself: this repository over Git, and charts.

use std::convert::Infallible;
use std::net::Ipv4Addr;
use std::time::Duration;

use anyhow::{Context, Result};
use tokio::net::TcpListener;

use super::charts_mode::ChartsMode;
use super::layout::Layout;
use super::ports::Ports;
use crate::edge::git_server::{GitEnvironment, GitServer, head_of, publish_head};

/// The branch that the cluster follows in the served copy.
pub const BRANCH: &str = "main";

/// Begins to serve; returns once everything listens.
pub async fn start(layout: &Layout, ports: &Ports, _charts: &ChartsMode) -> Result<()> {
    let git = GitEnvironment::create(&layout.run().join("home"))?;
    let listener = listen(ports.git, "the Git server").await?;
    tokio::spawn(GitServer::new(git, layout.git()).serve(listener));
    Ok(())
}

async fn listen(port: u16, what: &str) -> Result<TcpListener> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port))
        .await
        .with_context(|| format!("listen on 127.0.0.1:{port} for {what}"))
}

/// Makes every new commit of the checkout the head of the served branch, as long as the cluster is to follow it.
pub async fn follow_head(layout: Layout, follow: bool) -> Infallible {
    if !follow {
        return std::future::pending().await;
    }
    let mut served: Option<String> = None;
    loop {
        tokio::time::sleep(Duration::from_secs(2)).await;
        let layout = layout.clone();
        let before = served.clone();
        let looked = tokio::task::spawn_blocking(move || publish_if_new(&layout, before)).await;
        match looked {
            Ok(Ok(now)) => served = now,
            Ok(Err(error)) => tracing::warn!("follow the checkout's HEAD: {error:#}"),
            Err(error) => tracing::warn!("follow the checkout's HEAD: {error}"),
        }
    }
}

fn publish_if_new(layout: &Layout, served: Option<String>) -> Result<Option<String>> {
    let git = GitEnvironment::create(&layout.run().join("home"))?;
    let head = head_of(&git, layout.checkout())?.map(|commit| commit.id);
    if head.is_some() && head != served {
        let published = publish_head(&git, layout.checkout(), &layout.served_repository(), BRANCH)?;
        return Ok(Some(published.commit));
    }
    Ok(head)
}
