//! What happens to a customer in the 90 days up to a snapshot, and how likely the customer then leaves.

use chrono::NaiveDate;

use super::super::calendar::{before, in_window};
use super::super::draw::{Draws, round};
use super::super::effects::customers as truth;
use super::super::names::ISLAND;
use super::super::words::TOPICS;
use super::Calendar;
use super::people::Person;
use crate::base::calibrator::logistic;

pub struct Order {
    pub day: NaiveDate,
    pub amount: f64,
    pub days_late: u32,
    /// The driver did not write it down.
    pub days_unknown: bool,
    pub items_wrong: u32,
}

pub struct Ticket {
    pub topic: &'static str,
    pub answered: NaiveDate,
    pub days_waiting: u32,
    /// `None`: none was asked for.
    pub refund: Option<bool>,
}

pub struct Answer {
    pub day: NaiveDate,
    pub satisfaction: u32,
    pub nps: u32,
}

/// The 90 days up to a snapshot.
pub struct Quarter {
    pub snapshot: NaiveDate,
    pub orders: Vec<Order>,
    pub tickets: Vec<Ticket>,
    /// The day on which a survey was sent, and the answer, if any.
    pub sent: NaiveDate,
    pub answer: Option<Answer>,
    /// The last price rise without notice, if it is less than 180 days ago.
    pub price_raised: Option<NaiveDate>,
    /// How content the customer is, 1 to 5; seen in surveys and reviews only.
    pub mood: f64,
}

impl Quarter {
    pub fn draw(
        person: &Person,
        snapshot: NaiveDate,
        raised: Option<NaiveDate>,
        calendar: &Calendar,
        draws: &mut Draws,
    ) -> Self {
        let orders = orders(person, snapshot, calendar, draws);
        let late = mean_late(&orders);
        let tickets = tickets(snapshot, late, draws);
        let slowest = tickets.iter().map(|ticket| ticket.days_waiting).max().unwrap_or(0);
        let mood = 4.1 - 0.25 * late - 0.05 * f64::from(slowest) + 0.75 * draws.normal();
        let sent = in_window(snapshot, draws);
        let answer = draws.chance(0.55).then(|| answer(sent, snapshot, mood, draws));
        Self { snapshot, orders, tickets, sent, answer, price_raised: price_raised(snapshot, raised, draws), mood }
    }

    /// Mean days late of the orders whose days are known.
    pub fn days_late(&self) -> f64 {
        mean_late(&self.orders)
    }

    pub fn wrong_items(&self) -> u32 {
        self.orders.iter().map(|order| order.items_wrong).sum()
    }

    /// Days that the slowest ticket waited; 0 without tickets.
    pub fn days_waiting(&self) -> u32 {
        self.tickets.iter().map(|ticket| ticket.days_waiting).max().unwrap_or(0)
    }

    fn refunds(&self, honored: bool) -> f64 {
        self.tickets.iter().filter(|ticket| ticket.refund == Some(honored)).count() as f64
    }

    /// Probability that the customer leaves within 90 days after the snapshot.
    pub fn probability(&self, person: &Person) -> f64 {
        let contract = match person.contract {
            "month-to-month" => truth::MONTH_TO_MONTH,
            "yearly" => truth::YEARLY,
            _ => 0.0,
        };
        let satisfaction = self
            .answer
            .as_ref()
            .map_or(0.0, |answer| truth::SATISFACTION * (f64::from(answer.satisfaction) - truth::SATISFACTION_CENTER));
        let raised = self.price_raised.map_or(0.0, |day| {
            truth::PRICE_RAISED + truth::PRICE_RAISED_PER_DAY * (self.snapshot - day).num_days() as f64
        });
        let newsletter = if person.newsletter { truth::NEWSLETTER } else { 0.0 };
        logistic(
            truth::INTERCEPT
                + truth::DAYS_LATE * self.days_late()
                + truth::WRONG_ITEMS * f64::from(self.wrong_items())
                + truth::DAYS_WAITING * f64::from(self.days_waiting())
                + truth::REFUNDS_HONORED * self.refunds(true)
                + truth::REFUNDS_REFUSED * self.refunds(false)
                + truth::TENURE_MONTH * person.tenure(self.snapshot) as f64
                + satisfaction
                + raised
                + contract
                + newsletter,
        )
    }
}

