//! What Helm once answered, by everything that decides the answer.
//!
//! `printed/` holds what Helm printed, `objects/` what became of it. Both may hold what is secret: files have mode 0600.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::sync::OnceLock;

use anyhow::Result;
use serde::Serialize;

use crate::edge::charts::sha256_hex;
use crate::edge::private_file::write_private;

/// The form of keys and files; another number makes all that is kept unknown.
const FORM: &str = "1";

/// The folder of answers.
pub(super) struct Answers {
    folder: PathBuf,
}

/// The objects of a release, as they are kept.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Kept {
    /// The API versions that definitions among them bring.
    pub(super) api_versions: BTreeSet<String>,
    /// Them as YAML.
    pub(super) yaml: String,
}

/// The key of a question: of names and of everything in a value.
pub(super) fn key(names: &[&str], value: &impl Serialize) -> String {
    let mut text = FORM.to_owned();
    for name in names {
        text.push('\n');
        text.push_str(name);
    }
    text.push('\n');
    // Maps keep their order, and values come sorted, so that the same value is the same text.
    text.push_str(&serde_json::to_string(value).unwrap_or_default());
    sha256_hex(text.as_bytes())
}

/// What tells this build of the tool from another one, which may make other objects of the same print.
pub(super) fn this_program() -> &'static str {
    static MARK: OnceLock<String> = OnceLock::new();
    MARK.get_or_init(|| {
        let file = std::env::current_exe().and_then(fs::metadata);
        let of = |file: fs::Metadata| format!("{} {:?}", file.len(), file.modified().ok());
        file.map(of).unwrap_or_default()
    })
}

impl Answers {
    pub(super) fn new(folder: PathBuf) -> Self {
        Answers { folder }
    }

    fn file(&self, sort: &str, key: &str) -> PathBuf {
        self.folder.join(sort).join(key)
    }

    pub(super) fn printed(&self, key: &str) -> Option<String> {
        fs::read_to_string(self.file("printed", key)).ok()
    }

    pub(super) fn keep_printed(&self, key: &str, text: &str) -> Result<()> {
        write_private(&self.file("printed", key), text.as_bytes())
    }

    /// The API versions alone, without reading what may be megabytes.
    pub(super) fn api_versions(&self, key: &str) -> Option<BTreeSet<String>> {
        let mut versions = String::new();
        BufReader::new(File::open(self.file("objects", key)).ok()?).read_line(&mut versions).ok()?;
        serde_json::from_str(&versions).ok()
    }

    pub(super) fn objects(&self, key: &str) -> Option<Kept> {
        let text = fs::read_to_string(self.file("objects", key)).ok()?;
        let (versions, yaml) = text.split_once('\n')?;
        Some(Kept { api_versions: serde_json::from_str(versions).ok()?, yaml: yaml.to_owned() })
    }

    pub(super) fn keep_objects(&self, key: &str, kept: &Kept) -> Result<()> {
        let text = format!("{}\n{}", serde_json::to_string(&kept.api_versions)?, kept.yaml);
        write_private(&self.file("objects", key), text.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_kept_comes_back() {
        let folder = tempfile::tempdir().unwrap();
        let answers = Answers::new(folder.path().to_owned());
        let kept = Kept { api_versions: BTreeSet::from(["a/v1".to_owned()]), yaml: "---\na: 1\n".to_owned() };
        assert_eq!(answers.objects("k"), None);
        answers.keep_objects("k", &kept).unwrap();
        assert_eq!(answers.api_versions("k"), Some(kept.api_versions.clone()));
        assert_eq!(answers.objects("k"), Some(kept));
    }

    #[test]
    fn another_question_has_another_key() {
        assert_eq!(key(&["a"], &json!({"b": 1})), key(&["a"], &json!({"b": 1})));
        assert_ne!(key(&["a"], &json!({"b": 1})), key(&["a"], &json!({"b": 2})));
        assert_ne!(key(&["a", "b"], &json!(1)), key(&["ab"], &json!(1)));
    }
}
