//! The type of a column, decided from what was counted over all its values.

use super::dates::{Order, Orders};
use super::format::Declared;
use super::number::Style;
use super::scan::{ColumnScan, OrderScan};
use super::style::{Numbers, Others};
use super::tally::{Sample, Tally};
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
    /// `1,234` may be 1234 or 1.234, and so may `1.234`; or commas where the decimal separator is a point.
    Separators {
        tally: Tally,
        separator: char,
    },
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
    /// The column names subjects.
    pub key: bool,
    /// What the other columns of the source tell of its decimal separator.
    pub others: Others,
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
    if declared.key && declared.kind.is_none() && declared.column_format.is_none() {
        return key(scan, declared);
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

/// A name of subjects is text, so that `1.1` and `1.10` stay apart, unless all of them are whole numbers that come back
/// byte for byte.
fn key(scan: &ColumnScan, declared: &Declarations) -> Reading {
    if scan.plain == scan.n && !declared.typed { Reading::Whole(Style::Point) } else { Reading::Text }
}

/// A declared date format reads the column: always where declared for it, mostly where declared for its source.
fn decide_declared(scan: &ColumnScan, declared: &Declarations, notices: &mut Vec<Notice>) -> Option<Reading> {
    let format = declared.format()?;
    let misses = scan.undeclared.count;
    if declared.column_format.is_none() && (scan.n - misses) * 10 < scan.n * 9 {
        return None;
    }
    if let Some((place, text)) = &scan.undeclared.first {
        let sample = Sample { first: Some(*place), texts: vec![(text.clone(), 1)] };
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
    // what is declared to be numbers is read as far as its style is known
    let open = if as_numbers { numbers.is_open(scan) } else { most(numbers.shaped) };
    if let Some((tally, separator)) = numbers.unclear.clone().filter(|_| open) {
        notices.push(Notice::Separators { tally, separator });
        return Reading::Text;
    }
    let others = scan.n - numbers.shaped;
    let mostly = most(numbers.count) || (numbers.count * 2 >= scan.n && are_markers(scan, others));
    if as_numbers || (mostly && scan.numbers.code == 0 && others > 0) {
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
    }
    Reading::Text
}

/// Whether the texts among numbers look like markers of missing values: words without digits, and few different ones.
/// (House numbers such as `12a` and classes such as `3+` are none.)
fn are_markers(scan: &ColumnScan, others: u64) -> bool {
    let told: u64 = scan.not_numbers.most_frequent().iter().map(|(_, count)| count).sum();
    scan.words == others && told * 2 >= others
}
