//! A config proposed from any table: what each column is probably for, with the reason as a comment.
//!
//! Nothing here is certain, so everything is written where the user reads it: a guess that matters (which level is
//! adverse, which columns leak) stands with its reason next to the line that it made.

mod guess;
mod join;
mod leaks;
mod names;
mod outcome;
mod profile;
pub mod sheets;
mod write;

use std::path::{Path, PathBuf};

use polars::prelude::DataFrame;

use crate::base::{Error, Finding, Result};
use crate::load::read::Read;
use guess::{Because, Sensitive};
use outcome::Outcome;
use profile::{Column, Kind};

/// A proposed config.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// The commented file, which `config::read` accepts.
    pub toml: String,
    /// What was looked at and found, in short lines for the terminal.
    pub summary: Vec<String>,
}

/// A table with the name of its source and the path as the user typed it.
struct Looked<'a> {
    source: String,
    path: &'a Path,
    frame: &'a DataFrame,
}

/// A column that several rows share.
enum Entity {
    /// It may be one.
    Mentioned(Because),
    /// It is one, as nothing else names the subjects; and why it is not the id, where it nearly is.
    Live(Because, Option<String>),
}

/// All that the file is written from.
struct Found<'a> {
    portfolio: String,
    group: String,
    subject: &'static str,
    verb: Option<&'static str>,
    tables: &'a [Looked<'a>],
    sql: Option<String>,
    id: Option<Because>,
    time: Option<Because>,
    dates: Vec<String>,
    entity: Option<Entity>,
    outcome: Outcome,
    /// And whether its numbers stand in text, so that it cannot be the value as it is.
    value: Option<(Because, bool)>,
    sensitive: Vec<Sensitive>,
    exclude: Vec<Because>,
    duplicates: String,
    /// Columns that are left for the model or the audit.
    features: Vec<String>,
    notes: Vec<String>,
}

/// Proposes a config for tables that were read; `schema_path` is what `#:schema` names. A path such as
/// `book.xlsx#Orders` names one sheet of a workbook.
///
/// # Errors
/// There is no table, or no column that could be the outcome.
pub fn propose(tables: &[(PathBuf, Read)], schema_path: &str) -> Result<Proposal> {
    let looked = looked(tables);
    let findings = tables.iter().flat_map(|(_, read)| &read.findings);
    let joined = join::join(&looked)?;
    let columns = joined.columns;
    let Some(base) = looked.get(joined.base) else {
        return Err(Error::new("no table was given, expected at least one file"));
    };
    let outcome = outcome::outcome(&columns).ok_or_else(|| outcome::none(&columns, base.path))?;
    let mut notes: Vec<String> = findings.map(note).collect();
    notes.extend(joined.notes);
    let found = found(&looked, base.path, joined.sql, &columns, outcome, notes);
    Ok(Proposal { toml: write::file(&found, schema_path), summary: summary(&found, &columns) })
}

fn note(finding: &Finding) -> String {
    format!("{}: {}", finding.severity.name(), finding.message)
}

/// Names that are unique and can stand in SQL.
fn looked(tables: &[(PathBuf, Read)]) -> Vec<Looked<'_>> {
    let mut looked: Vec<Looked<'_>> = Vec::new();
    for (path, read) in tables {
        for (name, frame) in &read.frames {
            let stem = sheets::stem(path).unwrap_or_else(|| name.clone());
            let slug = write::slug(&stem, '_');
            let slug = if slug.starts_with(|c: char| c.is_ascii_lowercase()) { slug } else { format!("table_{slug}") };
            let mut source = slug.clone();
            let mut number = 2;
            while looked.iter().any(|other| other.source == source) {
                source = format!("{slug}_{number}");
                number += 1;
            }
            looked.push(Looked { source, path, frame });
        }
    }
    looked
}

fn found<'a>(
    tables: &'a [Looked<'a>],
    path: &Path,
    sql: Option<String>,
    columns: &[Column],
    outcome: Outcome,
    notes: Vec<String>,
) -> Found<'a> {
    let mut id = guess::id(columns, &outcome.column);
    let mut time = None;
    if id.is_none()
        && let Some((repeated, date)) = guess::id_and_time(columns)
    {
        id = Some(Because {
            column: repeated,
            reason: "named like an id; it repeats, so the key is (id, time)".to_owned(),
        });
        time = Some(Because { column: date, reason: "a date that tells the rows of an id apart".to_owned() });
    }
    let id_name = id.as_ref().map(|id| id.column.as_str());
    let time_name = time.as_ref().map(|time| time.column.as_str());
    let keys: Vec<&str> = [id_name, time_name, Some(outcome.column.as_str())].into_iter().flatten().collect();
    let repeated = guess::repeated_id(columns).filter(|column| id.is_none() && !keys.contains(&column.name.as_str()));
    let roles: Vec<&str> = keys.iter().copied().chain(repeated.map(|column| column.name.as_str())).collect();
    let mut exclude = guess::excluded(columns, &roles, &outcome);
    let excluded: Vec<String> = exclude.iter().map(|one| one.column.clone()).collect();
    let taken: Vec<&str> = roles.iter().copied().chain(excluded.iter().map(String::as_str)).collect();
    let sensitive = guess::sensitive(columns, &taken);
    // what is only mentioned must not slip into the model
    exclude.extend(sensitive.iter().filter(|one| one.doubt.is_some()).map(|one| Because {
        column: one.column.clone(),
        reason: "sensitive, but not in a form that can be audited".to_owned(),
    }));
    let unused: Vec<&str> = taken.iter().copied().chain(sensitive.iter().map(|one| one.column.as_str())).collect();
    let entity = match repeated {
        Some(column) => Some(Entity::Live(repeats(column), near_id(column))),
        None => guess::entity(columns).filter(|column| !taken.contains(&column.name.as_str())).map(mentioned),
    };
    let named = id_name.or(repeated.map(|column| column.name.as_str()));
    let subject = guess::subject(named, path, &outcome.column);
    let stem = sheets::stem(path).map(|stem| write::slug(&stem, '-')).unwrap_or_default();
    Found {
        portfolio: if stem.is_empty() { "my-business".to_owned() } else { stem },
        group: format!("{subject}s"),
        subject,
        verb: verb(&outcome),
        tables,
        sql,
        dates: dates(columns, &unused),
        entity,
        value: guess::value(columns, &unused),
        duplicates: duplicates(columns, &keys, &outcome.column),
        features: columns
            .iter()
            .map(|column| column.name.clone())
            .filter(|name| !taken.contains(&name.as_str()))
            .collect(),
        sensitive,
        exclude,
        notes,
        id,
        time,
        outcome,
    }
}

