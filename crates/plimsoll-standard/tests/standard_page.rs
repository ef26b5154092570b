//! `docs/standard.md` promises that every sentence of the standard has a place that keeps it and a test that
//! proves it. This test holds the page to that: each row names files that exist and tests that are there.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The cells of the page's table rows (sentence, kept by, proven by), without its head.
fn rows(page: &str) -> Vec<Vec<String>> {
    page.lines()
        .filter(|line| {
            line.starts_with("| ")
                && !line.starts_with("| The standard says")
                && !line.starts_with("| --")
        })
        .map(|line| {
            line.trim_matches('|')
                .split(" | ")
                .map(|cell| cell.trim().to_owned())
                .collect()
        })
        .collect()
}

/// What stands between backquotes in a cell.
fn quoted(cell: &str) -> Vec<&str> {
    cell.split('`').skip(1).step_by(2).collect()
}

#[test]
fn every_row_names_places_and_tests_that_exist() {
    let page = fs::read_to_string(root().join("docs/standard.md")).unwrap();
    let rows = rows(&page);
    assert!(
        rows.len() >= 30,
        "only {} rows: the page lost some",
        rows.len()
    );
    for row in &rows {
        let [sentence, kept, proven] = row.as_slice() else {
            panic!("three cells, please: {row:?}")
        };
        let places = quoted(kept);
        assert!(!places.is_empty(), "no place keeps: {sentence}");
        for place in places {
            assert!(
                root().join(place).exists(),
                "{sentence}: there is no {place}"
            );
        }
        let tests = quoted(proven);
        assert!(!tests.is_empty(), "no test proves: {sentence}");
        for test in tests {
            let (file, name) = test
                .split_once("::")
                .unwrap_or_else(|| panic!("{sentence}: write file::test, not {test}"));
            let text = fs::read_to_string(root().join(file))
                .unwrap_or_else(|_| panic!("{sentence}: there is no {file}"));
            let found = match Path::new(file).extension().and_then(|end| end.to_str()) {
                Some("rs") => text.contains(&format!("fn {name}(")),
                _ => text.contains(name),
            };
            assert!(found, "{sentence}: {file} has no test {name}");
        }
    }
}
