//! JUnit's XML, which most build servers show as tests.

use anyhow::{Context, Result};
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite, XmlString};
use yamltree::diagnostic::Diagnostic;

const NAME: &str = "lint";

/// A failed test for each finding, or one test that passed.
pub fn junit(found: &[Diagnostic]) -> Result<String> {
    let mut suite = TestSuite::new(NAME);
    if found.is_empty() {
        let mut case = TestCase::new("no findings", TestCaseStatus::success());
        case.set_classname(NAME);
        suite.add_test_case(case);
    }
    suite.add_test_cases(found.iter().map(case));
    let mut report = Report::new(NAME);
    report.add_test_suite(suite);
    report.to_string().context("write the findings as XML")
}

fn case(found: &Diagnostic) -> TestCase {
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
    status.set_message(found.message.as_str()).set_type(found.severity.to_string());
    status.set_description(found.to_string());
    let mut case = TestCase::new(format!("{} at {}", found.code, found.place), status);
    case.set_classname(found.code);
    let mut extra = |name: &str, value: String| case.extra.insert(XmlString::new(name), value.into());
    extra("file", found.place.file.clone());
    if let Some(line) = found.place.line {
        extra("line", line.to_string());
    }
    case
}

#[cfg(test)]
mod tests {
    use yamltree::diagnostic::Place;

    use super::*;

    #[test]
    fn a_finding_is_a_failed_test_with_everything_that_it_says() {
        let found = Diagnostic::warning("a/b", Place::at("f.yaml", 3, 1), "`a` < \"b\" & \u{1b}[31mred")
            .with_help("write <b>");
        let xml = junit(&[found]).unwrap();
        let report = Report::deserialize_from_str(&xml).unwrap();
        let case = &report.test_suites[0].test_cases[0];
        assert_eq!((report.tests, report.failures), (1, 1));
        assert_eq!(case.name.as_str(), "a/b at f.yaml:3:1");
        assert_eq!(case.extra["line"].as_str(), "3");
        let TestCaseStatus::NonSuccess { message, ty, description, .. } = &case.status else {
            panic!("it passed")
        };
        // What XML cannot hold is left out.
        assert_eq!(message.as_ref().unwrap().as_str(), "`a` < \"b\" & red");
        assert_eq!(ty.as_ref().unwrap().as_str(), "warning");
        assert!(description.as_ref().unwrap().as_str().contains("help: write <b>"));
    }

    #[test]
    fn without_findings_there_is_one_test_and_it_passed() {
        let report = Report::deserialize_from_str(&junit(&[]).unwrap()).unwrap();
        assert_eq!((report.tests, report.failures), (1, 0));
    }
}
