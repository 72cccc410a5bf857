//! Dates written as text: which notation a value is in, and its value.

use chrono::{Datelike, NaiveDate};

/// Day or month first, where both are numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    DayFirst,
    MonthFirst,
}

/// How the parts of a date are put together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Family {
    /// Year first: `2024-05-31`, also with `/` or `.`.
    YearFirst,
    /// With the month's English name.
    Named,
    Slash,
    Point,
    Dash,
}

/// A value that looks like a date, in pieces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parts {
    pub family: Family,
    pub year: i32,
    /// The first and second of day and month as written; month and day where the family knows.
    pub first: u32,
    pub second: u32,
    /// Two digits of year only.
    pub short_year: bool,
    /// Seconds after midnight and microseconds, in UTC where an offset is given (it may be on another day).
    pub micros: i64,
}

/// The order of each family of a column whose order is not in the value itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Orders {
    pub slash: Option<Order>,
    pub point: Option<Order>,
    pub dash: Option<Order>,
}

impl Orders {
    pub fn of(&self, family: Family) -> Option<Order> {
        match family {
            Family::YearFirst | Family::Named => Some(Order::MonthFirst),
            Family::Slash => self.slash,
            Family::Point => self.point,
            Family::Dash => self.dash,
        }
    }
}

impl Parts {
    /// The date when read in an order; `None` where there is no such day.
    pub fn date(&self, order: Order) -> Option<NaiveDate> {
        let (month, day) = match (self.family, order) {
            (Family::Slash | Family::Point | Family::Dash, Order::DayFirst) => (self.second, self.first),
            _ => (self.first, self.second),
        };
        NaiveDate::from_ymd_opt(self.year, month, day)
    }

    /// Whether the year may stand first: `24-05-31` is of 2024 or of 2031.
    pub fn may_begin_with_year(&self) -> bool {
        let year = i32::try_from(century(self.first)).unwrap_or_default();
        let day = self.year.rem_euclid(100).unsigned_abs();
        self.short_year && self.family == Family::Dash && NaiveDate::from_ymd_opt(year, self.second, day).is_some()
    }

    /// Microseconds since 1970; a value that only the other order makes a day is read in that.
    pub fn micros(&self, orders: &Orders) -> Option<i64> {
        let order = orders.of(self.family)?;
        let other = if order == Order::DayFirst { Order::MonthFirst } else { Order::DayFirst };
        let date = self.date(order).or_else(|| self.date(other))?;
        Some(midnight(date) + self.micros)
    }
}

/// Days since 1970 of microseconds since 1970.
pub fn days(micros: i64) -> i32 {
    i32::try_from(micros.div_euclid(DAY)).unwrap_or_default()
}

/// Whether a moment is a midnight.
pub fn is_midnight(micros: i64) -> bool {
    micros.rem_euclid(DAY) == 0
}

const DAY: i64 = 86_400_000_000;
const EPOCH: i32 = 719_163;

fn midnight(date: NaiveDate) -> i64 {
    i64::from(date.num_days_from_ce() - EPOCH) * DAY
}

/// The parts of a value that looks like a date in a usual notation; `None` where it does not, or no order makes it a day.
pub fn parts(text: &[u8]) -> Option<Parts> {
    let first = *text.first()?;
    let (mut parts, rest) = if first.is_ascii_digit() { numeric(text)? } else { month_name_first(text)? };
    parts.micros = time(rest)?;
    let exists = parts.date(Order::MonthFirst).is_some() || parts.date(Order::DayFirst).is_some();
    exists.then_some(parts)
}

