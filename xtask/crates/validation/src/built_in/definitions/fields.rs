//! Paths to fields of a schema.
//!
//! Behaviour: k8s.io/apiextensions-apiserver, `pkg/apiserver/schema/cel/validation.go` (`ValidFieldPath`).

use kustomize_rs::yaml::node::Node;

use super::keywords::Schema;

/// The field that a path such as `.spec.size` or `.spec['a.b']` leads to: its name step by step, and its schema.
///
/// # Errors
///
/// Why it leads nowhere.
pub(super) fn find<'a>(
    path: &str,
    schema: &'a Node,
    may_have_brackets: bool,
) -> Result<(Vec<String>, &'a Node), &'static str> {
    const END: &str = "it ends too early";
    let mut tokens = Tokens { rest: path };
    let (mut steps, mut schema) = (Vec::new(), schema);
    while let Some(token) = tokens.next() {
        let name = match token {
            "." => tokens.next().ok_or(END)?.to_owned(),
            "[" if may_have_brackets => {
                let quoted = tokens.next().ok_or(END)?;
                let inner = quoted.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\''));
                let name = unescaped(inner.ok_or("names in brackets stand in single quotes")?)?;
                if tokens.next().ok_or(END)? != "]" {
                    return Err("a bracket is not closed");
                }
                name
            }
            "[" => return Err("it may not have brackets"),
            _ => return Err("each step begins with `.`"),
        };
        let keywords = Schema::of(schema);
        let below = if keywords.has_properties() { keywords.property(&name) } else { keywords.others() };
        schema = below.ok_or("it is no field of the schema")?;
        steps.push(name);
    }
    Ok((steps, schema))
}

struct Tokens<'p> {
    rest: &'p str,
}

impl<'p> Iterator for Tokens<'p> {
    type Item = &'p str;

    /// A point, a bracket, a text in quotes, or what stands before one of them.
    fn next(&mut self) -> Option<&'p str> {
        let first = self.rest.chars().next()?;
        let end = if first == '\'' {
            let bytes = self.rest.as_bytes();
            let close = (1..bytes.len()).find(|at| bytes[*at] == b'\'' && bytes[at - 1] != b'\\');
            close.map_or(self.rest.len(), |at| at + 1)
        } else {
            match self.rest.find(['.', '[', ']']) {
                Some(0) => 1,
                Some(at) => at,
                None => self.rest.len(),
            }
        };
        let (token, rest) = self.rest.split_at(end);
        self.rest = rest;
        Some(token)
    }
}

fn unescaped(text: &str) -> Result<String, &'static str> {
    let mut found = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            found.push(c);
            continue;
        }
        found.push(match chars.next() {
            Some('a') => '\u{7}',
            Some('b') => '\u{8}',
            Some('f') => '\u{c}',
            Some('n') => '\n',
            Some('r') => '\r',
            Some('t') => '\t',
            Some('v') => '\u{b}',
            Some(c @ ('\'' | '\\')) => c,
            _ => return Err("it has an escape that nobody knows"),
        });
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use kustomize_rs::Limits;
    use kustomize_rs::yaml::json::read_as_json;

    use super::*;

    #[test]
    fn a_path_leads_to_a_field_or_says_why_not() {
        let text = "{properties: {a.b: {properties: {c: {type: string}}}, m: {additionalProperties: {type: integer}}}}";
        let schema = read_as_json(text, "schema", Limits::default()).unwrap();
        let found =
            |path: &str| find(path, &schema, true).map(|(_, at)| Schema::of(at).type_name().to_owned());
        assert_eq!(found("['a.b'].c"), Ok("string".to_owned()));
        assert_eq!(found(".m.any"), Ok("integer".to_owned()));
        assert_eq!(found(".m['any']"), Ok("integer".to_owned()));
        for path in [".x", ".m.", "m", ".m[0]", ".m['a'", ".m['a']]", "['a.b'].c.d", "Not Valid!"] {
            assert!(found(path).is_err(), "{path}");
        }
        assert!(find("['a.b']", &schema, false).is_err());
    }
}
