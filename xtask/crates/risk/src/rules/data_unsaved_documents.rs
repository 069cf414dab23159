use crate::changed::{Changed, text};
use crate::image::Reference;
use crate::pods::{pods, template};
use crate::rule::{Check, Example, Found, Rule};
use crate::{Class, Severity};

pub(super) const RULE: Rule = Rule {
    code: "data/unsaved-documents",
    class: Class::DataLoss,
    severity: Severity::Caution,
    says: "A document server starts anew.",
    why: "What people write is in its cache until the last of them leaves: a restart in between loses it.",
    first: "Do it when nobody edits, or drain it first (`documentserver-prepare4shutdown.sh`).",
    example: Example {
        of: deployment!(
            "",
            "",
            "image: docker.io/onlyoffice/documentserver:9.3.1\n        readinessProbe: {tcpSocket: {port: 80}}\n        env: [{name: A, value: <>"
        ),
        before: "a}]",
        after: "b}]",
        harmless: r#"a}]
  minReadySeconds: 5"#,
    },
    check: Check::Object(check),
};

fn check(changed: &Changed<'_>, found: &mut Found) {
    let (Some(pods), Some(keys)) = (pods(changed), template(&changed.change.object)) else { return };
    let runs = |name: &str| {
        matches!(name, "documentserver" | "documentserver-ee" | "docs-docservice" | "documentserver-de")
    };
    let mut containers = pods.containers().into_iter();
    let container = containers.find(|it| runs(Reference::parse(text(it.after, "image")).name()));
    if let (Some(container), Some(_)) = (container, changed.differs(keys)) {
        found.field(changed, keys, format!("the pods of container {} are made anew", container.name));
    }
}
