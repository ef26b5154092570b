//! From a root to findings: walk, read in parallel, judge, sort.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::allow::{Allow, Allows};
use crate::context::Context;
use crate::facts::{Facts, Language};
use crate::finding::{Check, Finding, Hit};
use crate::fingerprint::Fingerprints;
use crate::package::{Evidence, Tally};
use crate::project::{PackageKind, SourceFile, Tree, role, walk};
use crate::rules::{self, Setting};
use crate::span::LineIndex;
use crate::suppress;

/// Files beyond this size are data or generated, not code that people write.
const MAX_FILE: u64 = 4 << 20;

/// Deeply nested code and long chains need stack; only touched pages cost memory.
const STACK: usize = 64 << 20;

/// What to report.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Report what judgement sets aside, too.
    pub strict: bool,
    /// Checks or rules to add to the default ones.
    pub enable: Vec<String>,
    /// Checks or rules to leave out.
    pub disable: Vec<String>,
    /// Where rules do not hold.
    pub allow: Vec<Allow>,
    /// The root's place below the folder that the paths of `allow` are relative to, ending in `/`; empty if it is that
    /// folder.
    pub within: String,
    /// Threads; as many as there are cores if `None`.
    pub threads: Option<usize>,
}

/// What a run found.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// Sorted by path, line, column, check.
    pub findings: Vec<Finding>,
    /// Findings that a baseline held back.
    pub known: usize,
    /// Files looked at.
    pub files: usize,
    /// Their bytes.
    pub bytes: u64,
    /// Files that do not parse; they were searched by tokens or in parts.
    pub broken: Vec<String>,
    /// Files that could not be read or are no text, with the reason.
    pub unreadable: Vec<(String, String)>,
}

/// Why a run could not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CheckError {
    /// The root cannot be read.
    #[error("{path}: {message}")]
    Root {
        /// As given.
        path: PathBuf,
        /// The system's words.
        message: String,
    },
    /// A path pattern of `[check]` is no pattern.
    #[error("[check] allow: `{pattern}` is no path pattern: {message}")]
    Pattern {
        /// As written.
        pattern: String,
        /// What is wrong with it.
        message: String,
    },
}

/// What one file gave.
struct Outcome {
    findings: Vec<Finding>,
    tally: Tally,
    tests: Vec<String>,
    broken: bool,
    unreadable: Option<String>,
}

/// Checks everything below `root` (or the one file).
///
/// `progress` is told after each file how many of how many are done, from any thread.
///
/// # Errors
/// [`CheckError`] if the root cannot be read or a pattern is wrong. Files that cannot be read are in the report.
pub fn check(
    root: &Path,
    options: &Options,
    progress: &(dyn Fn(usize, usize) + Sync),
) -> Result<Report, CheckError> {
    let tree = walk(root).map_err(|error| CheckError::Root {
        path: root.to_owned(),
        message: error.to_string(),
    })?;
    let allows = Allows::new(options)?;
    let files = &tree.files;
    let next = AtomicUsize::new(0);
    let done = AtomicUsize::new(0);
    let outcomes: Mutex<BTreeMap<usize, Outcome>> = Mutex::new(BTreeMap::new());
    let work = || {
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(file) = files.get(index) else { break };
            let outcome = one(file, &tree, options, &allows);
            if let Ok(mut all) = outcomes.lock() {
                all.insert(index, outcome);
            }
            progress(done.fetch_add(1, Ordering::Relaxed) + 1, files.len());
        }
    };
    let threads = options
        .threads
        .or_else(|| std::thread::available_parallelism().ok().map(usize::from))
        .unwrap_or(1)
        .clamp(1, files.len().max(1));
    std::thread::scope(|scope| {
        for _ in 0..threads {
            let worker = std::thread::Builder::new()
                .stack_size(STACK)
                .spawn_scoped(scope, work);
            debug_assert!(worker.is_ok());
        }
    });
    // Where no thread could be had, the work is still done.
    work();
    let outcomes = outcomes.into_inner().unwrap_or_default();
    Ok(gather(&tree, outcomes, options, &allows))
}

/// Checks one text as if it were the file at `path`; no package is known.
#[must_use]
pub fn check_text(path: &str, source: &str, options: &Options) -> Vec<Finding> {
    let Some(language) = Language::of(path) else {
        return Vec::new();
    };
    let setting = Setting {
        path,
        role: role(path, language, None),
        service: false,
        strict: options.strict,
    };
    let (mut hits, facts) = judge(source, language, setting);
    let lines = LineIndex::new(source);
    suppress::apply(
        &mut suppress::read(&facts, source, &lines),
        &mut hits,
        &lines,
    );
    let mut findings = to_findings(path, source, &lines, hits, options);
    findings.sort_by(order);
    findings
}

fn order(a: &Finding, b: &Finding) -> std::cmp::Ordering {
    (&a.path, a.line, a.column, a.check, a.end_line)
        .cmp(&(&b.path, b.line, b.column, b.check, b.end_line))
}

fn read(source: &str, language: Language) -> Facts {
    match language {
        Language::Rust => crate::rust::read(source),
        Language::Python => crate::python::read(source),
    }
}

fn judge(source: &str, language: Language, setting: Setting<'_>) -> (Vec<Hit>, Facts) {
    let facts = read(source, language);
    let hits = rules::run(
        &Context {
            facts: &facts,
            source,
        },
        setting,
    );
    (hits, facts)
}

