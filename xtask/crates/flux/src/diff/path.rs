//! Where in an object something is.

use std::fmt;

use serde::{Serialize, Serializer};

/// One step into an object.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Segment {
    /// Into a field of a mapping.
    Key(String),
    /// Into the item of a list that has these values in these fields.
    Item(Vec<(String, String)>),
    /// Into the item with this number, from 0: of the list as it is, or as it was if the item is gone.
    Index(usize),
    /// Into a text, read as YAML.
    Inside,
}

/// A way into an object, from its top.
///
/// Written for people, a dot in a name is escaped: `spec.containers[name=web].image`, `data.values\.yaml!replicas`. As JSON it is that
/// text; [`FieldPath::segments`] gives the steps.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FieldPath(Vec<Segment>);

impl FieldPath {
    /// The steps.
    pub fn segments(&self) -> &[Segment] {
        &self.0
    }

    /// The way of these steps.
    pub fn new(segments: impl Into<Vec<Segment>>) -> Self {
        FieldPath(segments.into())
    }

    /// The keys on the way, without the items of lists and without what is inside of texts:
    /// `["spec", "template", "spec", "containers", "image"]`.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        let outside = self.0.iter().take_while(|segment| **segment != Segment::Inside);
        outside.filter_map(|segment| match segment {
            Segment::Key(key) => Some(key.as_str()),
            _ => None,
        })
    }

    /// Are the keys on the way these (see [`FieldPath::keys`])? `*` stands for any one, and does the way lead on, that is all the same.
    ///
    /// ```
    /// use flux::diff::{FieldPath, Segment};
    /// let key = |key: &str| Segment::Key(key.to_owned());
    /// let path = FieldPath::new([key("spec"), key("containers"), Segment::Index(0), key("image")]);
    /// assert!(path.is_at("spec.containers.image"));
    /// assert!(path.is_at("spec.*"));
    /// assert!(!path.is_at("spec.image"));
    /// ```
    pub fn is_at(&self, keys: &str) -> bool {
        let mut own = self.keys();
        keys.split('.').all(|wanted| own.next().is_some_and(|key| wanted == "*" || key == wanted))
    }
}

impl fmt::Display for FieldPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut is_first = true;
        for segment in &self.0 {
            match segment {
                Segment::Key(key) => {
                    let dot = if is_first { "" } else { "." };
                    write!(f, "{dot}{}", key.replace('.', "\\."))?;
                }
                Segment::Item(keys) => {
                    let keys: Vec<String> =
                        keys.iter().map(|(key, value)| format!("{key}={value}")).collect();
                    write!(f, "[{}]", keys.join(","))?;
                }
                Segment::Index(index) => write!(f, "[{index}]")?,
                Segment::Inside => f.write_str("!")?,
            }
            is_first = *segment == Segment::Inside;
        }
        Ok(())
    }
}

impl Serialize for FieldPath {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
