//! Expressions of a definition: do they compile?
//!
//! Behaviour: k8s.io/apiextensions-apiserver, `pkg/apiserver/schema/cel/compilation.go`; github.com/google/cel-go, `checker/checker.go` and
//! `cel/validator.go`. What an expression would cost at most is not estimated here.

mod functions;
mod types;

use std::collections::HashMap;
use std::sync::Arc;

use kube_cel::cel::IdedExpr;
use kube_cel::cel::common::ast::{CallExpr, ComprehensionExpr, EntryExpr, Expr, LiteralValue, SelectExpr};
use kube_cel::cel::parser::Parser;
use kustomize_rs::yaml::node::Node;
use smol_str::SmolStr;

use super::pattern;
use types::{BOOL, INT, TEXT, Type};

/// Expressions that were read already.
#[derive(Default)]
pub(crate) struct Expressions {
    read: HashMap<SmolStr, Result<Arc<IdedExpr>, String>>,
}

impl Expressions {
    fn read(&mut self, text: &str) -> Result<Arc<IdedExpr>, String> {
        if let Some(found) = self.read.get(text) {
            return found.clone();
        }
        let read = Parser::new().enable_optional_syntax(true).parse(text);
        let found = read.map(Arc::new).map_err(|error| {
            let text = error.to_string();
            text.lines().next().unwrap_or_default().trim_start_matches("ERROR: ").to_owned()
        });
        self.read.insert(text.into(), found.clone());
        found
    }
}

/// What expressions on a schema see.
pub(super) struct Scope<'a> {
    this: Type<'a>,
    old: Type<'a>,
}

impl<'a> Scope<'a> {
    /// The scope of a schema; none if rules cannot see its values. With `optional_old` there may be no older self.
    pub(super) fn of(schema: &'a Node, is_object: bool, optional_old: bool) -> Option<Self> {
        let this = Type::of(schema, is_object)?;
        let old = if optional_old { Type::Optional(Box::new(this.clone())) } else { this.clone() };
        Some(Scope { this, old })
    }

    /// Does the expression give a truth? Says whether it asks for the older self.
    ///
    /// # Errors
    ///
    /// Why it does not compile.
    pub(super) fn rule(&self, text: &str, read: &mut Expressions) -> Result<bool, String> {
        self.compile(text, "bool", read)
    }

    /// Does the expression give a text?
    ///
    /// # Errors
    ///
    /// Why it does not compile.
    pub(super) fn message(&self, text: &str, read: &mut Expressions) -> Result<bool, String> {
        self.compile(text, "string", read)
    }

    fn compile(&self, text: &str, wanted: &str, read: &mut Expressions) -> Result<bool, String> {
        let expression = read.read(text)?;
        let mut checker = Checker { scope: self, variables: Vec::new(), uses_old: false, in_format: false };
        match checker.of(&expression)? {
            Type::Named(name) if name == wanted => Ok(checker.uses_old),
            other => Err(format!("it must give a {wanted}, and gives {}", other.called())),
        }
    }
}

