//! The checks of whole packages: all calls at one level, a service without a health route.

use std::collections::BTreeMap;

use crate::call::{Api, Level};
use crate::context::Context;
use crate::facts::Language;
use crate::finding::{Check, Finding};
use crate::project::{Package, PackageKind, Packages, Role};
use crate::span::{LineIndex, Span};
use crate::words::has_any;

/// Fewer calls than this say nothing about how levels are used.
const ENOUGH: u32 = 20;

/// What one file, then one package, has.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tally {
    levels: BTreeMap<Level, u32>,
    unknown: u32,
    first: Option<(String, u32)>,
    pub(crate) evidence: Evidence,
}

/// Signs of a server and of its health routes.
#[derive(Debug, Clone, Default)]
pub(crate) struct Evidence {
    serves: Option<(String, u32)>,
    health: bool,
}

const RUST_SERVES: &[&str] = &[
    "axum::serve(",
    "axum::Server::bind",
    "HttpServer::new(",
    "warp::serve(",
    "rocket::build()",
    "#[launch]",
    "hyper::Server::bind",
    "poem::Server::new",
    "Server::bind(&",
    "tide::new()",
    "salvo::Server::new",
    "Server::new(TcpListener",
    "axum_server::bind",
    "serve_connection(",
    "tonic::transport::Server::builder()",
];

const PYTHON_SERVES: &[&str] = &[
    "FastAPI(",
    "Flask(__name__",
    "web.Application(",
    "Starlette(",
    "Sanic(",
    "Quart(__name__",
    "tornado.web.Application(",
    "WSGI_APPLICATION",
    "bottle.run(",
    "falcon.App(",
    "falcon.asgi.App(",
    "Litestar(",
];

const HEALTH: &[&str] = &[
    "health",
    "Health",
    "livez",
    "readyz",
    "/alive",
    "\"alive\"",
    "heartbeat__",
    "/ready",
    "\"ready\"",
    "/live\"",
    "'/live'",
    "/ping",
    "\"ping\"",
    "'ping'",
    "/status",
    "\"status\"",
    "/up\"",
    "'/up'",
    "/_up",
    "liveness",
    "readiness",
    "/lbcheck",
    "/alivez",
    "/heartbeat",
    "plimsoll::",
    "lbheartbeat",
    "r\"^status",
    "/available",
    "'status/",
    "/is_alive",
    "/monitor",
    "/_status",
];

impl Evidence {
    pub(crate) fn read(source: &str, language: Language, role: Role) -> Self {
        if role.is_exempt() {
            return Self::default();
        }
        let marks: &[&str] = match language {
            Language::Rust => RUST_SERVES,
            Language::Python => PYTHON_SERVES,
        };
        let serves = marks
            .iter()
            .find_map(|mark| memchr::memmem::find(source.as_bytes(), mark.as_bytes()));
        let serves = serves.map(|at| {
            let line = memchr::memchr_iter(b'\n', &source.as_bytes()[..at]).count() as u32 + 1;
            (String::new(), line)
        });
        Self {
            serves,
            health: has_any(source, HEALTH),
        }
    }
}

impl Tally {
    pub(crate) fn count(&mut self, context: &Context<'_>, lines: &LineIndex) {
        for call in &context.facts.calls {
            if matches!(call.api, Api::Print | Api::Instrument | Api::TracingSpan)
                || context.in_test(call)
            {
                continue;
            }
            match call.level {
                Some(level) => *self.levels.entry(level).or_default() += 1,
                None => self.unknown += 1,
            }
            if self.first.is_none() {
                self.first = Some((String::new(), lines.line(call.span.start)));
            }
        }
    }

    pub(crate) fn add(&mut self, other: Self, path: &str) {
        for (level, count) in other.levels {
            *self.levels.entry(level).or_default() += count;
        }
        self.unknown += other.unknown;
        let placed = |place: Option<(String, u32)>| place.map(|(_, line)| (path.to_owned(), line));
        if self.first.is_none() {
            self.first = placed(other.first);
        }
        if self.evidence.serves.is_none() {
            self.evidence.serves = placed(other.evidence.serves);
        }
        self.evidence.health |= other.evidence.health;
    }
}

/// The findings about packages; `tallies` by the package's folder.
pub(crate) fn judge(tallies: &BTreeMap<String, Tally>, packages: &Packages) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (directory, tally) in tallies {
        let package = packages.at(directory);
        one_level(tally, package, &mut findings);
        no_health(directory, tally, package, tallies, packages, &mut findings);
    }
    findings
}

fn one_level(tally: &Tally, package: Option<&Package>, findings: &mut Vec<Finding>) {
    let total: u32 = tally.levels.values().sum();
    let (Some((level, _)), 1) = (tally.levels.iter().next(), tally.levels.len()) else {
        return;
    };
    if total < ENOUGH
        || tally.unknown > 0
        || package.is_some_and(|package| package.kind == PackageKind::CommandLine)
    {
        return;
    }
    let Some((path, line)) = tally.first.clone() else {
        return;
    };
    let name = package.map_or("this tree", |package| package.name.as_str());
    let level = format!("{level:?}").to_ascii_lowercase();
    findings.push(finding(
        Check::OneLevel,
        path,
        line,
        format!(
            "all {total} log calls of {name} are at {level}: no one can tell what needs attention"
        ),
        "use error for failures, warn for what was dealt with, debug for what only developers need",
        name,
    ));
}

fn no_health(
    directory: &str,
    tally: &Tally,
    package: Option<&Package>,
    tallies: &BTreeMap<String, Tally>,
    packages: &Packages,
    findings: &mut Vec<Finding>,
) {
    let Some((path, line)) = tally.evidence.serves.clone() else {
        return;
    };
    let kind = package.map_or(PackageKind::Unknown, |package| package.kind);
    if matches!(kind, PackageKind::Library | PackageKind::CommandLine)
        || healthy(directory, tallies, packages, 0)
    {
        return;
    }
    let name = package.map_or("this service", |package| package.name.as_str());
    findings.push(finding(
        Check::NoHealth,
        path,
        line,
        format!("{name} serves requests but has no health route that a probe could ask"),
        "serve GET /health, and GET /health/ready with the state of its dependencies",
        name,
    ));
}

/// Whether a package or one that it depends on by path has a health route.
fn healthy(
    directory: &str,
    tallies: &BTreeMap<String, Tally>,
    packages: &Packages,
    depth: u32,
) -> bool {
    if tallies
        .get(directory)
        .is_some_and(|tally| tally.evidence.health)
    {
        return true;
    }
    depth < 6
        && packages.at(directory).is_some_and(|package| {
            package
                .depends
                .iter()
                .any(|other| healthy(other, tallies, packages, depth + 1))
        })
}

fn finding(
    check: Check,
    path: String,
    line: u32,
    message: String,
    help: &str,
    name: &str,
) -> Finding {
    let fingerprint = crate::fingerprint::Fingerprints::default().of(check.name(), name, "");
    Finding {
        check,
        path,
        line,
        column: 1,
        end_line: line,
        end_column: 1,
        message,
        help: help.to_owned(),
        fingerprint,
        span: Span::default(),
        fix: None,
    }
}
