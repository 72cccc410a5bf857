//! A table from elsewhere, as it is: no key is asked for, no row is left out, and a column is read when it is needed.

use std::collections::BTreeMap;

use polars::prelude::{Column as Series, PlHashMap};

use super::contract::cells::{self, broken};
use super::contract::outcome::{Level, Seen, level, levels_of, listing};
use super::contract::words;
use super::read::{self, Places};
use super::{Column, ColumnKind, LeftOut, Role, Settings, Table, query};
use crate::base::error::nearest;
use crate::base::{Error, Finding, Progress, Result};

/// What says yes, in lower case.
const YES: [&str; 5] = ["1", "true", "yes", "y", "t"];
/// What says no.
const NO: [&str; 6] = ["0", "-1", "false", "no", "n", "f"];

/// A table and where its rows stand.
pub struct Plain {
    /// Rows in the order of the source; without outcomes, populations and clusters, which are for the caller to say.
    pub table: Table,
    pub findings: Vec<Finding>,
    places: Places,
}

/// Reads the only source, or what `sql` makes of it. `id` and `entity` are read as keys.
///
/// # Errors
/// The file cannot be read as what it is, the query fails, or a column is of a type that cannot be used.
pub fn plain(settings: &Settings, progress: &dyn Progress) -> Result<Plain> {
    let keys: Vec<&str> = [&settings.id, &settings.entity].into_iter().flatten().map(String::as_str).collect();
    let keys = query::keys(settings.sql.as_deref(), &keys);
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    let read = read::sources(&settings.sources, &settings.columns, &keys, progress)?;
    let frame = cells::clean(query::join(&read.frames, settings)?.frame)?;
    let places = read.places.into_iter().next().filter(|_| settings.sql.is_none()).unwrap_or_default();
    let column = |series: &Series| Column { name: series.name().to_string(), kind: kind(series), role: Role::Feature };
    let table = Table {
        columns: frame.columns().iter().map(column).collect(),
        frame,
        id_name: settings.id.clone().unwrap_or_else(|| "row".to_owned()),
        ids: Vec::new(),
        time_name: None,
        times: None,
        outcome: Vec::new(),
        population: Vec::new(),
        cluster: Vec::new(),
        n_clusters: 0,
        clustered: false,
        left_out: LeftOut::default(),
        value: None,
    };
    Ok(Plain { table, findings: read.findings, places })
}

fn kind(series: &Series) -> ColumnKind {
    match cells::noun(series) {
        "text" => ColumnKind::Level,
        "true and false" => ColumnKind::Boolean,
        "dates" => ColumnKind::Date,
        _ => ColumnKind::Number,
    }
}

impl Plain {
    pub fn n_rows(&self) -> usize {
        self.table.frame.height()
    }

    /// The row as its file numbers it, the header being row 1; after `sql`, as the query's result does.
    pub fn number(&self, row: usize) -> usize {
        usize::try_from(self.places.of(row).1).unwrap_or(usize::MAX)
    }

    /// `row 7`, or ``row 7 of `b.csv` `` where there are several files.
    fn place(&self, row: usize) -> String {
        let file = self.places.of(row).0.map_or_else(String::new, |file| format!(" of `{file}`"));
        format!("row {}{file}", words::count(self.number(row)))
    }

