//! The checks of whole packages, on generated projects.

use std::fmt::Write;

use plimsoll_check::Check;

use super::{run, tree};

fn manifest(dependencies: &str) -> String {
    format!("[package]\nname = \"orders\"\nversion = \"0.1.0\"\n[dependencies]\n{dependencies}")
}

fn rust_calls(count: usize, levels: &[&str]) -> String {
    let mut text = "use tracing::*;\npub fn f() {\n".to_owned();
    for n in 0..count {
        let _ = writeln!(
            text,
            "    {}!(n = {n}, \"event\");",
            levels[n % levels.len()]
        );
    }
    text.push_str("}\n");
    text
}

fn python_calls(count: usize, levels: &[&str]) -> String {
    (0..count).fold(
        "import logging\nlog = logging.getLogger(__name__)\n".to_owned(),
        |mut text, n| {
            let _ = writeln!(text, "log.{}(\"event\")", levels[n % levels.len()]);
            text
        },
    )
}

fn has(files: &[(&str, &str)], check: Check) -> usize {
    let folder = tree(files);
    run(folder.path())
        .findings
        .iter()
        .filter(|finding| finding.check == check)
        .count()
}

#[test]
fn one_level_needs_enough_calls_and_only_one_level() {
    let package = manifest("axum = \"0.8\"\n");
    let rust = |text: &str| {
        has(
            &[("Cargo.toml", &package), ("src/main.rs", text)],
            Check::OneLevel,
        )
    };
    assert_eq!(rust(&rust_calls(20, &["info"])), 1);
    assert_eq!(rust(&rust_calls(40, &["debug"])), 1);
    assert_eq!(rust(&rust_calls(19, &["info"])), 0);
    assert_eq!(rust(&rust_calls(40, &["info", "info", "info", "warn"])), 0);
    let python = |text: &str| {
        has(
            &[
                ("pyproject.toml", "[project]\nname = \"orders\"\n"),
                ("app/main.py", text),
            ],
            Check::OneLevel,
        )
    };
    assert_eq!(python(&python_calls(25, &["info"])), 1);
    assert_eq!(python(&python_calls(25, &["info", "error"])), 0);
    // Levels chosen at run time say nothing.
    let mut text = python_calls(25, &["info"]);
    text.push_str("log.log(level, \"event\")\n");
    assert_eq!(python(&text), 0);
    // Tests do not count.
    assert_eq!(
        has(
            &[
                ("Cargo.toml", &package),
                ("tests/it.rs", &rust_calls(30, &["info"]))
            ],
            Check::OneLevel
        ),
        0
    );
}

#[test]
fn packages_are_judged_each_on_their_own() {
    let folder = tree(&[
        ("a/Cargo.toml", &manifest("axum = \"0.8\"\n")),
        ("a/src/main.rs", &rust_calls(20, &["info"])),
        ("b/Cargo.toml", &manifest("axum = \"0.8\"\n")),
        ("b/src/main.rs", &rust_calls(20, &["info", "error"])),
    ]);
    let findings = run(folder.path()).findings;
    let paths: Vec<_> = findings
        .iter()
        .filter(|finding| finding.check == Check::OneLevel)
        .map(|finding| finding.path.as_str())
        .collect();
    assert_eq!(paths, ["a/src/main.rs"]);
}

#[test]
fn a_service_without_a_health_route() {
    let serve = |routes: &str| {
        format!(
            "async fn run() {{\n    let app = Router::new(){routes};\n    axum::serve(listener, app).await;\n}}\nfn main() {{}}\n"
        )
    };
    let package = manifest("axum = \"0.8\"\n");
    let rust = |routes: &str| {
        has(
            &[("Cargo.toml", &package), ("src/main.rs", &serve(routes))],
            Check::NoHealth,
        )
    };
    assert_eq!(rust(".route(\"/orders\", get(orders))"), 1);
    for odd in [
        "/health",
        "/healthz",
        "/livez",
        "/alive",
        "/__heartbeat__",
        "/ping",
        "/status",
        "/ready",
        "/-/healthy",
    ] {
        assert_eq!(rust(&format!(".route(\"{odd}\", get(x))")), 0, "{odd}");
    }
    assert_eq!(rust(".merge(health_routes())"), 0);
    assert_eq!(
        rust(".add_service(tonic_health::server::health_reporter().1)"),
        0
    );
    assert_eq!(
        has(
            &[
                ("Cargo.toml", &package),
                (
                    "src/main.rs",
                    "fn f() {\n    axum::serve(l, a);\n    match path { \"/healthz\" => ok(), _ => not_found() }\n}\n"
                )
            ],
            Check::NoHealth
        ),
        0
    );
    let python = |text: &str| {
        has(
            &[("requirements.txt", "fastapi\n"), ("app/main.py", text)],
            Check::NoHealth,
        )
    };
    assert_eq!(
        python(
            "from fastapi import FastAPI\napp = FastAPI()\n\n@app.get(\"/orders\")\ndef orders(): ...\n"
        ),
        1
    );
    assert_eq!(
        python(
            "from fastapi import FastAPI\napp = FastAPI()\n\n@app.get(\"/healthz\")\ndef healthz(): ...\n"
        ),
        0
    );
    assert_eq!(
        python(
            "from flask import Flask\napp = Flask(__name__)\n\n@app.route(\"/ping\")\ndef ping(): ...\n"
        ),
        0
    );
    assert_eq!(
        python("from flask import Flask\napp = Flask(__name__)\n"),
        1
    );
}

