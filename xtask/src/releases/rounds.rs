//! In which order releases are asked about, and which need not be.
//!
//! What a template is told of the cluster depends on what other releases bring to it. So what may bring API versions comes first, again
//! as long as that brings new ones; what merely asks for them comes last, and once.

use std::collections::{BTreeMap, BTreeSet};

use flux::helm::{BUILT_IN, KnownValues, Release, api_versions};
use flux::render::Rendering;
use flux::render::parallel;
use flux::render::spec::Name;
use yamltree::diagnostic::Diagnostic;

use super::RenderedRelease;
use super::answers::Kept;
use super::charts_at_hand::ChartsAtHand;
use super::question::{Question, Renderer};
use crate::edge::charts::ChartSet;
use crate::edge::tree::Trees;

/// How often the API versions may grow because of what they made charts bring.
const MOST_ROUNDS: usize = 5;

/// A rendering's releases: what came of them so far.
pub(super) struct Side<'r> {
    /// The releases, in the order of the rendering.
    pub(super) releases: Vec<RenderedRelease>,
    /// Their questions, by the same number; none for those that cannot be asked about.
    questions: Vec<Option<Box<Question<'r>>>>,
    /// The API versions that are known of.
    known: BTreeSet<String>,
    /// Those that have their objects, or the reason why not.
    done: BTreeSet<usize>,
}

impl<'r> Side<'r> {
    pub(super) fn of(
        renderer: &Renderer<'_>,
        given: Option<&ChartSet>,
        (rendering, trees): (&'r Rendering, &'r Trees),
    ) -> Self {
        let charts = ChartsAtHand::new(renderer.store.clone(), given.cloned(), rendering, trees);
        let found: Vec<_> = Release::all(rendering).collect();
        let asked = parallel::each(renderer.threads, &found, |(_, release)| {
            Question::of(renderer, &charts, rendering, release.clone()?).map(Box::new)
        });
        let described =
            found.iter().zip(&asked).map(|((part, release), asked)| described(*part, release, asked));
        let objects = rendering.parts.iter().flat_map(|part| &part.objects);
        let mut known: BTreeSet<String> = objects.flat_map(|object| api_versions(&object.node)).collect();
        known.extend(BUILT_IN.lines().map(str::to_owned));
        known.extend(renderer.options.api_versions.iter().cloned());
        Side {
            releases: described.collect(),
            known,
            done: BTreeSet::new(),
            questions: asked.into_iter().map(Result::ok).collect(),
        }
    }

    /// The releases whose questions are such.
    fn numbers(&self, is_such: impl Fn(usize, &Question<'r>) -> bool) -> Vec<usize> {
        let numbered = self.questions.iter().enumerate();
        let such = numbered.filter(|(number, asked)| asked.as_deref().is_some_and(|q| is_such(*number, q)));
        such.map(|(number, _)| number).collect()
    }

    /// Asks about these, and adds the API versions that they bring.
    fn ask(&mut self, renderer: &Renderer<'_>, numbers: &[usize]) {
        for number in numbers {
            if let Some(Some(question)) = self.questions.get_mut(*number)
                && question.asks_api_versions
            {
                question.template.api_versions.clone_from(&self.known);
            }
        }
        let answers = parallel::each(renderer.threads, numbers, |number| {
            let question = self.questions[*number].as_deref()?;
            // Of what is the same nothing else is of interest.
            Some(match self.releases[*number].is_same {
                true => {
                    question.brought(renderer).map(|api_versions| Kept { api_versions, ..Kept::default() })
                }
                false => question.answer(renderer),
            })
        });
        for (number, answer) in numbers.iter().zip(answers) {
            let release = &mut self.releases[*number];
            if !release.is_same {
                self.done.insert(*number);
            }
            match answer {
                Some(Ok(kept)) => {
                    self.known.extend(kept.api_versions);
                    (release.yaml, release.problem) = (kept.yaml, None);
                }
                Some(Err(found)) => (release.yaml, release.problem) = (String::new(), Some(found)),
                None => {}
            }
        }
    }

    /// Asks about everything that may bring API versions, until nothing brings new ones.
    fn learn(&mut self, renderer: &Renderer<'_>) {
        let telling = self.numbers(|_, q| q.may_bring_api_versions && !q.asks_api_versions);
        self.ask(renderer, &telling);
        let asking = self.numbers(|_, q| q.may_bring_api_versions && q.asks_api_versions);
        for _ in 0..MOST_ROUNDS {
            let before = self.known.len();
            self.ask(renderer, &asking);
            if self.known.len() == before {
                break;
            }
        }
    }

    /// Asks about everything that is wanted and was not asked about yet.
    fn rest(&mut self, renderer: &Renderer<'_>) {
        let is_wanted = |number: usize| !self.releases[number].is_same && !self.done.contains(&number);
        let numbers = self.numbers(|number, _| is_wanted(number));
        self.ask(renderer, &numbers);
    }

    /// Releases that are there once, with what tells their questions apart.
    fn keys(&self) -> BTreeMap<&Name, (usize, &str)> {
        let (mut keys, mut twice) = (BTreeMap::new(), BTreeSet::new());
        for (number, release) in self.releases.iter().enumerate() {
            let key = self.questions[number].as_deref().map_or("", |question| &question.key);
            if keys.insert(&release.name, (number, key)).is_some() {
                twice.insert(&release.name);
            }
        }
        keys.retain(|name, (_, key)| !twice.contains(name) && !key.is_empty());
        keys
    }
}

/// Asks about every release.
pub(super) fn whole(renderer: &Renderer<'_>, [side]: &mut [Side<'_>; 1]) {
    if !side.numbers(|_, q| q.asks_api_versions).is_empty() {
        side.learn(renderer);
    }
    side.rest(renderer);
}

