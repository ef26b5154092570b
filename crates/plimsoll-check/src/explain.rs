//! `--explain PL003`.

use plimsoll_standard::Rule;

/// The page of `PL000`, the faults of suppressions themselves, which belong to no rule.
pub const SUPPRESSION_PAGE: &str = include_str!("../rules/PL000.md");

/// The page of a rule, as in `docs/rules`.
#[must_use]
pub fn explain(rule: Rule) -> &'static str {
    match rule {
        Rule::PrintForLogging => include_str!("../rules/PL001.md"),
        Rule::SensitiveData => include_str!("../rules/PL002.md"),
        Rule::UnstructuredMessage => include_str!("../rules/PL003.md"),
        Rule::NoLevels => include_str!("../rules/PL004.md"),
        Rule::NoHealthEndpoint => include_str!("../rules/PL005.md"),
        Rule::LogInLoop => include_str!("../rules/PL006.md"),
    }
}
