//! Records what the real kustomize says to every case: `record KUSTOMIZE_BINARY [CASE…]`.
#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a tool of the developers, never part of the crate"
)]

fn main() {
    let mut arguments = std::env::args().skip(1);
    let kustomize = arguments.next().unwrap_or_else(|| "kustomize".to_owned());
    let wanted: Vec<String> = arguments.collect();
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance");
    let cases = std::fs::read_dir(&root)
        .map(|d| d.flatten().map(|e| e.path()).collect())
        .unwrap_or_else(|_| Vec::new());
    for case in cases.into_iter().filter(|c| c.join("input").is_dir()) {
        let name = case.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        if !wanted.is_empty() && !wanted.contains(&name) {
            continue;
        }
        let dir = if case.join("input/overlay").is_dir() { "overlay" } else { "." };
        let output = std::process::Command::new(&kustomize)
            .current_dir(case.join("input"))
            .args(["build", dir])
            .output();
        let Ok(output) = output else { continue };
        let (kept, gone, bytes) = if output.status.success() {
            ("expected.yaml", "expected.err", output.stdout)
        } else {
            ("expected.err", "expected.yaml", output.stderr)
        };
        let text = String::from_utf8_lossy(&bytes).replace(&case.display().to_string(), "CASE");
        let _ = std::fs::remove_file(case.join(gone));
        let _ = std::fs::write(case.join(kept), text);
        let _ = std::fs::write(case.join("case.yaml"), format!("recorder: kustomize v5.8.1\ndir: {dir}\n"));
        println!("{name}: {kept}");
    }
}
