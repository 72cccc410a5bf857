//! What stands in a column: counted over every value, so that its type depends on no sample.

use super::dates::{self, Declared, Family, Order};
use super::number::{self, Shape};

/// Where a value stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Number of the file within its source.
    pub file: usize,
    /// Row in the file, its header being row 1 where it is the first line.
    pub row: u64,
}

/// How often something stands in a column, where first, and what.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tally {
    pub count: u64,
    pub first: Option<(Place, String)>,
}

impl Tally {
    fn add(&mut self, place: Place, text: &str) {
        self.count += 1;
        if self.first.is_none() {
            self.first = Some((place, text.to_owned()));
        }
    }

    fn merge(&mut self, later: Self) {
        self.count += later.count;
        if self.first.is_none() {
            self.first = later.first;
        }
    }
}

/// The first few different texts that do not fit, and where the first of them stands.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sample {
    pub first: Option<Place>,
    pub texts: Vec<String>,
}

impl Sample {
    const SIZE: usize = 5;

    fn add(&mut self, place: Place, text: &str) {
        self.first.get_or_insert(place);
        if self.texts.len() < Self::SIZE && !self.texts.iter().any(|known| known == text) {
            self.texts.push(text.to_owned());
        }
    }

    fn merge(&mut self, later: Self) {
        self.first = self.first.or(later.first);
        for text in later.texts {
            if self.texts.len() < Self::SIZE && !self.texts.contains(&text) {
                self.texts.push(text);
            }
        }
    }
}

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
    pub point: u64,
    pub point_group: u64,
    pub comma: Tally,
    pub comma_group: Tally,
    pub comma_thousands: u64,
    pub point_thousands: u64,
    pub code: u64,
}

/// All that deciding a column's type needs to know.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ColumnScan {
    /// Values that are neither blank nor a declared marker.
    pub n: u64,
    /// Strings of spaces.
    pub blanks: Tally,
    pub numbers: NumberScan,
    pub booleans: u64,
    pub units: Tally,
    pub dates: DateScan,
    /// Values that a declared date format does not read.
    pub undeclared: Tally,
    pub not_numbers: Sample,
    pub not_dates: Sample,
}

/// What the config says of a column, prepared for looking at many values.
#[derive(Debug, Clone, Default)]
pub struct Lens {
    /// Markers of missing values.
    pub missing: Vec<String>,
    pub date_format: Option<Declared>,
}

impl Lens {
    pub fn is_missing(&self, text: &str) -> bool {
        !self.missing.is_empty() && self.missing.iter().any(|marker| marker == text)
    }
}

impl ColumnScan {
    /// Looks at one trimmed value; `blank`: spaces stood in its place.
    pub fn look(&mut self, text: &str, blank: bool, place: Place, lens: &Lens) {
        if text.is_empty() {
            if blank {
                self.blanks.add(place, "");
            }
            return;
        }
        if lens.is_missing(text) {
            return;
        }
        self.n += 1;
        if lens.date_format.as_ref().is_some_and(|format| format.micros(text).is_none()) {
            self.undeclared.add(place, text);
        }
        if self.number(text, place) {
            self.not_dates.add(place, text);
            return;
        }
        self.not_numbers.add(place, text);
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

    fn number(&mut self, text: &str, place: Place) -> bool {
        let Some(shape) = number::shape(text.as_bytes()) else {
            return false;
        };
        let numbers = &mut self.numbers;
        match shape {
            Shape::Integer => numbers.integer += 1,
            Shape::Big => numbers.big += 1,
            Shape::Point => numbers.point += 1,
            Shape::PointGroup => numbers.point_group += 1,
            Shape::Comma => numbers.comma.add(place, text),
            Shape::CommaGroup => numbers.comma_group.add(place, text),
            Shape::CommaThousands => numbers.comma_thousands += 1,
            Shape::PointThousands => numbers.point_thousands += 1,
            Shape::Code => numbers.code += 1,
        }
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
        self.point_group += later.point_group;
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
