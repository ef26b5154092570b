//! The names of files put aside: `orders.log.2026-11-22T070906.232288Z`, which sort by age.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::encode::timestamp;

/// The name under which `path` is put aside at a moment.
pub(super) fn aside(path: &Path, moment: Duration) -> PathBuf {
    let mut text = Vec::new();
    timestamp::write(&mut text, moment);
    text.retain(|&byte| byte != b':');
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(OsString::from(String::from_utf8_lossy(&text).into_owned()));
    PathBuf::from(name)
}

/// Whether `name` is one that [`aside`] makes of `base`.
pub(super) fn is_aside(base: &str, name: &str) -> bool {
    const SHAPE: &str = "0000-00-00T000000.000000Z";
    let Some(moment) = name
        .strip_prefix(base)
        .and_then(|rest| rest.strip_prefix('.'))
    else {
        return false;
    };
    let fits = |(shape, byte): (u8, u8)| {
        if shape == b'0' {
            byte.is_ascii_digit()
        } else {
            shape == byte
        }
    };
    moment.len() == SHAPE.len() && SHAPE.bytes().zip(moment.bytes()).all(fits)
}

/// Deletes the oldest files put aside until `keep` are left. What cannot be deleted stays until the next time.
pub(super) fn retain(path: &Path, keep: usize) {
    let (Some(base), Some(directory)) = (
        path.file_name().and_then(|name| name.to_str()),
        path.parent(),
    ) else {
        return;
    };
    let directory = if directory.as_os_str().is_empty() {
        Path::new(".")
    } else {
        directory
    };
    let Ok(entries) = std::fs::read_dir(directory) else {
        return;
    };
    let name =
        |entry: std::io::Result<std::fs::DirEntry>| entry.ok()?.file_name().into_string().ok();
    let mut names: Vec<String> = entries
        .filter_map(name)
        .filter(|name| is_aside(base, name))
        .collect();
    names.sort_unstable();
    let surplus = names.len().saturating_sub(keep);
    for name in &names[..surplus] {
        let _ = std::fs::remove_file(directory.join(name));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_put_aside_is_ever_deleted() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a.log");
        let names: Vec<PathBuf> = (0..4)
            .map(|second| aside(&path, Duration::from_secs(second)))
            .collect();
        let others = [
            "a.log",
            "a.log.1",
            "a.log.gz",
            "b.log.1970-01-01T000000.000000Z",
            "a.log.1970-01-01T000000.000000Z.gz",
        ];
        for path in names
            .iter()
            .cloned()
            .chain(others.map(|name| directory.path().join(name)))
        {
            std::fs::write(path, "x").unwrap();
        }
        retain(&path, 2);
        let left: Vec<bool> = names.iter().map(|name| name.exists()).collect();
        assert_eq!(left, [false, false, true, true]);
        assert!(
            others
                .iter()
                .all(|name| directory.path().join(name).exists())
        );
    }
}
