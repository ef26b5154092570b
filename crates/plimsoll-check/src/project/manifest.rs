//! Packages: the nearest `Cargo.toml` or Python manifest above a file, and what kind of program it makes.

use std::collections::BTreeMap;
use std::path::Path;

use toml::{Table, Value};

/// What a package is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum PackageKind {
    /// Has a server framework and a binary.
    Service,
    /// No binary of its own.
    Library,
    /// A binary for people at a terminal.
    CommandLine,
    /// Cannot be told from the manifest.
    Unknown,
}

/// One package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Package {
    /// Its folder, relative to the root; empty for the root.
    pub directory: String,
    /// The manifest's path, relative to the root.
    pub manifest: String,
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: PackageKind,
    /// Folders of the packages it depends on by path.
    pub depends: Vec<String>,
    /// All of its binaries live under `src/bin`, so that one of them is the service.
    pub only_binaries: bool,
}

/// All packages of a tree, by folder.
#[derive(Debug, Clone, Default)]
pub(crate) struct Packages {
    by_directory: BTreeMap<String, Package>,
}

const SERVERS: &[&str] = &[
    "axum",
    "actix-web",
    "warp",
    "rocket",
    "tide",
    "poem",
    "salvo",
    "ntex",
    "gotham",
    "tonic",
    "hyper",
    "jsonrpsee",
    "axum-server",
    "pingora",
    "viz",
    "trillium",
    "tower-http",
    "volo-http",
    "loco-rs",
    "rouille",
    "tiny_http",
    "cot",
];

/// What services of all kinds use beside a framework: stores, brokers, telemetry.
const SERVICE_LIKE: &[&str] = &[
    "hyper",
    "tonic",
    "tower",
    "tower-http",
    "quinn",
    "grpcio",
    "tarpc",
    "libp2p",
    "tokio-tungstenite",
    "lapin",
    "rdkafka",
    "sqlx",
    "diesel",
    "diesel-async",
    "sea-orm",
    "deadpool-postgres",
    "tokio-postgres",
    "mongodb",
    "prometheus",
    "opentelemetry",
    "metrics-exporter-prometheus",
    "tracing-opentelemetry",
    "sentry",
    "console-subscriber",
    "sd-notify",
    "r2d2",
];

const TERMINALS: &[&str] = &[
    "clap",
    "structopt",
    "argh",
    "pico-args",
    "gumdrop",
    "dialoguer",
    "indicatif",
    "inquire",
    "rustyline",
    "crossterm",
    "ratatui",
    "comfy-table",
    "prettytable-rs",
    "tabled",
    "clap_complete",
    "bpaf",
    "lexopt",
    "getopts",
];

impl Packages {
    /// Adds the package of a manifest, if it declares one.
    pub(crate) fn add(&mut self, root: &Path, path: &str) {
        let (directory, file) = path.rsplit_once('/').unwrap_or(("", path));
        let Ok(text) = std::fs::read_to_string(root.join(path)) else {
            return;
        };
        let package = if file == "Cargo.toml" {
            cargo(root, directory, path, &text)
        } else if self.by_directory.contains_key(directory) {
            None
        } else {
            Some(Package {
                directory: directory.to_owned(),
                manifest: path.to_owned(),
                name: directory.rsplit('/').next().unwrap_or_default().to_owned(),
                kind: PackageKind::Unknown,
                depends: Vec::new(),
                only_binaries: false,
            })
        };
        if let Some(package) = package {
            self.by_directory.insert(package.directory.clone(), package);
        }
    }

    /// The package that a file belongs to: that of the nearest manifest above it.
    pub(crate) fn of(&self, path: &str) -> Option<&Package> {
        let mut directory = path.rsplit_once('/').map_or("", |(directory, _)| directory);
        loop {
            if let Some(package) = self.by_directory.get(directory) {
                return Some(package);
            }
            if directory.is_empty() {
                return None;
            }
            directory = directory.rsplit_once('/').map_or("", |(parent, _)| parent);
        }
    }

