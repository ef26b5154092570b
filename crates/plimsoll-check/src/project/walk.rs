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

/// What lies below a root.
#[derive(Debug)]
pub(crate) struct Tree {
    /// Sorted by path.
    pub files: Vec<SourceFile>,
    /// Their packages, by place.
    pub packages: Packages,
    /// The root's own place in the package around it, ending in `/`; empty if the root holds its packages itself.
    pub within: String,
}

impl Tree {
    /// Where a file stands in its package: what tells its role. Findings are named by the path alone.
    pub(crate) fn place(&self, path: &str) -> String {
        format!("{}{path}", self.within)
    }
}

/// The sources below `root`. A root that a `.gitignore` above it hides is checked all the same, since it was asked for;
/// one that is a part of a package is judged as that part.
pub(crate) fn walk(root: &Path) -> Result<Tree, std::io::Error> {
    let mut found = walk_with(root, true)?;
    if found.0.is_empty() {
        found = walk_with(root, false)?;
    }
    let (files, mut packages) = found;
    let mut within = String::new();
    if packages.is_empty()
        && let Some((above, manifest, place)) = enclosing(root)
    {
        packages.add(&above, manifest);
        within = place;
    }
    Ok(Tree {
        files,
        packages,
        within,
    })
}

/// The nearest folder above `root` with a manifest, that manifest, and the way down from there to the files' folder.
fn enclosing(root: &Path) -> Option<(PathBuf, &'static str, String)> {
    let root = root.canonicalize().ok()?;
    let folder = if root.is_file() {
        root.parent()?
    } else {
        root.as_path()
    };
    for above in folder.ancestors() {
        let found = MANIFESTS.iter().find(|name| above.join(name).is_file());
        if let Some(manifest) = found {
            let way = folder.strip_prefix(above).ok()?;
            let place = way
                .components()
                .map(|part| format!("{}/", part.as_os_str().to_string_lossy()))
                .collect();
            return Some((above.to_owned(), *manifest, place));
        }
        if above.join(".git").exists() {
            break;
        }
    }
    None
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
