//! The graph as a picture.

mod card;
mod layout;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use self::card::{Card, LINE, cards, cut, text_width, usual_namespace, wrapped};
use self::layout::{Arrow, Layout, Route, Size, layout};
use super::text::one_line;
use super::{Edge, Graph, Relation};

/// Space around everything.
const MARGIN: i32 = 20;
/// The longest line above the picture, in characters.
const LONGEST: usize = 110;
const MAKES: u8 = 0;
const DEPENDS: u8 = 1;

const STYLE: &str = "text{font-family:system-ui,-apple-system,'Segoe UI',sans-serif;font-size:12px;fill:#1f2328}\
.paper{fill:#ffffff}.box{fill:#f6f8fa;stroke:#c4ccd5}.rule{stroke:#dde2e8}.name,.heading{font-weight:600}\
.heading{font-size:16px}text.muted{fill:#59636e}text.warn{fill:#8a5d00}text.bad{fill:#c41e2a}\
.box.suspended{stroke:#bf8700;stroke-dasharray:6 4}.box.bad{stroke:#c41e2a;stroke-width:2}\
.arrow{fill:none;stroke-width:1.5}.makes{stroke:#aeb7c1;stroke-dasharray:4 3}.depends{stroke:#0969da}\
.head{stroke:none}.head.makes{fill:#aeb7c1}.head.depends{fill:#0969da}\
.arrow.bad{stroke:#c41e2a;stroke-width:2.5}.head.bad{fill:#c41e2a}";

const DARK: &str = "text{fill:#e6edf3}.paper{fill:#0d1117}.box{fill:#161b22;stroke:#3d444d}.rule{stroke:#2b3139}\
text.muted{fill:#9aa5b1}text.warn{fill:#d9a93a}text.bad{fill:#ff7b72}.box.suspended{stroke:#d29922}\
.box.bad{stroke:#f85149}.makes{stroke:#57606a}.depends{stroke:#58a6ff}.head.makes{fill:#57606a}\
.head.depends{fill:#58a6ff}.arrow.bad{stroke:#f85149}.head.bad{fill:#f85149}";

/// A picture that needs nothing else: no script, no font, nothing from outside; light or dark as its reader has it.
///
/// A box is a Kustomization with its releases and sources; boxes further to the right begin later. What is cut off is in
/// the tooltips.
pub fn picture(graph: &Graph, title: &str) -> String {
    let usual = usual_namespace(graph);
    let cards = cards(graph, &usual);
    let arrows = arrows(graph, &cards);
    let sizes: Vec<Size> =
        cards.iter().map(|card| Size { width: card.width(), height: card.height() }).collect();
    let plain: Vec<Arrow> = arrows.keys().copied().collect();
    let layout = layout(&sizes, &plain);
    let header = Header::of(graph, title, &usual);
    let width = layout.width.max(header.width) + 2 * MARGIN;
    let height = layout.height + header.height + 2 * MARGIN;
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {width} {height}\">\n<title>{}</title>\n\
         <style>{STYLE}@media (prefers-color-scheme:dark){{{DARK}}}</style>\n\
         <rect class=\"paper\" width=\"{width}\" height=\"{height}\"/>\n",
        escape(title)
    );
    header.draw(&mut out);
    writeln!(out, "<g transform=\"translate({MARGIN} {})\">", MARGIN + header.height).ok();
    draw_arrows(&arrows, &layout, &mut out);
    for (card, rect) in cards.iter().zip(&layout.boxes) {
        card.draw(*rect, &mut out);
    }
    out.push_str("</g>\n</svg>\n");
    out
}

/// What an arrow stands for.
#[derive(Default)]
struct Meaning {
    tips: Vec<String>,
    is_faulty: bool,
}

/// The arrows between boxes. One that only says who makes a box is left out where another says it waits for the same.
fn arrows(graph: &Graph, cards: &[Card]) -> BTreeMap<Arrow, Meaning> {
    let mut of_node: BTreeMap<usize, usize> = BTreeMap::new();
    for (number, card) in cards.iter().enumerate() {
        of_node.extend(card.nodes().map(|node| (node, number)));
    }
    let mut arrows: BTreeMap<Arrow, Meaning> = BTreeMap::new();
    for edge in &graph.edges {
        let Edge { from, to, relation, is_faulty } = edge;
        let (first, second, kind, says) = match relation {
            Relation::Makes => (from, to, MAKES, "is made by"),
            Relation::DependsOn { .. } => (to, from, DEPENDS, "waits for"),
            _ => continue,
        };
        let (Some(&from), Some(&to)) = (of_node.get(first), of_node.get(second)) else { continue };
        // A release in the box of its maker needs no arrow, and one that waits for its neighbour says so in its row.
        if from == to && !(cards[from].node == *first && first == second) {
            continue;
        }
        let meaning = arrows.entry(Arrow { from, to, kind }).or_default();
        let mut tip = format!("{} {says} {}", graph.nodes[*second].title(), graph.nodes[*first].title());
        if let Relation::DependsOn { ready: Some(ready) } = relation {
            tip.push_str(&format!(", ready when {}", one_line(ready)));
        }
        meaning.tips.push(tip);
        meaning.is_faulty |= is_faulty;
    }
    let waits: Vec<Arrow> = arrows.keys().filter(|arrow| arrow.kind == DEPENDS).copied().collect();
    for arrow in waits {
        arrows.remove(&Arrow { kind: MAKES, ..arrow });
    }
    arrows
}

