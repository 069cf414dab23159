//! Where values come from: the files of a build, and what in it set a value.
//!
//! A [`Mark`] carries the number of a source, which is a file together with a transformer. A source is entered once for
//! each file and transformer, never for a value, so that knowing origins costs a build next to nothing.

use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt;

use smol_str::SmolStr;

use crate::yaml::node::Mark;

/// What sets values in a build, by kustomize's names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Transformer {
    /// `configMapGenerator`
    ConfigMapGenerator,
    /// `secretGenerator`
    SecretGenerator,
    /// The plugin IAMPolicyGenerator.
    IamPolicyGenerator,
    /// `patches`
    Patch,
    /// `patchesStrategicMerge`
    PatchStrategicMerge,
    /// `patchesJson6902`
    PatchJson6902,
    /// `namespace`
    Namespace,
    /// `namePrefix`
    Prefix,
    /// `nameSuffix`
    Suffix,
    /// `labels`
    Labels,
    /// `commonLabels`
    CommonLabels,
    /// `commonAnnotations`
    CommonAnnotations,
    /// `replicas`
    Replicas,
    /// `images`
    Images,
    /// `replacements`
    Replacements,
    /// The plugin ValueAddTransformer.
    ValueAdd,
    /// `vars`
    Vars,
    /// The hash of a generated object's content, behind its name.
    NameHash,
    /// A name that follows the object that it refers to; the place is where that object got its name.
    NameReference,
    /// `buildMetadata`, or the flag for the label `app.kubernetes.io/managed-by`.
    BuildMetadata,
}

impl Transformer {
    /// The name, as it is shown.
    pub fn name(self) -> &'static str {
        match self {
            Transformer::ConfigMapGenerator => "ConfigMapGenerator",
            Transformer::SecretGenerator => "SecretGenerator",
            Transformer::IamPolicyGenerator => "IAMPolicyGenerator",
            Transformer::Patch => "Patch",
            Transformer::PatchStrategicMerge => "PatchStrategicMerge",
            Transformer::PatchJson6902 => "PatchJson6902",
            Transformer::Namespace => "Namespace",
            Transformer::Prefix => "Prefix",
            Transformer::Suffix => "Suffix",
            Transformer::Labels => "Labels",
            Transformer::CommonLabels => "CommonLabels",
            Transformer::CommonAnnotations => "CommonAnnotations",
            Transformer::Replicas => "Replicas",
            Transformer::Images => "Images",
            Transformer::Replacements => "Replacements",
            Transformer::ValueAdd => "ValueAdd",
            Transformer::Vars => "Vars",
            Transformer::NameHash => "NameHash",
            Transformer::NameReference => "NameReference",
            Transformer::BuildMetadata => "BuildMetadata",
        }
    }
}

impl fmt::Display for Transformer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A file, and what took values from it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Source {
    /// The file.
    pub file: SmolStr,
    /// What set the value; `None` if it is just written there, as the object's own fields are.
    pub by: Option<Transformer>,
}

/// Where a value was set, and by what.
///
/// Displays as `file:line:column`, followed by the transformer in parentheses if one set it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Origin<'a> {
    /// The file.
    pub file: &'a str,
    /// Line, from 1.
    pub line: u32,
    /// Column, from 1, in characters.
    pub column: u32,
    /// What set it; `None` if it is just written there.
    pub by: Option<Transformer>,
}

impl fmt::Display for Origin<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)?;
        self.by.map_or(Ok(()), |by| write!(f, " ({by})"))
    }
}

/// What a mark says; `None` if nobody wrote the value.
pub(crate) fn origin(sources: &[Source], at: Mark) -> Option<Origin<'_>> {
    let source = sources.get((at.file as usize).checked_sub(1)?)?;
    Some(Origin { file: &source.file, line: at.line, column: at.column, by: source.by })
}

/// The sources of a build, in the order in which they were met.
#[derive(Debug, Default)]
pub(crate) struct Sources(RefCell<Table>);

#[derive(Debug, Default)]
struct Table {
    list: Vec<Source>,
    ways: Vec<(u32, Mark)>,
    numbers: HashMap<Source, u32>,
}

impl Table {
    fn number(&mut self, source: Source) -> u32 {
        if let Some(number) = self.numbers.get(&source) {
            return *number;
        }
        let number = u32::try_from(self.list.len() + 1).unwrap_or(0);
        self.list.push(source.clone());
        self.numbers.insert(source, number);
        number
    }
}

impl Sources {
    /// The number of a file of which nothing but its own values are taken.
    pub(crate) fn file(&self, name: &str) -> u32 {
        self.0.borrow_mut().number(Source { file: name.into(), by: None })
    }

    /// The number of the same file with this transformer; of no file, 0.
    pub(crate) fn by(&self, file: u32, by: Transformer) -> u32 {
        let mut table = self.0.borrow_mut();
        let Some(source) = (file as usize).checked_sub(1).and_then(|i| table.list.get(i)) else { return 0 };
        if source.by == Some(by) {
            return file;
        }
        let source = Source { file: source.file.clone(), by: Some(by) };
        table.number(source)
    }

    /// The same place, with this transformer.
    pub(crate) fn mark(&self, at: Mark, by: Transformer) -> Mark {
        at.of(self.by(at.file, by))
    }

    /// The file of a source; nothing for number 0.
    pub(crate) fn name(&self, number: u32) -> SmolStr {
        let table = self.0.borrow();
        let source = (number as usize).checked_sub(1).and_then(|i| table.list.get(i));
        source.map(|s| s.file.clone()).unwrap_or_default()
    }

    /// Notes that an entry (of `resources` or `components`) in a folder led to another: the number of the way there.
    pub(crate) fn entered(&self, from: u32, entry: Mark) -> u32 {
        let mut table = self.0.borrow_mut();
        table.ways.push((from, entry));
        u32::try_from(table.ways.len()).unwrap_or(0)
    }

    /// All ways into folders; number 1 is the first.
    pub(crate) fn take_ways(&self) -> Vec<(u32, Mark)> {
        std::mem::take(&mut self.0.borrow_mut().ways)
    }

    /// All sources; number 1 is the first.
    pub(crate) fn take(&self) -> Vec<Source> {
        std::mem::take(&mut self.0.borrow_mut().list)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_is_entered_once() {
        let sources = Sources::default();
        let file = sources.file("a.yaml");
        assert_eq!(sources.file("b.yaml"), 2);
        assert_eq!(sources.file("a.yaml"), file);
        let by = sources.by(file, Transformer::Images);
        assert_eq!((sources.by(by, Transformer::Images), sources.by(by, Transformer::Labels)), (by, by + 1));
        assert_eq!(sources.by(0, Transformer::Images), 0);
        assert_eq!(sources.take().len(), 4);
    }

    #[test]
    fn an_origin_names_the_place_and_the_transformer() {
        let sources = [Source { file: "k.yaml".into(), by: Some(Transformer::Replicas) }];
        let found = origin(&sources, Mark { file: 1, line: 7, column: 5 });
        assert_eq!(found.map(|o| o.to_string()).as_deref(), Some("k.yaml:7:5 (Replicas)"));
        assert_eq!(origin(&sources, Mark::default()), None);
    }
}
