//! Domain names and names of clusters.

use std::fmt;
use std::net::IpAddr;

use thiserror::Error;

/// A full domain name as it stands in certificates and DNS: lower case, at least two labels, no final dot.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Domain(String);

/// Why a text is no [`Domain`]; the message names the label at fault.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum DomainError {
    /// Nothing there.
    #[error("the domain is empty")]
    Empty,
    /// An address where a name is needed.
    #[error("`{0}` is an IP address, not a domain")]
    Address(String),
    /// `https://…` or a path.
    #[error("`{0}` is a URL or has a path; give the bare domain, such as `example.org`")]
    Url(String),
    /// One label only.
    #[error("domain `{0}` has one label only; it needs at least two, such as `example.org`")]
    OneLabel(String),
    /// More than 253 characters.
    #[error("domain `{text}` has {length} characters; at most 253 are allowed")]
    TooLong {
        /// The domain.
        text: String,
        /// Its length.
        length: usize,
    },
    /// One label is wrong.
    #[error("domain `{text}`: label {number} (`{label}`) {fault}")]
    Label {
        /// The domain.
        text: String,
        /// Which label, from 1 at the left.
        number: usize,
        /// The label.
        label: String,
        /// What is wrong with it.
        fault: LabelFault,
    },
    /// The last label is a number.
    #[error("domain `{text}`: the last label (`{label}`) must not be a number")]
    NumericEnd {
        /// The domain.
        text: String,
        /// Its last label.
        label: String,
    },
}

/// What is wrong with one label of a name.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum LabelFault {
    /// Two dots in a row, or one at an end.
    #[error("is empty: two dots in a row, or a dot at an end")]
    Empty,
    /// More than 63 characters.
    #[error("has {0} characters; at most 63 are allowed")]
    TooLong(usize),
    /// Begins with a hyphen.
    #[error("begins with a hyphen")]
    HyphenFirst,
    /// Ends with a hyphen.
    #[error("ends with a hyphen")]
    HyphenLast,
    /// Upper case.
    #[error("has the capital letter `{0}`; write it in lower case")]
    Capital(char),
    /// Beyond ASCII.
    #[error("has `{0}`; write international names in their `xn--` form")]
    NotAscii(char),
    /// Anything else that is neither letter, digit nor hyphen.
    #[error("has `{0}`; only letters a-z, digits and hyphens are allowed")]
    Character(char),
}

impl Domain {
    /// Reads a domain; no blanks round it, no scheme, no final dot.
    pub fn new(text: &str) -> Result<Self, DomainError> {
        if text.is_empty() {
            return Err(DomainError::Empty);
        }
        if text.parse::<IpAddr>().is_ok() {
            return Err(DomainError::Address(text.to_owned()));
        }
        if text.contains('/') {
            return Err(DomainError::Url(text.to_owned()));
        }
        let labels: Vec<&str> = text.split('.').collect();
        for (number, label) in (1..).zip(&labels) {
            check_label(label).map_err(|fault| DomainError::Label {
                text: text.to_owned(),
                number,
                label: (*label).to_owned(),
                fault,
            })?;
        }
        if text.len() > 253 {
            return Err(DomainError::TooLong { text: text.to_owned(), length: text.len() });
        }
        match labels.last() {
            _ if labels.len() < 2 => Err(DomainError::OneLabel(text.to_owned())),
            Some(last) if last.chars().all(|c| c.is_ascii_digit()) => {
                Err(DomainError::NumericEnd { text: text.to_owned(), label: (*last).to_owned() })
            }
            _ => Ok(Domain(text.to_owned())),
        }
    }

    /// The domain as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The full host of a sub-domain label; `@` is the domain itself.
    pub fn host(&self, label: &str) -> String {
        if label == "@" { self.0.clone() } else { format!("{label}.{}", self.0) }
    }
}

impl fmt::Display for Domain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::str::FromStr for Domain {
    type Err = DomainError;

    fn from_str(text: &str) -> Result<Self, DomainError> {
        Domain::new(text)
    }
}

/// The name of a cluster: one DNS label, since it becomes a folder, a label and part of host names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClusterName(String);

/// Why a text is no [`ClusterName`].
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("cluster name `{text}` {fault}")]
pub struct ClusterNameError {
    /// The text.
    pub text: String,
    /// What is wrong with it.
    pub fault: LabelFault,
}