fn wanted(check: Check, options: &Options) -> bool {
    let enabled = options.strict
        || check.by_default()
        || options
            .enable
            .iter()
            .any(|selector| check.selected_by(selector));
    enabled
        && !options
            .disable
            .iter()
            .any(|selector| check.selected_by(selector))
}

fn one(file: &SourceFile, tree: &Tree, options: &Options, allows: &Allows<'_>) -> Outcome {
    let mut outcome = Outcome {
        findings: Vec::new(),
        tally: Tally::default(),
        tests: Vec::new(),
        broken: false,
        unreadable: None,
    };
    if file.size > MAX_FILE {
        outcome.unreadable = Some(format!("larger than {} MiB", MAX_FILE >> 20));
        return outcome;
    }
    let source = match std::fs::read(&file.absolute) {
        Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        Err(error) => {
            outcome.unreadable = Some(error.to_string());
            return outcome;
        }
    };
    let place = tree.place(&file.path);
    let package = tree.packages.of(&place);
    let role = role(&place, file.language, package);
    outcome.tally.evidence = Evidence::read(&source, file.language, role);
    if !crate::prefilter::may_matter(&source, file.language) {
        return outcome;
    }
    let setting = Setting {
        path: &place,
        role,
        service: package.is_some_and(|package| package.kind == PackageKind::Service),
        strict: options.strict,
    };
    let (mut hits, facts) = judge(&source, file.language, setting);
    outcome.broken = facts.broken;
    outcome.tests = facts
        .test_modules
        .iter()
        .map(|name| name.text(&source).to_owned())
        .collect();
    let lines = LineIndex::new(&source);
    if !role.is_exempt() {
        outcome.tally.count(
            &Context {
                facts: &facts,
                source: &source,
            },
            &lines,
        );
        suppress::apply(
            &mut suppress::read(&facts, &source, &lines),
            &mut hits,
            &lines,
        );
    }
    outcome.findings = to_findings(&file.path, &source, &lines, hits, options);
    outcome.findings.retain(|finding| !allows.covers(finding));
    outcome
}

fn to_findings(
    path: &str,
    source: &str,
    lines: &LineIndex,
    mut hits: Vec<Hit>,
    options: &Options,
) -> Vec<Finding> {
    hits.retain(|hit| wanted(hit.check, options));
    hits.sort_by_key(|hit| (hit.span.start, hit.check));
    let mut prints = Fingerprints::default();
    hits.into_iter()
        .map(|hit| {
            let (line, column) = lines.position(source, hit.span.start);
            let (end_line, end_column) = lines.position(source, hit.span.end);
            Finding {
                check: hit.check,
                path: path.to_owned(),
                line,
                column,
                end_line,
                end_column,
                fingerprint: prints.of(hit.check.name(), path, hit.span.text(source)),
                message: hit.message,
                help: hit.help,
                span: hit.span,
                fix: hit.fix,
            }
        })
        .collect()
}

fn gather(
    tree: &Tree,
    outcomes: BTreeMap<usize, Outcome>,
    options: &Options,
    allows: &Allows<'_>,
) -> Report {
    let files = &tree.files;
    let packages = &tree.packages;
    let mut report = Report {
        files: files.len(),
        bytes: files.iter().map(|file| file.size).sum(),
        ..Report::default()
    };
    // `#[cfg(test)] mod helpers;` makes helpers.rs and everything below helpers/ a test.
    let mut tests: Vec<String> = Vec::new();
    for (index, outcome) in &outcomes {
        let path = &files[*index].path;
        let base = match path.rsplit_once('/') {
            Some((directory, "mod.rs" | "lib.rs" | "main.rs")) => format!("{directory}/"),
            None if matches!(path.as_str(), "lib.rs" | "main.rs" | "mod.rs") => String::new(),
            _ => format!("{}/", path.trim_end_matches(".rs")),
        };
        tests.extend(outcome.tests.iter().map(|name| format!("{base}{name}")));
    }
    let is_test = |path: &str| {
        tests.iter().any(|test| {
            path.strip_prefix(test.as_str())
                .is_some_and(|rest| rest == ".rs" || rest.starts_with('/'))
        })
    };
    let mut tallies: BTreeMap<String, Tally> = BTreeMap::new();
    for (index, outcome) in outcomes {
        let file = &files[index];
        if outcome.broken {
            report.broken.push(file.path.clone());
        }
        if let Some(reason) = outcome.unreadable {
            report.unreadable.push((file.path.clone(), reason));
        }
        if is_test(&file.path) {
            continue;
        }
        report.findings.extend(outcome.findings);
        let directory = packages
            .of(&tree.place(&file.path))
            .map_or(String::new(), |package| package.directory.clone());
        tallies
            .entry(directory)
            .or_default()
            .add(outcome.tally, &file.path);
    }
    // A part of a package says nothing about the whole.
    let mut project = if tree.within.is_empty() {
        crate::package::judge(&tallies, packages)
    } else {
        Vec::new()
    };
    project.retain(|finding| wanted(finding.check, options) && !allows.covers(finding));
    report.findings.extend(project);
    if wanted(Check::Suppression, options) {
        report.findings.extend(allows.faults());
    }
    report.findings.sort_by(order);
    report
}
