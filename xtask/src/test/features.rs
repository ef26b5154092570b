//! Each feature of `plimsoll` alone: what a service with small needs builds.

use std::process::Command;

use serde_json::Value;

use super::process;

/// The features of `plimsoll` as Cargo knows them, `default` apart.
fn names() -> Result<Vec<String>, String> {
    let text = process::output(
        Command::new(env!("CARGO"))
            .current_dir(crate::root())
            .args(["metadata", "--no-deps", "--format-version", "1"]),
    )?;
    let metadata: Value = serde_json::from_str(&text)
        .map_err(|error| format!("cargo metadata is not JSON: {error}"))?;
    let features = metadata["packages"]
        .as_array()
        .into_iter()
        .flatten()
        .find(|package| package["name"] == "plimsoll")
        .and_then(|package| package["features"].as_object())
        .ok_or("cargo metadata has no features of plimsoll")?;
    Ok(features
        .keys()
        .filter(|feature| *feature != "default")
        .cloned()
        .collect())
}

/// Lints `plimsoll` without features, with each one alone, and with its defaults and tests.
pub(super) fn lint_each() -> Result<(), String> {
    lint(&["--no-default-features"])?;
    for feature in names()? {
        lint(&["--no-default-features", "--features", &feature])?;
    }
    lint(&["--all-targets"])
}

fn lint(arguments: &[&str]) -> Result<(), String> {
    println!("plimsoll {}", arguments.join(" "));
    process::run(
        Command::new(env!("CARGO"))
            .current_dir(crate::root())
            .args(["clippy", "--quiet", "--locked", "--package", "plimsoll"])
            .args(arguments)
            .args(["--", "-D", "warnings"]),
    )
}

#[cfg(test)]
mod tests {
    #[test]
    fn finds_the_features_and_not_default() {
        let names = super::names().unwrap();
        assert!(names.iter().any(|name| name == "http"), "{names:?}");
        assert!(!names.iter().any(|name| name == "default"), "{names:?}");
    }
}
