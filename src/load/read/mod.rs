//! Files to typed columns: every value of a source is looked at before any type is decided, so that a type depends
//! neither on a sample nor on which file a value stands in.

mod build;
mod cells;
mod csv;
mod dates;
mod decide;
mod declared;
mod dialect;
mod doubt;
mod files;
mod format;
mod gaps;
mod head;
mod header;
mod markers;
pub(crate) mod normal;
mod notices;
mod number;
mod places;
mod quotes;
mod records;
mod scan;
mod style;
mod tally;
mod text;
mod typed;
mod unite;
mod xlsx;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use polars::prelude::{Column, DataFrame, DataType};

use self::cells::Cells;
use self::csv::Csv;
use self::decide::Reading;
use self::declared::Declarer;
use self::gaps::Gaps;
use self::markers::{Marks, Used};
use self::places::Numbers;
pub use self::places::Places;
use self::scan::{ColumnScan, Lens};
use self::style::Others;
use super::{ColumnSettings, Format, Source, SourceFile};
use crate::base::{Error, Finding, Progress, Result};

/// The tables of all sources.
pub struct Read {
    /// Name and table of each source, in the order of the config.
    pub frames: Vec<(String, DataFrame)>,
    /// Where the rows of each table stand.
    pub places: Vec<Places>,
    pub files: Vec<SourceFile>,
    pub findings: Vec<Finding>,
}

/// Reads all sources; each file that is done is one step of progress. Columns whose names are `keys` name subjects: they
/// are text unless all their values are whole numbers that come back byte for byte.
///
/// # Errors
/// A file is missing, empty, or not what it is declared to be; all missing files are told at once.
pub fn sources(
    sources: &[Source],
    columns: &BTreeMap<String, ColumnSettings>,
    keys: &[&str],
    progress: &dyn Progress,
) -> Result<Read> {
    let (mut paths, mut missing) = (Vec::with_capacity(sources.len()), Vec::new());
    for source in sources {
        match files::resolve(source) {
            Ok(found) => paths.push(found),
            Err(error) => missing.push(error),
        }
    }
    Error::all(missing)?;
    let mut read =
        Read { frames: Vec::with_capacity(sources.len()), places: Vec::new(), files: Vec::new(), findings: Vec::new() };
    let mut used = Used::default();
    for (source, paths) in sources.iter().zip(paths) {
        let declared = Declarer::new(source, columns, keys)?;
        let (frame, markers) = read_source(source, &paths, &declared, &mut read, progress)?;
        read.findings.extend(markers.unused_of_source(source));
        read.frames.push((source.name.clone(), frame));
        used.append(markers);
    }
    read.findings.extend(used.unused_of_columns(columns));
    agree(&mut read.frames, keys)?;
    Ok(read)
}

/// Where one source has a key as text, so have all: whole numbers read as keys come back byte for byte.
fn agree(frames: &mut [(String, DataFrame)], keys: &[&str]) -> Result<()> {
    let has = |frames: &[(String, DataFrame)], wanted: &DataType| {
        let mut columns = frames.iter().flat_map(|(_, frame)| frame.columns());
        columns.any(|column| keys.contains(&column.name().as_str()) && column.dtype() == wanted)
    };
    if !(has(frames, &DataType::String) && has(frames, &DataType::Int64)) {
        return Ok(());
    }
    let broken = |error| Error::new(format!("a key cannot be read as text: {error}"));
    for (_, frame) in frames {
        for key in keys {
            let Ok(column) = frame.column(key) else { continue };
            if column.dtype() == &DataType::Int64 {
                let text = column.cast(&DataType::String).map_err(broken)?;
                frame.with_column(text).map_err(broken)?;
            }
        }
    }
    Ok(())
}

/// A file whose columns are known and whose values are not yet typed.
struct Opened {
    file: SourceFile,
    title: String,
    names: Vec<String>,
    body: Body,
    lenses: Vec<Lens>,
    scans: Vec<Option<ColumnScan>>,
    /// Markers in columns that have their type.
    marks: Vec<Marks>,
    numbers: Numbers,
}

impl Opened {
    /// Adds which markers of missing values occur in the file.
    fn tell_markers(&self, used: &mut Used) {
        for (idx, (name, lens)) in self.names.iter().zip(&self.lenses).enumerate() {
            let typed = self.marks.get(idx).copied().unwrap_or_default();
            let read = self.scans.get(idx).and_then(Option::as_ref).map_or(0, |scan| scan.marks);
            used.add(name, lens, typed | read);
        }
    }
}

enum Body {
    Csv(Box<Csv>),
    Cells(Cells),
}

fn read_source(
    source: &Source,
    paths: &[PathBuf],
    declared: &Declarer,
    read: &mut Read,
    progress: &dyn Progress,
) -> Result<(DataFrame, Used)> {
    let (mut opened, mut seen, mut used) = (Vec::with_capacity(paths.len()), Vec::new(), Used::default());
    for path in paths {
        let mut file = open(source, path, &mut read.findings)?;
        seen.extend_from_slice(&file.names);
        header::rename(&mut file.names, &source.options.rename, &file.title)?;
        file.lenses = file.names.iter().map(|name| declared.lens(name)).collect();
        look(&mut file, opened.len(), &source.name, &mut read.findings)?;
        file.tell_markers(&mut used);
        opened.push(file);
        progress.advance(1);
    }
    header::check_rename(&source.options.rename, &seen, &source.name)?;
    let spellings: Vec<unite::Names> = opened
        .iter()
        .map(|file| unite::Names { file: &file.title, names: &file.names, rows: file.file.rows })
        .collect();
    let names = unite::all(&spellings);
    read.findings.extend(unite::compare(&spellings, &source.name));
    let readings = decide(source, declared, &mut opened, &names, &mut read.findings);
    let (mut frames, mut places) = (Vec::with_capacity(opened.len()), Places::default());
    for mut file in opened {
        read.files.push(file.file.clone());
        places.push(file.title.clone(), std::mem::take(&mut file.numbers));
        frames.push(build(file, &readings));
    }
    read.places.push(places);
    let frame = unite::columns(&names, frames);
    frame.map(|frame| (frame, used)).map_err(|error| Error::new(format!("source `{}`: {error}", source.name)))
}

