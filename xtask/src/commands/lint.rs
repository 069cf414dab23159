//! `lint`: what Flux, Helm and the API server would refuse, and what would hurt later.

mod fix;
mod known;
mod looked;

use std::path::PathBuf;
use std::sync::Arc;

use clap::{Args, ValueEnum};
use fleet::roots::COMPONENT_LABEL;
use flux::render::{Rendering, Repository};
use lint::fix::{Fixes, fixes};
use lint::{ChartObjects, RULES, Rule, Subject};
use serde_json::json;
use yamltree::diagnostic::{Diagnostic, Severity, has_errors};
use yamltree::tree::{Overlay, Tree};

use self::fix::Proposal;
use self::known::{Known, baseline, without};
use self::looked::Looked;
use super::release_arguments::ReleaseArguments;
use super::render_arguments::RenderArguments;
use crate::context::{Context, Output};
use crate::edge::tree::Trees;
use crate::exit::{Exit, Failure, Outcome};
use crate::releases;
use crate::report::findings::gitlab::gitlab;
use crate::report::findings::human::{Style, human};
use crate::report::findings::junit::junit;
use crate::report::findings::sarif::sarif;
use crate::report::findings::short::short;
use crate::report::findings::sources::Sources;
use crate::report::{self, table::table};
use crate::schemas;

/// Flags of `lint`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cargo xtask lint                                the sandbox: everything that Flux would apply
  cargo xtask lint example --charts               what Helm makes of a cluster's releases too
  cargo xtask lint --revision HEAD~1              the same of another commit
  cargo xtask lint --repository ../home-ops --entry kubernetes/flux/cluster
                                                  any repository that Flux follows
  cargo xtask lint --changed main                 only what is new since the branch main
  cargo xtask lint --fix                          what can be put right, as a patch; --yes writes it
  cargo xtask lint --explain pods/reference       what a finding means, with an example
  cargo xtask lint --format short | grep pods/    a line each
  cargo xtask lint --format gitlab                for GitLab; also `junit` and `sarif`

A finding is allowed by a comment in its line or the one above: `# allow CODE: REASON`.
Exit code 1 when there is an error; warnings alone are exit code 0.")]
pub struct Arguments {
    #[command(flatten)]
    what: RenderArguments,
    #[command(flatten)]
    releases: ReleaseArguments,
    /// List all rules
    #[arg(long, conflicts_with_all = ["explain", "entry"])]
    list: bool,
    /// Say what the findings of one code mean
    #[arg(long, value_name = "CODE", conflicts_with = "entry")]
    explain: Option<String>,
    /// Show errors only
    #[arg(long)]
    errors: bool,
    /// Only findings that are not there in this commit
    #[arg(long, value_name = "REVISION")]
    changed: Option<String>,
    /// Only findings that are not in this file, which `lint --output json` wrote
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
    /// How findings are printed; `--output json` prints them for other machines
    #[arg(long, value_enum, default_value_t = Format::Human, value_name = "FORMAT")]
    format: Format,
    /// Show what can be put right without a decision, and write it if you agree; exit code 1 when nobody does
    #[arg(long, conflicts_with_all = ["list", "explain", "revision"])]
    fix: bool,
    /// Write it without asking
    #[arg(long, requires = "fix")]
    yes: bool,
}

/// How findings are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Each in its source, with what to do
    Human,
    /// A line each, with what to do in the line below
    Short,
    /// GitLab's code quality report
    Gitlab,
    /// JUnit's XML: a failed test for each
    Junit,
    /// SARIF 2.1.0, with what the rules say
    Sarif,
}

/// Runs `lint`.
pub fn run(arguments: &Arguments, context: &Context) -> Outcome {
    if arguments.list {
        return list(context);
    }
    if let Some(code) = &arguments.explain {
        return explained(code, context);
    }
    if let Some(word) = arguments.what.word() {
        return Err(Failure::Usage(format!("`{word}`: another repository has no cluster; leave it out")));
    }
    if arguments.fix && !matches!(arguments.format, Format::Human | Format::Short) {
        return Err(Failure::Usage("--fix shows a patch; leave --format out".into()));
    }
    let before = before(arguments, context)?;
    let linted = findings(&arguments.what, before.tree(), &arguments.releases, context)?;
    if arguments.fix {
        return fixed(&linted, &before, arguments, context);
    }
    shown(&linted, &before.known, &[], arguments, context)
}

