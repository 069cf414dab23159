//! One case: what is built how, and what the real kustomize said.

use serde_json::Value;
use yamltree::document;
use yamltree::path::RepoPath;
use yamltree::tree::{Tree, files_below};

/// The program whose answers are recorded, as it names itself.
pub const RECORDER: &str = "kustomize v5.8.1";

/// What the real kustomize said to a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expected {
    /// It built: what it wrote.
    Built(String),
    /// It refused: what it said.
    Refused(String),
    /// It is not asked, because ours refuses by design (remote files, charts, other programs); our message holds this.
    RefusedByDesign(String),
    /// Not recorded yet.
    Nothing,
}

/// One case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// Path of its folder from the root of the cases: `patches/json-append`.
    pub name: String,
    /// What it shows, if its name does not say it all.
    pub about: String,
    /// The program that was recorded.
    pub recorder: String,
    /// The folder below `input/` that is built.
    pub dir: String,
    /// Further arguments of `kustomize build`.
    pub args: Vec<String>,
    /// What was recorded.
    pub expected: Expected,
    /// What it said on standard error although it built.
    pub warnings: String,
    folder: RepoPath,
}

impl Case {
    /// The folder of the inputs in the tree.
    pub fn input(&self) -> Option<RepoPath> {
        self.folder.join("input").ok()
    }

    /// The file that the arguments say to write.
    pub fn output_file(&self) -> Option<&str> {
        let mut args = self.args.iter();
        while let Some(arg) = args.next() {
            match arg.strip_prefix("--output=") {
                Some(file) => return Some(file),
                None if arg == "-o" || arg == "--output" => return args.next().map(String::as_str),
                None => {}
            }
        }
        None
    }

    /// The text of `case.yaml`.
    pub fn to_yaml(&self) -> String {
        let mut text = String::new();
        let mut line = |key: &str, value: &str| {
            if !value.is_empty() {
                text.push_str(&format!("{key}: {value}\n"));
            }
        };
        let quoted = |value: &str| Value::from(value).to_string();
        if !self.about.is_empty() {
            line("about", &quoted(&self.about));
        }
        match &self.expected {
            Expected::RefusedByDesign(text) => line("refused-by-design", &quoted(text)),
            _ => line("recorder", &self.recorder),
        }
        line("dir", &self.dir);
        let args: Vec<String> = self.args.iter().map(|arg| quoted(arg)).collect();
        if !args.is_empty() {
            line("args", &format!("[{}]", args.join(", ")));
        }
        text
    }

    fn read(tree: &dyn Tree, folder: RepoPath) -> Result<Case, String> {
        let text = |name: &str| folder.join(name).ok().and_then(|path| tree.read(&path).ok());
        let file = format!("{folder}/case.yaml");
        let (node, faults) = document::single(&file, &text("case.yaml").unwrap_or_default());
        if let Some(fault) = faults.first() {
            return Err(fault.to_string());
        }
        let value = node.map_or(Value::Null, |node| node.to_value());
        let known = ["about", "recorder", "dir", "args", "refused-by-design"];
        if let Some(key) = value.as_object().and_then(|map| map.keys().find(|k| !known.contains(&k.as_str())))
        {
            return Err(format!("{file}: there is no `{key}` in a case; there are {}", known.join(", ")));
        }
        let part = |key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
        let args = value.get("args").and_then(Value::as_array).into_iter().flatten();
        let args = args.map(|arg| arg.as_str().map_or_else(|| arg.to_string(), str::to_owned)).collect();
        let expected = match (part("refused-by-design"), text("expected.yaml"), text("expected.err")) {
            (Some(text), ..) => Expected::RefusedByDesign(text),
            (None, Some(text), _) => Expected::Built(text),
            (None, None, Some(text)) => Expected::Refused(text),
            (None, None, None) => Expected::Nothing,
        };
        Ok(Case {
            name: folder.to_string(),
            about: part("about").unwrap_or_default(),
            recorder: part("recorder").unwrap_or_default(),
            dir: part("dir").unwrap_or_else(|| ".".to_owned()),
            args,
            expected,
            warnings: text("expected.warn").unwrap_or_default(),
            folder,
        })
    }
}

/// All cases of a tree, by name: every folder that has a folder `input`.
pub fn all(tree: &dyn Tree) -> Result<Vec<Case>, String> {
    let mut folders: Vec<RepoPath> = Vec::new();
    for file in files_below(tree, &RepoPath::root()) {
        let segments: Vec<&str> = file.segments().collect();
        let Some(end) = segments.iter().position(|segment| *segment == "input") else { continue };
        let folder = segments.get(..end).unwrap_or_default().join("/");
        let folder = RepoPath::new(&folder).map_err(|error| error.to_string())?;
        if folders.last() != Some(&folder) {
            folders.push(folder);
        }
    }
    folders.dedup();
    folders.into_iter().map(|folder| Case::read(tree, folder)).collect()
}

/// The cases of these names, or below folders of these names; all if there are none.
pub fn chosen(mut cases: Vec<Case>, names: &[String]) -> Result<Vec<Case>, String> {
    let is = |case: &Case, name: &str| {
        case.name
            .strip_prefix(name.trim_end_matches('/'))
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    if let Some(unknown) = names.iter().find(|name| cases.iter().all(|case| !is(case, name))) {
        return Err(format!("there is no case `{unknown}`"));
    }
    cases.retain(|case| names.is_empty() || names.iter().any(|name| is(case, name)));
    Ok(cases)
}