    /// No manifest was found.
    pub(crate) fn is_empty(&self) -> bool {
        self.by_directory.is_empty()
    }

    /// The package in a folder.
    pub(crate) fn at(&self, directory: &str) -> Option<&Package> {
        self.by_directory.get(directory)
    }
}

fn cargo(root: &Path, directory: &str, path: &str, text: &str) -> Option<Package> {
    let table: Table = text.parse().ok()?;
    let name = table.get("package")?.get("name")?.as_str()?.to_owned();
    let mut dependencies: Vec<String> = Vec::new();
    let mut depends = Vec::new();
    let mut sections: Vec<&Table> = Vec::new();
    sections.extend(table.get("dependencies").and_then(Value::as_table));
    if let Some(targets) = table.get("target").and_then(Value::as_table) {
        sections.extend(
            targets
                .values()
                .filter_map(|target| target.get("dependencies")?.as_table()),
        );
    }
    for section in sections {
        for (key, value) in section {
            let name = value.get("package").and_then(Value::as_str).unwrap_or(key);
            dependencies.push(name.to_owned());
            if let Some(path) = value.get("path").and_then(Value::as_str) {
                depends.push(joined(directory, path));
            }
        }
    }
    let folder = root.join(directory);
    let main = folder.join("src/main.rs").is_file();
    let listed = table
        .get("bin")
        .and_then(Value::as_array)
        .map_or(0, Vec::len);
    let bins = listed > 0 || folder.join("src/bin").is_dir();
    let serves = dependencies
        .iter()
        .any(|name| SERVERS.contains(&name.as_str()));
    // These are also clients, and so say little of a tool that parses arguments.
    let strong = dependencies.iter().any(|name| {
        SERVERS.contains(&name.as_str())
            && !matches!(name.as_str(), "hyper" | "tonic" | "tower-http")
    });
    let alike = dependencies
        .iter()
        .filter(|name| SERVICE_LIKE.contains(&name.as_str()))
        .count();
    let terminal = dependencies
        .iter()
        .any(|name| TERMINALS.contains(&name.as_str()));
    let words: Vec<&str> = name.split(['-', '_']).collect();
    let utility = table
        .get("package")
        .and_then(|package| package.get("categories"))
        .and_then(Value::as_array)
        .is_some_and(|all| {
            all.iter()
                .any(|category| category.as_str() == Some("command-line-utilities"))
        });
    let named = words.iter().any(|word| {
        matches!(
            *word,
            "cli" | "ctl" | "tool" | "tools" | "tui" | "cargo" | "repl" | "console" | "xtask"
        )
    }) || name.ends_with("ctl");
    let daemon = words.iter().any(|word| {
        matches!(
            *word,
            "server" | "daemon" | "service" | "broker" | "proxy" | "gateway" | "relay" | "node"
        )
    });
    let kind = if !main && !bins {
        PackageKind::Library
    } else if (named || utility && !strong) && !daemon {
        PackageKind::CommandLine
    } else if strong || serves && !terminal || alike >= 2 || daemon {
        PackageKind::Service
    } else if terminal {
        PackageKind::CommandLine
    } else {
        PackageKind::Unknown
    };
    Some(Package {
        directory: directory.to_owned(),
        manifest: path.to_owned(),
        name,
        kind,
        depends,
        only_binaries: !main && bins,
    })
}

/// `a/b` and `../c` make `a/c`.
fn joined(directory: &str, path: &str) -> String {
    let mut parts: Vec<&str> = directory
        .split('/')
        .filter(|part| !part.is_empty())
        .collect();
    for part in path.split('/') {
        match part {
            "." | "" => {}
            ".." => {
                parts.pop();
            }
            other => parts.push(other),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::joined;

    #[test]
    fn paths_join() {
        assert_eq!(joined("crates/a", "../b"), "crates/b");
        assert_eq!(joined("", "b"), "b");
    }
}
