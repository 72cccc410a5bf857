//! The sizes of the planted effects, in log-odds: the generator adds these very numbers.

use super::truths::{Effect, Measure};
use crate::base::units::Pillar::{Competence, Empathy, Integrity, Reliability, Transparency};

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
    /// How many times as often an order comes late in the month that drifts, and the chance that it cannot exceed.
    pub const DRIFT_FACTOR: f64 = 2.5;
    pub const DRIFT_LATE_MAX: f64 = 0.95;
    pub const LEAK_FILLED: f64 = 0.98;
}

/// What drives staff, log-odds of leaving within 180 days.
pub mod employees {
    pub const INTERCEPT: f64 = -3.50;
    pub const OVERTIME_HOUR: f64 = 0.16;
    pub const OVERTIME_CENTER: f64 = 5.0;
    pub const SHIFT_CHANGE: f64 = 0.30;
    pub const DAY_SINCE_RAISE: f64 = 0.9 / 365.0;
    pub const TRAINING_DAY: f64 = -0.28;
    pub const COMMUTE_KM: f64 = 0.03;
    pub const PULSE: f64 = -0.40;
    pub const PULSE_CENTER: f64 = 7.0;
    pub const LEAK_FILLED: f64 = 0.99;
}

/// What delays deliveries, log-odds of being late.
pub mod suppliers {
    pub const INTERCEPT: f64 = -2.05;
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

/// Every effect, by stakeholder group.
pub fn all() -> Vec<Effect> {
    [customer_effects(), employee_effects(), supplier_effects()].concat()
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
        effect(
            "days_late",
            Measure::Number,
            Some(Reliability),
            c::DAYS_LATE,
            "day late, mean of the orders of 90 days",
        ),
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
        effect(
            "price_pressure",
            Measure::Number,
            Some(Integrity),
            s::PRICE_PRESSURE,
            "percent that we pressed the price",
        ),
        effect(
            "paid_late_days",
            Measure::Number,
            Some(Integrity),
            s::PAID_LATE_DAY,
            "day that we paid the last bill late",
        ),
        effect("paperwork_complete", Measure::Level("yes"), Some(Transparency), s::PAPERWORK, "`yes` against `no`"),
        effect("forecast_shared", Measure::Level("yes"), Some(Empathy), s::FORECAST, "`yes` against `no`"),
        effect("season", Measure::Level("winter"), None, s::WINTER, "`winter` against the other seasons"),
    ]
}