struct Checker<'s, 'a> {
    scope: &'s Scope<'a>,
    variables: Vec<(String, Type<'a>)>,
    uses_old: bool,
    /// In a call of `format`, whose list may hold anything?
    in_format: bool,
}

type Found<'a> = Result<Type<'a>, String>;

impl<'a> Checker<'_, 'a> {
    fn of(&mut self, expression: &IdedExpr) -> Found<'a> {
        match &expression.expr {
            Expr::Literal(literal) => Ok(literal_type(literal)),
            Expr::Ident(name) => self.variable(name),
            Expr::Select(select) => self.select(select),
            Expr::Call(call) => self.call(call),
            Expr::Comprehension(comprehension) => self.comprehension(comprehension),
            Expr::List(list) => {
                let mut items = Type::Free;
                for (index, item) in list.elements.iter().enumerate() {
                    let mut of = self.of(item)?;
                    if let (true, Type::Optional(inner)) = (list.optional_indices.contains(&index), &of) {
                        of = inner.as_ref().clone();
                    }
                    items = self.beside(&items, &of)?;
                }
                Ok(Type::List(Box::new(items)))
            }
            Expr::Map(map) => {
                let (mut keys, mut values) = (Type::Free, Type::Free);
                for entry in &map.entries {
                    let EntryExpr::MapEntry(entry) = &entry.expr else { continue };
                    let (key, mut value) = (self.of(&entry.key)?, self.of(&entry.value)?);
                    if let (true, Type::Optional(inner)) = (entry.optional, &value) {
                        value = inner.as_ref().clone();
                    }
                    keys = self.beside(&keys, &key)?;
                    values = self.beside(&values, &value)?;
                }
                Ok(Type::Map(Box::new(keys), Box::new(values)))
            }
            Expr::Struct(made) => Err(format!("undeclared reference to '{}'", made.type_name)),
            Expr::Unspecified => Ok(Type::Dyn),
        }
    }

    fn beside(&self, a: &Type<'a>, b: &Type<'a>) -> Found<'a> {
        if self.in_format {
            return Ok(a.join(b).unwrap_or(Type::Dyn));
        }
        a.beside(b).ok_or_else(|| format!("expected type '{}' but found '{}'", a.called(), b.called()))
    }

    fn variable(&mut self, name: &str) -> Found<'a> {
        const TYPES: [&str; 11] = [
            "bool",
            "int",
            "uint",
            "double",
            "string",
            "bytes",
            "list",
            "map",
            "null_type",
            "type",
            "optional_type",
        ];
        if let Some((_, of)) = self.variables.iter().rev().find(|(known, _)| known == name) {
            return Ok(of.clone());
        }
        match name {
            "self" => Ok(self.scope.this.clone()),
            "oldSelf" => {
                self.uses_old = true;
                Ok(self.scope.old.clone())
            }
            name if TYPES.contains(&name) => Ok(Type::Named("type")),
            name => Err(format!("undeclared reference to '{name}'")),
        }
    }

    fn select(&mut self, select: &SelectExpr) -> Found<'a> {
        // `google.protobuf.Timestamp`, `net.IP` and their like are names of types.
        if let Some(name) = self.qualified(select)
            && matches!(
                name.as_str(),
                "google.protobuf.Timestamp"
                    | "google.protobuf.Duration"
                    | "net.IP"
                    | "net.CIDR"
                    | "kubernetes.URL"
            )
        {
            return Ok(Type::Named("type"));
        }
        let of = self.of(&select.operand)?.field(&select.field)?;
        Ok(if select.test { BOOL } else { of })
    }

    /// Names with points between them that begin with no variable.
    fn qualified(&self, select: &SelectExpr) -> Option<String> {
        let before = match &select.operand.expr {
            Expr::Ident(name) if !self.is_variable(name) => name.clone(),
            Expr::Select(inner) => self.qualified(inner)?,
            _ => return None,
        };
        Some(format!("{before}.{}", select.field))
    }

    fn is_variable(&self, name: &str) -> bool {
        matches!(name, "self" | "oldSelf") || self.variables.iter().any(|(known, _)| known == name)
    }

    fn call(&mut self, call: &CallExpr) -> Found<'a> {
        let name = call.func_name.as_str();
        if name == "_?._" {
            let [operand, field] = call.args.as_slice() else { return Ok(Type::Dyn) };
            let Expr::Literal(LiteralValue::String(field)) = &field.expr else { return Ok(Type::Dyn) };
            return Ok(match self.of(operand)?.field(field.inner())? {
                optional @ Type::Optional(_) => optional,
                of => Type::Optional(Box::new(of)),
            });
        }
        if let Some(found) = self.unfolded(call) {
            return found;
        }
        let prefix = match call.target.as_deref().map(|target| &target.expr) {
            Some(Expr::Ident(prefix)) if !self.is_variable(prefix) => Some(format!("{prefix}.{name}")),
            _ => None,
        };
        literals(call)?;
        let outside = self.in_format;
        self.in_format |= name == "format";
        let given = self.given(call, prefix.filter(|name| functions::is_known(name)));
        self.in_format = outside;
        let (name, given) = given?;
        functions::call(&name, &given)
    }

    /// The name of what is called, and the types that it gets.
    fn given(
        &mut self,
        call: &CallExpr,
        prefixed: Option<String>,
    ) -> Result<(String, Vec<Type<'a>>), String> {
        let mut given = Vec::with_capacity(call.args.len() + 1);
        let name = match (prefixed, &call.target) {
            (Some(name), _) => name,
            (None, None) => call.func_name.clone(),
            (None, Some(target)) => {
                given.push(self.of(target)?);
                format!(".{}", call.func_name)
            }
        };
        for argument in &call.args {
            given.push(self.of(argument)?);
        }
        Ok((name, given))
    }

    /// Calls that name variables, and that the parser leaves as they are.
    fn unfolded(&mut self, call: &CallExpr) -> Option<Found<'a>> {
        let target = call.target.as_deref()?;
        let variables = match (call.func_name.as_str(), call.args.len()) {
            ("optMap" | "optFlatMap", 2) | ("sortBy", 2) => 1,
            ("all" | "exists" | "existsOne" | "exists_one" | "transformList" | "transformMap", 3) => 2,
            ("transformMapEntry" | "transformList" | "transformMap", 3 | 4) => 2,
            _ => return None,
        };
        Some(self.in_scope(call, target, variables))
    }

    fn in_scope(&mut self, call: &CallExpr, target: &IdedExpr, variables: usize) -> Found<'a> {
        let target = self.of(target)?;
        let types = match (&target, variables) {
            (Type::Optional(of) | Type::List(of), 1) => [of.as_ref().clone(), Type::Dyn],
            (Type::List(of), _) => [INT, of.as_ref().clone()],
            (Type::Map(key, value), _) => [key.as_ref().clone(), value.as_ref().clone()],
            _ => [Type::Dyn, Type::Dyn],
        };
        let before = self.variables.len();
        for (argument, of) in call.args.iter().take(variables).zip(types) {
            let Expr::Ident(name) = &argument.expr else {
                return Err(format!("the first arguments of '{}' are names", call.func_name));
            };
            self.variables.push((name.clone(), of));
        }
        let mut last = Type::Dyn;
        let mut found = Ok(());
        for argument in call.args.iter().skip(variables) {
            match self.of(argument) {
                Ok(of) => last = of,
                Err(error) => found = Err(error),
            }
        }
        self.variables.truncate(before);
        found?;
        Ok(match call.func_name.as_str() {
            "all" | "exists" | "existsOne" | "exists_one" => BOOL,
            "optMap" => Type::Optional(Box::new(last)),
            "optFlatMap" => last,
            "sortBy" => target,
            "transformList" => Type::List(Box::new(last)),
            _ => Type::Dyn,
        })
    }

    fn comprehension(&mut self, all: &ComprehensionExpr) -> Found<'a> {
        let item = match self.of(&all.iter_range)? {
            Type::List(of) => *of,
            Type::Map(key, _) => *key,
            Type::Dyn | Type::Free => Type::Dyn,
            other => {
                return Err(format!(
                    "expression of type '{}' cannot be range of a comprehension",
                    other.called()
                ));
            }
        };
        let first = self.of(&all.accu_init)?;
        let before = self.variables.len();
        self.variables.push((all.accu_var.clone(), first.clone()));
        self.variables.push((all.iter_var.clone(), item));
        let step = self.of(&all.loop_cond).and_then(|_| self.of(&all.loop_step));
        self.variables.truncate(before);
        let whole = step?;
        let whole = first.join(&whole).unwrap_or(whole);
        self.variables.push((all.accu_var.clone(), whole));
        let found = self.of(&all.result);
        self.variables.truncate(before);
        found
    }
}

