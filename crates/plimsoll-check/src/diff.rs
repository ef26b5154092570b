//! `--diff REV`: only what touches lines changed since a revision.

use std::collections::HashMap;
use std::path::Path;
use std::process::Command;

use crate::finding::Finding;

/// The changed lines below a root.
#[derive(Debug, Clone, Default)]
pub struct Changed {
    /// By path: inclusive ranges of lines; none means the whole file.
    lines: HashMap<String, Vec<(u32, u32)>>,
    whole: Vec<String>,
}

/// Why the changes are not known.
#[derive(Debug, thiserror::Error)]
#[error("--diff {revision}: {message}")]
pub struct DiffError {
    revision: String,
    message: String,
}

impl Changed {
    /// Asks git what changed below `root` since `revision`; files that git does not know yet count as changed.
    ///
    /// # Errors
    /// [`DiffError`] if git is not there, `root` is in no repository, or the revision is unknown.
    pub fn since(root: &Path, revision: &str) -> Result<Self, DiffError> {
        let wrong = |message: String| DiffError {
            revision: revision.to_owned(),
            message,
        };
        if revision.starts_with('-') {
            return Err(wrong("is no revision".to_owned()));
        }
        let folder = if root.is_file() {
            root.parent().unwrap_or(root)
        } else {
            root
        };
        let folder = if folder.as_os_str().is_empty() {
            Path::new(".")
        } else {
            folder
        };
        let git = |arguments: &[&str]| -> Result<String, DiffError> {
            let output = Command::new("git")
                .arg("-C")
                .arg(folder)
                .args(arguments)
                .output();
            let output = output.map_err(|error| wrong(format!("git cannot be run: {error}")))?;
            if !output.status.success() {
                return Err(wrong(
                    String::from_utf8_lossy(&output.stderr)
                        .trim()
                        .replace('\n', " "),
                ));
            }
            Ok(String::from_utf8_lossy(&output.stdout).into_owned())
        };
        let diff = git(&[
            "-c",
            "core.quotePath=false",
            "diff",
            "--relative",
            "--no-color",
            "--no-ext-diff",
            "-U0",
            revision,
            "--",
            ".",
        ])?;
        let new = git(&[
            "-c",
            "core.quotePath=false",
            "ls-files",
            "--others",
            "--exclude-standard",
        ])?;
        let mut changed = Self::parse(&diff);
        changed.whole = new.lines().map(str::to_owned).collect();
        Ok(changed)
    }

    fn parse(diff: &str) -> Self {
        let mut changed = Self::default();
        let mut path = None;
        for line in diff.lines() {
            if let Some(name) = line.strip_prefix("+++ ") {
                path = name
                    .strip_prefix("b/")
                    .map(|name| name.trim_end_matches('\t').to_owned());
            } else if let (Some(hunk), Some(path)) = (line.strip_prefix("@@ "), &path) {
                let Some(added) = hunk.split(' ').find_map(|part| part.strip_prefix('+')) else {
                    continue;
                };
                let (start, count) = added.split_once(',').unwrap_or((added, "1"));
                if let (Ok(start), Ok(count)) = (start.parse::<u32>(), count.parse::<u32>())
                    && count > 0
                {
                    changed
                        .lines
                        .entry(path.clone())
                        .or_default()
                        .push((start, start + count - 1));
                }
            }
        }
        changed
    }

    /// Keeps the findings on changed lines.
    pub fn keep(&self, findings: &mut Vec<Finding>) {
        findings.retain(|finding| {
            self.whole.contains(&finding.path)
                || self.lines.get(&finding.path).is_some_and(|ranges| {
                    ranges
                        .iter()
                        .any(|(start, end)| finding.line <= *end && finding.end_line >= *start)
                })
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hunks_give_lines() {
        let diff = "diff --git a/x.rs b/x.rs\n--- a/x.rs\n+++ b/x.rs\n@@ -3,0 +4,2 @@ fn\n+a\n+b\n@@ -9 +12 @@\n-a\n+b\n@@ -20,2 +22,0 @@\n";
        assert_eq!(Changed::parse(diff).lines["x.rs"], [(4, 5), (12, 12)]);
    }
}
