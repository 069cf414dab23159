//! Small HTTP/1.1 pieces that the Git server and the chart proxy share.

use std::convert::Infallible;
use std::future::Future;
use std::io;

use bytes::Bytes;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::rt::{Read, Write};
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode, header};
use hyper_util::rt::TokioTimer;

/// A response body, whole or streamed.
pub(crate) type Body = UnsyncBoxBody<Bytes, io::Error>;

/// Returns a plain-text answer; `message` gets its line end here.
pub(crate) fn text(status: StatusCode, message: &str) -> Response<Body> {
    bytes(status, "text/plain; charset=utf-8", Bytes::from(format!("{message}\n")))
}

/// Returns an answer with a body of a known length.
pub(crate) fn bytes(status: StatusCode, content_type: &str, content: Bytes) -> Response<Body> {
    let length = content.len();
    let mut response = Response::new(Full::new(content).map_err(|never| match never {}).boxed_unsync());
    *response.status_mut() = status;
    let headers = response.headers_mut();
    if let Ok(value) = content_type.parse() {
        headers.insert(header::CONTENT_TYPE, value);
    }
    headers.insert(header::CONTENT_LENGTH, length.into());
    response
}

/// Answers the requests of one connection, one after the other, until the client closes it; upgrades are allowed.
pub(crate) async fn serve_connection<I, A, F>(io: I, answer: A)
where
    I: Read + Write + Unpin + Send + 'static,
    A: Fn(Request<Incoming>) -> F,
    F: Future<Output = Response<Body>>,
{
    let service = service_fn(|request| {
        let response = answer(request);
        async { Ok::<_, Infallible>(response.await) }
    });
    let mut server = hyper::server::conn::http1::Builder::new();
    let connection = server.timer(TokioTimer::new()).serve_connection(io, service).with_upgrades();
    if let Err(error) = connection.await {
        tracing::debug!(%error, "a connection ended early");
    }
}

/// Decodes `%XX` in a request path; `None` when that is malformed or not UTF-8.
pub(crate) fn decode_path(path: &str) -> Option<String> {
    let mut decoded = Vec::with_capacity(path.len());
    let mut rest = path.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
            decoded.push((digit(rest.next())? * 16 + digit(rest.next())?) as u8);
        } else {
            decoded.push(byte);
        }
    }
    String::from_utf8(decoded).ok()
}

#[cfg(test)]
mod tests {
    use super::decode_path;

    #[test]
    fn paths_are_decoded_or_refused() {
        assert_eq!(decode_path("/a%2Bb/c+d").as_deref(), Some("/a+b/c+d"));
        assert_eq!(decode_path("/%zz"), None);
        assert_eq!(decode_path("/%2"), None);
        assert_eq!(decode_path("/%ff"), None);
    }
}
