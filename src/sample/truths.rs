//! What is planted in the sample business, as data: the generator draws from these very numbers, the tests look for
//! them, and `data/README.md` lists them.

use crate::base::units::Pillar::{self, Competence, Empathy, Integrity, Reliability, Transparency};

/// All planted truths.
#[derive(Debug, Clone, PartialEq)]
pub struct Truths {
    pub effects: Vec<Effect>,
    /// Columns that look as if they mattered and do not: given the effects, the outcome does not depend on them.
    pub without_effect: Vec<WithoutEffect>,
    pub proxy: Proxy,
    pub leaks: Vec<Leak>,
    pub drift: Drift,
    pub rates: Vec<Rate>,
    pub mess: Vec<Mess>,
}

/// What one column adds to the log-odds of the outcome.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Effect {
    pub stakeholders: &'static str,
    /// Column of the table that the config's query makes.
    pub column: &'static str,
    pub measure: Measure,
    /// As the config assigns it.
    pub pillar: Option<Pillar>,
    /// Natural logarithm of the odds ratio.
    pub log_odds: f64,
    /// What the effect is an effect of, in words.
    pub per: &'static str,
}

/// How a column enters the log-odds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Measure {
    /// Per unit of the number; 0 where it is missing.
    Number,
    /// Per unit above this value; 0 where it is missing.
    NumberAbove(f64),
    /// Where the column is this level.
    Level(&'static str),
    /// Where there is a date.
    Dated,
    /// Per day that the date lies before the row's own time; 0 where it is missing.
    DaysBefore,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WithoutEffect {
    pub stakeholders: &'static str,
    pub columns: &'static [&'static str],
}

/// A sensitive group that fares worse without being treated differently.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Proxy {
    pub stakeholders: &'static str,
    pub sensitive: &'static str,
    pub group: &'static str,
    pub through: &'static str,
    pub level: &'static str,
    pub cause: &'static str,
    /// Share of the group among those who live there, and among all others.
    pub share_inside: f64,
    pub share_outside: f64,
    /// Probability that an order comes late, there and elsewhere.
    pub late_inside: f64,
    pub late_outside: f64,
    /// Mean days late of a late order, there and elsewhere.
    pub days_inside: f64,
    pub days_outside: f64,
}

/// A column that is filled after the outcome.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Leak {
    pub stakeholders: &'static str,
    pub column: &'static str,
    /// Share of the rows with the outcome in which it is filled; no other row is.
    pub filled: f64,
}

/// A month in which something changes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Drift {
    pub source: &'static str,
    pub column: &'static str,
    /// The month, for the default `as_of`; in general the one before that of `as_of`.
    pub month: &'static str,
    pub factor: f64,
}

/// The share of rows with the outcome that the intercept aims at.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rate {
    pub stakeholders: &'static str,
    pub low: f64,
    pub high: f64,
}

/// Something that is wrong with a file, on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mess {
    pub file: &'static str,
    pub what: &'static str,
}

/// What drives customers, log-odds of leaving within 90 days.
pub mod customers {
    pub const INTERCEPT: f64 = -2.30;
    pub const DAYS_LATE: f64 = 0.55;
    pub const WRONG_ITEMS: f64 = 0.60;
    pub const DAYS_WAITING: f64 = 0.20;
    pub const REFUNDS_HONORED: f64 = -0.90;
    pub const REFUNDS_REFUSED: f64 = 0.90;
    pub const SATISFACTION: f64 = -0.55;
    pub const SATISFACTION_CENTER: f64 = 4.0;
    pub const PRICE_RAISED: f64 = 1.60;
    pub const PRICE_RAISED_DAYS: u64 = 180;
    pub const PRICE_RAISED_PER_DAY: f64 = -PRICE_RAISED / PRICE_RAISED_DAYS as f64;
    pub const MONTH_TO_MONTH: f64 = 0.70;
    pub const YEARLY: f64 = -0.90;
    pub const NEWSLETTER: f64 = -0.40;
    pub const TENURE_MONTH: f64 = -0.012;

    pub const LATE_INSIDE: f64 = 0.55;
    pub const LATE_OUTSIDE: f64 = 0.20;
    /// Poisson means of the days beyond the first.
    pub const EXTRA_DAYS_INSIDE: f64 = 2.0;
    pub const EXTRA_DAYS_OUTSIDE: f64 = 1.0;
    pub const DRIFT_FACTOR: u32 = 2;
    pub const LEAK_FILLED: f64 = 0.96;
}

