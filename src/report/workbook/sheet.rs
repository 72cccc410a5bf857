//! A table on a sheet: a frozen head with filters, columns as wide as they need, cells of their kind.

use std::collections::BTreeSet;

use rust_xlsxwriter::{Color, Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError};

type Done = Result<(), XlsxError>;

/// Letters of a sheet's name at most.
const NAME: usize = 31;
/// Letters of a cell at most.
const TEXT: usize = 32_767;

/// How cells look.
pub struct Styles {
    pub title: Format,
    pub note: Format,
    head: Format,
    text: Format,
    wrapped: Format,
    whole: Format,
    one: Format,
    two: Format,
    three: Format,
    money: Format,
    date: Format,
}

impl Styles {
    pub fn new(currency: &str) -> Self {
        let ink = Color::RGB(0x001a_1f2b);
        let base = || Format::new().set_font_name("Inter").set_font_size(10).set_font_color(ink);
        let cell = || base().set_align(FormatAlign::Top);
        let head = base()
            .set_bold()
            .set_font_color(Color::RGB(0x005f_6672))
            .set_border_bottom(FormatBorder::Thin)
            .set_border_bottom_color(Color::RGB(0x009c_a0a6))
            .set_text_wrap()
            .set_align(FormatAlign::Bottom);
        let money = if currency.is_empty() { "#,##0".to_owned() } else { format!("#,##0\" {currency}\"") };
        Self {
            title: base().set_bold().set_font_size(14),
            note: base().set_font_color(Color::RGB(0x005f_6672)),
            head,
            text: cell(),
            wrapped: cell().set_text_wrap(),
            whole: cell().set_num_format("#,##0"),
            one: cell().set_num_format("0.0"),
            two: cell().set_num_format("0.00"),
            three: cell().set_num_format("0.000"),
            money: cell().set_num_format(money),
            date: cell().set_num_format("yyyy-mm-dd"),
        }
    }

    fn of(&self, kind: Kind) -> &Format {
        match kind {
            Kind::Text => &self.text,
            Kind::Wrapped => &self.wrapped,
            Kind::Whole => &self.whole,
            Kind::One => &self.one,
            Kind::Two => &self.two,
            Kind::Three => &self.three,
            Kind::Money => &self.money,
            Kind::Date => &self.date,
        }
    }
}

/// What a column holds, and how its numbers are shown; cells keep all digits.
#[derive(Clone, Copy)]
pub enum Kind {
    Text,
    Wrapped,
    Whole,
    One,
    Two,
    Three,
    Money,
    /// Excel's number of a day.
    Date,
}

/// A column of a table.
pub struct Column {
    pub head: String,
    pub kind: Kind,
    /// In letters.
    pub width: f64,
}

impl Column {
    pub fn new(head: impl Into<String>, kind: Kind, width: f64) -> Self {
        Self { head: head.into(), kind, width }
    }
}

/// What stands in a cell.
pub enum Cell {
    Blank,
    Text(String),
    Number(f64),
}

impl Cell {
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    pub fn number(number: Option<f64>) -> Self {
        number.filter(|number| number.is_finite()).map_or(Self::Blank, Self::Number)
    }

    pub fn count(n: usize) -> Self {
        Self::Number(n as f64)
    }
}

/// Names of sheets, each once.
#[derive(Default)]
pub struct Names(BTreeSet<String>);

impl Names {
    /// The name as Excel takes it: without the letters that it forbids, short, and unlike all before it.
    pub fn take(&mut self, wanted: &str) -> String {
        let clean: String = wanted
            .chars()
            .map(|letter| if "[]:*?/\\".contains(letter) || letter.is_control() { ' ' } else { letter })
            .collect();
        let clean = clean.trim().trim_matches('\'').trim();
        let clean = if clean.is_empty() { "Sheet" } else { clean };
        let cut = |ending: &str| -> String {
            let room = NAME - ending.len();
            format!("{}{ending}", clean.chars().take(room).collect::<String>().trim_end())
        };
        let mut name = cut("");
        let mut n = 2;
        while !self.0.insert(name.to_lowercase()) {
            name = cut(&format!(" {n}"));
            n += 1;
        }
        name
    }
}

/// Adds a sheet with a title, a line about it, and a table.
pub fn add(
    book: &mut Workbook,
    name: &str,
    (title, note): (&str, &str),
    columns: &[Column],
    rows: impl Iterator<Item = Vec<Cell>>,
    styles: &Styles,
) -> Done {
    let sheet = book.add_worksheet().set_name(name)?;
    sheet.set_screen_gridlines(false);
    sheet.write_string_with_format(0, 0, clipped(title), &styles.title)?;
    sheet.write_string_with_format(1, 0, clipped(note), &styles.note)?;
    let (head, mut line) = (3, 4);
    for (place, column) in (0u16..).zip(columns) {
        sheet.set_column_width(place, column.width)?;
        sheet.write_string_with_format(head, place, clipped(&column.head), &styles.head)?;
    }
    for cells in rows {
        write_row(sheet, line, columns, &cells, styles)?;
        line += 1;
    }
    let last = u16::try_from(columns.len().saturating_sub(1)).unwrap_or(u16::MAX);
    if line > head + 1 {
        sheet.autofilter(head, 0, line - 1, last)?;
    }
    sheet.set_freeze_panes(head + 1, 1)?;
    sheet.set_landscape().set_print_fit_to_pages(1, 0).set_repeat_rows(head, head)?;
    Ok(())
}

fn write_row(sheet: &mut Worksheet, line: u32, columns: &[Column], cells: &[Cell], styles: &Styles) -> Done {
    for ((place, column), cell) in (0u16..).zip(columns).zip(cells) {
        let format = styles.of(column.kind);
        match cell {
            Cell::Blank => sheet.write_blank(line, place, format)?,
            Cell::Text(text) => sheet.write_string_with_format(line, place, clipped(text), format)?,
            Cell::Number(number) => sheet.write_number_with_format(line, place, *number, format)?,
        };
    }
    Ok(())
}

fn clipped(text: &str) -> String {
    text.chars().take(TEXT).collect()
}

#[cfg(test)]
mod tests {
    use super::Names;

    #[test]
    fn sheets_have_names_that_excel_takes() {
        let mut names = Names::default();
        let long = "customers of the northern branches, audit";
        let taken = ["a/b[c]:*?\\d", "", long, long, "SHEET"].map(|name| names.take(name));
        assert_eq!(taken[0], "a b c     d");
        assert_eq!(taken[1], "Sheet");
        assert_eq!(taken[2], "customers of the northern branc");
        assert_eq!(taken[3], "customers of the northern bra 2");
        assert_eq!(taken[4], "SHEET 2");
    }
}
