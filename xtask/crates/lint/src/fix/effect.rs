//! Whether changes did what they were made for, and nothing else.

use flux::object::ObjectKey;
use flux::render::{Part, Rendering, value};
use kustomize_rs::yaml::node::{Mark, Node};
use yamltree::diagnostic::{Diagnostic, Place};

/// What is different between two renderings and was written at none of these findings' places; none if nothing is.
///
/// A patch that chooses its objects by a version no longer finds what has another one, say: then fields change that nobody meant.
pub fn unintended(before: &Rendering, after: &Rendering, fixed: &[Diagnostic]) -> Option<String> {
    let names = |rendering: &Rendering| -> Vec<String> {
        rendering.parts.iter().map(|part| part.kustomization.name.to_string()).collect()
    };
    if names(before) != names(after) {
        return Some("other Kustomizations would be there".to_owned());
    }
    before.parts.iter().zip(&after.parts).find_map(|(was, is)| {
        if was.objects.len() != is.objects.len() {
            return Some(format!("Kustomization {} would make other objects", was.kustomization.name));
        }
        was.objects.iter().zip(&is.objects).find_map(|(before, after)| {
            let look = Look { part: was, fixed };
            let path = look.different(&before.node, &after.node, String::new())?;
            Some(format!("`{path}` of {} would change too", ObjectKey::of(&value(&before.node))))
        })
    })
}

struct Look<'l> {
    part: &'l Part,
    fixed: &'l [Diagnostic],
}

impl Look<'_> {
    /// The path of something that is different and was not meant.
    fn different(&self, before: &Node, after: &Node, path: String) -> Option<String> {
        let below = |step: &str| if path.is_empty() { step.to_owned() } else { format!("{path}.{step}") };
        if let (Some(was), Some(is)) = (before.scalar(), after.scalar()) {
            return (was != is && !self.is_meant(before.at)).then_some(path);
        }
        if before.sort() != after.sort() || before.items().len() != after.items().len() {
            return (!self.is_meant(before.at)).then_some(path);
        }
        let mut items = before.items().iter().zip(after.items()).enumerate();
        let of_items =
            items.find_map(|(index, (was, is))| self.different(was, is, below(&index.to_string())));
        let of_fields = || {
            before.fields().iter().find_map(|field| match after.get(&field.key) {
                Some(is) => self.different(&field.value, is, below(&field.key)),
                None => (!self.is_meant(field.value.at)).then(|| below(&field.key)),
            })
        };
        let added = || {
            let mut added = after.fields().iter().filter(|field| before.get(&field.key).is_none());
            added.next().filter(|_| !self.is_meant(before.at)).map(|field| below(&field.key))
        };
        of_items.or_else(of_fields).or_else(added)
    }

    fn is_meant(&self, at: Mark) -> bool {
        let source = (at.file as usize).checked_sub(1).and_then(|number| self.part.sources.get(number));
        source.is_some_and(|source| {
            let place = Place::at(source.file.as_str(), at.line as usize, at.column as usize);
            self.fixed.iter().any(|found| found.place == place)
        })
    }
}

#[cfg(test)]
mod tests {
    use flux::render::{Entry, Inputs, render};
    use yamltree::path::RepoPath;
    use yamltree::tree::MemTree;

    use super::*;
    use crate::Subject;
    use crate::fix::fixes;

    fn rendered(tree: &MemTree) -> Rendering {
        render(&Inputs::new(tree, Entry::Folder(RepoPath::new("k").unwrap())))
    }

    /// What a fix of everything in a repository would change beside what it means.
    fn of(fixture: &str) -> Option<String> {
        let mut tree = MemTree::from_fixture(fixture).unwrap();
        let before = rendered(&tree);
        let found = crate::lint(&Subject::new(&tree, &before, "component"));
        let fixes = fixes(&found, &tree);
        assert!(!fixes.changes.is_empty(), "{found:#?}");
        fixes.changes.into_iter().for_each(|change| tree.insert(change.file, change.after));
        unintended(&before, &rendered(&tree), &fixes.fixed)
    }

    #[test]
    fn a_fix_of_each_example_does_only_what_it_means() {
        let with_fix = ["flux/api-version", "flux/install-not-retried", "flux/wait-and-health-checks"];
        for rule in with_fix.into_iter().filter_map(crate::rule) {
            assert_eq!(of(rule.failing), None, "{}", rule.code);
        }
    }

    #[test]
    fn a_patch_that_no_longer_finds_its_object_is_seen() {
        let repository = |version: &str| {
            format!(
                "#- k/kustomization.yaml\nresources: [a.yaml]\npatches:\n- target: {{kind: HelmRepository{version}}}\n  patch: \
                 '[{{\"op\": \"add\", \"path\": \"/spec/timeout\", \"value\": \"5m\"}}]'\n#- k/a.yaml\napiVersion: source.toolkit.fluxcd.io/v1beta2\n\
                 kind: HelmRepository\nmetadata: {{name: a, namespace: default}}\nspec: {{url: https://charts.example.org}}\n"
            )
        };
        assert_eq!(of(&repository("")), None);
        let seen = of(&repository(", version: v1beta2")).unwrap();
        assert_eq!(seen, "`spec.timeout` of HelmRepository default/a would change too");
    }

    #[test]
    fn a_file_that_is_a_value_elsewhere_is_seen() {
        let fixture = "#- k/kustomization.yaml\nresources: [a.yaml]\nconfigMapGenerator:\n- name: c\n  namespace: default\n  files: \
                       [a.yaml]\n#- k/a.yaml\napiVersion: source.toolkit.fluxcd.io/v1beta2\nkind: HelmRepository\nmetadata: {name: \
                       a, namespace: default}\nspec: {url: https://charts.example.org}\n";
        assert!(of(fixture).unwrap().contains("of ConfigMap default/c"));
    }
}
