//! The labelled collection: the scoring half holds the bar, the other half has no mistakes.

use std::path::Path;

use plimsoll_check::Check;
use plimsoll_check::score::score;

const LINE_LEVEL: [Check; 5] = [
    Check::Print,
    Check::Secret,
    Check::Unstructured,
    Check::WrongLevel,
    Check::LogInLoop,
];

fn corpus(half: &str, language: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("corpus")
        .join(half)
        .join(language)
}

#[test]
fn the_scoring_half_holds_the_bar() {
    for language in ["rust", "python"] {
        let (scores, mistakes) = score(&corpus("score", language)).unwrap();
        for check in LINE_LEVEL {
            let score = scores[&check];
            assert!(
                score.precision() >= 0.95 && score.recall() >= 0.95,
                "{language} {}: {score:?}\n{}",
                check.name(),
                mistakes.join("\n")
            );
        }
    }
}

#[test]
fn there_are_enough_cases() {
    for language in ["rust", "python"] {
        let (tune, _) = score(&corpus("tune", language)).unwrap();
        let (scoring, _) = score(&corpus("score", language)).unwrap();
        for check in LINE_LEVEL {
            let (a, b) = (tune[&check], scoring[&check]);
            let positive = a.hits + a.misses + b.hits + b.misses;
            let negative = a.alarms + a.quiet + b.alarms + b.quiet;
            assert!(
                positive >= 40 && negative >= 40,
                "{language} {}: {positive} and {negative}",
                check.name()
            );
        }
    }
}

#[test]
fn the_tuning_half_has_no_mistakes() {
    for language in ["rust", "python"] {
        let (_, mistakes) = score(&corpus("tune", language)).unwrap();
        assert!(mistakes.is_empty(), "{language}:\n{}", mistakes.join("\n"));
    }
}