/// Puts right what can be put right, and shows what is left.
fn fixed(linted: &Linted, before: &Before, arguments: &Arguments, context: &Context) -> Outcome {
    let (what, known) = (&arguments.what, &before.known);
    let found = without(linted.found.clone(), known.iter().cloned());
    let found = found.into_iter().filter(|found| found.is_error() || !arguments.errors);
    let mut sources = linted.sources();
    // Which tree a finding is about is known where one has a file of that path, and a patch shows what is beside a change.
    let (found, others): (Vec<_>, Vec<_>) =
        found.filter(|found| found.fix.is_some()).partition(|found| sources.may_be_shown(&found.place.file));
    for of in others {
        let why = "a patch of its file would show what is secret, or nobody knows which file it is";
        context.terminal.say(format!("{}: {} is left: {why}", of.place, of.code));
    }
    let again = |fixes: &Fixes| {
        let texts = fixes.changes.iter().map(|change| (change.file.clone(), change.after.clone()));
        let tree = Box::new(Overlay::new(what.tree(context)?, texts));
        let after = findings_in(tree, what, before.tree(), &arguments.releases, context)?;
        Ok(fix::brought((&linted.found, &linted.rendering), (&after.found, &after.rendering), &fixes.fixed))
    };
    let Proposal { fixes, left_out } = fix::proposed(&found, &*linted.trees.repository, &again)?;
    for (of, why) in left_out {
        context.terminal.say(format!("{}: {} is left: {why}", of.place, of.code));
    }
    if fixes.changes.is_empty() {
        context.terminal.say("Nothing can be put right without a decision.");
        return shown(linted, known, &[], arguments, context);
    }
    let patch = fix::patch(&fixes.changes);
    match context.output {
        // A document is for programs: those are not asked.
        Output::Json if !arguments.yes => {
            report::json(&json!({"version": 1, "fixes": fixes.fixed, "patch": patch}));
            return Ok(Exit::No);
        }
        Output::Json => {}
        Output::Human => report::line(patch.trim_end_matches('\n')),
    }
    if !fix::write(&fixes.changes, what.root(context), arguments.yes, context)? {
        return Ok(Exit::No);
    }
    let (count, files) = (counted(fixes.fixed.len(), "finding"), counted(fixes.changes.len(), "file"));
    context.terminal.say(format!("Put right: {count} in {files}."));
    let left = findings(what, before.tree(), &arguments.releases, context)?;
    shown(&left, known, &fixes.fixed, arguments, context)
}

/// What there was before.
#[derive(Default)]
struct Before {
    /// The repository in the commit since which only what is new is told.
    tree: Option<Box<dyn Tree + Sync>>,
    /// The findings that are not told.
    known: Vec<Known>,
}

impl Before {
    fn tree(&self) -> Option<&(dyn Tree + Sync)> {
        self.tree.as_deref()
    }
}

fn before(arguments: &Arguments, context: &Context) -> Result<Before, Failure> {
    let mut before = Before::default();
    if let Some(revision) = &arguments.changed {
        let what = arguments.what.at(revision);
        before.tree = Some(what.tree(context)?);
        before.known.extend(findings(&what, None, &arguments.releases, context)?.found.iter().map(Known::of));
    }
    if let Some(file) = &arguments.baseline {
        before.known.extend(baseline(file)?);
    }
    Ok(before)
}

/// Prints the findings that are not known; `fixed` were there a moment ago.
fn shown(
    linted: &Linted,
    known: &[Known],
    fixed: &[Diagnostic],
    arguments: &Arguments,
    context: &Context,
) -> Outcome {
    let mut found = without(linted.found.clone(), known.iter().cloned());
    let count = |severity| found.iter().filter(|found| found.severity == severity).count();
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    if arguments.errors {
        found.retain(Diagnostic::is_error);
    }
    match (context.output, arguments.format) {
        (Output::Json, _) => {
            let mut document = json!({
                "version": 1,
                "errors": errors,
                "warnings": warnings,
                "findings": found,
                "objects": linted.looked.objects,
                "checked": linted.looked.checked,
                "withoutSchema": linted.looked.unknown,
                "unevaluatedRules": linted.looked.unevaluated.iter().map(|(rule, why)| json!({"rule": rule, "why": why})).collect::<Vec<_>>(),
                "kubernetes": linted.looked.kubernetes,
            });
            if arguments.fix {
                document["fixed"] = json!(fixed);
            }
            report::json(&document);
        }
        (_, Format::Gitlab) => report::json(&gitlab(&found)),
        (_, Format::Junit) => report::line(junit(&found)?.trim_end()),
        (_, Format::Sarif) => report::json(&sarif(&found, RULES)),
        (_, form) => {
            let (mut sources, style) = (linted.sources(), Style::of_stdout());
            for found in &found {
                report::line(match form {
                    Format::Short => short(found),
                    _ => human(found, sources.line(found), style),
                });
            }
            let (errors, warnings) = (counted(errors, "error"), counted(warnings, "warning"));
            let (objects, rules, said) = (linted.looked.objects, RULES.len(), linted.looked.said());
            context
                .terminal
                .say(format!("{errors} and {warnings} in {objects} objects, by {rules} rules{said}"));
            let may_be_shown =
                |found: &&Diagnostic| found.fix.is_some() && sources.may_be_shown(&found.place.file);
            let with_fix: Vec<Diagnostic> = found.iter().filter(may_be_shown).cloned().collect();
            let fixes = fixes(&with_fix, &*linted.trees.repository).fixed.len();
            if fixes > 0 && !arguments.fix && arguments.what.is_work_tree() {
                context
                    .terminal
                    .say(format!("{fixes} of them can be put right without a decision: --fix shows how"));
            }
        }
    }
    Ok(if has_errors(&found) { Exit::No } else { Exit::Yes })
}

