use flux::diff::ChartState;

use crate::changed::Changed;
use crate::image::image_changes;
use crate::rule::{Check, Example, Found, Rule};
use crate::subject::identity;
use crate::version::Version;
use crate::{Class, Severity};

pub(super) const RULE: Rule = Rule {
    code: "update/stop",
    class: Class::UpdateFlow,
    severity: Severity::Danger,
    says: "An update skips a version that must not be skipped.",
    why: "The versions in between change the data step by step; the last one does not know how to begin from the first, and \
          stops, or breaks it.",
    first: "Go one step at a time, and let each run until it is done.",
    example: Example {
        of: deployment!("", "", "image: <>\n        readinessProbe: {tcpSocket: {port: 80}}"),
        before: "docker.io/nextcloud:32.0.1-apache",
        after: "docker.io/nextcloud:34.0.1-apache",
        harmless: "docker.io/nextcloud:32.0.1-apache@sha256:24a0c4b4a4c0eb97a1aabb8e29f18e917d05abfe1b7a7c07857230879ce7d3d3",
    },
    check: Check::Object(check),
};

/// How far a step may be.
#[derive(Clone, Copy)]
enum Pace {
    /// To the next first number.
    Major,
    /// To the next second number, of the same first one.
    Minor,
    /// Year and month: no further than to the next release, which is two or three months later.
    Quarter,
}

/// The names of images and charts, and how far they may go at once.
const STOPS: [(&str, Pace); 17] = [
    ("nextcloud", Pace::Major),
    ("mongo", Pace::Major),
    ("mongodb", Pace::Major),
    ("mongodb-community-server", Pace::Major),
    ("rocket.chat", Pace::Major),
    ("rocketchat", Pace::Major),
    ("authentik", Pace::Quarter),
    ("server", Pace::Quarter),
    ("cert-manager", Pace::Minor),
    ("velero", Pace::Minor),
    ("gitlab", Pace::Minor),
    ("gitlab-ce", Pace::Minor),
    ("k3s", Pace::Minor),
    ("mastodon", Pace::Major),
    ("longhorn", Pace::Minor),
    ("rook-ceph", Pace::Minor),
    ("ceph", Pace::Major),
];

fn check(changed: &Changed<'_>, found: &mut Found) {
    for image in image_changes(changed) {
        // Only that of authentik is meant by so common a name.
        let is_other = image.after.name() == "server" && !image.after.repository.contains("authentik");
        if !is_other
            && image.before.name() == image.after.name()
            && skips(image.after.name(), &image.before.tag, &image.after.tag)
        {
            let told = image.told();
            found.at(changed, image.path, told);
        }
    }
    if changed.is("upgrade.cattle.io", "Plan")
        && let Some(two) = changed.differs("spec.version")
        && skips("k3s", two.before.as_str().unwrap_or_default(), two.after.as_str().unwrap_or_default())
    {
        found.field(changed, "spec.version", format!("k3s {two}"));
    }
    if changed.is("mongodbcommunity.mongodb.com", "MongoDBCommunity")
        && let Some(two) = changed.differs("spec.version")
        && skips("mongodb", two.before.as_str().unwrap_or_default(), two.after.as_str().unwrap_or_default())
    {
        found.field(changed, "spec.version", format!("MongoDB {two}"));
    }
    let owner = changed
        .subject
        .diff
        .owners
        .iter()
        .find(|owner| identity(&owner.key).as_ref() == Some(&changed.change.object));
    let charts = owner.and_then(|owner| {
        Some((owner.before.as_ref()?.chart.as_ref()?, owner.after.as_ref()?.chart.as_ref()?))
    });
    let is_stop = |before: &ChartState, after: &ChartState| {
        before.name == after.name
            && after.name != "server"
            && skips(&after.name, &before.version, &after.version)
    };
    if let Some((before, after)) = charts.filter(|(before, after)| is_stop(before, after)) {
        found.field(
            changed,
            "spec.chart",
            format!("chart {} {} → {}", after.name, before.version, after.version),
        );
    }
}

fn skips(name: &str, before: &str, after: &str) -> bool {
    let Some((_, pace)) = STOPS.into_iter().find(|(stop, _)| *stop == name) else { return false };
    let (Some(old), Some(new)) = (Version::parse(before), Version::parse(after)) else { return false };
    let months = |version: &Version| version.number(0).saturating_mul(12).saturating_add(version.number(1));
    match pace {
        Pace::Major => new.number(0) > old.number(0).saturating_add(1),
        Pace::Minor if new.number(0) == old.number(0) => new.number(1) > old.number(1).saturating_add(1),
        Pace::Minor => false,
        Pace::Quarter => months(&new) > months(&old).saturating_add(3),
    }
}
