//! The files of a tree, in order, as git sees them.

use std::path::{Path, PathBuf};

use super::manifest::Packages;
use crate::facts::Language;

/// A file to read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct SourceFile {
    /// Relative to the root, `/`-separated.
    pub path: String,
    /// Where it lies.
    pub absolute: PathBuf,
    /// Its language.
    pub language: Language,
    /// Its bytes on disk.
    pub size: u64,
}

const MANIFESTS: &[&str] = &[
    "Cargo.toml",
    "pyproject.toml",
    "setup.py",
    "setup.cfg",
    "requirements.txt",
    "Pipfile",
];

/// As [`walk_with`]; a root that a `.gitignore` above it hides is checked all the same, since it was asked for.
pub(crate) fn walk(root: &Path) -> Result<(Vec<SourceFile>, Packages), std::io::Error> {
    let found = walk_with(root, true)?;
    if found.0.is_empty() {
        walk_with(root, false)
    } else {
        Ok(found)
    }
}

/// The sources and packages below `root`, or `root` itself if it is a file; sorted by path.
fn walk_with(root: &Path, parents: bool) -> Result<(Vec<SourceFile>, Packages), std::io::Error> {
    let meta = std::fs::metadata(root)?;
    let mut files = Vec::new();
    let mut packages = Packages::default();
    if meta.is_file() {
        let name = root
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        if let Some(language) = Language::of(&name) {
            files.push(SourceFile {
                path: name,
                absolute: root.to_owned(),
                language,
                size: meta.len(),
            });
        }
        return Ok((files, packages));
    }
    let mut manifests = Vec::new();
    let mut walker = ignore::WalkBuilder::new(root);
    // A tree without `.git` (an unpacked archive) still has its `.gitignore` respected.
    walker
        .require_git(false)
        .parents(parents)
        .follow_links(false);
    for entry in walker.build().flatten() {
        if !entry.file_type().is_some_and(|kind| kind.is_file()) {
            continue;
        }
        let Ok(relative) = entry.path().strip_prefix(root) else {
            continue;
        };
        let path = relative
            .components()
            .map(|part| part.as_os_str().to_string_lossy())
            .collect::<Vec<_>>()
            .join("/");
        let name = path.rsplit('/').next().unwrap_or(&path);
        if MANIFESTS.contains(&name) {
            manifests.push(path.clone());
        }
        if let Some(language) = Language::of(&path) {
            let size = entry.metadata().map_or(0, |meta| meta.len());
            files.push(SourceFile {
                path,
                absolute: entry.into_path(),
                language,
                size,
            });
        }
    }
    files.sort();
    manifests.sort();
    for path in &manifests {
        packages.add(root, path);
    }
    Ok((files, packages))
}
