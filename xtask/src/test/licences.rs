//! Every dependency's licence against `deny.toml`, without a network: what `cargo deny check licenses bans`
//! would say, from the metadata that Cargo already has.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use spdx::Expression;

use super::process;

/// Checks the dependencies of the workspace whose manifest this is. The error lists every crate that
/// `deny.toml` does not let in.
pub(super) fn check(manifest: &Path) -> Result<(), String> {
    let policy = Policy::read(&crate::root().join("deny.toml"))?;
    let text = process::output(
        Command::new(env!("CARGO"))
            .args([
                "metadata",
                "--all-features",
                "--locked",
                "--format-version",
                "1",
            ])
            .arg("--manifest-path")
            .arg(manifest),
    )?;
    let metadata: Value = serde_json::from_str(&text)
        .map_err(|error| format!("cargo metadata is not JSON: {error}"))?;
    let packages = metadata["packages"]
        .as_array()
        .ok_or("cargo metadata has no packages")?;
    let mut refused = Vec::new();
    for package in packages {
        let name = package["name"].as_str().unwrap_or_default();
        if let Err(reason) = policy.judge(name, package["license"].as_str()) {
            refused.push(format!("{name}: {reason}"));
        }
    }
    if refused.is_empty() {
        println!("{} packages, every one let in by deny.toml", packages.len());
        Ok(())
    } else {
        Err(format!("refused by deny.toml: {}", refused.join("; ")))
    }
}

struct Policy {
    allowed: BTreeSet<String>,
    exceptions: Vec<(String, BTreeSet<String>)>,
    banned: BTreeSet<String>,
}

impl Policy {
    fn read(path: &Path) -> Result<Self, String> {
        let text =
            fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
        Self::parse(&text).map_err(|error| format!("{}: {error}", path.display()))
    }

    fn parse(text: &str) -> Result<Self, String> {
        let table: toml::Table = text.parse().map_err(|error| format!("{error}"))?;
        let licenses = table
            .get("licenses")
            .ok_or("the table [licenses] is missing")?;
        let exceptions = list(licenses.get("exceptions"))
            .map(|exception| (text_of(exception, "crate"), set(exception.get("allow"))))
            .collect();
        let banned = list(table.get("bans").and_then(|bans| bans.get("deny")))
            .map(|ban| text_of(ban, "crate"))
            .collect();
        let allowed = set(licenses.get("allow"));
        if allowed.is_empty() {
            return Err("[licenses] allow is empty".to_owned());
        }
        Ok(Self {
            allowed,
            exceptions,
            banned,
        })
    }

    fn judge(&self, name: &str, license: Option<&str>) -> Result<(), String> {
        if self.banned.contains(name) {
            return Err("banned".to_owned());
        }
        let license = license.ok_or("it states no licence")?;
        // Older crates write `MIT/Apache-2.0`.
        let expression = Expression::parse_mode(license, spdx::ParseMode::LAX)
            .map_err(|error| format!("`{license}`: {}", error.reason))?;
        let excepted = self
            .exceptions
            .iter()
            .find(|(of, _)| of == name)
            .map(|(_, allowed)| allowed);
        let let_in = |requirement: &spdx::LicenseReq| {
            let requirement = requirement.to_string();
            self.allowed.contains(&requirement)
                || excepted.is_some_and(|allowed| allowed.contains(&requirement))
        };
        if expression.evaluate(let_in) {
            Ok(())
        } else {
            Err(format!("`{license}` is not allowed"))
        }
    }
}

fn list(value: Option<&toml::Value>) -> impl Iterator<Item = &toml::Value> {
    value
        .and_then(toml::Value::as_array)
        .map(Vec::as_slice)
        .unwrap_or_default()
        .iter()
}

fn set(value: Option<&toml::Value>) -> BTreeSet<String> {
    list(value)
        .filter_map(toml::Value::as_str)
        .map(str::to_owned)
        .collect()
}

fn text_of(value: &toml::Value, key: &str) -> String {
    value
        .get(key)
        .and_then(toml::Value::as_str)
        .unwrap_or_default()
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy() -> Policy {
        Policy::parse(
            r#"
            [licenses]
            allow = ["MIT", "Apache-2.0"]
            exceptions = [{ allow = ["MPL-2.0"], crate = "special" }]
            [bans]
            deny = [{ crate = "openssl-sys" }]
            "#,
        )
        .unwrap()
    }

    #[test]
    fn any_side_of_an_or_is_enough_and_both_of_an_and_are_needed() {
        let policy = policy();
        assert_eq!(policy.judge("a", Some("MIT OR GPL-3.0-only")), Ok(()));
        assert_eq!(policy.judge("a", Some("MIT/Apache-2.0")), Ok(()));
        assert!(policy.judge("a", Some("MIT AND GPL-3.0-only")).is_err());
        assert!(policy.judge("a", Some("GPL-3.0-only")).is_err());
        assert!(policy.judge("a", None).is_err());
    }

    #[test]
    fn an_exception_is_for_its_crate_alone_and_a_ban_beats_a_licence() {
        let policy = policy();
        assert_eq!(policy.judge("special", Some("MPL-2.0")), Ok(()));
        assert!(policy.judge("other", Some("MPL-2.0")).is_err());
        assert!(policy.judge("openssl-sys", Some("MIT")).is_err());
    }
}
