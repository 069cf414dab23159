//! Which tag and quotes a node is written with (`encoder.node` in go-yaml's `encode.go`, `yaml_emitter_select_scalar_style`
//! and `yaml_emitter_analyze_tag` in `emitterc.go`).

use yamltree::syntax::Style;

use super::{Content, Node, tag};
use crate::yaml::emit::Analysis;
use crate::yaml::node::Tag;
use crate::yaml::scalar::resolve;

/// What `!!` stands for.
const CORE: &str = "tag:yaml.org,2002:";

/// Where a scalar stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) is_in_flow: bool,
    pub(super) is_simple_key: bool,
}

/// A tag as it is written: its handle (none for `!<…>`) and the rest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Written {
    pub(super) handle: &'static str,
    pub(super) suffix: String,
}

impl Written {
    pub(super) fn len(&self) -> usize {
        self.handle.len() + self.suffix.len()
    }
}

/// The tag, if it has to be written, and whether quotes must say instead that this is a text.
fn explicit(node: &Node) -> (&str, bool) {
    let own = node.tag.as_str();
    if own.is_empty() || node.is_tagged {
        return (own, false);
    }
    let (found, is_quoted) = match &node.content {
        Content::Scalar(text, style) => (tag(&Tag::of(&resolve(text))), *style != Style::Plain),
        Content::Map(..) => ("!!map", false),
        Content::Seq(..) => ("!!seq", false),
        Content::Alias(_) => ("", false),
    };
    match own {
        "!!str" if is_quoted => ("", false),
        _ if own == found => ("", false),
        "!!str" if matches!(node.content, Content::Scalar(..)) => ("", true),
        _ => (own, false),
    }
}

/// The tag that is written.
pub(super) fn written_tag(node: &Node) -> Option<Written> {
    let (tag, _) = explicit(node);
    if tag.is_empty() {
        return None;
    }
    // `!` is looked for before `!!`, but that is `tag:yaml.org,2002:` here.
    let long = match tag.strip_prefix("!!") {
        Some(name) => format!("{CORE}{name}"),
        None => tag.to_owned(),
    };
    let (handle, suffix) = match (long.strip_prefix('!'), long.strip_prefix(CORE)) {
        (Some(suffix), _) => ("!", suffix.to_owned()),
        (None, Some(suffix)) => ("!!", suffix.to_owned()),
        (None, None) => ("", long),
    };
    Some(Written { handle, suffix })
}

/// A tag without what may not be in it.
pub(super) fn escaped(suffix: &str) -> String {
    let mut out = String::new();
    for byte in suffix.bytes() {
        if byte.is_ascii_alphanumeric() || b"-;/?:@&=+$,_.~*'()[]".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// How a scalar is written there.
pub(super) fn style(node: &Node, text: &str, wanted: Style, analysis: Analysis, place: Place) -> Style {
    let (_, must_quote) = explicit(node);
    let mut style = match wanted {
        Style::Plain if text.contains('\n') => Style::Literal,
        Style::Plain if must_quote => Style::Double,
        style => style,
    };
    if place.is_simple_key && analysis.multiline {
        style = Style::Double;
    }
    if style == Style::Plain {
        let may_be = if place.is_in_flow { analysis.flow_plain } else { analysis.plain };
        if !may_be || (text.is_empty() && (place.is_in_flow || place.is_simple_key)) {
            style = Style::Single;
        }
    }
    match style {
        Style::Single if !analysis.single => Style::Double,
        Style::Literal | Style::Folded
            if !analysis.block_with_tabs || place.is_in_flow || place.is_simple_key =>
        {
            Style::Double
        }
        style => style,
    }
}