/// Everything that is found, and what it was found in.
struct Linted {
    found: Vec<Diagnostic>,
    looked: Looked,
    rendering: Rendering,
    trees: Trees,
}

impl Linted {
    fn sources(&self) -> Sources<'_> {
        let others = self.trees.others.values().map(|tree| tree as &dyn Tree);
        let made = self.rendering.artifacts.values().map(|files| files as &dyn Tree);
        Sources::new(std::iter::once(&*self.trees.repository as &dyn Tree).chain(others).chain(made))
    }
}

/// Everything that is found, and in what; `before` is the repository as it was, where it is asked what is new.
fn findings(
    what: &RenderArguments,
    before: Option<&(dyn Tree + Sync)>,
    releases: &ReleaseArguments,
    context: &Context,
) -> Result<Linted, Failure> {
    findings_in(what.tree(context)?, what, before, releases, context)
}

/// The same in this tree in place of the repository.
fn findings_in(
    tree: Box<dyn Tree + Sync>,
    what: &RenderArguments,
    before: Option<&(dyn Tree + Sync)>,
    releases: &ReleaseArguments,
    context: &Context,
) -> Result<Linted, Failure> {
    let trees = what.trees(tree);
    let repository = Arc::new(Repository::new(&*trees.repository));
    let rendering = what.rendered_from(&trees, Arc::clone(&repository), context)?;
    let mut subject = Subject::new(&*trees.repository, &rendering, COMPONENT_LABEL);
    subject.repository = Arc::clone(&repository);
    subject.threads = std::thread::available_parallelism().map_or(1, usize::from);
    subject.before = before;
    let mut of_charts: Vec<Diagnostic> = Vec::new();
    if let Some(options) = releases.options() {
        subject.has_all_charts = true;
        for release in releases::rendered(&rendering, &trees, &options, context)?.releases {
            if let Some(problem) = release.problem {
                subject.has_all_charts = false;
                of_charts.push(*problem);
                continue;
            }
            let objects = release.objects().map_err(|found| Failure::Faulty(vec![*found]))?;
            of_charts.extend(release.warnings);
            let part = &rendering.parts[release.part];
            let (release, namespace, values) = (release.name, release.namespace, release.values);
            let chart = ChartObjects { part, release, namespace, objects, values };
            subject.charts.push(chart);
        }
    }
    let version = schemas::version(releases.kube_version(), context)?;
    match schemas::at_hand(&version, context)? {
        Some(schemas) => subject.check_against(schemas),
        // Whoever names a version wants its schemas.
        None if releases.kube_version().is_some() => drop(schemas::needed(&version, context)?),
        None => {}
    }
    let mut found = lint::lint(&subject);
    // What keeps a release from being rendered may be wrong without its chart too.
    of_charts
        .retain(|of| !found.iter().any(|known| (&known.code, &known.message) == (&of.code, &of.message)));
    found.extend(of_charts);
    found.sort();
    let looked = Looked::at(&subject, version);
    drop((subject, repository));
    Ok(Linted { found, looked, rendering, trees })
}

fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

fn list(context: &Context) -> Outcome {
    if context.output == Output::Json {
        let rule = |rule: &Rule| json!({"code": rule.code, "severity": rule.severity, "says": rule.says, "why": rule.why});
        report::json(&json!({"version": 1, "rules": RULES.iter().map(rule).collect::<Vec<_>>()}));
        return Ok(Exit::Yes);
    }
    let row = |rule: &Rule| vec![rule.code.to_owned(), rule.severity.to_string(), rule.says.to_owned()];
    report::line(table(&["CODE", "LEVEL", "WHAT"], &RULES.iter().map(row).collect::<Vec<_>>()));
    Ok(Exit::Yes)
}

fn explained(code: &str, context: &Context) -> Outcome {
    let Some(rule) = lint::rule(code) else {
        let near = yamltree::nearest::nearest(code, RULES.iter().map(|rule| rule.code));
        let near =
            near.map_or_else(|| "`--list` shows all".to_owned(), |near| format!("did you mean `{near}`?"));
        return Err(Failure::Usage(format!("there is no rule `{code}`; {near}")));
    };
    if context.output == Output::Json {
        report::json(
            &json!({"version": 1, "code": rule.code, "severity": rule.severity, "says": rule.says, "why": rule.why,
            "failing": rule.failing, "fixed": rule.fixed}),
        );
        return Ok(Exit::Yes);
    }
    let indented =
        |text: &str| text.trim_end().lines().map(|line| format!("    {line}\n")).collect::<String>();
    report::line(format!("{} ({})\n\n{}\n{}\n", rule.code, rule.severity, rule.says, rule.why));
    report::line(format!("This has it (each `#-` line begins a file):\n\n{}", indented(rule.failing)));
    report::line(format!("This has not:\n\n{}", indented(rule.fixed).trim_end()));
    Ok(Exit::Yes)
}
