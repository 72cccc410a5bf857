//! The files in which the shop keeps its customers' facts.

use chrono::{Datelike, NaiveDate};

use super::super::SampleFile;
use super::super::draw::Draws;
use super::super::effects::customers as truth;
use super::super::names::DISTRICTS;
use super::super::tally::Tally;
use super::super::words::{self, Experience};
use super::super::write::{Csv, gzip};
use super::people::Person;
use super::quarter::{Order, Quarter};
use super::tickets::Tickets;
use crate::base::Result;

/// All tables, of this year and of the years before.
pub struct Tables {
    year: i32,
    customers: [Csv; 2],
    orders: [Csv; 2],
    tickets: Tickets,
    surveys: Vec<u8>,
    reviews: Csv,
    n_orders: usize,
    n_reviews: usize,
}

const CUSTOMERS: [&str; 17] = [
    "customer_id",
    "snapshot",
    "household_id",
    "surname",
    "gender",
    "age",
    "mother_tongue",
    "district",
    "tenure_months",
    "contract",
    "yearly_revenue",
    "price_raised",
    "discount_pct",
    "coupon_code",
    "newsletter",
    "account_closed_reason",
    "left",
];
const ORDERS: [&str; 6] = ["order_no", "customer_id", "ordered", "amount", "days_late", "items_wrong"];
const REVIEWS: [&str; 5] = ["review_no", "customer_id", "written", "stars", "text"];

impl Tables {
    pub fn new(as_of: NaiveDate) -> Self {
        let mut tables = Self {
            year: as_of.year(),
            customers: [Csv::plain(), Csv::plain()],
            orders: [Csv::european(), Csv::european()],
            tickets: Tickets::default(),
            surveys: Vec::new(),
            reviews: Csv::windows(),
            n_orders: 0,
            n_reviews: 0,
        };
        let [older, newer] = &mut tables.customers;
        older.row(&CUSTOMERS.map(|name| if name == "yearly_revenue" { "YearlyRevenue" } else { name }));
        newer.row(&CUSTOMERS);
        tables.orders.iter_mut().for_each(|orders| orders.row(&ORDERS));
        tables.reviews.row(&REVIEWS);
        tables
    }

    /// 0 for the files of earlier years, 1 for those of this year.
    fn file(&self, day: NaiveDate) -> usize {
        usize::from(day.year() >= self.year)
    }

    /// What was recorded in a quarter.
    pub fn events(&mut self, person: &Person, quarter: &Quarter, draws: &mut Draws, tally: &mut Tally) {
        for order in &quarter.orders {
            self.order(person, order, draws, tally);
        }
        for ticket in &quarter.tickets {
            self.tickets.add(person.number, ticket);
        }
        self.survey(person, quarter);
        if draws.chance(0.05) {
            self.review(person, quarter, draws);
        }
        tally.n_orders += quarter.orders.len();
        tally.n_tickets += quarter.tickets.len();
        tally.n_surveys += 1;
        tally.n_answers += usize::from(quarter.answer.is_some());
    }

    fn order(&mut self, person: &Person, order: &Order, draws: &mut Draws, tally: &mut Tally) {
        self.n_orders += 1;
        let file = self.file(order.day);
        let csv = &mut self.orders[file];
        let start = csv.bytes.len();
        csv.code("O-", 100_000 + self.n_orders);
        csv.code("C-", person.number);
        csv.day_first(order.day);
        csv.number(order.amount, 2);
        if order.days_unknown {
            csv.text("n/a");
        } else {
            csv.whole(order.days_late.into());
        }
        csv.whole(order.items_wrong.into());
        csv.end();
        if draws.chance(0.01) {
            csv.repeat_from(start);
            tally.n_orders_twice += 1;
        }
    }

    fn survey(&mut self, person: &Person, quarter: &Quarter) {
        let (answered, nps, satisfaction) = match &quarter.answer {
            Some(answer) => (format!("\"{}\"", answer.day), answer.nps.to_string(), answer.satisfaction.to_string()),
            None => ("null".to_owned(), "null".to_owned(), "null".to_owned()),
        };
        let line = format!(
            "{{\"customer_id\":\"C-{}\",\"sent\":\"{}\",\"answered\":{answered},\"nps\":{nps},\"satisfaction\":{satisfaction}}}\n",
            person.number, quarter.sent
        );
        self.surveys.extend_from_slice(line.as_bytes());
    }

