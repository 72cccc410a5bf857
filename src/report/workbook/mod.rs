//! `report.xlsx`: scores with reasons, the audit, and what every column means.
//!
//! Cells are typed: text is text whatever it begins with, so that nothing a table says is run as a formula.

mod audit;
mod dictionary;
mod overview;
mod scores;
mod sheet;

use chrono::Datelike;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook, XlsxError};

use self::sheet::{Names, Styles};
use super::view::{PortfolioView, PublicAudit, SheetView};
use super::words::Words;
use crate::base::{Error, Result};

/// The workbook of a run. `sheets` and `audits` are those of the view's groups, in their order. The same view gives the same
/// bytes.
///
/// # Errors
/// The workbook cannot be written.
pub fn workbook(view: &PortfolioView, sheets: &[SheetView], audits: &[Option<&PublicAudit>]) -> Result<Vec<u8>> {
    written(view, sheets, audits).map_err(|error| Error::new(format!("the workbook could not be written: {error}")))
}

fn written(
    view: &PortfolioView,
    sheets: &[SheetView],
    audits: &[Option<&PublicAudit>],
) -> std::result::Result<Vec<u8>, XlsxError> {
    let words = Words::new(&view.locale, &view.currency);
    let styles = Styles::new(&view.currency);
    let mut book = Workbook::new();
    // the clock must not enter the bytes
    let created = ExcelDateTime::from_ymd(
        u16::try_from(view.as_of.year()).unwrap_or(1900),
        view.as_of.month() as u8,
        view.as_of.day() as u8,
    )?;
    let properties = DocProperties::new()
        .set_title(format!("{}: trust at risk, {}", view.title, words.date(view.as_of)))
        .set_author(&view.title)
        .set_comment(format!("run {}, results {}", view.run, view.results_sha256))
        .set_creation_datetime(&created);
    book.set_properties(&properties);
    let mut names = Names::default();
    overview::write(&mut book, view, &words, &styles, &mut names)?;
    for (group, sheet) in view.groups.iter().zip(sheets) {
        scores::write(&mut book, (group, sheet), &words, &styles, &mut names)?;
    }
    for (group, audit) in view.groups.iter().zip(audits) {
        if let Some(audit) = audit {
            audit::write(&mut book, group, audit, &styles, &mut names)?;
        }
    }
    dictionary::write(&mut book, view, &styles, &mut names)?;
    book.save_to_buffer()
}
