//! The sample business: a neighborhood grocer with customers, staff and suppliers, all of it invented, and a config
//! that describes it. What drives whom is planted ([`truths`]), so that it can be tested whether it is found.
//!
//! Everything is a pure function of [`Settings`]: bytes come back, nobody's clock or disk is touched.

mod calendar;
mod customers;
mod draw;
mod effects;
mod employees;
mod names;
mod portfolio;
mod readme;
mod suppliers;
mod tally;
mod truths;
mod wide;
mod words;
mod write;

use chrono::NaiveDate;

use crate::base::{Error, Result, Seed};

pub use truths::{Drift, Effect, Leak, Measure, Mess, Proxy, Rate, Truths, WithoutEffect, truths};
pub use wide::{WIDE_HEADER, wide_table};

/// What sample to make.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// Customers of the business at any one time, 50 to 1,000,000; staff and deliveries scale with them.
    pub n_subjects: usize,
    pub seed: Seed,
    /// The day of the sample's last snapshot.
    pub as_of: NaiveDate,
}

impl Default for Settings {
    /// The sample that is committed under `data/`.
    fn default() -> Self {
        Self { n_subjects: 1_500, seed: Seed(7), as_of: NaiveDate::from_ymd_opt(2026, 6, 30).unwrap_or_default() }
    }
}

/// A file of the sample.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SampleFile {
    /// Relative to the folder of the sample.
    pub path: String,
    pub bytes: Vec<u8>,
}

impl SampleFile {
    fn new(path: impl Into<String>, bytes: Vec<u8>) -> Self {
        Self { path: path.into(), bytes }
    }
}

/// All files of the sample business, its config `trustrisk.toml` and its `README.md` among them, sorted by path.
///
/// Takes about 4 kB of memory a subject at its peak.
///
/// # Errors
/// The number of subjects is out of range, or the day is before the year 2000.
pub fn generate(settings: &Settings) -> Result<Vec<SampleFile>> {
    let (mut files, tally) = tables(settings)?;
    files.push(SampleFile::new("trustrisk.toml", portfolio::config(settings).into_bytes()));
    files.push(SampleFile::new("README.md", readme::render(settings, &tally).into_bytes()));
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}

/// The README of a sample: what its files are, and every planted truth.
///
/// # Errors
/// Those of [`generate`].
pub fn readme(settings: &Settings) -> Result<String> {
    let (_, tally) = tables(settings)?;
    Ok(readme::render(settings, &tally))
}

fn tables(settings: &Settings) -> Result<(Vec<SampleFile>, tally::Tally)> {
    check(settings)?;
    let mut tally = tally::Tally::default();
    let mut files = customers::files(settings, &mut tally)?;
    files.extend(employees::files(settings, &mut tally));
    files.extend(suppliers::files(settings, &mut tally));
    Ok((files, tally))
}

fn check(settings: &Settings) -> Result<()> {
    if !(50..=1_000_000).contains(&settings.n_subjects) {
        let message = format!("the sample has {} subjects, expected 50 to 1,000,000", settings.n_subjects);
        return Err(Error::new(message).hint("use `--subjects 1500`"));
    }
    let oldest = NaiveDate::from_ymd_opt(2000, 1, 1).unwrap_or_default();
    let newest = NaiveDate::from_ymd_opt(9999, 1, 1).unwrap_or_default();
    if settings.as_of < oldest || settings.as_of > newest {
        let message = format!("the sample is as of {}, expected a day from 2000-01-01 to 9999-01-01", settings.as_of);
        return Err(Error::new(message).hint("use `--as-of 2026-06-30`"));
    }
    Ok(())
}
