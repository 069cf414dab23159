//! The command line of `kustomize-rs` (feature `cli`): `build` with the flags of `kustomize build` 5.8.1, and `explain`.
#![allow(clippy::disallowed_methods, clippy::print_stderr, reason = "the only part that touches a disk")]

mod disk;
mod explain;
mod output;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::builder::BoolishValueParser;
use clap::{ArgAction, Args, Parser, Subcommand};

use crate::{Built, Limits, LoadRestrictor, Options, Reorder};
pub use disk::Disk;
use disk::Shown;

#[derive(Debug, Parser)]
#[command(
    name = "kustomize-rs",
    version,
    about = "Builds kustomizations as kustomize 5.8.1 does",
    args_override_self = true
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    /// Accepted; there are no stack traces here
    #[arg(long, global = true, hide = true, num_args = 0..=1, require_equals = true, default_missing_value = "true", value_parser = BoolishValueParser::new())]
    stack_trace: Option<bool>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Builds the kustomization in a folder and writes its objects
    #[command(args_override_self = true, after_help = BUILD_EXAMPLES)]
    Build(Build),
    /// Says for each field of the result which file and which transformer set it
    #[command(args_override_self = true, after_help = EXPLAIN_EXAMPLES)]
    Explain(Explain),
}

const BUILD_EXAMPLES: &str = "\
Examples:
  kustomize-rs build                                 the folder one is in
  kustomize-rs build overlays/production -o out/     one file an object, if the folder out/ exists
  kustomize-rs build overlays/production | kubectl apply -f -

Charts and programs are never run. The flags of kustomize for them are taken without effect
(--enable-helm, --helm-*, --enable-alpha-plugins, --enable-exec, --network, --network-name,
--mount, --env, --as-current-user), so that scripts go on working; a kustomization that needs
them is refused with the place that asks for it.";

const EXPLAIN_EXAMPLES: &str = "\
Examples:
  kustomize-rs explain overlays/production                              all objects
  kustomize-rs explain overlays/production Deployment/web               one object
  kustomize-rs explain overlays/production Deployment/web spec.replicas
      spec.replicas: 3  overlays/production/kustomization.yaml:7:10 (Replicas)";

#[derive(Debug, Args)]
struct Build {
    /// The folder of the kustomization; the present one if there is none
    dir: Vec<PathBuf>,
    /// Writes to this file, or one file an object into this folder if it exists
    #[arg(short, long, value_name = "PATH")]
    output: Option<PathBuf>,
    #[command(flatten)]
    flags: Flags,
}

#[derive(Debug, Args)]
struct Explain {
    /// The folder of the kustomization
    dir: PathBuf,
    /// Only this object
    #[arg(value_name = "KIND/NAME")]
    object: Option<String>,
    /// Only what is below this path, written as in `replacements`
    #[arg(value_name = "FIELD.PATH")]
    path: Option<String>,
    #[command(flatten)]
    flags: Flags,
}

/// What changes a result; also what only makes sense with charts or programs, which are not run here.
#[derive(Debug, Args)]
struct Flags {
    /// LoadRestrictionsRootOnly: files lie in or below the folder that names them; LoadRestrictionsNone: anywhere
    #[arg(long, value_name = "WHICH", default_value = "LoadRestrictionsRootOnly", hide_default_value = true, value_parser = ["LoadRestrictionsRootOnly", "LoadRestrictionsNone", ""], hide_possible_values = true)]
    load_restrictor: String,
    /// legacy: namespaces first, webhooks last; none: as they come (deprecated: use sortOptions in the kustomization)
    #[arg(long, value_name = "ORDER", value_parser = ["legacy", "none"], hide_possible_values = true)]
    reorder: Option<String>,
    /// Adds the label app.kubernetes.io/managed-by (deprecated: use managedByLabel in buildMetadata)
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true", value_parser = BoolishValueParser::new())]
    enable_managedby_label: Option<bool>,
    #[command(flatten)]
    programs: Programs,
    #[command(flatten)]
    limits: LimitFlags,
}

/// How much a build may take; kustomize has no such flags, and no limits.
#[derive(Debug, Args)]
#[command(next_help_heading = "Limits (not in kustomize)")]
struct LimitFlags {
    /// How many lists and mappings may lie in each other, at most 1000 [default: 300]
    #[arg(long, value_name = "LEVELS")]
    limit_depth: Option<usize>,
    /// How many values a document or an object may hold, aliases expanded and copies made [default: 1000000]
    #[arg(long, value_name = "VALUES")]
    limit_values: Option<usize>,
    /// How many folders a build may go into, each time counted [default: 10000]
    #[arg(long, value_name = "FOLDERS")]
    limit_folders: Option<usize>,
}