/// What drives staff, log-odds of leaving within 180 days.
pub mod employees {
    pub const INTERCEPT: f64 = -2.55;
    pub const OVERTIME_HOUR: f64 = 0.16;
    pub const OVERTIME_CENTER: f64 = 5.0;
    pub const SHIFT_CHANGE: f64 = 0.30;
    pub const DAY_SINCE_RAISE: f64 = 0.9 / 365.0;
    pub const TRAINING_DAY: f64 = -0.28;
    pub const COMMUTE_KM: f64 = 0.03;
    pub const PULSE: f64 = -0.40;
    pub const PULSE_CENTER: f64 = 7.0;
    pub const LEAK_FILLED: f64 = 0.92;
}

/// What delays deliveries, log-odds of being late.
pub mod suppliers {
    pub const INTERCEPT: f64 = -1.55;
    pub const LEAD_DAY: f64 = -0.18;
    pub const LEAD_CENTER: f64 = 6.0;
    pub const DISTANCE_KM: f64 = 0.004;
    pub const CARRIER_DIRECT: f64 = -0.50;
    pub const CARRIER_BLITZ: f64 = 0.80;
    pub const PRICE_PRESSURE: f64 = 0.11;
    pub const PAID_LATE_DAY: f64 = 0.05;
    pub const PAPERWORK: f64 = -1.00;
    pub const FORECAST: f64 = -0.60;
    pub const WINTER: f64 = 0.70;
    /// Standard deviation of what is a supplier's own.
    pub const OWN: f64 = 0.25;
}

/// Everything that is planted.
pub fn truths() -> Truths {
    use customers as c;
    Truths {
        effects: [customer_effects(), employee_effects(), supplier_effects()].concat(),
        without_effect: without_effect(),
        proxy: Proxy {
            stakeholders: "customers",
            sensitive: "mother_tongue",
            group: "Portuguese",
            through: "district",
            level: "Harbor Island",
            cause: "days_late",
            share_inside: super::names::LANGUAGES_ISLAND[1],
            share_outside: super::names::LANGUAGES_ELSEWHERE[1],
            late_inside: c::LATE_INSIDE,
            late_outside: c::LATE_OUTSIDE,
            days_inside: 1.0 + c::EXTRA_DAYS_INSIDE,
            days_outside: 1.0 + c::EXTRA_DAYS_OUTSIDE,
        },
        leaks: vec![
            Leak { stakeholders: "customers", column: "account_closed_reason", filled: c::LEAK_FILLED },
            Leak { stakeholders: "employees", column: "exit_interview_booked", filled: employees::LEAK_FILLED },
        ],
        drift: Drift { source: "orders", column: "days_late", month: "2026-05", factor: f64::from(c::DRIFT_FACTOR) },
        rates: vec![
            Rate { stakeholders: "customers", low: 0.15, high: 0.20 },
            Rate { stakeholders: "employees", low: 0.11, high: 0.19 },
            Rate { stakeholders: "suppliers", low: 0.20, high: 0.30 },
        ],
        mess: MESS.iter().map(|(file, what)| Mess { file, what }).collect(),
    }
}

fn customer_effects() -> Vec<Effect> {
    use customers as c;
    let effect = |column, measure, pillar, log_odds, per| Effect {
        stakeholders: "customers",
        column,
        measure,
        pillar,
        log_odds,
        per,
    };
    vec![
        effect("days_late", Measure::Number, Some(Reliability), c::DAYS_LATE, "day late, mean of the orders of 90 days"),
        effect("wrong_items", Measure::Number, Some(Competence), c::WRONG_ITEMS, "wrong item in 90 days"),
        effect("days_waiting", Measure::Number, Some(Empathy), c::DAYS_WAITING, "day that the slowest ticket waited"),
        effect("refunds_honored", Measure::Number, Some(Integrity), c::REFUNDS_HONORED, "refund that was honored"),
        effect("refunds_refused", Measure::Number, Some(Integrity), c::REFUNDS_REFUSED, "refund that was refused"),
        effect(
            "satisfaction",
            Measure::NumberAbove(c::SATISFACTION_CENTER),
            Some(Empathy),
            c::SATISFACTION,
            "point of satisfaction above 4, where the survey was answered",
        ),
        effect(
            "price_raised",
            Measure::Dated,
            Some(Transparency),
            c::PRICE_RAISED,
            "price raised without notice in the last 180 days, on the day itself",
        ),
        effect(
            "price_raised",
            Measure::DaysBefore,
            Some(Transparency),
            c::PRICE_RAISED_PER_DAY,
            "day since then: after 180 days it is forgotten",
        ),
        effect(
            "contract",
            Measure::Level("month-to-month"),
            Some(Transparency),
            c::MONTH_TO_MONTH,
            "`month-to-month` against `pay as you go`",
        ),
        effect("contract", Measure::Level("yearly"), Some(Transparency), c::YEARLY, "`yearly` against `pay as you go`"),
        effect("newsletter", Measure::Level("yes"), Some(Transparency), c::NEWSLETTER, "`yes` against `no`"),
        effect("tenure_months", Measure::Number, None, c::TENURE_MONTH, "month as a customer"),
    ]
}

