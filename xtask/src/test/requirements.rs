//! What the tests need besides a Rust toolchain, and how it gets onto the machine.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::process;

/// The strict `OpenMetrics` parser that the metrics tests ask; pinned so that the verdict stays the same.
const PROMETHEUS_CLIENT: &str = "prometheus-client==0.26.0";

struct Tool {
    name: &'static str,
    debian: &'static str,
    homebrew: &'static str,
    present: fn() -> bool,
}

const TOOLS: &[Tool] = &[
    Tool {
        name: "postgres",
        debian: "postgresql",
        homebrew: "postgresql",
        present: postgres,
    },
    Tool {
        name: "redis-server",
        debian: "redis-server",
        homebrew: "redis",
        present: || on_path("redis-server"),
    },
    Tool {
        name: "promtool",
        debian: "prometheus",
        homebrew: "prometheus",
        present: || on_path("promtool"),
    },
    Tool {
        name: "python3 with venv",
        debian: "python3-venv",
        homebrew: "python",
        present: python_with_venv,
    },
];

/// Installs what is missing if this is Debian and we are root, and returns the Python that has the strict
/// parser. The error is the text for the user, its last line the command that installs what is missing.
pub(super) fn provide(root: &Path) -> Result<PathBuf, String> {
    components()?;
    let missing = missing();
    if !missing.is_empty() {
        let names: Vec<_> = missing.iter().map(|tool| tool.name).collect();
        if !(debian() && am_root()) {
            return Err(format!(
                "missing for the tests: {}; this line installs it:\n{}",
                names.join(", "),
                line_that_installs(&missing)
            ));
        }
        println!("==> installing {}", names.join(", "));
        install(&missing)?;
        let still: Vec<_> = self::missing().iter().map(|tool| tool.name).collect();
        if !still.is_empty() {
            return Err(format!("installed, but not found: {}", still.join(", ")));
        }
    }
    python(&root.join("target/xtask/python"))
}

fn components() -> Result<(), String> {
    for component in ["fmt", "clippy"] {
        let found = Command::new(env!("CARGO"))
            .args([component, "--version"])
            .output()
            .is_ok_and(|output| output.status.success());
        if !found {
            return Err(format!(
                "missing for the tests: cargo {component}; this line installs it:\nrustup component add rustfmt clippy"
            ));
        }
    }
    Ok(())
}

fn missing() -> Vec<&'static Tool> {
    TOOLS.iter().filter(|tool| !(tool.present)()).collect()
}

fn line_that_installs(missing: &[&Tool]) -> String {
    if cfg!(target_os = "macos") {
        let packages: Vec<_> = missing.iter().map(|tool| tool.homebrew).collect();
        return format!("brew install {}", packages.join(" "));
    }
    let packages: Vec<_> = missing.iter().map(|tool| tool.debian).collect();
    format!(
        "sudo apt-get update && sudo apt-get install -y {}",
        packages.join(" ")
    )
}

fn install(missing: &[&Tool]) -> Result<(), String> {
    // The packages start servers of their own on the well-known ports; the tests start theirs on free ones.
    let _policy = NoAutostart::place();
    let apt = || {
        let mut command = Command::new("apt-get");
        command.env("DEBIAN_FRONTEND", "noninteractive").args([
            "-qq",
            "-o",
            "DPkg::Lock::Timeout=600",
            "-o",
            "Dpkg::Use-Pty=0",
        ]);
        command
    };
    process::run(apt().arg("update"))?;
    process::run(
        apt()
            .args(["install", "-y", "--no-install-recommends"])
            .args(missing.iter().map(|tool| tool.debian)),
    )
}

/// Debian's way to say that no service is to be started while packages are installed; taken back on drop.
struct NoAutostart {
    placed: bool,
}

impl NoAutostart {
    const PATH: &'static str = "/usr/sbin/policy-rc.d";

    fn place() -> Self {
        let placed = !Path::new(Self::PATH).exists()
            && fs::write(Self::PATH, "#!/bin/sh\nexit 101\n").is_ok()
            && Command::new("chmod")
                .args(["755", Self::PATH])
                .status()
                .is_ok_and(|status| status.success());
        Self { placed }
    }
}

impl Drop for NoAutostart {
    fn drop(&mut self) {
        if self.placed {
            // What cannot be removed was not ours to begin with.
            let _ = fs::remove_file(Self::PATH);
        }
    }
}

/// A virtual environment below `target/`, so that nothing outside the checkout changes.
fn python(directory: &Path) -> Result<PathBuf, String> {
    let python = directory.join(if cfg!(windows) {
        "Scripts/python.exe"
    } else {
        "bin/python"
    });
    let (_, version) = PROMETHEUS_CLIENT.split_once("==").unwrap_or_default();
    let asks = "from importlib.metadata import version; print(version('prometheus-client'))";
    let installed = || {
        Command::new(&python)
            .args(["-c", asks])
            .output()
            .is_ok_and(|output| String::from_utf8_lossy(&output.stdout).trim() == version)
    };
    if !installed() {
        println!(
            "==> installing {PROMETHEUS_CLIENT} into {}",
            directory.display()
        );
        process::run(
            Command::new("python3")
                .args(["-m", "venv", "--clear"])
                .arg(directory),
        )?;
        process::run(
            Command::new(&python)
                .args([
                    "-m",
                    "pip",
                    "install",
                    "--quiet",
                    "--disable-pip-version-check",
                ])
                .arg(PROMETHEUS_CLIENT),
        )?;
        if !installed() {
            return Err(format!(
                "{PROMETHEUS_CLIENT} is not in {} after its installation; remove that directory and try again",
                directory.display()
            ));
        }
    }
    Ok(python)
}

fn postgres() -> bool {
    // Debian keeps the server's programs out of PATH, one directory a major version.
    on_path("postgres")
        || fs::read_dir("/usr/lib/postgresql").is_ok_and(|versions| {
            versions
                .flatten()
                .any(|version| version.path().join("bin/postgres").exists())
        })
}

fn python_with_venv() -> bool {
    Command::new("python3")
        .args(["-c", "import ensurepip, venv"])
        .output()
        .is_ok_and(|output| output.status.success())
}

fn on_path(program: &str) -> bool {
    env::var_os("PATH").is_some_and(|path| {
        env::split_paths(&path).any(|directory| directory.join(program).is_file())
    })
}

fn debian() -> bool {
    Path::new("/etc/debian_version").exists() && on_path("apt-get")
}

fn am_root() -> bool {
    Command::new("id")
        .arg("-u")
        .output()
        .is_ok_and(|output| output.stdout == b"0\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(not(target_os = "macos"))]
    fn the_line_names_every_missing_package_once() {
        let all: Vec<_> = TOOLS.iter().collect();
        assert_eq!(
            line_that_installs(&all),
            "sudo apt-get update && sudo apt-get install -y postgresql redis-server prometheus python3-venv"
        );
    }

    #[test]
    fn a_program_is_found_only_if_it_is_there() {
        assert!(on_path("cargo") || on_path("cargo.exe"));
        assert!(!on_path("no-such-program-here"));
    }
}
