//! The last sheets: what every column of the tables is, and what the words mean.

use rust_xlsxwriter::{Workbook, XlsxError};

use super::sheet::{Cell, Column, Kind, Names, Styles, add};
use crate::audit::{METRICS, verdict};
use crate::base::design::FeatureKind;
use crate::report::view::{ColumnView, GroupView, PortfolioView};
use crate::report::words::capitalized;

/// Words of the sheets of scores.
const WORDS: [(&str, &str); 9] = [
    (
        "Score",
        "100 × the calibrated probability of the outcome: of 100 subjects with this score, so many are expected to have it",
    ),
    (
        "Calibration range",
        "how far a score may be off, as far as past subjects with similar scores can tell; no 95 % interval",
    ),
    ("Band", "low, elevated, high or critical, by the cuts of the configuration"),
    ("At risk", "in the bands that are selected"),
    ("Rank", "whom to look at first: by expected net benefit where costs are given, else by score"),
    ("At stake", "risk × value"),
    ("Reason", "a column that moves the score, in points up or down from the starting point; reasons prove no cause"),
    ("What would lower the score", "what the model says of the same subject after the change: a what-if, no promise"),
    ("Starting point", "the score of the background against which subjects are compared; not the mean score"),
];

pub fn write(book: &mut Workbook, view: &PortfolioView, styles: &Styles, names: &mut Names) -> Result<(), XlsxError> {
    let columns = [
        Column::new("Group", Kind::Text, 18.0),
        Column::new("Column", Kind::Text, 26.0),
        Column::new("Called", Kind::Text, 34.0),
        Column::new("Unit", Kind::Text, 14.0),
        Column::new("Pillar", Kind::Text, 14.0),
        Column::new("Holds", Kind::Text, 22.0),
        Column::new("Least", Kind::Two, 12.0),
        Column::new("Greatest", Kind::Two, 12.0),
        Column::new("Missing in the past", Kind::Whole, 12.0),
        Column::new("Missing today", Kind::Whole, 12.0),
    ];
    let rows = view.groups.iter().flat_map(|group| group.columns.iter().map(move |column| row(group, column)));
    let note = "Columns that the models may use.";
    add(book, &names.take("Data dictionary"), ("Data dictionary", note), &columns, rows, styles)?;
    let columns = [Column::new("Word", Kind::Text, 34.0), Column::new("Means", Kind::Wrapped, 110.0)];
    let told = |name: &str, meaning: &str| vec![Cell::text(name), Cell::text(meaning)];
    let words = WORDS.iter().map(|(name, meaning)| told(name, meaning));
    let verdicts = verdict::VERDICTS.iter().map(|name| told(&capitalized(name), verdict::meaning(name)));
    let metrics = METRICS.iter().map(|of| told(of.title, &format!("{} ({})", of.meaning, of.definition)));
    let rows = words.chain(verdicts).chain(metrics);
    add(
        book,
        &names.take("Words"),
        ("What the words mean", "Scores, verdicts, and the figures of the audit."),
        &columns,
        rows,
        styles,
    )
}

fn row(group: &GroupView, of: &ColumnView) -> Vec<Cell> {
    let holds = match of.kind {
        FeatureKind::Number => "numbers",
        FeatureKind::Boolean => "0 or 1",
        FeatureKind::Date => "days before the row’s time",
        FeatureKind::Level => "levels",
    };
    let text = |text: Option<&str>| text.map_or(Cell::Blank, Cell::text);
    vec![
        Cell::text(capitalized(&group.name)),
        Cell::text(&of.name),
        Cell::text(&of.label),
        text(of.unit.as_deref()),
        text(of.pillar.map(crate::base::units::Pillar::name)),
        Cell::text(holds),
        Cell::number(of.low),
        Cell::number(of.high),
        Cell::count(of.n_missing_history),
        Cell::count(of.n_missing_today),
    ]
}
