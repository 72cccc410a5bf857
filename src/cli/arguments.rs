//! What can be typed.

mod audit_table;

use std::num::NonZeroUsize;
use std::path::PathBuf;

use chrono::NaiveDate;
use clap::{Args, Parser, Subcommand};
use clap_complete::Shell;

use crate::base::units::Band;

pub use audit_table::{AuditTable, Correction, Effect, TableFormat};

/// Explainable trust-risk analytics: tables in, calibrated, explained, audited and printed scores out.
#[derive(Debug, Parser)]
#[command(name = "trustrisk", version, about, max_term_width = 100)]
pub struct Arguments {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub command: Command,
}

/// What every command takes.
#[derive(Debug, Clone, Default, Args)]
pub struct Global {
    /// Say nothing but errors
    #[arg(long, short, global = true)]
    pub quiet: bool,
    /// Print one JSON object to standard output instead of telling a story
    #[arg(long, global = true)]
    pub json: bool,
    /// Use at most so many threads [default: all cores]; results do not depend on it
    #[arg(long, global = true, value_name = "N")]
    pub threads: Option<NonZeroUsize>,
    /// Print without colors; the environment variable `NO_COLOR` does the same
    #[arg(long, global = true)]
    pub no_color: bool,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Look at tables and print a config that runs on them
    Init(Init),
    /// Load, train, score, explain, audit, print and seal
    Run(Run),
    /// Load and check the tables, and print what was found
    Check(Check),
    /// Fit and calibrate the models, and write them with their validation
    Train(Train),
    /// Score a table with a saved model
    Score(Score),
    /// Tell why subjects of a finished run have their scores
    Explain(Explain),
    /// Attribute every row of a table by a model trained elsewhere
    ExplainModel(ExplainModel),
    /// Audit a table that was scored elsewhere: groups, rates, verdicts
    AuditTable(Box<AuditTable>),
    /// Tell what a metric of the audit means
    ExplainMetric(ExplainMetric),
    /// Print the pages of a finished run again
    Report(Report),
    /// Print a page for each of some subjects of a finished run
    #[command(name = "subjects")]
    SubjectPages(SubjectPages),
    /// Hold the files of a finished run against its manifest
    Verify(Verify),
    /// Write the tables and the config of the sample business
    Sample(Sample),
    /// Print the JSON schema of the config
    Schema,
    /// Print completions for a shell
    Completions { shell: Shell },
}

/// The config and which of its stakeholder groups.
#[derive(Debug, Args)]
pub struct Portfolio {
    /// The config file; relative paths in it are relative to its folder
    #[arg(value_name = "CONFIG")]
    pub config: PathBuf,
    /// Only these stakeholder groups
    #[arg(long, value_name = "NAME,…", value_delimiter = ',')]
    pub only: Vec<String>,
}

#[derive(Debug, Args)]
pub struct Run {
    #[command(flatten)]
    pub portfolio: Portfolio,
    /// Write runs to this folder instead of the config's
    #[arg(long, value_name = "DIR")]
    pub reports: Option<PathBuf>,
    /// Compare with this run: `last`, `none`, or the name of a run
    #[arg(long, value_name = "RUN")]
    pub compare: Option<String>,
}

#[derive(Debug, Args)]
pub struct Check {
    #[command(flatten)]
    pub portfolio: Portfolio,
}

#[derive(Debug, Args)]
pub struct Train {
    #[command(flatten)]
    pub portfolio: Portfolio,
    /// Write `<stakeholders>/model.json` and `validation.json` to this folder
    #[arg(long, value_name = "DIR", default_value = "models")]
    pub out: PathBuf,
}

#[derive(Debug, Args)]
pub struct Score {
    /// A `model.json`, of a run or of `train`
    pub model: PathBuf,
    #[command(flatten)]
    pub subjects: Subjects,
}

