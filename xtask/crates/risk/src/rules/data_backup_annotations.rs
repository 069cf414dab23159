use serde_json::Value;

use crate::changed::{Changed, annotation, at, label};
use crate::pods::template;
use crate::rule::{Check, Example, Found, Rule};
use crate::{Class, Severity};

pub(super) const RULE: Rule = Rule {
    code: "data/backup-annotations",
    class: Class::DataLoss,
    severity: Severity::Caution,
    says: "A volume, or the dump before a backup, is no longer part of the backups.",
    why: "A backup of files that a database writes meanwhile is torn; a volume that is left out is not there at all.",
    first: "Make sure that something else backs it up.",
    example: Example {
        of: pod_annotations!("<>"),
        before: "backup.velero.io/backup-volumes: data",
        after: "note: old",
        harmless: "backup.velero.io/backup-volumes: 'data,dump'",
    },
    check: Check::Object(check),
};

const HOOKS: [&str; 2] = ["pre.hook.backup.velero.io/command", "backup.velero.io/backup-volumes"];
const LEFT_OUT: &str = "backup.velero.io/backup-volumes-excludes";
const LABEL: &str = "velero.io/exclude-from-backup";

fn check(changed: &Changed<'_>, found: &mut Found) {
    if !changed.stays() {
        return;
    }
    if label(changed.after, LABEL) == "true" && label(changed.before, LABEL) != "true" {
        found.field(changed, "metadata.labels", format!("label `{LABEL}`"));
    }
    let pods = template(&changed.change.object);
    let side = |object: &'_ Value| pods.map_or_else(|| object.clone(), |keys| at(object, keys).clone());
    if pods.is_none() && !changed.is("", "Pod") {
        return;
    }
    let (before, after) = (side(changed.before), side(changed.after));
    let names = |text: &str| -> Vec<String> {
        text.split(',').map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).collect()
    };
    let place = |key: &str| {
        let mut keys: Vec<&str> = pods.into_iter().flat_map(|keys| keys.split('.')).collect();
        keys.extend(["metadata", "annotations", key]);
        flux::diff::FieldPath::new(
            keys.into_iter().map(|key| flux::diff::Segment::Key(key.to_owned())).collect::<Vec<_>>(),
        )
    };
    for key in HOOKS {
        let (old, new) = (annotation(&before, key), annotation(&after, key));
        let is_less = if key.ends_with("command") {
            new.is_empty()
        } else {
            names(old).iter().any(|name| !names(new).contains(name))
        };
        if !old.is_empty() && is_less {
            found.at(
                changed,
                place(key),
                format!("`{key}` {} → {}", crate::shown::cut(old), if new.is_empty() { "none" } else { new }),
            );
        }
    }
    let (old, new) = (names(annotation(&before, LEFT_OUT)), names(annotation(&after, LEFT_OUT)));
    for name in new.iter().filter(|name| !old.contains(name)) {
        found.at(changed, place(LEFT_OUT), format!("volume {name} is left out"));
    }
}
