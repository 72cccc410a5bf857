//! A sheet of scores with reasons and actions for each stakeholder group.

use chrono::NaiveDate;
use rust_xlsxwriter::{Workbook, XlsxError};

use super::sheet::{Cell, Column, Kind, Names, Styles, add};
use crate::report::view::{GroupView, SheetRow, SheetView};
use crate::report::words::{Words, capitalized, plural};

pub fn write(
    book: &mut Workbook,
    (group, sheet): (&GroupView, &SheetView),
    words: &Words,
    styles: &Styles,
    names: &mut Names,
) -> Result<(), XlsxError> {
    let has = Has {
        times: sheet.rows.iter().any(|row| row.time.is_some()),
        ranks: sheet.rows.iter().any(|row| row.rank.is_some()),
        money: sheet.rows.iter().any(|row| row.value.is_some()),
        actions: sheet.rows.iter().any(|row| row.action.is_some()),
        n_reasons: sheet.rows.iter().map(|row| row.reasons.len()).max().unwrap_or(0),
    };
    let order = if has.ranks { "by rank" } else { "by falling score" };
    let note = if sheet.n_left_out > 0 {
        let [shown, left] = [sheet.rows.len(), sheet.n_left_out].map(|n| words.count(n));
        format!("The first {shown} {order}; {left} more stand in {}/scores.csv.", group.name)
    } else {
        format!(
            "All {} that have a score, {order}. A score is 100 × risk; reasons are in points.",
            plural(&group.subject)
        )
    };
    let rows = sheet.rows.iter().map(|row| cells(row, &has));
    let title = format!("{}: scores with reasons", capitalized(&group.name));
    add(book, &names.take(&capitalized(&group.name)), (&title, &note), &columns(&has), rows, styles)
}

/// What any row of a sheet has.
struct Has {
    times: bool,
    ranks: bool,
    money: bool,
    actions: bool,
    n_reasons: usize,
}

fn columns(has: &Has) -> Vec<Column> {
    let mut columns = vec![Column::new("Id", Kind::Text, 18.0)];
    let mut add = |wanted: bool, column: Column| columns.extend(wanted.then_some(column));
    add(has.times, Column::new("Time", Kind::Date, 11.0));
    add(has.ranks, Column::new("Rank", Kind::Whole, 8.0));
    add(true, Column::new("Score", Kind::One, 8.0));
    add(true, Column::new("Calibration range, low", Kind::One, 12.0));
    add(true, Column::new("Calibration range, high", Kind::One, 12.0));
    add(true, Column::new("Band", Kind::Text, 10.0));
    add(true, Column::new("At risk", Kind::Text, 8.0));
    add(has.money, Column::new("Value", Kind::Money, 12.0));
    add(has.money, Column::new("At stake", Kind::Money, 12.0));
    (1..=has.n_reasons).for_each(|k| add(true, Column::new(format!("Reason {k}"), Kind::Text, 52.0)));
    add(has.actions, Column::new("What would lower the score", Kind::Text, 60.0));
    add(has.actions, Column::new("Score then", Kind::One, 10.0));
    columns
}

fn cells(row: &SheetRow, has: &Has) -> Vec<Cell> {
    let mut cells = vec![Cell::text(&row.id)];
    let mut add = |wanted: bool, cell: Cell| cells.extend(wanted.then_some(cell));
    add(has.times, Cell::number(row.time.map(serial)));
    add(has.ranks, Cell::number(row.rank.map(f64::from)));
    add(true, Cell::Number(row.score));
    add(true, Cell::number(row.risk_low.map(|risk| 100.0 * risk)));
    add(true, Cell::number(row.risk_high.map(|risk| 100.0 * risk)));
    add(true, Cell::text(row.band.name()));
    add(true, Cell::text(if row.selected { "yes" } else { "no" }));
    add(has.money, Cell::number(row.value));
    add(has.money, Cell::number(row.value.map(|value| value * row.score / 100.0)));
    for k in 0..has.n_reasons {
        add(true, row.reasons.get(k).map_or(Cell::Blank, Cell::text));
    }
    add(has.actions, row.action.as_ref().map_or(Cell::Blank, |(sentence, _)| Cell::text(sentence)));
    add(has.actions, Cell::number(row.action.as_ref().map(|(_, score)| *score)));
    cells
}

/// Excel's number of a day: days after 30 December 1899.
fn serial(day: NaiveDate) -> f64 {
    let epoch = NaiveDate::from_ymd_opt(1899, 12, 30).unwrap_or_default();
    (day - epoch).num_days() as f64
}
