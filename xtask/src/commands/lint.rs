//! `lint`: what Flux, Helm and the API server would refuse, and what would hurt later.

use clap::{Args, ValueEnum};
use fleet::roots::COMPONENT_LABEL;
use lint::{ChartObjects, RULES, Rule, Subject};
use serde_json::{Value, json};
use yamltree::diagnostic::{Diagnostic, Severity, has_errors};

use super::release_arguments::ReleaseArguments;
use super::render_arguments::RenderArguments;
use crate::context::{Context, Output};
use crate::edge::charts::sha256_hex;
use crate::exit::{Exit, Failure, Outcome};
use crate::releases;
use crate::report::{self, table::table};

/// Flags of `lint`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cargo xtask lint                                the sandbox: everything that Flux would apply
  cargo xtask lint example --charts               what Helm makes of a cluster's releases too
  cargo xtask lint --revision HEAD~1              the same of another commit
  cargo xtask lint --repository ../home-ops --entry kubernetes/flux/cluster
                                                  any repository that Flux follows
  cargo xtask lint --explain pods/reference       what a finding means, with an example and what to do
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
    let (rendering, trees) = arguments.what.rendered_with_trees(context)?;
    let mut subject = Subject::new(&*trees.repository, &rendering, COMPONENT_LABEL);
    let mut of_charts: Vec<Diagnostic> = Vec::new();
    if let Some(options) = arguments.releases.options() {
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
    let mut found = lint::lint(&subject);
    found.extend(of_charts);
    found.sort();
    let count = |severity| found.iter().filter(|found| found.severity == severity).count();
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    if arguments.errors {
        found.retain(Diagnostic::is_error);
    }
    match (context.output, arguments.format) {
        (Output::Json, _) => {
            report::json(&json!({"version": 1, "errors": errors, "warnings": warnings, "findings": found}))
        }
        (_, Format::Gitlab) => report::json(&gitlab(&found)),
        (_, Format::Human) => {
            found.iter().for_each(|found| report::line(found.to_string()));
            let objects = subject.objects().count();
            context.terminal.say(format!(
                "{errors} errors and {warnings} warnings in {objects} objects, by {} rules",
                RULES.len()
            ));
        }
    }
    Ok(if has_errors(&found) { Exit::No } else { Exit::Yes })
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
