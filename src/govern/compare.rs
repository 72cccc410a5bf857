//! The earlier run that "what changed" refers to.

use std::fs;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;

use super::MANIFEST;
use super::manifest::{ComparedWith, Manifest};
use super::run::RunId;
use super::verify::damage;
use crate::base::error::nearest;
use crate::base::{Error, Result};

/// The file that every group of a run has that could be done.
const VIEWED: &str = "scores.parquet";

/// What the config or the command line asks to compare with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Compare {
    /// The latest run of the portfolio that looks from an earlier day.
    Last,
    /// A run by its name.
    Run(String),
    None,
}

impl Compare {
    /// Reads `last`, `none`, or else the name of a run.
    pub fn parse(text: &str) -> Self {
        match text {
            "last" => Self::Last,
            "none" => Self::None,
            run => Self::Run(run.to_owned()),
        }
    }
}

/// The run to compare with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compared {
    pub run: String,
    /// Its folder.
    pub path: PathBuf,
    pub results_sha256: String,
    pub as_of: NaiveDate,
    /// Whether only some of the portfolio's groups were asked for.
    pub is_partial: bool,
}

impl Compared {
    /// As the manifest records it.
    pub fn record(&self) -> ComparedWith {
        ComparedWith { run: self.run.clone(), results_sha256: self.results_sha256.clone() }
    }

    /// As the run id covers it.
    pub fn identity(&self) -> String {
        self.record().identity()
    }

    /// How many of some stakeholder groups the run has.
    fn n_covered(&self, groups: &[String]) -> usize {
        groups.iter().filter(|group| self.path.join(group).join(VIEWED).is_file()).count()
    }
}

/// The run to compare with; `None` where none is asked for or no earlier one exists.
///
/// The last run is one with an `as_of` strictly before this one, so that a rerun on the same day finds the same. Runs of
/// `--only` some groups stand back behind those of all; then the latest day counts, then how many of these stakeholder
/// `groups` were done. Of several that are left the one with the highest `results_sha256` is taken: arbitrary, but the
/// same on every machine.
///
/// # Errors
/// The named run does not exist, or the run found is no longer what was sealed.
pub fn previous(
    reports: &Path,
    portfolio: &str,
    as_of: NaiveDate,
    groups: &[String],
    compare: &Compare,
) -> Result<Option<Compared>> {
    if *compare == Compare::None {
        return Ok(None);
    }
    let runs = sealed(&reports.join(portfolio));
    let found = match compare {
        Compare::Run(name) => Some(named(runs, name, portfolio)?),
        _ => runs.into_iter().filter(|run| run.as_of < as_of).max_by_key(|run| {
            let n = run.n_covered(groups);
            (n == groups.len() || !run.is_partial, run.as_of, n, run.results_sha256.clone(), run.run.clone())
        }),
    };
    if let Some(run) = &found {
        ensure_intact(run)?;
    }
    Ok(found)
}

/// All sealed runs of a portfolio by name: folders named as runs whose manifest says the same.
pub fn sealed(portfolio: &Path) -> Vec<Compared> {
    listed(portfolio).into_iter().filter_map(|(_, run)| run.ok()).collect()
}

/// All folders of a portfolio that are named as runs and hold a manifest, by name; an error where a manifest cannot be
/// read or is another run's.
pub fn listed(portfolio: &Path) -> Vec<(RunId, Result<Compared>)> {
    let entries = fs::read_dir(portfolio).into_iter().flatten().flatten();
    let mut runs: Vec<(RunId, Result<Compared>)> = entries.filter_map(|entry| read(entry.path())).collect();
    runs.sort_by(|a, b| a.0.as_str().cmp(b.0.as_str()));
    runs
}

fn read(path: PathBuf) -> Option<(RunId, Result<Compared>)> {
    let run = RunId::parse(path.file_name()?.to_str()?)?;
    path.join(MANIFEST).is_file().then(|| {
        let compared = read_as(&run, path);
        (run, compared)
    })
}

fn read_as(run: &RunId, path: PathBuf) -> Result<Compared> {
    let manifest = Manifest::read(&path)?;
    if manifest.run != run.as_str() {
        return Err(Error::new(format!("its manifest is that of run `{}`", manifest.run)));
    }
    let (results_sha256, is_partial) = (manifest.results_sha256, manifest.settings.get("only").is_some());
    Ok(Compared { run: manifest.run, path, results_sha256, as_of: run.as_of(), is_partial })
}

fn named(runs: Vec<Compared>, name: &str, portfolio: &str) -> Result<Compared> {
    let names: Vec<String> = runs.iter().map(|run| run.run.clone()).collect();
    if let Some(run) = runs.into_iter().find(|run| run.run == name) {
        return Ok(run);
    }
    if names.is_empty() {
        let message = format!("run `{name}` of `{portfolio}` does not exist: the portfolio has no finished run");
        return Err(Error::new(message).hint("`--compare last` or `--compare none`"));
    }
    let listed: Vec<String> = names.iter().rev().take(10).map(|name| format!("`{name}`")).collect();
    let more = names.len().saturating_sub(listed.len());
    let more = if more > 0 { format!(" and {more} older ones") } else { String::new() };
    let message = format!("run `{name}` of `{portfolio}` does not exist, expected one of {}{more}", listed.join(", "));
    let near = nearest(name, names.iter().map(String::as_str)).unwrap_or("last");
    Err(Error::new(message).hint(format!("`--compare {near}`")))
}

fn ensure_intact(run: &Compared) -> Result<()> {
    let Some(first) = damage(&run.path)?.into_iter().next() else { return Ok(()) };
    let message = format!("run `{}`, which this one is compared with, is not what was sealed: {first}", run.run);
    Err(Error::new(message).hint("restore its folder, or name another run: `--compare RUN`, `--compare none`"))
}
