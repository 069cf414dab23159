use fleet::catalogue::{self, Tier};
use yamltree::diagnostic::{Place, Severity};
use yamltree::path::RepoPath;

use crate::rule::{Check, Found, Rule};
use crate::subject::Subject;

pub(super) const RULE: Rule = Rule {
    code: "update/generated",
    severity: Severity::Error,
    says: "A component that clusters have needs a generated password that it did not need before.",
    why: "Clusters that update themselves do not have it, and nothing there makes it: the component stops until somebody runs `xtask` for each of \
          them. Asked only with `--changed`; what is below `before/` in the examples is the older commit.",
    failing: component!(
        "secrets: [{name: blog_password, title: Password of the blog}]\n#- before/flux2/apps/blog/component.yaml\ntitle: \
         Blog\ndescription: News for everybody.\n"
    ),
    fixed: component!(
        "secrets: [{name: blog_password, title: Password of the blog}]\n#- before/flux2/apps/blog/component.yaml\ntitle: \
         Blog\ndescription: News for everybody.\nsecrets: [{name: blog_password, title: Password of the blog}]\n"
    ),
    check: Check::Repository(check),
};

fn check(subject: &Subject<'_>, found: &mut Found) {
    let (Some(platform), Some(before)) = (subject.platform(), subject.before) else { return };
    let (before, _) = catalogue::read(before);
    // What was no tree of ours before has no clusters yet.
    if before.components.is_empty() {
        return;
    }
    for (name, component) in &platform.catalogue.components {
        let old = before.components.get(name);
        // Whoever adds an app runs xtask.
        if old.is_none() && component.tier == Tier::Apps {
            continue;
        }
        let has =
            |key: &str| old.is_some_and(|old| old.contract.secrets.iter().any(|secret| secret.name == key));
        let file = format!("flux2/{}/{name}/component.yaml", component.tier.folder());
        let text =
            RepoPath::new(&file).ok().and_then(|path| subject.tree.read(&path).ok()).unwrap_or_default();
        for secret in component.contract.secrets.iter().filter(|secret| !has(&secret.name)) {
            let line = text
                .lines()
                .position(|line| line.contains(secret.name.as_str()))
                .map_or(1, |index| index + 1);
            let message = format!("component `{name}`: clusters that have it lack `{}`", secret.name);
            let help = "make it a stop that administrators are told of, or do without it";
            found.at(Place::at(file.as_str(), line, 1), message, help);
        }
    }
}
