//! What is different, as one page that needs nothing else: no network, no other file, and without its script it can be read too.
//!
//! Every text of others goes through [`text`]. The page allows the one script and the one style sheet that are in it, by their digests,
//! so that nothing that a value might smuggle in runs.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flux::diff::{Change, ChangeKind, FaultChange, Identity};
use risk::{Risk, Severity};
use sha2::{Digest, Sha256};

use super::groups::{Group, by_component, chart, fate};
use super::hunks::{Block, Hunk, hunks};
use super::page::{Page, Section};
use super::words::{Piece, harmless, pieces};

const STYLE: &str = include_str!("html/page.css");
const SCRIPT: &str = include_str!("html/page.js");
/// How many lines of an object are in the page.
const MOST_LINES: usize = 1_500;
/// An object with more lines is folded away at first.
const MOST_OPEN: usize = 40;
/// A longer line is not looked at word by word.
const LONGEST: usize = 2_000;

/// The whole page.
pub fn html(page: &Page<'_>) -> String {
    let mut out = Out { page, body: String::new(), tree: String::new(), ids: 0 };
    for (number, section) in page.sections.iter().enumerate() {
        out.section(number, section);
    }
    let Out { body, tree, .. } = out;
    let title = text(&page.about);
    let nothing = if page.is_empty() { "<p class=\"nothing\">Nothing is different.</p>" } else { "" };
    let counted: Vec<String> = page.sections.iter().map(|section| section.counted()).collect();
    let counted = if page.sections.len() == 1 { counted.concat() } else { String::new() };
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; base-uri 'none'; form-action 'none'",
        digest(STYLE),
        digest(SCRIPT)
    );
    format!(
        r##"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>What changes for {title}</title>
<style>{STYLE}</style>
</head>
<body>
<a class="skip" href="#changes">Skip to what changes</a>
<header>
<h1>What changes for <b>{title}</b></h1>
<p class="compared">{compared}</p>
<p class="counted">{counted}</p>
<div class="tools" role="search" hidden>
<input type="search" id="search" placeholder="Search" aria-label="Search changes" aria-keyshortcuts="/" autocomplete="off" spellcheck="false">
<output id="found" for="search" aria-live="polite"></output>
<button type="button" id="fold" aria-keyshortcuts="O">Fold all</button>
<button type="button" id="layout" aria-pressed="false" aria-keyshortcuts="u">Unified</button>
<button type="button" id="theme">Theme</button>
<button type="button" id="help" aria-label="Keys" aria-keyshortcuts="?">?</button>
</div>
</header>
<div class="columns">
<nav aria-label="Components"><details id="tree" open><summary>Components</summary><ul>
{tree}</ul></details></nav>
<main id="changes" tabindex="-1">
{nothing}{body}<p class="nothing" id="none" hidden>Nothing here has this text.</p>
</main>
</div>
<dialog id="keys" aria-labelledby="keys-title"><h2 id="keys-title">Keys</h2>
<dl><dt><kbd>j</kbd> <kbd>k</kbd></dt><dd>next and previous change</dd><dt><kbd>o</kbd></dt><dd>fold or unfold it</dd>
<dt><kbd>O</kbd></dt><dd>fold or unfold all</dd><dt><kbd>/</kbd></dt><dd>search</dd><dt><kbd>Esc</kbd></dt><dd>search for nothing</dd>
<dt><kbd>u</kbd></dt><dd>side by side, or one below the other</dd><dt><kbd>?</kbd></dt><dd>these keys</dd></dl>
<form method="dialog"><button>Close</button></form></dialog>
<script>{SCRIPT}</script>
</body>
</html>
"##,
        compared = text(&page.compared),
    )
}

/// A text as HTML, also in an attribute in quotes.
fn text(text: &str) -> String {
    harmless(text).chars().fold(String::with_capacity(text.len()), |mut out, c| {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
        out
    })
}

/// A sentence of ours with texts of others in it: what stands in backticks is code.
fn sentence(sentence: &str) -> String {
    let parts: Vec<&str> = sentence.split('`').collect();
    if parts.len().is_multiple_of(2) {
        return text(sentence);
    }
    let part = |(number, part): (usize, &&str)| match number % 2 {
        1 => format!("<code>{}</code>", text(part)),
        _ => text(part),
    };
    parts.iter().enumerate().map(part).collect()
}

fn digest(text: &str) -> String {
    STANDARD.encode(Sha256::digest(text.as_bytes()))
}

struct Out<'p> {
    page: &'p Page<'p>,
    body: String,
    tree: String,
    ids: usize,
}

