//! The rules of risk, for people and machines.

use risk::{RULES, Rule};
use serde_json::{Value, json};

use crate::context::{Context, Output};
use crate::exit::{Exit, Failure, Outcome};
use crate::report::{self, table::table};

/// Lists all rules.
pub fn list(context: &Context) -> Outcome {
    if context.output == Output::Json {
        report::json(&json!({"version": 1, "rules": RULES.iter().map(about).collect::<Vec<_>>()}));
        return Ok(Exit::Yes);
    }
    let row = |rule: &Rule| vec![rule.code.to_owned(), rule.severity.to_string(), rule.says.to_owned()];
    report::line(table(&["CODE", "LEVEL", "WHAT"], &RULES.iter().map(row).collect::<Vec<_>>()));
    Ok(Exit::Yes)
}

/// Says what one rule looks for.
pub fn explained(code: &str, context: &Context) -> Outcome {
    let Some(rule) = risk::rule(code) else {
        let near = yamltree::nearest::nearest(code, RULES.iter().map(|rule| rule.code));
        let near =
            near.map_or_else(|| "`--risks` shows all".to_owned(), |near| format!("did you mean `{near}`?"));
        return Err(Failure::Usage(format!("there is no risk `{code}`; {near}")));
    };
    if context.output == Output::Json {
        let mut document = about(rule);
        document["version"] = json!(1);
        for (name, text) in texts(rule) {
            document[name] = json!(text);
        }
        report::json(&document);
        return Ok(Exit::Yes);
    }
    report::line(format!(
        "{} ({}, {})\n\n{}\n{}\n",
        rule.code, rule.severity, rule.class, rule.says, rule.why
    ));
    report::line(format!("First: {}", rule.first));
    let titles = ["Before (each `#-` line begins a file):", "After, with the risk:", "After, without:"];
    for (title, (_, text)) in titles.iter().zip(texts(rule)) {
        let indented: String = text.trim_end().lines().map(|line| format!("    {line}\n")).collect();
        report::line(format!("\n{title}\n\n{}", indented.trim_end()));
    }
    Ok(Exit::Yes)
}

fn about(rule: &Rule) -> Value {
    let Rule { code, class, severity, says, why, first, .. } = rule;
    json!({"code": code, "class": class, "severity": severity, "says": says, "why": why, "first": first})
}

/// The example as it was, with the risk, and without.
fn texts(rule: &Rule) -> [(&'static str, String); 3] {
    let example = &rule.example;
    [("before", example.before), ("after", example.after), ("harmless", example.harmless)]
        .map(|(name, text)| (name, example.with(text)))
}
