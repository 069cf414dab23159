//! Small repositories before and after, as notes.
#![allow(clippy::unwrap_used)]

use crate::report::changes::fixture::{compared, page};

use super::*;

/// The note of a change, without what stands above the first component.
fn note(before: &str, after: &str) -> String {
    let (diff, risks) = compared(before, after);
    let text = markdown(&page("example", &diff, &risks));
    text[text.find("<details>").unwrap()..].to_owned()
}

fn config_map(name: &str, data: &str) -> String {
    format!(
        "#- k/{name}.yaml\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}, namespace: n}}\ndata: {data}\n"
    )
}

#[test]
fn a_field_that_changed() {
    let note = note(&config_map("a", "{x: '1', y: z}"), &config_map("a", "{x: '2', y: z}"));
    let expected = "<details><summary>no component: 1 object</summary>\n\n**<code>the entry</code>**\n\nChanged: <code>ConfigMap \
                    n/a</code>\n\n```diff\n@@ data.x @@\n- 1\n+ 2\n```\n\n</details>\n";
    assert_eq!(note, expected);
}

#[test]
fn what_is_new_and_what_is_gone_are_shown_whole() {
    let note = note(&config_map("a", "{x: '1'}"), &config_map("b", "{y: '2'}"));
    let gone = "Gone: <code>ConfigMap n/a</code>\n\n```diff\n- apiVersion: v1\n- kind: ConfigMap\n";
    assert!(note.contains(gone), "{note}");
    assert!(note.contains("New: <code>ConfigMap n/b</code>\n\n```diff\n+ apiVersion: v1\n"), "{note}");
}

#[test]
fn what_has_another_hash_is_renamed() {
    let generated = |value: &str| {
        format!(
            "#- k/kustomization.yaml\nconfigMapGenerator: [{{name: a, namespace: shop, literals: [x={value}]}}]\n"
        )
    };
    let note = note(&generated("1"), &generated("2"));
    assert!(note.contains("Renamed: <code>ConfigMap shop/a-"), "{note}");
    assert!(note.contains("</code>, was <code>a-"), "{note}");
    assert!(note.contains("@@ data.x @@\n- 1\n+ 2\n"), "{note}");
}

#[test]
fn of_a_long_text_the_lines_that_changed_are_shown() {
    let text = |line: &str| format!("\n  t: |\n    a\n    {line}\n    c");
    let note = note(&config_map("a", &text("b")), &config_map("a", &text("B")));
    assert!(note.contains("@@ data.t @@\n  a\n- b\n+ B\n  c\n```\n"), "{note}");
}

#[test]
fn of_a_secret_only_that_it_changed() {
    let secret =
        |value: &str| config_map("a", &format!("{{x: {value}}}")).replace("kind: ConfigMap", "kind: Secret");
    let note = note(&secret("b25l"), &secret("dHdv"));
    assert!(note.contains("@@ data.x @@ secret, changed\n"), "{note}");
    assert!(!note.contains("b25l") && !note.contains("dHdv"), "{note}");
}

#[test]
fn what_fails_now_is_told() {
    let before = format!("#- k/kustomization.yaml\nresources: [a.yaml]\n{}", config_map("a", "{x: '1'}"));
    let (diff, risks) = compared(&before, &before.replace("[a.yaml]", "[b.yaml]"));
    let text = markdown(&page("example", &diff, &risks));
    assert!(text.contains("\n**Fails:** <code>k&#47;") || text.contains("\n**Fails:** <code>k/"), "{text}");
    assert!(text.contains("Not compared, since they cannot be rendered: <code>the entry</code>"), "{text}");
}

#[test]
fn what_may_go_wrong_stands_first_in_a_table() {
    let claim = "#- k/c.yaml\napiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: data, namespace: n}\nspec: {}\n";
    let other = config_map("a", "{x: '1'}");
    let (diff, risks) = compared(&format!("{claim}{other}"), &other);
    assert!(!risks.is_empty());
    let text = markdown(&page("example", &diff, &risks));
    let head = "<!-- openappstack diff: example -->\n### What changes for <code>example</code>\n";
    assert!(text.starts_with(head), "{text}");
    let row = text.lines().find(|line| line.contains("<code>PersistentVolumeClaim n/data</code>")).unwrap();
    assert_eq!(row.matches(" | ").count(), 3, "{row}");
    assert!(text.find("|---|").unwrap() < text.find("<details>").unwrap());
}

#[test]
fn nothing_in_a_value_is_markup() {
    let hostile = "'``` | </details></script><img src=x onerror=alert(1)> @all'";
    let note = note(&config_map("a", "{x: y}"), &config_map("a", &format!("{{x: {hostile}, '|`<b>': z}}")));
    assert!(note.contains("````diff\n@@ data.x @@\n- y\n+ ``` | </details>"), "{note}");
    assert_eq!(note.matches("````").count(), 2, "{note}");
    let outside = note.split("````").step_by(2).collect::<String>();
    assert!(!outside.contains("<img") && !outside.contains("<b>"), "{outside}");
}

#[test]
fn a_hostile_name_does_not_leave_its_cell() {
    let claim = |name: &str| {
        format!(
            "#- k/c.yaml\napiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {{name: '{name}', namespace: n}}\nspec: {{}}\n"
        )
    };
    let other = config_map("a", "{x: '1'}");
    let (diff, risks) = compared(&format!("{}{other}", claim("a|b`c`<img src=x>")), &other);
    let text = markdown(&page("example", &diff, &risks));
    let row = text.lines().find(|line| line.contains("a&#124;b&#96;c&#96;&#60;img src=x&#62;")).unwrap();
    assert_eq!(row.matches('|').count(), 5, "{row}");
}

#[test]
fn no_name_ends_the_marker() {
    assert_eq!(marker("a --> <b>"), "<!-- openappstack diff: a -_ _b_ -->".replace("a -_ _b_", "a -__ _b_"));
}

#[test]
fn a_note_is_not_too_long() {
    let many = |value: &str| -> String {
        let text = format!("\n  t: |\n{}", format!("    {value}\n").repeat(70));
        (0..60).map(|number| config_map(&format!("a{number}"), &text)).collect()
    };
    let (diff, risks) = compared(&many("one line of a text"), &many("another line of a text"));
    let text = markdown(&page("example", &diff, &risks));
    assert!(text.len() <= LIMIT, "{}", text.len());
    assert!(text.contains("This note would be too long. Left out: the lines of "), "{text}");
    assert!(markdown(&Page { is_full: true, ..page("example", &diff, &risks) }).len() > LIMIT);
}
