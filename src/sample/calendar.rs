//! The days on which the sample business looks at its people.

use chrono::{Datelike, Days, Months, NaiveDate};

use super::draw::Draws;

/// Days that a snapshot looks back on, and days until its outcome is known.
pub const WINDOW: u64 = 90;
/// Snapshots with a known outcome.
pub const N_HISTORY: usize = 6;

/// The quarterly snapshots up to `as_of`, which is the last; all earlier ones are at least 90 days old, so that their
/// outcome is known.
pub fn snapshots(as_of: NaiveDate) -> Vec<NaiveDate> {
    let newest = before(as_of, WINDOW);
    let mut days: Vec<NaiveDate> =
        (1..=N_HISTORY as u32).rev().map(|k| quarters_before(as_of, k).min(newest)).collect();
    days.push(as_of);
    days
}

fn quarters_before(as_of: NaiveDate, quarters: u32) -> NaiveDate {
    let is_month_end = as_of.succ_opt().is_none_or(|next| next.month() != as_of.month());
    let day = as_of.checked_sub_months(Months::new(3 * quarters)).unwrap_or(as_of);
    if is_month_end { month_end(day) } else { day }
}

fn month_end(day: NaiveDate) -> NaiveDate {
    let first = day.with_day(1).unwrap_or(day);
    first.checked_add_months(Months::new(1)).and_then(|next| next.pred_opt()).unwrap_or(day)
}

/// So many days before a day.
pub fn before(day: NaiveDate, days: u64) -> NaiveDate {
    day.checked_sub_days(Days::new(days)).unwrap_or(day)
}

/// A day of the 90 that a snapshot looks back on, itself included.
pub fn in_window(snapshot: NaiveDate, draws: &mut Draws) -> NaiveDate {
    before(snapshot, draws.below(WINDOW as usize) as u64)
}

/// First and last day of the month that drifts: the one before that of `as_of`.
pub fn drift_month(as_of: NaiveDate) -> (NaiveDate, NaiveDate) {
    let first_of_month = as_of.with_day(1).unwrap_or(as_of);
    let last = first_of_month.pred_opt().unwrap_or(first_of_month);
    (last.with_day(1).unwrap_or(last), last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn snapshots_stand_at_quarter_ends_and_are_mature() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let days = snapshots(day("2026-06-30"));
        let expected =
            ["2024-12-31", "2025-03-31", "2025-06-30", "2025-09-30", "2025-12-31", "2026-03-31", "2026-06-30"];
        assert_eq!(days, expected.map(day));
        for as_of in ["2026-04-30", "2026-02-28", "2025-05-15"] {
            let days = snapshots(day(as_of));
            assert!(days.windows(2).all(|pair| pair[1] - pair[0] >= chrono::TimeDelta::days(88)), "{days:?}");
            assert!(days[N_HISTORY] - days[N_HISTORY - 1] >= chrono::TimeDelta::days(90), "{days:?}");
        }
        assert_eq!(drift_month(day("2026-06-30")), (day("2026-05-01"), day("2026-05-31")));
    }
}
