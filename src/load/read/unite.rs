//! Files of one source: which columns they share, and which they spell differently.

use std::collections::BTreeMap;

use polars::prelude::{Column, DataFrame, DataType, PlSmallStr, PolarsResult, TimeUnit};

use super::header::toml_text;
use crate::base::Finding;

/// The column names of one file.
pub struct Names<'a> {
    pub file: &'a str,
    pub names: &'a [String],
    pub rows: u64,
}

/// All names, in the order in which they first stand.
pub fn all(files: &[Names]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for name in files.iter().flat_map(|file| file.names) {
        if !names.contains(name) {
            names.push(name.clone());
        }
    }
    names
}

/// Columns that not every file has, and among them those that are spelled nearly alike.
pub fn compare(files: &[Names], source: &str) -> Vec<Finding> {
    let names = all(files);
    let mut findings = near_names(files, &names, source);
    findings.extend(files.iter().filter_map(|file| missing(file, &names, source)));
    findings
}

fn missing(file: &Names, names: &[String], source: &str) -> Option<Finding> {
    let missing: Vec<String> =
        names.iter().filter(|name| !file.names.contains(name)).map(|name| format!("`{name}`")).collect();
    if missing.is_empty() {
        return None;
    }
    let columns = if missing.len() == 1 { "a column".to_owned() } else { format!("{} columns", missing.len()) };
    let listed = missing.iter().take(8).cloned().collect::<Vec<_>>().join(", ");
    let more = if missing.len() > 8 { ", …" } else { "" };
    let message = format!("`{}` lacks {columns} that other files of source `{source}` have: {listed}{more}", file.file);
    Some(Finding::new("missing-columns", message).source(source).count(missing.len()))
}

/// Pairs of names that never stand in the same file and are spelled nearly alike; the rarer is to be renamed.
fn near_names(files: &[Names], names: &[String], source: &str) -> Vec<Finding> {
    let apart = |a: &String, b: &String| !files.iter().any(|file| file.names.contains(a) && file.names.contains(b));
    let rows = |name: &String| files.iter().filter(|file| file.names.contains(name)).map(|file| file.rows).sum::<u64>();
    let mut pairs: BTreeMap<&String, &String> = BTreeMap::new();
    for (idx, first) in names.iter().enumerate() {
        for second in names.iter().skip(idx + 1).filter(|second| apart(first, second) && is_near(first, second)) {
            let (rare, usual) = if rows(first) < rows(second) { (first, second) } else { (second, first) };
            pairs.entry(rare).or_insert(usual);
        }
    }
    let entries = pairs.iter().map(|(rare, usual)| format!("{} = {}", toml_text(rare), toml_text(usual)));
    let hint = format!("add `rename = {{ {} }}` to source `{source}`", entries.collect::<Vec<_>>().join(", "));
    let near = |(rare, usual): (&&String, &&String)| {
        let message = format!("files of source `{source}` spell a column `{rare}` and `{usual}`");
        Finding::new("near-names", message).source(source).column(rare.as_str()).count(2).hint(hint.clone())
    };
    pairs.iter().map(near).collect()
}

/// Same letters and digits, or nearly; never with different digits.
fn is_near(first: &str, second: &str) -> bool {
    let bare =
        |name: &str| name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect::<String>();
    let digits = |name: &str| name.chars().filter(char::is_ascii_digit).collect::<String>();
    let (first, second) = (bare(first), bare(second));
    first == second || (digits(&first) == digits(&second) && strsim::jaro_winkler(&first, &second) > 0.93)
}

/// Columns under one another by name, types widened, missing ones null.
pub fn columns(names: &[String], files: Vec<Vec<Column>>) -> PolarsResult<DataFrame> {
    let heights: Vec<usize> = files.iter().map(|columns| columns.first().map_or(0, Column::len)).collect();
    let mut files: Vec<BTreeMap<String, Column>> = files
        .into_iter()
        .map(|columns| columns.into_iter().map(|column| (column.name().to_string(), column)).collect())
        .collect();
    let mut united = Vec::with_capacity(names.len());
    for name in names {
        let parts: Vec<Option<Column>> = files.iter_mut().map(|columns| columns.remove(name)).collect();
        let types =
            parts.iter().flatten().filter(|part| part.null_count() < part.len()).map(|part| part.dtype().clone());
        let dtype = types.reduce(widened).unwrap_or(DataType::String);
        let mut whole: Option<Column> = None;
        for (part, height) in parts.into_iter().zip(&heights) {
            let part = match part {
                Some(part) if *part.dtype() == dtype => part,
                Some(part) => part.cast(&dtype)?,
                None => Column::full_null(PlSmallStr::from_str(name), *height, &dtype),
            };
            match &mut whole {
                Some(whole) => drop(whole.append(&part)?),
                None => whole = Some(part),
            }
        }
        united.extend(whole.map(|whole| whole.rechunk()));
    }
    DataFrame::new(heights.iter().sum(), united)
}

fn widened(first: DataType, second: DataType) -> DataType {
    let moment = |dtype: &DataType| matches!(dtype, DataType::Date | DataType::Datetime(_, _));
    match (&first, &second) {
        _ if first == second => first,
        (DataType::Int64, DataType::Float64) | (DataType::Float64, DataType::Int64) => DataType::Float64,
        _ if moment(&first) && moment(&second) => DataType::Datetime(TimeUnit::Microseconds, None),
        _ => DataType::String,
    }
}
