//! `[check]` of the nearest `plimsoll.toml`, and what the command line adds.

use std::path::{Path, PathBuf};

use plimsoll_check::{Allow, Check, Options};
use plimsoll_standard::Config;

use super::Args;

pub(super) fn options(args: &Args) -> Result<Options, String> {
    let file = args.config.clone().or_else(|| nearest(&args.path));
    let text = match &file {
        Some(path) => Some(
            std::fs::read_to_string(path)
                .map_err(|error| format!("cannot read {}: {error}", path.display()))?,
        ),
        None => None,
    };
    let config = match (&file, &text) {
        (Some(path), Some(text)) => {
            let environment = std::env::vars_os().filter_map(|(name, value)| {
                Some((name.into_string().ok()?, value.into_string().ok()?))
            });
            Config::parse(&path.display().to_string(), text, environment)
                .map_err(|error| error.to_string())?
        }
        _ => Config::default(),
    };
    let (within, named) = file
        .as_deref()
        .and_then(|file| placed(file, &args.path))
        .unwrap_or_default();
    let lines = allow_lines(text.as_deref().unwrap_or_default());
    let mut options = Options {
        strict: args.strict || config.check.strict,
        enable: config.check.enable,
        disable: config.check.disable,
        allow: config
            .check
            .allow
            .into_iter()
            .enumerate()
            .map(|(index, allow)| Allow {
                paths: allow.paths,
                rules: allow.rules,
                reason: allow.reason,
                place: named
                    .clone()
                    .map(|name| (name, lines.get(index).copied().unwrap_or(1))),
            })
            .collect(),
        within,
        threads: args.threads,
    };
    options.enable.extend(args.enable.iter().cloned());
    options.disable.extend(args.disable.iter().cloned());
    known(&options)?;
    Ok(options)
}

/// The way from the configuration's folder down to the files below `root`, and the configuration's own name if the run
/// sees that whole folder. `None` for a file elsewhere: its paths are relative to the root, and what it allows may be
/// meant for other roots.
fn placed(file: &Path, root: &Path) -> Option<(String, Option<String>)> {
    let file = file.canonicalize().ok()?;
    let root = root.canonicalize().ok()?;
    let folder = if root.is_file() {
        root.parent()?
    } else {
        root.as_path()
    };
    let way = folder.strip_prefix(file.parent()?).ok()?;
    let within: String = way
        .components()
        .map(|part| format!("{}/", part.as_os_str().to_string_lossy()))
        .collect();
    let whole = within.is_empty() && root.is_dir();
    let name = file.file_name()?.to_string_lossy().into_owned();
    Some((within, whole.then_some(name)))
}

/// The lines on which entries of `[[check.allow]]` begin.
fn allow_lines(text: &str) -> Vec<u32> {
    (1..)
        .zip(text.lines())
        .filter(|(_, line)| line.trim_start().starts_with("[[check.allow]]"))
        .map(|(number, _)| number)
        .collect()
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