/// A table without a config.
#[derive(Debug, Args)]
pub struct Subjects {
    /// The table: a file, or several of the same columns; no outcome is needed
    #[arg(required = true, value_name = "TABLE")]
    pub tables: Vec<PathBuf>,
    /// The column that names the subjects [default: the row number]
    #[arg(long, value_name = "COLUMN")]
    pub id: Option<String>,
    /// The column with each row's own time
    #[arg(long, value_name = "COLUMN")]
    pub time: Option<String>,
    /// The day that dates are counted to where a row has no time [default: today]
    #[arg(long, value_name = "DATE")]
    pub as_of: Option<NaiveDate>,
    /// A query that shapes the table, which it calls `subjects`
    #[arg(long, value_name = "QUERY")]
    pub sql: Option<String>,
    /// Write the scores (CSV) here [default: standard output]
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct ExplainModel {
    /// The model: LightGBM's text, XGBoost's or CatBoost's JSON
    pub model: PathBuf,
    #[command(flatten)]
    pub subjects: Subjects,
    /// Background subjects: a seeded sample of the table, at most so many
    #[arg(long, value_name = "N", default_value = "1000", value_parser = clap::value_parser!(u32).range(1..))]
    pub background: u32,
    #[arg(long, value_name = "S", default_value = "7")]
    pub seed: u64,
    /// Follow the trees' paths by cover, as the model's maker does, instead of telling against the background
    #[arg(long)]
    pub path_dependent: bool,
}

#[derive(Debug, Args)]
pub struct Explain {
    /// A finished run: its folder, or its name below `reports`
    #[arg(long, value_name = "RUN")]
    pub run: PathBuf,
    /// The subjects, as their id stands in the table
    #[arg(required = true, value_name = "ID")]
    pub ids: Vec<String>,
    /// Only these stakeholder groups
    #[arg(long, value_name = "NAME,…", value_delimiter = ',')]
    pub only: Vec<String>,
    /// Write the waterfall of each to this folder, as SVG and PNG
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Write over files that hold something else
    #[arg(long, requires = "out")]
    pub force: bool,
}

#[derive(Debug, Args)]
pub struct ExplainMetric {
    /// The metric, such as `selection_rate` or `true_positive_rate_difference` [default: list all]
    #[arg(value_name = "NAME")]
    pub name: Option<String>,
}

#[derive(Debug, Args)]
pub struct Report {
    /// A finished run: its folder, or its name below `reports`
    pub run: PathBuf,
    /// Write the pages to this folder
    #[arg(long, value_name = "DIR", default_value = "pages")]
    pub out: PathBuf,
}

#[derive(Debug, Args)]
pub struct SubjectPages {
    /// A finished run: its folder, or its name below `reports`
    pub run: PathBuf,
    /// The subjects, as their id stands in the table
    #[arg(value_name = "ID", required_unless_present = "band", conflicts_with = "band")]
    pub ids: Vec<String>,
    /// Today's subjects in this band or above: `elevated`, `high` or `critical`
    #[arg(long, value_name = "BAND", value_parser = band)]
    pub band: Option<Band>,
    /// Only these stakeholder groups
    #[arg(long, value_name = "NAME,…", value_delimiter = ',')]
    pub only: Vec<String>,
    /// Write `<stakeholders>/subjects/*.pdf` and `index.csv` to this folder
    #[arg(long, value_name = "DIR", default_value = "pages")]
    pub out: PathBuf,
}

fn band(name: &str) -> Result<Band, String> {
    let known = || Band::ALL.into_iter().map(Band::name);
    let found = Band::ALL.into_iter().find(|band| band.name() == name);
    found.ok_or_else(|| format!("no such band, expected {}", known().collect::<Vec<_>>().join(", ")))
}

#[derive(Debug, Args)]
pub struct Verify {
    /// A finished run: its folder, or its name below `reports`
    pub run: PathBuf,
}

#[derive(Debug, Args)]
pub struct Init {
    /// The tables to look at, `book.xlsx#Sheet` for one of several sheets; the first one holds the subjects
    #[arg(required = true, value_name = "TABLE")]
    pub tables: Vec<PathBuf>,
    /// Write the config to this file, and its schema beside it [default: standard output]
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct Sample {
    /// The folder to write to
    #[arg(long, value_name = "DIR", default_value = "sample")]
    pub out: PathBuf,
    /// Write one wide table of finished outcomes to this file instead, for benches
    #[arg(long, value_name = "FILE")]
    pub wide: Option<PathBuf>,
    /// Number of customers; the other tables grow with it
    #[arg(long, value_name = "N", default_value = "1500", value_parser = clap::value_parser!(u32).range(50..=1_000_000))]
    pub subjects: u32,
    #[arg(long, value_name = "S", default_value = "7")]
    pub seed: u64,
    /// The day that the business is seen from
    #[arg(long, value_name = "DATE", default_value = "2026-06-30")]
    pub as_of: NaiveDate,
    /// Write over files that are there
    #[arg(long)]
    pub force: bool,
}