#[test]
fn libraries_tools_and_dependencies_get_their_verdict() {
    let serve = "pub fn f() {\n    axum::serve(l, a);\n}\n";
    assert_eq!(
        has(
            &[
                ("Cargo.toml", &manifest("axum = \"0.8\"\n")),
                ("src/lib.rs", serve)
            ],
            Check::NoHealth
        ),
        0
    );
    let tool =
        "[package]\nname = \"orders-cli\"\nversion = \"0.1.0\"\n[dependencies]\nclap = \"4\"\n";
    assert_eq!(
        has(
            &[("Cargo.toml", tool), ("src/main.rs", serve)],
            Check::NoHealth
        ),
        0
    );
    // The route lives in a crate that the service depends on.
    let service = manifest("axum = \"0.8\"\nroutes = { path = \"../routes\" }\n");
    let files = [
        ("service/Cargo.toml", service.as_str()),
        ("service/src/main.rs", serve),
        (
            "routes/Cargo.toml",
            "[package]\nname = \"routes\"\nversion = \"0.1.0\"\n",
        ),
        (
            "routes/src/lib.rs",
            "pub const HEALTH: &str = \"/health\";\n",
        ),
    ];
    assert_eq!(has(&files, Check::NoHealth), 0);
    assert_eq!(has(&files[..2], Check::NoHealth), 1);
    // A test that asks another service's health is no route.
    assert_eq!(
        has(
            &[
                files[0],
                files[1],
                ("service/tests/it.rs", "fn t() { get(\"/health\"); }\n")
            ],
            Check::NoHealth
        ),
        1
    );
}

#[test]
fn modules_that_are_tests_elsewhere_are_tests() {
    let print = "pub fn f() {\n    println!(\"x\");\n}\n";
    let files = [
        ("src/lib.rs", "#[cfg(test)]\nmod support;\nmod real;\n"),
        ("src/support.rs", print),
        ("src/support/deep.rs", print),
        ("src/real.rs", print),
    ];
    let folder = tree(&files);
    let findings = run(folder.path()).findings;
    let paths: Vec<_> = findings
        .iter()
        .map(|finding| finding.path.as_str())
        .collect();
    assert_eq!(paths, ["src/real.rs"]);
}

#[test]
fn one_of_each_is_found_among_near_misses() {
    let folder = tree(&[
        (
            "Cargo.toml",
            &manifest("axum = \"0.8\"\ntracing = \"0.1\"\n"),
        ),
        (
            "src/main.rs",
            "use tracing::*;\nfn serve() {\n    println!(\"up\");\n    info!(token = %token, \"token\");\n    info!(\"user {id}\");\n    if let Err(e) = x() {\n        info!(error = %e, \"x.failed\");\n    }\n    for user in users {\n        info!(user, \"user\");\n    }\n    info!(token_count, \"counted\");\n    let text = format!(\"user {id}\");\n    info!(\"constant\");\n    axum::serve(l, a);\n}\nfn main() {}\n",
        ),
        (
            "build.rs",
            "fn main() {\n    println!(\"cargo:rerun-if-changed=x\");\n}\n",
        ),
        ("tests/it.rs", "fn t() {\n    println!(\"test\");\n}\n"),
    ]);
    let mut found = super::checks(&run(folder.path()).findings);
    found.sort();
    assert_eq!(
        found,
        [
            Check::Print,
            Check::Secret,
            Check::Unstructured,
            Check::WrongLevel,
            Check::NoHealth,
            Check::LogInLoop
        ]
    );
}
