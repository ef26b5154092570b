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
    /// Files of binaries that are no service, as the manifest lists them.
    pub tools: Vec<String>,
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
                tools: Vec::new(),
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
    let mut optional: Vec<String> = Vec::new();
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
            if value.get("optional").and_then(Value::as_bool) == Some(true) {
                optional.push(name.to_owned());
            }
            dependencies.push(name.to_owned());
            if let Some(path) = value.get("path").and_then(Value::as_str) {
                depends.push(joined(directory, path));
            }
        }
    }
    let folder = root.join(directory);
    let main = folder.join("src/main.rs").is_file();
    let listed: Vec<(&str, Option<&str>)> = table
        .get("bin")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(|bin| {
            Some((
                bin.get("name")?.as_str()?,
                bin.get("path").and_then(Value::as_str),
            ))
        })
        .collect();
    let bins = !listed.is_empty() || folder.join("src/bin").is_dir();
    // `x-cli` beside `x-core`: the tool has a daemon to talk to.
    let companion = !is_tool(&name)
        && listed.iter().any(|(bin, _)| is_tool(bin))
        && listed.iter().any(|(bin, _)| !is_tool(bin) && *bin != name);
    let serves = dependencies
        .iter()
        .any(|name| SERVERS.contains(&name.as_str()));
    // These are also clients, and so say little of a tool that parses arguments.
    // What a tool serves by a feature (`mdbook serve`) makes it no service.
    let strong = dependencies.iter().any(|name| {
        (!optional.contains(name) || bins_beside(&table))
            && SERVERS.contains(&name.as_str())
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
    let named = is_tool(&name);
    let daemon = companion || is_daemon(&words);
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
    let tools = listed
        .iter()
        .filter(|(bin, _)| {
            let words: Vec<&str> = bin.split(['-', '_']).collect();
            is_tool(bin) || *bin != name && bins_beside(&table) && !is_daemon(&words)
        })
        .filter_map(|(_, path)| path.filter(|path| *path != "src/main.rs"))
        .map(|path| joined(directory, path))
        .collect();
    Some(Package {
        directory: directory.to_owned(),
        manifest: path.to_owned(),
        name,
        kind,
        depends,
        only_binaries: !main && bins,
        tools,
    })
}

/// Whether the package is a library, too: what its binaries are for is said by their names alone.
fn bins_beside(table: &Table) -> bool {
    table.contains_key("lib")
}

/// A name that tools have.
fn is_tool(name: &str) -> bool {
    name.ends_with("ctl")
        || name.split(['-', '_']).any(|word| {
            matches!(
                word,
                "cli" | "ctl" | "tool" | "tools" | "tui" | "cargo" | "repl" | "console" | "xtask"
            )
        })
}

/// Words of names that services have.
fn is_daemon(words: &[&str]) -> bool {
    words.iter().any(|word| {
        matches!(
            *word,
            "server"
                | "daemon"
                | "service"
                | "broker"
                | "proxy"
                | "gateway"
                | "relay"
                | "node"
                | "core"
                | "agent"
                | "worker"
        )
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
