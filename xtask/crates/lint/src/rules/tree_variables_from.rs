use std::collections::BTreeSet;

use flux::object::ObjectKey;
use flux::render::spec::Name;
use yamltree::diagnostic::Severity;
use yamltree::nearest::nearest;

use crate::rule::{Check, Found, Rule};
use crate::subject::{Object, Subject, at, text};

/// A Kustomization that takes variables from this Secret, and the one that there is.
macro_rules! variables_from {
    ($name:literal) => {
        concat!(
            "#- flux2/apps/blog/component.yaml\ntitle: Blog\ndescription: News for everybody.\n#- k/ks.yaml\napiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: blog, namespace: \
             flux-system}\nspec:\n  interval: 1h\n  path: ./flux2/apps/blog/app\n  sourceRef: {kind: GitRepository, name: \
             flux-system}\n  postBuild: {substituteFrom: [{kind: Secret, name: ",
            $name,
            "}]}\n---\napiVersion: v1\nkind: Secret\nmetadata: {name: oas-blog-variables, namespace: flux-system}\nstringData: \
             {blog_password: abcdef}\n#- flux2/apps/blog/app/kustomization.yaml\nresources: []\n"
        )
    };
}

pub(super) const RULE: Rule = Rule {
    code: "tree/variables-from",
    severity: Severity::Error,
    says: "A Kustomization takes variables from something that no cluster has.",
    why: "Clusters have `oas-cluster-variables` and a Secret of each component that generates some; without what it names Flux applies nothing of the Kustomization.",
    failing: variables_from!("oas-blgo-variables"),
    fixed: variables_from!("oas-blog-variables"),
    check: Check::Repository(check),
};

fn check(subject: &Subject<'_>, found: &mut Found) {
    if subject.platform().is_none() {
        return;
    }
    let there = there(subject);
    for object in subject.objects().filter(Object::is_kustomization) {
        let Some(part) = subject.rendering.part(&Name::of(object.node)) else { continue };
        for entry in object.items(&["spec", "postBuild", "substituteFrom"]) {
            let name = text(entry, &["name"]);
            let key = ObjectKey::new(text(entry, &["kind"]), &object.key().namespace, name);
            if !part.variables.missing.contains(&key) {
                continue;
            }
            let help = match nearest(name, there.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "name `oas-cluster-variables`, or the Secret of the component".to_owned(),
            };
            let message = format!("{}: no cluster has {key}", object.title());
            found.at(object.place(at(entry, &["name"]).unwrap_or(entry)), message, help);
        }
    }
}

/// The names of what variables come from, here and in other Kustomizations.
fn there<'s>(subject: &'s Subject<'_>) -> BTreeSet<&'s str> {
    let variables = subject.rendering.parts.iter().map(|part| &part.variables);
    let used = variables.flat_map(|all| all.names().filter_map(|name| all.get(name)?.from.as_ref()));
    let made = subject.objects().filter(|object| object.is("", "Secret"));
    used.map(|key| key.name.as_str())
        .chain(made.map(|secret| text(secret.node, &["metadata", "name"])))
        .collect()
}