fn numeric(text: &[u8]) -> Option<(Parts, &[u8])> {
    let (a, n_a, rest) = number(text)?;
    let (separator, rest) = rest.split_first()?;
    if rest.first()?.is_ascii_alphabetic() || (*separator == b'.' && rest.first() == Some(&b' ')) {
        return day_first_named(a, n_a, rest);
    }
    let (b, n_b, rest) = number(rest)?;
    let rest = rest.strip_prefix(std::slice::from_ref(separator))?;
    let (c, n_c, rest) = number(rest)?;
    if n_b > 2 {
        return None;
    }
    let family = match separator {
        b'/' => Family::Slash,
        b'.' => Family::Point,
        b'-' => Family::Dash,
        _ => return None,
    };
    if n_a == 4 && n_c <= 2 {
        return Some((plain(Family::YearFirst, a, b, c), rest));
    }
    let short_year = n_c == 2;
    if n_a > 2 || !(n_c == 4 || short_year) {
        return None;
    }
    let year = if short_year { century(c) } else { c };
    Some((Parts { short_year, ..plain(family, year, a, b) }, rest))
}

/// `31 May 2024`, `31-May-24`, `31. May 2024`: what stands after the day and one separator.
fn day_first_named(day: u32, n_day: usize, text: &[u8]) -> Option<(Parts, &[u8])> {
    let text = text.trim_ascii_start();
    let (month, rest) = month_name(text)?;
    let rest = rest.strip_prefix(b" ").or_else(|| rest.strip_prefix(b"-")).or_else(|| rest.strip_prefix(b"/"))?;
    let (year, n_year, rest) = number(rest)?;
    if n_day > 2 || !matches!(n_year, 2 | 4) {
        return None;
    }
    let year = if n_year == 2 { century(year) } else { year };
    Some((plain(Family::Named, year, month, day), rest))
}

/// `May 31, 2024`
fn month_name_first(text: &[u8]) -> Option<(Parts, &[u8])> {
    let (month, rest) = month_name(text)?;
    let (day, n_day, rest) = number(rest.strip_prefix(b" ")?)?;
    let rest = rest.strip_prefix(b",").unwrap_or(rest).strip_prefix(b" ")?;
    let (year, n_year, rest) = number(rest)?;
    (n_day <= 2 && n_year == 4).then(|| (plain(Family::Named, year, month, day), rest))
}

fn plain(family: Family, year: u32, first: u32, second: u32) -> Parts {
    let year = i32::try_from(year).unwrap_or_default();
    Parts { family, year, first, second, short_year: false, micros: 0 }
}

/// Two digits of year as POSIX reads them.
fn century(year: u32) -> u32 {
    if year >= 69 { 1900 + year } else { 2000 + year }
}

fn month_name(text: &[u8]) -> Option<(u32, &[u8])> {
    const MONTHS: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let length = text.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
    let name = std::str::from_utf8(text.get(..length)?).ok()?.to_ascii_lowercase();
    let known = |month: &&str| {
        **month == *name || month.get(..3) == Some(name.as_str()) || (name == "sept" && month.starts_with("sept"))
    };
    let idx = (3..=9).contains(&length).then(|| MONTHS.iter().position(known))??;
    let rest = text.get(length..)?;
    Some((u32::try_from(idx + 1).ok()?, rest.strip_prefix(b".").unwrap_or(rest)))
}

/// Up to four digits, how many, and what follows.
fn number(text: &[u8]) -> Option<(u32, usize, &[u8])> {
    let length = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if length == 0 || length > 4 {
        return None;
    }
    let value = text.iter().take(length).fold(0, |value, byte| value * 10 + u32::from(byte - b'0'));
    Some((value, length, text.get(length..)?))
}

/// Microseconds after midnight of what stands after a date: nothing, or a time with perhaps an offset from UTC.
fn time(text: &[u8]) -> Option<i64> {
    if text.is_empty() {
        return Some(0);
    }
    let text = text.strip_prefix(b",").unwrap_or(text);
    let text = text.strip_prefix(b"T").or_else(|| text.strip_prefix(b" "))?;
    let (hour, n_hour, rest) = number(text)?;
    let (minute, n_minute, mut rest) = number(rest.strip_prefix(b":")?)?;
    let (mut second, mut micros) = (0, 0);
    if let Some(after) = rest.strip_prefix(b":") {
        let (value, digits, after) = number(after)?;
        (second, micros, rest) = (value, 0, after);
        if digits != 2 {
            return None;
        }
        if let Some(after) = rest.strip_prefix(b".") {
            (micros, rest) = decimals(after)?;
        }
    }
    let (hour, rest) = half_day(hour, rest)?;
    if n_hour > 2 || n_minute != 2 || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let seconds = i64::from(hour) * 3600 + i64::from(minute) * 60 + i64::from(second);
    Some((seconds - offset(rest)?) * 1_000_000 + micros)
}

