//! Charts in a registry.

use anyhow::{Context, Result, bail};
use flux::helm::chart::Wanted;
use oci_client::Reference;
use oci_client::errors::OciDistributionError;
use oci_client::manifest::OciManifest;
use oci_client::secrets::RegistryAuth;

use super::super::chart::Chart;
use super::{Fetched, LARGEST, Puller, newest, patiently, some_of};

/// The layer that Helm pushes.
const CHART: &str = "application/vnd.cncf.helm.chart.content.v1.tar+gzip";
const TAGS_A_PAGE: usize = 1000;

impl Puller {
    pub(super) async fn in_registry(&self, address: &str, wanted: &Wanted) -> Result<Fetched> {
        let bare = address.strip_prefix("oci://").unwrap_or(address);
        let (host, path) = bare.split_once('/').with_context(|| format!("{address} names no chart"))?;
        let (host, path) = (host.to_owned(), path.to_owned());
        let reference = match wanted {
            Wanted::Digest(digest) => Reference::with_digest(host, path, digest.clone()),
            Wanted::Tag(tag) => Reference::with_tag(host, path, tag.replace('+', "_")),
            Wanted::Range(range) => {
                let tags =
                    self.tags(&Reference::with_tag(host.clone(), path.clone(), "latest".into())).await?;
                let versions = tags.iter().map(|tag| (tag.replace('_', "+"), tag));
                let Some((_, tag)) = newest(versions, range)? else {
                    bail!(
                        "{address} has no version in `{range}`; {}",
                        some_of(tags.iter().map(String::as_str))
                    );
                };
                Reference::with_tag(host, path, tag.clone())
            }
        };
        match self.pulled(&reference).await {
            Err(error) if is_unknown(&error) => {
                let tags = self.tags(&reference).await.unwrap_or_default();
                bail!("{address} has no such version; {}", some_of(tags.iter().map(String::as_str)))
            }
            done => done.with_context(|| format!("pull {}", reference.whole())),
        }
    }

    async fn pulled(&self, reference: &Reference) -> Result<Fetched> {
        let auth = RegistryAuth::Anonymous;
        let (manifest, digest) =
            patiently(|| self.registries.pull_manifest(reference, &auth), may_pass).await?;
        let OciManifest::Image(manifest) = manifest else {
            bail!("it is an index of images, not a chart");
        };
        let layer =
            manifest.layers.iter().find(|layer| layer.media_type == CHART).or(manifest.layers.first());
        let layer = layer.context("it has no layers")?;
        if u64::try_from(layer.size).is_ok_and(|size| size > LARGEST) {
            bail!("it has {} bytes, which is more than a chart may have", layer.size);
        }
        let pull = || async {
            let mut bytes = Vec::new();
            // The digest of the layer is checked there.
            self.registries.pull_blob(reference, layer, &mut bytes).await.map(|()| bytes)
        };
        let bytes = patiently(pull, may_pass).await?;
        Ok(Fetched { chart: Chart::from_archive(reference.whole(), bytes)?, manifest: Some(digest) })
    }

    async fn tags(&self, reference: &Reference) -> Result<Vec<String>> {
        let mut tags: Vec<String> = Vec::new();
        loop {
            let last = tags.last().cloned();
            let ask = || {
                self.registries.list_tags(
                    reference,
                    &RegistryAuth::Anonymous,
                    Some(TAGS_A_PAGE),
                    last.as_deref(),
                )
            };
            let page = patiently(ask, may_pass).await;
            let page = page.with_context(|| format!("list the tags of {}", reference.repository()))?;
            let before = tags.len();
            tags.extend(page.tags.into_iter().filter(|tag| Some(tag) != last.as_ref()));
            if tags.len() < before + TAGS_A_PAGE {
                return Ok(tags);
            }
        }
    }
}

fn may_pass(error: &OciDistributionError) -> bool {
    match error {
        OciDistributionError::RequestError(error) => {
            error.is_timeout() || error.is_connect() || error.is_body()
        }
        OciDistributionError::ServerError { code, .. } => *code >= 500 || *code == 429,
        _ => false,
    }
}

/// Does the registry say that there is no such version?
fn is_unknown(error: &anyhow::Error) -> bool {
    use oci_client::errors::OciErrorCode::ManifestUnknown;
    match error.downcast_ref::<OciDistributionError>() {
        Some(OciDistributionError::ImageManifestNotFoundError(_)) => true,
        Some(OciDistributionError::RegistryError { envelope, .. }) => {
            envelope.errors.iter().any(|error| error.code == ManifestUnknown)
        }
        _ => false,
    }
}
