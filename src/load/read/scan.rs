//! What stands in a column: counted over every value, so that its type depends on no sample.

use super::dates::{self, Family, Order};
use super::format::Declared;
use super::markers::{self, Marks};
use super::number::{self, Shape};
use super::tally::{Place, Sample, Tally};

/// Dates whose order of day and month the value does not name.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OrderScan {
    pub count: u64,
    /// Values that only one order makes a day.
    pub day_first: u64,
    pub month_first: u64,
    /// Values that the two orders make different days.
    pub either: Tally,
    pub short_year: bool,
}

/// The dates of a column.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DateScan {
    pub count: u64,
    pub year_first: u64,
    pub named: u64,
    pub slash: OrderScan,
    pub point: OrderScan,
    pub dash: OrderScan,
    /// Values with a time of day other than midnight.
    pub timed: u64,
}

/// The numbers of a column, by notation.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NumberScan {
    pub integer: u64,
    pub big: u64,
    /// With decimals, from cells that hold numbers: written with a point by us, which tells nothing of the file.
    pub native: u64,
    pub point: u64,
    pub point_group: Tally,
    pub comma: Tally,
    pub comma_group: Tally,
    pub comma_thousands: u64,
    pub point_thousands: u64,
    /// Groups (`1.250`, `1,250`) that end in zero, as decimals seldom do.
    pub round_group: u64,
    pub code: u64,
}

/// All that deciding a column's type needs to know.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ColumnScan {
    /// Values that are neither blank nor a declared marker.
    pub n: u64,
    /// Declared markers that occur.
    pub marks: Marks,
    /// Strings of spaces.
    pub blanks: Tally,
    pub numbers: NumberScan,
    /// Of a key: whole numbers that come back byte for byte.
    pub plain: u64,
    pub booleans: u64,
    pub units: Tally,
    pub dates: DateScan,
    /// Values that a declared date format does not read.
    pub undeclared: Tally,
    pub not_numbers: Sample,
    /// Values without any digit that are no numbers.
    pub words: u64,
    pub not_dates: Sample,
}

/// How a file holds a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cell {
    Text,
    /// As spaces.
    Blank,
    /// As a number, which we wrote out.
    Number,
}

/// What the config says of a column, prepared for looking at many values.
#[derive(Debug, Clone, Default)]
pub struct Lens {
    /// Markers of missing values.
    pub missing: Vec<String>,
    pub date_format: Option<Declared>,
    /// The column names subjects: its values must come back byte for byte.
    pub key: bool,
}

impl Lens {
    pub fn is_missing(&self, text: &str) -> bool {
        self.marker(text).is_some()
    }

    /// The number of the marker that a value is.
    fn marker(&self, text: &str) -> Option<usize> {
        self.missing.iter().position(|marker| marker == text)
    }
}

impl ColumnScan {
    /// Looks at one trimmed value.
    pub fn look(&mut self, text: &str, cell: Cell, place: Place, lens: &Lens) {
        if text.is_empty() {
            if cell == Cell::Blank {
                self.blanks.add(place, "");
            }
            return;
        }
        if let Some(marker) = lens.marker(text) {
            self.marks |= markers::bit(marker);
            return;
        }
        self.n += 1;
        self.plain += u64::from(lens.key && number::is_plain(text));
        if lens.date_format.as_ref().is_some_and(|format| format.micros(text).is_none()) {
            self.undeclared.add(place, text);
        }
        if self.number(text, cell, place) {
            self.not_dates.add(place, text);
            return;
        }
        self.not_numbers.add(place, text);
        self.words += u64::from(!text.bytes().any(|byte| byte.is_ascii_digit()));
        if self.date(text, place) {
            return;
        }
        self.not_dates.add(place, text);
        if is_boolean(text) {
            self.booleans += 1;
        } else if may_have_unit(text) && number::has_unit(text) {
            self.units.add(place, text);
        }
    }

    fn number(&mut self, text: &str, cell: Cell, place: Place) -> bool {
        let Some(shape) = number::shape(text.as_bytes()) else {
            return false;
        };
        let numbers = &mut self.numbers;
        match shape {
            Shape::Integer => numbers.integer += 1,
            Shape::Big => numbers.big += 1,
            Shape::Point | Shape::PointGroup if cell == Cell::Number => numbers.native += 1,
            Shape::Point => numbers.point += 1,
            Shape::PointGroup => numbers.point_group.add(place, text),
            Shape::Comma => numbers.comma.add(place, text),
            Shape::CommaGroup => numbers.comma_group.add(place, text),
            Shape::CommaThousands => numbers.comma_thousands += 1,
            Shape::PointThousands => numbers.point_thousands += 1,
            Shape::Code => numbers.code += 1,
        }
        let group = cell == Cell::Text && matches!(shape, Shape::PointGroup | Shape::CommaGroup);
        numbers.round_group += u64::from(group && text.ends_with('0'));
        true
    }

