//! The published audit of each stakeholder group, row by row.

use rust_xlsxwriter::{Workbook, XlsxError};

use super::sheet::{Cell, Column, Kind, Names, Styles, add};
use crate::audit::{Row, metrics};
use crate::base::population::Population;
use crate::report::view::{GroupView, PublicAudit};
use crate::report::words::capitalized;

pub fn write(
    book: &mut Workbook,
    group: &GroupView,
    audit: &PublicAudit,
    styles: &Styles,
    names: &mut Names,
) -> Result<(), XlsxError> {
    let columns = [
        Column::new("Figure", Kind::Text, 34.0),
        Column::new("Feature", Kind::Text, 24.0),
        Column::new("Group", Kind::Text, 22.0),
        Column::new("Of", Kind::Text, 9.0),
        Column::new("Compared with", Kind::Text, 18.0),
        Column::new("Subjects", Kind::Whole, 10.0),
        Column::new("Numerator", Kind::Whole, 11.0),
        Column::new("Denominator", Kind::Whole, 12.0),
        Column::new("Value", Kind::Three, 10.0),
        Column::new("Low", Kind::Three, 10.0),
        Column::new("High", Kind::Three, 10.0),
        Column::new("Difference", Kind::Three, 11.0),
        Column::new("Ratio", Kind::Two, 9.0),
        Column::new("Ratio, low", Kind::Two, 9.0),
        Column::new("Ratio, high", Kind::Two, 9.0),
        Column::new("Test", Kind::Text, 20.0),
        Column::new("p", Kind::Three, 8.0),
        Column::new("p, corrected", Kind::Three, 10.0),
        Column::new("Verdict", Kind::Text, 22.0),
        Column::new("At a disadvantage", Kind::Text, 18.0),
    ];
    let label = |feature: &str| -> String {
        let name = |part: &str| group.labels.get(part).cloned().unwrap_or_else(|| part.to_owned());
        feature.split(" × ").map(name).collect::<Vec<_>>().join(" × ")
    };
    let hidden = audit.rows.iter().filter(|row| row.suppressed).count();
    let note = format!(
        "The published table: cells that would point at single subjects are blank ({hidden} rows). Shares are numbers from 0 to 1; \
         intervals of values hold {} of cases, those of comparisons {}.",
        audit.policy.confidence.rates, audit.policy.confidence.comparisons
    );
    let title = format!("{}: bias audit", capitalized(&group.name));
    let name = names.take(&format!("{} audit", capitalized(&group.name)));
    add(book, &name, (&title, &note), &columns, audit.rows.iter().map(|row| cells(row, &label)), styles)
}

fn cells(row: &Row, label: &dyn Fn(&str) -> String) -> Vec<Cell> {
    let text = |text: &Option<String>| text.as_ref().map_or(Cell::Blank, Cell::text);
    let title = metrics::explain(&row.metric).map_or_else(|| row.metric.clone(), |of| of.title);
    vec![
        Cell::text(title),
        Cell::text(label(&row.feature)),
        Cell::text(&row.group),
        Cell::text(if row.population == Population::Today { "today" } else { "history" }),
        text(&row.reference),
        Cell::number(row.n.map(|n| n as f64)),
        Cell::number(row.numerator),
        Cell::number(row.denominator),
        Cell::number(row.value),
        Cell::number(row.low),
        Cell::number(row.high),
        Cell::number(row.difference),
        Cell::number(row.ratio),
        Cell::number(row.ratio_low),
        Cell::number(row.ratio_high),
        text(&row.test),
        Cell::number(row.p),
        Cell::number(row.p_adjusted),
        text(&row.verdict),
        text(&row.disadvantaged),
    ]
}
