//! Every component that a tree offers.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use yamltree::diagnostic::{Diagnostic, Place};
use yamltree::path::RepoPath;
use yamltree::tree::{Tree, TreeError};

use crate::component::{self, Contract};
use crate::domain::check_label;
use crate::variables::{self, Check, Group, Variable};

/// The folders of `flux2/`, in the order in which a cluster gets them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tier {
    /// What everything else stands on.
    Infrastructure,
    /// What every cluster has.
    Core,
    /// What a cluster chooses.
    Apps,
}

impl Tier {
    /// All tiers in order.
    pub const ALL: [Tier; 3] = [Tier::Infrastructure, Tier::Core, Tier::Apps];

    /// The folder below `flux2/`.
    pub fn folder(self) -> &'static str {
        match self {
            Tier::Infrastructure => "infrastructure",
            Tier::Core => "core",
            Tier::Apps => "apps",
        }
    }
}

/// One component of the tree.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Component {
    /// Its tier.
    pub tier: Tier,
    /// What it brings and needs.
    pub contract: Contract,
}

/// The components of a tree, by name.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Catalogue {
    /// The components whose contract could be read.
    pub components: BTreeMap<String, Component>,
}

impl Catalogue {
    /// The names of one tier.
    pub fn names(&self, tier: Tier) -> impl Iterator<Item = &str> {
        self.components.iter().filter(move |(_, c)| c.tier == tier).map(|(name, _)| name.as_str())
    }

    /// The variables that all clusters know and those that components bring.
    pub fn variables(&self) -> Vec<Variable> {
        self.groups().into_iter().flat_map(|group| group.variables).collect()
    }

    /// The same in groups: those that all clusters know, then one group for each component that brings some of its own.
    pub fn groups(&self) -> Vec<Group> {
        let mut groups = variables::groups();
        for component in self.components.values() {
            let is_known = |name: &str| groups.iter().flat_map(|g| &g.variables).any(|v| v.name == name);
            let own = component.contract.variables.iter().filter(|v| !is_known(&v.name));
            let own: Vec<Variable> = own
                .map(|variable| Variable {
                    name: variable.name.clone().into(),
                    required: variable.default.is_none(),
                    needed_with: None,
                    default: variable.default.clone().map(Into::into),
                    secret: false,
                    example: variable.default.clone().unwrap_or_default().into(),
                    meaning: variable.description.clone().into(),
                    check: Check::Text,
                })
                .collect();
            if !own.is_empty() {
                groups.push(Group { title: component.contract.title.clone().into(), variables: own });
            }
        }
        groups
    }

    /// The variables that a cluster with these components may set.
    ///
    /// The required ones of components that it does not have are not required of it.
    pub fn variables_for(&self, has: &dyn Fn(&str) -> bool) -> Vec<Variable> {
        let needed: Vec<&str> = self
            .components
            .iter()
            .filter(|(name, _)| has(name))
            .flat_map(|(_, c)| c.contract.variables.iter().map(|v| v.name.as_str()))
            .collect();
        let common = variables::known();
        let mut all = self.variables();
        for variable in &mut all {
            let is_common = common.iter().any(|v| v.name == variable.name);
            variable.required &= is_common || needed.contains(&variable.name.as_ref());
        }
        all
    }
}

/// Reads every `flux2/<tier>/<component>/component.yaml`. Broken ones are reported and left out; the rest is read.
pub fn read(tree: &dyn Tree) -> (Catalogue, Vec<Diagnostic>) {
    let mut catalogue = Catalogue::default();
    let mut diagnostics = Vec::new();
    for tier in Tier::ALL {
        let Ok(folder) = RepoPath::new(&format!("flux2/{}", tier.folder())) else { continue };
        let entries = match tree.list(&folder) {
            Ok(entries) => entries,
            Err(TreeError::NotFound(_)) => continue,
            Err(error) => {
                let place = Place::file(folder.as_str());
                diagnostics.push(Diagnostic::error("component/unreadable", place, error.to_string()));
                continue;
            }
        };
        for entry in entries.into_iter().filter(|e| e.is_dir) {
            read_one(tree, tier, &entry.path, &mut catalogue, &mut diagnostics);
        }
    }
    across(&catalogue, &mut diagnostics);
    diagnostics.sort();
    (catalogue, diagnostics)
}

