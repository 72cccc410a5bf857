//! Date formats that the config declares.

use chrono::format::{Item, Parsed, StrftimeItems};
use chrono::{NaiveDate, NaiveDateTime, NaiveTime};

use super::dates::Order;

/// A date format that the config declares.
#[derive(Debug, Clone, PartialEq)]
pub struct Declared {
    pub text: String,
    items: Vec<Item<'static>>,
    /// Whether it holds a time of day.
    pub timed: bool,
}

impl Declared {
    /// `None` where the format is not one that strftime knows, or does not make a date.
    pub fn new(text: &str) -> Option<Self> {
        let items = StrftimeItems::new(text).parse_to_owned().ok()?;
        let timed = ["%H", "%I", "%T", "%R", "%k", "%l", "%X", "%c", "%s", "%r"].iter().any(|part| text.contains(part));
        let declared = Self { text: text.to_owned(), items, timed };
        let probe = NaiveDate::from_ymd_opt(2024, 5, 31)?.and_hms_opt(13, 30, 0)?;
        let mut written = String::new();
        std::fmt::write(&mut written, format_args!("{}", probe.format_with_items(declared.items.iter()))).ok()?;
        declared.micros(&written).map(|_| declared)
    }

    /// Microseconds since 1970.
    pub fn micros(&self, text: &str) -> Option<i64> {
        let mut parsed = Parsed::new();
        chrono::format::parse(&mut parsed, text, self.items.iter()).ok()?;
        let date = parsed.to_naive_date().ok()?;
        let time = if self.timed { parsed.to_naive_time().ok()? } else { NaiveTime::MIN };
        Some(NaiveDateTime::new(date, time).and_utc().timestamp_micros())
    }

    /// The order of day and month that it tells, if both are numbers.
    pub fn order(&self) -> Option<Order> {
        let at = |parts: &[&str]| parts.iter().filter_map(|part| self.text.find(part)).min();
        let day = at(&["%d", "%e", "%-d"])?;
        let month = at(&["%m", "%-m"])?;
        Some(if day < month { Order::DayFirst } else { Order::MonthFirst })
    }
}

#[cfg(test)]
mod tests {
    use super::super::dates::{Orders, days, parts};
    use super::*;

    #[test]
    fn declared_formats_are_checked_and_read() {
        let declared = Declared::new("%d.%m.%Y").unwrap();
        assert_eq!(
            declared.micros("31.05.2024").map(days),
            parts(b"2024-05-31").unwrap().micros(&Orders::default()).map(days)
        );
        assert_eq!(declared.micros("05/31/2024"), None);
        assert_eq!(declared.order(), Some(Order::DayFirst));
        assert!(Declared::new("%H:%M").is_none() && Declared::new("%Q").is_none() && Declared::new("dd.mm").is_none());
        assert!(Declared::new("%Y-%m-%d %H:%M").unwrap().timed);
    }
}
