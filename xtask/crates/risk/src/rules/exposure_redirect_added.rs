use flux::diff::{FieldKind, Segment};

use crate::changed::Changed;
use crate::rule::{Check, Example, Found, Rule};
use crate::shown::shown;
use crate::{Class, Severity};

pub(super) const RULE: Rule = Rule {
    code: "exposure/redirect-added",
    class: Class::Exposure,
    severity: Severity::Caution,
    says: "Single sign-on sends people, and what proves who they are, to another address too.",
    why: "Whoever answers there can log in as them.",
    first: "Make sure that the address is yours, is exact, and has no wildcard.",
    example: Example {
        of: r#"apiVersion: hydra.ory.sh/v1alpha1
kind: OAuth2Client
metadata: {name: web, namespace: shop}
spec: {redirectUris: ['https://www.example.org/cb'<>]}
"#,
        before: ", 'https://old.example.org/cb'",
        after: ", 'https://new.example.org/cb'",
        harmless: "",
    },
    check: Check::Object(check),
};

fn check(changed: &Changed<'_>, found: &mut Found) {
    if !changed.stays() || changed.is("", "Secret") {
        return;
    }
    for field in
        changed.change.fields.iter().filter(|field| !field.is_secret && field.kind != FieldKind::Reordered)
    {
        let is_redirect = |segment: &Segment| match segment {
            Segment::Key(key) => {
                let key: String =
                    key.chars().filter(char::is_ascii_alphabetic).collect::<String>().to_ascii_lowercase();
                key.contains("redirecturi") || key.contains("redirecturl")
            }
            _ => false,
        };
        if let (true, Some(after)) = (field.path.segments().iter().any(is_redirect), &field.after) {
            found.at(changed, field.path.clone(), format!("{} may be used", shown(after)));
        }
    }
}
