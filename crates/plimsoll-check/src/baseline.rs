//! Today's findings on file, so that only new ones fail.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::finding::Finding;

/// The file's shape: fingerprints with a word about what they were, for those who read the diff.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Baseline {
    version: u32,
    findings: BTreeMap<String, Known>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Known {
    check: String,
    path: String,
}

/// Why a baseline could not be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BaselineError {
    /// It cannot be read or written.
    #[error("{path}: {source}")]
    Io {
        /// Which file.
        path: PathBuf,
        /// The system's error.
        source: std::io::Error,
    },
    /// It is no baseline of this version.
    #[error("{path} is no baseline of this version ({message}); delete it to record a new one")]
    Format {
        /// Which file.
        path: PathBuf,
        /// What is wrong.
        message: String,
    },
}

impl Baseline {
    /// What is found now.
    #[must_use]
    pub fn of(findings: &[Finding]) -> Self {
        let known = |finding: &Finding| Known {
            check: finding.check.name().to_owned(),
            path: finding.path.clone(),
        };
        Self {
            version: 1,
            findings: findings
                .iter()
                .map(|finding| (finding.fingerprint.clone(), known(finding)))
                .collect(),
        }
    }

    /// Reads a file; `None` if there is none yet.
    ///
    /// # Errors
    /// [`BaselineError`] if it cannot be read or is no baseline.
    pub fn read(path: &Path) -> Result<Option<Self>, BaselineError> {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(source) => {
                return Err(BaselineError::Io {
                    path: path.to_owned(),
                    source,
                });
            }
        };
        let wrong = |message: String| BaselineError::Format {
            path: path.to_owned(),
            message,
        };
        let baseline: Self =
            serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))?;
        if baseline.version != 1 {
            return Err(wrong(format!("version {}", baseline.version)));
        }
        Ok(Some(baseline))
    }

    /// Writes the file, sorted, one finding a line or two, so that diffs are small.
    ///
    /// # Errors
    /// [`BaselineError::Io`] if it cannot be written.
    pub fn write(&self, path: &Path) -> Result<(), BaselineError> {
        let mut text = serde_json::to_string_pretty(self).unwrap_or_default();
        text.push('\n');
        std::fs::write(path, text).map_err(|source| BaselineError::Io {
            path: path.to_owned(),
            source,
        })
    }

    /// Keeps the findings that are not on file; says how many were.
    pub fn subtract(&self, findings: &mut Vec<Finding>) -> usize {
        let before = findings.len();
        findings.retain(|finding| !self.findings.contains_key(&finding.fingerprint));
        before - findings.len()
    }
}