fn employee_effects() -> Vec<Effect> {
    use employees as e;
    let effect = |column, measure, pillar, log_odds, per| Effect {
        stakeholders: "employees",
        column,
        measure,
        pillar,
        log_odds,
        per,
    };
    vec![
        effect(
            "overtime_hours",
            Measure::NumberAbove(e::OVERTIME_CENTER),
            Some(Empathy),
            e::OVERTIME_HOUR,
            "hour of overtime a week above 5",
        ),
        effect("shift_changes", Measure::Number, Some(Reliability), e::SHIFT_CHANGE, "shift changed at short notice"),
        effect("pay_last_raise", Measure::DaysBefore, Some(Integrity), e::DAY_SINCE_RAISE, "day since the last raise"),
        effect("training_days", Measure::Number, Some(Competence), e::TRAINING_DAY, "day of training in the year"),
        effect("commute_km", Measure::Number, None, e::COMMUTE_KM, "kilometer to work"),
        effect(
            "pulse",
            Measure::NumberAbove(e::PULSE_CENTER),
            Some(Transparency),
            e::PULSE,
            "point of the engagement pulse above 7, where it was answered",
        ),
    ]
}

fn supplier_effects() -> Vec<Effect> {
    use suppliers as s;
    let effect = |column, measure, pillar, log_odds, per| Effect {
        stakeholders: "suppliers",
        column,
        measure,
        pillar,
        log_odds,
        per,
    };
    vec![
        effect(
            "lead_time_promised",
            Measure::NumberAbove(s::LEAD_CENTER),
            Some(Reliability),
            s::LEAD_DAY,
            "day of promised lead time above 6",
        ),
        effect("distance_km", Measure::Number, None, s::DISTANCE_KM, "kilometer of distance"),
        effect(
            "carrier",
            Measure::Level("own van"),
            Some(Competence),
            s::CARRIER_DIRECT,
            "`own van` against `Coastal Freight`",
        ),
        effect(
            "carrier",
            Measure::Level("Blitz Parcel"),
            Some(Competence),
            s::CARRIER_BLITZ,
            "`Blitz Parcel` against `Coastal Freight`",
        ),
        effect("price_pressure", Measure::Number, Some(Integrity), s::PRICE_PRESSURE, "percent that we pressed the price"),
        effect("paid_late_days", Measure::Number, Some(Integrity), s::PAID_LATE_DAY, "day that we paid the last bill late"),
        effect(
            "paperwork_complete",
            Measure::Level("yes"),
            Some(Transparency),
            s::PAPERWORK,
            "`yes` against `no`",
        ),
        effect("forecast_shared", Measure::Level("yes"), Some(Empathy), s::FORECAST, "`yes` against `no`"),
        effect("season", Measure::Level("winter"), None, s::WINTER, "`winter` against the other seasons"),
    ]
}

fn without_effect() -> Vec<WithoutEffect> {
    vec![
        WithoutEffect {
            stakeholders: "customers",
            columns: &[
                "gender", "age", "mother_tongue", "district", "yearly_revenue", "orders_90", "discount_pct",
                "coupon_code", "nps", "review_stars",
            ],
        },
        WithoutEffect {
            stakeholders: "employees",
            columns: &["gender", "age", "shop", "role", "part_time", "yearly_cost"],
        },
        WithoutEffect { stakeholders: "suppliers", columns: &["supplier_size", "order_value", "category"] },
    ]
}

const MESS: &[(&str, &str)] = &[
    ("customers-*.csv", "two files of one source; the older one calls `yearly_revenue` `YearlyRevenue`"),
    ("customers-*.csv", "about 1 row in 200 was exported twice; the query takes distinct rows"),
    ("customers-*.csv", "`n/a` in about 2 % of `tenure_months`, blanks in `gender` and `age`"),
    ("customers-*.csv", "`price_raised` mixes three notations: 2026-05-14, 14.05.2026 and May 14, 2026"),
    ("customers-*.csv", "`coupon_code` is blank in about 91 % of rows"),
    ("orders-*.csv", "semicolons, decimal commas, dates with the day first; the older file is compressed"),
    ("orders-*.csv", "`n/a` in about 1 % of `days_late`; about 1 row in 100 was exported twice"),
    ("support.xlsx", "two title rows above the header, real Excel dates, a second sheet with notes"),
    ("surveys.ndjson", "about 45 % of surveys were not answered"),
    ("reviews.csv", "byte-order mark, carriage returns, quotes and line breaks inside texts"),
    ("employees.csv", "Windows-1252, semicolons, decimal commas, dates with the day first"),
    ("deliveries.csv", "about 1 in 100 deliveries was entered twice under two numbers"),
    ("deliveries.csv", "some of the last 30 days' orders already arrived: too early to be history"),
];
