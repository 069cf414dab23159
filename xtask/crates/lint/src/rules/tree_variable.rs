use std::collections::BTreeSet;

use yamltree::diagnostic::Severity;

use crate::rule::{Check, Found, Rule};
use crate::subject::Subject;

pub(super) const RULE: Rule = Rule {
    code: "tree/variable",
    severity: Severity::Error,
    says: "A variable is used that nobody can set.",
    why: "`.flux.env` takes known names only, so that it has its default on every cluster for ever.",
    failing: component!(
        r#"variables: [{name: blog_theme, default: light, description: Colours of the blog}]
#- flux2/apps/blog/app/values.yaml
theme: ${blog_them:=light}
"#
    ),
    fixed: component!(
        r#"variables: [{name: blog_theme, default: light, description: Colours of the blog}]
#- flux2/apps/blog/app/values.yaml
theme: ${blog_theme:=light}
"#
    ),
    check: Check::Repository(check),
};

fn check(subject: &Subject<'_>, found: &mut Found) {
    let Some(platform) = subject.platform() else { return };
    let known: BTreeSet<String> =
        platform.catalogue.variables().into_iter().map(|variable| variable.name.into_owned()).collect();
    for used in platform.uses() {
        if known.contains(&used.variable) || platform.is_generated(&used.variable) {
            continue;
        }
        let near = yamltree::nearest::nearest(&used.variable, known.iter().map(String::as_str));
        let help = match near {
            Some(near) => format!("did you mean `{near}`?"),
            None => "add it to `variables` in `component.yaml`".to_owned(),
        };
        found.at(used.place, format!("nobody can set `${{{}}}`", used.variable), help);
    }
}