impl ClusterName {
    /// Reads a name of a cluster.
    pub fn new(text: &str) -> Result<Self, ClusterNameError> {
        check_label(text).map_err(|fault| ClusterNameError { text: text.to_owned(), fault })?;
        Ok(ClusterName(text.to_owned()))
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ClusterName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::str::FromStr for ClusterName {
    type Err = ClusterNameError;

    fn from_str(text: &str) -> Result<Self, ClusterNameError> {
        ClusterName::new(text)
    }
}

/// Checks one label of a DNS name: a-z, 0-9 and hyphens inside, at most 63 characters.
pub fn check_label(label: &str) -> Result<(), LabelFault> {
    for c in label.chars() {
        match c {
            'a'..='z' | '0'..='9' | '-' => {}
            'A'..='Z' => return Err(LabelFault::Capital(c)),
            c if c.is_ascii() => return Err(LabelFault::Character(c)),
            c => return Err(LabelFault::NotAscii(c)),
        }
    }
    match label {
        "" => Err(LabelFault::Empty),
        _ if label.len() > 63 => Err(LabelFault::TooLong(label.len())),
        _ if label.starts_with('-') => Err(LabelFault::HyphenFirst),
        _ if label.ends_with('-') => Err(LabelFault::HyphenLast),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn good_domains_are_read() {
        for text in ["example.org", "a.b-c.example.co", "xn--bcher-kva.example", "1and1.de", "oas.local"] {
            assert_eq!(Domain::new(text).unwrap().as_str(), text);
        }
        let domain = Domain::new("example.org").unwrap();
        assert_eq!(
            (domain.host("files"), domain.host("@")),
            ("files.example.org".into(), "example.org".into())
        );
    }

    #[test]
    fn a_malformed_domain_says_which_label_and_why() {
        let long = "a".repeat(64);
        let cases = [
            ("", "the domain is empty"),
            ("10.0.0.1", "`10.0.0.1` is an IP address, not a domain"),
            (
                "https://example.org",
                "`https://example.org` is a URL or has a path; give the bare domain, such as `example.org`",
            ),
            (
                "localhost",
                "domain `localhost` has one label only; it needs at least two, such as `example.org`",
            ),
            ("a..org", "domain `a..org`: label 2 (``) is empty: two dots in a row, or a dot at an end"),
            (
                "example.org.",
                "domain `example.org.`: label 3 (``) is empty: two dots in a row, or a dot at an end",
            ),
            ("-a.org", "domain `-a.org`: label 1 (`-a`) begins with a hyphen"),
            ("www.b-.org", "domain `www.b-.org`: label 2 (`b-`) ends with a hyphen"),
            (
                "Example.org",
                "domain `Example.org`: label 1 (`Example`) has the capital letter `E`; write it in lower case",
            ),
            (
                "my_org.net",
                "domain `my_org.net`: label 1 (`my_org`) has `_`; only letters a-z, digits and hyphens are allowed",
            ),
            (
                "*.example.org",
                "domain `*.example.org`: label 1 (`*`) has `*`; only letters a-z, digits and hyphens are allowed",
            ),
            (
                "bücher.de",
                "domain `bücher.de`: label 1 (`bücher`) has `ü`; write international names in their `xn--` form",
            ),
            ("example.123", "domain `example.123`: the last label (`123`) must not be a number"),
        ];
        for (text, message) in cases {
            assert_eq!(Domain::new(text).unwrap_err().to_string(), message);
        }
        let error = Domain::new(&format!("{long}.org")).unwrap_err().to_string();
        assert!(error.ends_with("has 64 characters; at most 63 are allowed"), "{error}");
        let many = vec!["abcdefghi"; 26].join(".");
        assert!(matches!(Domain::new(&many), Err(DomainError::TooLong { length: 259, .. })));
    }

    #[test]
    fn a_cluster_name_is_one_dns_label() {
        assert!(ClusterName::new("sandbox").is_ok() && ClusterName::new("oas-2").is_ok());
        assert_eq!(
            ClusterName::new("My").unwrap_err().to_string(),
            "cluster name `My` has the capital letter `M`; write it in lower case"
        );
        assert!(ClusterName::new("../x").is_err() && ClusterName::new("").is_err());
    }
}
