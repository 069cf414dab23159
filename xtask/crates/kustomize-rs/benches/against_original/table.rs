//! What was measured, as a table, with what had to be reached.

use serde_json::json;

/// What a row must reach.
#[derive(Debug, Clone, Copy)]
pub enum Goal {
    /// Nothing: for orientation.
    None,
    /// So many times less than the original.
    TimesLess(f64),
    /// The same, wished for.
    Aim(f64),
    /// Less than this.
    Under(f64),
    /// At least this.
    AtLeast(f64),
    /// What the original needs, or less.
    NoMoreThanOriginal,
}

/// One thing measured.
#[derive(Debug, Clone)]
pub struct Row {
    work: String,
    unit: &'static str,
    original: Option<f64>,
    ours: f64,
    goal: Goal,
}

impl Row {
    pub fn new(work: &str, unit: &'static str, original: Option<f64>, ours: f64, goal: Goal) -> Self {
        Row { work: work.to_owned(), unit, original, ours, goal }
    }

    fn ratio(&self) -> Option<f64> {
        self.original.map(|original| original / self.ours)
    }

    /// Is the goal met? `None` if there is none that must be.
    pub fn is_met(&self) -> Option<bool> {
        match self.goal {
            Goal::None | Goal::Aim(_) => None,
            Goal::TimesLess(times) => self.ratio().map(|ratio| ratio >= times),
            Goal::Under(most) => Some(self.ours < most),
            Goal::AtLeast(least) => Some(self.ours >= least),
            Goal::NoMoreThanOriginal => self.original.map(|original| self.ours <= original),
        }
    }

    fn target(&self) -> String {
        match self.goal {
            Goal::None => String::new(),
            Goal::TimesLess(times) => format!("≥ {times}×"),
            Goal::Aim(times) => format!("aim {times}×"),
            Goal::Under(most) => format!("< {most}"),
            Goal::AtLeast(least) => format!("≥ {least:.2}"),
            Goal::NoMoreThanOriginal => "no more".to_owned(),
        }
    }

    fn verdict(&self) -> &'static str {
        match (self.is_met(), self.goal) {
            (Some(true), _) => "yes",
            (Some(false), _) => "NO",
            (None, Goal::Aim(times)) if self.ratio().is_some_and(|ratio| ratio >= times) => "yes",
            (None, Goal::Aim(_)) => "not yet",
            _ => "",
        }
    }
}

/// Prints all rows.
pub fn print(rows: &[Row]) {
    println!("| work | original | ours | ratio | target | met |");
    println!("|---|---|---|---|---|---|");
    for row in rows {
        let original = row.original.map_or(String::new(), |n| format!("{n:.2} {}", row.unit));
        let ratio = row.ratio().map_or(String::new(), |n| format!("{n:.1}×"));
        let ours = format!("{:.2} {}", row.ours, row.unit);
        println!("| {} | {original} | {ours} | {ratio} | {} | {} |", row.work, row.target(), row.verdict());
    }
}

/// All rows as JSON.
pub fn json(rows: &[Row]) -> String {
    let rows: Vec<_> = rows
        .iter()
        .map(|row| {
            json!({"work": row.work, "unit": row.unit, "original": row.original, "ours": row.ours, "ratio": row.ratio(),
                "target": row.target(), "met": row.is_met()})
        })
        .collect();
    serde_json::Value::from(rows).to_string()
}

/// The middle one.
pub fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.into_iter().collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// The slope of the line through the points, both axes logarithmic: 1 is linear, 2 quadratic.
pub fn slope(points: &[(f64, f64)]) -> f64 {
    let logs: Vec<(f64, f64)> = points.iter().map(|(x, y)| (x.ln(), y.ln())).collect();
    let number = logs.len() as f64;
    let mean = |of: fn(&(f64, f64)) -> f64| logs.iter().map(of).sum::<f64>() / number;
    let (x, y) = (mean(|p| p.0), mean(|p| p.1));
    let above: f64 = logs.iter().map(|p| (p.0 - x) * (p.1 - y)).sum();
    above / logs.iter().map(|p| (p.0 - x).powi(2)).sum::<f64>()
}
