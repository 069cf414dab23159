use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use hyper::body::Incoming;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use super::cgi;
use super::environment::GitEnvironment;
use super::reply::{self, Body};

/// Serves the bare repositories below one folder over smart HTTP, for reading only.
///
/// `http://HOST/NAME.git` is the repository in the folder's `NAME.git`, which may lie in sub-folders. There is no
/// authentication: bind to loopback.
#[derive(Clone, Debug)]
pub struct GitServer {
    git: GitEnvironment,
    root: Arc<Path>,
}

impl GitServer {
    /// A server for the repositories below `root`. They are looked up at each request, so they may come later.
    pub fn new(git: GitEnvironment, root: impl Into<PathBuf>) -> Self {
        Self { git, root: Arc::from(root.into()) }
    }

    /// Answers on `listener` until the future is dropped, which also ends the open connections.
    pub async fn serve(self, listener: TcpListener) {
        let mut connections = JoinSet::new();
        loop {
            while connections.try_join_next().is_some() {}
            match listener.accept().await {
                Ok((stream, _)) => {
                    let server = self.clone();
                    connections.spawn(reply::serve_connection(TokioIo::new(stream), move |request| {
                        let server = server.clone();
                        async move { server.answer(request).await }
                    }));
                }
                Err(error) => {
                    tracing::warn!(%error, "the Git server cannot accept a connection");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            }
        }
    }

    async fn answer(&self, request: Request<Incoming>) -> Response<Body> {
        let line = format!("{} {}", request.method(), request.uri());
        let response = match SmartRequest::of(&request) {
            Ok(wanted) if self.has_repository(&wanted.repository) => {
                let path = format!("{}{}", wanted.repository, wanted.service_path);
                cgi::answer(&self.git, &self.root, &path, request).await
            }
            Ok(_) => reply::text(StatusCode::NOT_FOUND, "there is no such repository here"),
            Err(refusal) => *refusal,
        };
        tracing::debug!(status = response.status().as_u16(), "git: {line}");
        response
    }

    fn has_repository(&self, path: &str) -> bool {
        let folder = self.root.join(path.trim_start_matches('/'));
        folder.join("HEAD").is_file() && folder.join("objects").is_dir()
    }
}

/// A request that smart HTTP knows and that only reads.
#[derive(Debug)]
pub(crate) struct SmartRequest {
    /// Path of the repository, decoded, with its leading slash.
    pub(crate) repository: String,
    /// What follows it.
    pub(crate) service_path: &'static str,
}

impl SmartRequest {
    /// Takes a request apart, or returns the answer that refuses it.
    pub(crate) fn of<B>(request: &Request<B>) -> Result<Self, Box<Response<Body>>> {
        let refuse = |status, message| Err(Box::new(reply::text(status, message)));
        let not_found = || refuse(StatusCode::NOT_FOUND, "nothing is served here");
        let Some(path) = reply::decode_path(request.uri().path()) else { return not_found() };
        if path.split('/').skip(1).any(|part| matches!(part, "" | "." | "..")) || path.contains('\0') {
            return not_found();
        }
        let services = request.uri().query().unwrap_or_default();
        let service = services.split('&').find_map(|pair| pair.strip_prefix("service="));
        let read_only = "this repository is read-only: pushes are refused";
        if let Some(repository) = path.strip_suffix("/info/refs") {
            return match (request.method() == Method::GET, service) {
                (_, Some("git-receive-pack")) => refuse(StatusCode::FORBIDDEN, read_only),
                (true, Some("git-upload-pack")) => {
                    Ok(Self { repository: repository.to_owned(), service_path: "/info/refs" })
                }
                (true, _) => refuse(StatusCode::FORBIDDEN, "only smart HTTP is served here"),
                (false, _) => refuse(StatusCode::METHOD_NOT_ALLOWED, "use GET here"),
            };
        }
        if path.ends_with("/git-receive-pack") {
            return refuse(StatusCode::FORBIDDEN, read_only);
        }
        match path.strip_suffix("/git-upload-pack") {
            Some(repository) if request.method() == Method::POST => {
                Ok(Self { repository: repository.to_owned(), service_path: "/git-upload-pack" })
            }
            Some(_) => refuse(StatusCode::METHOD_NOT_ALLOWED, "use POST here"),
            None => not_found(),
        }
    }
}
