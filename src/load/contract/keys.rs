//! The key: who a row is about, and as of when.

use chrono::NaiveDate;
use polars::prelude::{BooleanChunked, Column, DataFrame, DataType};
use rayon::prelude::*;

use super::super::Settings;
use super::super::read::Places;
use super::{cells, words};
use crate::base::{Finding, Result};

/// Ids and times of the rows that have both, in the order of the query's result.
pub struct Keys {
    pub name: String,
    pub ids: Vec<String>,
    /// Days since 1970-01-01 of each row's own time. Keys are told apart by the day.
    pub days: Option<Vec<i32>>,
    /// Row numbers in the order of the table: ids as numbers if all are integers, else bytewise; then time.
    pub order: Vec<u32>,
    /// Whether an id stands in more than one row.
    pub repeated: bool,
    /// Numbers of the rows before some were left out; empty where none was.
    origin: Vec<u32>,
    places: Places,
    /// Whether findings name a row by its id too: the rows of a query are numbered in an order that no file has.
    tells_id: bool,
}

impl Keys {
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// The row as its file numbers it, the header being row 1; after `sql`, as the query's result does.
    pub fn number(&self, row: usize) -> usize {
        usize::try_from(self.places.of(self.original(row)).1).unwrap_or(usize::MAX)
    }

    /// The row as findings name it: `row 7`, ``row 7 of `b.csv` `` where there are several files, ``row 7, id `K77` ``
    /// after `sql`.
    pub fn place(&self, row: usize) -> String {
        let id = self.ids.get(row).filter(|_| self.tells_id).map(|id| format!(", id `{id}`")).unwrap_or_default();
        format!("{}{id}", place(&self.places, self.original(row)))
    }

    fn original(&self, row: usize) -> usize {
        self.origin.get(row).map_or(row, |at| *at as usize)
    }

    pub fn day(&self, row: usize) -> Option<i32> {
        self.days.as_ref().and_then(|days| days.get(row).copied())
    }

    pub fn times(&self) -> Option<Vec<NaiveDate>> {
        self.days.as_ref().map(|days| days.iter().map(|day| words::date(*day)).collect())
    }

    /// Whether two rows are about the same subject.
    pub fn same_id(&self, a: u32, b: u32) -> bool {
        self.ids[a as usize] == self.ids[b as usize]
    }
}

/// Reads the keys, reports rows without one and keys with several rows, and leaves such rows out.
///
/// Without a declared id the row's number stands in, as findings number it; in several files rows are numbered through,
/// from 2.
///
/// # Errors
/// polars cannot read what it made itself.
pub fn read(
    frame: DataFrame,
    places: &Places,
    settings: &Settings,
    findings: &mut Vec<Finding>,
) -> Result<(DataFrame, Keys)> {
    let missing = missing_rows(&frame, places, settings, findings)?;
    let (frame, origin) = without(frame, &missing)?;
    let keys = keys_of(&frame, places, settings, origin, findings)?;
    let surplus = repeated_keys(&frame, &keys, settings, findings);
    if surplus.iter().all(|gone| !gone) {
        return Ok((frame, keys));
    }
    let before: Vec<u32> = (0..keys.len()).map(|row| row_index(keys.original(row))).collect();
    let (frame, kept) = without(frame, &surplus)?;
    let origin = kept.into_iter().map(|row| before[row as usize]).collect();
    let keys = keys_of(&frame, places, settings, origin, &mut Vec::new())?;
    Ok((frame, keys))
}

/// Tables of polars have fewer than 2³² rows.
pub fn row_index(row: usize) -> u32 {
    u32::try_from(row).unwrap_or(u32::MAX)
}

/// `row 7`, or ``row 7 of `b.csv` `` where there are several files.
fn place(places: &Places, row: usize) -> String {
    match places.of(row) {
        (Some(file), number) => format!("row {number} of `{file}`"),
        (None, number) => format!("row {number}"),
    }
}

