//! What came of asking an original and ours many questions by chance.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// When a run ends.
#[derive(Debug, Clone, Copy)]
pub enum Until {
    /// After so many cases: the same ones each time.
    Cases(u64),
    /// When the time is over.
    Time(Duration),
}

impl Until {
    /// Does a run go on that began then and asked so many cases?
    pub fn goes_on(self, asked: u64, begun: Instant) -> bool {
        match self {
            Until::Cases(count) => asked < count,
            Until::Time(time) => begun.elapsed() < time,
        }
    }
}

/// How many reasons of refusals are printed, the most frequent first.
const MOST_REASONS: usize = 40;

/// Counts of a run.
#[derive(Debug)]
pub struct Tally<Difference> {
    /// How many cases both programs were asked for.
    pub cases: u64,
    refused: u64,
    /// How often each feature was in a case that the original took, and in one that it refused.
    features: BTreeMap<&'static str, (u64, u64)>,
    /// Why the original refused, and how often.
    reasons: BTreeMap<String, u64>,
    /// How often each difference was seen, and where its small cases are.
    pub differences: BTreeMap<Difference, (usize, Vec<PathBuf>)>,
}

impl<Difference> Default for Tally<Difference> {
    fn default() -> Self {
        Tally {
            cases: 0,
            refused: 0,
            features: BTreeMap::new(),
            reasons: BTreeMap::new(),
            differences: BTreeMap::new(),
        }
    }
}

impl<Difference: Ord + Clone> Tally<Difference> {
    /// Counts a case with these features, and why the original refused it, if it did.
    pub fn count<'h>(&mut self, hits: impl IntoIterator<Item = &'h &'static str>, refusal: Option<String>) {
        self.cases += 1;
        let is_taken = refusal.is_none();
        if let Some(reason) = refusal {
            self.refused += 1;
            *self.reasons.entry(reason).or_default() += 1;
        }
        for hit in hits {
            let (taken, refused) = self.features.entry(hit).or_default();
            *(if is_taken { taken } else { refused }) += 1;
        }
    }

    /// Counts a difference; of each only the first `most` are made smaller and written by `write`, which says where.
    pub fn differs(&mut self, difference: &Difference, most: usize, write: impl FnOnce() -> PathBuf) {
        let (seen, places) = self.differences.entry(difference.clone()).or_default();
        *seen += 1;
        if places.len() < most {
            places.push(write());
        }
    }

    /// Features that no case had that the original took.
    pub fn untaken(&self) -> Vec<&'static str> {
        self.features.iter().filter(|(_, (taken, _))| *taken == 0).map(|(name, _)| *name).collect()
    }
}

impl<Difference: std::fmt::Debug> std::fmt::Display for Tally<Difference> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "feature: in cases that the original took / refused")?;
        for (name, (taken, refused)) in &self.features {
            writeln!(f, "  {name}: {taken} / {refused}")?;
        }
        let mut reasons: Vec<(&String, &u64)> = self.reasons.iter().collect();
        reasons.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
        for (reason, count) in reasons.iter().take(MOST_REASONS) {
            writeln!(f, "  refused {count} times: {reason}")?;
        }
        let others = reasons.len().saturating_sub(MOST_REASONS);
        writeln!(f, "  and for {others} other reasons")?;
        let percent = self.refused * 100 / self.cases.max(1);
        writeln!(f, "{} cases, {percent} % refused by the original", self.cases)?;
        for (difference, (count, places)) in &self.differences {
            writeln!(f, "{count} times {difference:?}")?;
            for place in places {
                writeln!(f, "  {}", place.display())?;
            }
        }
        Ok(())
    }
}
