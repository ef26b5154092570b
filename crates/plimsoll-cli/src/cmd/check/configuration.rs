//! `[check]` of the nearest `plimsoll.toml`, and what the command line adds.

use std::path::{Path, PathBuf};

use plimsoll_check::{Allow, Check, Options};
use plimsoll_standard::Config;

use super::Args;

pub(super) fn options(args: &Args) -> Result<Options, String> {
    let file = args.config.clone().or_else(|| nearest(&args.path));
    let config = match &file {
        Some(path) => {
            let text = std::fs::read_to_string(path)
                .map_err(|error| format!("{}: {error}", path.display()))?;
            let environment = std::env::vars_os().filter_map(|(name, value)| {
                Some((name.into_string().ok()?, value.into_string().ok()?))
            });
            Config::parse(&path.display().to_string(), &text, environment)
                .map_err(|error| error.to_string())?
        }
        None => Config::default(),
    };
    let mut options = Options {
        strict: args.strict || config.check.strict,
        enable: config.check.enable,
        disable: config.check.disable,
        allow: config
            .check
            .allow
            .into_iter()
            .map(|allow| Allow {
                paths: allow.paths,
                rules: allow.rules,
            })
            .collect(),
        threads: args.threads,
    };
    options.enable.extend(args.enable.iter().cloned());
    options.disable.extend(args.disable.iter().cloned());
    known(&options)?;
    Ok(options)
}

/// A misspelt rule must not silently do nothing.
fn known(options: &Options) -> Result<(), String> {
    let named = options
        .enable
        .iter()
        .chain(&options.disable)
        .chain(options.allow.iter().flat_map(|allow| &allow.rules));
    for name in named {
        if !Check::ALL.iter().any(|check| check.selected_by(name)) {
            let checks: Vec<&str> = Check::ALL.iter().map(|check| check.name()).collect();
            return Err(format!(
                "`{name}` is no rule or check: use PL001 to PL006 or one of {}",
                checks.join(", ")
            ));
        }
    }
    Ok(())
}

/// The `plimsoll.toml` at or above a path.
fn nearest(path: &Path) -> Option<PathBuf> {
    let start = path.canonicalize().ok()?;
    start
        .ancestors()
        .map(|folder| folder.join("plimsoll.toml"))
        .find(|file| file.is_file())
}
