//! What can be typed behind `audit-table`.

use std::path::PathBuf;

use clap::{ArgGroup, Args, ValueEnum};

#[derive(Debug, Args)]
#[command(group = ArgGroup::new("decision").args(["score", "selected"]).required(true).multiple(true))]
pub struct AuditTable {
    /// The table: a file, `book.xlsx#Sheet` for one of several sheets, or several files of the same columns
    #[arg(required = true, value_name = "TABLE")]
    pub tables: Vec<PathBuf>,
    /// The column with the score: a risk from 0 to 1; any number with `--threshold`
    #[arg(long, value_name = "COLUMN")]
    pub score: Option<String>,
    /// The score of a risk of 1, such as 100 of points [default: 1]
    #[arg(long, value_name = "N", requires = "score")]
    pub score_max: Option<f64>,
    /// Selected is whose score reaches this [default: half of the highest]
    #[arg(long, value_name = "T", requires = "score", conflicts_with = "selected", allow_negative_numbers = true)]
    pub threshold: Option<f64>,
    /// The column that says who was selected, instead of a threshold
    #[arg(long, value_name = "COLUMN")]
    pub selected: Option<String>,
    /// Values of that column that say yes [default: 1, true, yes, y, t]
    #[arg(long, value_name = "VALUE,…", value_delimiter = ',', requires = "selected", allow_hyphen_values = true)]
    pub selected_values: Vec<String>,
    /// The column with the outcome; where it is blank, or without it, only what needs no outcome is told
    #[arg(long, value_name = "COLUMN")]
    pub outcome: Option<String>,
    /// Values of that column that are the outcome [default: 1, true, yes, y, t]
    #[arg(long, value_name = "VALUE,…", value_delimiter = ',', requires = "outcome", allow_hyphen_values = true)]
    pub adverse: Vec<String>,
    /// The columns whose groups are compared; a number with its cut points as `age:30:45:60`
    #[arg(long, required = true, value_name = "COLUMN,…", value_delimiter = ',')]
    pub sensitive: Vec<String>,
    /// Compare crossings of up to so many of them
    #[arg(long, value_name = "N", default_value = "2", value_parser = clap::value_parser!(u8).range(1..=3))]
    pub crossings: u8,
    /// Whether being selected helps or harms: then a disparity says who is at a disadvantage
    #[arg(long, value_name = "EFFECT")]
    pub effect: Option<Effect>,
    /// What groups are compared with: `largest`, `best`, `overall`, or the name of a group
    #[arg(long, value_name = "GROUP", default_value = "largest")]
    pub reference: String,
    /// Binding metrics, each with its lowest allowed ratio to the reference (or highest difference); `none` for no
    /// verdicts [default: selection_rate, true_positive_rate and false_positive_rate at 0.8]
    #[arg(long, value_name = "METRIC=VALUE,…", value_delimiter = ',')]
    pub limit: Vec<String>,
    /// The level of all tests
    #[arg(long, value_name = "P", default_value = "0.05")]
    pub significance: f64,
    /// Correction for the number of comparisons
    #[arg(long, value_name = "METHOD", default_value = "holm")]
    pub correction: Correction,
    /// The columns of legitimate factors within which groups are compared as well; a number with its cut points
    #[arg(long, value_name = "COLUMN,…", value_delimiter = ',')]
    pub control: Vec<String>,
    /// Fewer subjects are not published
    #[arg(long, value_name = "N", default_value = "5", value_parser = clap::value_parser!(u32).range(1..))]
    pub min_group: u32,
    /// The column that names the subjects: where it repeats, intervals and tests allow for it
    #[arg(long, value_name = "COLUMN")]
    pub id: Option<String>,
    /// The column of what subjects share, such as a household: likewise
    #[arg(long, value_name = "COLUMN")]
    pub entity: Option<String>,
    /// Values that stand for missing ones
    #[arg(long, value_name = "VALUE,…", value_delimiter = ',', allow_hyphen_values = true)]
    pub missing: Vec<String>,
    /// A query that shapes the table, which it calls `subjects`
    #[arg(long, value_name = "QUERY")]
    pub sql: Option<String>,
    /// Tell which verdicts changed since this `audit.json`
    #[arg(long, value_name = "FILE")]
    pub against: Option<PathBuf>,
    /// Tell only what may be published
    #[arg(long)]
    pub public: bool,
    /// Write the whole table in this format instead of telling a story
    #[arg(long, value_name = "FORMAT")]
    pub format: Option<TableFormat>,
    /// Write the table here; its ending tells the format [default: standard output]
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

/// What the table is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TableFormat {
    /// An object of policy, rows and findings
    Json,
    /// The long table
    Csv,
    /// A short table in Markdown: verdicts, then rates
    Md,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Effect {
    Benefit,
    Burden,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Correction {
    /// Family-wise error
    Holm,
    /// False discovery rate
    BenjaminiHochberg,
    None,
}
