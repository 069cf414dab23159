//! What a person sees while work goes on: all of it on standard error, standard output is for data.

use std::io::{IsTerminal, Write};
use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

/// The terminal, or the log that stands in its place.
#[derive(Debug, Clone)]
pub struct Terminal {
    bars: MultiProgress,
    live: bool,
}

/// One piece of work under way: a line that moves on a terminal, two plain lines elsewhere.
#[derive(Debug)]
pub struct Work {
    bar: ProgressBar,
    live: bool,
    terminal: Terminal,
    title: String,
    begun: Instant,
    told: std::cell::Cell<u64>,
}

impl Terminal {
    /// The process's own standard error; lines move only when it is a terminal that can.
    pub fn stderr() -> Self {
        let dumb = std::env::var("TERM").is_ok_and(|term| term == "dumb");
        Terminal { bars: MultiProgress::new(), live: std::io::stderr().is_terminal() && !dumb }
    }

    /// Whether lines may be redrawn.
    pub fn is_live(&self) -> bool {
        self.live
    }

    /// Whether somebody is there to answer a question.
    pub fn can_ask(&self) -> bool {
        self.live && std::io::stdin().is_terminal()
    }

    /// Prints one line of talk.
    pub fn say(&self, line: impl AsRef<str>) {
        if self.live {
            self.bars.suspend(|| write_line(line.as_ref()));
        } else {
            write_line(line.as_ref());
        }
    }

    /// Asks a yes-or-no question; no answer is a no.
    pub fn confirm(&self, question: &str) -> bool {
        let mut stderr = std::io::stderr();
        let asked = write!(stderr, "{question} [y/N] ").and_then(|()| stderr.flush());
        let mut answer = String::new();
        asked.is_ok()
            && std::io::stdin().read_line(&mut answer).is_ok()
            && matches!(answer.trim().to_lowercase().as_str(), "y" | "yes")
    }

    /// Begins a piece of work of unknown length.
    pub fn work(&self, title: impl Into<String>) -> Work {
        let bar = ProgressBar::new_spinner();
        bar.set_style(
            ProgressStyle::with_template("{spinner:.cyan} {msg} {elapsed:.dim}")
                .unwrap_or_else(|_| ProgressStyle::default_spinner()),
        );
        self.begin(title.into(), bar)
    }

    /// Begins a piece of work of `length` parts.
    pub fn counted_work(&self, title: impl Into<String>, length: u64) -> Work {
        let bar = ProgressBar::new(length);
        bar.set_style(
            ProgressStyle::with_template(
                "{spinner:.cyan} [{bar:30.cyan/dim}] {pos}/{len} {elapsed:.dim} {msg}",
            )
            .unwrap_or_else(|_| ProgressStyle::default_bar()),
        );
        self.begin(title.into(), bar)
    }

    fn begin(&self, title: String, bar: ProgressBar) -> Work {
        if self.live {
            let bar = self.bars.add(bar);
            bar.set_message(title.clone());
            bar.enable_steady_tick(Duration::from_millis(120));
            return Work {
                bar,
                live: true,
                terminal: self.clone(),
                title,
                begun: Instant::now(),
                told: std::cell::Cell::new(0),
            };
        }
        write_line(&format!("… {title}"));
        let hidden = ProgressBar::hidden();
        hidden.set_length(bar.length().unwrap_or(0));
        Work {
            bar: hidden,
            live: false,
            terminal: self.clone(),
            title,
            begun: Instant::now(),
            told: std::cell::Cell::new(0),
        }
    }
}

impl Work {
    /// Says what is being done at this moment.
    pub fn detail(&self, text: &str) {
        if self.live {
            self.bar.set_message(format!("{}: {text}", self.title));
        }
    }

    /// Moves on by one part; where lines cannot move, every quarter is told.
    pub fn advance(&self) {
        self.bar.inc(1);
        if self.live {
            return;
        }
        let (position, length) = (self.bar.position(), self.bar.length().unwrap_or(0));
        if length > 0 && position * 4 / length > self.told.get() {
            self.told.set(position * 4 / length);
            write_line(&format!("  {}: {position} of {length}", self.title));
        }
    }

    /// Says how many parts are done.
    pub fn position(&self, done: u64) {
        self.bar.set_position(done);
    }

    /// Shows lines below the moving one; only where lines move.
    pub fn below(&self, lines: &[String]) {
        if self.live {
            let shown: Vec<String> = lines.iter().take(12).map(|line| format!("\n    {line}")).collect();
            self.bar.set_message(format!("{}{}", self.title, shown.concat()));
        }
    }

    /// Ends it well.
    pub fn done(self, result: &str) {
        let took = Took(self.begun.elapsed());
        self.bar.finish_and_clear();
        let colon = if result.is_empty() { "" } else { ": " };
        self.terminal.say(format!("✓ {}{colon}{result} ({took})", self.title));
    }

    /// Ends it badly; the error itself is told by whoever gets it.
    pub fn failed(self) {
        let took = Took(self.begun.elapsed());
        self.bar.finish_and_clear();
        self.terminal.say(format!("✗ {} ({took})", self.title));
    }
}

/// A duration as a person says it.
#[derive(Debug, Clone, Copy)]
pub struct Took(pub Duration);

impl std::fmt::Display for Took {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let seconds = self.0.as_secs();
        match seconds {
            0..10 => write!(out, "{:.1} s", self.0.as_secs_f64()),
            10..120 => write!(out, "{seconds} s"),
            _ => write!(out, "{} min {} s", seconds / 60, seconds % 60),
        }
    }
}

fn write_line(line: &str) {
    // A closed standard error is nobody listening, not a failure.
    let _ = writeln!(std::io::stderr(), "{line}");
}
