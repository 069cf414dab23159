use super::*;

fn holds(range: &str, version: &str) -> bool {
    range.parse::<Range>().unwrap().holds(&version.parse().unwrap())
}

#[test]
fn ranges_hold_what_they_hold_upstream() {
    for (range, inside, outside) in [
        ("1.2.3", &["1.2.3", "v1.2.3+x"][..], &["1.2.4"][..]),
        ("1.2", &["1.2.0", "1.2.9"], &["1.3.0", "1.2.1-rc.1"]),
        ("*", &["0.0.0", "9.9.9"], &["1.0.0-rc.1"]),
        ("~1.2.3", &["1.2.3", "1.2.9"], &["1.3.0", "1.2.2"]),
        ("~1", &["1.0.0", "1.9.9"], &["2.0.0"]),
        ("^1.2.3", &["1.9.0"], &["2.0.0", "1.2.2"]),
        ("^0.2.3", &["0.2.9"], &["0.3.0"]),
        ("^0.0.3", &["0.0.3"], &["0.0.4"]),
        (">=1.0, <2", &["1.9.9"], &["2.0.0"]),
        (">1.1", &["1.2.0"], &["1.1.5"]),
        ("<=11", &["11.9.9"], &["12.0.0"]),
        ("1.2 - 1.4.5", &["1.2.0", "1.4.5"], &["1.4.6"]),
        ("<1 || >=3.0.0", &["0.9.0", "3.1.0"], &["2.0.0"]),
        (">=1.0.0-0", &["1.0.0-rc.1", "1.1.0-a"], &["0.9.0"]),
        ("!=1.2.x", &["1.3.0"], &["1.2.9"]),
    ] {
        inside.iter().for_each(|version| assert!(holds(range, version), "{range} {version}"));
        outside.iter().for_each(|version| assert!(!holds(range, version), "{range} {version}"));
    }
}

#[test]
fn what_is_no_range_is_told() {
    for text in ["", "a", ">=", "1.2.3.4", "1,", ">= 1 - 2", "1||"] {
        assert!(text.parse::<Range>().is_err(), "{text}");
    }
    assert_eq!("1.x".parse::<Version>().unwrap_err().to_string(), "`1.x` is no version");
}

#[test]
fn versions_are_in_order() {
    let written = ["1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-2", "1.0.0", "1.0.1"];
    let mut versions: Vec<Version> = written.iter().map(|text| text.parse().unwrap()).collect();
    versions.sort();
    let sorted: Vec<String> = versions.iter().map(ToString::to_string).collect();
    assert_eq!(sorted, ["1.0.0-2", "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0", "1.0.1"]);
}

#[test]
fn an_alternative_without_spaces_is_no_part_of_a_span() {
    // Upstream takes `||2.0` for a number there.
    assert!("<1||2.0 - 3.0".parse::<Range>().is_err());
    assert!("<1 || 2.0 - 3.0".parse::<Range>().is_ok());
    // And this one for `>= 1.0 || 2.0, <= 3.0`.
    assert!(holds("1.0||2.0 - 3.0", "9.0.0"));
    assert!(holds("1.0||v2.0 - 3.0", "2.5.0") && !holds("1.0||v2.0 - 3.0", "9.0.0"));
}

#[test]
fn several_spans_are_all_to_be_held() {
    assert!(holds("1.0 - 3.0  2.0 - 4.0", "2.5.0") && !holds("1.0 - 3.0  2.0 - 4.0", "1.5.0"));
    assert!("1.0 - 3.0 2.0 - 4.0 || *".parse::<Range>().is_ok());
}

#[test]
fn a_pre_release_beside_an_open_part_is_compared_with_its_zeros() {
    assert!(holds("x-rc.1", "0.0.0-rc.2") && !holds("~1-rc.2", "1.0.0-rc.1"));
    assert!(!holds("!=1.2.x-rc.1", "1.2.5-rc.1") && holds("!=1.2.x-rc.1", "1.2.5"));
}

#[test]
fn numbers_have_64_bits_and_no_part_of_a_pre_release_has_a_zero_in_front() {
    assert!("18446744073709551616.0.0".parse::<Version>().is_err());
    assert!("1.0.0-01".parse::<Version>().is_err() && "1.0.0-0a".parse::<Version>().is_ok());
    // Of the numbers themselves they may have one.
    assert_eq!("v01.02.03".parse::<Version>().unwrap().to_string(), "1.2.3");
    assert!(">=1.0.0-01".parse::<Range>().is_err());
}

#[test]
fn what_is_too_long_is_not_read() {
    assert!(format!("1.0.0-{}", "a".repeat(251)).parse::<Version>().is_err());
    assert!("* ".repeat(257).parse::<Range>().is_err());
    assert!(["*"; 33].join("||").parse::<Range>().is_err() && ["*"; 32].join("||").parse::<Range>().is_ok());
}
