//! `[check]` in `plimsoll.toml`: which rules do not hold for which paths.

use std::sync::atomic::{AtomicBool, Ordering};

use ignore::gitignore::{Gitignore, GitignoreBuilder};

use crate::engine::{CheckError, Options};
use crate::finding::{Check, Finding};
use crate::fingerprint::Fingerprints;
use crate::span::Span;

/// Rules that do not hold for some paths.
#[derive(Debug, Clone)]
pub struct Allow {
    /// Paths as in `.gitignore`, relative to [`Options::within`]'s beginning.
    pub paths: Vec<String>,
    /// Rules or checks; all if empty.
    pub rules: Vec<String>,
    /// Why; one without is itself a finding.
    pub reason: String,
    /// The file it is written in, relative to the root, and the line: where it is reported if it hides nothing.
    /// `None` where a run sees only a part of what it is meant for.
    pub place: Option<(String, u32)>,
}

/// The compiled patterns.
#[derive(Debug)]
pub(crate) struct Allows<'o> {
    within: &'o str,
    all: Vec<(Gitignore, &'o Allow, AtomicBool)>,
}

impl<'o> Allows<'o> {
    pub(crate) fn new(options: &'o Options) -> Result<Self, CheckError> {
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
            all.push((patterns, allow, AtomicBool::new(false)));
        }
        Ok(Self {
            within: &options.within,
            all,
        })
    }

    /// Whether one of them hides the finding; each that does so is marked as used.
    pub(crate) fn covers(&self, finding: &Finding) -> bool {
        let path = format!("{}{}", self.within, finding.path);
        let mut covered = false;
        for (patterns, allow, used) in &self.all {
            let selected = allow.rules.is_empty()
                || allow
                    .rules
                    .iter()
                    .any(|rule| finding.check.selected_by(rule));
            if selected
                && patterns
                    .matched_path_or_any_parents(&path, false)
                    .is_ignore()
            {
                used.store(true, Ordering::Relaxed);
                covered = true;
            }
        }
        covered
    }

    /// Those that hid nothing or give no reason.
    pub(crate) fn faults(&self) -> Vec<Finding> {
        let mut prints = Fingerprints::default();
        let mut findings = Vec::new();
        for (_, allow, used) in &self.all {
            let Some((path, line)) = &allow.place else {
                continue;
            };
            let (message, help) = if allow.reason.trim().is_empty() {
                (
                    "this [[check.allow]] gives no reason",
                    "say why the rules do not hold there: reason = \"...\"",
                )
            } else if !used.load(Ordering::Relaxed) {
                ("this [[check.allow]] hides nothing", "delete it")
            } else {
                continue;
            };
            findings.push(Finding {
                check: Check::Suppression,
                path: path.clone(),
                line: *line,
                column: 1,
                end_line: *line,
                end_column: 1,
                message: message.to_owned(),
                help: help.to_owned(),
                fingerprint: prints.of(Check::Suppression.name(), path, &allow.paths.join(" ")),
                span: Span::default(),
                fix: None,
            });
        }
        findings
    }
}
