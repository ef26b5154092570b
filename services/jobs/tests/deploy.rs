//! The ways to deploy the service agree with the service: its flags, variables, ports and paths.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

fn file(path: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    std::fs::read_to_string(root.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn yaml(name: &str) -> Value {
    let path = format!("deploy/kubernetes/{name}");
    serde_saphyr::from_str(&file(&path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn help(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_jobs"))
        .args(arguments)
        .arg("--help")
        .output()
        .unwrap();
    assert!(output.status.success());
    // Long lines are wrapped anywhere between two words.
    let text = String::from_utf8(output.stdout).unwrap();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether the help names this variable, or it is one of the library's.
fn known(variable: &str) -> bool {
    const LIBRARY: [&str; 4] = [
        "LOG_FORMAT",
        "LOG_LEVEL",
        "OPERATOR_TOKEN",
        "PLIMSOLL_CONFIG",
    ];
    LIBRARY.contains(&variable) || help(&[]).contains(&format!("[env: {variable}"))
}

#[test]
fn the_image_sets_known_variables_and_runs_known_commands() {
    let dockerfile = file("Dockerfile").replace("\\\n", " ");
    let instruction = |name: &str| {
        dockerfile
            .lines()
            .filter_map(|line| line.strip_prefix(name)?.strip_prefix(' '))
            .next_back()
            .unwrap_or_else(|| panic!("no {name} in the Dockerfile"))
    };
    for pair in instruction("ENV").split_whitespace() {
        let (name, value) = pair.split_once('=').unwrap();
        assert!(known(name), "{name} is no variable of jobs");
        if let Some(port) = value.strip_prefix("0.0.0.0:") {
            let exposed: Vec<_> = instruction("EXPOSE").split(' ').collect();
            assert!(exposed.contains(&port), "{port} is not exposed");
        }
    }
    let (_, command) = instruction("HEALTHCHECK").split_once("CMD ").unwrap();
    let command: Vec<String> = serde_json::from_str(command).unwrap();
    let entry: Vec<String> = serde_json::from_str(instruction("ENTRYPOINT")).unwrap();
    assert_eq!(command[0], entry[0]);
    assert_eq!(command[1], "healthcheck");
    for flag in &command[2..] {
        assert!(help(&["healthcheck"]).contains(flag), "{flag}");
    }
    let user = instruction("USER");
    assert!(!user.starts_with('0') && user != "root", "runs as {user}");
    assert!(dockerfile.contains("cargo build --release --locked --package jobs --bin jobs"));
}

#[test]
fn the_image_is_built_with_the_stated_toolchain() {
    let manifest: toml::Table = file("Cargo.toml").parse().unwrap();
    let version = manifest["workspace"]["package"]["rust-version"]
        .as_str()
        .unwrap();
    let from = format!("FROM rust:{version}-");
    assert!(file("Dockerfile").contains(&from), "{from}");
}

#[test]
fn the_pod_asks_the_right_paths_on_the_right_ports() {
    let deployment = yaml("deployment.yaml");
    let pod = &deployment["spec"]["template"];
    let container = &pod["spec"]["containers"][0];
    for (probe, path) in [
        ("livenessProbe", "/health"),
        ("readinessProbe", "/health/ready"),
    ] {
        let asked = &container[probe]["httpGet"];
        assert_eq!(asked, &json!({"path": path, "port": "api"}), "{probe}");
    }
    let port = |name: &str| {
        let ports = container["ports"].as_array().unwrap();
        let port = ports.iter().find(|port| port["name"] == name).unwrap();
        port["containerPort"].as_u64().unwrap()
    };
    let mut variables = Vec::new();
    for variable in container["env"].as_array().unwrap() {
        let name = variable["name"].as_str().unwrap();
        assert!(known(name), "{name} is no variable of jobs");
        variables.push((name, variable["value"].as_str().unwrap().to_owned()));
    }
    assert!(variables.contains(&("LISTEN", format!("0.0.0.0:{}", port("api")))));
    assert!(variables.contains(&("OPERATOR_LISTEN", format!("0.0.0.0:{}", port("operator")))));
    let scrape = &pod["metadata"]["annotations"];
    assert_eq!(scrape["prometheus.io/port"], port("operator").to_string());
    assert_eq!(scrape["prometheus.io/path"], "/metrics");

    let security = &container["securityContext"];
    assert_eq!(security["readOnlyRootFilesystem"], true);
    assert_eq!(security["allowPrivilegeEscalation"], false);
    assert_eq!(pod["spec"]["securityContext"]["runAsNonRoot"], true);
    let user = pod["spec"]["securityContext"]["runAsUser"].to_string();
    let same = file("Dockerfile").contains(&format!("USER {user}:"));
    assert!(same, "another user than the image's");
}

#[test]
fn both_give_the_service_longer_than_its_deadline() {
    let path = "deploy/kubernetes/plimsoll.toml";
    let config = plimsoll_standard::Config::parse(path, &file(path), []).unwrap();
    let deadline = config.http.drain_deadline.as_secs();
    let deployment = yaml("deployment.yaml");
    let grace = &deployment["spec"]["template"]["spec"]["terminationGracePeriodSeconds"];
    assert!(grace.as_u64().unwrap() > deadline);

    let default = plimsoll_standard::Config::default();
    let unit = file("deploy/systemd/jobs.service");
    let stop = unit
        .lines()
        .find_map(|line| line.strip_prefix("TimeoutStopSec=")?.strip_suffix('s'))
        .unwrap();
    assert!(stop.parse::<u64>().unwrap() > default.http.drain_deadline.as_secs());
}

#[test]
fn every_manifest_is_listed_and_selects_the_pods() {
    let listed = yaml("kustomization.yaml")["resources"].clone();
    for name in [
        "deployment.yaml",
        "disruption.yaml",
        "network.yaml",
        "service.yaml",
    ] {
        let listed = listed.as_array().unwrap();
        assert!(listed.contains(&json!(name)), "{name} is not listed");
        assert_eq!(yaml(name)["metadata"]["name"], "jobs", "{name}");
    }
    let labels = json!({"app.kubernetes.io/name": "jobs"});
    let deployment = yaml("deployment.yaml");
    assert_eq!(deployment["spec"]["template"]["metadata"]["labels"], labels);
    for (name, path) in [
        ("service.yaml", "/spec/selector"),
        ("network.yaml", "/spec/podSelector/matchLabels"),
        ("disruption.yaml", "/spec/selector/matchLabels"),
    ] {
        assert_eq!(yaml(name).pointer(path), Some(&labels), "{name}");
    }
}

#[test]
fn the_unit_sets_known_variables_and_is_locked_down() {
    let unit = file("deploy/systemd/jobs.service");
    for assignment in unit
        .lines()
        .filter_map(|line| line.strip_prefix("Environment="))
    {
        let (name, _) = assignment.split_once('=').unwrap();
        assert!(known(name), "{name} is no variable of jobs");
    }
    for line in [
        "ExecStart=/usr/local/bin/jobs",
        "NoNewPrivileges=yes",
        "ProtectSystem=strict",
        "CapabilityBoundingSet=",
        "User=jobs",
        "RestartPreventExitStatus=2",
    ] {
        assert!(unit.lines().any(|own| own == line), "{line}");
    }
}
