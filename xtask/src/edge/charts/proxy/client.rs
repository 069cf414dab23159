#![allow(clippy::unwrap_used)]
//! A client that goes through the proxy and trusts its authority.

use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use http_body_util::{BodyExt, Empty};
use hyper::{Method, Request, Response};
use hyper_util::rt::TokioIo;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

pub(super) struct Client {
    pub(super) proxy: SocketAddr,
    tls: TlsConnector,
}

impl Client {
    pub(super) fn new(proxy: SocketAddr, authority_pem: &str) -> Self {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_slice(authority_pem.as_bytes()).unwrap()).unwrap();
        let config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        Self { proxy, tls: TlsConnector::from(Arc::new(config)) }
    }

    pub(super) async fn get(&self, url: &str) -> Response<Bytes> {
        self.ask(Method::GET, url).await
    }

    pub(super) async fn ask(&self, method: Method, url: &str) -> Response<Bytes> {
        let (host, path) = url.strip_prefix("https://").unwrap().split_once('/').unwrap();
        let (mut connect, connection) = handshake(TcpStream::connect(self.proxy).await.unwrap()).await;
        tokio::spawn(connection.with_upgrades());
        let request = Request::connect(format!("{host}:443")).body(Empty::new()).unwrap();
        let response = connect.send_request(request).await.unwrap();
        if !response.status().is_success() {
            return whole(response).await;
        }
        let tunnel = TokioIo::new(hyper::upgrade::on(response).await.unwrap());
        let name = ServerName::try_from(host.to_owned()).unwrap();
        let (mut sender, connection) = handshake(self.tls.connect(name, tunnel).await.unwrap()).await;
        tokio::spawn(connection);
        let request = Request::builder().method(method).uri(format!("/{path}")).header("host", host);
        whole(sender.send_request(request.body(Empty::new()).unwrap()).await.unwrap()).await
    }
}

type Connection<T> = hyper::client::conn::http1::Connection<TokioIo<T>, Empty<Bytes>>;
type Sender = hyper::client::conn::http1::SendRequest<Empty<Bytes>>;

async fn handshake<T>(stream: T) -> (Sender, Connection<T>)
where
    T: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + Send + 'static,
{
    hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.unwrap()
}

async fn whole(response: Response<hyper::body::Incoming>) -> Response<Bytes> {
    let (head, body) = response.into_parts();
    Response::from_parts(head, body.collect().await.unwrap().to_bytes())
}
