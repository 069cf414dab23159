//! The boxes: a Kustomization with the releases and sources that it makes.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::super::facts::VARIABLES;
use super::super::text::{one_line, title};
use super::super::{Graph, Presence, Sort};
use super::escape;
use super::layout::Rect;

/// Height of a line.
pub(super) const LINE: i32 = 17;
/// Space between a box and its text.
const PADDING: i32 = 10;
/// The longest line in a box, in characters; longer ones are cut off.
const LONGEST: usize = 44;
/// So many sources are shown in a box.
const SOURCES: usize = 6;

/// So many lines of one matter are shown in a box.
const WRAPPED: usize = 3;

/// A line of a box.
struct Line {
    class: &'static str,
    text: String,
    /// What is told where the pointer rests.
    tip: String,
    /// Does a rule stand above it?
    is_row: bool,
}

/// A box before it has a place.
pub(super) struct Card {
    /// The Kustomization, or what has no box to be in.
    pub(super) node: usize,
    class: &'static str,
    lines: Vec<Line>,
    /// Everything that belongs to it, shown or not.
    inside: Vec<usize>,
}

/// The boxes, in the order of their nodes; names in the namespace `usual` are written without it.
pub(super) fn cards(graph: &Graph, usual: &str) -> Vec<Card> {
    let is_card = |number: &usize| match graph.nodes[*number].sort {
        Sort::Kustomization => true,
        Sort::Release => graph.maker(*number).is_none(),
        // Sources and data stand in the boxes of what makes or uses them.
        Sort::Source | Sort::Data => false,
    };
    (0..graph.nodes.len()).filter(is_card).map(|number| Card::of(graph, number, usual)).collect()
}

/// The namespace of most Kustomizations, which need not be written each time.
pub(super) fn usual_namespace(graph: &Graph) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let kustomizations = graph.nodes.iter().filter(|node| node.sort == Sort::Kustomization);
    kustomizations.for_each(|node| *counts.entry(&node.key.namespace).or_default() += 1);
    counts.into_iter().max_by_key(|(_, count)| *count).map_or_else(String::new, |(name, _)| name.to_owned())
}

/// A text of at most so many characters.
pub(super) fn cut(text: &str, longest: usize) -> String {
    let text = one_line(text);
    if text.chars().count() <= longest {
        return text;
    }
    text.chars().take(longest.saturating_sub(1)).chain(['…']).collect()
}

/// The end of a path, which says more than its beginning.
fn end_of(path: &str, longest: usize) -> String {
    let path = one_line(path);
    let more = path.chars().count().saturating_sub(longest);
    if more == 0 { path } else { std::iter::once('…').chain(path.chars().skip(more + 1)).collect() }
}

/// A text in lines of at most so many characters, as far as its words allow.
pub(super) fn wrapped(text: &str, longest: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace().map(|word| cut(word, longest)) {
        if let Some(line) = lines.last_mut() {
            if line.is_empty() {
                *line = word;
            } else if line.chars().count() + 1 + word.chars().count() <= longest {
                line.push(' ');
                line.push_str(&word);
            } else {
                lines.push(word);
            }
        }
    }
    lines
}

fn class_of(is_bad: bool) -> &'static str {
    if is_bad { "bad" } else { "warn" }
}

/// The most that a line of 12 pixels takes in any usual font.
pub(super) fn text_width(text: &str, is_bold: bool) -> i32 {
    let tenths: i32 = text
        .chars()
        .map(|letter| match letter {
            'i' | 'l' | 'j' | '.' | ',' | ':' | ' ' | '/' | '-' | '1' => 58,
            'm' | 'w' | 'M' | 'W' | '@' | '%' | '…' => 122,
            letter if letter.is_ascii_uppercase() => 92,
            letter if letter.is_ascii() => 78,
            _ => 125,
        })
        .sum();
    tenths * if is_bold { 108 } else { 100 } / 1000
}