impl Out<'_> {
    fn id(&mut self, what: &str) -> String {
        self.ids += 1;
        format!("{what}-{}", self.ids)
    }

    fn section(&mut self, number: usize, section: &Section<'_>) {
        if !section.heading.is_empty() {
            let id = self.id("section");
            let heading = text(&section.heading);
            self.body.push_str(&format!(
                "<h2 class=\"of-clusters\" id=\"{id}\">{heading}</h2><p class=\"counted\">{}</p>\n",
                text(&section.counted())
            ));
            self.tree.push_str(&format!("<li class=\"of-clusters\"><a href=\"#{id}\">{heading}</a></li>\n"));
        }
        let groups = by_component(section.diff);
        // What a risk leads to: the place of its object, which is written further down.
        let mut places = Vec::new();
        let mut next = 0;
        for change in groups.iter().flat_map(|group| &group.changes) {
            next += 1;
            places.push((&change.object, format!("change-{number}-{next}")));
        }
        self.risks(section.risks, &places);
        let mut places = places.iter();
        for component in groups.chunk_by(|a, b| component(a) == component(b)) {
            let Some(name) = component.first().map(self::component) else { continue };
            let id = self.id("component");
            let name = if name.is_empty() { "no component".to_owned() } else { text(name) };
            let count: usize = component.iter().map(|group| group.changes.len() + group.faults.len()).sum();
            self.tree.push_str(&format!(
                "<li data-of=\"{id}\"><a href=\"#{id}\">{name} <span class=\"count\">{count}</span></a><ul>\n"
            ));
            self.body.push_str(&format!(
                "<section class=\"component\" id=\"{id}\" aria-labelledby=\"{id}-title\"><h2 id=\"{id}-title\">{name}</h2>\n"
            ));
            for group in component {
                self.owner(group, section.risks, &mut places);
            }
            self.body.push_str("</section>\n");
            self.tree.push_str("</ul></li>\n");
        }
        if !section.diff.unseen.is_empty() {
            let names: Vec<String> = section
                .diff
                .unseen
                .iter()
                .map(|key| format!("<li>{}</li>", text(&key.to_string())))
                .collect();
            self.body.push_str(&format!(
                "<details class=\"unseen\"><summary>Not compared, since they cannot be rendered: {}</summary><ul>{}</ul></details>\n",
                names.len(),
                names.concat()
            ));
        }
        let waiting = section.diff.waiting.iter().map(|each| format!("<li>{}</li>", text(&each.to_string())));
        let waiting: String = waiting.collect();
        if !waiting.is_empty() {
            self.body.push_str(&format!(
                "<details class=\"unseen\" open><summary>Not for now</summary><ul>{waiting}</ul></details>\n"
            ));
        }
    }

    fn risks(&mut self, risks: &[Risk], places: &[(&Identity, String)]) {
        if risks.is_empty() {
            return;
        }
        let id = self.id("risks");
        self.tree.push_str(&format!(
            "<li data-of=\"{id}\"><a href=\"#{id}\">What may go wrong <span class=\"count\">{}</span></a></li>\n",
            risks.len()
        ));
        self.body.push_str(&format!(
            "<section class=\"risks\" id=\"{id}\" aria-labelledby=\"{id}-title\"><h2 id=\"{id}-title\">What may go wrong</h2>\n"
        ));
        for group in risks.chunk_by(|a, b| a.code == b.code && a.severity == b.severity) {
            let Some(Risk { severity, class, code, first, .. }) = group.first() else { continue };
            self.body.push_str(&format!(
                "<article class=\"risk {severity}\"><h3>{} <code>{}</code> <span class=\"class\">{class}</span></h3><ul>\n",
                badge(*severity),
                text(code)
            ));
            for risk in group {
                let place = places.iter().find(|(object, _)| Some(*object) == risk.object.as_ref());
                let reason = match place {
                    Some((_, place)) => format!("<a href=\"#{place}\">{}</a>", sentence(&risk.reason)),
                    None => sentence(&risk.reason),
                };
                self.body.push_str(&format!("<li>{reason}</li>\n"));
            }
            self.body.push_str(&format!(
                "</ul><p class=\"first\"><b>First:</b> {}</p></article>\n",
                sentence(first)
            ));
        }
        self.body.push_str("</section>\n");
    }

    fn owner<'i>(
        &mut self,
        group: &Group<'_>,
        risks: &[Risk],
        places: &mut impl Iterator<Item = &'i (&'i Identity, String)>,
    ) {
        let id = self.id("owner");
        let name = text(&group.key.to_string());
        self.tree.push_str(&format!("<li data-of=\"{id}\"><a href=\"#{id}\">{name}</a></li>\n"));
        self.body.push_str(&format!(
            "<section class=\"owner\" id=\"{id}\" aria-labelledby=\"{id}-title\"><h3 id=\"{id}-title\">{name}"
        ));
        if let Some(owner) = group.owner {
            if let Some((before, after)) = chart(owner) {
                let (before, after) = pieces(&before, &after);
                self.body.push_str(&format!(
                    " <span class=\"chart\">chart <span class=\"old\">{}</span> → <span class=\"new\">{}</span></span>",
                    marked(&before, "del"),
                    marked(&after, "ins")
                ));
            }
            if let Some(said) = fate(owner) {
                self.body.push_str(&format!(" <span class=\"tag\">{said}</span>"));
            }
        }
        self.body.push_str("</h3>\n");
        group.faults.iter().for_each(|found| self.fault(found));
        for change in &group.changes {
            if let Some((_, place)) = places.next() {
                self.change(change, place, risks);
            }
        }
        self.body.push_str("</section>\n");
    }

    fn fault(&mut self, fault: &FaultChange) {
        let sides = [("no longer fails", "mended", &fault.before), ("fails", "fails", &fault.after)];
        for (said, class, found) in sides {
            if let Some(found) = found {
                self.body.push_str(&format!(
                    "<p class=\"fault {class}\"><b>{said}:</b> <code>{}</code> {}</p>\n",
                    text(&found.place.to_string()),
                    text(&found.message)
                ));
            }
        }
    }

    fn change(&mut self, change: &Change, id: &str, risks: &[Risk]) {
        let (sign, kind) = match change.kind {
            ChangeKind::Added => ("+", "added"),
            ChangeKind::Removed => ("−", "removed"),
            ChangeKind::Changed => ("~", "changed"),
            ChangeKind::Renamed => ("~", "renamed"),
        };
        let mut hunks = hunks(change);
        let count: usize = hunks.iter().map(Hunk::len).sum();
        let is_alone = matches!(change.kind, ChangeKind::Added | ChangeKind::Removed);
        let open = if is_alone || count > MOST_OPEN { "" } else { " open" };
        let worst = risks.iter().filter(|risk| risk.object.as_ref() == Some(&change.object));
        let worst = worst.map(|risk| risk.severity).min().map(badge).unwrap_or_default();
        let Identity { kind: of, namespace, name, .. } = &change.object;
        let namespace = if namespace.is_empty() { String::new() } else { format!("{namespace}/") };
        self.body.push_str(&format!(
            "<details class=\"change {kind}\" id=\"{id}\"{open}><summary><span class=\"sign\" aria-hidden=\"true\">{sign}</span> \
             <span class=\"kind\">{}</span> <span class=\"name\">{}<b>{}</b></span> <span class=\"tag\">{kind}</span> {worst}</summary>\n",
            text(of),
            text(&namespace),
            text(name)
        ));
        let mut about = Vec::new();
        about.extend(change.former_name.as_ref().map(|name| format!("was {}", text(name))));
        about.extend(
            change.former_owner.as_ref().map(|owner| format!("moved here from {}", text(&owner.to_string()))),
        );
        if !change.referrers.is_empty() {
            let names: Vec<String> =
                change.referrers.iter().map(|object| text(&object.to_string())).collect();
            about.push(format!("used by {}", names.join(", ")));
        }
        if !about.is_empty() {
            self.body.push_str(&format!("<p class=\"about\">{}</p>\n", about.join("; ")));
        }
        let mut left = if self.page.is_full { usize::MAX } else { MOST_LINES };
        let mut cut = 0;
        for hunk in &mut hunks {
            cut += hunk.cut(left);
            left -= hunk.len();
            self.hunk(hunk);
        }
        if cut > 0 {
            self.body.push_str(&format!(
                "<p class=\"about\">… {cut} more lines, <code>--full</code> shows all</p>\n"
            ));
        }
        self.body.push_str("</details>\n");
    }

    fn hunk(&mut self, hunk: &Hunk) {
        self.body.push_str("<div class=\"hunk\">");
        if !hunk.path.is_empty() {
            let note = hunk.note.map(|note| format!(" <i>{note}</i>")).unwrap_or_default();
            self.body.push_str(&format!("<h4><code>{}</code>{note}</h4>", text(&hunk.path)));
        }
        for block in &hunk.blocks {
            match block {
                Block::Gap => self.body.push_str("<div class=\"gap\" aria-label=\"lines left out\">⋮</div>"),
                Block::Same(lines) => {
                    let lines: String =
                        lines.iter().map(|line| text_line("same", " ", &text(line))).collect();
                    self.body.push_str(&format!(
                        "<div class=\"pair\"><pre class=\"side\">{lines}</pre><pre class=\"side again\" aria-hidden=\"true\">{lines}</pre></div>"
                    ));
                }
                Block::Other { before, after } => {
                    let (before, after) = sides(before, after);
                    self.body.push_str(&format!(
                        "<div class=\"pair\"><pre class=\"side old\">{before}</pre><pre class=\"side new\">{after}</pre></div>"
                    ));
                }
            }
        }
        self.body.push_str("</div>\n");
    }
}

