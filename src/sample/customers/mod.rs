//! Customers: who they are, what happens to them quarter by quarter, and the files that the shop keeps of it.

mod people;
mod quarter;
mod tables;
mod tickets;

use chrono::NaiveDate;

use super::calendar::{N_HISTORY, drift_month, snapshots};
use super::draw::Draws;
use super::tally::Tally;
use super::{SampleFile, Settings};
use crate::base::Result;
use people::Person;
use quarter::Quarter;
use tables::Tables;

/// Share of customers that leave in a quarter and are replaced by new ones, so that the business keeps its size.
const REPLACED: f64 = 0.17;

/// What all quarters share.
struct Calendar {
    snapshots: Vec<NaiveDate>,
    drift: (NaiveDate, NaiveDate),
    as_of: NaiveDate,
}

/// The files of the customers.
///
/// `n_subjects` customers are there at the first of seven quarterly snapshots; as many come as go. Each is looked at
/// every second quarter, and all who are there at `as_of` have a row of that day.
///
/// # Errors
/// The workbook cannot be written.
pub fn files(settings: &Settings, tally: &mut Tally) -> Result<Vec<SampleFile>> {
    let calendar =
        Calendar { snapshots: snapshots(settings.as_of), drift: drift_month(settings.as_of), as_of: settings.as_of };
    let part = settings.seed.child("customers");
    let mut tables = Tables::new(settings.as_of);
    let mut idx = 0;
    for first in 0..=N_HISTORY {
        let n_new = if first == 0 { settings.n_subjects as f64 } else { settings.n_subjects as f64 * REPLACED };
        for _ in 0..n_new.round() as usize {
            let mut draws = Draws::of(part, idx);
            let person = Person::draw(part, idx, first, &calendar, &mut draws);
            live(&person, &calendar, &mut draws, &mut tables, tally);
            idx += 1;
        }
    }
    tally.n_customers = idx;
    tables.files(tally)
}

/// One customer's life from the first quarter to the one in which the customer leaves, or to today.
fn live(person: &Person, calendar: &Calendar, draws: &mut Draws, tables: &mut Tables, tally: &mut Tally) {
    let mut raised = None;
    for (number, &snapshot) in calendar.snapshots.iter().enumerate().skip(person.first_quarter) {
        let quarter = Quarter::draw(person, snapshot, raised, calendar, draws);
        raised = quarter.price_raised;
        tables.events(person, &quarter, draws, tally);
        let today = number == N_HISTORY;
        let left = !today && draws.chance(quarter.probability(person));
        if today || number % 2 == person.reviewed {
            tables.snapshot(person, &quarter, (!today).then_some(left), draws, tally);
        }
        if left {
            return;
        }
    }
}
