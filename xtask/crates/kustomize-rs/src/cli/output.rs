//! Where the result goes: standard output, a file, or one file an object in a folder.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::Path;

use crate::{Built, Object};

pub(super) fn write(built: &Built, output: Option<&Path>) -> Result<(), String> {
    let failed = |path: &Path, e: std::io::Error| format!("{}: {e}", path.display());
    match output {
        None => print(&built.to_yaml().map_err(|e| e.to_string())?),
        Some(path) if path.is_dir() => {
            for (name, yaml) in files(built)? {
                let file = path.join(&name);
                std::fs::write(&file, yaml).map_err(|e| failed(&file, e))?;
            }
            Ok(())
        }
        Some(path) => {
            let yaml = built.to_yaml().map_err(|e| e.to_string())?;
            std::fs::write(path, yaml).map_err(|e| failed(path, e))
        }
    }
}

/// Writes to standard output; that nobody reads on is no error.
pub(super) fn print(text: &str) -> Result<(), String> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(e) if e.kind() != std::io::ErrorKind::BrokenPipe => Err(e.to_string()),
        _ => Ok(()),
    }
}

/// The files of a folder, named as kustomize names them (`kustomize/commands/build/writer.go`).
pub(super) fn files(built: &Built) -> Result<Vec<(String, String)>, String> {
    let namespaced = || built.objects.iter().filter(|o| !o.is_cluster_scoped());
    let namespaces: BTreeSet<&str> = namespaced().map(Object::effective_namespace).collect();
    let file = |object: &Object| {
        let gvk = object.gvk();
        let parts = [gvk.group.as_str(), &gvk.version, &gvk.kind].into_iter().filter(|part| !part.is_empty());
        let name = format!("{}_{}.yaml", parts.collect::<Vec<_>>().join("_"), object.name());
        let is_prefixed = !object.is_cluster_scoped() && namespaces.len() > 1;
        let name = if is_prefixed { format!("{}_{name}", object.effective_namespace()) } else { name };
        built.object_yaml(object).map(|yaml| (name.to_lowercase(), yaml)).map_err(|e| e.to_string())
    };
    built.objects.iter().map(file).collect()
}
