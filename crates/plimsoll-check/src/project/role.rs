//! What a file is for, by its path and its package.

use super::manifest::{Package, PackageKind};
use crate::facts::Language;

/// What a file is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Role {
    /// Part of a service or a library: the rules hold.
    Product,
    /// A command-line tool, a management command: printing is its output.
    CommandLine,
    /// Tests, benches, examples, fixtures.
    Test,
    /// Build scripts, tasks of the repository, migrations, generated code.
    Tooling,
}

impl Role {
    /// No rule holds here.
    #[must_use]
    pub(crate) const fn is_exempt(self) -> bool {
        matches!(self, Self::Test | Self::Tooling)
    }
}

const TEST_FOLDERS: &[&str] = &[
    "tests",
    "test",
    "testing",
    "benches",
    "bench",
    "benchmark",
    "benchmarks",
    "examples",
    "example",
    "fixtures",
    "fixture",
    "testdata",
    "test_data",
    "testutil",
    "testutils",
    "test_utils",
    "test-utils",
    "test_util",
    "test-util",
    "mocks",
    "mock",
    "e2e",
    "integration_tests",
    "integration-tests",
    "fuzz",
    "samples",
    "sample",
    "demo",
    "demos",
    "docs",
    "doc",
    "tutorials",
    "tutorial",
    "playground",
    "loadtest",
    "load_tests",
    "functional_tests",
    "unit_tests",
    "stress",
    "testsuite",
];

const TOOL_FOLDERS: &[&str] = &[
    "scripts",
    "script",
    "xtask",
    "tools",
    "hack",
    "ci",
    ".ci",
    ".github",
    "contrib",
    "devtools",
    "dev",
    "scripts-dev",
    "packaging",
    "release",
    "_scripts",
    "maintenance",
    "docker",
    "deploy",
    "deployment",
    "debian",
    "utils_dev",
    "misc",
    "tooling",
    "node_modules",
    "vendor",
    "third_party",
    "migrations",
    ".venv",
    "alembic",
    "_migrations",
    "vendored",
    "_vendor",
    "evals",
];

const COMMAND_FOLDERS: &[&str] = &[
    "subcommand",
    "cli",
    "cmd",
    "cmds",
    "commands",
    "command",
    "console",
    "subcommands",
    "bin",
];

