//! Whether the public chart hosts can be reached from here.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use super::upstream::with_port;
use crate::edge::git_server::reply::decode_path;

/// How the environment says that HTTPS leaves this machine.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Way {
    /// Value of `HTTPS_PROXY`; empty for none.
    pub https_proxy: String,
    /// Value of `NO_PROXY`.
    pub no_proxy: String,
}

impl Way {
    /// Reads the variables that are asked for, in upper case first; pass `|name| std::env::var(name).ok()`.
    pub fn from_variables(variable: impl Fn(&str) -> Option<String>) -> Self {
        let either = |name: &str| {
            let filled = |value: &String| !value.is_empty();
            variable(name).filter(filled).or_else(|| variable(&name.to_lowercase())).unwrap_or_default()
        };
        Self { https_proxy: either("HTTPS_PROXY"), no_proxy: either("NO_PROXY") }
    }

    fn proxy_for(&self, host: &str) -> Option<&str> {
        let direct = self.no_proxy.split(',').map(str::trim).filter(|it| !it.is_empty()).any(|entry| {
            let entry = entry.trim_start_matches("*.").trim_start_matches('.');
            entry == "*" || host == entry || host.strip_suffix(entry).is_some_and(|rest| rest.ends_with('.'))
        });
        (!direct && !self.https_proxy.is_empty()).then_some(self.https_proxy.as_str())
    }
}

/// What a probe found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reached {
    /// Hosts that answered.
    pub yes: Vec<String>,
    /// Hosts that did not, each with the reason.
    pub no: Vec<(String, String)>,
}

impl Reached {
    /// Whether all hosts that were asked for answered.
    pub fn all(&self) -> bool {
        self.no.is_empty()
    }
}

/// Tries to open a connection to each of `hosts` (`HOST` or `HOST:PORT`, 443 by default), all at once.
///
/// Ends after `limit` at the latest. Through a proxy, its consent to CONNECT counts. No TLS is spoken and nothing is
/// asked for: a yes means that the way is open, not that charts are there.
pub async fn probe(hosts: &[String], limit: Duration, way: &Way) -> Reached {
    let mut attempts = JoinSet::new();
    for host in hosts {
        let (host, way) = (host.clone(), way.clone());
        attempts.spawn(async move {
            let result = match tokio::time::timeout(limit, open(&host, &way)).await {
                Ok(result) => result,
                Err(_) => Err(format!("no answer within {} s", limit.as_secs_f32())),
            };
            (host, result)
        });
    }
    let mut reached = Reached::default();
    while let Some(attempt) = attempts.join_next().await {
        match attempt {
            Ok((host, Ok(()))) => reached.yes.push(host),
            Ok((host, Err(reason))) => reached.no.push((host, reason)),
            Err(error) => reached.no.push(("a host".into(), error.to_string())),
        }
    }
    reached.yes.sort();
    reached.no.sort();
    reached
}

async fn open(host: &str, way: &Way) -> Result<(), String> {
    let target = with_port(host);
    let name = target.rsplit_once(':').map_or(target.as_str(), |(name, _)| name);
    let Some(proxy) = way.proxy_for(name) else { return connect(&target).await.map(drop) };
    let proxy = ProxyAddress::parse(proxy)?;
    let through = |reason: String| format!("through the proxy {}: {reason}", proxy.authority);
    let mut stream = connect(&proxy.authority).await.map_err(through)?;
    let request = format!("CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n{}\r\n", proxy.authorization);
    stream.write_all(request.as_bytes()).await.map_err(|error| through(error.to_string()))?;
    let mut answer = Vec::new();
    while answer.len() < 1024 && !answer.contains(&b'\n') {
        if stream.read_buf(&mut answer).await.map_err(|error| through(error.to_string()))? == 0 {
            break;
        }
    }
    let answer = String::from_utf8_lossy(&answer);
    let line = answer.lines().next().unwrap_or_default();
    if line.starts_with("HTTP/1.") && line.split(' ').nth(1).is_some_and(|status| status.starts_with('2')) {
        return Ok(());
    }
    Err(through(if line.is_empty() { "it hung up".into() } else { format!("it answered `{line}`") }))
}

async fn connect(authority: &str) -> Result<TcpStream, String> {
    TcpStream::connect(authority).await.map_err(|error| error.to_string())
}

struct ProxyAddress {
    authority: String,
    /// A whole header line with its end, or nothing.
    authorization: String,
}

