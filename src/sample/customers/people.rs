//! Who a customer is.

use chrono::NaiveDate;

use super::super::calendar::before;
use super::super::draw::{Draws, round};
use super::super::names;
use super::Calendar;
use crate::base::Seed;

/// What stays the same of a customer.
pub struct Person {
    pub number: usize,
    /// The snapshot at which the customer is first there.
    pub first_quarter: usize,
    /// Parity of the quarters in which the customer's file is looked at.
    pub reviewed: usize,
    pub household: usize,
    pub surname: String,
    /// `None` where it is not known.
    pub gender: Option<&'static str>,
    pub born: NaiveDate,
    pub tongue: &'static str,
    pub district: usize,
    pub joined: NaiveDate,
    pub contract: &'static str,
    pub newsletter: bool,
    pub coupon: Option<&'static str>,
    pub discount_pct: i64,
    /// Orders a quarter beyond the first, on average.
    pub order_rate: f64,
    /// Mean amount of an order, in EUR.
    pub basket: f64,
    /// What the shop's system has no tenure of.
    pub tenure_unknown: bool,
    pub age_unknown: bool,
}

/// What members of a household share.
struct Household {
    number: usize,
    surname: String,
    district: usize,
    tongue: &'static str,
}

impl Person {
    pub fn draw(part: Seed, idx: usize, first_quarter: usize, calendar: &Calendar, draws: &mut Draws) -> Self {
        let household = Household::of(part, idx);
        let start = calendar.snapshots.get(first_quarter).copied().unwrap_or(calendar.as_of);
        let contract = ["month-to-month", "pay as you go", "yearly"];
        let coupon = draws.chance(0.09).then(|| draws.one_of(&super::super::words::COUPONS));
        Self {
            number: 10_001 + idx,
            first_quarter,
            reviewed: draws.below(2),
            household: household.number,
            surname: household.surname,
            gender: [Some("F"), Some("M"), None][draws.pick(&[0.55, 0.44, 0.01])],
            born: before(calendar.as_of, 6_600 + (draws.between(0.0, 1.0).powf(0.9) * 23_000.0) as u64),
            tongue: household.tongue,
            district: household.district,
            joined: joined(first_quarter, start, draws),
            contract: contract[draws.pick(&[0.45, 0.3, 0.25])],
            newsletter: draws.chance(0.4),
            coupon,
            discount_pct: [0, 5, 10][draws.pick(&[0.6, 0.25, 0.15])],
            order_rate: round(draws.between(0.8, 3.2), 3),
            basket: round((3.4 + 0.45 * draws.normal()).exp(), 2),
            tenure_unknown: draws.chance(0.02),
            age_unknown: draws.chance(0.005),
        }
    }

    /// Whole months as a customer.
    pub fn tenure(&self, snapshot: NaiveDate) -> i64 {
        (snapshot - self.joined).num_days() * 12 / 365
    }

    /// Whole years of age.
    pub fn age(&self, snapshot: NaiveDate) -> i64 {
        (snapshot - self.born).num_days() * 4 / 1461
    }
}

impl Household {
    /// Of every ten neighbors in the file the first two share a household, and so do the next two, in one of two tens.
    fn of(part: Seed, idx: usize) -> Self {
        let shared = idx % 20 < 4;
        let head = if shared { idx - idx % 2 } else { idx };
        let mut draws = Draws::of(part.child("households"), head);
        let district = draws.pick(&names::DISTRICT_WEIGHTS);
        let languages = if district == names::ISLAND { &names::LANGUAGES_ISLAND } else { &names::LANGUAGES_ELSEWHERE };
        Self {
            number: head + 1,
            surname: names::surname(draws.below(names::N_SURNAMES)),
            district,
            tongue: names::LANGUAGES[draws.pick(languages)],
        }
    }
}

/// Customers of old joined some time ago, new ones in the quarter in which they are first seen.
fn joined(first_quarter: usize, start: NaiveDate, draws: &mut Draws) -> NaiveDate {
    if first_quarter > 0 {
        return before(start, 20 + draws.below(70) as u64);
    }
    before(start, 30 + (draws.exponential(900.0) as u64).min(4_000))
}
