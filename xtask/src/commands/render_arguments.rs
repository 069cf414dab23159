//! The flags of verbs that render: of what, and from where.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;
use clap::Args;
use fleet::generated;
use fleet::roots;
use flux::object::ObjectKey;
use flux::render::variables::Data;
use flux::render::{Entry, Inputs, Rendering, Repository, render};
use kustomize_rs::yaml::json::read_all_as_json;
use kustomize_rs::yaml::node::Node;
use yamltree::path::RepoPath;
use yamltree::tree::{Remembered, Tree};

use crate::bootstrap::target::{ClusterFolder, SANDBOX, Target};
use crate::context::Context;
use crate::edge::commit;
use crate::edge::tree::{DiskTree, Trees};
use crate::exit::Failure;
use crate::sandbox::served;

/// What is rendered: a cluster, or any repository that Flux follows.
#[derive(Debug, Clone, Args)]
pub struct RenderArguments {
    /// The cluster: a folder below clusters/, or the path of one [default: sandbox]. Another repository has none
    #[arg(value_name = "CLUSTER")]
    cluster: Option<String>,
    #[command(flatten)]
    source: SourceArguments,
    /// A commit in place of the files on disk
    #[arg(long, value_name = "REVISION")]
    revision: Option<String>,
}

/// The flags that say in which repository Flux begins, and where.
#[derive(Debug, Clone, Default, Args)]
pub struct SourceArguments {
    /// Another repository, in place of this one and its clusters
    #[arg(long, value_name = "FOLDER", requires = "entry")]
    repository: Option<PathBuf>,
    /// The folder in it where Flux begins
    #[arg(long, value_name = "PATH")]
    entry: Option<String>,
    /// A checkout of another source, by the name of its source object
    #[arg(long = "source", value_name = "NAME=FOLDER", value_parser = named)]
    sources: Vec<(String, PathBuf)>,
    /// Let a variable without value and default be empty, as Flux before 2.9 did
    #[arg(long)]
    lenient: bool,
}

impl SourceArguments {
    /// Is another repository meant, or this one without its clusters?
    pub fn has_entry(&self) -> bool {
        self.entry.is_some()
    }

    /// The folder in another repository where Flux begins; none for a cluster of this one.
    pub fn entry(&self) -> Option<&str> {
        self.entry.as_deref()
    }

    /// The folder of the repository.
    pub fn root<'c>(&'c self, context: &'c Context) -> &'c Path {
        self.repository.as_deref().unwrap_or(&context.root)
    }
}

fn named(text: &str) -> Result<(String, PathBuf), String> {
    let (name, folder) = text.split_once('=').ok_or("write it as NAME=FOLDER")?;
    Ok((name.to_owned(), PathBuf::from(folder)))
}

impl RenderArguments {
    /// What people call it: the cluster, or the folder where Flux begins.
    pub fn title(&self) -> String {
        match &self.source.entry {
            Some(entry) => format!("{entry} and all that it leads to"),
            None => format!("cluster {}", self.cluster()),
        }
    }

    fn cluster(&self) -> &str {
        self.cluster.as_deref().unwrap_or(SANDBOX)
    }

    /// What is rendered where other verbs have their own words for it: a cluster (the sandbox if none is named), or the entry of
    /// another repository; of a commit, or the files on disk.
    pub fn of(source: SourceArguments, cluster: Option<String>, revision: Option<String>) -> Self {
        RenderArguments { cluster, source, revision }
    }

    /// The cluster that is meant; none in another repository.
    pub fn cluster_name(&self) -> Option<&str> {
        self.source.entry.is_none().then(|| self.cluster())
    }

    /// The same of another commit.
    pub fn at(&self, revision: &str) -> Self {
        RenderArguments { revision: Some(revision.to_owned()), ..self.clone() }
    }

    /// The first word where it is no cluster, because another repository is meant.
    pub fn word(&self) -> Option<&str> {
        self.cluster.as_deref().filter(|_| self.source.entry.is_some())
    }

    /// Renders what the flags say.
    ///
    /// What cannot be built is told in its part; a failure is only what keeps everything from being rendered.
    pub fn rendered(&self, context: &Context) -> Result<Rendering, Failure> {
        self.rendered_with_trees(context).map(|(rendering, _)| rendering)
    }

    /// The repository: its files on disk as they are when they are first read, or those of a commit.
    pub fn tree(&self, context: &Context) -> Result<Box<dyn Tree + Sync>, Failure> {
        let root = self.root(context);
        let Some(revision) = &self.revision else {
            return Ok(Box::new(Remembered::new(DiskTree::artifact(root))));
        };
        let git = served::git(&context.layout)?;
        Ok(commit::open(&git, root, revision)?)
    }

    /// The same, with what it was rendered from.
    pub fn rendered_with_trees(&self, context: &Context) -> Result<(Rendering, Trees), Failure> {
        let trees = self.trees(self.tree(context)?);
        let rendering = self.rendered_from(&trees, Arc::new(Repository::new(&*trees.repository)), context)?;
        Ok((rendering, trees))
    }

