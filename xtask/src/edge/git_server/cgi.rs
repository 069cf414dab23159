//! One HTTP request answered by `git http-backend`, bodies streamed both ways.

use std::io;
use std::path::Path;
use std::pin::Pin;
use std::process::Stdio;
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes, BytesMut};
use http_body_util::BodyExt;
use hyper::body::{Frame, Incoming};
use hyper::header::{HeaderName, HeaderValue};
use hyper::{Request, Response, StatusCode, header};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt, ReadBuf};
use tokio::process::{Child, ChildStderr, ChildStdin, ChildStdout};

use super::environment::GitEnvironment;
use super::reply::{self, Body};

/// Longest header that is taken from the program, and longest complaint that is kept.
const LIMIT: usize = 16 * 1024;
const CHUNK: usize = 32 * 1024;

/// Answers `request` with the repositories below `root`; `path` is the repository and what is wanted of it.
///
/// Only requests that read may be passed. Never fails: what goes wrong becomes a 500 and a log line.
pub(crate) async fn answer(
    git: &GitEnvironment,
    root: &Path,
    path: &str,
    request: Request<Incoming>,
) -> Response<Body> {
    match run(git, root, path, request).await {
        Ok(response) => response,
        Err(error) => {
            tracing::warn!(%error, path, "git http-backend failed");
            reply::text(StatusCode::INTERNAL_SERVER_ERROR, &format!("git http-backend: {error}"))
        }
    }
}

async fn run(
    git: &GitEnvironment,
    root: &Path,
    path: &str,
    request: Request<Incoming>,
) -> io::Result<Response<Body>> {
    let mut command = git.command();
    command
        .arg("http-backend")
        .env("GIT_PROJECT_ROOT", root)
        .env("GIT_HTTP_EXPORT_ALL", "1")
        .env("PATH_INFO", path)
        .env("REQUEST_METHOD", request.method().as_str())
        .env("QUERY_STRING", request.uri().query().unwrap_or_default())
        .env("REMOTE_ADDR", "127.0.0.1")
        .env_remove("REMOTE_USER")
        .env_remove("CONTENT_LENGTH");
    let passed_on = [
        ("CONTENT_TYPE", header::CONTENT_TYPE),
        ("CONTENT_LENGTH", header::CONTENT_LENGTH),
        ("HTTP_CONTENT_ENCODING", header::CONTENT_ENCODING),
        ("GIT_PROTOCOL", HeaderName::from_static("git-protocol")),
    ];
    for (variable, name) in passed_on {
        match request.headers().get(name).and_then(|value| value.to_str().ok()) {
            Some(value) => command.env(variable, value),
            None => command.env_remove(variable),
        };
    }
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = tokio::process::Command::from(command).kill_on_drop(true).spawn()?;
    let missing = || io::Error::other("a pipe to the program is missing");
    let mut stdout = child.stdout.take().ok_or_else(missing)?;
    tokio::spawn(pass_body_on(request.into_body(), child.stdin.take().ok_or_else(missing)?));
    let complaints = tokio::spawn(complaints(child.stderr.take().ok_or_else(missing)?));
    let Some((head, rest)) = read_head(&mut stdout).await? else {
        let said = complaints.await.unwrap_or_default();
        return Err(io::Error::other(format!("no answer; it said: {said}")));
    };
    let mut response = parse_head(&head)?;
    *response.body_mut() = BodyExt::boxed_unsync(ProgramOutput { rest, stdout, _child: child });
    Ok(response)
}

async fn pass_body_on(mut body: Incoming, mut stdin: ChildStdin) {
    while let Some(frame) = body.frame().await {
        let Ok(frame) = frame else { return };
        if let Ok(data) = frame.into_data()
            && stdin.write_all(&data).await.is_err()
        {
            return;
        }
    }
}

async fn complaints(mut stderr: ChildStderr) -> String {
    let mut said = Vec::new();
    let _ = (&mut stderr).take(LIMIT as u64).read_to_end(&mut said).await;
    let said = String::from_utf8_lossy(&said).trim().to_owned();
    if !said.is_empty() {
        tracing::warn!("git http-backend: {said}");
    }
    let _ = tokio::io::copy(&mut stderr, &mut tokio::io::sink()).await;
    said
}

/// Reads up to the empty line; returns the header and what was read of the body, `None` when the output ends before.
async fn read_head(stdout: &mut ChildStdout) -> io::Result<Option<(Bytes, Bytes)>> {
    let mut read = BytesMut::with_capacity(4096);
    loop {
        if let Some(end) = read.windows(4).position(|window| window == b"\r\n\r\n") {
            let head = read.split_to(end).freeze();
            read.advance(4);
            return Ok(Some((head, read.freeze())));
        }
        if read.len() > LIMIT {
            return Err(io::Error::other("its header is too long"));
        }
        if stdout.read_buf(&mut read).await? == 0 {
            return Ok(None);
        }
    }
}

fn parse_head(head: &[u8]) -> io::Result<Response<Body>> {
    let invalid = || io::Error::other("its header is malformed");
    let mut response = reply::text(StatusCode::OK, "");
    response.headers_mut().clear();
    for line in std::str::from_utf8(head).map_err(|_| invalid())?.split("\r\n") {
        let (name, value) = line.split_once(':').ok_or_else(invalid)?;
        let value = value.trim();
        if name.eq_ignore_ascii_case("status") {
            let code = value.split(' ').next().unwrap_or_default();
            *response.status_mut() = code.parse().map_err(|_| invalid())?;
        } else {
            let name: HeaderName = name.parse().map_err(|_| invalid())?;
            response.headers_mut().append(name, HeaderValue::from_str(value).map_err(|_| invalid())?);
        }
    }
    Ok(response)
}

/// The rest of the program's output as a body; dropping it ends the program.
struct ProgramOutput {
    rest: Bytes,
    stdout: ChildStdout,
    _child: Child,
}

impl hyper::body::Body for ProgramOutput {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        if self.rest.has_remaining() {
            return Poll::Ready(Some(Ok(Frame::data(std::mem::take(&mut self.rest)))));
        }
        let mut space = vec![0; CHUNK];
        let mut buffer = ReadBuf::new(&mut space);
        ready!(Pin::new(&mut self.stdout).poll_read(context, &mut buffer))?;
        let length = buffer.filled().len();
        if length == 0 {
            return Poll::Ready(None);
        }
        space.truncate(length);
        Poll::Ready(Some(Ok(Frame::data(space.into()))))
    }
}
