//! `--fix`: applies the replacements that findings carry.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::finding::Finding;

/// A file that could not be fixed.
#[derive(Debug, thiserror::Error)]
#[error("{path}: {source}")]
pub struct FixError {
    path: PathBuf,
    source: std::io::Error,
}

/// Applies the fixes of `findings` to the files below `root`; says how many were applied.
///
/// # Errors
/// [`FixError`] if a file cannot be read or written; files before it are fixed already.
pub fn fix(root: &Path, findings: &[Finding]) -> Result<usize, FixError> {
    let mut by_path: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
    for finding in findings.iter().filter(|finding| finding.fix.is_some()) {
        by_path.entry(&finding.path).or_default().push(finding);
    }
    let mut applied = 0;
    for (name, findings) in by_path {
        let path = if root.is_file() {
            root.to_owned()
        } else {
            root.join(name)
        };
        let wrong = |source| FixError {
            path: path.clone(),
            source,
        };
        let text = std::fs::read_to_string(&path).map_err(wrong)?;
        let (fixed, count) = fix_text(&text, &findings);
        if count > 0 {
            std::fs::write(&path, fixed).map_err(wrong)?;
        }
        applied += count;
    }
    Ok(applied)
}

/// The text with the fixes of its findings, and how many were applied. Of fixes that overlap the first one wins.
#[must_use]
pub fn fix_text(text: &str, findings: &[&Finding]) -> (String, usize) {
    let mut fixes: Vec<_> = findings
        .iter()
        .filter_map(|finding| finding.fix.as_ref())
        .collect();
    fixes.sort_by_key(|fix| fix.edits.first().map(|(span, _)| span.start));
    let mut result = String::with_capacity(text.len());
    let mut at = 0usize;
    let mut applied = 0;
    for fix in fixes {
        let fits = fix
            .edits
            .first()
            .is_some_and(|(span, _)| span.start as usize >= at)
            && fix
                .edits
                .iter()
                .all(|(span, _)| text.get(span.start as usize..span.end as usize).is_some());
        if !fits {
            continue;
        }
        for (span, new) in &fix.edits {
            result.push_str(text.get(at..span.start as usize).unwrap_or_default());
            result.push_str(new);
            at = span.end as usize;
        }
        applied += 1;
    }
    result.push_str(text.get(at..).unwrap_or_default());
    (result, applied)
}