    fn date(&mut self, text: &str, place: Place) -> bool {
        let Some(parts) = dates::parts(text.as_bytes()) else {
            return false;
        };
        let scan = &mut self.dates;
        scan.count += 1;
        scan.timed += u64::from(!dates::is_midnight(parts.micros));
        let orders = match parts.family {
            Family::YearFirst => {
                scan.year_first += 1;
                return true;
            }
            Family::Named => {
                scan.named += 1;
                return true;
            }
            Family::Slash => &mut scan.slash,
            Family::Point => &mut scan.point,
            Family::Dash => &mut scan.dash,
        };
        orders.count += 1;
        orders.short_year |= parts.short_year;
        match (parts.date(Order::DayFirst), parts.date(Order::MonthFirst)) {
            _ if parts.may_begin_with_year() => orders.either.add(place, text),
            (Some(_), None) => orders.day_first += 1,
            (None, Some(_)) => orders.month_first += 1,
            (day_first, month_first) if day_first == month_first => {}
            _ => orders.either.add(place, text),
        }
        true
    }

    /// Adds what was seen further down in the same column.
    pub fn merge(&mut self, later: Self) {
        self.n += later.n;
        self.marks |= later.marks;
        self.plain += later.plain;
        self.words += later.words;
        self.booleans += later.booleans;
        self.blanks.merge(later.blanks);
        self.units.merge(later.units);
        self.undeclared.merge(later.undeclared);
        self.not_numbers.merge(later.not_numbers);
        self.not_dates.merge(later.not_dates);
        self.numbers.merge(later.numbers);
        self.dates.merge(later.dates);
    }
}

impl ColumnScan {
    /// Moves all places down by `rows`.
    pub fn shift(&mut self, rows: u64) {
        let numbers = &mut self.numbers;
        let dates = &mut self.dates;
        for tally in [
            &mut self.blanks,
            &mut self.units,
            &mut self.undeclared,
            &mut numbers.point_group,
            &mut numbers.comma,
            &mut numbers.comma_group,
            &mut dates.slash.either,
            &mut dates.point.either,
            &mut dates.dash.either,
        ] {
            if let Some((place, _)) = &mut tally.first {
                place.row += rows;
            }
        }
        for sample in [&mut self.not_numbers, &mut self.not_dates] {
            if let Some(place) = &mut sample.first {
                place.row += rows;
            }
        }
    }
}

impl NumberScan {
    fn merge(&mut self, later: Self) {
        self.integer += later.integer;
        self.big += later.big;
        self.point += later.point;
        self.native += later.native;
        self.point_group.merge(later.point_group);
        self.round_group += later.round_group;
        self.comma.merge(later.comma);
        self.comma_group.merge(later.comma_group);
        self.comma_thousands += later.comma_thousands;
        self.point_thousands += later.point_thousands;
        self.code += later.code;
    }
}

impl DateScan {
    fn merge(&mut self, later: Self) {
        self.count += later.count;
        self.year_first += later.year_first;
        self.named += later.named;
        self.timed += later.timed;
        self.slash.merge(later.slash);
        self.point.merge(later.point);
        self.dash.merge(later.dash);
    }
}

impl OrderScan {
    fn merge(&mut self, later: Self) {
        self.count += later.count;
        self.day_first += later.day_first;
        self.month_first += later.month_first;
        self.short_year |= later.short_year;
        self.either.merge(later.either);
    }
}

/// Whether a value is `true` or `false`, in any case.
pub fn is_boolean(text: &str) -> bool {
    text.eq_ignore_ascii_case("true") || text.eq_ignore_ascii_case("false")
}

fn may_have_unit(text: &str) -> bool {
    let text = text.as_bytes();
    let edge =
        |byte: Option<&u8>| byte.is_some_and(|byte| !byte.is_ascii_alphanumeric() || b"ERUSDGBPCHF".contains(byte));
    text.iter().any(u8::is_ascii_digit) && (edge(text.first()) || edge(text.last()))
}
