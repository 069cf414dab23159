//! What kustomize-controller's own functions build of small repositories.

use std::fs;

use serde_json::{Value, json};

use super::files::Broken;
use crate::oracle::{Oracle, Program};

/// The program that calls them; `examples/controllers.rs` asks it too.
pub static PROGRAM: Program = Program::new("flux-oracle", "xtask/crates/flux/oracle", ".");

/// The objects of each, with the placeholders of names left in, or why there are none.
pub fn built(all: &[Broken]) -> Vec<Result<Vec<Value>, String>> {
    let folder = tempfile::tempdir().unwrap();
    let mut oracle = Oracle::start(&PROGRAM);
    let mut answers = Vec::new();
    for broken in all {
        let root = folder.path().join(&broken.name);
        for (path, text) in broken.template() {
            let path = root.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let kustomization = json!({"apiVersion": "kustomize.toolkit.fluxcd.io/v1", "kind": "Kustomization",
            "metadata": {"name": "m0000", "namespace": "flux-system"}, "spec": {"path": "mutants/b0000/m0000"}});
        oracle.ask(&json!({"root": root, "kustomization": kustomization, "strict": true}));
        let objects = |answer: Value| answer["objects"].as_array().cloned().unwrap_or_default();
        answers.push(oracle.answer().map(objects));
    }
    answers
}
