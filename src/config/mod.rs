//! The config file: what the user wrote ([`raw`]) to what we will do ([`Plan`]), with all problems at once.
//!
//! The file is read in three steps, and each reports all that it can find: is it TOML (`text`); does it have the keys
//! and types of the schema (`shape`); does what it says make sense (`check`).

mod check;
mod explain;
mod group;
mod mitigate;
pub mod plan;
mod population;
pub mod raw;
pub mod schema;
mod shape;
mod sources;
mod text;
mod words;

use std::path::Path;

use chrono::NaiveDate;

pub use check::slug;
pub use plan::{ColumnPlan, Compare, FailOn, Ids, OutcomeWords, Plan, Portfolio, Stakeholders, TrainPolicy, Use};

use crate::base::{Error, Result};

/// Reads a config.
///
/// `folder` is the folder of the config file, to which the paths in it are relative; `today` is what `as_of = "today"`
/// means.
///
/// # Errors
/// All problems of the file at once: what is not TOML; else all unknown keys and wrong types, with line and column;
/// else everything that contradicts itself or is not built yet.
pub fn read(text: &str, folder: &Path, today: NaiveDate) -> Result<Plan> {
    let document = text::parse(text)?;
    shape::check(text, &document, &schema::tree())?;
    let raw: raw::Config = serde_json::from_value(text::json(document.get_ref()))
        .map_err(|error| Error::new(format!("the config has the right keys, but cannot be taken over: {error}")))?;
    check::plan(raw, folder, today)
}
