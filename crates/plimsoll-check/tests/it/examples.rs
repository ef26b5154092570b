//! The documentation keeps its own rules: what it shows as good is clean, what it shows as bad is found.

use std::path::{Path, PathBuf};

use plimsoll_check::{Options, check_text};

/// A piece of code on a page.
struct Snippet {
    page: PathBuf,
    path: &'static str,
    text: String,
}

fn snippets() -> Vec<Snippet> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut pages = vec![root.join("README.md")];
    for folder in ["docs", "docs/rules"] {
        let entries = std::fs::read_dir(root.join(folder)).unwrap();
        pages.extend(entries.map(|entry| entry.unwrap().path()));
    }
    pages.retain(|page| page.extension().is_some_and(|extension| extension == "md"));
    pages.sort();
    let mut all = Vec::new();
    for page in pages {
        let mut current: Option<Snippet> = None;
        for line in std::fs::read_to_string(&page).unwrap().lines() {
            let fence = line.trim_start().strip_prefix("```");
            match (&mut current, fence) {
                (None, Some(language)) => {
                    let path = match language.split([',', ' ']).next().unwrap() {
                        "rust" => "src/snippet.rs",
                        "python" => "app/snippet.py",
                        _ => "snippet",
                    };
                    current = Some(Snippet {
                        page: page.clone(),
                        path,
                        text: String::new(),
                    });
                }
                (Some(_), Some(_)) => all.extend(current.take()),
                (Some(snippet), None) => {
                    let hidden = snippet.path.ends_with(".rs");
                    let line = line.strip_prefix("# ").filter(|_| hidden).unwrap_or(line);
                    snippet.text.push_str(line);
                    snippet.text.push('\n');
                }
                (None, None) => {}
            }
        }
        assert!(
            current.is_none(),
            "{} does not close a fence",
            page.display()
        );
    }
    all.retain(|snippet| snippet.path != "snippet");
    all
}

#[test]
fn examples_hold_the_rules_that_they_teach() {
    let all = snippets();
    let of = |extension: &str| {
        all.iter()
            .filter(|one| one.path.ends_with(extension))
            .count()
    };
    assert!(
        of(".rs") > 12 && of(".py") > 5,
        "{} and {}",
        of(".rs"),
        of(".py")
    );
    let mut bad = 0;
    for snippet in &all {
        let lines: Vec<&str> = snippet.text.lines().collect();
        for finding in check_text(snippet.path, &snippet.text, &Options::default()) {
            let shown = &lines[finding.line as usize - 1..finding.end_line as usize];
            assert!(
                shown.iter().any(|line| line.contains(finding.check.id())),
                "{} shows as good:\n{}\n{finding:?}",
                snippet.page.display(),
                snippet.text
            );
            bad += 1;
        }
    }
    assert!(bad >= 8, "the rules' pages show {bad} findings");
}
