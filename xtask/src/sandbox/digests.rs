//! Digests that charts at hand cannot have.
//!
//! The tree pins charts by version and may add the digest of the published one. Stand-ins and locally packed charts have
//! other digests, so in the sandbox a root patch takes the digest off again; the tree itself is served unchanged.

use fleet::roots::{patch_child, root_of};
use flux::pins::{Pin, SourceKind};
use serde_json::{Value, json};
use yamltree::path::RepoPath;
use yamltree::tree::Tree;

use fleet::catalogue::Tier;

/// Adds to the roots what takes the digests off; gives what was taken off, as `CHART (source NAME)`.
pub fn take_off(roots: &mut [Value], pins: &[Pin], tree: &dyn Tree) -> Vec<String> {
    let mut taken = Vec::new();
    for pin in pins.iter().filter(|pin| pin.source == SourceKind::Oci && pin.digest.is_some()) {
        let Some(tier) = Tier::ALL.into_iter().find(|tier| tier.folder() == pin.tier) else { continue };
        let Some((child, has_patches)) = child_of(pin, tree) else { continue };
        let name = root_of(tier, &pin.component);
        let is_root =
            |root: &&mut Value| root.pointer("/metadata/name").and_then(Value::as_str) == Some(&name);
        let Some(root) = roots.iter_mut().find(is_root) else { continue };
        let target = json!({"kind": "OCIRepository", "name": pin.source_name});
        patch_child(
            root,
            &child,
            has_patches,
            target,
            &json!([{"op": "remove", "path": "/spec/ref/digest"}]),
        );
        taken.push(format!("{} (OCIRepository {})", pin.chart, pin.source_name));
    }
    taken
}

/// The Flux Kustomization that applies a pin's source, and whether it has patches of its own.
fn child_of(pin: &Pin, tree: &dyn Tree) -> Option<(String, bool)> {
    let source = RepoPath::new(&pin.source_place.as_ref()?.file).ok()?;
    let file = format!("flux2/{}/{}/ks.yaml", pin.tier, pin.component);
    let text = tree.read(&RepoPath::new(&file).ok()?).ok()?;
    let (documents, _) = yamltree::document::values(&file, &text);
    documents.into_iter().find_map(|(_, document)| {
        let path = RepoPath::new(document.pointer("/spec/path")?.as_str()?.trim_start_matches("./")).ok()?;
        let name = document.pointer("/metadata/name")?.as_str()?.to_owned();
        source.starts_with(&path).then(|| (name, document.pointer("/spec/patches").is_some()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use yamltree::tree::MemTree;

    const TREE: &str = "
#- flux2/core/blog/ks.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: blog, namespace: flux-system}
spec: {path: ./flux2/core/blog/app}
#- flux2/core/blog/app/source.yaml
apiVersion: source.toolkit.fluxcd.io/v1
kind: OCIRepository
metadata: {name: blog, namespace: flux-system}
spec: {url: 'oci://charts.example/blog', ref: {tag: 1.2.3, digest: 'sha256:0123'}}
#- flux2/core/blog/app/release.yaml
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: blog, namespace: oas}
spec: {interval: 1h, chartRef: {kind: OCIRepository, name: blog, namespace: flux-system}}
";

    #[test]
    fn a_pinned_digest_is_taken_off_by_a_patch_on_the_root() {
        let tree = MemTree::from_fixture(TREE).unwrap();
        let (pins, _) = flux::pins::read(&tree);
        let mut roots = [json!({"metadata": {"name": "core"}, "spec": {}})];
        assert_eq!(take_off(&mut roots, &pins, &tree), ["blog (OCIRepository blog)"]);
        let patches = roots[0].pointer("/spec/patches").unwrap().to_string();
        assert!(patches.contains("/spec/ref/digest") && patches.contains("\"name\":\"blog\""), "{patches}");
    }

    #[test]
    fn a_tree_without_digests_is_left_alone() {
        let tree = MemTree::from_fixture(&TREE.replace(", digest: 'sha256:0123'", "")).unwrap();
        let (pins, _) = flux::pins::read(&tree);
        let mut roots = [json!({"metadata": {"name": "core"}, "spec": {}})];
        assert!(take_off(&mut roots, &pins, &tree).is_empty());
        assert!(roots[0].pointer("/spec/patches").is_none());
    }
}
