//! Paths as their reader needs them: from the folder that a terminal, a runner or a code scanning service starts at.

use std::path::{Component, Path, PathBuf};

use crate::finding::Finding;

/// Names the findings of `root` (the folder or file that was checked) by their paths from `base`, `/`-separated; in full
/// where the two have nothing in common. They stay as they are if either is not there.
pub fn place(findings: &mut [Finding], root: &Path, base: &Path) {
    let Some(prefix) = prefix(root, base).filter(|prefix| !prefix.is_empty()) else {
        return;
    };
    for finding in findings {
        finding.path.insert_str(0, &prefix);
    }
}

/// The nearest folder at or above `path` that a git repository begins at.
#[must_use]
pub fn repository(path: &Path) -> Option<PathBuf> {
    let path = path.canonicalize().ok()?;
    path.ancestors()
        .find(|folder| folder.join(".git").exists())
        .map(Path::to_path_buf)
}

/// The way from `base` to the folder of `root`, ending in `/`; empty if they are the same.
fn prefix(root: &Path, base: &Path) -> Option<String> {
    let root = root.canonicalize().ok()?;
    let base = base.canonicalize().ok()?;
    let folder = if root.is_file() {
        root.parent()?
    } else {
        root.as_path()
    };
    let common = folder
        .components()
        .zip(base.components())
        .take_while(|(a, b)| a == b)
        .filter(|(a, _)| matches!(a, Component::Normal(_)))
        .count();
    let names = |path: &Path| -> Vec<String> {
        path.components()
            .filter(|part| matches!(part, Component::Normal(_)))
            .map(|part| part.as_os_str().to_string_lossy().into_owned())
            .collect()
    };
    let (down, up) = (names(folder), names(&base).len() - common);
    if common == 0 && up > 0 {
        return Some(format!(
            "{}/",
            folder.to_string_lossy().trim_end_matches('/')
        ));
    }
    let mut prefix = "../".repeat(up);
    for name in &down[common..] {
        prefix.push_str(name);
        prefix.push('/');
    }
    Some(prefix)
}

#[cfg(test)]
mod tests {
    use super::prefix;

    #[test]
    fn the_way_leads_from_one_to_the_other() {
        let folder = tempfile::tempdir().unwrap();
        let at = |path: &str| folder.path().join(path);
        std::fs::create_dir_all(at("svc/src")).unwrap();
        std::fs::create_dir_all(at("other")).unwrap();
        std::fs::write(at("svc/src/a.rs"), "").unwrap();
        for (root, base, way) in [
            ("svc", "", "svc/"),
            ("svc", "svc", ""),
            ("svc/src/a.rs", "", "svc/src/"),
            ("svc/src", "other", "../svc/src/"),
            ("", "svc/src", "../../"),
        ] {
            assert_eq!(
                prefix(&at(root), &at(base)).as_deref(),
                Some(way),
                "{root} from {base}"
            );
        }
        assert_eq!(prefix(&at("gone"), &at("")), None);
    }
}
