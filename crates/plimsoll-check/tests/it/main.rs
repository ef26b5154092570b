//! The checker on whole trees and texts.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod any_bytes;
mod baseline;
mod compiled;
mod corpus;
mod examples;
mod fixes;
mod hints;
mod pages;
mod projects;
mod sarif;
mod spared;
mod suppressions;

use std::path::Path;

use plimsoll_check::{Check, Finding, Options, Report, check};

/// Writes a tree into a folder of its own.
fn tree(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    folder
}

fn run(root: &Path) -> Report {
    check(root, &Options::default(), &|_, _| {}).unwrap()
}

fn checks(findings: &[Finding]) -> Vec<Check> {
    findings.iter().map(|finding| finding.check).collect()
}
