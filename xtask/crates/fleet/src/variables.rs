//! The variables of `.flux.env` that every cluster knows: one table, from which the parser, the checks and the
//! documented example all come.

mod check;

use std::borrow::Cow;

pub use check::Check;

/// One variable that the tree may use as `${name}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variable {
    /// Its name.
    pub name: Cow<'static, str>,
    /// Must it be set?
    pub required: bool,
    /// Must it be set when this other variable is `true`?
    pub needed_with: Option<&'static str>,
    /// What the tree takes when it is unset or empty; the same text as in `${name:=default}`. None for required variables,
    /// and for those needed with a switch: while that is off the tree has placeholders that nobody sees.
    pub default: Option<Cow<'static, str>>,
    /// May nobody see its value?
    pub secret: bool,
    /// A value for documentation.
    pub example: Cow<'static, str>,
    /// What it is for, one sentence without full stop.
    pub meaning: Cow<'static, str>,
    /// What a value must look like.
    pub check: Check,
}

fn variable(name: &'static str, example: &'static str, check: Check, meaning: &'static str) -> Variable {
    Variable {
        name: Cow::Borrowed(name),
        required: false,
        needed_with: None,
        default: Some(Cow::Borrowed("")),
        secret: false,
        example: Cow::Borrowed(example),
        meaning: Cow::Borrowed(meaning),
        check,
    }
}

fn required(name: &'static str, example: &'static str, check: Check, meaning: &'static str) -> Variable {
    let mut variable = variable(name, example, check, meaning);
    variable.required = true;
    variable.default = None;
    variable
}

fn with_default(mut variable: Variable, default: &'static str) -> Variable {
    variable.default = Some(Cow::Borrowed(default));
    variable
}

fn needed_with(mut variable: Variable, switch: &'static str) -> Variable {
    variable.needed_with = Some(switch);
    variable.default = None;
    variable
}

fn secret(mut variable: Variable) -> Variable {
    variable.secret = true;
    variable
}

const MAIL: &str = "outgoing_mail_enabled";
const BACKUP: &str = "backup_s3_enabled";

/// Variables that belong together, with a heading.
#[derive(Debug)]
pub struct Group {
    /// Heading in the example file.
    pub title: Cow<'static, str>,
    /// The variables, in the order in which a person fills them in.
    pub variables: Vec<Variable>,
}