/// How to read each column that has no type yet, by what was seen in all files.
fn decide(
    source: &Source,
    declared: &Declarer,
    opened: &mut [Opened],
    names: &[String],
    findings: &mut Vec<Finding>,
) -> BTreeMap<String, Reading> {
    let titles: Vec<String> = opened.iter().map(|file| file.title.clone()).collect();
    let scans: Vec<(&String, ColumnScan)> =
        names.iter().filter_map(|name| Some((name, merged(opened, name)?))).collect();
    let others = Others::new(scans.iter().map(|(_, scan)| scan));
    let mut readings = BTreeMap::new();
    for (name, scan) in scans {
        let (reading, noticed) = decide::decide(&scan, &declared.of(name, opened, others));
        let site = notices::Site { source: &source.name, files: &titles, column: name };
        findings.extend(noticed.iter().map(|notice| notices::finding(notice, &site)));
        readings.insert(name.clone(), reading);
    }
    readings
}

fn open(source: &Source, path: &Path, findings: &mut Vec<Finding>) -> Result<Opened> {
    let (options, title) = (&source.options, files::name_of(path));
    let format = files::format_of(path, options.format)?;
    let (bytes, file) = files::read(path, &source.name, format != Format::Parquet)?;
    let (body, names, found) = match format {
        Format::Csv => {
            let decoded = decoded(bytes, source, &title, findings)?;
            let (csv, names, found) = csv::open(decoded, options, &title, &source.name)?;
            (Body::Csv(Box::new(csv)), names, found)
        }
        Format::Parquet => of_cells(typed::parquet(path, &title, &source.name)?),
        Format::Ndjson => of_cells(typed::ndjson(decoded(bytes, source, &title, findings)?, &title, &source.name)?),
        Format::Xlsx => of_cells(xlsx::open(bytes, options, &title, &source.name)?),
    };
    findings.extend(found);
    Ok(Opened {
        file,
        title,
        names,
        body,
        lenses: Vec::new(),
        scans: Vec::new(),
        marks: Vec::new(),
        numbers: Numbers::default(),
    })
}

fn decoded(bytes: Vec<u8>, source: &Source, title: &str, findings: &mut Vec<Finding>) -> Result<String> {
    let unpacked = text::unpack(bytes, title)?;
    let decoded = text::decode(unpacked, source.options.encoding.as_deref(), title, &source.name)?;
    findings.extend(decoded.findings);
    Ok(decoded.text)
}

fn of_cells((cells, findings): (Cells, Vec<Finding>)) -> (Body, Vec<String>, Vec<Finding>) {
    let names = cells.frame.get_column_names().into_iter().map(ToString::to_string).collect();
    (Body::Cells(cells), names, findings)
}

/// Looks at every value of a file.
fn look(opened: &mut Opened, idx: usize, source: &str, findings: &mut Vec<Finding>) -> Result<()> {
    match &mut opened.body {
        Body::Csv(csv) => {
            let scanned = csv.scan(idx, &opened.lenses)?;
            opened.file.rows = scanned.rows;
            opened.numbers = scanned.numbers;
            opened.scans = scanned.columns.into_iter().map(Some).collect();
            findings.extend(empty_rows(&scanned.empty, &format!("`{}`", opened.title), source));
        }
        Body::Cells(cells) => {
            opened.file.rows = cells.frame.height() as u64;
            opened.numbers = cells.numbers();
            let broken = |error| Error::new(format!("`{}`: {error}", opened.title));
            opened.marks = cells.mark(&opened.lenses).map_err(broken)?;
            opened.scans = cells.scan(idx, &opened.lenses);
        }
    }
    Ok(())
}

fn empty_rows(empty: &Gaps, place: &str, source: &str) -> Option<Finding> {
    let first = empty.first?;
    let rows = notices::rows(empty.count);
    let message = format!("{rows} of {place} without any value left out (first: row {first})");
    let mut finding = Finding::new("empty-rows", message).source(source);
    (finding.count, finding.first_row) = (Some(empty.count), Some(first));
    Some(finding)
}

/// What was seen in one column over all files.
fn merged(opened: &mut [Opened], name: &str) -> Option<ColumnScan> {
    let mut all: Option<ColumnScan> = None;
    for file in opened {
        let idx = file.names.iter().position(|known| known == name);
        let Some(scan) = idx.and_then(|idx| file.scans.get_mut(idx)).and_then(Option::take) else {
            continue;
        };
        match &mut all {
            Some(all) => all.merge(scan),
            None => all = Some(scan),
        }
    }
    all
}

fn build(file: Opened, readings: &BTreeMap<String, Reading>) -> Vec<Column> {
    let readings: Vec<Option<Reading>> = file.names.iter().map(|name| readings.get(name).cloned()).collect();
    match file.body {
        Body::Csv(csv) => {
            let readings: Vec<Reading> = readings.into_iter().map(|reading| reading.unwrap_or(Reading::Text)).collect();
            csv.build(&file.names, &readings, &file.lenses)
        }
        Body::Cells(cells) => cells.build(&file.names, &readings, &file.lenses),
    }
}
