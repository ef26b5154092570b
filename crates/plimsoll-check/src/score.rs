//! Precision and recall on the labelled collection.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::engine::{CheckError, Options, check};
use crate::finding::Check;

/// How one check did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Score {
    /// Labelled and found.
    pub hits: u32,
    /// Labelled and not found.
    pub misses: u32,
    /// Labelled as none and found all the same.
    pub alarms: u32,
    /// Labelled as none and not found.
    pub quiet: u32,
}

impl Score {
    /// Of what was found, how much is right; 1 if nothing was found.
    #[must_use]
    pub fn precision(self) -> f64 {
        ratio(self.hits, self.alarms)
    }

    /// Of what is there, how much was found; 1 if nothing is there.
    #[must_use]
    pub fn recall(self) -> f64 {
        ratio(self.hits, self.misses)
    }
}

fn ratio(good: u32, bad: u32) -> f64 {
    if good + bad == 0 {
        1.0
    } else {
        f64::from(good) / f64::from(good + bad)
    }
}

/// The scores of a tree of labelled sources (`corpus/README.md`), by check; and a line for each mistake.
///
/// # Errors
/// [`CheckError`] if the tree cannot be read.
pub fn score(root: &Path) -> Result<(BTreeMap<Check, Score>, Vec<String>), CheckError> {
    let report = check(root, &Options::default(), &|_, _| {})?;
    let found: BTreeSet<(&str, u32, Check)> = report
        .findings
        .iter()
        .map(|finding| (finding.path.as_str(), finding.line, finding.check))
        .collect();
    let mut scores: BTreeMap<Check, Score> = BTreeMap::new();
    let mut mistakes = Vec::new();
    let mut files: Vec<String> = Vec::new();
    collect(root, "", &mut files);
    files.sort();
    for path in &files {
        let text = std::fs::read_to_string(root.join(path)).unwrap_or_default();
        for (index, line) in text.lines().enumerate() {
            let Some((_, labels)) = line.split_once("//~ ").or_else(|| line.split_once("#~ "))
            else {
                continue;
            };
            let number = index as u32 + 1;
            for label in labels.split(',') {
                let Some((expected, check)) = label
                    .trim()
                    .split_once(' ')
                    .and_then(|(word, name)| Some((word, Check::named(name)?)))
                else {
                    mistakes.push(format!("{path}:{number}: `{label}` is no label"));
                    continue;
                };
                let score = scores.entry(check).or_default();
                let hit = found.contains(&(path.as_str(), number, check));
                match (expected == "yes", hit) {
                    (true, true) => score.hits += 1,
                    (false, false) => score.quiet += 1,
                    (true, false) => {
                        score.misses += 1;
                        mistakes.push(format!(
                            "{path}:{number}: missed {}: {}",
                            check.name(),
                            line.trim()
                        ));
                    }
                    (false, true) => {
                        score.alarms += 1;
                        mistakes.push(format!(
                            "{path}:{number}: false alarm of {}: {}",
                            check.name(),
                            line.trim()
                        ));
                    }
                }
            }
        }
    }
    Ok((scores, mistakes))
}

fn collect(root: &Path, below: &str, files: &mut Vec<String>) {
    let Ok(entries) = std::fs::read_dir(root.join(below)) else {
        return;
    };
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = if below.is_empty() {
            name
        } else {
            format!("{below}/{name}")
        };
        if entry.path().is_dir() {
            collect(root, &path, files);
        } else {
            files.push(path);
        }
    }
}
