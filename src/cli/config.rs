//! The config file, from the disk to a plan.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use chrono::{Local, NaiveDate};

use crate::base::error::nearest;
use crate::base::{Error, Result};
use crate::config::{self, Plan};

/// A config as it was written and as it is meant.
pub struct Config {
    pub text: String,
    /// Absolute.
    pub folder: PathBuf,
    pub plan: Plan,
}

/// Reads a config file, and holds the names of `--only` against it.
///
/// # Errors
/// The file cannot be read, the config is wrong, or a name is unknown.
pub fn read(path: &Path, only: &[String]) -> Result<Config> {
    let text = text(path)?;
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let folder = path.parent().unwrap_or(Path::new("/")).to_owned();
    let plan = config::read(&text, &folder, today())?;
    Error::all(only.iter().filter_map(|name| unknown(name, &plan)))?;
    Ok(Config { text, folder, plan })
}

/// The day that `as_of = "today"` means, where the computer stands.
pub fn today() -> NaiveDate {
    Local::now().date_naive()
}

fn text(path: &Path) -> Result<String> {
    let shown = path.display();
    if path.extension().is_some_and(|extension| !extension.eq_ignore_ascii_case("toml")) && path.is_file() {
        return Err(Error::new(format!("`{shown}` is not a config, expected a `.toml` file"))
            .hint(format!("`trustrisk init {shown} > trustrisk.toml` makes a config for a table")));
    }
    fs::read_to_string(path).map_err(|error| match error.kind() {
        ErrorKind::NotFound => Error::new(format!("config `{shown}` does not exist"))
            .hint(format!("`trustrisk init TABLE > {shown}` makes one from a table")),
        ErrorKind::InvalidData => Error::new(format!("config `{shown}` is not UTF-8 text")).hint("save it as UTF-8"),
        ErrorKind::IsADirectory => Error::new(format!("`{shown}` is a folder, expected a config file"))
            .hint(format!("`{}`", path.join("trustrisk.toml").display())),
        _ => Error::new(format!("config `{shown}` cannot be read: {error}")),
    })
}

fn unknown(name: &str, plan: &Plan) -> Option<Error> {
    let names: Vec<&str> = plan.stakeholders.iter().map(|group| group.name.as_str()).collect();
    if names.contains(&name) {
        return None;
    }
    let known: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    let message = format!("`--only {name}` is no stakeholder group of the config, expected {}", known.join(" or "));
    let near = nearest(name, names.iter().copied()).or(names.first().copied()).unwrap_or_default();
    Some(Error::new(message).hint(format!("`--only {near}`")))
}
