//! Suppliers: their deliveries, most of them known to be late or not, the last month's still open.

use chrono::{Datelike, NaiveDate};

use super::calendar::before;
use super::draw::{Draws, round};
use super::effects::suppliers as truth;
use super::tally::Tally;
use super::write::Csv;
use super::{SampleFile, Settings, names};
use crate::base::Seed;
use crate::base::calibrator::logistic;

/// Days after which it is settled whether a delivery was late.
const HORIZON: u64 = 30;
/// Days over which the known deliveries were ordered.
const SPAN: usize = 500;
const SIZES: [&str; 3] = ["small", "medium", "large"];
const CATEGORIES: [&str; 4] = ["dairy", "vegetables", "flour", "drinks"];
const CARRIERS: [&str; 3] = ["Coastal Freight", "own van", "Blitz Parcel"];

const DELIVERIES: [&str; 12] = [
    "delivery_id",
    "supplier_id",
    "ordered",
    "lead_time_promised",
    "carrier",
    "order_value",
    "price_pressure",
    "paid_late_days",
    "paperwork_complete",
    "forecast_shared",
    "season",
    "late",
];
const SUPPLIERS: [&str; 5] = ["supplier_id", "supplier_name", "category", "distance_km", "supplier_size"];

/// The files of suppliers and deliveries.
pub fn files(settings: &Settings, tally: &mut Tally) -> Vec<SampleFile> {
    let part = settings.seed.child("suppliers");
    let n_suppliers = (23 + settings.n_subjects / 160).min(40);
    let suppliers: Vec<Supplier> = (0..n_suppliers).map(|number| Supplier::draw(part, number)).collect();
    tally.n_suppliers = n_suppliers;
    vec![
        SampleFile::new("suppliers.csv", master(&suppliers)),
        SampleFile::new("deliveries.csv", deliveries(&suppliers, settings, tally)),
    ]
}

struct Supplier {
    number: usize,
    category: &'static str,
    distance: f64,
    size: &'static str,
    /// What is its own, in log-odds.
    own: f64,
    /// How much of the business goes to it.
    weight: f64,
}

impl Supplier {
    fn draw(part: Seed, number: usize) -> Self {
        let mut draws = Draws::of(part, number);
        Self {
            number: number + 1,
            category: draws.one_of(&CATEGORIES),
            distance: draws.between(4.0, 320.0).round(),
            size: SIZES[draws.pick(&[0.4, 0.35, 0.25])],
            own: truth::OWN * draws.normal(),
            weight: draws.between(0.5, 1.5),
        }
    }
}

fn master(suppliers: &[Supplier]) -> Vec<u8> {
    let mut csv = Csv::plain();
    csv.row(&SUPPLIERS);
    for supplier in suppliers {
        csv.code("S-", 100 + supplier.number);
        csv.text(&names::supplier(supplier.number - 1));
        csv.text(supplier.category);
        csv.number(supplier.distance, 0);
        csv.text(supplier.size);
        csv.end();
    }
    csv.bytes
}

fn deliveries(suppliers: &[Supplier], settings: &Settings, tally: &mut Tally) -> Vec<u8> {
    let n_history = (settings.n_subjects * 4 / 5).max(400);
    let n_open = (settings.n_subjects / 20).max(40);
    let n_early = n_open / 4;
    let part = settings.seed.child("deliveries");
    let weights: Vec<f64> = suppliers.iter().map(|supplier| supplier.weight).collect();
    let mut csv = Csv::plain();
    csv.row(&DELIVERIES);
    let mut number = 0;
    for idx in 0..n_history + n_open + n_early {
        let mut draws = Draws::of(part, idx);
        let Some(supplier) = suppliers.get(draws.pick(&weights)) else { break };
        let delivery = Delivery::draw(supplier, ordered(idx, n_history, settings.as_of, &mut draws), &mut draws);
        let late = draws.chance(delivery.probability());
        let outcome = match idx {
            _ if idx < n_history => Some(late),
            _ if idx < n_history + n_open => None,
            // what arrived early enough to be known already was not late
            _ => Some(false),
        };
        let twice = idx < n_history && draws.chance(0.01);
        for _ in 0..=usize::from(twice) {
            number += 1;
            delivery.write(number, outcome, &mut csv);
            if idx < n_history + n_open {
                tally.suppliers.add(outcome);
            }
        }
        tally.n_deliveries_twice += usize::from(twice);
    }
    tally.n_immature = n_early;
    csv.bytes
}

/// Deliveries of history in the order of time, at least 30 days ago; the others within the last 30 days.
fn ordered(idx: usize, n_history: usize, as_of: NaiveDate, draws: &mut Draws) -> NaiveDate {
    if idx >= n_history {
        return before(as_of, draws.below(HORIZON as usize) as u64);
    }
    before(as_of, HORIZON + (SPAN - 1 - SPAN * idx / n_history) as u64)
}

struct Delivery<'a> {
    supplier: &'a Supplier,
    ordered: NaiveDate,
    lead: i64,
    carrier: &'static str,
    value: f64,
    pressure: f64,
    paid_late: i64,
    paperwork: bool,
    forecast: bool,
}

impl<'a> Delivery<'a> {
    fn draw(supplier: &'a Supplier, ordered: NaiveDate, draws: &mut Draws) -> Self {
        Self {
            supplier,
            ordered,
            lead: 2 + draws.below(9) as i64,
            carrier: CARRIERS[draws.pick(&[0.5, 0.3, 0.2])],
            value: round((6.6 + 0.6 * draws.normal()).exp(), 2),
            pressure: round((4.0 + 3.5 * draws.normal()).clamp(0.0, 15.0), 1),
            paid_late: (draws.exponential(6.0) as i64).min(60),
            paperwork: draws.chance(0.8),
            forecast: draws.chance(0.45),
        }
    }

    fn season(&self) -> &'static str {
        match self.ordered.month() {
            12 | 1 | 2 => "winter",
            3..=5 => "spring",
            6..=8 => "summer",
            _ => "autumn",
        }
    }

    /// Probability that the delivery is late.
    fn probability(&self) -> f64 {
        let carrier = match self.carrier {
            "own van" => truth::CARRIER_DIRECT,
            "Blitz Parcel" => truth::CARRIER_BLITZ,
            _ => 0.0,
        };
        let given = |holds: bool, effect: f64| if holds { effect } else { 0.0 };
        logistic(
            truth::INTERCEPT
                + truth::LEAD_DAY * (self.lead as f64 - truth::LEAD_CENTER)
                + truth::DISTANCE_KM * self.supplier.distance
                + truth::PRICE_PRESSURE * self.pressure
                + truth::PAID_LATE_DAY * self.paid_late as f64
                + given(self.paperwork, truth::PAPERWORK)
                + given(self.forecast, truth::FORECAST)
                + given(self.season() == "winter", truth::WINTER)
                + carrier
                + self.supplier.own,
        )
    }

    fn write(&self, number: usize, late: Option<bool>, csv: &mut Csv) {
        let yes_no = |holds: bool| if holds { "yes" } else { "no" };
        csv.code("D-", 20_000 + number);
        csv.code("S-", 100 + self.supplier.number);
        csv.date(self.ordered);
        csv.whole(self.lead);
        csv.text(self.carrier);
        csv.number(self.value, 2);
        csv.number(self.pressure, 1);
        csv.whole(self.paid_late);
        csv.text(yes_no(self.paperwork));
        csv.text(yes_no(self.forecast));
        csv.text(self.season());
        csv.text(late.map_or("", yes_no));
        csv.end();
    }
}
