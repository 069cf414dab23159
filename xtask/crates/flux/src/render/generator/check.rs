//! What of a generator is refused before anything is copied: by the API server (the fields' schema) and by
//! `artifactgenerator_validation.go`.

use std::collections::BTreeSet;

use kustomize_rs::yaml::node::Mark;

use super::Wrong;
use super::spec::{ArtifactGenerator, Output};

const KINDS: [&str; 5] = ["Bucket", "GitRepository", "OCIRepository", "HelmChart", "ExternalArtifact"];
const STRATEGIES: [&str; 4] = ["", "Overwrite", "Merge", "Extract"];

fn refuse<T>(at: Mark, message: String) -> Result<T, Wrong> {
    Err(Wrong { at, message })
}

/// Checks all that can be said without the sources.
pub(super) fn check(generator: &ArtifactGenerator) -> Result<(), Wrong> {
    if generator.sources.is_empty() {
        return refuse(generator.at, "it has no `sources`".to_owned());
    }
    if generator.outputs.is_empty() {
        return refuse(generator.at, "it has no `artifacts`".to_owned());
    }
    let mut aliases = BTreeSet::new();
    for source in &generator.sources {
        let (alias, kind) = (source.alias.as_str(), source.reference.kind.as_str());
        if !is_alias(alias) {
            return refuse(source.at, format!("`{alias}` cannot be the alias of a source"));
        }
        if !KINDS.contains(&kind) {
            return refuse(source.at, format!("source `{alias}` is of kind `{kind}`, which cannot be one"));
        }
        if !aliases.insert(alias) {
            return refuse(source.at, format!("two sources have the alias `{alias}`"));
        }
    }
    let mut names = BTreeSet::new();
    for output in &generator.outputs {
        if !names.insert(&output.name) {
            return refuse(output.at, format!("two artifacts have the name `{}`", output.name));
        }
        if generator.path_pattern.is_empty() && !is_object_name(&output.name) {
            return refuse(output.at, format!("`{}` cannot be the name of an artifact", output.name));
        }
        check_output(output, &aliases)?;
    }
    Ok(())
}

fn check_output(output: &Output, aliases: &BTreeSet<&str>) -> Result<(), Wrong> {
    let Output { name, revision, copies, at } = output;
    if !revision.is_empty() && !aliases.contains(revision.trim_start_matches('@')) {
        let message =
            format!("artifact `{name}` has the revision of `{revision}`, and no source is called so");
        return refuse(*at, message);
    }
    if copies.is_empty() {
        return refuse(*at, format!("artifact `{name}` copies nothing"));
    }
    match copies.iter().find(|copy| !STRATEGIES.contains(&copy.strategy.as_str())) {
        Some(copy) => refuse(copy.at, format!("artifact `{name}`: there is no strategy `{}`", copy.strategy)),
        None => Ok(()),
    }
}

fn is_alias(text: &str) -> bool {
    let is_end = |c: Option<char>| c.is_some_and(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    text.len() <= 63
        && is_end(text.chars().next())
        && is_end(text.chars().next_back())
        && text.chars().all(|c| is_end(Some(c)) || c == '_' || c == '-')
}

/// `NameIsDNSSubdomain`
pub(super) fn is_object_name(text: &str) -> bool {
    text.len() <= 253
        && text.split('.').all(|label| {
            !label.is_empty()
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
        })
}

/// `IsLabelValue`; what is not empty and has no prefix is a label's key by the same rule.
pub(super) fn is_label_value(text: &str) -> bool {
    text.len() <= 63
        && !text.starts_with(['-', '_', '.'])
        && !text.ends_with(['-', '_', '.'])
        && text.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
}
