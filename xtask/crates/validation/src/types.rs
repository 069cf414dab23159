//! Types of values, as a table in which one type names another by its number.

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

/// The number of a type in its [`Table`].
pub type TypeId = u32;

/// The types of a group of kinds.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Table {
    /// By number.
    pub types: Vec<Type>,
}

impl Table {
    /// A type; what is no number of it is anything.
    pub fn at(&self, id: TypeId) -> Option<&Type> {
        self.types.get(id as usize)
    }
}

/// What a value has to be.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Type {
    /// What it is.
    pub is: Is,
    /// The name of the type of a built-in kind, as `io.k8s.api.core.v1.Container`.
    pub name: Option<SmolStr>,
    /// Its fields, sorted.
    pub fields: Vec<(SmolStr, TypeId)>,
    /// The type of the values of fields that have no type of their own.
    pub others: Option<TypeId>,
    /// May it have fields that have no type?
    pub keeps_unknown: bool,
    /// Is it an object with `apiVersion`, `kind` and `metadata`?
    pub is_object: bool,
    /// The type of a list's items.
    pub items: Option<TypeId>,
    /// What makes two items the same.
    pub keyed: Keyed,
    /// Fields that must be there.
    pub required: Vec<SmolStr>,
    /// May it be null? Only in custom kinds is null a value.
    pub nullable: bool,
    /// What the value may be.
    pub limits: Option<Box<Limits>>,
    /// CEL rules.
    pub rules: Vec<Rule>,
    /// The value, in JSON, where none is given.
    pub default: Option<SmolStr>,
    /// Are there rules here or below?
    pub has_rules: bool,
}

/// What a value is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Is {
    /// Anything.
    #[default]
    Anything,
    /// A mapping.
    Object,
    /// A list.
    List,
    /// A text.
    Text,
    /// A whole number of that many bits.
    Whole(u8),
    /// A number.
    Number,
    /// True or false.
    Truth,
    /// A whole number or a text.
    WholeOrText,
    /// A number or a text: an amount.
    Quantity,
}

/// What makes two items of a list the same.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Keyed {
    /// Nothing.
    #[default]
    Atomic,
    /// Their value.
    Set,
    /// These fields.
    Map(Vec<SmolStr>),
}

/// What a value may be.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Limits {
    /// One of these, in JSON.
    pub values: Vec<SmolStr>,
    /// A regular expression of Go that the text fits.
    pub pattern: Option<SmolStr>,
    /// `date-time`, `ipv4` and so on.
    pub format: Option<SmolStr>,
    /// Not below this; true if this itself is too low.
    pub minimum: Option<(f64, bool)>,
    /// Not above this; true if this itself is too high.
    pub maximum: Option<(f64, bool)>,
    /// A multiple of it.
    pub multiple_of: Option<f64>,
    /// Characters, items or fields: at least so many.
    pub least: Option<u64>,
    /// Characters, items or fields: at most so many.
    pub most: Option<u64>,
    /// All of these hold.
    pub all: Vec<TypeId>,
    /// At least one of these holds.
    pub any: Vec<TypeId>,
    /// Just one of these holds.
    pub one: Vec<TypeId>,
    /// This does not hold.
    pub not: Option<TypeId>,
    /// Are equal items refused?
    pub unique: bool,
}

/// A rule of `x-kubernetes-validations`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    /// The expression.
    pub rule: SmolStr,
    /// What is said where it does not hold.
    pub message: Option<SmolStr>,
    /// What makes that text.
    pub message_expression: Option<SmolStr>,
}
