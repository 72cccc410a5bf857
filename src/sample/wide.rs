//! One wide table of a million subjects, for benches: realistic columns, a base rate of about 20 %, effects that are
//! mostly but not wholly linear on the log-odds.

use std::io::Write;

use rayon::prelude::*;

use super::draw::Draws;
use super::names::{DISTRICT_WEIGHTS, DISTRICTS, ISLAND};
use super::write::Csv;
use crate::base::calibrator::logistic;
use crate::base::{Error, Result, Seed};

/// Rows that share one stream of draws.
const BLOCK: usize = 5_000;
/// Blocks made at a time: bounds the memory to some 16 MB.
const BLOCKS_AT_ONCE: usize = 32;

/// The columns; `left` is the outcome (`Yes`, `No`), `gender` and `age_band` are sensitive, `yearly_revenue` is money.
pub const WIDE_HEADER: [&str; 28] = [
    "customer_id",
    "left",
    "gender",
    "age_band",
    "yearly_revenue",
    "district",
    "contract",
    "payment",
    "channel",
    "first_product",
    "newsletter",
    "paper_bill",
    "loyalty_card",
    "tenure_months",
    "orders",
    "basket",
    "days_late",
    "late_share",
    "wrong_items",
    "days_waiting",
    "tickets",
    "refunds_refused",
    "satisfaction",
    "nps",
    "discount_pct",
    "price_change_pct",
    "distance_km",
    "days_since_order",
];

const AGE_BANDS: [&str; 4] = ["18-29", "30-44", "45-59", "60+"];
const CONTRACTS: [&str; 3] = ["month-to-month", "pay as you go", "yearly"];
const PAYMENTS: [&str; 4] = ["card", "direct debit", "invoice", "cash"];
const CHANNELS: [&str; 4] = ["street", "friend", "search", "flyer"];
const PRODUCTS: [&str; 8] = ["bread", "vegetables", "dairy", "fruit", "meat", "fish", "drinks", "sweets"];

/// Writes a comma-separated table of `n` subjects whose outcome is known, block by block.
///
/// The same `n` and seed give the same bytes with any number of threads; a smaller `n` gives the first rows of a larger.
///
/// # Errors
/// The writer fails.
pub fn wide_table(n: usize, seed: Seed, write: &mut dyn Write) -> Result<()> {
    let failed = |error: std::io::Error| Error::new(format!("the wide table cannot be written: {error}"));
    let part = seed.child("wide");
    write.write_all(format!("{}\n", WIDE_HEADER.join(",")).as_bytes()).map_err(failed)?;
    let starts: Vec<usize> = (0..n).step_by(BLOCK).collect();
    for starts in starts.chunks(BLOCKS_AT_ONCE) {
        let blocks: Vec<Vec<u8>> = starts.par_iter().map(|&start| block(part, start, BLOCK.min(n - start))).collect();
        for block in blocks {
            write.write_all(&block).map_err(failed)?;
        }
    }
    Ok(())
}

fn block(part: Seed, start: usize, n_rows: usize) -> Vec<u8> {
    let mut draws = Draws::of(part, start / BLOCK);
    let mut csv = Csv::plain();
    for idx in 0..n_rows {
        let subject = Subject::draw(&mut draws);
        let left = draws.chance(subject.probability());
        subject.write(start + idx, left, &mut csv);
    }
    csv.bytes
}

struct Subject {
    woman: bool,
    age_band: usize,
    revenue: f64,
    district: usize,
    contract: usize,
    payment: usize,
    channel: usize,
    product: usize,
    newsletter: bool,
    paper_bill: bool,
    loyalty_card: bool,
    tenure: u32,
    orders: u32,
    basket: f64,
    days_late: f64,
    late_share: f64,
    wrong_items: u32,
    days_waiting: u32,
    tickets: u32,
    refunds_refused: u32,
    satisfaction: Option<u32>,
    nps: Option<u32>,
    discount: u32,
    price_change: f64,
    distance: f64,
    days_since_order: u32,
    /// What no column tells.
    own: f64,
}

