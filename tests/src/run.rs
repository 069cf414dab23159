//! Running a program to its end, and what it said.

use std::io::Read;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// No command of a test may take longer.
const PATIENCE: Duration = Duration::from_secs(300);

/// What a program said and how it ended.
#[derive(Debug, Clone)]
pub struct Ran {
    /// The command line.
    pub command: String,
    /// The exit code; -1 when a signal ended it.
    pub code: i32,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
    /// How long it took.
    pub took: Duration,
}

impl Ran {
    /// Asserts the exit code, and shows everything when it is another.
    #[track_caller]
    pub fn expect(self, code: i32) -> Ran {
        assert_eq!(self.code, code, "another exit code than expected\n{self}");
        self
    }

    /// Asserts that standard error holds a text.
    #[track_caller]
    pub fn says(self, text: &str) -> Ran {
        assert!(self.stderr.contains(text), "`{text}` is not said\n{self}");
        self
    }

    /// Asserts that standard error does not hold a text.
    #[track_caller]
    pub fn does_not_say(self, text: &str) -> Ran {
        assert!(!self.stderr.contains(text), "`{text}` is said\n{self}");
        self
    }

    /// Asserts that standard output holds a text, however wide its columns are.
    #[track_caller]
    pub fn prints(self, text: &str) -> Ran {
        let words =
            |text: &str| text.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
        assert!(words(&self.stdout).contains(&words(text)), "`{text}` is not printed\n{self}");
        self
    }

    /// Standard output as JSON.
    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("no JSON: {error}\n{self}"))
    }

    /// Standard output without the blanks around it.
    pub fn text(&self) -> &str {
        self.stdout.trim()
    }
}

impl std::fmt::Display for Ran {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(out, "$ {}\n(exit code {}, {:.1} s)", self.command, self.code, self.took.as_secs_f64())?;
        write!(out, "--- stdout\n{}\n--- stderr\n{}", self.stdout.trim_end(), self.stderr.trim_end())
    }
}

/// Runs a command to its end, without a terminal; one that takes too long is killed and fails the test.
#[track_caller]
pub fn run(mut command: Command) -> Ran {
    let shown = shown(&command);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let begun = Instant::now();
    let child = command.spawn().unwrap_or_else(|error| panic!("start {shown}: {error}"));
    finish(child, shown, begun)
}

/// Waits for a child whose outputs are piped (those that were taken by the caller stay empty).
#[track_caller]
pub fn finish(mut child: Child, command: String, begun: Instant) -> Ran {
    // Two threads, since a full pipe would stop the program.
    let stdout = child.stdout.take().map(|pipe| std::thread::spawn(move || read(pipe)));
    let stderr = child.stderr.take().map(|pipe| std::thread::spawn(move || read(pipe)));
    let mut killed = false;
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        if begun.elapsed() > PATIENCE {
            killed = true;
            child.kill().unwrap();
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    let text = |reader: Option<std::thread::JoinHandle<String>>| {
        reader.map(|it| it.join().unwrap()).unwrap_or_default()
    };
    let ran = Ran {
        command,
        code: status.code().unwrap_or(-1),
        stdout: text(stdout),
        stderr: text(stderr),
        took: begun.elapsed(),
    };
    assert!(!killed, "took too long and was killed\n{ran}");
    ran
}

/// The command line as a person would type it.
pub fn shown(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" ")
}

fn read(mut pipe: impl Read) -> String {
    let mut bytes = Vec::new();
    pipe.read_to_end(&mut bytes).unwrap();
    String::from_utf8_lossy(&bytes).into_owned()
}