fn literal_type(literal: &LiteralValue) -> Type<'static> {
    match literal {
        LiteralValue::Boolean(_) => BOOL,
        LiteralValue::Bytes(_) => Type::Named("bytes"),
        LiteralValue::Double(_) => Type::Named("double"),
        LiteralValue::Int(_) => INT,
        LiteralValue::Null => Type::Named("null"),
        LiteralValue::String(_) => TEXT,
        LiteralValue::UInt(_) => Type::Named("uint"),
    }
}

/// How many values a text for `format` wants.
fn wanted(text: &str) -> usize {
    let mut bytes = text.bytes();
    let mut count = 0;
    while let Some(byte) = bytes.next() {
        if byte == b'%' && bytes.next().is_some_and(|next| next != b'%') {
            count += 1;
        }
    }
    count
}

/// Patterns, durations and texts for `format` that are written down are read at once.
fn literals(call: &CallExpr) -> Result<(), String> {
    if let (
        "format",
        Some(Expr::Literal(LiteralValue::String(text))),
        [IdedExpr { expr: Expr::List(list), .. }],
    ) = (call.func_name.as_str(), call.target.as_ref().map(|target| &target.expr), call.args.as_slice())
    {
        let (wanted, given) = (wanted(text.inner()), list.elements.len());
        if wanted != given {
            return Err(format!("string.format wants {wanted} values, and gets {given}"));
        }
    }
    let Some(Expr::Literal(LiteralValue::String(text))) = call.args.last().map(|last| &last.expr) else {
        return Ok(());
    };
    let text: &str = text.inner();
    match (call.func_name.as_str(), call.args.len(), call.target.is_some()) {
        ("matches", 1, true) | ("matches", 2, false) => match pattern::fault(text) {
            Some(why) => Err(format!("invalid matches argument: {why}")),
            None => Ok(()),
        },
        ("duration", 1, false) if crate::check::go_duration(text).is_none() => {
            Err("invalid duration argument".to_owned())
        }
        ("timestamp", 1, false) if chrono::DateTime::parse_from_rfc3339(text).is_err() => {
            Err("invalid timestamp argument".to_owned())
        }
        _ => Ok(()),
    }
}
