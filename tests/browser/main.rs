//! The tier `browser`: what `diff --format html` writes, in Chromium.

#![allow(clippy::unwrap_used)]

use flux::diff::{Side, diff};
use flux::render::{Entry, Inputs, Rendering, render};
use tests::chromium::Page;
use xtask::report::changes::html::html;
use xtask::report::changes::page::{Page as Document, Section};
use yamltree::path::RepoPath;
use yamltree::tree::MemTree;

fn config_map(name: &str, value: &str) -> String {
    format!(
        "#- k/{name}.yaml\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}, namespace: shop}}\ndata: {{x: '{value}'}}\n"
    )
}

const CLAIM: &str = "#- k/claim.yaml\napiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: data, namespace: shop}\nspec: {}\n";
const HOSTILE: &str = "</script><script>window.ran = 1</script><img src=x onerror=\"window.ran = 1\">";

/// Three ConfigMaps that change and a claim that goes.
fn document() -> String {
    let rendered = |text: String| -> Rendering {
        let tree = MemTree::from_fixture(&text).unwrap();
        render(&Inputs::new(&tree, Entry::Folder(RepoPath::new("k").unwrap())))
    };
    let maps = |apple: &str, pear: &str, plum: &str| {
        [config_map("apple", apple), config_map("pear", pear), config_map("plum", plum)].concat()
    };
    let before = rendered(format!("{}{CLAIM}", maps("red", "green", "blue")));
    let after = rendered(maps(&"long".repeat(200), "yellow", HOSTILE));
    let side = |rendering| Side { rendering, releases: &[], component_label: "component" };
    let diff = diff(&side(&before), &side(&after));
    let risks = risk::of(&diff);
    assert_eq!((diff.changes.len(), risks.len()), (4, 1));
    let section = Section { heading: String::new(), diff: &diff, risks: &risks };
    html(&Document {
        about: "example".to_owned(),
        compared: "two trees".to_owned(),
        sections: vec![section],
        is_full: false,
    })
}

/// The names of the objects that are shown.
const SHOWN: &str = "[...document.querySelectorAll('.change')].filter(c => c.checkVisibility()).map(c => c.querySelector('b').textContent).join(' ')";
/// The name of the object that has the focus.
const FOCUSED: &str = "document.activeElement.closest('.change')?.querySelector('b').textContent";
const IS_OPEN: &str = "document.activeElement.closest('.change').open";

#[test]
fn search_leaves_what_has_the_text() {
    let mut page = Page::open(&document(), 1200);
    assert_eq!(page.value(SHOWN), "apple pear plum data");
    page.press("/");
    page.type_in("yellow");
    assert_eq!(page.value(SHOWN), "pear");
    assert_eq!(page.value("document.querySelector('#found').textContent"), "1 of 4");
    assert_eq!(page.value("document.querySelector('.risks').checkVisibility()"), false);
    page.press("Escape");
    assert_eq!(page.value(SHOWN), "apple pear plum data");
    page.type_in("nobody has this");
    assert_eq!(page.value(SHOWN), "");
    assert_eq!(page.value("document.querySelector('#none').checkVisibility()"), true);
}

#[test]
fn what_is_folded_away_is_found_and_unfolded() {
    let mut page = Page::open(&document(), 1200);
    let is_open = "document.querySelector('.removed').open";
    assert_eq!(page.value(is_open), false);
    page.press("/");
    page.type_in("apiversion");
    assert_eq!((page.value(SHOWN), page.value(is_open)), ("data".into(), true.into()));
    page.press("Escape");
    assert_eq!(page.value(is_open), false);
}

#[test]
fn keys_go_from_change_to_change_and_fold() {
    let mut page = Page::open(&document(), 1200);
    page.press("j");
    assert_eq!(page.value(FOCUSED), "apple");
    page.press("j");
    assert_eq!((page.value(FOCUSED), page.value(IS_OPEN)), ("pear".into(), true.into()));
    page.press("o");
    assert_eq!(page.value(IS_OPEN), false);
    page.press("k");
    assert_eq!(page.value(FOCUSED), "apple");
    page.press("O");
    assert_eq!(page.value("document.querySelectorAll('.change[open]').length"), 0);
    page.press("O");
    assert_eq!(page.value("document.querySelectorAll('.change[open]').length"), 4);
    page.press("?");
    assert_eq!(page.value("document.querySelector('#keys').open"), true);
    page.value("document.querySelector('#keys button').click()");
    assert_eq!(page.value("document.querySelector('#keys').open"), false);
}

#[test]
fn a_risk_unfolds_its_object() {
    let mut page = Page::open(&document(), 1200);
    let is_open = "document.querySelector('.change:target').open";
    let click = "document.querySelector('.risk a').click()";
    let script =
        format!("new Promise(done => {{ addEventListener('hashchange', () => done({is_open})); {click}; }})");
    assert_eq!(page.value(&script), true);
    assert_eq!(page.value("document.querySelector('.change:target b').textContent"), "data");
}

#[test]
fn on_a_phone_nothing_is_wider_than_the_screen_and_both_sides_are_one_column() {
    let side = "document.querySelector('.new').getBoundingClientRect().left - document.querySelector('.old').getBoundingClientRect().left";
    let mut page = Page::open(&document(), 390);
    assert_eq!(page.value("document.documentElement.scrollWidth"), 390);
    assert_eq!(page.value(side), 0);
    let mut page = Page::open(&document(), 1200);
    assert!(page.value(side).as_f64().unwrap() > 200.0);
    page.press("u");
    assert_eq!(page.value(side), 0);
}

#[test]
fn no_script_but_the_own_one_runs() {
    let mut page = Page::open(&document(), 1200);
    assert_eq!(page.value("document.querySelectorAll('script').length"), 1);
    // Even one that got in.
    page.value("const s = document.createElement('script'); s.textContent = 'window.ran = 1'; document.body.append(s)");
    page.value("document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=\"window.ran = 1\">')");
    assert_eq!(page.value("window.ran === undefined"), true);
}
