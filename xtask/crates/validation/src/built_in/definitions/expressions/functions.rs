//! What may be called, and what comes of it.
//!
//! Behaviour: `data/functions.txt` says from where.

use std::collections::HashMap;
use std::sync::OnceLock;

use super::types::Type;

/// The table, as a text.
const FUNCTIONS: &str = include_str!("../../../../data/functions.txt");

/// The types that a function takes, and the one that it gives.
struct Overload {
    takes: Vec<Pattern>,
    gives: Pattern,
}

/// A type in the table.
#[derive(Debug, PartialEq)]
enum Pattern {
    Any(u8),
    Dyn,
    /// A number of any sort.
    Number,
    Named(&'static str),
    List(Box<Pattern>),
    Map(Box<Pattern>, Box<Pattern>),
    Optional(Box<Pattern>),
}

fn table() -> &'static HashMap<&'static str, Vec<Overload>> {
    static TABLE: OnceLock<HashMap<&'static str, Vec<Overload>>> = OnceLock::new();
    TABLE.get_or_init(|| {
        let mut all: HashMap<&'static str, Vec<Overload>> = HashMap::new();
        for line in FUNCTIONS.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let mut parts = line.split("  ");
            let (Some(name), Some(takes), Some(gives)) = (parts.next(), parts.next(), parts.next()) else {
                continue;
            };
            let takes = split(takes).into_iter().map(pattern).collect();
            all.entry(name).or_default().push(Overload { takes, gives: pattern(gives) });
        }
        all
    })
}

/// Parts between commas that stand in no `<…>`.
fn split(text: &'static str) -> Vec<&'static str> {
    let (mut parts, mut depth, mut start) = (Vec::new(), 0, 0);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'<' => depth += 1,
            b'>' => depth -= 1,
            b',' if depth == 0 => {
                parts.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    if !text.is_empty() {
        parts.push(&text[start..]);
    }
    parts
}

fn pattern(text: &'static str) -> Pattern {
    let inner = |prefix: &str| text.strip_prefix(prefix).and_then(|rest| rest.strip_suffix('>'));
    if let Some(of) = inner("list<") {
        return Pattern::List(Box::new(pattern(of)));
    }
    if let Some(of) = inner("optional<") {
        return Pattern::Optional(Box::new(pattern(of)));
    }
    if let Some(of) = inner("map<") {
        let mut parts = split(of).into_iter();
        let (key, value) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        return Pattern::Map(Box::new(pattern(key)), Box::new(pattern(value)));
    }
    match text {
        "A" => Pattern::Any(0),
        "B" => Pattern::Any(1),
        "dyn" => Pattern::Dyn,
        "number" => Pattern::Number,
        name => Pattern::Named(name),
    }
}

/// What came for `A` and `B`.
type Bound<'a> = [Option<Type<'a>>; 2];

/// Does a function have this name, in front of a value or not?
pub(super) fn is_known(name: &str) -> bool {
    table().contains_key(name)
}

/// What a call gives.
///
/// # Errors
///
/// That there is no such function, or none that takes these.
pub(super) fn call<'a>(name: &str, given: &[Type<'a>]) -> Result<Type<'a>, String> {
    let called = name.strip_prefix('.').unwrap_or(name);
    let Some(overloads) = table().get(name) else {
        return Err(format!("undeclared reference to '{called}'"));
    };
    let mut found: Option<Type<'a>> = None;
    for overload in overloads {
        let mut bound: Bound<'a> = [None, None];
        let fits = overload.takes.len() == given.len()
            && overload.takes.iter().zip(given).all(|(takes, given)| takes.fits(given, &mut bound));
        if !fits {
            continue;
        }
        let gives = overload.gives.made(&bound);
        found = Some(match found {
            None => gives,
            // Which of two it is will be known when it is evaluated.
            Some(other) if other.called() == gives.called() => other,
            Some(_) => Type::Dyn,
        });
    }
    found.ok_or_else(|| {
        let given: Vec<String> = given.iter().map(Type::called).collect();
        format!("found no matching overload for '{called}' applied to '({})'", given.join(", "))
    })
}

impl Pattern {
    fn fits<'a>(&self, given: &Type<'a>, bound: &mut Bound<'a>) -> bool {
        match (self, given) {
            (Pattern::Any(index), given) => {
                let Some(place) = bound.get_mut(usize::from(*index)) else { return false };
                let joined = match place {
                    None => Some(given.clone()),
                    Some(other) => other.join(given),
                };
                let fits = joined.is_some();
                *place = joined.or_else(|| place.take());
                fits
            }
            (_, Type::Dyn | Type::Free) | (Pattern::Dyn, _) => true,
            (Pattern::Number, given) => matches!(given, Type::Named("int" | "uint" | "double")),
            (Pattern::Named(name), Type::Named(given)) => name == given,
            (Pattern::List(of), Type::List(given)) | (Pattern::Optional(of), Type::Optional(given)) => {
                of.fits(given, bound)
            }
            (Pattern::Map(key, value), Type::Map(given_key, given_value)) => {
                key.fits(given_key, bound) && value.fits(given_value, bound)
            }
            _ => false,
        }
    }

    fn made<'a>(&self, bound: &Bound<'a>) -> Type<'a> {
        match self {
            Pattern::Any(index) => bound.get(usize::from(*index)).cloned().flatten().unwrap_or(Type::Free),
            Pattern::Dyn | Pattern::Number => Type::Dyn,
            Pattern::Named(name) => Type::Named(name),
            Pattern::List(of) => Type::List(Box::new(of.made(bound))),
            Pattern::Optional(of) => Type::Optional(Box::new(of.made(bound))),
            Pattern::Map(key, value) => Type::Map(Box::new(key.made(bound)), Box::new(value.made(bound))),
        }
    }
}
