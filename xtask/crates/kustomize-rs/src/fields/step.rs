//! One step of the path of a field specification.

/// A step, taken apart once and not in each object.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Step {
    pub(super) sort: Sort,
    /// The name without blanks around it.
    pub(super) name: String,
    /// Is the field said to be a list (`containers[]`)? Those are never made.
    pub(super) is_list: bool,
}

/// What a step leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Sort {
    /// A field of a mapping.
    Field,
    /// Nothing, which is an error.
    Nothing,
    /// Blanks, which lead nowhere else.
    Here,
    /// What kyaml's PathGetter takes for an index, a condition or a wildcard, which is an error in a mapping.
    Item,
}

impl Step {
    pub(super) fn new(text: &str) -> Self {
        let (whole, is_list) = text.strip_suffix("[]").map_or((text, false), |name| (name, true));
        let name = whole.trim();
        let sort = if whole.is_empty() {
            Sort::Nothing
        } else if name.is_empty() {
            Sort::Here
        } else if is_item(name) {
            Sort::Item
        } else {
            Sort::Field
        };
        Step { sort, name: name.to_owned(), is_list }
    }
}

fn is_item(name: &str) -> bool {
    matches!(name, "-" | "*") || (name.starts_with('[') && name.ends_with(']')) || name.parse::<i64>().is_ok()
}
