//! The steps, in their order, and what they share.

use std::path::PathBuf;
use std::process::Command;

use tempfile::TempDir;

use super::tally::Tally;
use super::{features, leftovers, licences, process};

/// One step of the proof. Its name is what `--only` takes.
pub(super) struct Step {
    pub(super) name: &'static str,
    pub(super) about: &'static str,
    /// Whether it needs the servers and tools that `requirements` installs.
    pub(super) needs_tools: bool,
    pub(super) run: fn(&mut Run) -> Result<(), String>,
}

/// Cheap steps first. `clippy`, `doc` and `features` check, `test` and `doctest` build: each group shares
/// one set of artefacts, since features and profile are the same within it.
pub(super) const ALL: &[Step] = &[
    Step {
        name: "fmt",
        about: "the formatting",
        needs_tools: false,
        run: |_| process::run(&mut cargo(&["fmt", "--all", "--check"])),
    },
    Step {
        name: "licences",
        about: "every dependency is let in by deny.toml",
        needs_tools: false,
        run: |_| licences::check(&crate::root().join("Cargo.toml")),
    },
    Step {
        name: "clippy",
        about: "the lints, all targets and features, warnings denied",
        needs_tools: false,
        run: |_| {
            process::run(&mut cargo(&[
                "clippy",
                "--locked",
                "--workspace",
                "--all-targets",
                "--all-features",
                "--",
                "-D",
                "warnings",
            ]))
        },
    },
    Step {
        name: "test",
        about: "every test",
        needs_tools: true,
        run: Run::test,
    },
    Step {
        name: "check",
        about: "the six rules on the project itself, without a baseline",
        needs_tools: false,
        run: |_| {
            let binary = [
                "run",
                "--quiet",
                "--locked",
                "--package",
                "plimsoll-cli",
                "--bin",
                "plimsoll",
            ];
            process::run(cargo(&binary).args(["--", "check"]))
        },
    },
    Step {
        name: "doctest",
        about: "every example of the documentation",
        needs_tools: true,
        run: Run::doctest,
    },
    Step {
        name: "features",
        about: "each feature of plimsoll alone",
        needs_tools: false,
        run: |_| features::lint_each(),
    },
    Step {
        name: "doc",
        about: "the documentation, warnings denied",
        needs_tools: false,
        run: |_| {
            process::run(
                cargo(&[
                    "doc",
                    "--locked",
                    "--workspace",
                    "--all-features",
                    "--no-deps",
                ])
                .env("RUSTDOCFLAGS", "-D warnings"),
            )
        },
    },
    Step {
        name: "apart",
        about: "the measurements and the fuzz targets, workspaces of their own, compile",
        needs_tools: false,
        run: |_| check_apart(),
    },
];

/// Compiles what no other step sees, so that it cannot rot. What it shares with the project is compiled once for both.
fn check_apart() -> Result<(), String> {
    for workspace in ["bench", "fuzz"] {
        let mut check = cargo(&["check", "--locked", "--workspace", "--all-targets"]);
        check
            .current_dir(crate::root().join(workspace))
            .env("CARGO_TARGET_DIR", crate::root().join("target"))
            // Nothing is linked, so the fuzzer itself, in C++, need not be built.
            .env("CUSTOM_LIBFUZZER_PATH", "/nowhere/libfuzzer.a");
        process::run(&mut check)?;
    }
    Ok(())
}

/// What the steps of one run share.
pub(super) struct Run {
    /// The Python with the strict `OpenMetrics` parser, if a step needs tools.
    python: Option<PathBuf>,
    /// Where the tests put their files. Short, for the path of a socket has at most 107 bytes.
    directory: Option<TempDir>,
    mark: String,
    tally: Option<Tally>,
}

impl Run {
    pub(super) fn new(python: Option<PathBuf>) -> std::io::Result<Self> {
        let directory = tempfile::Builder::new().prefix("plimsoll-").tempdir()?;
        // Servers that refuse to run as root are started as another user, who must get in.
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            std::fs::set_permissions(directory.path(), std::fs::Permissions::from_mode(0o711))?;
        }
        let mark = directory
            .path()
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        Ok(Self {
            python,
            directory: Some(directory),
            mark,
            tally: None,
        })
    }

    /// How many tests ran, if a step ran any.
    pub(super) fn tally(&self) -> Option<Tally> {
        self.tally
    }

    /// Ends what the tests left running, and removes what they left on disk.
    pub(super) fn clean_up(&mut self) {
        for process in leftovers::end(&self.mark) {
            println!("==> a test left {process} behind; ended");
        }
        if let Some(directory) = self.directory.take() {
            let path = directory.path().to_path_buf();
            if let Err(error) = directory.close() {
                eprintln!("{} is left behind: {error}", path.display());
            }
        }
    }

    fn test(&mut self) -> Result<(), String> {
        let nextest = cargo(&["nextest", "--version"])
            .output()
            .is_ok_and(|output| output.status.success());
        // Tests of the library that need a tool are marked `#[ignore]`, so that `cargo test -p plimsoll` needs
        // nothing; here the tools are present and nothing is left out but tests called `child`, which are the
        // other half of the test that starts them.
        let command = if nextest {
            cargo(&[
                "nextest",
                "run",
                "--locked",
                "--workspace",
                "--all-features",
                "--no-fail-fast",
                "--run-ignored",
                "all",
                "-E",
                "not test(/(^|::)child$/)",
            ])
        } else {
            println!(
                "cargo-nextest is not here, so cargo test runs them, slower; cargo install --locked cargo-nextest"
            );
            cargo(&[
                "test",
                "--locked",
                "--workspace",
                "--all-features",
                "--no-fail-fast",
                "--lib",
                "--bins",
                "--tests",
                "--",
                "--include-ignored",
                "--skip",
                "::child",
            ])
        };
        self.run_tests(command)
    }

    fn doctest(&mut self) -> Result<(), String> {
        self.run_tests(cargo(&[
            "test",
            "--locked",
            "--workspace",
            "--all-features",
            "--no-fail-fast",
            "--doc",
        ]))
    }

    fn run_tests(&mut self, mut command: Command) -> Result<(), String> {
        command.env(leftovers::MARK, &self.mark);
        if let Some(directory) = &self.directory {
            command.env("TMPDIR", directory.path());
        }
        if let Some(python) = &self.python {
            command.env("PLIMSOLL_TEST_PYTHON", python);
        }
        let tally = self.tally.get_or_insert_default();
        process::run_with_lines(&mut command, |line| tally.read(line))
    }
}

fn cargo(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO"));
    command.current_dir(crate::root()).args(arguments);
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_steps_share_a_name() {
        let mut names: Vec<_> = ALL.iter().map(|step| step.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), ALL.len());
    }

    #[test]
    fn the_directory_leaves_room_for_a_socket_and_goes_away() {
        let mut run = Run::new(None).unwrap();
        let path = run.directory.as_ref().unwrap().path().to_path_buf();
        assert!(path.as_os_str().len() < 60, "{}", path.display());
        std::fs::write(path.join("left"), "").unwrap();
        run.clean_up();
        assert!(!path.exists());
    }
}
