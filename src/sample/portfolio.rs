//! The config of the sample business.

use chrono::Datelike;

use super::Settings;

const TEMPLATE: &str = include_str!("trustrisk.toml");

/// The config with the sample's day, seed and file names filled in.
pub fn config(settings: &Settings) -> String {
    let year = settings.as_of.year();
    TEMPLATE
        .replace("{{as_of}}", &settings.as_of.to_string())
        .replace("{{seed}}", &settings.seed.0.to_string())
        .replace("{{last_year}}", &(year - 1).to_string())
        .replace("{{year}}", &year.to_string())
}
