//! From results to what the pages show.

mod audit;
mod card;
mod change;
mod drivers;
mod frontier;
mod held;
mod overall;
mod people;
mod subjects;
mod todo;

use std::collections::{BTreeMap, HashSet};

use self::audit::{audit_lines, changed_verdicts};
use self::card::card;
use self::change::change;
use self::drivers::{drivers, features};
use self::held::{hits, isotonic, profit_point, validation_view};
use self::people::{People, at_stake, bands};
pub use self::subjects::singles;
use self::subjects::{columns, subject};
use self::todo::todo;
use super::audited::Audited;
use super::explained::Explained;
use super::group::Judgement;
use super::naming::Naming;
use super::rows::{Told, n_listed};
use super::terms;
use crate::audit::verdict;
use crate::base::Finding;
use crate::base::population::Population;
use crate::config::{Plan, Stakeholders};
use crate::explain::{self, Sums, humanize};
use crate::govern::Compared;
use crate::report::view::{ComparedView, GroupView, PortfolioView, PurposeView, ReliabilityBinView};
use crate::report::words::{self, RESEMBLES};
use crate::score::STATEMENT;

/// The file that holds the view, from which pages can be printed again.
pub const FILE: &str = "view.json";

/// The portfolio's pages: all groups that could be done.
pub fn portfolio(
    plan: &Plan,
    run: &str,
    results_sha256: String,
    compared: Option<&Compared>,
    findings: Vec<Finding>,
) -> PortfolioView {
    PortfolioView {
        title: plan.portfolio.title.clone(),
        name: plan.portfolio.name.clone(),
        as_of: plan.portfolio.as_of,
        currency: plan.portfolio.currency.clone(),
        locale: plan.portfolio.locale.clone(),
        run: run.to_owned(),
        results_sha256,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        compared: compared.map(|compared| ComparedView { run: compared.run.clone(), as_of: compared.as_of }),
        groups: Vec::new(),
        findings,
    }
}

/// One group's pages.
pub fn group(
    plan: &Plan,
    stakeholders: &Stakeholders,
    judgement: &Judgement,
    audited: &Audited,
    (told, explained, plans): (&Told, &Explained, &BTreeMap<u32, Vec<explain::Plan>>),
    compared: Option<&Compared>,
    findings: &[Finding],
) -> GroupView {
    let Judgement { table, judged, validated, .. } = judgement;
    let people = People::of(judgement);
    let n_of = |population| table.population.iter().filter(|of| **of == population).count();
    let (precision, recall) = hits(judgement);
    let mean = |sums: &Sums| sums.mean(sums.score);
    let profit = validated.decision.profit.as_ref();
    GroupView {
        name: stakeholders.name.clone(),
        subject: stakeholders.subject.clone(),
        plural: words::plural(&stakeholders.subject),
        verb: stakeholders.words.verb.clone(),
        horizon: stakeholders.words.horizon.clone(),
        population: judged.reported,
        n_today: n_of(Population::Today),
        n_history: n_of(Population::History),
        n_outcomes: n_outcomes(judgement),
        n_columns: judgement.table.columns.len(),
        n_sources: stakeholders.load.sources.len(),
        n_audited: (!audited.rows.is_empty()).then_some(audited.rows.len()),
        verdicts: verdict::count(&audited.public),
        binding: stakeholders.audit.limits.clone(),
        n_reported: people.all.len(),
        bands: bands(judgement, &people),
        n_selected: people.selected().count(),
        selected_from: stakeholders.score.selected_from,
        effect: stakeholders.score.effect,
        value_at_stake: at_stake(people.has_value, people.selected()),
        value_total: people.has_value.then(|| people.all.iter().filter_map(|person| person.value).sum()),
        mean_score: mean(&told.all),
        mean_score_at_risk: mean(&told.at_risk),
        drivers: drivers(stakeholders, judgement, told),
        features: features(stakeholders, judgement, told),
        top: told
            .top
            .iter()
            .take(n_listed(judgement.design.features.len()))
            .map(|top| subject(stakeholders, judgement, top))
            .collect(),
        todo: todo(stakeholders, judgement, plans),
        columns: columns(stakeholders, judgement),
        labels: table.columns.iter().map(|of| (of.name.clone(), label(stakeholders, &of.name))).collect(),
        card: card(stakeholders.load.sql.is_some(), judgement, &|message| {
            message_in_words(message, stakeholders, judgement)
        }),
        profit: profit.map(|profit| profit.curve.iter().map(profit_point).collect()).unwrap_or_default(),
        profit_at_cut: profit.map(|profit| profit_point(&profit.at_cut)),
        frontier: frontier::frontiers(stakeholders, &audited.mitigations_published(stakeholders)),
        terms: terms::terms(stakeholders, judgement),
        dependence: overall::dependence(stakeholders, judgement, explained),
        swarm: overall::swarm(stakeholders, judgement, told),
        interactions: overall::interactions(stakeholders, explained),
        profiles: overall::profiles(stakeholders, explained),
        cohorts: overall::cohorts(stakeholders, explained),
        validation: validation_view(judgement),
        precision,
        recall,
        reliability: validated
            .reliability
            .iter()
            .map(|bin| ReliabilityBinView {
                n: bin.n,
                predicted: bin.mean_risk,
                observed: bin.rate,
                low: bin.low,
                high: bin.high,
            })
            .collect(),
        isotonic: isotonic(judgement),
        score_counts: people.histogram(),
        audit: audit_lines(stakeholders, audited),
        purpose: stakeholders.purpose.as_ref().map(|purpose| PurposeView {
            purpose: purpose.purpose.clone(),
            decides: Some(purpose.decides.clone()),
            contact: Some(purpose.contact.clone()),
        }),
        change: compared.and_then(|compared| change(compared, &stakeholders.name, judgement)),
        changed_verdicts: changed_verdicts(stakeholders, audited),
        limits: limits(plan, stakeholders, judgement),
        findings: nameless(plan, stakeholders, judgement, findings),
    }
}

