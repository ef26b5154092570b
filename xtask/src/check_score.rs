//! `cargo xtask check-score`: precision and recall of `plimsoll check` on the labelled collection.

use std::process::ExitCode;

use plimsoll_check::score::score;

use crate::Outcome;

/// What a check must reach on the scoring half.
const BAR: f64 = 0.95;

/// Examples: `cargo xtask check-score`
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Name every mistake
    #[arg(long)]
    mistakes: bool,
}

pub(crate) fn run(args: &Args) -> Outcome {
    let mut held = true;
    println!(
        "{:<6} {:<8} {:<14} {:>4} {:>4} {:>10} {:>7}",
        "half", "language", "check", "yes", "no", "precision", "recall"
    );
    for half in ["tune", "score"] {
        for language in ["rust", "python"] {
            let root = crate::root()
                .join("crates/plimsoll-check/corpus")
                .join(half)
                .join(language);
            let (scores, mistakes) = score(&root)?;
            for (check, score) in scores {
                let (precision, recall) = (score.precision(), score.recall());
                println!(
                    "{half:<6} {language:<8} {:<14} {:>4} {:>4} {precision:>10.3} {recall:>7.3}",
                    check.name(),
                    score.hits + score.misses,
                    score.alarms + score.quiet,
                );
                held &= half != "score" || precision >= BAR && recall >= BAR;
            }
            if args.mistakes {
                for mistake in mistakes {
                    println!("  {mistake}");
                }
            }
        }
    }
    if !held {
        println!("below {BAR} on the scoring half");
    }
    Ok(if held {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
