//! A plan as a person reads and confirms it.

use std::fmt::Display;

use crate::edge::terminal::Terminal;
use crate::exit::Failure;

/// Says the steps, with their numbers, under the name of the cluster; `note` stands before the first.
pub fn say(terminal: &Terminal, cluster: &str, note: Option<&str>, steps: &[impl Display]) {
    terminal.say(format!("Plan for cluster `{cluster}`:"));
    note.iter().for_each(|note| terminal.say(format!("  ({note})")));
    for (number, step) in steps.iter().enumerate() {
        terminal.say(format!("  {}. {step}", number + 1));
    }
}

/// Asks whether it is carried out; where nobody can answer that is an error, which names the flag for it.
pub fn is_confirmed(terminal: &Terminal, question: &str) -> Result<bool, Failure> {
    if !terminal.can_ask() {
        return Err(Failure::Usage("nobody is there to confirm the plan; --yes carries it out".into()));
    }
    Ok(terminal.confirm(question))
}