fn draw_arrows(arrows: &BTreeMap<Arrow, Meaning>, layout: &Layout, out: &mut String) {
    let mut all: Vec<(&Arrow, &Meaning, &Route)> =
        arrows.iter().zip(&layout.routes).map(|((arrow, meaning), route)| (arrow, meaning, route)).collect();
    // What matters most is drawn over the rest.
    all.sort_by_key(|(arrow, meaning, _)| (meaning.is_faulty, arrow.kind));
    for (arrow, meaning, route) in all {
        let kind = if arrow.kind == MAKES { "makes" } else { "depends" };
        let class = if meaning.is_faulty { format!("{kind} bad") } else { kind.to_owned() };
        let (path, (x, y)) = match route {
            Route::Through(points) => through(points),
            Route::Around(from, to) => {
                let way = (from.1 - to.1).abs().clamp(24, 120) / 2;
                let path = format!(
                    "M{} {}C{} {} {} {} {} {}",
                    from.0,
                    from.1,
                    from.0 - way,
                    from.1,
                    to.0 - way,
                    to.1 + 6,
                    to.0 - 6,
                    to.1 + 6
                );
                (path, (to.0, to.1 + 6))
            }
        };
        let tip = escape(&meaning.tips.join("\n"));
        writeln!(
            out,
            "<g><title>{tip}</title><path class=\"arrow {class}\" d=\"{path}\"/>\
             <path class=\"head {class}\" d=\"M{x} {y}l-8 -4v8z\"/></g>"
        )
        .ok();
    }
}

/// The path, which ends where the head begins, and the point of the head.
fn through(points: &[(i32, i32)]) -> (String, (i32, i32)) {
    let mut path = String::new();
    let mut at = points.first().copied().unwrap_or_default();
    write!(path, "M{} {}", at.0, at.1).ok();
    let last = points.last().copied().unwrap_or_default();
    for pair in points.get(1..).unwrap_or_default().chunks(2) {
        if let Some(&(x, y)) = pair.first() {
            let end = if pair.len() == 1 { x - 6 } else { x };
            let middle = i32::midpoint(at.0, x);
            write!(path, "C{middle} {} {middle} {y} {end} {y}", at.1).ok();
        }
        if let Some(&(x, y)) = pair.get(1) {
            write!(path, "H{x}").ok();
            at = (x, y);
        }
    }
    (path, last)
}

/// Title, counts, what the arrows mean, and what is wrong.
struct Header {
    lines: Vec<(&'static str, String)>,
    width: i32,
    height: i32,
}

impl Header {
    fn of(graph: &Graph, title: &str, usual: &str) -> Self {
        let mut lines = vec![
            ("heading", cut(title, LONGEST / 2)),
            ("muted", graph.summary()),
            (
                "muted",
                "An arrow leads to what waits; a dashed one to what is made. What stands further right begins later."
                    .to_owned(),
            ),
        ];
        if !usual.is_empty() {
            lines.push(("muted", format!("Names without a namespace are in {usual}.")));
        }
        for found in &graph.findings {
            lines.extend(
                wrapped(&format!("✗ {}", found.message), LONGEST).into_iter().map(|line| ("bad", line)),
            );
        }
        let width = |(class, text): &(&str, String)| {
            text_width(text, *class == "heading") * if *class == "heading" { 4 } else { 3 } / 3
        };
        let width = lines.iter().map(width).max().unwrap_or(0);
        let height = i32::try_from(lines.len()).unwrap_or(0) * (LINE + 2) + 14;
        Header { lines, width, height }
    }

    fn draw(&self, out: &mut String) {
        for ((class, text), number) in self.lines.iter().zip(0..) {
            let y = MARGIN + 12 + number * (LINE + 2);
            writeln!(out, "<text class=\"{class}\" x=\"{MARGIN}\" y=\"{y}\">{}</text>", escape(text)).ok();
        }
    }
}

/// A text as it is written in XML; what XML cannot hold is left out.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' | '\t' => out.push(letter),
            letter if letter.is_control() || matches!(letter, '\u{fffe}' | '\u{ffff}') => {}
            letter => out.push(letter),
        }
    }
    out
}
