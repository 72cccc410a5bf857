//! Staff: one row for each person, as of the one talk that the person had with the works council.

use chrono::{Months, NaiveDate};

use super::calendar::before;
use super::draw::{Draws, round};
use super::effects::employees as truth;
use super::tally::Tally;
use super::write::{Csv, windows_1252};
use super::{SampleFile, Settings, names};
use crate::base::Seed;
use crate::base::calibrator::logistic;

/// Quarters in which talks were held whose 180 days are over.
const N_QUARTERS: usize = 10;

const HEADER: [&str; 18] = [
    "employee_id",
    "talk_date",
    "name",
    "gender",
    "age",
    "shop",
    "role",
    "part_time",
    "overtime_hours",
    "shift_changes",
    "pay_last_raise",
    "training_days",
    "commute_km",
    "pulse",
    "yearly_cost",
    "works_since",
    "exit_interview_booked",
    "left",
];
const ROLES: [&str; 4] = ["sales", "driver", "baker", "packer"];

/// The file of the staff of Harbor Lane and its sister shops.
pub fn files(settings: &Settings, tally: &mut Tally) -> Vec<SampleFile> {
    let n_history = (settings.n_subjects / 4).max(400);
    let n_today = (settings.n_subjects / 15).max(80);
    let part = settings.seed.child("employees");
    let mut csv = Csv::european();
    csv.row(&HEADER);
    for idx in 0..n_history + n_today {
        let today = idx >= n_history;
        let employee = Employee::draw(part, idx, (!today).then_some(N_QUARTERS * idx / n_history), settings.as_of);
        tally.employees.add(employee.left);
        tally.n_exit_interviews += usize::from(employee.interview);
        employee.write(&mut csv);
    }
    vec![SampleFile::new("employees.csv", windows_1252(&csv.bytes))]
}

struct Employee {
    number: usize,
    talk: NaiveDate,
    woman: bool,
    name: String,
    age: i64,
    shop: &'static str,
    role: &'static str,
    part_time: bool,
    overtime: f64,
    shift_changes: u32,
    raise: NaiveDate,
    training: u32,
    commute: f64,
    pulse: Option<i64>,
    cost: f64,
    since: NaiveDate,
    left: Option<bool>,
    /// Whether an exit interview is booked: known only once somebody leaves.
    interview: bool,
}

impl Employee {
    /// The person of a number, whose talk was in the given quarter, counted from the oldest; `None` for today's staff.
    fn draw(part: Seed, idx: usize, quarter: Option<usize>, as_of: NaiveDate) -> Self {
        let mut draws = Draws::of(part, idx);
        let talk = talk_date(quarter, as_of, &mut draws);
        let raise = before(talk, 20 + draws.below(880) as u64);
        let woman = draws.chance(0.58);
        let first_names = if woman { &names::FIRST_NAMES_F } else { &names::FIRST_NAMES_M };
        let name = format!("{}, {}", draws.one_of(&names::STAFF_NAMES), draws.one_of(first_names));
        let part_time = draws.chance(0.35);
        let mut employee = Self {
            number: 301 + idx,
            talk,
            woman,
            name,
            age: 18 + draws.below(47) as i64,
            shop: names::SHOPS[draws.pick(&names::SHOP_WEIGHTS)],
            role: ROLES[draws.pick(&[0.4, 0.25, 0.15, 0.2])],
            part_time,
            overtime: round((5.0 + 4.0 * draws.normal()).max(0.0), 1),
            shift_changes: draws.poisson(1.5),
            raise,
            training: draws.poisson(2.4),
            commute: round(draws.exponential(11.0).min(80.0), 1),
            pulse: draws.chance(0.88).then(|| (7.0 + 1.8 * draws.normal()).round().clamp(1.0, 10.0) as i64),
            cost: round((if part_time { 17_000.0 } else { 31_000.0 }) * (0.15 * draws.normal()).exp(), 0),
            since: before(raise, 60 + draws.exponential(900.0).min(9_000.0) as u64),
            left: None,
            interview: false,
        };
        let (leaves, books) = (draws.chance(employee.probability()), draws.chance(truth::LEAK_FILLED));
        employee.left = quarter.map(|_| leaves);
        employee.interview = employee.left == Some(true) && books;
        employee
    }

    /// Probability of leaving within 180 days after the talk.
    fn probability(&self) -> f64 {
        let pulse = self.pulse.map_or(0.0, |pulse| truth::PULSE * (pulse as f64 - truth::PULSE_CENTER));
        logistic(
            truth::INTERCEPT
                + truth::OVERTIME_HOUR * (self.overtime - truth::OVERTIME_CENTER)
                + truth::SHIFT_CHANGE * f64::from(self.shift_changes)
                + truth::DAY_SINCE_RAISE * (self.talk - self.raise).num_days() as f64
                + truth::TRAINING_DAY * f64::from(self.training)
                + truth::COMMUTE_KM * self.commute
                + pulse,
        )
    }

    fn write(&self, csv: &mut Csv) {
        csv.code("E-", self.number);
        csv.day_first(self.talk);
        csv.text(&self.name);
        csv.text(if self.woman { "F" } else { "M" });
        csv.whole(self.age);
        csv.text(self.shop);
        csv.text(self.role);
        csv.text(if self.part_time { "yes" } else { "no" });
        csv.number(self.overtime, 1);
        csv.whole(self.shift_changes.into());
        csv.day_first(self.raise);
        csv.whole(self.training.into());
        csv.number(self.commute, 1);
        match self.pulse {
            Some(pulse) => csv.whole(pulse),
            None => csv.blank(),
        }
        csv.number(self.cost, 0);
        csv.day_first(self.since);
        csv.text(if self.interview { "yes" } else { "" });
        csv.text(self.left.map_or("", |left| if left { "yes" } else { "no" }));
        csv.end();
    }
}

/// A day of the quarter; talks of history are at least half a year old, so that their outcome is known.
fn talk_date(quarter: Option<usize>, as_of: NaiveDate, draws: &mut Draws) -> NaiveDate {
    let back = draws.below(80) as u64;
    let Some(quarter) = quarter else { return before(as_of, back) };
    let months = 3 * (N_QUARTERS - quarter.min(N_QUARTERS - 1)) as u32;
    let end = before(as_of, 95).checked_sub_months(Months::new(months)).unwrap_or(as_of);
    before(end, back)
}
