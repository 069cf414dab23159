//! Expressions in CEL that somebody other than the API server evaluates.

use kube_cel::cel::Program;
use kube_cel::cel::common::ast::{Expr, LiteralValue};
use kube_cel::cel::parser::Parser;

/// Reads an expression, and says which variables it begins with.
///
/// # Errors
///
/// Why it cannot be read. Of one with optional fields (`a.?b`), which are not known here, nothing is said: it has no variables.
pub fn variables(text: &str) -> Result<Vec<String>, String> {
    if text.contains(".?") || text.contains("[?") {
        return Ok(Vec::new());
    }
    let program = Program::compile(text).map_err(|error| error.to_string())?;
    // `exists(item, …)` and its like name what they go through.
    let is_item = |name: &str| text.contains(&format!("({name},")) || text.contains(&format!("({name} ,"));
    let references = program.references();
    let names = references.variables().into_iter().filter(|name| !is_item(name));
    Ok(names.map(str::to_owned).collect())
}

/// Is the expression one value that is neither true nor false? What a longer one results in is not looked at.
pub fn is_no_truth(text: &str) -> bool {
    let read = Parser::new().enable_optional_syntax(true).parse(text);
    read.is_ok_and(|read| match read.expr {
        Expr::Literal(literal) => !matches!(literal, LiteralValue::Boolean(_)),
        Expr::List(_) | Expr::Map(_) => true,
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expression_says_its_variables_or_why_it_is_none() {
        assert_eq!(variables("req.name == res.metadata.name").unwrap().len(), 2);
        assert_eq!(variables("status.conditions.exists(c, c.type == 'Ready')").unwrap(), ["status"]);
        assert!(variables("Not Valid!").is_err());
        assert_eq!(variables("a.?b.orValue(1)"), Ok(vec![]));
    }
}
