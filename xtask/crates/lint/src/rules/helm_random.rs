use std::collections::BTreeSet;

use flux::object::ObjectKey;
use flux::render::Home;
use yamltree::diagnostic::{Place, Severity};
use yamltree::path::RepoPath;
use yamltree::tree::files_below;

use crate::rule::{Check, Found, Rule};
use crate::subject::{Object, Subject};

/// The example: a chart of the repository, with this text in its Secret.
macro_rules! random_chart {
    ($text:literal) => {
        concat!(
            "#- k/r.yaml\napiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: r, namespace: \
             default}\nspec:\n  interval: 1h\n  install: {strategy: {name: RetryOnFailure}}\n  chart: {spec: {chart: ./chart, \
             sourceRef: {kind: GitRepository, name: flux-system, namespace: flux-system}}}\n#- chart/Chart.yaml\napiVersion: \
             v2\nname: c\nversion: 1.0.0\n#- chart/templates/secret.yaml\napiVersion: v1\nkind: Secret\nmetadata: {name: \
             c}\nstringData:\n  password: ",
            $text,
            "\n"
        )
    };
}

pub(super) const RULE: Rule = Rule {
    code: "helm/random",
    severity: Severity::Warning,
    says: "A chart of this repository draws a password or key anew at each render.",
    why: "Every upgrade changes it: programs and their databases no longer agree, sessions end, and a diff before an upgrade shows what will not be.",
    failing: random_chart!("{{ randAlphaNum 32 | quote }}"),
    fixed: random_chart!("{{ required \"password\" .Values.password | quote }}"),
    check: Check::Repository(check),
};

/// Functions that give something else at each call.
const RANDOM: [&str; 16] = [
    "bcrypt",
    "genCA",
    "genCAWithKey",
    "genPrivateKey",
    "genSelfSignedCert",
    "genSelfSignedCertWithKey",
    "genSignedCert",
    "genSignedCertWithKey",
    "htpasswd",
    "randAlpha",
    "randAlphaNum",
    "randAscii",
    "randBytes",
    "randInt",
    "randNumeric",
    "uuidv4",
];

fn check(subject: &Subject<'_>, found: &mut Found) {
    for folder in own_charts(subject, |_| true) {
        let Ok(folder) = folder.join("templates") else { continue };
        let files = files_below(subject.tree, &folder);
        let texts: Vec<(RepoPath, String)> = files
            .into_iter()
            .filter_map(|file| subject.tree.read(&file).ok().map(|text| (file, text)))
            .collect();
        let uses = |text: &str, name: &str| {
            actions(text).iter().any(|(_, action)| words(action).any(|word| word == name))
        };
        // What is there already is looked up, perhaps by a template of another file.
        if texts.iter().any(|(_, text)| uses(text, "lookup")) {
            continue;
        }
        for (file, text) in &texts {
            for (line, action) in actions(text) {
                // A value that is given stands for it.
                if words(action).any(|word| matches!(word, "default" | "coalesce" | "ternary")) {
                    continue;
                }
                if let Some(name) = words(action).find(|word| RANDOM.contains(word)) {
                    let place = Place::at(file.as_str(), line, 1);
                    let message = format!("`{name}` gives something else at each render");
                    let help = "take it from an existing Secret, or keep what is there with `lookup`";
                    found.at(place, message, help);
                }
            }
        }
    }
}

/// The folders of charts that are in the repository, of the releases that are asked for.
pub(super) fn own_charts(
    subject: &Subject<'_>,
    is_asked: impl Fn(&Object<'_>) -> bool,
) -> BTreeSet<RepoPath> {
    let releases = subject.objects().filter(|object| object.is_release() && is_asked(object));
    let folder = |object: Object<'_>| {
        let source = |field: &str| object.text(&["spec", "chart", "spec", "sourceRef", field]);
        let namespace = match source("namespace") {
            "" => object.key().namespace,
            namespace => namespace.to_owned(),
        };
        let key = ObjectKey::new(source("kind"), &namespace, source("name"));
        let is_own = matches!(subject.rendering.home(&key), Some(Home::Repository));
        let path =
            object.text(&["spec", "chart", "spec", "chart"]).trim_start_matches("./").trim_end_matches('/');
        RepoPath::new(path).ok().filter(|_| is_own)
    };
    releases.filter_map(folder).collect()
}

/// The actions of a template, comments left out, each with the line that it begins in.
fn actions(text: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let mut line = 1;
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once("{{") {
        line += before.matches('\n').count();
        let Some((action, after)) = behind.split_once("}}") else { break };
        if !action.trim_start_matches('-').trim_start().starts_with("/*") {
            found.push((line, action));
        }
        line += action.matches('\n').count();
        rest = after;
    }
    found
}

fn words(action: &str) -> impl Iterator<Item = &str> {
    action.split(|c: char| !c.is_ascii_alphanumeric() && c != '.' && c != '_')
}

#[cfg(test)]
mod tests {
    use super::actions;

    #[test]
    fn actions_are_found_with_their_lines() {
        let text = "a: {{ .Values.a }}\n{{- /* randAlpha\n 4 */ -}}\nb: {{\n  randAlpha 4 }}{{";
        assert_eq!(actions(text), [(1, " .Values.a "), (4, "\n  randAlpha 4 ")]);
    }
}