/// Every variable that all clusters know.
pub fn groups() -> Vec<Group> {
    vec![
        Group {
            title: Cow::Borrowed("The cluster. These three have no default"),
            variables: vec![
                required("domain", "example.org", Check::Domain, "Domain under which all applications live"),
                required("ip_address", "203.0.113.10", Check::Address, "Public address of the server"),
                required(
                    "admin_email",
                    "admin@example.org",
                    Check::Email,
                    "Mail address of the administrator, also given to the certificate authority",
                ),
            ],
        },
        Group {
            title: Cow::Borrowed("Size and certificates"),
            variables: vec![
                with_default(
                    variable(
                        "profile",
                        "standard",
                        Check::OneOf(&["standard", "small"]),
                        "`small` fits a server with less memory",
                    ),
                    "standard",
                ),
                with_default(
                    variable(
                        "certificates",
                        "production",
                        Check::OneOf(&["staging", "production"]),
                        "`staging` gives test certificates, which browsers do not trust",
                    ),
                    "production",
                ),
                with_default(
                    variable(
                        "ingress_allowed_ranges",
                        "203.0.113.0/24,2001:db8::/32",
                        Check::Ranges,
                        "Who may reach the applications, as addresses and ranges with commas between",
                    ),
                    "0.0.0.0/0,::/0",
                ),
            ],
        },
        Group {
            title: Cow::Borrowed("Outgoing mail, through a mail server that you have an account on"),
            variables: vec![
                with_default(variable(MAIL, "true", Check::Bool, "Send mail at all"), "false"),
                needed_with(
                    variable(
                        "outgoing_mail_from_address",
                        "no-reply@example.org",
                        Check::Email,
                        "Sender address",
                    ),
                    MAIL,
                ),
                with_default(
                    variable(
                        "outgoing_mail_from_local_part",
                        "no-reply",
                        Check::LocalPart,
                        "What stands before the `@` of the sender address",
                    ),
                    "no-reply",
                ),
                needed_with(
                    variable(
                        "outgoing_mail_domain",
                        "example.org",
                        Check::Domain,
                        "What stands after the `@` of the sender address",
                    ),
                    MAIL,
                ),
                needed_with(
                    variable("outgoing_mail_smtp_host", "smtp.example.org", Check::Host, "Mail server"),
                    MAIL,
                ),
                with_default(
                    variable("outgoing_mail_smtp_port", "587", Check::Port, "Port of the mail server"),
                    "587",
                ),
                with_default(
                    variable(
                        "outgoing_mail_smtp_authtype",
                        "LOGIN",
                        Check::OneOf(&["LOGIN", "PLAIN"]),
                        "How to sign in to the mail server",
                    ),
                    "LOGIN",
                ),
                needed_with(
                    variable(
                        "outgoing_mail_smtp_user",
                        "no-reply@example.org",
                        Check::Text,
                        "User name on the mail server",
                    ),
                    MAIL,
                ),
                secret(needed_with(
                    variable(
                        "outgoing_mail_smtp_password",
                        "change-me",
                        Check::Text,
                        "Password on the mail server",
                    ),
                    MAIL,
                )),
            ],
        },
        Group {
            title: Cow::Borrowed("Backups, to storage that speaks the S3 protocol"),
            variables: vec![
                with_default(variable(BACKUP, "true", Check::Bool, "Make backups at all"), "false"),
                needed_with(
                    variable("backup_s3_url", "https://s3.example.org", Check::Url, "Address of the storage"),
                    BACKUP,
                ),
                with_default(
                    variable("backup_s3_region", "eu-central", Check::Text, "Region, if the storage has any"),
                    "us-east-1",
                ),
                needed_with(
                    variable("backup_s3_bucket", "our-backups", Check::Text, "Bucket, which must exist"),
                    BACKUP,
                ),
                with_default(
                    variable(
                        "backup_s3_prefix",
                        "our-cluster",
                        Check::Text,
                        "Folder inside the bucket, so that clusters can share it",
                    ),
                    "openappstack",
                ),
                needed_with(
                    variable("backup_s3_access_key", "AKEXAMPLE", Check::Text, "Name of the access key"),
                    BACKUP,
                ),
                secret(needed_with(
                    variable("backup_s3_secret_key", "change-me", Check::Text, "Secret of the access key"),
                    BACKUP,
                )),
            ],
        },
    ]
}

/// The variables of [`groups`] in one list.
pub fn known() -> Vec<Variable> {
    groups().into_iter().flat_map(|group| group.variables).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::substitution::survives_substitution;

    #[test]
    fn every_example_and_default_passes_its_own_check() {
        for variable in known() {
            let defaults = variable.default.iter().filter(|d| !d.is_empty());
            for value in defaults.chain([&variable.example]) {
                assert_eq!(variable.check.accepts(value), Ok(()), "{} {value}", variable.name);
                let survives = variable.check.is_scalar() || survives_substitution(value).is_ok();
                assert!(survives, "{} {value}", variable.name);
            }
        }
    }

    #[test]
    fn only_three_variables_are_required_and_each_name_is_there_once() {
        let known = known();
        let required: Vec<&str> = known.iter().filter(|v| v.required).map(|v| v.name.as_ref()).collect();
        assert_eq!(required, ["domain", "ip_address", "admin_email"]);
        assert!(known.iter().all(|v| (v.required || v.needed_with.is_some()) == v.default.is_none()));
        let mut names: Vec<&str> = known.iter().map(|v| v.name.as_ref()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), known.len());
        assert!(known.iter().filter_map(|v| v.needed_with).all(|switch| names.contains(&switch)));
    }
}