/// Asks about every release that is not the same on both sides.
pub(super) fn different(renderer: &Renderer<'_>, sides: &mut [Side<'_>; 2]) {
    let same = same(sides);
    for (side, same) in sides.iter_mut().zip(&same) {
        same.iter().for_each(|number| side.releases[*number].is_same = true);
    }
    let bases_differ = sides[0].known != sides[1].known;
    let any = |is_such: &dyn Fn(&Question<'_>, bool) -> bool| {
        sides.iter().any(|side| !side.numbers(|n, q| is_such(q, side.releases[n].is_same)).is_empty())
    };
    let brings_other = bases_differ || any(&|q, is_same| !is_same && q.may_bring_api_versions);
    // Whoever is asked about has to be told all API versions, whoever brings them.
    let asks = any(&|q, is_same| q.asks_api_versions && (!is_same || brings_other));
    if asks {
        sides.iter_mut().for_each(|side| side.learn(renderer));
        if sides[0].known != sides[1].known {
            for side in sides.iter_mut() {
                for number in side.numbers(|_, q| q.asks_api_versions) {
                    side.releases[number].is_same = false;
                }
            }
        }
    }
    for side in sides {
        side.rest(renderer);
    }
}

/// The releases that are the same on both sides but for API versions, by their numbers on each.
fn same([first, second]: &[Side<'_>; 2]) -> [Vec<usize>; 2] {
    let (first, second) = (first.keys(), second.keys());
    let pairs = first.iter().filter_map(|(name, (number, key))| {
        let (other, _) = second.get(name).filter(|(_, other)| other == key)?;
        Some((*number, *other))
    });
    let (first, second) = pairs.unzip();
    [first, second]
}

fn described(
    part: usize,
    release: &Result<Release<'_>, Box<Diagnostic>>,
    asked: &Result<Box<Question<'_>>, Box<Diagnostic>>,
) -> RenderedRelease {
    let mut described = RenderedRelease {
        part,
        name: Name::new("", ""),
        release: String::new(),
        namespace: String::new(),
        chart: String::new(),
        archive: String::new(),
        is_packaged: false,
        values: KnownValues::default(),
        is_suspended: false,
        is_same: false,
        yaml: String::new(),
        problem: asked.as_ref().err().cloned(),
        warnings: Vec::new(),
    };
    if let Ok(release) = release {
        described.name = release.name.clone();
        described.release = release.release_name();
        described.namespace = release.namespace().to_owned();
        described.is_suspended = release.is_suspended();
    }
    if let Ok(Question { chart, .. }) = asked.as_deref() {
        described.chart = format!("{} {}", chart.contents.name, chart.contents.version);
        described.archive.clone_from(&chart.original);
        described.is_packaged = chart.is_packaged;
        described.values.clone_from(&chart.contents.values);
        described.warnings.clone_from(&chart.warnings);
    }
    described
}
