//! Effective values against the code of helm-controller, on layers made by chance: `values SECONDS FIRST_SEED FOLDER`.
#![allow(clippy::print_stdout, reason = "it reports")]

use std::path::Path;
use std::time::Duration;

use tests::tally::Until;
use tests::values::run::run;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let number = |at: usize| arguments.get(at).and_then(|a| a.parse().ok()).unwrap_or(10);
    let folder = arguments.get(3).map_or("target/values", String::as_str);
    println!("{}", run(number(2), Until::Time(Duration::from_secs(number(1))), Path::new(folder)));
}
