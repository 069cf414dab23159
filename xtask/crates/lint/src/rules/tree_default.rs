use std::collections::BTreeMap;

use yamltree::diagnostic::Severity;

use crate::rule::{Check, Found, Rule};
use crate::subject::Subject;

pub(super) const RULE: Rule = Rule {
    code: "tree/default",
    severity: Severity::Error,
    says: "A variable has no default, or another one than elsewhere.",
    why: "A cluster that updates itself does not know a new variable: without a default it stops, and with two it is two minds.",
    failing: component!(
        r#"variables: [{name: blog_theme, default: light, description: Colours of the blog}]
#- flux2/apps/blog/app/values.yaml
theme: ${blog_theme}
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

/// Those that every cluster sets.
const REQUIRED: [&str; 3] = ["domain", "ip_address", "admin_email"];

fn check(subject: &Subject<'_>, found: &mut Found) {
    let Some(platform) = subject.platform() else { return };
    // What is documented counts, and of what is not documented the first place.
    let documented = platform.catalogue.variables().into_iter().filter_map(|variable| {
        let default = variable.default?.into_owned();
        Some((variable.name.into_owned(), (default, "in what clusters are told of it".to_owned())))
    });
    let mut expected: BTreeMap<String, (String, String)> = documented.collect();
    for used in platform.uses() {
        let name = used.variable;
        let Some(default) = used.default else {
            if !REQUIRED.contains(&name.as_str()) && !platform.is_generated_for(used.file.component(), &name)
            {
                let message = format!("`${{{name}}}` has no default: clusters that do not set it stop");
                let help = format!("write `${{{name}:=…}}`, or let it be generated in `component.yaml`");
                found.at(used.place, message, help);
            }
            continue;
        };
        let here = || (default.to_owned(), format!("at {}", used.place));
        let (other, elsewhere) = expected.entry(name.clone()).or_insert_with(here);
        if other != default {
            let message =
                format!("`${{{name}}}` has the default `{default}` here, and `{other}` {elsewhere}");
            found.at(used.place, message, "write the same in both places");
        }
    }
}
