//! Small tables from text, real ones from the shared folder.

use std::collections::BTreeMap;

use calamine::{Data, Reader, Xlsx, open_workbook};
use chrono::NaiveDate;
use polars::prelude::*;
use trustrisk::base::Finding;
use trustrisk::load::contract::{Checked, check};
use trustrisk::load::{Column as Judged, Duplicates, Excluded, Outcome, Role, Settings};

use crate::support::shared;

pub fn settings(outcome: &str, adverse: &str) -> Settings {
    let outcome =
        Outcome { column: outcome.into(), adverse: vec![adverse.into()], favorable: Vec::new(), horizon_days: None };
    Settings {
        stakeholders: "subjects".into(),
        as_of: NaiveDate::from_ymd_opt(2026, 6, 30).unwrap(),
        sources: Vec::new(),
        sql: None,
        id: Some("id".into()),
        time: None,
        entity: None,
        outcome: Some(outcome),
        value: None,
        sensitive: Vec::new(),
        exclude: Vec::new(),
        columns: BTreeMap::new(),
        duplicates: Duplicates::Together,
        severities: BTreeMap::new(),
    }
}

pub fn column<T, P: ?Sized>(name: &str, values: T) -> Column
where
    Series: NamedFrom<T, P>,
{
    Series::new(name.into(), values).into()
}

pub fn dates(name: &str, values: &[Option<&str>]) -> Column {
    let day = |text: &str| text.parse::<NaiveDate>().unwrap().signed_duration_since(NaiveDate::default()).num_days();
    let days: Vec<Option<i32>> = values.iter().map(|v| v.map(|text| i32::try_from(day(text)).unwrap())).collect();
    column(name, days).cast(&DataType::Date).unwrap()
}

pub fn frame(columns: Vec<Column>) -> DataFrame {
    DataFrame::new(columns[0].len(), columns).unwrap()
}

/// `n` history rows with ids 1…n; the first `adverse` have left.
pub fn history(n: i64, adverse: i64) -> Vec<Column> {
    let left: Vec<&str> = (0..n).map(|row| if row < adverse { "yes" } else { "no" }).collect();
    vec![column("id", (1..=n).collect::<Vec<i64>>()), column("left", left)]
}

pub fn run(columns: Vec<Column>, settings: &Settings) -> Checked {
    check(frame(columns), settings).unwrap_or_else(|error| panic!("{error}"))
}

pub fn of<'a>(checked: &'a Checked, code: &str) -> Vec<&'a Finding> {
    checked.findings.iter().filter(|finding| finding.code == code).collect()
}

pub fn one<'a>(checked: &'a Checked, code: &str) -> &'a Finding {
    let all = of(checked, code);
    assert_eq!(all.len(), 1, "{code}: {:#?}", checked.findings);
    all[0]
}

pub fn columns_of(checked: &Checked, code: &str) -> Vec<String> {
    of(checked, code).iter().filter_map(|finding| finding.column.clone()).collect()
}

pub fn excluded(checked: &Checked, why: Excluded) -> Vec<String> {
    let wanted = |column: &&Judged| column.role == Role::Excluded(why);
    let columns = &checked.table.as_ref().unwrap().columns;
    columns.iter().filter(wanted).map(|column| column.name.clone()).collect()
}

pub fn csv(path: &str) -> Option<DataFrame> {
    let path = shared(path)?;
    let missing = NullValues::AllColumns(vec![" ".into(), String::new().into()]);
    let options = CsvReadOptions::default()
        .with_infer_schema_length(None)
        .with_parse_options(CsvParseOptions::default().with_null_values(Some(missing)));
    Some(options.try_into_reader_with_file_path(Some(path)).unwrap().finish().unwrap())
}

/// Sheets as text cells by column, rows of all sheets joined on `key`; numbers where a whole column parses.
pub fn workbooks(files: &[(&str, Option<&str>)], key: &str) -> Option<DataFrame> {
    let mut names: Vec<String> = Vec::new();
    let mut rows: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    for (file, sheet) in files {
        let mut book: Xlsx<_> = open_workbook(shared(file)?).unwrap();
        let sheet = sheet.map_or_else(|| book.sheet_names()[0].clone(), str::to_owned);
        let range = book.worksheet_range(&sheet).unwrap();
        let mut lines = range.rows();
        let header: Vec<String> = lines.next().unwrap().iter().map(ToString::to_string).collect();
        let at = header.iter().position(|name| name == key).unwrap();
        for name in &header {
            if !names.contains(name) {
                names.push(name.clone());
            }
        }
        for line in lines {
            let row = rows.entry(line[at].to_string()).or_default();
            for (name, cell) in header.iter().zip(line).filter(|(_, cell)| !matches!(cell, Data::Empty)) {
                row.insert(name.clone(), cell.to_string());
            }
        }
    }
    Some(frame(
        names.iter().map(|name| typed(name, rows.values().map(|row| row.get(name).cloned()).collect())).collect(),
    ))
}

fn typed(name: &str, cells: Vec<Option<String>>) -> Column {
    let whole: Option<Vec<Option<i64>>> = cells
        .iter()
        .map(|cell| cell.as_ref().map(|text| text.parse().ok()).map_or(Some(None), |v| v.map(Some)))
        .collect();
    let decimal: Option<Vec<Option<f64>>> = cells
        .iter()
        .map(|cell| cell.as_ref().map(|text| text.parse().ok()).map_or(Some(None), |v| v.map(Some)))
        .collect();
    match (whole, decimal) {
        (Some(whole), _) => column(name, whole),
        (None, Some(decimal)) => column(name, decimal),
        (None, None) => column(name, cells),
    }
}
