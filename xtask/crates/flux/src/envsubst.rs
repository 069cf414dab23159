//! Substitution of variables (a stand-in until the real one is merged).

use std::borrow::Cow;

/// Substitutes plain variables.
pub fn substitute<'t>(
    text: &'t str,
    lookup: &mut dyn FnMut(&str) -> Option<String>,
    strict: bool,
) -> Result<Cow<'t, str>, String> {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("${") {
        out.push_str(&rest[..at]);
        let end = rest[at..].find('}').ok_or("not closed")? + at;
        let expression = &rest[at + 2..end];
        let (name, default) = expression.split_once(":=").map_or((expression, None), |(n, d)| (n, Some(d)));
        match lookup(name).filter(|v| !v.is_empty() || default.is_none()).or(default.map(str::to_owned)) {
            Some(value) => out.push_str(&value),
            None if strict => return Err(format!("variable `{name}` is not set")),
            None => {}
        }
        rest = &rest[end + 1..];
    }
    out.push_str(rest);
    Ok(Cow::Owned(out))
}
