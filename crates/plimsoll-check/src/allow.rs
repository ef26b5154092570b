//! `[check]` in `plimsoll.toml`: which rules do not hold for which paths.

use ignore::gitignore::{Gitignore, GitignoreBuilder};

use crate::engine::{CheckError, Options};
use crate::finding::Finding;

/// The compiled patterns.
#[derive(Debug)]
pub(crate) struct Allows {
    all: Vec<(Gitignore, Vec<String>)>,
}

impl Allows {
    pub(crate) fn new(options: &Options) -> Result<Self, CheckError> {
        let mut all = Vec::new();
        for allow in &options.allow {
            let mut builder = GitignoreBuilder::new("");
            for pattern in &allow.paths {
                let added = builder.add_line(None, pattern);
                added.map_err(|error| CheckError::Pattern {
                    pattern: pattern.clone(),
                    message: error.to_string(),
                })?;
            }
            let built = builder.build();
            let patterns = built.map_err(|error| CheckError::Pattern {
                pattern: allow.paths.join(", "),
                message: error.to_string(),
            })?;
            all.push((patterns, allow.rules.clone()));
        }
        Ok(Self { all })
    }

    pub(crate) fn covers(&self, finding: &Finding) -> bool {
        self.all.iter().any(|(patterns, rules)| {
            (rules.is_empty() || rules.iter().any(|rule| finding.check.selected_by(rule)))
                && patterns
                    .matched_path_or_any_parents(&finding.path, false)
                    .is_ignore()
        })
    }
}
