//! What the value of a variable must look like.

use std::net::IpAddr;

use crate::domain::Domain;

/// What a value must look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Check {
    /// Any text that survives substitution.
    Text,
    /// A full domain name.
    Domain,
    /// An IPv4 or IPv6 address.
    Address,
    /// `someone@example.org`.
    Email,
    /// What stands before the `@`.
    LocalPart,
    /// `true` or `false`, exactly.
    Bool,
    /// 1 to 65535.
    Port,
    /// A host name or an address.
    Host,
    /// `https://…` or `http://…`.
    Url,
    /// One of a few words.
    OneOf(&'static [&'static str]),
    /// Addresses and ranges such as `10.0.0.0/8`, with commas and no blanks between.
    Ranges,
}

impl Check {
    /// May the tree want a number or a boolean here, so that its look does not matter?
    pub fn is_scalar(self) -> bool {
        matches!(self, Check::Bool | Check::Port)
    }

    /// Is the value right? The error says what it must be.
    pub fn accepts(self, value: &str) -> Result<(), String> {
        let must =
            |is_right: bool, what: &str| if is_right { Ok(()) } else { Err(format!("must be {what}")) };
        match self {
            Check::Text => Ok(()),
            Check::Domain => Domain::new(value).map(drop).map_err(|e| e.to_string()),
            Check::Address => must(value.parse::<IpAddr>().is_ok(), "an IPv4 or IPv6 address"),
            Check::Email => {
                let parts = value.rsplit_once('@');
                let is_right =
                    parts.is_some_and(|(local, domain)| is_local_part(local) && Domain::new(domain).is_ok());
                must(is_right, "a mail address such as `admin@example.org`")
            }
            Check::LocalPart => must(is_local_part(value), "what stands before the `@` of a mail address"),
            Check::Bool => must(matches!(value, "true" | "false"), "`true` or `false`"),
            Check::Port => must(
                value.parse::<u16>().is_ok_and(|p| p > 0 && value == p.to_string()),
                "a port, 1 to 65535",
            ),
            Check::Host => {
                let is_label = crate::domain::check_label(value).is_ok();
                must(
                    is_label || Domain::new(value).is_ok() || value.parse::<IpAddr>().is_ok(),
                    "a host name or an address",
                )
            }
            Check::Url => {
                let rest = value.strip_prefix("https://").or_else(|| value.strip_prefix("http://"));
                must(
                    rest.is_some_and(|r| !r.is_empty() && !r.contains(' ')),
                    "a URL that begins with `https://`",
                )
            }
            Check::OneOf(words) => {
                let list: Vec<String> = words.iter().map(|w| format!("`{w}`")).collect();
                must(words.contains(&value), &list.join(" or "))
            }
            Check::Ranges => match value.split(',').find(|range| !is_range(range)) {
                None => Ok(()),
                Some(range) => {
                    Err(format!("must be addresses or ranges with commas between; `{range}` is none"))
                }
            },
        }
    }
}

fn is_local_part(text: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "!#%&'*+-/=?^_`{|}~.".contains(c);
    !text.is_empty() && text.chars().all(allowed) && !text.starts_with('.') && !text.ends_with('.')
}

fn is_range(text: &str) -> bool {
    let (address, length) = match text.split_once('/') {
        Some((address, length)) => (address, Some(length)),
        None => (text, None),
    };
    let Ok(address) = address.parse::<IpAddr>() else { return false };
    let most = if address.is_ipv4() { 32 } else { 128 };
    length.is_none_or(|l| l.parse::<u8>().is_ok_and(|bits| bits <= most))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checks_refuse_with_what_they_want() {
        let cases = [
            (Check::Address, "1.2.3", "must be an IPv4 or IPv6 address"),
            (Check::Email, "admin", "must be a mail address such as `admin@example.org`"),
            (Check::Bool, "yes", "must be `true` or `false`"),
            (Check::Port, "0", "must be a port, 1 to 65535"),
            (Check::Port, "0587", "must be a port, 1 to 65535"),
            (Check::Url, "s3.example.org", "must be a URL that begins with `https://`"),
            (Check::OneOf(&["staging", "production"]), "live", "must be `staging` or `production`"),
            (
                Check::Ranges,
                "10.0.0.0/8,10.0.0.0/33",
                "must be addresses or ranges with commas between; `10.0.0.0/33` is none",
            ),
            (
                Check::Domain,
                "a",
                "domain `a` has one label only; it needs at least two, such as `example.org`",
            ),
        ];
        for (check, value, message) in cases {
            assert_eq!(check.accepts(value), Err(message.to_owned()));
        }
    }
}