/// The role of the file at `path`, relative to the root.
pub(crate) fn role(path: &str, language: Language, package: Option<&Package>) -> Role {
    let mut parts: Vec<&str> = path.split('/').collect();
    let file = parts.pop().unwrap_or_default();
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    let lower: Vec<String> = parts.iter().map(|part| part.to_ascii_lowercase()).collect();
    let folder = |known: &[&str]| lower.iter().any(|part| known.contains(&part.as_str()));
    if folder(TEST_FOLDERS) || is_test_file(stem) || lower.iter().any(|part| is_test_package(part))
    {
        return Role::Test;
    }
    let folders = |part: &String| {
        TOOL_FOLDERS.contains(&part.as_str())
            && !(part == "migrations" && language == Language::Rust)
    };
    if lower.iter().any(folders) {
        return Role::Tooling;
    }
    match language {
        Language::Rust => {
            if stem == "build"
                && package.is_some_and(|package| package.directory == parts.join("/"))
            {
                return Role::Tooling;
            }
            let within: Vec<&String> = lower.iter().collect();
            let tool = package.is_some_and(|package| package.kind == PackageKind::CommandLine);
            let extra_binary = within.last().is_some_and(|last| *last == "bin")
                || within.len() > 1 && within[within.len() - 2] == "bin" && stem != "mod";
            // The binary that is named like its package is the service.
            let service = package.is_some_and(|package| {
                package.kind != PackageKind::CommandLine
                    && (package.only_binaries && package.kind == PackageKind::Service
                        || within.last().is_some_and(|last| **last == package.name)
                        || stem == package.name)
            });
            let commands = within
                .iter()
                .any(|part| COMMAND_FOLDERS[..8].contains(&part.as_str()));
            let listed =
                package.is_some_and(|package| package.tools.iter().any(|tool| tool == path));
            if tool
                || listed
                || extra_binary && !service
                || commands
                || matches!(
                    stem,
                    "cli"
                        | "cmd"
                        | "command"
                        | "commands"
                        | "args"
                        | "repl"
                        | "help"
                        | "usage"
                        | "banner"
                        | "completion"
                        | "completions"
                        | "wizard"
                        | "prompt"
                        | "prompts"
                )
            {
                return Role::CommandLine;
            }
        }
        Language::Python => {
            if matches!(
                stem,
                "setup"
                    | "noxfile"
                    | "fabfile"
                    | "conf"
                    | "dodo"
                    | "wscript"
                    | "versioneer"
                    | "pavement"
            ) {
                return Role::Tooling;
            }
            let named = matches!(
                stem,
                "manage"
                    | "cli"
                    | "__main__"
                    | "cmd"
                    | "commands"
                    | "console"
                    | "cmdline"
                    | "commandline"
                    | "shell"
                    | "repl"
            ) || stem.ends_with("_cli")
                || stem.starts_with("cli_")
                || stem.ends_with("_command");
            if named || folder(COMMAND_FOLDERS) || folder(&["manage"]) {
                return Role::CommandLine;
            }
        }
    }
    let words = crate::words::words(stem);
    let spoken = words.iter().any(|word| {
        matches!(
            word.as_str(),
            "cli"
                | "wizard"
                | "banner"
                | "usage"
                | "argparse"
                | "argument"
                | "arguments"
                | "tui"
                | "repl"
        )
    }) || words
        .first()
        .is_some_and(|word| matches!(word.as_str(), "arg" | "args" | "cmd"));
    if spoken {
        Role::CommandLine
    } else {
        Role::Product
    }
}

fn is_test_file(stem: &str) -> bool {
    matches!(
        stem,
        "tests"
            | "test"
            | "conftest"
            | "testing"
            | "testutils"
            | "test_utils"
            | "testutil"
            | "mock"
            | "mocks"
            | "benchmark"
            | "bench"
            | "proptest"
            | "test_util"
            | "locustfile"
            | "fixtures"
            | "pytest_plugin"
            | "demo"
            | "demos"
    ) || stem.starts_with("test_")
        || stem.ends_with("_test")
        || stem.ends_with("_tests")
        || stem.ends_with("_bench")
}

/// A crate or folder named for testing: `foo-test-utils`, `common-testing`, `foo-bench`.
fn is_test_package(folder: &str) -> bool {
    let words: Vec<&str> = folder.split(['-', '_']).collect();
    words.len() > 1
        && words.iter().any(|word| {
            matches!(
                *word,
                "test"
                    | "tests"
                    | "testing"
                    | "testutil"
                    | "testutils"
                    | "bench"
                    | "benches"
                    | "benchmark"
                    | "benchmarks"
                    | "loadtest"
                    | "fuzz"
                    | "mock"
                    | "mocks"
                    | "testkit"
                    | "example"
                    | "examples"
                    | "e2e"
                    | "xtask"
            )
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_tell_roles() {
        let rust = |path| role(path, Language::Rust, None);
        assert_eq!(rust("src/main.rs"), Role::Product);
        assert_eq!(rust("crates/foo/tests/it.rs"), Role::Test);
        assert_eq!(rust("crates/foo-test-utils/src/lib.rs"), Role::Test);
        assert_eq!(rust("xtask/src/main.rs"), Role::Tooling);
        assert_eq!(rust("src/cli/list.rs"), Role::CommandLine);
        let python = |path| role(path, Language::Python, None);
        assert_eq!(python("app/management/commands/load.py"), Role::CommandLine);
        assert_eq!(python("app/migrations/0001_initial.py"), Role::Tooling);
        assert_eq!(python("app/tasks.py"), Role::Product);
        assert_eq!(python("app/latest.py"), Role::Product);
    }
}