    /// Are the files on disk meant, and no commit?
    pub fn is_work_tree(&self) -> bool {
        self.revision.is_none()
    }

    /// The folder of the repository.
    pub fn root<'c>(&'c self, context: &'c Context) -> &'c Path {
        self.source.root(context)
    }

    /// The repository and the other sources.
    pub fn trees(&self, repository: Box<dyn Tree + Sync>) -> Trees {
        let other = |(name, folder): &(String, PathBuf)| (name.clone(), DiskTree::artifact(folder));
        Trees { repository, others: self.source.sources.iter().map(other).collect() }
    }

    /// Renders what the flags say, from these trees; `repository` is the first of them, with what is built of it.
    pub fn rendered_from(
        &self,
        trees: &Trees,
        repository: Arc<Repository<'_>>,
        context: &Context,
    ) -> Result<Rendering, Failure> {
        self.rendered_by(trees, repository, context, render)
    }

    /// Renders what Flux would make of these objects of a cluster and the data in it.
    pub fn rendered_in(
        &self,
        trees: &Trees,
        entry: Vec<(Node, String)>,
        data: BTreeMap<ObjectKey, Data>,
    ) -> Rendering {
        let repository = Arc::new(Repository::new(&*trees.repository));
        render(&self.inputs(trees, repository, Entry::Objects(entry), data))
    }

    /// The same as [`Self::rendered_from`], by a function that does it.
    pub fn rendered_by(
        &self,
        trees: &Trees,
        repository: Arc<Repository<'_>>,
        context: &Context,
        render: impl FnOnce(&Inputs<'_>) -> Rendering,
    ) -> Result<Rendering, Failure> {
        let (entry, data) = match &self.source.entry {
            Some(entry) => {
                let path = RepoPath::new(entry).map_err(|error| Failure::Usage(error.to_string()))?;
                (Entry::Folder(path), BTreeMap::new())
            }
            None => of_cluster(self.cluster(), context, &*trees.repository, self.revision.is_some())?,
        };
        Ok(render(&self.inputs(trees, repository, entry, data)))
    }

    fn inputs<'t>(
        &self,
        trees: &'t Trees,
        repository: Arc<Repository<'t>>,
        entry: Entry,
        data: BTreeMap<ObjectKey, Data>,
    ) -> Inputs<'t> {
        let others = trees.others.iter();
        Inputs {
            repository,
            sources: others.map(|(name, tree)| (name.clone(), tree as &(dyn Tree + Sync))).collect(),
            entry,
            data,
            is_strict: !self.source.lenient,
            threads: std::thread::available_parallelism().map_or(1, usize::from),
        }
    }
}

/// The root objects of a cluster and the Secrets that they rely on.
fn of_cluster(
    name: &str,
    context: &Context,
    tree: &(dyn Tree + Sync),
    is_commit: bool,
) -> Result<(Entry, BTreeMap<ObjectKey, Data>), Failure> {
    let folder = ClusterFolder::find(context, name)?;
    let target = match is_commit {
        true => Target::load_for_commit(context, folder, tree)?,
        false => Target::load(context, folder, tree)?,
    };
    let mut objects = target.root_nodes()?;
    objects.extend(overrides(&target.folder, context)?);
    let secret = |name: &str| ObjectKey::new("Secret", roots::NAMESPACE, name);
    let mut data = BTreeMap::new();
    let secrets: Vec<String> =
        target.catalogue.variables().into_iter().filter(|v| v.secret).map(|v| v.name.to_string()).collect();
    let shown = |name: &str, value: &fleet::secret::SecretString| {
        (!secrets.iter().any(|secret| secret == name)).then(|| value.expose().clone())
    };
    let variables = target.env.iter().map(|(name, value)| (name.to_owned(), shown(name, value)));
    data.insert(secret("oas-cluster-variables"), variables.collect());
    for (name, component) in &target.catalogue.components {
        let keys = component.contract.secrets.iter().map(|value| (value.name.clone(), None));
        data.insert(secret(&generated::secret_name(name)), keys.collect());
    }
    Ok((Entry::Objects(objects), data))
}

/// What lies in the cluster's `overrides/`: ConfigMaps and Secrets that releases take their values from.
fn overrides(folder: &ClusterFolder, context: &Context) -> Result<Vec<(Node, String)>, Failure> {
    let folder = folder.path.join("overrides");
    let Ok(entries) = fs::read_dir(&folder) else { return Ok(Vec::new()) };
    let mut files: Vec<PathBuf> = entries.filter_map(Result::ok).map(|entry| entry.path()).collect();
    files.retain(|file| file.extension().is_some_and(|ending| ending == "yaml" || ending == "yml"));
    files.sort();
    let mut objects = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file).with_context(|| format!("read {}", file.display()))?;
        let shown = file.strip_prefix(&context.root).unwrap_or(&file).display().to_string();
        let documents = read_all_as_json(&text, &shown, kustomize_rs::Limits::default());
        let documents = documents.map_err(|found| Failure::Faulty(vec![*found]))?;
        objects.extend(documents.into_iter().map(|node| (node, shown.clone())));
    }
    Ok(objects)
}