/// Rows without an id or a time.
fn missing_rows(
    frame: &DataFrame,
    places: &Places,
    settings: &Settings,
    findings: &mut Vec<Finding>,
) -> Result<Vec<bool>> {
    let mut gone = vec![false; frame.height()];
    let parts = [(&settings.id, "missing-keys", "id"), (&settings.time, "missing-times", "time")];
    for (name, code, noun) in parts {
        let Some(column) = name.as_ref().and_then(|name| frame.column(name).ok()) else { continue };
        let blank: Vec<usize> = blanks(column);
        let Some(first) = blank.first() else { continue };
        let (rows, first) = (words::rows(blank.len()), *first);
        let message = format!("{noun} `{}` is blank in {rows} (first: {})", column.name(), place(places, first));
        findings.push(
            Finding::new(code, message)
                .column(column.name().as_str())
                .count(blank.len())
                .first_row(usize::try_from(places.of(first).1).unwrap_or(usize::MAX))
                .hint(format!("leave them out in `sql`: `where \"{}\" is not null`", column.name())),
        );
        for row in blank {
            gone[row] = true;
        }
    }
    Ok(gone)
}

fn blanks(column: &Column) -> Vec<usize> {
    if column.null_count() == 0 {
        return Vec::new();
    }
    column.is_null().iter().enumerate().filter(|(_, blank)| *blank == Some(true)).map(|(row, _)| row).collect()
}

/// The frame without some rows, and the former numbers of those that are left (none where all are).
pub fn without(frame: DataFrame, gone: &[bool]) -> Result<(DataFrame, Vec<u32>)> {
    if gone.iter().all(|gone| !gone) {
        return Ok((frame, Vec::new()));
    }
    let mask: BooleanChunked = gone.iter().map(|gone| Some(!gone)).collect();
    let mut left = frame.filter(&mask).map_err(|error| cells::broken(&error))?;
    left.rechunk_mut();
    Ok((left, (0u32..).zip(gone).filter(|(_, gone)| !**gone).map(|(row, _)| row).collect()))
}

fn keys_of(
    frame: &DataFrame,
    places: &Places,
    settings: &Settings,
    origin: Vec<u32>,
    findings: &mut Vec<Finding>,
) -> Result<Keys> {
    let id = settings.id.as_ref().and_then(|name| frame.column(name).ok());
    let (name, ids) = match id {
        Some(column) => (column.name().to_string(), texts(column)?),
        None => row_numbers(frame, places, &origin, findings),
    };
    let time = settings.time.as_ref().and_then(|name| frame.column(name).ok());
    let days = match time {
        Some(column) => Some(cells::days(column)?.into_iter().map(Option::unwrap_or_default).collect()),
        None => None,
    };
    let (places, tells_id) = (places.clone(), settings.sql.is_some() && id.is_some());
    let mut keys = Keys { name, ids, days, order: Vec::new(), repeated: false, origin, places, tells_id };
    keys.order = order(&keys);
    keys.repeated = keys.order.windows(2).any(|pair| keys.same_id(pair[0], pair[1]));
    Ok(keys)
}

fn row_numbers(
    frame: &DataFrame,
    places: &Places,
    origin: &[u32],
    findings: &mut Vec<Finding>,
) -> (String, Vec<String>) {
    let taken = frame.columns().iter().any(|column| column.name() == "row");
    let name = if taken { "row_number" } else { "row" };
    findings.push(
        Finding::new(
            "no-id",
            "no id is declared; the row number stands in, so scores cannot be joined to other tables",
        )
        .count(frame.height())
        .hint("add `id = \"…\"`, the column that names the subject"),
    );
    let number = |row: usize| {
        let row = origin.get(row).map_or(row, |at| *at as usize);
        match places.of(row) {
            (None, number) => number,
            // numbers of several files would name several rows
            (Some(_), _) => row as u64 + 2,
        }
    };
    (name.to_owned(), (0..frame.height()).map(|row| number(row).to_string()).collect())
}

/// The cells as text, just as they stand; whole numbers without a decimal point.
fn texts(column: &Column) -> Result<Vec<String>> {
    if let Some(texts) = cells::text(column) {
        return Ok(texts.iter().map(|cell| cell.unwrap_or_default().to_owned()).collect());
    }
    if let Ok(values) = column.i64() {
        return Ok(values.iter().map(|cell| cell.unwrap_or_default().to_string()).collect());
    }
    if let Ok(values) = column.f64() {
        return Ok(values.iter().map(|cell| cell.unwrap_or_default().to_string()).collect());
    }
    let cast = column.cast(&DataType::String).map_err(|error| cells::broken(&error))?;
    Ok(cells::text(&cast).map(|all| all.iter().map(|c| c.unwrap_or_default().to_owned()).collect()).unwrap_or_default())
}