fn read_one(
    tree: &dyn Tree,
    tier: Tier,
    folder: &RepoPath,
    catalogue: &mut Catalogue,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let Some(name) = folder.name() else { return };
    if let Err(fault) = check_label(name) {
        let place = Place::file(folder.as_str());
        diagnostics.push(Diagnostic::error(
            "component/name",
            place,
            format!("component name `{name}` {fault}"),
        ));
    }
    let file = file_of(tier, name);
    let text = folder.join("component.yaml").map_err(|e| e.to_string()).and_then(|path| {
        tree.read(&path).map_err(|error| match error {
            TreeError::NotFound(_) => format!("component `{name}` has no `component.yaml`"),
            other => other.to_string(),
        })
    });
    let text = match text {
        Ok(text) => text,
        Err(message) => {
            let found = Diagnostic::error("component/unreadable", Place::file(file), message);
            diagnostics.push(found.with_help("write one with at least `title` and `description`"));
            return;
        }
    };
    let (contract, found) = component::parse(&file, &text);
    diagnostics.extend(found);
    let Some(contract) = contract else { return };
    if let Some(other) = catalogue.components.get(name) {
        let message =
            format!("component `{name}` is also in `{}`; names are unique in the tree", other.tier.folder());
        diagnostics.push(Diagnostic::error("component/name", Place::file(file), message));
        return;
    }
    catalogue.components.insert(name.to_owned(), Component { tier, contract });
}

/// What must be unique in the whole tree: hosts, names of releases, generated keys; and variables must agree.
fn across(catalogue: &Catalogue, diagnostics: &mut Vec<Diagnostic>) {
    let mut owners: BTreeMap<(&str, &str), &str> = BTreeMap::new();
    let mut defaults: BTreeMap<&str, (&Option<String>, &str)> = BTreeMap::new();
    let common = variables::known();
    for (name, component) in &catalogue.components {
        let contract = &component.contract;
        let hosts = contract.hosts.iter().map(|h| ("host", h.as_str()));
        let releases = contract.releases.keys().map(|r| ("release", r.as_str()));
        let secrets = contract.secrets.iter().map(|s| ("secret", s.name.as_str()));
        for (sort, item) in hosts.chain(releases).chain(secrets) {
            let owner = *owners.entry((sort, item)).or_insert(name);
            if owner != name {
                let message = format!("{sort} `{item}` belongs to component `{owner}` too");
                let place = Place::file(file_of(component.tier, name));
                diagnostics.push(Diagnostic::error("component/shared", place, message));
            }
        }
        for variable in &contract.variables {
            let mut differs = |elsewhere: String| {
                let message = format!("variable `{}` has another default in {elsewhere}", variable.name);
                let place = Place::file(file_of(component.tier, name));
                diagnostics.push(Diagnostic::warning("component/variable", place, message));
            };
            match common.iter().find(|v| v.name == variable.name) {
                Some(common) if common.needed_with.is_some() => {}
                Some(common) if common.default.as_deref() != variable.default.as_deref() => {
                    differs(format!("`.flux.env` (`{}`)", common.default.as_deref().unwrap_or("none")));
                }
                Some(_) => {}
                None => {
                    let (default, owner) =
                        *defaults.entry(&variable.name).or_insert((&variable.default, name));
                    if *default != variable.default {
                        differs(format!("component `{owner}`"));
                    }
                }
            }
        }
    }
}

fn file_of(tier: Tier, name: &str) -> String {
    format!("flux2/{}/{name}/component.yaml", tier.folder())
}

#[cfg(test)]
mod tests {
    use yamltree::tree::MemTree;

    use super::*;