    fn review(&mut self, person: &Person, quarter: &Quarter, draws: &mut Draws) {
        self.n_reviews += 1;
        let stars = (quarter.mood + 0.4 * draws.normal()).round().clamp(1.0, 5.0) as u32;
        let worst = quarter.orders.iter().filter(|order| !order.days_unknown).map(|order| order.days_late).max();
        let experience = Experience {
            days_late: worst.unwrap_or(0),
            wrong_items: quarter.wrong_items(),
            days_waiting: quarter.days_waiting(),
            stars,
        };
        self.reviews.code("R-", 1_000 + self.n_reviews);
        self.reviews.code("C-", person.number);
        self.reviews.date(quarter.sent);
        self.reviews.whole(stars.into());
        self.reviews.text(&words::review(experience, draws));
        self.reviews.end();
    }

    /// The row of a snapshot; `left` is `None` where it is open.
    pub fn snapshot(
        &mut self,
        person: &Person,
        quarter: &Quarter,
        left: Option<bool>,
        draws: &mut Draws,
        tally: &mut Tally,
    ) {
        let file = self.file(quarter.snapshot);
        let csv = &mut self.customers[file];
        let start = csv.bytes.len();
        identity(csv, person, quarter.snapshot);
        let revenue = person.basket * (1.0 + person.order_rate) * 4.0 * (1.0 - person.discount_pct as f64 / 100.0);
        csv.number(revenue, 2);
        raised(csv, quarter.price_raised, draws);
        csv.whole(person.discount_pct);
        csv.text(person.coupon.unwrap_or_default());
        csv.text(if person.newsletter { "yes" } else { "no" });
        let closed = left == Some(true) && draws.chance(truth::LEAK_FILLED);
        csv.text(if closed { draws.one_of(&words::CLOSED_REASONS) } else { "" });
        csv.text(left.map_or("", |left| if left { "yes" } else { "no" }));
        csv.end();
        if draws.chance(0.005) {
            csv.repeat_from(start);
            tally.n_customers_twice += 1;
        }
        tally.customers.add(left);
        tally.n_coupons += usize::from(person.coupon.is_some());
        tally.n_leaks += usize::from(closed);
    }

    pub fn files(self, tally: &mut Tally) -> Result<Vec<SampleFile>> {
        let (year, last_year) = (self.year, self.year - 1);
        let [customers_old, customers_new] = self.customers;
        let [orders_old, orders_new] = self.orders;
        tally.n_reviews = self.n_reviews;
        let mut files = vec![
            SampleFile::new(format!("customers-{last_year}.csv"), customers_old.bytes),
            SampleFile::new(format!("customers-{year}.csv"), customers_new.bytes),
            SampleFile::new(format!("orders-{last_year}.csv.gz"), gzip(&orders_old.bytes)?),
            SampleFile::new(format!("orders-{year}.csv"), orders_new.bytes),
            SampleFile::new("surveys.ndjson", self.surveys),
            SampleFile::new("reviews.csv", self.reviews.bytes),
        ];
        files.extend(self.tickets.workbooks()?);
        Ok(files)
    }
}

/// Who the customer is, up to the contract.
fn identity(csv: &mut Csv, person: &Person, snapshot: NaiveDate) {
    csv.code("C-", person.number);
    csv.date(snapshot);
    csv.code("H-", person.household);
    csv.text(&person.surname);
    csv.text(person.gender.unwrap_or_default());
    if person.age_unknown {
        csv.blank();
    } else {
        csv.whole(person.age(snapshot));
    }
    csv.text(person.tongue);
    csv.text(DISTRICTS[person.district]);
    if person.tenure_unknown {
        csv.text("n/a");
    } else {
        csv.whole(person.tenure(snapshot));
    }
    csv.text(person.contract);
}

/// A date as three clerks would write it; with the day first only where that cannot be misread.
fn raised(csv: &mut Csv, day: Option<NaiveDate>, draws: &mut Draws) {
    let notation = draws.pick(&[0.8, 0.1, 0.1]);
    let Some(day) = day else { return csv.blank() };
    match notation {
        1 if day.day() > 12 => csv.day_first(day),
        2 => csv.text(&day.format("%B %-d, %Y").to_string()),
        _ => csv.date(day),
    }
}
