//! Releases as Helm keeps them in a cluster: Secrets with a JSON document, compressed.
//!
//! Upstream: `encodeRelease` in `pkg/storage/driver/util.go` of Helm 4.2.

use std::io::Read;

use anyhow::{Context, Result, bail};
use base64::Engine as _;
use flate2::read::GzDecoder;
use flux::diff::live::Installed;
use flux::render::value;
use kustomize_rs::yaml::json::read_all_as_json;
use serde::Deserialize;
use serde_json::Value;

/// The type of such a Secret.
pub(super) const TYPE: &str = "helm.sh/release.v1";
/// No release is as large: what unpacks to more is damaged or meant to do harm.
const MOST: u64 = 256 << 20;

#[derive(Deserialize)]
struct Release {
    #[serde(default)]
    chart: Chart,
    #[serde(default)]
    config: Value,
    #[serde(default)]
    manifest: String,
}

#[derive(Default, Deserialize)]
struct Chart {
    #[serde(default)]
    metadata: Metadata,
}

#[derive(Default, Deserialize)]
struct Metadata {
    #[serde(default)]
    version: String,
}

/// The name of the Secret in which a version of a release is kept.
pub(super) fn secret_name(release: &str, version: u64) -> String {
    format!("sh.helm.release.v1.{release}.v{version}")
}

/// Reads such a Secret.
pub(super) fn read(secret: &Value) -> Result<Installed> {
    let base64 = base64::engine::general_purpose::STANDARD;
    let data = secret.pointer("/data/release").and_then(Value::as_str).context("it holds no release")?;
    // The API server encodes what Helm encoded already.
    let bytes = base64.decode(data).context("it is not encoded")?;
    let bytes = base64.decode(bytes).context("what it holds is not encoded")?;
    let mut text = Vec::new();
    if bytes.starts_with(&[0x1f, 0x8b]) {
        GzDecoder::new(&bytes[..]).take(MOST).read_to_end(&mut text).context("it cannot be unpacked")?;
    } else {
        text = bytes;
    }
    let release: Release = serde_json::from_slice(&text).context("it is no release")?;
    let objects = match read_all_as_json(&release.manifest, "manifest", kustomize_rs::Limits::default()) {
        Ok(objects) => objects,
        Err(found) => bail!("its manifest cannot be read: {}", found.message),
    };
    Ok(Installed {
        version: release.chart.metadata.version,
        values: release.config,
        objects: objects.iter().map(value).collect(),
    })
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::write::GzEncoder;
    use serde_json::json;

    use super::*;

    #[test]
    fn a_release_is_read_as_helm_writes_it() {
        let release = json!({
            "name": "web",
            "chart": {"metadata": {"name": "web", "version": "1.2.3"}, "templates": []},
            "config": {"replicas": 2},
            "manifest": "---\n# Source: web/templates/a.yaml\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n",
            "version": 4,
        });
        let mut packed = GzEncoder::new(Vec::new(), flate2::Compression::default());
        packed.write_all(release.to_string().as_bytes()).unwrap();
        let base64 = base64::engine::general_purpose::STANDARD;
        let twice = base64.encode(base64.encode(packed.finish().unwrap()));
        let read = read(&json!({"data": {"release": twice}})).unwrap();
        assert_eq!(read.version, "1.2.3");
        assert_eq!(read.values, json!({"replicas": 2}));
        let object = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}});
        assert_eq!(read.objects, [object]);
    }

    #[test]
    fn what_is_no_release_is_refused() {
        assert!(read(&json!({"data": {"release": "bm90aGluZw=="}})).is_err());
        assert!(read(&json!({})).is_err());
    }
}
