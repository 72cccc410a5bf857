//! Which rows are history, which are today's (`interface.md` §4).

use super::super::Settings;
use super::keys::{Keys, row_index};
use super::words;
use crate::base::Finding;
use crate::base::population::Population::{self, History, Immature, Superseded, Today};

/// Fewer history rows than this, or fewer of either class than [`FEW_CLASS`], give no firm figures.
const FEW_ROWS: usize = 300;
const FEW_CLASS: usize = 30;

/// Where each row stands in time.
///
/// - A row whose time lies after `as_of` comes from the future of this run: it is neither history nor scored,
///   whatever its outcome (`Superseded`), it does not supersede earlier rows, and a `late-dates` finding counts it.
///   So a run as of a past day sees what it would have seen on that day.
/// - A known outcome is history; but without the event, and with `time` + horizon after `as_of`, it is immature.
/// - An open row is today's if it is the last row of its id; otherwise it is superseded.
pub fn assign(
    keys: &Keys,
    outcome: &[Option<bool>],
    settings: &Settings,
    findings: &mut Vec<Finding>,
) -> Vec<Population> {
    let as_of = words::days(settings.as_of);
    let horizon = settings.outcome.as_ref().and_then(|outcome| outcome.horizon_days).map(i64::from);
    let late = |row: u32| keys.day(row as usize).is_some_and(|day| day > as_of);
    let mut population = vec![Superseded; keys.len()];
    let mut later: Option<u32> = None;
    for &row in keys.order.iter().rev() {
        if late(row) {
            continue;
        }
        let last = later.is_none_or(|later| !keys.same_id(row, later));
        let ends = keys.day(row as usize).zip(horizon).map(|(day, horizon)| i64::from(day) + horizon);
        population[row as usize] = match outcome[row as usize] {
            Some(false) if ends.is_some_and(|ends| ends > i64::from(as_of)) => Immature,
            Some(_) => History,
            None if last => Today,
            None => Superseded,
        };
        later = Some(row);
    }
    let late: Vec<usize> = (0..keys.len()).filter(|row| late(row_index(*row))).collect();
    report_late(keys, &late, settings, findings);
    report(keys, &population, late.len(), settings, findings);
    if settings.outcome.is_some() {
        report_history(outcome, &population, settings, findings);
    }
    population
}

fn report_late(keys: &Keys, late: &[usize], settings: &Settings, findings: &mut Vec<Finding>) {
    let (Some(first), Some(time)) = (late.first(), &settings.time) else { return };
    let day = keys.day(*first).unwrap_or_default();
    let message = format!(
        "time `{time}` lies after `as_of` {} in {} (first: {}, {}), which are neither history nor scored",
        settings.as_of,
        words::rows(late.len()),
        keys.place(*first),
        words::date(day)
    );
    let latest = late.iter().filter_map(|row| keys.day(*row)).max().unwrap_or(day);
    findings.push(
        Finding::new("late-dates", message)
            .column(time.clone())
            .count(late.len())
            .first_row(keys.number(*first))
            .hint(format!("if they belong to this run, set `as_of = {}`", words::date(latest))),
    );
}

fn report(keys: &Keys, population: &[Population], n_late: usize, settings: &Settings, findings: &mut Vec<Finding>) {
    let rows = |wanted: Population| -> (usize, Option<usize>) {
        let mut all = population.iter().enumerate().filter(|(_, p)| **p == wanted).map(|(row, _)| row);
        let first = all.next();
        (usize::from(first.is_some()) + all.count(), first)
    };
    let horizon = settings.outcome.as_ref().and_then(|outcome| outcome.horizon_days).unwrap_or_default();
    if let (count, Some(first)) = rows(Immature) {
        let message = format!(
            "in {} the {horizon} days of the horizon end after `as_of` {} and the event has not happened: \
             neither history nor a negative",
            words::rows(count),
            settings.as_of
        );
        findings.push(Finding::new("immature-rows", message).count(count).first_row(keys.number(first)));
    }
    let count = rows(Superseded).0.saturating_sub(n_late);
    if let Some(first) = first_open(keys, population, settings).filter(|_| count > 0) {
        let message =
            format!("{} with an open outcome are not the latest of their id and are left out", words::rows(count));
        findings.push(Finding::new("superseded-rows", message).count(count).first_row(keys.number(first)));
    }
}

fn first_open(keys: &Keys, population: &[Population], settings: &Settings) -> Option<usize> {
    let as_of = words::days(settings.as_of);
    (0..keys.len()).find(|row| population[*row] == Superseded && keys.day(*row).is_none_or(|day| day <= as_of))
}

fn report_history(
    outcome: &[Option<bool>],
    population: &[Population],
    settings: &Settings,
    findings: &mut Vec<Finding>,
) {
    let Some(declared) = &settings.outcome else { return };
    let column = declared.column.as_str();
    let known = || outcome.iter().zip(population).filter(|(_, p)| **p == History).filter_map(|(event, _)| *event);
    let n = known().count();
    let n_adverse = known().filter(|event| *event).count();
    if n == 0 {
        let message = format!("no row has a known outcome in `{column}`, so there is nothing to learn from");
        let hint = format!("add past rows in which `{column}` is filled, or score with a saved model");
        findings.push(Finding::new("no-history", message).column(column).hint(hint));
        return;
    }
    if n_adverse == 0 || n_adverse == n {
        let what = if n_adverse == 0 { "favorable" } else { "adverse" };
        let message = format!("all {} known outcomes in `{column}` are {what}, expected both kinds", words::count(n));
        let hint = if declared.favorable.is_empty() {
            "name both: `adverse = […]` and `favorable = […]`"
        } else {
            "add past rows of both kinds, or look at `adverse` and `favorable`"
        };
        findings.push(Finding::new("one-class-outcome", message).column(column).count(n).hint(hint));
        return;
    }
    let fewest = n_adverse.min(n - n_adverse);
    if n < FEW_ROWS || fewest < FEW_CLASS {
        let message = format!(
            "history has {} with {} adverse and {} favorable: too few for firm figures (expected {FEW_ROWS} and \
             {FEW_CLASS} of either kind)",
            words::rows(n),
            words::count(n_adverse),
            words::count(n - n_adverse)
        );
        findings.push(Finding::new("few-outcomes", message).column(column).count(n));
    }
    if population.iter().all(|p| *p != Today) {
        let message = format!(
            "no outcome in `{column}` is open: {} of history are reported, each by a model that did not see it",
            words::rows(n)
        );
        findings.push(Finding::new("history-only", message).column(column).count(n));
    }
}
