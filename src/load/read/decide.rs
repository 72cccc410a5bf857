//! The type of a column, decided from what was counted over all its values.

use super::dates::{Declared, Order, Orders};
use super::number::Style;
use super::scan::{ColumnScan, OrderScan, Sample, Tally};
use crate::load::ColumnKind;

/// How to read every value of a column. What it does not fit becomes null.
#[derive(Debug, Clone, PartialEq)]
pub enum Reading {
    /// No value at all.
    Nothing,
    Boolean,
    Whole(Style),
    Float(Style),
    Date(DateReading),
    Moment(DateReading),
    Text,
}

#[derive(Debug, Clone, PartialEq)]
pub enum DateReading {
    Orders(Orders),
    Declared(Declared),
}

impl DateReading {
    /// Microseconds since 1970.
    pub fn micros(&self, text: &str) -> Option<i64> {
        match self {
            Self::Orders(orders) => super::dates::parts(text.as_bytes())?.micros(orders),
            Self::Declared(format) => format.micros(text),
        }
    }
}

/// What was noticed while deciding.
#[derive(Debug, Clone, PartialEq)]
pub enum Notice {
    Blanks(Tally),
    /// Text among numbers; `nulled`: taken as missing because the column is declared to be numbers.
    Texts {
        count: u64,
        sample: Sample,
        nulled: bool,
    },
    /// Numbers with a percent or currency sign.
    Units(Tally),
    /// `1,234` may be 1234 or 1.234; or commas where the decimal separator is a point.
    Commas(Tally),
    /// Day and month cannot be told apart, or are told apart both ways.
    Ambiguous {
        dates: Tally,
        separator: char,
        short_year: bool,
    },
    /// Number of notations.
    Mixed(u64),
    /// Text among dates; the format that is declared, if one is; `nulled`: taken as missing.
    NotDates {
        count: u64,
        sample: Sample,
        format: Option<String>,
        nulled: bool,
    },
}

/// What the config and the file say of a column.
#[derive(Debug, Clone, Default)]
pub struct Declarations {
    pub kind: Option<ColumnKind>,
    /// Decimal separator of the source.
    pub decimal: Option<Style>,
    /// The file's own delimiter is a comma, so that commas in values tell nothing.
    pub comma_delimited: bool,
    /// Format declared for the column.
    pub column_format: Option<Declared>,
    /// Format declared for the source.
    pub source_format: Option<Declared>,
    /// The file knows its types: text is text, except for dates.
    pub typed: bool,
}

impl Declarations {
    /// The declared format that the values are held against.
    pub fn format(&self) -> Option<&Declared> {
        self.column_format.as_ref().or(self.source_format.as_ref())
    }
}

/// The reading of a column and what was noticed.
pub fn decide(scan: &ColumnScan, declared: &Declarations) -> (Reading, Vec<Notice>) {
    let mut notices = Vec::new();
    if scan.blanks.count > 0 {
        notices.push(Notice::Blanks(scan.blanks.clone()));
    }
    let reading = if scan.n == 0 { Reading::Nothing } else { decide_values(scan, declared, &mut notices) };
    (reading, notices)
}

fn decide_values(scan: &ColumnScan, declared: &Declarations, notices: &mut Vec<Notice>) -> Reading {
    if declared.kind == Some(ColumnKind::Text) {
        return Reading::Text;
    }
    if let Some(reading) = decide_declared(scan, declared, notices) {
        return reading;
    }
    let numbers = if declared.typed { Numbers::default() } else { Numbers::new(scan, declared) };
    if numbers.count == scan.n {
        return numbers.reading(scan);
    }
    if scan.booleans == scan.n && !declared.typed {
        return Reading::Boolean;
    }
    if scan.dates.count == scan.n {
        return decide_dates(scan, declared, notices);
    }
    decide_mostly(scan, declared, &numbers, notices)
}

/// A declared date format reads the column: always where declared for it, mostly where declared for its source.
fn decide_declared(scan: &ColumnScan, declared: &Declarations, notices: &mut Vec<Notice>) -> Option<Reading> {
    let format = declared.format()?;
    let misses = scan.undeclared.count;
    if declared.column_format.is_none() && (scan.n - misses) * 10 < scan.n * 9 {
        return None;
    }
    if let Some((place, text)) = &scan.undeclared.first {
        let sample = Sample { first: Some(*place), texts: vec![text.clone()] };
        notices.push(Notice::NotDates { count: misses, sample, format: Some(format.text.clone()), nulled: true });
    }
    let reading = DateReading::Declared(format.clone());
    Some(if format.timed { Reading::Moment(reading) } else { Reading::Date(reading) })
}

fn decide_dates(scan: &ColumnScan, declared: &Declarations, notices: &mut Vec<Notice>) -> Reading {
    let dates = &scan.dates;
    let hint = declared.source_format.as_ref().and_then(Declared::order);
    let families = [(&dates.slash, '/'), (&dates.point, '.'), (&dates.dash, '-')];
    let mut orders = [None; 3];
    for (order, (family, separator)) in orders.iter_mut().zip(families) {
        match order_of(family, hint) {
            Ok(known) => *order = Some(known),
            Err(dates) => {
                notices.push(Notice::Ambiguous { dates, separator, short_year: family.short_year });
                return Reading::Text;
            }
        }
    }
    let counts = [dates.year_first, dates.named, dates.slash.count, dates.point.count, dates.dash.count];
    let both_ways = families.iter().filter(|(family, _)| family.day_first > 0 && family.month_first > 0).count();
    let n_notations = (counts.iter().filter(|count| **count > 0).count() + both_ways) as u64;
    if n_notations > 1 {
        notices.push(Notice::Mixed(n_notations));
    }
    let [slash, point, dash] = orders;
    let reading = DateReading::Orders(Orders { slash, point, dash });
    if dates.timed > 0 { Reading::Moment(reading) } else { Reading::Date(reading) }
}

