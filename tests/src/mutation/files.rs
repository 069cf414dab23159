//! Files of small repositories, each broken by one token.

use std::collections::BTreeMap;

use flux::render::value;
use kustomize_rs::Limits;
use kustomize_rs::yaml::json::read_all_as_json;
use serde_json::Value;
use yamltree::path::RepoPath;
use yamltree::tree::{MemTree, Tree, files_below};

use super::mutants::Maker;

/// How many repositories one source brings: each reconciliation unpacks all that is in it.
const OF_ONE_SOURCE: usize = 400;

/// A small repository in which one token was broken.
#[derive(Debug, Clone)]
pub struct Broken {
    /// The file and what was done to it.
    pub what: String,
    /// The name of its folder, its namespace and its Kustomization: no other has it.
    pub name: String,
    /// The folder in which it lies among others.
    pub batch: String,
    /// Its files, by their paths in it. `m0000`, `b0000` and `s0000` in them stand for its name, its batch and the source of all.
    files: BTreeMap<String, String>,
}

impl Broken {
    /// Its files by their paths in the repository, with the placeholders left in.
    pub fn template(&self) -> impl Iterator<Item = (String, &str)> {
        self.files.iter().map(|(path, text)| (format!("mutants/b0000/m0000/{path}"), text.as_str()))
    }

    /// Its files by their paths in the repository.
    pub fn files(&self, source: &str) -> Vec<(String, String)> {
        let files = self.template();
        files.map(|(path, text)| (self.filled(&path, source), self.filled(text, source))).collect()
    }

    /// A text with the names filled in.
    pub fn filled(&self, text: &str, source: &str) -> String {
        text.replace("m0000", &self.name).replace("b0000", &self.batch).replace("s0000", source)
    }
}

/// Every repository of a fixture (each is a folder in it) as it is, and with each of its files broken in every way; of the broken ones
/// those whose number `take` wants.
pub fn broken(fixture: &str, take: impl Fn(usize) -> bool) -> Vec<Broken> {
    let tree = MemTree::from_fixture(fixture).unwrap();
    let mut repositories: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    for path in files_below(&tree, &RepoPath::root()) {
        let text = tree.read(&path).unwrap();
        let (repository, file) = path.as_str().split_once('/').unwrap();
        repositories.entry(repository.to_owned()).or_default().insert(file.to_owned(), text);
    }
    let mut all: Vec<(String, BTreeMap<String, String>)> = Vec::new();
    let mut number = 0;
    for (repository, files) in &repositories {
        all.push((format!("{repository} as it is"), files.clone()));
        for (file, text) in files {
            for (how, changed) in ways(&format!("{repository}/{file}"), text) {
                number += 1;
                if take(number) {
                    let mut files = files.clone();
                    files.insert(file.clone(), changed);
                    all.push((how, files));
                }
            }
        }
    }
    let numbered = all.into_iter().enumerate();
    numbered
        .map(|(number, (what, files))| Broken {
            what,
            name: format!("m{:04}", number + 1),
            batch: format!("b{:04}", number / OF_ONE_SOURCE + 1),
            files,
        })
        .collect()
}

/// Every way in which a file is broken: values and keys of its documents, and its lines.
pub(super) fn ways(called: &str, text: &str) -> Vec<(String, String)> {
    let mut ways = lines(called, text);
    let is_data = (called.ends_with(".yaml") || called.ends_with(".json")) && !called.contains("/templates/");
    if !is_data {
        return ways;
    }
    let documents: Vec<Value> =
        read_all_as_json(text, called, Limits::default()).unwrap().iter().map(value).collect();
    let mut maker = Maker::default();
    for (index, document) in documents.iter().enumerate() {
        let kind = document["kind"].as_str().unwrap_or_default();
        let name = document["metadata"]["name"].as_str().unwrap_or_default();
        let called =
            [called, kind, name].into_iter().filter(|it| !it.is_empty()).collect::<Vec<_>>().join(" ");
        for mutant in maker.of_called(&called, document) {
            let mut all = documents.clone();
            all[index] = mutant.object;
            let texts: Vec<String> = all.iter().map(|one| format!("{one:#}\n")).collect();
            ways.push((mutant.what, texts.join("---\n")));
        }
    }
    ways
}

/// Each line left out, written twice, moved, without its colon, with a quote that nobody closes.
fn lines(called: &str, text: &str) -> Vec<(String, String)> {
    let lines: Vec<&str> = text.lines().collect();
    let mut ways = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        let mut broken = |how: &str, put: &[String]| {
            let mut all: Vec<String> = lines.iter().map(ToString::to_string).collect();
            all.splice(index..=index, put.iter().cloned());
            ways.push((format!("{called} line {} {how}", index + 1), format!("{}\n", all.join("\n"))));
        };
        let line = (*line).to_owned();
        broken("left out", &[]);
        broken("twice", &[line.clone(), line.clone()]);
        broken("moved to the right", &[format!(" {line}")]);
        if let Some(moved) = line.strip_prefix(' ') {
            broken("moved to the left", &[moved.to_owned()]);
        }
        if line.contains(':') {
            broken("without its colon", &[line.replacen(':', "", 1)]);
        }
        if let Some((before, after)) = line.split_once(": ") {
            broken("with a quote", &[format!("{before}: \"{after}")]);
        }
    }
    ways
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_broken_in_one_file_and_has_names_of_its_own() {
        let all = broken("#- one/a.yaml\nkind: A\nname: m0000\n#- one/b.txt\ntext\n", |_| true);
        assert_eq!(all[0].what, "one as it is");
        assert_eq!(all[0].files("source")[0].1, "kind: A\nname: m0001\n");
        let whats: Vec<&str> = all.iter().map(|broken| broken.what.as_str()).collect();
        assert!(whats.contains(&"one/a.yaml line 2 without its colon"), "{whats:?}");
        assert!(whats.contains(&"one/a.yaml A name a number"), "{whats:?}");
        assert!(whats.contains(&"one/b.txt line 1 twice"), "{whats:?}");
    }
}
