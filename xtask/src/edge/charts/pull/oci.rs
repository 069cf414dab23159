//! Charts in a registry.

use anyhow::{Context, Result, bail};
use flux::helm::chart::Wanted;
use futures::StreamExt as _;
use oci_client::client::{ClientConfig, ClientProtocol};
use oci_client::errors::{OciDistributionError, OciErrorCode};
use oci_client::manifest::{OciDescriptor, OciManifest};
use oci_client::secrets::RegistryAuth;
use oci_client::{Client, Reference, RegistryOperation};
use reqwest::Url;
use reqwest::header::{HeaderMap, LINK};
use serde::Deserialize;

use super::super::chart::Chart;
use super::http::is_loopback;
use super::newest::{newest, some_of};
use super::{Fetched, LARGEST, NAME, PATIENCE, Puller, TO_CONNECT, is_network, patiently};

/// The layer that Helm pushes.
const CHART: &str = "application/vnd.cncf.helm.chart.content.v1.tar+gzip";
const TAGS_A_PAGE: usize = 1000;
/// More pages than any registry has: one that never ends is left.
const MOST_PAGES: usize = 500;

pub(super) fn client(protocol: ClientProtocol) -> Result<Client> {
    let client = Client::try_from(ClientConfig {
        protocol,
        user_agent: NAME,
        connect_timeout: Some(TO_CONNECT),
        read_timeout: Some(PATIENCE),
        ..Default::default()
    });
    client.context("prepare for registries")
}

impl Puller {
    pub(super) async fn in_registry(&self, address: &str, wanted: &Wanted) -> Result<Fetched> {
        let bare = address.strip_prefix("oci://").unwrap_or(address);
        let (host, path) = bare.split_once('/').with_context(|| format!("{address} names no chart"))?;
        let (host, path) = (host.to_owned(), path.to_owned());
        let reference = match wanted {
            Wanted::Digest(digest) => Reference::with_digest(host, path, digest.clone()),
            Wanted::Tag(tag) => Reference::with_tag(host, path, tag.replace('+', "_")),
            Wanted::Range(range) => {
                let all = Reference::with_tag(host.clone(), path.clone(), "latest".into());
                let versions = self.versions(&all).await?;
                let Some((version, ())) = newest(versions.iter().map(|it| (it.clone(), ())), range)? else {
                    bail!("{address} has no version in `{range}`; {}", some_of(versions));
                };
                Reference::with_tag(host, path, version.replace('+', "_"))
            }
        };
        match self.pulled(&reference).await {
            Err(error) if is_unknown(&error) => {
                let known = self.versions(&reference).await.unwrap_or_default();
                bail!("{address} has no such version; {}", some_of(known))
            }
            done => done.with_context(|| format!("pull {}", reference.whole())),
        }
    }

    fn registries(&self, reference: &Reference) -> &Client {
        if is_loopback(reference.registry()) { &self.local_registries } else { &self.registries }
    }

    async fn pulled(&self, reference: &Reference) -> Result<Fetched> {
        let auth = RegistryAuth::Anonymous;
        let registries = self.registries(reference);
        // Its digest is checked there, against the one that is asked for and the one that the registry says.
        let pull = || async { anyhow::Ok(registries.pull_manifest(reference, &auth).await?) };
        let (manifest, digest) = patiently(pull, is_network).await?;
        let OciManifest::Image(manifest) = manifest else {
            bail!("it is an index of images, not a chart");
        };
        let layer =
            manifest.layers.iter().find(|layer| layer.media_type == CHART).or(manifest.layers.first());
        let layer = layer.context("it has no layers")?;
        if u64::try_from(layer.size).is_ok_and(|size| size > LARGEST) {
            bail!("it has {} bytes, which is more than a chart may have", layer.size);
        }
        let bytes = patiently(|| blob(registries, reference, layer), is_network).await?;
        Ok(Fetched { chart: Chart::from_archive(reference.whole(), bytes)?, manifest: Some(digest) })
    }

    /// All tags, as the versions that they stand for.
    async fn versions(&self, reference: &Reference) -> Result<Vec<String>> {
        let doing = || format!("list the tags of {}/{}", reference.registry(), reference.repository());
        let (auth, registries) = (RegistryAuth::Anonymous, self.registries(reference));
        let pull = RegistryOperation::Pull;
        let ask = || async { anyhow::Ok(registries.auth(reference, &auth, pull).await?) };
        let token = patiently(ask, is_network).await.with_context(doing)?;
        let scheme = if is_loopback(reference.registry()) { "http" } else { "https" };
        let (host, path) = (reference.resolve_registry(), reference.repository());
        let first = format!("{scheme}://{host}/v2/{path}/tags/list?n={TAGS_A_PAGE}");
        let mut next = Some(Url::parse(&first).with_context(doing)?);
        let mut versions: Vec<String> = Vec::new();
        for _ in 0..MOST_PAGES {
            let Some(url) = next else { return Ok(versions) };
            let (headers, page) = self.answer(&url, token.as_deref(), LARGEST).await.with_context(doing)?;
            let page: Page = serde_json::from_slice(&page).with_context(doing)?;
            versions.extend(page.tags.unwrap_or_default().iter().map(|tag| tag.replace('_', "+")));
            next = after(&url, &headers);
        }
        bail!("{}: there are too many", doing())
    }
}

#[derive(Deserialize)]
struct Page {
    tags: Option<Vec<String>>,
}

/// The address of the next page; one on another host is not followed.
fn after(page: &Url, headers: &HeaderMap) -> Option<Url> {
    let link = headers.get_all(LINK).iter().filter_map(|link| link.to_str().ok());
    let mut next = link.filter(|link| link.contains("rel=\"next\"") || link.contains("rel=next"));
    let address = next.next()?.split_once('<')?.1.split_once('>')?.0;
    page.join(address).ok().filter(|url| url.origin() == page.origin())
}

/// The bytes of a layer, whose digest is checked on the way.
async fn blob(registries: &Client, reference: &Reference, layer: &OciDescriptor) -> Result<Vec<u8>> {
    let mut stream = registries.pull_blob_stream(reference, layer).await?.stream;
    let mut bytes = Vec::new();
    while let Some(more) = stream.next().await {
        bytes.extend_from_slice(&more?);
        if bytes.len() as u64 > LARGEST {
            bail!("it has more than {LARGEST} bytes");
        }
    }
    Ok(bytes)
}

/// Does the registry say that there is no such version?
fn is_unknown(error: &anyhow::Error) -> bool {
    match error.downcast_ref::<OciDistributionError>() {
        Some(OciDistributionError::ImageManifestNotFoundError(_)) => true,
        Some(OciDistributionError::RegistryError { envelope, .. }) => {
            envelope.errors.iter().any(|error| error.code == OciErrorCode::ManifestUnknown)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_next_page_is_where_the_registry_says_on_the_same_host() {
        let page = Url::parse("https://h/v2/a/tags/list?n=2").unwrap();
        let next = |link: &'static str| {
            let headers = HeaderMap::from_iter([(LINK, link.parse().unwrap())]);
            after(&page, &headers).map(|url| url.to_string())
        };
        let wanted = Some("https://h/v2/a/tags/list?last=b&n=2".to_owned());
        assert_eq!(next("</v2/a/tags/list?last=b&n=2>; rel=\"next\""), wanted);
        assert_eq!(next("<https://other/v2/a/tags/list>; rel=\"next\""), None);
        assert_eq!(next("</v2/a/tags/list>; rel=\"prev\""), None);
    }
}