/// Findings as the pages tell them: columns by their labels, and without ids where pages call subjects otherwise.
fn nameless(plan: &Plan, stakeholders: &Stakeholders, judgement: &Judgement, findings: &[Finding]) -> Vec<Finding> {
    let told = findings.iter().map(|finding| in_words(finding, stakeholders, judgement));
    if !Naming::new(&plan.portfolio, stakeholders).is_other() {
        return told.collect();
    }
    let ids: HashSet<&str> = judgement.table.ids.iter().map(String::as_str).collect();
    let hide = |part: &str| if ids.contains(part) { "…".to_owned() } else { part.to_owned() };
    told.map(|finding| {
        let message = finding.message.split('`').map(hide).collect::<Vec<String>>().join("`");
        Finding { message, ..finding }
    })
    .collect()
}

/// A finding with columns by their labels.
fn in_words(finding: &Finding, stakeholders: &Stakeholders, judgement: &Judgement) -> Finding {
    Finding { message: message_in_words(&finding.message, stakeholders, judgement), ..finding.clone() }
}

/// A message with labels in the place of columns' names.
fn message_in_words(message: &str, stakeholders: &Stakeholders, judgement: &Judgement) -> String {
    let is_column = |name: &str| judgement.table.columns.iter().any(|column| column.name == name);
    let tell = |(place, part): (usize, &str)| {
        if place % 2 == 1 && is_column(part) { label(stakeholders, part) } else { part.to_owned() }
    };
    message.split('`').enumerate().map(tell).collect::<Vec<String>>().join("`")
}

/// Rows of history with the outcome.
fn n_outcomes(judgement: &Judgement) -> usize {
    let rows = judgement.table.rows_of(Population::History).into_iter();
    rows.filter(|&row| judgement.table.outcome[row as usize] == Some(true)).count()
}

pub(super) fn label(stakeholders: &Stakeholders, name: &str) -> String {
    let words = stakeholders.explain.words.get(name);
    words.and_then(|words| words.label.clone()).unwrap_or_else(|| humanize(name))
}

/// What the numbers cannot tell.
fn limits(plan: &Plan, stakeholders: &Stakeholders, judgement: &Judgement) -> Vec<String> {
    let mut limits = Vec::new();
    limits.push(RESEMBLES.to_owned());
    if judgement.judged.reported == Population::History {
        limits.push(format!(
            "No outcome is open in the table, so the figures describe past {}; each is scored by a model that did not see it.",
            words::plural(&stakeholders.subject)
        ));
    }
    if judgement.table.times.is_none() {
        limits.push("Past and present are taken to be alike: the table has no time by which to check that.".to_owned());
    }
    if stakeholders.features.sensitive.is_empty() {
        limits.push("No protected group is declared, so nothing is known of how groups fare.".to_owned());
    } else {
        limits.push(
            "The audit answers for the limits that were set and the groups that are large enough; it proves no fairness."
                .to_owned(),
        );
    }
    if judgement.validated.decision.profit.is_some() {
        limits.push(STATEMENT.to_owned());
    }
    limits.push(format!(
        "Scores hold as of {}; they age as the business changes.",
        plan.portfolio.as_of.format("%-d %B %Y")
    ));
    limits
}
