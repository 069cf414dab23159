//! A finding in its source, in the way of rustc: what is wrong, where, the line with the place marked, and what to do.

use std::io::IsTerminal;
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Level, Origin, Renderer, Snippet, normalize_untrusted_str};
use yamltree::diagnostic::{Diagnostic, Place};

/// Are there colours?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// None.
    Plain,
    /// Those of a terminal.
    Colours,
}

impl Style {
    /// Colours on a terminal that has them, unless `NO_COLOR` is set.
    pub fn of_stdout() -> Self {
        let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let is_dumb = std::env::var("TERM").is_ok_and(|term| term == "dumb");
        if std::io::stdout().is_terminal() && !is_dumb && !is_set("NO_COLOR") {
            Style::Colours
        } else {
            Style::Plain
        }
    }
}

/// The finding with the line that it is in; without that line, only where it is. It ends with an empty line.
pub fn human(found: &Diagnostic, line: Option<&str>, style: Style) -> String {
    let level = if found.is_error() { Level::ERROR } else { Level::WARNING };
    let mut group = level.primary_title(found.message.as_str()).id(found.code).elements(None::<Origin<'_>>);
    group = match marked(&found.place, line) {
        Some((number, line, span)) => group.element(
            Snippet::source(line)
                .line_start(number)
                .path(found.place.file.as_str())
                .annotation(AnnotationKind::Primary.span(span)),
        ),
        None => group.element(origin(&found.place)),
    };
    if let Some(help) = &found.help {
        group = group.element(Level::HELP.message(normalize_untrusted_str(help)));
    }
    let renderer = match style {
        Style::Plain => Renderer::plain(),
        Style::Colours => Renderer::styled(),
    };
    format!("{}\n", renderer.render(&[group]))
}

fn origin(place: &Place) -> Origin<'_> {
    let origin = Origin::path(place.file.as_str());
    match (place.line, place.column) {
        (Some(line), Some(column)) => origin.line(line).char_column(column),
        (Some(line), None) => origin.line(line),
        _ => origin,
    }
}

/// The line's number, the line, and the bytes of it that are marked; none if the place is not in it.
fn marked<'l>(place: &Place, line: Option<&'l str>) -> Option<(usize, &'l str, Range<usize>)> {
    let (number, line) = (place.line?, line?);
    let before = place.column.unwrap_or(1).checked_sub(1)?;
    let ends = line.char_indices().map(|(at, _)| at).chain([line.len()]);
    let start = ends.into_iter().nth(before)?;
    Some((number, line, start..start + length(&line[start..])))
}

/// How many bytes of a text belong to the value or key that it begins with.
fn length(text: &str) -> usize {
    let mut letters = text.chars();
    match letters.next() {
        None => 0,
        Some(quote @ ('"' | '\'')) => text[1..].find(quote).map_or(1, |end| end + 2),
        Some(first) if is_of_word(first) => {
            let word = text.find(|c| !is_of_word(c)).unwrap_or(text.len());
            // The colon behind a key is no part of it.
            text[..word].trim_end_matches(':').len().max(1)
        }
        Some(first) => first.len_utf8(),
    }
}

fn is_of_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '/' | ':' | '@' | '$')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(place: Place, line: Option<&str>) -> String {
        let found = Diagnostic::error("a/b", place, "Kustomization x: wrong").with_help("put it right");
        human(&found, line, Style::Plain)
    }

    #[test]
    fn the_place_is_marked_in_its_line() {
        let place = Place::at("k/a.yaml", 12, 13);
        let expected = "\
error[a/b]: Kustomization x: wrong
  --> k/a.yaml:12:13
   |
12 | apiVersion: policy/v1beta1 # old
   |             ^^^^^^^^^^^^^^
   |
   = help: put it right
";
        assert_eq!(shown(place, Some("apiVersion: policy/v1beta1 # old")), expected);
    }

    #[test]
    fn without_the_line_the_place_is_said() {
        let expected = "error[a/b]: Kustomization x: wrong\n--> flux-system/x\n = help: put it right\n";
        assert_eq!(shown(Place::file("flux-system/x"), None), expected);
        assert!(shown(Place::at("a", 3, 4), None).contains("--> a:3:4\n"));
        // A line that is too short for the column is not the one.
        assert!(shown(Place::at("a", 3, 4), Some("x")).contains("--> a:3:4\n"));
    }

    #[test]
    fn columns_count_characters() {
        let shown = shown(Place::at("a", 1, 4), Some("ü: ö"));
        assert!(shown.contains("--> a:1:4\n"), "{shown}");
        assert!(shown.contains("\n  |    ^\n"), "{shown}");
    }

    #[test]
    fn a_key_a_value_in_quotes_and_a_mapping_are_marked_as_far_as_they_go() {
        assert_eq!(length("wait: true"), 4);
        assert_eq!(length("\"a b\": c"), 5);
        assert_eq!(length("'open"), 1);
        assert_eq!(length("{a: b}"), 1);
        assert_eq!(length(""), 0);
        assert_eq!(length("ghcr.io/a/b:1.2@sha256:00, c"), 25);
    }

    #[test]
    fn what_a_file_holds_cannot_steer_the_terminal() {
        let found = Diagnostic::warning("a/b", Place::at("a", 1, 1), "\u{1b}[2J").with_help("\u{1b}[2J");
        assert!(!human(&found, Some("\u{1b}[2J"), Style::Plain).contains('\u{1b}'));
    }
}