/// The order of day and month in dates of one notation, or the dates that leave it open.
fn order_of(family: &OrderScan, hint: Option<Order>) -> Result<Order, Tally> {
    match (family.day_first > 0, family.month_first > 0) {
        (true, false) => Ok(Order::DayFirst),
        (false, true) => Ok(Order::MonthFirst),
        _ if family.either.count == 0 => Ok(Order::DayFirst),
        (false, false) => hint.ok_or_else(|| family.either.clone()),
        (true, true) => Err(family.either.clone()),
    }
}

/// The column is not all numbers, nor all dates: perhaps nearly.
fn decide_mostly(scan: &ColumnScan, declared: &Declarations, numbers: &Numbers, notices: &mut Vec<Notice>) -> Reading {
    let most = |count: u64| count > 0 && count * 10 >= scan.n * 9;
    let as_numbers = declared.kind == Some(ColumnKind::Number);
    let as_dates = declared.kind == Some(ColumnKind::Date);
    if as_numbers || (most(numbers.count) && scan.numbers.code == 0 && scan.n > numbers.shaped) {
        let (count, sample) = (scan.n - numbers.count, scan.not_numbers.clone());
        notices.push(Notice::Texts { count, sample, nulled: as_numbers });
        return if as_numbers { numbers.reading(scan) } else { Reading::Text };
    }
    if as_dates || most(scan.dates.count) {
        let (count, sample) = (scan.n - scan.dates.count, scan.not_dates.clone());
        let reading = if as_dates { decide_dates(scan, declared, notices) } else { Reading::Text };
        notices.push(Notice::NotDates { count, sample, format: None, nulled: as_dates });
        return reading;
    }
    if scan.units.count > 0 && most(scan.units.count + numbers.count) {
        notices.push(Notice::Units(scan.units.clone()));
    } else if let Some(commas) = numbers.unclear.clone().filter(|_| most(numbers.shaped)) {
        notices.push(Notice::Commas(commas));
    }
    Reading::Text
}

/// The numbers of a column in the one style that they share.
#[derive(Default)]
struct Numbers {
    style: Option<Style>,
    /// Values that are numbers in that style.
    count: u64,
    /// Values that are numbers in some style.
    shaped: u64,
    /// The commas that leave the style open.
    unclear: Option<Tally>,
}

impl Numbers {
    fn new(scan: &ColumnScan, declared: &Declarations) -> Self {
        let numbers = &scan.numbers;
        let style = style_of(scan, declared);
        let plain = numbers.integer + big_numbers(scan);
        let commas = numbers.comma.count + numbers.comma_group.count;
        let count = match style {
            Some(Style::Point) => {
                plain + numbers.point + numbers.point_group + numbers.comma_group.count + numbers.comma_thousands
            }
            Some(Style::Comma) => plain + numbers.point_group + commas + numbers.point_thousands,
            None => plain + numbers.point + numbers.point_group,
        };
        let shaped =
            plain + numbers.point + numbers.point_group + commas + numbers.comma_thousands + numbers.point_thousands;
        let first = if numbers.comma_group.count > 0 { &numbers.comma_group } else { &numbers.comma };
        let unclear = (count < shaped && commas > 0).then(|| Tally { count: commas, first: first.first.clone() });
        Self { style, count, shaped, unclear }
    }

    fn reading(&self, scan: &ColumnScan) -> Reading {
        let style = self.style.unwrap_or(Style::Point);
        let numbers = &scan.numbers;
        let grouped = match style {
            Style::Point => numbers.comma_group.count,
            Style::Comma => numbers.point_group,
        };
        let whole = numbers.integer + grouped == self.count;
        if whole { Reading::Whole(style) } else { Reading::Float(style) }
    }
}

/// Whole numbers beyond 2^53 are numbers only among decimals; alone they are codes.
fn big_numbers(scan: &ColumnScan) -> u64 {
    let numbers = &scan.numbers;
    if numbers.point + numbers.comma.count > 0 { numbers.big } else { 0 }
}

/// The style that all numbers of a column share, if the values or the config tell it.
fn style_of(scan: &ColumnScan, declared: &Declarations) -> Option<Style> {
    if declared.decimal.is_some() {
        return declared.decimal;
    }
    let numbers = &scan.numbers;
    let points = numbers.point + numbers.comma_thousands > 0;
    let commas = numbers.comma.count + numbers.point_thousands > 0;
    let comma_readable = !declared.comma_delimited || numbers.point_thousands > 0;
    match (points, commas) {
        (true, true) => None,
        (true, false) => Some(Style::Point),
        (false, true) => comma_readable.then_some(Style::Comma),
        (false, false) => (numbers.comma_group.count == 0).then_some(Style::Point),
    }
}
