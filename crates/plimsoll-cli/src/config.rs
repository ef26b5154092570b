//! Where a subcommand finds `plimsoll.toml`.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use plimsoll_standard::Config;

/// The file given, else the one that `PLIMSOLL_CONFIG` names, else `./plimsoll.toml` if there is one, with the
/// environment's keys on top. The error is one line for the user.
pub(crate) fn load(given: Option<&Path>) -> Result<Config, String> {
    let named = given
        .map(Path::to_path_buf)
        .or_else(|| std::env::var_os("PLIMSOLL_CONFIG").map(PathBuf::from));
    let path = named
        .clone()
        .unwrap_or_else(|| PathBuf::from("plimsoll.toml"));
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        // Without a file the standard's own values hold; a file that was named must be there.
        Err(error) if error.kind() == ErrorKind::NotFound && named.is_none() => String::new(),
        Err(error) => return Err(format!("cannot read {}: {error}", path.display())),
    };
    let environment = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    Config::parse(&path.display().to_string(), &text, environment)
        .map_err(|error| error.to_string())
}