impl Subject {
    fn draw(draws: &mut Draws) -> Self {
        let district = draws.pick(&DISTRICT_WEIGHTS);
        let orders = 1 + draws.poisson(6.0);
        let basket = (3.4 + 0.5 * draws.normal()).exp();
        let late_share = (if district == ISLAND { 0.5 } else { 0.2 }) * draws.uniform() * 1.6;
        let tickets = draws.poisson(0.7);
        let mood = 3.9 - 1.2 * late_share + 0.9 * draws.normal();
        let answered = draws.chance(0.7);
        Self {
            woman: draws.chance(0.54),
            age_band: draws.pick(&[0.2, 0.3, 0.28, 0.22]),
            revenue: basket * f64::from(orders) * draws.between(2.5, 4.5),
            district,
            contract: draws.pick(&[0.45, 0.3, 0.25]),
            payment: draws.pick(&[0.4, 0.3, 0.2, 0.1]),
            channel: draws.pick(&[0.3, 0.3, 0.25, 0.15]),
            product: draws.below(PRODUCTS.len()),
            newsletter: draws.chance(0.4),
            paper_bill: draws.chance(0.35),
            loyalty_card: draws.chance(0.5),
            tenure: draws.exponential(32.0).min(240.0) as u32,
            orders,
            basket,
            days_late: late_share * draws.exponential(5.0),
            late_share,
            wrong_items: draws.poisson(0.5),
            days_waiting: if tickets > 0 { draws.exponential(4.0).min(60.0) as u32 } else { 0 },
            tickets,
            refunds_refused: if tickets > 0 { draws.poisson(0.25) } else { 0 },
            satisfaction: answered.then(|| mood.round().clamp(1.0, 5.0) as u32),
            nps: (answered && draws.chance(0.8)).then(|| (2.0 * mood).round().clamp(0.0, 10.0) as u32),
            discount: 5 * draws.poisson(0.8),
            price_change: (2.0 + 3.0 * draws.normal()).clamp(-5.0, 15.0),
            distance: draws.exponential(4.0),
            days_since_order: draws.exponential(20.0).min(90.0) as u32,
            own: 0.3 * draws.normal(),
        }
    }

    /// Mostly linear; days late and tenure saturate, satisfaction has a step, price changes hurt most without a contract.
    fn probability(&self) -> f64 {
        let satisfaction = match self.satisfaction {
            None => 0.25,
            Some(points) => -0.35 * (f64::from(points) - 4.0) + if points <= 2 { 0.6 } else { 0.0 },
        };
        let price = self.price_change.max(0.0) * if self.contract == 0 { 0.16 } else { 0.05 };
        let given = |holds: bool, effect: f64| if holds { effect } else { 0.0 };
        logistic(
            -3.55
                + 1.35 * (1.0 + self.days_late).ln()
                + 0.50 * f64::from(self.wrong_items)
                + 0.13 * f64::from(self.days_waiting)
                + 0.80 * f64::from(self.refunds_refused)
                + 1.1 * (-f64::from(self.tenure) / 12.0).exp()
                + 0.020 * f64::from(self.days_since_order)
                - 0.06 * f64::from(self.orders)
                + [0.85, 0.0, -1.1][self.contract]
                + [0.0, -0.35, 0.1, 0.3][self.payment]
                + given(self.newsletter, -0.3)
                + given(self.loyalty_card, -0.45)
                + satisfaction
                + price
                + self.own,
        )
    }

    fn write(&self, idx: usize, left: bool, csv: &mut Csv) {
        let yes_no = |holds: bool| if holds { "yes" } else { "no" };
        csv.code("C-", 1_000_001 + idx);
        csv.text(if left { "Yes" } else { "No" });
        csv.text(if self.woman { "F" } else { "M" });
        csv.text(AGE_BANDS[self.age_band]);
        csv.number(self.revenue, 2);
        csv.text(DISTRICTS[self.district]);
        csv.text(CONTRACTS[self.contract]);
        csv.text(PAYMENTS[self.payment]);
        csv.text(CHANNELS[self.channel]);
        csv.text(PRODUCTS[self.product]);
        csv.text(yes_no(self.newsletter));
        csv.text(yes_no(self.paper_bill));
        csv.text(yes_no(self.loyalty_card));
        csv.whole(self.tenure.into());
        csv.whole(self.orders.into());
        csv.number(self.basket, 2);
        csv.number(self.days_late, 2);
        csv.number(self.late_share, 3);
        csv.whole(self.wrong_items.into());
        csv.whole(self.days_waiting.into());
        csv.whole(self.tickets.into());
        csv.whole(self.refunds_refused.into());
        optional(csv, self.satisfaction);
        optional(csv, self.nps);
        csv.whole(self.discount.into());
        csv.number(self.price_change, 1);
        csv.number(self.distance, 1);
        csv.whole(self.days_since_order.into());
        csv.end();
    }
}

fn optional(csv: &mut Csv, number: Option<u32>) {
    match number {
        Some(number) => csv.whole(number.into()),
        None => csv.blank(),
    }
}
