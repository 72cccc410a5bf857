//! The first sheet: how much is at risk, by stakeholder group.

use rust_xlsxwriter::{Workbook, XlsxError};

use super::sheet::{Cell, Column, Kind, Names, Styles, add};
use crate::base::population::Population;
use crate::report::view::{GroupView, PortfolioView};
use crate::report::words::{Words, capitalized};

pub fn write(
    book: &mut Workbook,
    view: &PortfolioView,
    words: &Words,
    styles: &Styles,
    names: &mut Names,
) -> Result<(), XlsxError> {
    let columns = [
        Column::new("Group", Kind::Text, 22.0),
        Column::new("Figures speak of", Kind::Text, 18.0),
        Column::new("Subjects", Kind::Whole, 12.0),
        Column::new("At risk", Kind::Whole, 12.0),
        Column::new("At stake (risk × value, of those at risk)", Kind::Money, 20.0),
        Column::new("Value of all (another figure)", Kind::Money, 20.0),
        Column::new("Mean score", Kind::One, 12.0),
        Column::new("Mean score at risk", Kind::One, 12.0),
        Column::new("At risk in the compared run", Kind::Whole, 16.0),
        Column::new("AUC", Kind::Three, 10.0),
        Column::new("Past, outcome known", Kind::Whole, 14.0),
        Column::new("With the outcome", Kind::Whole, 12.0),
    ];
    let row = |group: &GroupView| {
        let speaks_of = if group.population == Population::Today { "today" } else { "the past" };
        let before = group.change.filter(|_| view.compared.is_some()).map(|change| change.n_selected_before as f64);
        vec![
            Cell::text(capitalized(&group.name)),
            Cell::text(speaks_of),
            Cell::count(group.n_reported),
            Cell::count(group.n_selected),
            Cell::number(group.value_at_stake),
            Cell::number(group.value_total),
            Cell::number(group.mean_score),
            Cell::number(group.mean_score_at_risk),
            Cell::number(before),
            Cell::number(group.validation.auc.value),
            Cell::count(group.n_history),
            Cell::count(group.n_outcomes),
        ]
    };
    let title = format!("{}: trust at risk, {}", view.title, words.date(view.as_of));
    let note = format!("run {}, results {}, trustrisk {}", view.run, view.results_sha256, view.version);
    add(book, &names.take("Overview"), (&title, &note), &columns, view.groups.iter().map(row), styles)
}
