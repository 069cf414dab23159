use proptest::prelude::*;

use super::*;
use crate::variables::{groups, known};

const GOOD: &str = "domain=example.org\nip_address=203.0.113.10\nadmin_email=admin@example.org\n";

fn found(text: &str) -> Vec<String> {
    parse("e", text, &known()).1.iter().map(ToString::to_string).collect()
}

fn found_beside_good(text: &str) -> Vec<String> {
    found(&format!("{GOOD}{text}"))
}

#[test]
fn a_good_file_has_no_findings() {
    let text = format!("\u{feff}# comment\r\n\r\n  {GOOD}outgoing_mail_smtp_port=25\nprofile=\n");
    let (env, diagnostics) = parse("e", &text, &known());
    assert_eq!(diagnostics, []);
    assert_eq!((env.get("domain"), env.get("outgoing_mail_smtp_port")), (Some("example.org"), Some("25")));
    assert_eq!((env.get("profile"), env.line_of("domain")), (None, Some(3)));
}

#[test]
fn the_example_is_a_good_file_and_so_is_every_line_of_it() {
    let example = example(&groups());
    assert_eq!(found(&example), [""; 0]);
    let all: String = example
        .lines()
        .map(|l| l.strip_prefix('#').filter(|l| !l.starts_with([' ', '#'])).unwrap_or(l).to_owned() + "\n")
        .collect();
    let (env, diagnostics) = parse("e", &all, &known());
    assert_eq!(diagnostics, []);
    assert_eq!(env.iter().count(), known().len());
}

#[test]
fn missing_required_variables_are_named() {
    let messages = found("ip_address=203.0.113.10\n");
    assert_eq!(messages.len(), 2);
    assert_eq!(
        messages[0],
        "e: error[env/missing]: required variable `domain` is not set\n  help: add `domain=example.org`: Domain under which all applications live"
    );
}

#[test]
fn a_misspelt_name_gets_the_nearest_one_suggested() {
    assert_eq!(
        found_beside_good("outgoing_mail_enable=true\n"),
        [
            "e:4:1: error[env/unknown]: unknown variable `outgoing_mail_enable`\n  help: did you mean `outgoing_mail_enabled`?"
        ]
    );
}

#[test]
fn quotes_are_refused_since_they_would_be_part_of_the_value() {
    for quoted in ["\"a b\"", "'a'"] {
        let messages = found_beside_good(&format!("outgoing_mail_smtp_user={quoted}\n"));
        assert!(
            messages[0].starts_with("e:4:25: error[env/quotes]: the quotes would be part of the value"),
            "{messages:?}"
        );
    }
}

#[test]
fn a_value_that_would_change_on_its_way_is_refused_without_showing_it() {
    for value in ["12345678", "a$b", "yes", "a: b", " a", "a #b"] {
        let messages = found_beside_good(&format!("outgoing_mail_smtp_password={value}\n"));
        assert!(
            messages[0]
                .starts_with("e:4:29: error[env/substitution]: the value of `outgoing_mail_smtp_password`")
        );
        assert!(!messages[0].contains(&format!("`{value}`")), "{messages:?}");
    }
}

#[test]
fn lines_that_are_no_assignment_say_what_to_do() {
    assert_eq!(
        found_beside_good("  profile\n"),
        ["e:4:3: error[env/syntax]: a line without `=`; each line is `NAME=VALUE`"]
    );
    assert_eq!(
        found_beside_good("export profile=small\n"),
        [
            "e:4:1: error[env/name]: `export profile` is not a name of a variable\n  help: remove `export`: no shell reads this file"
        ]
    );
    assert!(found_beside_good("profile =small\n")[0].ends_with("help: remove the blank before `=`"));
    assert!(found_beside_good("my-name=x\n")[0].contains("use letters, digits and `_`"));
}

#[test]
fn a_variable_set_twice_is_an_error() {
    assert_eq!(
        found_beside_good("domain=other.org\n"),
        ["e:4:1: error[env/duplicate]: variable `domain` is set twice, first in line 1"]
    );
}

#[test]
fn wrong_values_say_what_they_must_be() {
    let messages = found_beside_good("certificates=live\noutgoing_mail_smtp_port=smtp\n");
    assert_eq!(
        messages,
        [
            "e:4:14: error[env/value]: `certificates`: must be `staging` or `production`",
            "e:5:25: error[env/value]: `outgoing_mail_smtp_port`: must be a port, 1 to 65535",
        ]
    );
    let messages = found("domain=exa_mple.org\nip_address=203.0.113.10\nadmin_email=admin@example.org\n");
    assert!(messages[0].starts_with(
        "e:1:8: error[env/value]: `domain`: domain `exa_mple.org`: label 1 (`exa_mple`) has `_`"
    ));
}

#[test]
fn what_a_switch_needs_is_asked_for_when_it_is_on() {
    let messages = found_beside_good("backup_s3_enabled=true\nbackup_s3_url=https://s3.example.org\n");
    let names: Vec<&str> = messages.iter().filter_map(|m| m.split('`').nth(1)).collect();
    assert_eq!(names, ["backup_s3_bucket", "backup_s3_access_key", "backup_s3_secret_key"]);
    assert!(messages[0].starts_with(
        "e:4: error[env/missing]: `backup_s3_bucket` is not set, but `backup_s3_enabled` is `true`"
    ));
    assert_eq!(found_beside_good("backup_s3_enabled=false\n"), [""; 0]);
}

#[test]
fn secrets_and_unknown_variables_are_never_shown() {
    let text = format!("{GOOD}outgoing_mail_smtp_password=hunter2\noutgoing_mail_smtp_pasword=hunter3\n");
    let (env, diagnostics) = parse("e", &text, &known());
    assert_eq!(env.get("outgoing_mail_smtp_password"), None);
    assert_eq!(env.secret("outgoing_mail_smtp_password").unwrap().expose(), "hunter2");
    assert!(!format!("{env:?} {diagnostics:?}").contains("hunter"));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_makes_the_parser_panic_and_places_lie_inside_it(text in "(.|\n|\r|=|domain|\"){0,200}") {
        let lines = text.split('\n').count();
        for diagnostic in parse("e", &text, &known()).1 {
            prop_assert!(diagnostic.place.line.unwrap_or(1) <= lines);
            prop_assert!(diagnostic.place.column.unwrap_or(1) >= 1);
        }
    }

    #[test]
    fn a_value_that_passes_is_read_back_exactly(value in "[ -~]{1,30}") {
        let text = format!("{GOOD}outgoing_mail_smtp_user={value}\n");
        let (env, diagnostics) = parse("e", &text, &known());
        prop_assert_eq!(env.get("outgoing_mail_smtp_user"), Some(value.as_str()));
        if diagnostics.is_empty() {
            let (document, _) = yamltree::document::single("y", &format!("v: {value}\n"));
            let read = document.and_then(|d| d.get("v").and_then(|v| v.as_str().map(str::to_owned)));
            prop_assert_eq!(read, Some(value));
        }
    }
}