fn component<'d>(group: &Group<'d>) -> &'d str {
    group.owner.map_or("", |owner| owner.component.as_str())
}

fn badge(severity: Severity) -> String {
    format!("<strong class=\"badge {severity}\">{severity}</strong>")
}

/// Lines that are gone and lines that came; line by line with the words that are other ones, if there are as many.
fn sides(before: &[String], after: &[String]) -> (String, String) {
    let is_alike =
        before.len() == after.len() && before.iter().chain(after).all(|line| line.len() <= LONGEST);
    if is_alike {
        let both = before.iter().zip(after).map(|(before, after)| {
            let (before, after) = pieces(before, after);
            (text_line("gone", "-", &marked(&before, "del")), text_line("came", "+", &marked(&after, "ins")))
        });
        return both.unzip();
    }
    let lines = |lines: &[String], class, sign| -> String {
        lines.iter().map(|line| text_line(class, sign, &text(line))).collect()
    };
    (lines(before, "gone", "-"), lines(after, "came", "+"))
}

fn text_line(class: &str, sign: &str, html: &str) -> String {
    format!("<span class=\"line {class}\"><span class=\"sign\">{sign}</span>{html}\n</span>")
}

fn marked(pieces: &[Piece], tag: &str) -> String {
    // Where nothing is the same, a mark on everything says nothing.
    let is_mixed = pieces.iter().any(|piece| !piece.is_other && piece.text.trim() != "");
    let one = |piece: &Piece| match piece.is_other && is_mixed {
        true => format!("<{tag}>{}</{tag}>", text(&piece.text)),
        false => text(&piece.text),
    };
    pieces.iter().map(one).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::report::changes::fixture::{compared, page};

    fn config_map(data: &str) -> String {
        format!(
            "#- k/a.yaml\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a, namespace: n}}\ndata: {data}\n"
        )
    }

    fn of(before: &str, after: &str) -> String {
        let (diff, risks) = compared(before, after);
        html(&page("example", &diff, &risks))
    }

    #[test]
    fn the_words_that_changed_are_marked() {
        let page = of(&config_map("{x: 'app:1.2'}"), &config_map("{x: 'app:1.3'}"));
        assert!(page.contains("app:1.<del>2</del>\n") && page.contains("app:1.<ins>3</ins>\n"), "{page}");
    }

    #[test]
    fn nothing_in_a_value_is_markup() {
        let hostile = "{x: '</script></style><img src=x onerror=alert(1)>', '\"><b>': '<!--'}";
        let plain = of(&config_map("{}"), &config_map("{x: a, c: b}"));
        let page = of(&config_map("{}"), &config_map(hostile));
        let count = |page: &str, what: &str| page.matches(what).count();
        for what in ["<script", "</script", "<style", "</style", "<img", "<!--", "<b>"] {
            assert_eq!(count(&page, what), count(&plain, what), "{what}");
        }
        assert!(page.contains("&lt;/script&gt;&lt;/style&gt;&lt;img src=x onerror=alert(1)&gt;"), "{page}");
    }

    #[test]
    fn only_the_own_script_and_style_are_allowed() {
        let page = of(&config_map("{x: a}"), &config_map("{x: b}"));
        let policy = format!("script-src 'sha256-{}'", digest(SCRIPT));
        assert!(page.contains(&policy) && page.contains("default-src 'none'"));
        assert!(
            !page.contains("unsafe-inline") && !page.contains(" style=\"") && !page.contains(" onclick=")
        );
        // A page of this machine alone.
        assert!(!page.contains("http://") && !page.contains("https://"));
    }

    #[test]
    fn a_risk_leads_to_its_object() {
        let claim = "#- k/c.yaml\napiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: data, namespace: n}\nspec: {}\n";
        let other = config_map("{x: '1'}");
        let page = of(&format!("{claim}{other}"), &other);
        let link = page.split("<a href=\"#change-").nth(1).unwrap();
        let id = link.split('"').next().unwrap();
        assert!(page.contains(&format!("<details class=\"change removed\" id=\"change-{id}\"")), "{page}");
        assert!(page.find("class=\"risks\"").unwrap() < page.find("class=\"component\"").unwrap());
    }

    #[test]
    fn where_nothing_is_different_the_page_says_so() {
        let same = config_map("{x: a}");
        assert!(of(&same, &same).contains("<p class=\"nothing\">Nothing is different.</p>"));
    }
}
