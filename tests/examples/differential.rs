//! kustomize-rs against kustomize on trees made by chance: `differential SECONDS FIRST_SEED FOLDER [inside]`; the last word asks for
//! texts inside texts only.
#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "it reports")]

use std::path::Path;
use std::time::Duration;

use tests::differential::run::run;
use tests::differential::{case, inside};
use tests::tally::Until;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let number = |at: usize| arguments.get(at).and_then(|a| a.parse().ok()).unwrap_or(10);
    let folder = arguments.get(3).map_or("target/differential", String::as_str);
    let make = if arguments.get(4).is_some_and(|a| a == "inside") { inside::case } else { case };
    let until = Until::Time(Duration::from_secs(number(1)));
    println!("{}", run(make, number(2), until, Path::new(folder)).tally);
}
