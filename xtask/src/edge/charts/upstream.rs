use serde::{Deserialize, Serialize};

use super::proxy::ProxyError;

/// A place where the tree says that charts are.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Upstream {
    /// One chart in an OCI registry; the last part of the path is its name.
    Oci {
        /// `oci://HOST/PATH/NAME`
        url: String,
    },
    /// Charts below one path of an OCI registry (a HelmRepository of type `oci`).
    OciRepository {
        /// `oci://HOST/PATH`
        url: String,
        /// Names of the charts.
        charts: Vec<String>,
    },
    /// A chart repository with an index.
    Http {
        /// `https://HOST/PATH`
        url: String,
        /// Names of the charts that belong there.
        charts: Vec<String>,
    },
    /// A chart inside a Git repository.
    Git {
        /// `https://HOST/PATH`, with or without `.git`.
        url: String,
        /// The tag that the tree pins.
        tag: String,
        /// Folder of the chart.
        path: String,
        /// Name of the chart.
        chart: String,
    },
}

/// Host with port, and path without slashes at its ends.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Location {
    pub(super) authority: String,
    pub(super) path: String,
}

impl Upstream {
    /// The URL as the tree has it.
    pub fn url(&self) -> &str {
        match self {
            Self::Oci { url }
            | Self::OciRepository { url, .. }
            | Self::Http { url, .. }
            | Self::Git { url, .. } => url,
        }
    }

    /// The host (with its port when there is one) that a client without a proxy would connect to; for [`probe`].
    ///
    /// [`probe`]: super::probe::probe
    pub fn host(&self) -> Result<String, ProxyError> {
        let authority = self.location()?.authority;
        Ok(authority.strip_suffix(":443").map_or_else(|| authority.clone(), str::to_owned))
    }

    pub(super) fn location(&self) -> Result<Location, ProxyError> {
        let scheme = match self {
            Self::Oci { .. } | Self::OciRepository { .. } => "oci://",
            Self::Http { .. } | Self::Git { .. } => "https://",
        };
        let wrong = |reason| ProxyError::Url { url: self.url().into(), reason };
        let rest = self.url().strip_prefix(scheme).ok_or_else(|| match self {
            Self::Oci { .. } | Self::OciRepository { .. } => wrong("it does not begin with oci://"),
            _ => wrong("it does not begin with https://"),
        })?;
        let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
        if host.is_empty() || host.contains(['@', ' ']) || path.contains(['?', '#']) {
            return Err(wrong("it is not a plain URL of a host and a path"));
        }
        Ok(Location {
            authority: answering(&with_port(host)).to_owned(),
            path: path.trim_matches('/').to_owned(),
        })
    }
}

/// The `HOST:PORT` under which a place is kept: Docker's registry has one name in references and two more that clients
/// connect to (`index` by Flux's OCIRepository, `registry-1` by Helm).
pub(super) fn answering(authority: &str) -> &str {
    match authority {
        "docker.io:443" | "index.docker.io:443" => "registry-1.docker.io:443",
        _ => authority,
    }
}

/// Host and port in the form that CONNECT uses.
pub(super) fn with_port(host: &str) -> String {
    let host = host.to_ascii_lowercase();
    match host.rsplit_once(':') {
        Some((_, port)) if !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => format!("{host}:443"),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn urls_are_taken_apart_or_refused() {
        let oci = |url: &str| Upstream::Oci { url: url.into() };
        let location = oci("oci://Quay.io/jetstack/charts/cert-manager/").location().unwrap();
        assert_eq!(
            (location.authority.as_str(), location.path.as_str()),
            ("quay.io:443", "jetstack/charts/cert-manager")
        );
        assert_eq!(oci("oci://localhost:5000/x").location().unwrap().authority, "localhost:5000");
        assert_eq!(oci("oci://docker.io/x/y").host().unwrap(), "registry-1.docker.io");
        for url in ["https://quay.io/x", "oci://", "oci://user@host/x", "oci://host/x?y"] {
            assert!(oci(url).location().unwrap_err().to_string().contains(url));
        }
    }
}
