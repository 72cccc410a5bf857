//! Whose outcome could be known by now.

use chrono::Days;

use crate::audit::Due;
use crate::base::population::Population;
use crate::config::Stakeholders;
use crate::load::Table;

/// Which rows are due, and for which reason: by their horizon; without one, as a later row of the same subject exists;
/// without times, all of them. Rows from after the day of the run are never due.
pub fn due(stakeholders: &Stakeholders, table: &Table) -> (Due, Vec<bool>) {
    let as_of = stakeholders.load.as_of;
    let horizon = stakeholders.load.outcome.as_ref().and_then(|outcome| outcome.horizon_days);
    let Some(times) = &table.times else { return (Due::AllRows, vec![true; table.n_rows()]) };
    match horizon {
        Some(days) => {
            let is_due = |time: &chrono::NaiveDate| {
                time.checked_add_days(Days::new(u64::from(days))).is_some_and(|end| end <= as_of)
            };
            (Due::HorizonPassed, times.iter().map(is_due).collect())
        }
        None => {
            let earlier = times.iter().zip(&table.population);
            let is_due = |(time, population): (&chrono::NaiveDate, &Population)| {
                *time <= as_of && *population != Population::Today
            };
            (Due::NotTheLatest, earlier.map(is_due).collect())
        }
    }
}
