//! Prints findings as JSON lines: for looking at real trees while working on the rules.
#![allow(clippy::print_stdout, missing_docs)]
fn main() {
    let root = std::env::args().nth(1).unwrap_or_default();
    let strict = std::env::args().any(|a| a == "--strict");
    let options = plimsoll_check::Options {
        strict,
        ..Default::default()
    };
    match plimsoll_check::check(std::path::Path::new(&root), &options, &|_, _| {}) {
        Ok(report) => print!("{}", plimsoll_check::report::json(&report.findings)),
        Err(error) => println!("{error}"),
    }
}