fn mentioned(column: &Column) -> Entity {
    let (n_rows, n_levels) = (thousands(column.n_rows()), thousands(column.levels.len()));
    let reason = format!("{n_rows} rows share {n_levels} of them: uncomment it if those rows belong together");
    Entity::Mentioned(Because { column: column.name.clone(), reason })
}

/// Why an id that repeats is the entity.
fn repeats(column: &Column) -> Because {
    let (n_rows, n_levels) = (thousands(column.n_rows()), thousands(column.levels.len()));
    let reason = format!("{n_rows} rows share {n_levels} of them: they stay on one side of a fold");
    Because { column: column.name.clone(), reason }
}

/// Why a column is not the id although nearly every row has a value of its own; `None` where it repeats often.
fn near_id(column: &Column) -> Option<String> {
    let n_surplus = column.n_rows() - column.levels.len();
    let (row, level) = profile::first_repeated(column).filter(|_| n_surplus * 20 <= column.n_rows())?;
    let rows = if n_surplus == 1 { "1 row repeats" } else { &format!("{} rows repeat", thousands(n_surplus)) };
    let again = thousands(row + 2);
    Some(format!("{rows} an id, first `{level}` in row {again}: mend that, and write this in place of `entity`"))
}

/// Date columns that nothing else was proposed for.
fn dates(columns: &[Column], taken: &[&str]) -> Vec<String> {
    let open = columns.iter().filter(|column| column.kind == Kind::Date && !taken.contains(&column.name.as_str()));
    open.map(|column| column.name.clone()).collect()
}

/// The verb of an outcome, where its name gives one.
fn verb(outcome: &Outcome) -> Option<&'static str> {
    let verbs: &[(&str, &[&str])] = &[
        (
            "leave",
            &["churn…", "attrition", "left", "exited", "leaver", "turnover", "abwander…", "kündigung", "resigned"],
        ),
        ("default", &["default…", "ausfall"]),
        ("be late", &["late", "delayed", "reached", "verspätet"]),
    ];
    let words = names::words(&outcome.column);
    verbs.iter().find(|(_, list)| names::any(&words, list)).map(|(verb, _)| *verb)
}

fn duplicates(columns: &[Column], keys: &[&str], outcome: &str) -> String {
    let compared: Vec<&Column> =
        columns.iter().filter(|column| column.name == outcome || !keys.contains(&column.name.as_str())).collect();
    match profile::n_duplicates(&compared) {
        0 => "no row equals another in all columns but the key; or \"drop\", \"keep\"".to_owned(),
        1 => "1 row equals another in all columns but the key: they stay on one side of a fold; or \"drop\", \"keep\""
            .to_owned(),
        n => format!(
            "{} rows equal another in all columns but the key: they stay on one side of a fold; or \"drop\", \"keep\"",
            thousands(n)
        ),
    }
}

/// `7043` → `7,043`.
fn thousands(number: usize) -> String {
    let digits = number.to_string();
    let separate = |(i, digit): (usize, char)| {
        let comma = i > 0 && (digits.len() - i).is_multiple_of(3);
        comma.then_some(',').into_iter().chain([digit])
    };
    digits.chars().enumerate().flat_map(separate).collect()
}

fn summary(found: &Found<'_>, columns: &[Column]) -> Vec<String> {
    let n_rows = columns.first().map_or(0, Column::n_rows);
    let id = match (&found.id, &found.entity) {
        (Some(id), _) => format!("id `{}`", id.column),
        (None, Some(Entity::Live(entity, _))) => {
            format!("no id (the row number stands in), entity `{}`", entity.column)
        }
        (None, _) => "no id (the row number stands in)".to_owned(),
    };
    let outcome = &found.outcome;
    let mut lines = vec![format!(
        "looked at {} rows: {id}, outcome `{}` ({:.1} % {})",
        thousands(n_rows),
        outcome.column,
        100.0 * outcome.rate,
        outcome.adverse
    )];
    if outcome.reason.starts_with("CHECK") {
        lines.push(format!("check which level of `{}` is adverse: `{}` is a guess", outcome.column, outcome.adverse));
    }
    if let Some((third, n_rows)) = &outcome.third {
        let rows = thousands(*n_rows);
        lines.push(format!("check the third level of `{}`: `{third}` ({rows} rows) is taken as open", outcome.column));
    }
    let list = |names: Vec<&String>| names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let audited: Vec<&String> =
        found.sensitive.iter().filter(|one| one.doubt.is_none()).map(|one| &one.column).collect();
    if !audited.is_empty() {
        lines.push(format!("audited: {}", list(audited)));
    }
    lines.extend(found.exclude.iter().map(|one| format!("left out: `{}` ({})", one.column, one.reason)));
    lines
}
