//! Makes the first inputs of the targets `builds` and `yaml` out of the recorded cases of kustomize-rs.

use std::fs;
use std::io::Result;
use std::path::{Path, PathBuf};

fn main() -> Result<()> {
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    let cases = own.join("../crates/kustomize-rs/tests/conformance");
    let corpus = |target: &str| own.join("corpus").join(target);
    fs::create_dir_all(corpus("builds"))?;
    fs::create_dir_all(corpus("yaml"))?;
    for topic in folders(&cases)? {
        for case in folders(&topic)? {
            let name = format!("{}-{}", file_name(&topic), file_name(&case));
            let mut files = Vec::new();
            below(&case.join("input"), "", &mut files)?;
            let says = fs::read_to_string(case.join("case.yaml")).unwrap_or_default();
            let dir = says.lines().find_map(|line| line.strip_prefix("dir: ")).unwrap_or(".");
            // What is built is the folder of the first file.
            files.sort_by_key(|(path, _)| !is_kustomization_of(path, dir));
            let fixture: String = files.iter().map(|(path, text)| format!("#- {path}\n{text}\n")).collect();
            fs::write(corpus("builds").join(&name), fixture)?;
            for (index, (_, text)) in files.iter().enumerate() {
                fs::write(corpus("yaml").join(format!("{name}-{index}")), text)?;
            }
        }
    }
    Ok(())
}

fn is_kustomization_of(path: &str, dir: &str) -> bool {
    let (folder, file) = path.rsplit_once('/').unwrap_or((".", path));
    folder == dir && file.to_ascii_lowercase().starts_with("kustomization")
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn folders(path: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(path)?.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    Ok(entries.into_iter().filter(|path| path.is_dir()).collect())
}

/// The texts below a folder, with their paths.
fn below(folder: &Path, prefix: &str, files: &mut Vec<(String, String)>) -> Result<()> {
    if !folder.is_dir() {
        return Ok(());
    }
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = format!("{prefix}{}", file_name(&path));
        if path.is_dir() {
            below(&path, &format!("{name}/"), files)?;
        } else if let Ok(text) = fs::read_to_string(&path) {
            files.push((name, text));
        }
    }
    Ok(())
}