    /// Whether every column exists that options of the command line name.
    ///
    /// # Errors
    /// One problem for each that does not, with the nearest name that does exist.
    pub fn ensure_columns<'a>(&self, named: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<()> {
        let names = || self.table.columns.iter().map(|column| column.name.as_str());
        Error::all(named.into_iter().filter(|(_, column)| !names().any(|name| name == *column)).map(
            |(option, column)| {
                let shown = words::list(&names().collect::<Vec<_>>(), 12);
                let hint = match nearest(column, names()) {
                    Some(near) => format!("`{option} {near}`"),
                    None => format!("it has {shown}"),
                };
                Error::new(format!("`{option}` names column `{column}`, which the table does not have")).hint(hint)
            },
        ))
    }

    fn column(&self, name: &str) -> Result<&Series> {
        self.table.frame.column(name).map_err(|error| broken(&error))
    }

    /// Whether a column has no value at all.
    pub fn is_blank(&self, name: &str) -> bool {
        self.column(name).is_ok_and(|column| column.null_count() == column.len())
    }

    /// The numbers of a column; true and false are 1 and 0.
    ///
    /// # Errors
    /// It holds text or dates.
    pub fn numbers(&self, name: &str) -> Result<Vec<Option<f64>>> {
        let column = self.column(name)?;
        let noun = cells::noun(column);
        if let ("numbers" | "true and false", Some(values)) = (noun, cells::numbers(column)?) {
            return Ok(values.into_iter().map(|value| Some(value).filter(|value| !value.is_nan())).collect());
        }
        if self.is_blank(name) {
            return Ok(vec![None; self.n_rows()]);
        }
        let texts = cells::text(column).into_iter().flat_map(|texts| texts.iter().enumerate());
        let mut strange =
            texts.filter_map(|(row, cell)| Some((row, cell.filter(|cell| cell.parse::<f64>().is_err())?)));
        let first = strange.next();
        let n = strange.count() + usize::from(first.is_some());
        let (where_, hint) = match first {
            Some((row, cell)) if n < self.n_rows() => (
                format!(" in {} (first: {}, `{cell}`)", words::rows(n), self.place(row)),
                format!("`--missing \"{cell}\"` if it stands for a missing value"),
            ),
            _ => (String::new(), "name the column that holds the numbers".to_owned()),
        };
        Err(Error::new(format!("column `{name}` holds {noun}{where_}, expected numbers")).hint(hint))
    }

    /// Whether the cells of a column say yes; `None` where they are blank. With `yes` given, these values do and all
    /// others do not; a finding lists the others where there are several. `option` names the values on the command line.
    ///
    /// # Errors
    /// It is not known what some values say, or a value that is given occurs nowhere.
    pub fn flags(&mut self, name: &str, yes: &[String], option: &str) -> Result<Vec<Option<bool>>> {
        let (codes, seen) = levels_of(self.column(name)?)?;
        let says = if yes.is_empty() { known(name, &seen, option)? } else { given(name, &seen, yes, option)? };
        let others: Vec<&Seen> = seen.iter().zip(&says).filter(|(_, says)| !**says).map(|(seen, _)| seen).collect();
        if !yes.is_empty() && others.len() > 1 {
            let message = format!("all other values of `{name}` count as no: {}", listing(&others));
            self.findings
                .push(Finding::new("outcome-levels", message).severity(crate::base::Severity::Info).column(name));
        }
        Ok(codes.into_iter().map(|code| code.and_then(|code| says.get(code as usize).copied())).collect())
    }

    /// Which rows are about the same subject, numbered in the order in which they are met; blank cells stand alone.
    /// `None` where nothing repeats.
    ///
    /// # Errors
    /// polars cannot read what it made itself.
    pub fn clusters(&self, name: &str) -> Result<Option<Clusters>> {
        let column = self.column(name)?;
        let blank = column.is_null();
        let mut number: PlHashMap<u64, u32> = PlHashMap::default();
        let (mut member, mut n) = (Vec::with_capacity(column.len()), 0u32);
        for (hash, blank) in cells::hashes(column)?.into_iter().zip(blank.iter()) {
            let mut next = || {
                n += 1;
                n - 1
            };
            member.push(if blank == Some(true) { next() } else { *number.entry(hash).or_insert_with(next) });
        }
        Ok(((n as usize) < member.len()).then_some(Clusters { member, n: n as usize }))
    }
}

/// Rows that are not independent.
pub struct Clusters {
    /// The cluster of each row.
    pub member: Vec<u32>,
    pub n: usize,
}

/// What values say that need no telling.
fn known(name: &str, seen: &[Seen], option: &str) -> Result<Vec<bool>> {
    let plain = |seen: &Seen| match seen.level {
        Level::Number(bits) => f64::from_bits(bits).to_string(),
        Level::Text(_) => seen.text.trim().to_lowercase(),
    };
    let said: Option<Vec<bool>> = seen
        .iter()
        .map(|seen| {
            let plain = plain(seen);
            let says = |words: &[&str]| words.contains(&plain.as_str());
            if says(&YES) { Some(true) } else { says(&NO).then_some(false) }
        })
        .collect();
    said.ok_or_else(|| {
        let all: Vec<&Seen> = seen.iter().collect();
        let message = format!("column `{name}` holds {}, expected two values such as `0` and `1`", listing(&all));
        let example = seen.iter().find(|seen| YES.contains(&plain(seen).as_str())).or(rarest(seen));
        let example = example.map_or("1", |seen| seen.text.as_str());
        Error::new(message).hint(format!("say which of them count: `{option} \"{example}\"`"))
    })
}

fn rarest(seen: &[Seen]) -> Option<&Seen> {
    seen.iter().min_by_key(|seen| seen.count)
}

/// Values against those that are given, compared by value: `1`, `1.0` and `true` are one and the same.
fn given(name: &str, seen: &[Seen], yes: &[String], option: &str) -> Result<Vec<bool>> {
    let mut by_level: BTreeMap<Level, bool> = yes.iter().map(|text| (level(text), false)).collect();
    let says = seen.iter().map(|seen| by_level.get_mut(&seen.level).map(|met| *met = true).is_some()).collect();
    let absent = yes.iter().find(|text| by_level.get(&level(text)) == Some(&false));
    match absent.filter(|_| !seen.is_empty()) {
        None => Ok(says),
        Some(absent) => {
            let all: Vec<&Seen> = seen.iter().collect();
            let message =
                format!("column `{name}` never is `{absent}`, which `{option}` names; it holds {}", listing(&all));
            let near =
                nearest(absent, seen.iter().map(|seen| seen.text.as_str())).or(rarest(seen).map(|s| s.text.as_str()));
            Err(Error::new(message).hint_opt(near.map(|near| format!("`{option} \"{near}\"`"))))
        }
    }
}