impl LimitFlags {
    fn limits(&self) -> Limits {
        let default = Limits::default();
        Limits {
            depth: self.limit_depth.unwrap_or(default.depth),
            values: self.limit_values.unwrap_or(default.values),
            folders: self.limit_folders.unwrap_or(default.folders),
        }
    }
}

/// Flags of kustomize for charts, functions and plugins. They are taken so that scripts go on working: what would need them is
/// refused by the build itself, with the place that asks for it.
#[derive(Debug, Args)]
struct Programs {
    #[arg(long, hide = true, num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    enable_alpha_plugins: Option<String>,
    #[arg(long, hide = true, num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    enable_exec: Option<String>,
    #[arg(long, hide = true, num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    enable_helm: Option<String>,
    #[arg(long, hide = true, num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    network: Option<String>,
    #[arg(long, hide = true)]
    network_name: Option<String>,
    #[arg(long, hide = true, action = ArgAction::Append)]
    mount: Vec<String>,
    #[arg(short, long, hide = true, action = ArgAction::Append)]
    env: Vec<String>,
    #[arg(long, hide = true, num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    as_current_user: Option<String>,
    #[arg(long, hide = true)]
    helm_command: Option<String>,
    #[arg(long, hide = true, action = ArgAction::Append)]
    helm_api_versions: Vec<String>,
    #[arg(long, hide = true)]
    helm_kube_version: Option<String>,
    #[arg(long, hide = true, num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    helm_debug: Option<String>,
}

impl Flags {
    fn options(&self) -> Options {
        Options {
            load_restrictor: match self.load_restrictor.as_str() {
                "LoadRestrictionsNone" => LoadRestrictor::None,
                _ => LoadRestrictor::RootOnly,
            },
            reorder: match self.reorder.as_deref() {
                None => Reorder::Unspecified,
                Some("none") => Reorder::None,
                Some(_) => Reorder::Legacy,
            },
            managed_by_label: self.enable_managedby_label.unwrap_or(false),
            limits: self.limits.limits(),
        }
    }

    /// What kustomize says about flags that it would rather not see.
    fn deprecated(&self) -> impl Iterator<Item = &'static str> {
        let order = self
            .reorder
            .is_some()
            .then_some("`--reorder` is deprecated; use `sortOptions` in the kustomization");
        let label = self
            .enable_managedby_label
            .map(|_| "`--enable-managedby-label` is deprecated; use `managedByLabel` in `buildMetadata`");
        order.into_iter().chain(label)
    }
}

fn parsed(arguments: &[String]) -> Result<Build, String> {
    let start = ["kustomize-rs", "build"].map(str::to_owned);
    let cli = Cli::try_parse_from(start.iter().chain(arguments)).map_err(|error| error.to_string())?;
    match cli.command {
        Command::Build(build) => Ok(build),
        Command::Explain(_) => Err("`explain` is no argument of `build`".to_owned()),
    }
}

/// The options that arguments of `kustomize-rs build` give, or why they are refused.
pub fn options(arguments: &[String]) -> Result<Options, String> {
    match parsed(arguments)? {
        build if build.dir.len() <= 1 => Ok(build.flags.options()),
        _ => Err(ONE_FOLDER.to_owned()),
    }
}

const ONE_FOLDER: &str = "specify one path to kustomization.yaml";

/// Runs the command; the exit code is 1 if the build fails, 2 for wrong arguments.
pub fn main() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Build(build) => build.run(),
        Command::Explain(explain) => explain.run(),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("Error: {message}");
            ExitCode::FAILURE
        }
    }
}

impl Build {
    fn run(&self) -> Result<(), String> {
        let dir = match &self.dir[..] {
            [] => PathBuf::from("."),
            [dir] => dir.clone(),
            _ => return Err(ONE_FOLDER.to_owned()),
        };
        let shown = Shown::here();
        output::write(&build(&dir, &self.flags, &shown)?, self.output.as_deref())
    }
}

impl Explain {
    fn run(&self) -> Result<(), String> {
        let shown = Shown::here();
        let built = build(&self.dir, &self.flags, &shown)?;
        output::print(&explain::lines(&built, &shown, self.object.as_deref(), self.path.as_deref())?)
    }
}

/// Builds a folder of the disk and says on standard error what is probably not meant.
fn build(dir: &std::path::Path, flags: &Flags, shown: &Shown) -> Result<Built, String> {
    flags.deprecated().for_each(|text| eprintln!("warning: {text}"));
    let mut options = flags.options();
    options.managed_by_label |=
        std::env::var_os("KUSTOMIZE_ENABLE_MANAGEDBY_LABEL").is_some_and(|v| v == "on");
    let folder = disk::folder(dir)?;
    let built = crate::build(&Disk(PathBuf::from("/")), &folder, &options);
    let built = built.map_err(|error| shown.diagnostic(&error.0))?;
    built.warnings.iter().for_each(|warning| eprintln!("{}", shown.diagnostic(warning)));
    Ok(built)
}
