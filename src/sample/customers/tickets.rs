//! The support desk's workbook.

use chrono::NaiveDate;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, Worksheet, XlsxError};

use super::super::SampleFile;
use super::super::calendar::before;
use super::quarter::Ticket;
use crate::base::{Error, Result};

/// A sheet holds 1,048,576 rows; further tickets go to further workbooks.
const ROWS_PER_BOOK: usize = 1_000_000;
const HEADER: [&str; 7] = ["ticket_no", "customer_id", "topic", "opened", "answered", "days_waiting", "refund"];

/// Tickets with the number of the customer.
#[derive(Default)]
pub struct Tickets(Vec<(usize, Row)>);

struct Row {
    topic: &'static str,
    answered: NaiveDate,
    days_waiting: u32,
    refund: &'static str,
}

impl Tickets {
    pub fn add(&mut self, customer: usize, ticket: &Ticket) {
        let refund = match ticket.refund {
            None => "",
            Some(true) => "honored",
            Some(false) => "refused",
        };
        let row = Row { topic: ticket.topic, answered: ticket.answered, days_waiting: ticket.days_waiting, refund };
        self.0.push((customer, row));
    }

    /// `support.xlsx`, and `support-2.xlsx` and so on where one sheet does not hold them all.
    pub fn workbooks(self) -> Result<Vec<SampleFile>> {
        let books = self.0.chunks(ROWS_PER_BOOK).enumerate().map(|(idx, rows)| {
            let path = if idx == 0 { "support.xlsx".to_owned() } else { format!("support-{}.xlsx", idx + 1) };
            let bytes = workbook(rows, 5_001 + idx * ROWS_PER_BOOK)
                .map_err(|error| Error::new(format!("`{path}` of the sample cannot be written: {error}")))?;
            Ok(SampleFile::new(path, bytes))
        });
        let mut books: Vec<SampleFile> = books.collect::<Result<_>>()?;
        if books.is_empty() {
            let bytes =
                workbook(&[], 0).map_err(|error| Error::new(format!("the workbook cannot be written: {error}")))?;
            books.push(SampleFile::new("support.xlsx", bytes));
        }
        Ok(books)
    }
}

/// A workbook as a person keeps it: titles above the table, a sheet of notes behind it.
fn workbook(rows: &[(usize, Row)], first_number: usize) -> std::result::Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    // the clock must not enter the bytes
    let created = ExcelDateTime::from_ymd(2026, 7, 1)?;
    book.set_properties(&DocProperties::new().set_author("Harbor Lane").set_creation_datetime(&created));
    let sheet = book.add_worksheet().set_name("Tickets")?;
    sheet.write_string(0, 0, "Harbor Lane support desk")?;
    sheet.write_string(1, 0, "All answered tickets; ask Inês before changing columns")?;
    for (column, name) in (0u16..).zip(HEADER) {
        sheet.write_string(2, column, name)?;
    }
    let date = Format::new().set_num_format("yyyy-mm-dd");
    for ((line, number), (customer, row)) in (3u32..).zip(first_number..).zip(rows) {
        write_row(sheet, line, number, *customer, row, &date)?;
    }
    sheet.set_column_width(2, 14)?.set_column_width(3, 11)?.set_column_width(4, 11)?;
    let notes = book.add_worksheet().set_name("Notes")?;
    notes.write_string(0, 0, "Refund: blank where none was asked for")?;
    book.save_to_buffer()
}

fn write_row(
    sheet: &mut Worksheet,
    line: u32,
    number: usize,
    customer: usize,
    row: &Row,
    date: &Format,
) -> std::result::Result<(), XlsxError> {
    let opened = before(row.answered, row.days_waiting.into());
    sheet.write_string(line, 0, format!("T-{number}"))?;
    sheet.write_string(line, 1, format!("C-{customer}"))?;
    sheet.write_string(line, 2, row.topic)?;
    sheet.write_number_with_format(line, 3, serial(opened), date)?;
    sheet.write_number_with_format(line, 4, serial(row.answered), date)?;
    sheet.write_number(line, 5, row.days_waiting)?;
    if !row.refund.is_empty() {
        sheet.write_string(line, 6, row.refund)?;
    }
    Ok(())
}

/// Excel's number of a day: days after 30 December 1899.
fn serial(day: NaiveDate) -> f64 {
    let epoch = NaiveDate::from_ymd_opt(1899, 12, 30).unwrap_or_default();
    (day - epoch).num_days() as f64
}
