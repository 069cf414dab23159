//! `lint`: what Flux, Helm and the API server would refuse, and what would hurt later.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::{Args, ValueEnum};
use fleet::roots::COMPONENT_LABEL;
use lint::{ChartObjects, RULES, Rule, Subject};
use serde_json::{Value, json};
use yamltree::diagnostic::{Diagnostic, Severity, has_errors};
use yamltree::tree::Tree;

use super::release_arguments::ReleaseArguments;
use super::render_arguments::RenderArguments;
use crate::context::{Context, Output};
use crate::edge::charts::sha256_hex;
use crate::exit::{Exit, Failure, Outcome};
use crate::releases;
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
  cargo xtask lint --explain pods/reference       what a finding means, with an example
  cargo xtask lint --format gitlab                for GitLab's merge requests

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
}

/// How findings are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A line each, with what to do
    Human,
    /// GitLab's code quality report
    Gitlab,
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
    let what = &arguments.what;
    let before = arguments.changed.as_ref().map(|revision| what.at(revision).tree(context)).transpose()?;
    let before = before.as_deref().map(|tree| tree as &dyn Tree);
    let (mut found, looked) = findings(what, before, &arguments.releases, context)?;
    if let Some(revision) = &arguments.changed {
        let (before, _) = findings(&what.at(revision), None, &arguments.releases, context)?;
        found = without(found, before.iter().map(Known::of));
    }
    if let Some(file) = &arguments.baseline {
        found = without(found, baseline(file)?.into_iter());
    }
    let count = |severity| found.iter().filter(|found| found.severity == severity).count();
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    if arguments.errors {
        found.retain(Diagnostic::is_error);
    }
    match (context.output, arguments.format) {
        (Output::Json, _) => report::json(&json!({
            "version": 1,
            "errors": errors,
            "warnings": warnings,
            "findings": found,
            "objects": looked.objects,
            "checked": looked.checked,
            "withoutSchema": looked.unknown,
            "unevaluatedRules": looked.unevaluated.iter().map(|(rule, why)| json!({"rule": rule, "why": why})).collect::<Vec<_>>(),
            "kubernetes": looked.kubernetes,
        })),
        (_, Format::Gitlab) => report::json(&gitlab(&found)),
        (_, Format::Human) => {
            found.iter().for_each(|found| report::line(found.to_string()));
            let (errors, warnings) = (counted(errors, "error"), counted(warnings, "warning"));
            let rules = RULES.len();
            let objects = looked.objects;
            let said = looked.said();
            context
                .terminal
                .say(format!("{errors} and {warnings} in {objects} objects, by {rules} rules{said}"));
        }
    }
    Ok(if has_errors(&found) { Exit::No } else { Exit::Yes })
}

/// What was looked at.
struct Looked {
    /// Objects.
    objects: usize,
    /// Objects whose kinds have schemas at hand.
    checked: usize,
    /// Kinds without one, and how many objects are of them.
    unknown: BTreeMap<String, usize>,
    /// Rules of definitions that could not be evaluated, each with the reason.
    unevaluated: Vec<(String, String)>,
    /// The version of Kubernetes.
    kubernetes: String,
    has_schemas: bool,
}

impl Looked {
    fn at(subject: &Subject<'_>, kubernetes: String) -> Self {
        let refused = subject.refused();
        Looked {
            objects: subject.objects().count(),
            checked: refused.checked,
            unknown: refused.unknown.clone(),
            unevaluated: refused.unevaluated.clone(),
            kubernetes,
            has_schemas: subject.has_schemas(),
        }
    }

    /// What a person should know about what was not looked at.
    fn said(&self) -> String {
        if !self.has_schemas {
            return "; schemas are not at hand (`cargo xtask schemas pull`), so no object was held against one".to_owned();
        }
        let without: usize = self.unknown.values().sum();
        let kinds: Vec<&str> = self.unknown.keys().map(String::as_str).take(3).collect();
        let more = if self.unknown.len() > kinds.len() { ", …" } else { "" };
        match without {
            0 => format!(", held against Kubernetes {}", self.kubernetes),
            _ => format!(
                ", {} held against Kubernetes {}, {without} without a schema ({}{more})",
                self.checked,
                self.kubernetes,
                kinds.join(", "),
            ),
        }
    }
}

/// Everything that is found, and in what; `before` is the repository as it was, where it is asked what is new.
fn findings(
    what: &RenderArguments,
    before: Option<&dyn Tree>,
    releases: &ReleaseArguments,
    context: &Context,
) -> Result<(Vec<Diagnostic>, Looked), Failure> {
    let (rendering, trees) = what.rendered_with_trees(context)?;
    let mut subject = Subject::new(&*trees.repository, &rendering, COMPONENT_LABEL);
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
            let chart = ChartObjects { part, release: release.name, namespace: release.namespace, objects };
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
    found.extend(of_charts);
    found.sort();
    Ok((found, Looked::at(&subject, version)))
}

fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// What makes a finding the same one wherever its line went.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Known {
    code: String,
    file: String,
    message: String,
}

impl Known {
    fn of(found: &Diagnostic) -> Self {
        Known { code: found.code.to_owned(), file: found.place.file.clone(), message: found.message.clone() }
    }
}

/// The findings that are not known; of equal ones as many are left out as are known.
fn without(found: Vec<Diagnostic>, known: impl Iterator<Item = Known>) -> Vec<Diagnostic> {
    let mut left: HashMap<Known, usize> = HashMap::new();
    known.for_each(|known| *left.entry(known).or_default() += 1);
    let mut is_new = |found: &Diagnostic| match left.get_mut(&Known::of(found)) {
        Some(count) if *count > 0 => {
            *count -= 1;
            false
        }
        _ => true,
    };
    found.into_iter().filter(|found| is_new(found)).collect()
}

/// The findings in a file that `lint --output json` wrote.
fn baseline(file: &Path) -> Result<Vec<Known>, Failure> {
    let read = || -> anyhow::Result<Value> { Ok(serde_json::from_slice(&std::fs::read(file)?)?) };
    let found = read().with_context(|| format!("read the findings in {}", file.display()))?;
    let Some(all) = found["findings"].as_array() else {
        return Err(Failure::Usage(format!("{} is nothing that `lint --output json` wrote", file.display())));
    };
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let known = |one: &Value| Known {
        code: text(&one["code"]),
        file: text(&one["place"]["file"]),
        message: text(&one["message"]),
    };
    Ok(all.iter().map(known).collect())
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

/// <https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format>
fn gitlab(found: &[Diagnostic]) -> Value {
    let one = |found: &Diagnostic| {
        let severity = if found.is_error() { "major" } else { "minor" };
        // The line is no part of it, so that a finding that only moved is the same one.
        let mark = format!("{}\n{}\n{}", found.code, found.place.file, found.message);
        json!({
            "description": found.message,
            "check_name": found.code,
            "fingerprint": sha256_hex(mark.as_bytes()),
            "severity": severity,
            "location": {"path": found.place.file, "lines": {"begin": found.place.line.unwrap_or(1)}},
        })
    };
    found.iter().map(one).collect()
}