/// Rows by id, then time, then place.
fn order(keys: &Keys) -> Vec<u32> {
    let rows = 0..row_index(keys.len());
    let day = |row: u32| keys.day(row as usize).unwrap_or_default();
    let text = |row: u32| keys.ids[row as usize].as_str();
    if let Some(numbers) = keys.ids.iter().map(|id| id.parse::<i64>().ok()).collect::<Option<Vec<i64>>>() {
        let mut sorted: Vec<(i64, u32)> = rows.map(|row| (numbers[row as usize], row)).collect();
        let compare = |a: &(i64, u32), b: &(i64, u32)| {
            a.0.cmp(&b.0).then_with(|| text(a.1).cmp(text(b.1))).then_with(|| (day(a.1), a.1).cmp(&(day(b.1), b.1)))
        };
        sorted.par_sort_unstable_by(compare);
        return sorted.into_iter().map(|(_, row)| row).collect();
    }
    let skip = common_prefix(&keys.ids);
    let mut sorted: Vec<(u64, u32)> = rows.map(|row| (start_of(text(row), skip), row)).collect();
    sorted.par_sort_unstable_by(|a, b| {
        a.0.cmp(&b.0).then_with(|| text(a.1).cmp(text(b.1))).then_with(|| (day(a.1), a.1).cmp(&(day(b.1), b.1)))
    });
    sorted.into_iter().map(|(_, row)| row).collect()
}

/// Bytes that all ids begin with.
fn common_prefix(ids: &[String]) -> usize {
    let Some(first) = ids.first() else { return 0 };
    ids.iter()
        .fold(first.len(), |length, id| first.bytes().zip(id.bytes()).take(length).take_while(|(a, b)| a == b).count())
}

/// The eight bytes after the common prefix as a number that sorts like them.
fn start_of(id: &str, skip: usize) -> u64 {
    let mut word = [0u8; 8];
    for (to, from) in word.iter_mut().zip(id.bytes().skip(skip)) {
        *to = from;
    }
    u64::from_be_bytes(word)
}

/// Reports keys that stand in several rows; marks all but their first row.
fn repeated_keys(frame: &DataFrame, keys: &Keys, settings: &Settings, findings: &mut Vec<Finding>) -> Vec<bool> {
    let mut surplus = vec![false; keys.len()];
    let mut examples: Vec<(u32, String)> = Vec::new();
    let same = |a: u32, b: u32| keys.same_id(a, b) && keys.day(a as usize) == keys.day(b as usize);
    for group in keys.order.chunk_by(|a, b| same(*a, *b)).filter(|group| group.len() > 1) {
        for row in &group[1..] {
            surplus[*row as usize] = true;
        }
        let when = keys.day(group[0] as usize).map(|day| format!(" at {}", words::date(day))).unwrap_or_default();
        examples.push((group[1], format!("`{}`{when} in {}", keys.ids[group[0] as usize], words::rows(group.len()))));
    }
    let Some(first) = surplus.iter().position(|gone| *gone).filter(|_| settings.id.is_some()) else {
        return vec![false; keys.len()];
    };
    examples.sort();
    let count = surplus.iter().filter(|gone| **gone).count();
    let shown: Vec<&str> = examples.iter().take(3).map(|(_, text)| text.as_str()).collect();
    let message = format!(
        "{} {} a key that stands above: {}{} (first: {})",
        words::rows(count),
        if count == 1 { "repeats" } else { "repeat" },
        shown.join(", "),
        if examples.len() > 3 { ", …" } else { "" },
        keys.place(first)
    );
    let hint = repeated_hint(frame, settings);
    findings.push(
        Finding::new("duplicate-keys", message)
            .column(keys.name.clone())
            .count(count)
            .first_row(keys.number(first))
            .hint(hint),
    );
    surplus
}

fn repeated_hint(frame: &DataFrame, settings: &Settings) -> String {
    let dates = frame.columns().iter().find(|column| cells::is_date(column) && column.null_count() == 0);
    match (&settings.time, dates) {
        (None, Some(column)) => format!("add `time = \"{}\"`, if a subject has one row for each", column.name()),
        _ => "keep one row for each in `sql`: `select distinct …` or `group by …`".to_owned(),
    }
}
