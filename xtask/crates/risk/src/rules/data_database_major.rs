use crate::changed::Changed;
use crate::image::{Reference, image_changes};
use crate::rule::{Check, Example, Found, Rule};
use crate::version::Version;
use crate::{Class, Severity};

pub(super) const RULE: Rule = Rule {
    code: "data/database-major",
    class: Class::DataLoss,
    severity: Severity::Danger,
    says: "A database gets another major version.",
    why: "What is stored belongs to one major version: a newer server does not start on it, or turns it into something that the \
          older one cannot read.",
    first: "Dump it and try the restore; then follow the upgrade of that database: PostgreSQL by dump or `pg_upgrade`, MongoDB one \
          major at a time with its feature compatibility version raised in between.",
    example: Example {
        of: deployment!("", "", "image: docker.io/postgres:<>"),
        before: "17.2-alpine",
        after: "18.0-alpine",
        harmless: "17.2-alpine@sha256:24a0c4b4a4c0eb97a1aabb8e29f18e917d05abfe1b7a7c07857230879ce7d3d3",
    },
    check: Check::Object(check),
};

fn check(changed: &Changed<'_>, found: &mut Found) {
    for image in image_changes(changed) {
        if let Some(told) = major(&image.before, &image.after) {
            found.at(changed, image.path, told);
        }
    }
    let keys = "spec.version";
    if changed.is("mongodbcommunity.mongodb.com", "MongoDBCommunity")
        && let Some(two) = changed.differs(keys)
    {
        let number = |value: &serde_json::Value| value.as_str().and_then(Version::parse).map(|v| v.number(0));
        if number(two.before) != number(two.after) {
            found.field(changed, keys, format!("MongoDB {two}"));
        }
    }
}

/// What is told of a database whose first number is another; none if it is not, or if it is no database.
pub(super) fn major(before: &Reference, after: &Reference) -> Option<String> {
    if !after.is_database() && !before.is_database() {
        return None;
    }
    let (old, new) = (Version::parse(&before.tag)?, Version::parse(&after.tag)?);
    // MariaDB's files change with the second number too, but an older server reads none of them either way.
    let is_other = old.number(0) != new.number(0) || before.name() != after.name();
    is_other.then(|| format!("{} {} → {} {}", before.name(), before.tag, after.name(), after.tag))
}