impl ProxyAddress {
    fn parse(url: &str) -> Result<Self, String> {
        let rest = match url.split_once("://") {
            Some(("http", rest)) => rest,
            Some((scheme, _)) => return Err(format!("a proxy of the kind {scheme}:// cannot be probed")),
            None => url,
        };
        let rest = rest.split('/').next().unwrap_or_default();
        let (user, host) = rest.rsplit_once('@').map_or((None, rest), |(user, host)| (Some(user), host));
        if host.is_empty() {
            return Err("HTTPS_PROXY names no host".into());
        }
        let bare = host.rsplit_once(':').is_none_or(|(_, port)| port.parse::<u16>().is_err());
        let authority = if bare { format!("{host}:80") } else { host.to_owned() };
        let authorization = match user {
            Some(user) => {
                let user = decode_path(user).ok_or("HTTPS_PROXY has a malformed user or password")?;
                format!("Proxy-Authorization: Basic {}\r\n", base64(user.as_bytes()))
            }
            None => String::new(),
        };
        Ok(Self { authority, authorization })
    }
}

fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let encode = |chunk: &[u8]| {
        let bits =
            chunk.iter().fold(0u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        let digit = |place: usize| match place <= chunk.len() {
            true => char::from(ALPHABET[(bits >> (18 - 6 * place)) as usize & 63]),
            false => '=',
        };
        [digit(0), digit(1), digit(2), digit(3)]
    };
    bytes.chunks(3).flat_map(encode).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use tokio::net::TcpListener;

    use super::*;

    async fn listener() -> (TcpListener, String) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        (listener, address)
    }

    #[test]
    fn base64_is_that_of_the_standard() {
        for (plain, encoded) in
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg==")]
        {
            assert_eq!(base64(plain.as_bytes()), encoded);
        }
    }

    #[test]
    fn the_environment_decides_the_way() {
        let variables = |name: &str| match name {
            "https_proxy" => Some("http://proxy:3128".to_owned()),
            "NO_PROXY" => Some("localhost,.example.org".to_owned()),
            _ => None,
        };
        let way = Way::from_variables(variables);
        assert_eq!(way.proxy_for("quay.io"), Some("http://proxy:3128"));
        assert_eq!(way.proxy_for("charts.example.org"), None);
        assert_eq!(way.proxy_for("notexample.org"), Some("http://proxy:3128"));
        assert_eq!(Way::default().proxy_for("quay.io"), None);
    }

    #[tokio::test]
    async fn open_and_closed_ports_are_told_apart() {
        let (_open, address) = listener().await;
        let (closed, nobody) = listener().await;
        drop(closed);
        let reached =
            probe(&[address.clone(), nobody.clone()], Duration::from_secs(3), &Way::default()).await;
        assert_eq!(reached.yes, [address]);
        assert_eq!(reached.no[0].0, nobody);
        assert!(!reached.all());
    }

    #[tokio::test]
    async fn a_proxy_is_asked_and_silence_ends() {
        let (proxy, address) = listener().await;
        let seen = tokio::spawn(async move {
            let mut requests = Vec::new();
            for status in ["200 Connection established", "403 Forbidden", ""] {
                let (mut stream, _) = proxy.accept().await.unwrap();
                let mut request = vec![0; 1024];
                let length = stream.read(&mut request).await.unwrap();
                requests.push(String::from_utf8_lossy(&request[..length]).into_owned());
                if status.is_empty() {
                    tokio::time::sleep(Duration::from_secs(60)).await;
                }
                stream.write_all(format!("HTTP/1.1 {status}\r\n\r\n").as_bytes()).await.unwrap();
                if status.starts_with("403") {
                    return requests;
                }
            }
            requests
        });
        let way = Way { https_proxy: format!("http://me:p%40ss@{address}"), no_proxy: String::new() };
        let limit = Duration::from_secs(3);
        assert!(probe(&["quay.io".into()], limit, &way).await.all());
        let refused = probe(&["quay.io".into()], limit, &way).await;
        assert!(refused.no[0].1.contains("403 Forbidden"), "{refused:?}");
        let request = &seen.await.unwrap()[0];
        assert!(request.starts_with("CONNECT quay.io:443 HTTP/1.1\r\n"), "{request}");
        assert!(request.contains("Proxy-Authorization: Basic bWU6cEBzcw==\r\n"), "{request}");
        let (silent, address) = listener().await;
        let way = Way { https_proxy: address, no_proxy: String::new() };
        let nothing = probe(&["quay.io".into()], Duration::from_millis(100), &way).await;
        assert!(nothing.no[0].1.contains("no answer"), "{nothing:?}");
        drop(silent);
    }
}
