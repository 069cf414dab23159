//! `flux::envsubst` against Flux's own module on texts made by chance: `envsubst SECONDS FIRST_SEED FOLDER`.
#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "it reports")]

use std::path::Path;
use std::time::Duration;

use tests::envsubst::run::run;
use tests::tally::Until;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let number = |at: usize| arguments.get(at).and_then(|a| a.parse().ok()).unwrap_or(10);
    let folder = arguments.get(3).map_or("target/envsubst", String::as_str);
    println!("{}", run(number(2), Until::Time(Duration::from_secs(number(1))), Path::new(folder)));
}
