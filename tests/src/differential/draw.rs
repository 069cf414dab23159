//! Chance, and what it chose: every choice that has a name is counted.

use std::collections::BTreeSet;

/// A source of choices; the same seed makes the same tree.
pub struct Draw {
    rng: fastrand::Rng,
    /// How odd the YAML may be, in percent: comments, quotes, flow style, anchors, odd scalars.
    pub oddness: usize,
    /// The names of the choices made.
    pub hits: BTreeSet<&'static str>,
}

impl Draw {
    pub fn new(seed: u64) -> Self {
        let mut rng = fastrand::Rng::with_seed(seed);
        let oddness = [0, 0, 2, 10, 30][rng.usize(0..5)];
        Draw { rng, oddness, hits: BTreeSet::new() }
    }

    /// A number below `end`.
    pub fn below(&mut self, end: usize) -> usize {
        if end == 0 { 0 } else { self.rng.usize(0..end) }
    }

    /// A number from `first` to `last`.
    pub fn between(&mut self, first: usize, last: usize) -> usize {
        first + self.below(last + 1 - first)
    }

    pub fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// A choice that is counted when it falls.
    pub fn takes(&mut self, percent: usize, name: &'static str) -> bool {
        let taken = self.chance(percent);
        if taken {
            self.hits.insert(name);
        }
        taken
    }

    /// Something odd, as often as this tree is odd.
    pub fn odd(&mut self, name: &'static str) -> bool {
        let percent = self.oddness;
        self.takes(percent, name)
    }

    pub fn hit(&mut self, name: &'static str) {
        self.hits.insert(name);
    }

    pub fn pick<T: Clone>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())].clone()
    }

    /// One of those, counted by its name.
    pub fn name(&mut self, from: &[&'static str]) -> &'static str {
        let name = self.pick(from);
        self.hits.insert(name);
        name
    }
}
