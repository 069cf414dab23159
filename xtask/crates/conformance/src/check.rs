//! What ours makes of a case.

use kustomize_rs::{Options, build};
use yamltree::path::RepoPath;
use yamltree::tree::Tree;

use crate::case::{Case, Expected, RECORDER};

/// Reads the arguments of `kustomize build`: the options they give, or why they are refused.
pub type Parse<'a> = &'a dyn Fn(&[String]) -> Result<Options, String>;

/// What is wrong with our answer to a case; `None` if it is as recorded.
pub fn problem(tree: &dyn Tree, case: &Case, parse: Parse<'_>) -> Option<String> {
    if case.expected == Expected::Nothing {
        return Some("is not recorded; `cargo xtask conformance record` does it".to_owned());
    }
    if case.recorder != RECORDER && !matches!(case.expected, Expected::RefusedByDesign(_)) {
        return Some(format!("was recorded from `{}`, not from {RECORDER}", case.recorder));
    }
    let mut arguments = case.args.clone();
    arguments.push(case.dir.clone());
    let options = match (parse(&arguments), &case.expected) {
        (Ok(options), _) => options,
        (Err(_), Expected::Refused(_)) => return None,
        (Err(message), _) => return Some(format!("its arguments are refused: {message}")),
    };
    let folder = case.input().and_then(|input| input.join(&case.dir).ok())?;
    let ours = ours(tree, &folder, &options);
    match (&case.expected, ours) {
        (Expected::Built(expected), Ok(text)) if *expected == text => None,
        (Expected::Built(expected), Ok(text)) => Some(format!("differs:\n{}", difference(expected, &text))),
        (Expected::Built(_), Err(refusal)) => Some(format!("is refused: {}", refusal.message)),
        (_, Ok(text)) => Some(format!("is refused by kustomize, ours gives:\n{text}")),
        (Expected::RefusedByDesign(part), Err(refusal)) if !refusal.message.contains(part.as_str()) => {
            Some(format!("is refused, but not with `{part}`: {}", refusal.message))
        }
        (Expected::Refused(_), Err(refusal)) if refusal.is_unsupported => {
            Some(format!("is refused for another reason: {}", refusal.message))
        }
        (_, Err(refusal)) if !refusal.has_place => {
            Some(format!("is refused without a place: {}", refusal.message))
        }
        (_, Err(_)) => None,
    }
}

struct Refusal {
    message: String,
    has_place: bool,
    is_unsupported: bool,
}

fn ours(tree: &dyn Tree, folder: &RepoPath, options: &Options) -> Result<String, Refusal> {
    build(tree, folder, options).and_then(|built| built.to_yaml()).map_err(|error| Refusal {
        // Where there is no kustomization file, there is no line to show.
        has_place: error.0.place.line.is_some() || error.0.code == "kustomize/no-kustomization",
        is_unsupported: error.0.code == "kustomize/unsupported",
        message: error.to_string(),
    })
}

/// The first lines in which two texts differ.
fn difference(expected: &str, ours: &str) -> String {
    let common = expected.lines().zip(ours.lines()).take_while(|(a, b)| a == b).count();
    let part = |text: &str, mark: &str| {
        let from = common.saturating_sub(3);
        let lines = text.lines().enumerate().skip(from).take(9);
        let shown = lines.map(|(index, line)| {
            format!("{} {:4} {line}\n", if index < common { " " } else { mark }, index + 1)
        });
        shown.collect::<String>()
    };
    format!("recorded:\n{}ours:\n{}", part(expected, "-"), part(ours, "+"))
}