impl Card {
    fn of(graph: &Graph, number: usize, usual: &str) -> Self {
        let node = &graph.nodes[number];
        let is_bad = node.problem.is_some() || node.presence == Presence::Missing;
        let class = if is_bad {
            "box bad"
        } else if node.suspended {
            "box suspended"
        } else {
            "box"
        };
        let tip = tip(graph, number);
        let line =
            |class, text: &str| Line { class, text: cut(text, LONGEST), tip: tip.clone(), is_row: false };
        let mut lines = vec![line("name", &node.name_in(usual))];
        lines.extend((!node.what.is_empty()).then(|| line("muted", &end_of(&node.what, LONGEST))));
        for mark in graph.marks(number) {
            let is_usual = node.presence == Presence::Here && !node.suspended;
            lines.push(line(if is_usual { "muted" } else { class_of(is_bad) }, &mark));
        }
        for fact in graph.own_facts(number).iter().filter(|fact| fact.label != VARIABLES) {
            let class = if fact.is_bad { "bad" } else { "muted" };
            let text = format!("{}: {}", fact.label, fact.text);
            // Who needs more has the tooltip.
            lines.extend(wrapped(&text, LONGEST).iter().take(WRAPPED).map(|text| line(class, text)));
        }
        for edge in graph.variables_from(number) {
            let data = &graph.nodes[edge.to];
            let name = data.name_in(&node.key.namespace);
            let is_missing = data.presence == Presence::Missing;
            let (class, says) =
                if is_missing { ("warn", "no variables: missing") } else { ("muted", VARIABLES) };
            lines.push(line(class, &format!("{says} {name}")));
        }
        let inside: Vec<usize> =
            graph.made_by(number).filter(|made| graph.nodes[*made].sort != Sort::Kustomization).collect();
        let mut card = Card { node: number, class, lines, inside };
        card.rows(graph, usual);
        card
    }

    /// Releases and sources.
    fn rows(&mut self, graph: &Graph, usual: &str) {
        let of = |sort: Sort| self.inside.iter().copied().filter(move |n| graph.nodes[*n].sort == sort);
        let mut rows = Vec::new();
        for number in of(Sort::Release) {
            let node = &graph.nodes[number];
            let row = |class, text: &str, is_row| Line {
                class,
                text: cut(text, LONGEST),
                tip: tip(graph, number),
                is_row,
            };
            let mark = if node.suspended { " (suspended)" } else { "" };
            rows.push(row("name", &format!("HelmRelease {}{mark}", node.name_in(usual)), true));
            rows.extend((!node.what.is_empty()).then(|| row("muted", &node.what, false)));
            let neighbours: Vec<String> = graph
                .depends_on(number)
                .filter(|edge| self.inside.contains(&edge.to))
                .map(|edge| graph.nodes[edge.to].name_in(&node.key.namespace))
                .collect();
            let waits = !neighbours.is_empty();
            rows.extend(waits.then(|| row("muted", &format!("waits for: {}", neighbours.join(", ")), false)));
        }
        let sources: Vec<usize> = of(Sort::Source).collect();
        let shown = if sources.len() > SOURCES { SOURCES - 1 } else { sources.len() };
        for (place, &number) in sources.iter().take(shown).enumerate() {
            let text = cut(&graph.nodes[number].name_in(usual), LONGEST);
            rows.push(Line { class: "muted", text, tip: tip(graph, number), is_row: place == 0 });
        }
        let hidden = sources.get(shown..).unwrap_or_default();
        if !hidden.is_empty() {
            let tips: Vec<String> = hidden.iter().map(|number| title(graph, *number)).collect();
            let text = format!("and {} more sources", hidden.len());
            rows.push(Line { class: "muted", text, tip: tips.join("\n"), is_row: false });
        }
        self.lines.extend(rows);
    }

    /// Its own node and those inside it.
    pub(super) fn nodes(&self) -> impl Iterator<Item = usize> {
        std::iter::once(self.node).chain(self.inside.iter().copied())
    }

    pub(super) fn width(&self) -> i32 {
        let widths = self.lines.iter().map(|line| text_width(&line.text, line.class == "name"));
        widths.max().unwrap_or(0) + 2 * PADDING
    }

    pub(super) fn height(&self) -> i32 {
        let rules = self.lines.iter().filter(|line| line.is_row).count();
        i32::try_from(self.lines.len()).unwrap_or(0) * LINE + i32::try_from(rules).unwrap_or(0) * 6 + 12
    }

    pub(super) fn draw(&self, rect: Rect, out: &mut String) {
        let Rect { x, y, width, height } = rect;
        writeln!(
            out,
            "<g><rect class=\"{}\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" rx=\"6\"/>",
            self.class
        )
        .ok();
        let mut at = y + 6;
        for line in &self.lines {
            if line.is_row {
                at += 6;
                let (left, right, rule) = (x + 1, x + width - 1, at - 2);
                writeln!(out, "<path class=\"rule\" d=\"M{left} {rule}H{right}\"/>").ok();
            }
            writeln!(
                out,
                "<text class=\"{}\" x=\"{}\" y=\"{}\">{}<title>{}</title></text>",
                line.class,
                x + PADDING,
                at + 13,
                escape(&line.text),
                escape(&line.tip)
            )
            .ok();
            at += LINE;
        }
        out.push_str("</g>\n");
    }
}

/// A node as the tree tells it.
fn tip(graph: &Graph, number: usize) -> String {
    let mut lines = vec![title(graph, number)];
    lines.extend(graph.facts(number).iter().map(|fact| format!("{}: {}", fact.label, fact.text)));
    lines.join("\n")
}