fn mean_late(orders: &[Order]) -> f64 {
    let known = || orders.iter().filter(|order| !order.days_unknown);
    let n = known().count();
    if n == 0 { 0.0 } else { known().map(|order| f64::from(order.days_late)).sum::<f64>() / n as f64 }
}

/// At least one: who does not order in a quarter is no customer.
fn orders(person: &Person, snapshot: NaiveDate, calendar: &Calendar, draws: &mut Draws) -> Vec<Order> {
    let n_orders = 1 + draws.poisson(person.order_rate);
    let mut orders: Vec<Order> = (0..n_orders).map(|idx| order(person, snapshot, idx > 0, calendar, draws)).collect();
    orders.sort_by_key(|order| order.day);
    orders
}

fn order(person: &Person, snapshot: NaiveDate, may_be_unknown: bool, calendar: &Calendar, draws: &mut Draws) -> Order {
    let (late, extra_days) = if person.district == ISLAND {
        (truth::LATE_INSIDE, truth::EXTRA_DAYS_INSIDE)
    } else {
        (truth::LATE_OUTSIDE, truth::EXTRA_DAYS_OUTSIDE)
    };
    let day = in_window(snapshot, draws);
    let drifts = calendar.drift.0 <= day && day <= calendar.drift.1;
    let late = if drifts { (late * truth::DRIFT_FACTOR).min(truth::DRIFT_LATE_MAX) } else { late };
    Order {
        day,
        amount: round(person.basket * (0.35 * draws.normal()).exp(), 2),
        days_late: if draws.chance(late) { 1 + draws.poisson(extra_days) } else { 0 },
        days_unknown: draws.chance(0.012) && may_be_unknown,
        items_wrong: if draws.chance(0.09) { 1 + u32::from(draws.chance(0.2)) } else { 0 },
    }
}

fn tickets(snapshot: NaiveDate, late: f64, draws: &mut Draws) -> Vec<Ticket> {
    let n_tickets = draws.poisson(0.16 + 0.08 * late).min(4);
    let ticket = |draws: &mut Draws| Ticket {
        topic: TOPICS[draws.pick(&[0.35, 0.2, 0.2, 0.25])],
        answered: in_window(snapshot, draws),
        days_waiting: (draws.exponential(3.5) as u32).min(30),
        refund: draws.chance(0.6).then(|| draws.chance(0.6)),
    };
    (0..n_tickets).map(|_| ticket(draws)).collect()
}

/// The answer to a survey, in the week after it was sent but not after the snapshot.
fn answer(sent: NaiveDate, snapshot: NaiveDate, mood: f64, draws: &mut Draws) -> Answer {
    let day = sent.checked_add_days(chrono::Days::new(draws.below(7) as u64)).unwrap_or(sent).min(snapshot);
    let satisfaction = mood.round().clamp(1.0, 5.0) as u32;
    let nps = (mood * 2.0 - 0.6 + 1.2 * draws.normal()).round().clamp(0.0, 10.0) as u32;
    Answer { day, satisfaction, nps }
}

/// The last price rise: perhaps one in this quarter, else an earlier one that is not yet forgotten.
fn price_raised(snapshot: NaiveDate, raised: Option<NaiveDate>, draws: &mut Draws) -> Option<NaiveDate> {
    let now = draws.chance(0.13).then(|| in_window(snapshot, draws));
    now.or(raised).filter(|day| *day > before(snapshot, truth::PRICE_RAISED_DAYS))
}
