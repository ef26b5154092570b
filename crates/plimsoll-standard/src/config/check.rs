//! `[check]`.

use serde::Deserialize;

/// `[check]`: what `plimsoll check` reports.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Check {
    /// Report what is set aside by judgement, too.
    pub strict: bool,
    /// Checks to add to the default ones: `lazy-args`, `no-context`.
    pub enable: Vec<String>,
    /// Rules (`PL003`) or checks (`lazy-args`) to leave out everywhere.
    pub disable: Vec<String>,
    /// Paths where rules do not hold.
    pub allow: Vec<Allow>,
}

/// `[[check.allow]]`: rules that do not hold for some paths.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Allow {
    /// Paths relative to the folder of this file, in the syntax of `.gitignore`.
    pub paths: Vec<String>,
    /// Rules or checks; all of them if empty.
    #[serde(default)]
    pub rules: Vec<String>,
    /// Why it is right there.
    pub reason: String,
}
