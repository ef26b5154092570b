//! Scores a labelled tree.
#![allow(clippy::print_stdout, missing_docs)]
fn main() {
    let root = std::env::args().nth(1).unwrap_or_default();
    if let Ok((scores, mistakes)) = plimsoll_check::score::score(std::path::Path::new(&root)) {
        for m in mistakes {
            println!("{m}");
        }
        for (check, s) in scores {
            println!(
                "{:<14} yes {:>3} no {:>3}  P {:.3} R {:.3}",
                check.name(),
                s.hits + s.misses,
                s.alarms + s.quiet,
                s.precision(),
                s.recall()
            );
        }
    }
}