fn decimals(text: &[u8]) -> Option<(i64, &[u8])> {
    let length = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let digits = text.get(..length)?.iter().chain(std::iter::repeat(&b'0')).take(6);
    let micros = digits.fold(0, |value, digit| value * 10 + i64::from(digit - b'0'));
    (1..=9).contains(&length).then_some((micros, text.get(length..)?))
}

/// Applies `AM` or `PM`, where given.
fn half_day(hour: u32, text: &[u8]) -> Option<(u32, &[u8])> {
    let (suffix, rest) = match text.trim_ascii_start() {
        [a, m, rest @ ..] if m.eq_ignore_ascii_case(&b'm') => (a.to_ascii_lowercase(), rest),
        _ => return Some((hour, text)),
    };
    match (suffix, hour) {
        (b'a', 12) => Some((0, rest)),
        (b'p', 12) | (b'a', 1..=11) => Some((hour, rest)),
        (b'p', 1..=11) => Some((hour + 12, rest)),
        _ => None,
    }
}

/// Seconds that local time is ahead of UTC.
fn offset(text: &[u8]) -> Option<i64> {
    let (sign, rest) = match text {
        [] | b"Z" | b" UTC" => return Some(0),
        [b'+', rest @ ..] => (1, rest),
        [b'-', rest @ ..] => (-1, rest),
        _ => return None,
    };
    let digits: Vec<u8> = rest.iter().copied().filter(|byte| *byte != b':').collect();
    let (value, length, []) = number(&digits)? else {
        return None;
    };
    let (hours, minutes) = match length {
        2 => (value, 0),
        4 => (value / 100, value % 100),
        _ => return None,
    };
    (hours < 15 && minutes < 60).then(|| sign * (i64::from(hours) * 3600 + i64::from(minutes) * 60))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<String> {
        let orders =
            Orders { slash: Some(Order::MonthFirst), point: Some(Order::DayFirst), dash: Some(Order::DayFirst) };
        let micros = parts(text.as_bytes())?.micros(&orders)?;
        chrono::DateTime::from_timestamp_micros(micros).map(|moment| moment.naive_utc().to_string())
    }

    #[test]
    fn usual_notations_are_read() {
        let cases = [
            ("2024-05-31", "2024-05-31 00:00:00"),
            ("2024/5/31", "2024-05-31 00:00:00"),
            ("2013-08-13 06:03:42", "2013-08-13 06:03:42"),
            ("2024-05-31T23:30:00.250+02:00", "2024-05-31 21:30:00.250"),
            ("2024-05-31T00:30Z", "2024-05-31 00:30:00"),
            ("5/31/2024", "2024-05-31 00:00:00"),
            ("5/31/24 1:05 PM", "2024-05-31 13:05:00"),
            ("31.05.2024", "2024-05-31 00:00:00"),
            ("31-05-1969", "1969-05-31 00:00:00"),
            ("31-May-24", "2024-05-31 00:00:00"),
            ("31. May 2024", "2024-05-31 00:00:00"),
            ("May 31, 2024", "2024-05-31 00:00:00"),
        ];
        for (text, expected) in cases {
            assert_eq!(read(text).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_date_is_none() {
        for text in
            ["2024-02-30", "31/31/2024", "1.2.3", "10-50", "2024", "12:30", "May", "192.168.10.1", "Mayor 5, 2024"]
        {
            assert_eq!(parts(text.as_bytes()), None, "{text}");
        }
    }
}
