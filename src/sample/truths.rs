//! What is planted in the sample business, as data: the generator draws from these very numbers, the tests look for
//! them, and `data/README.md` lists them.

use super::effects::{self, customers as c, employees};
use crate::base::units::Pillar;

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
    /// How many times as often an order comes late as in other months.
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

/// Everything that is planted.
pub fn truths() -> Truths {
    Truths {
        effects: effects::all(),
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
        drift: Drift { source: "orders", column: "days_late", month: "2026-05", factor: c::DRIFT_FACTOR },
        rates: vec![
            Rate { stakeholders: "customers", low: 0.15, high: 0.20 },
            Rate { stakeholders: "employees", low: 0.11, high: 0.19 },
            Rate { stakeholders: "suppliers", low: 0.20, high: 0.30 },
        ],
        mess: MESS.iter().map(|(file, what)| Mess { file, what }).collect(),
    }
}

fn without_effect() -> Vec<WithoutEffect> {
    vec![
        WithoutEffect {
            stakeholders: "customers",
            columns: &[
                "gender",
                "age",
                "mother_tongue",
                "district",
                "yearly_revenue",
                "orders_90",
                "discount_pct",
                "coupon_code",
                "nps",
                "review_stars",
            ],
        },
        WithoutEffect {
            stakeholders: "employees",
            columns: &["gender", "age", "shop", "role", "part_time", "yearly_cost", "works_since"],
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