    fn found(fixture: &str) -> (Catalogue, Vec<String>) {
        let (catalogue, diagnostics) = read(&MemTree::from_fixture(fixture).unwrap());
        (catalogue, diagnostics.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn components_of_all_tiers_are_found() {
        let (catalogue, messages) = found(
            "#- flux2/infrastructure/kustomization.yaml\n#- flux2/infrastructure/traefik/component.yaml\ntitle: T\ndescription: D\n\
             #- flux2/apps/wordpress/component.yaml\ntitle: W\ndescription: D\nvariables: [{name: wp_theme, default: x}, {name: wp_need}]\n",
        );
        assert_eq!(messages, [""; 0]);
        assert_eq!(catalogue.names(Tier::Apps).collect::<Vec<_>>(), ["wordpress"]);
        assert_eq!(catalogue.components["traefik"].tier, Tier::Infrastructure);
        let required = |has: bool| {
            let all = catalogue.variables_for(&|name| has && name == "wordpress");
            all.iter().filter(|v| v.required).count()
        };
        assert_eq!((required(true), required(false)), (4, 3));
    }

    #[test]
    fn a_variable_of_one_component_is_in_a_group_of_its_own_and_in_the_example() {
        let (catalogue, messages) = found(
            "#- flux2/apps/blog/component.yaml\ntitle: Blog\ndescription: D\n\
             variables: [{name: domain}, {name: blog_theme, default: dark, description: Colours of the blog}]\n",
        );
        assert_eq!(messages, [""; 0]);
        let groups = catalogue.groups();
        let last = groups.last().unwrap();
        let names: Vec<&str> = last.variables.iter().map(|v| v.name.as_ref()).collect();
        assert_eq!((last.title.as_ref(), names.as_slice()), ("Blog", &["blog_theme"][..]));
        let example = crate::flux_env::example(&groups);
        assert!(
            example.ends_with("## Blog.\n\n# Colours of the blog (default: dark).\n#blog_theme=dark\n"),
            "{example}"
        );
    }

    #[test]
    fn one_broken_component_hides_no_other() {
        let (catalogue, messages) = found(
            "#- flux2/core/a/component.yaml\ntitle: [\n#- flux2/core/b/component.yaml\ntitle: B\n\
             #- flux2/core/c/ks.yaml\n#- flux2/core/d/component.yaml\ntitle: D\ndescription: D\n",
        );
        assert_eq!(catalogue.components.keys().collect::<Vec<_>>(), ["d"]);
        assert_eq!(messages.len(), 3);
        assert!(messages[0].starts_with("flux2/core/a/component.yaml:"));
        assert_eq!(
            messages[1],
            "flux2/core/b/component.yaml:1:1: error[yaml/missing-key]: key `description` is missing"
        );
        assert!(messages[2].starts_with(
            "flux2/core/c/component.yaml: error[component/unreadable]: component `c` has no `component.yaml`"
        ));
    }

    #[test]
    fn a_default_that_is_not_the_documented_one_is_reported() {
        let (_, messages) = found(
            "#- flux2/apps/a/component.yaml\ntitle: A\ndescription: A\nvariables:\n- {name: certificates, default: staging}\n\
             - {name: profile, default: standard}\n- {name: domain}\n- {name: outgoing_mail_smtp_host, default: localhost}\n",
        );
        let expected = "flux2/apps/a/component.yaml: warning[component/variable]: variable `certificates` has another default in \
                        `.flux.env` (`production`)";
        assert_eq!(messages, [expected]);
    }

    #[test]
    fn what_must_be_unique_in_the_tree_is_checked() {
        let (_, messages) = found(
            "#- flux2/apps/a/component.yaml\ntitle: A\ndescription: A\nhosts: [www]\nvariables: [{name: x, default: '1'}]\n\
             #- flux2/core/b/component.yaml\ntitle: B\ndescription: B\nhosts: [www]\nvariables: [{name: x, default: '2'}]\n\
             #- flux2/core/a/component.yaml\ntitle: A\ndescription: A\n",
        );
        assert_eq!(messages.len(), 1, "{messages:?}");
        assert!(messages[0].contains("component `a` is also in `core`"));
        let (_, messages) = found(
            "#- flux2/apps/a/component.yaml\ntitle: A\ndescription: A\nhosts: [www]\nvariables: [{name: x, default: '1'}]\n\
             #- flux2/core/b/component.yaml\ntitle: B\ndescription: B\nhosts: [www]\nvariables: [{name: x, default: '2'}]\n",
        );
        assert_eq!(
            messages,
            [
                "flux2/core/b/component.yaml: error[component/shared]: host `www` belongs to component `a` too",
                "flux2/core/b/component.yaml: warning[component/variable]: variable `x` has another default in component `a`",
            ]
        );
    }
}
