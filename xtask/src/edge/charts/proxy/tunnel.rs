//! One connection of a client: CONNECT, then TLS, then requests.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use hyper::body::Incoming;
use hyper::upgrade::OnUpgrade;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;

use super::{Proxy, RequestLine, RequestLog};
use crate::edge::git_server::reply::{self, Body};

const HANDSHAKE_LIMIT: Duration = Duration::from_secs(20);

/// Serves one connection until it ends; nothing outlives the future.
pub(super) async fn serve(proxy: Proxy, log: Arc<RequestLog>, stream: TcpStream) {
    let accepted = Arc::new(Mutex::new(None));
    let connect = |request: Request<Incoming>| {
        let (response, tunnel) = answer_connect(&proxy, request, &*log);
        if tunnel.is_some() {
            *accepted.lock().unwrap_or_else(PoisonError::into_inner) = tunnel;
        }
        std::future::ready(response)
    };
    reply::serve_connection(TokioIo::new(stream), connect).await;
    let tunnel = accepted.lock().unwrap_or_else(PoisonError::into_inner).take();
    if let Some((authority, upgrade)) = tunnel
        && let Err(error) = serve_inside(&proxy, &log, &authority, upgrade).await
    {
        tracing::debug!("a tunnel to {authority} ended: {error}");
    }
}

type Tunnel = (String, OnUpgrade);

fn answer_connect(
    proxy: &Proxy,
    mut request: Request<Incoming>,
    log: &RequestLog,
) -> (Response<Body>, Option<Tunnel>) {
    let target = request.uri().to_string();
    let host = request.uri().host().unwrap_or("this host").to_owned();
    let authority = request.uri().authority().map(|it| super::super::upstream::with_port(it.as_str()));
    let refusal =
        || reply::text(StatusCode::FORBIDDEN, &format!("the sandbox's chart proxy does not serve {host}"));
    let (response, tunnel) = match authority {
        Some(authority) if request.method() == Method::CONNECT && proxy.sites().has(&authority) => {
            (Response::new(Body::default()), Some((authority, hyper::upgrade::on(&mut request))))
        }
        _ => (refusal(), None),
    };
    note(log, request.method(), target, &response);
    (response, tunnel)
}

async fn serve_inside(
    proxy: &Proxy,
    log: &Arc<RequestLog>,
    authority: &str,
    upgrade: OnUpgrade,
) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let host = authority.rsplit_once(':').map_or(authority, |(host, _)| host);
    let config = proxy.shared.authority.server_config(host)?;
    let raw = TokioIo::new(upgrade.await?);
    let stream = tokio::time::timeout(HANDSHAKE_LIMIT, TlsAcceptor::from(config).accept(raw)).await??;
    let origin = authority.strip_suffix(":443").unwrap_or(authority);
    let answer = |request: Request<Incoming>| {
        let (proxy, log) = (proxy.clone(), log.clone());
        async move {
            let method = request.method().clone();
            let path = request.uri().path_and_query().map_or("/", |it| it.as_str());
            let url = format!("https://{origin}{path}");
            let response = proxy.sites().answer(&proxy.shared.git, authority, request).await;
            note(&*log, &method, url, &response);
            response
        }
    };
    reply::serve_connection(TokioIo::new(stream), answer).await;
    Ok(())
}

fn note(log: &RequestLog, method: &Method, url: String, response: &Response<Body>) {
    let line = RequestLine { method: method.clone(), url, status: response.status() };
    tracing::debug!("chart proxy: {line}");
    log(line);
}
