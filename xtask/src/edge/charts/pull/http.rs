//! Answers over HTTP, with limits, and which failures may pass.

use anyhow::{Context, Result, bail};
use oci_client::errors::{OciDistributionError, OciErrorCode};
use reqwest::header::HeaderMap;
use reqwest::redirect::{Attempt, Policy};
use reqwest::{StatusCode, Url};

use super::{Puller, patiently};

/// The most redirections that are followed.
const REDIRECTIONS: usize = 10;

/// Nobody answered, or only with an excuse.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{0}")]
pub(super) struct Unreachable(pub(super) String);

impl Puller {
    /// What is at an address.
    pub(super) async fn get(&self, url: &Url, largest: u64) -> Result<Vec<u8>> {
        Ok(self.answer(url, None, largest).await?.1)
    }

    /// The same with a token, and beside what the server says of it.
    pub(super) async fn answer(
        &self,
        url: &Url,
        token: Option<&str>,
        largest: u64,
    ) -> Result<(HeaderMap, Vec<u8>)> {
        if !is_safe(url) {
            bail!("{url}: only https:// is fetched");
        }
        if !url.username().is_empty() || url.password().is_some() {
            bail!(
                "an address on {} has credentials in it; none are sent",
                url.host_str().unwrap_or_default()
            );
        }
        let ask = || async {
            let request = self.http.get(url.clone());
            let request = if let Some(token) = token { request.bearer_auth(token) } else { request };
            let mut response = request.send().await?.error_for_status()?;
            let headers = response.headers().clone();
            let mut bytes = Vec::new();
            while let Some(more) = response.chunk().await? {
                bytes.extend_from_slice(&more);
                if bytes.len() as u64 > largest {
                    bail!("it has more than {largest} bytes");
                }
            }
            Ok((headers, bytes))
        };
        patiently(ask, is_network).await.with_context(|| format!("fetch {url}"))
    }
}

/// HTTPS, or a service of this very machine.
fn is_safe(url: &Url) -> bool {
    url.scheme() == "https" || (url.scheme() == "http" && is_loopback(url.host_str().unwrap_or_default()))
}

/// Is it a name of this machine? A port may follow.
pub(super) fn is_loopback(host: &str) -> bool {
    let host = match host.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) && !host.ends_with(':') => host,
        _ => host,
    };
    let address = host.trim_matches(['[', ']']).parse::<std::net::IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

/// Redirections are followed to where something could be fetched from, and not from elsewhere to this machine.
pub(super) fn redirections() -> Policy {
    Policy::custom(|attempt: Attempt<'_>| {
        let begins_here = attempt.previous().first().is_some_and(|url| url.scheme() == "http");
        if attempt.previous().len() > REDIRECTIONS {
            attempt.error("too many redirections")
        } else if attempt.url().scheme() == "https" || (begins_here && is_safe(attempt.url())) {
            attempt.follow()
        } else {
            attempt.error("a redirection leads away from https://")
        }
    })
}

/// Did the network or a server fail, so that the same question may be answered later?
pub fn is_network(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        let inside = cause.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        cause.is::<Unreachable>()
            || cause.downcast_ref().is_some_and(of_http)
            || cause.downcast_ref().is_some_and(of_registry)
            || inside.and_then(|inside| inside.downcast_ref()).is_some_and(of_http)
    })
}

fn of_http(error: &reqwest::Error) -> bool {
    match error.status() {
        Some(status) => is_busy(status.as_u16()),
        None => error.is_timeout() || error.is_connect() || error.is_body() || error.is_request(),
    }
}

fn of_registry(error: &OciDistributionError) -> bool {
    match error {
        OciDistributionError::RequestError(error) => of_http(error),
        OciDistributionError::ServerError { code, .. } => is_busy(*code),
        OciDistributionError::RegistryError { envelope, .. } => {
            envelope.errors.iter().any(|error| error.code == OciErrorCode::Toomanyrequests)
        }
        _ => false,
    }
}

fn is_busy(status: u16) -> bool {
    status >= 500 || status == StatusCode::TOO_MANY_REQUESTS.as_u16()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn plain_http_is_for_this_machine() {
        let safe = |url: &str| is_safe(&Url::parse(url).unwrap());
        assert!(safe("https://example.org/a") && safe("http://127.0.0.1:80/a") && safe("http://[::1]/a"));
        assert!(
            !safe("http://example.org/a") && !safe("ftp://localhost/a") && !safe("http://127.example.org")
        );
    }

    #[test]
    fn a_host_with_a_port_is_still_this_machine() {
        assert!(is_loopback("localhost:5000") && is_loopback("[::1]:5000") && is_loopback("::1"));
        assert!(!is_loopback("quay.io") && !is_loopback("localhost.example.org:1"));
    }

    #[test]
    fn a_failure_that_may_pass_is_known_below_what_was_being_done() {
        let busy =
            |code| OciDistributionError::ServerError { code, url: String::new(), message: String::new() };
        let told = |code| anyhow::Error::new(busy(code)).context("pull a chart");
        assert!(is_network(&told(503)) && is_network(&told(429)) && !is_network(&told(404)));
        assert!(is_network(&anyhow::Error::new(Unreachable("x".into())).context("fetch")));
        assert!(!is_network(&anyhow::anyhow!("the digest is another one")));
    }
}
