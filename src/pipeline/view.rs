//! From results to what the pages show.

use std::collections::BTreeMap;

use serde_json::Value;

use super::group::{Audited, Judgement, Origin};
use super::rows::{Sums, Told, Top};
use super::terms;
use crate::audit::Row;
use crate::base::Finding;
use crate::base::population::Population;
use crate::base::units::{Band, Family, Pillar};
use crate::config::{Plan, Stakeholders};
use crate::explain::humanize;
use crate::govern::{self, Compared};
use crate::report::view::{
    AuditLine, BandView, ChangeView, ComparedView, DriverView, FeatureView, GroupView, PortfolioView, ProfitPointView,
    PurposeView, RateView, ReasonView, ReliabilityBinView, SubjectView, ValidationView,
};
use crate::report::words;
use crate::score::{ProfitPoint, STATEMENT};
use crate::stats::interval::wilson;
use crate::stats::isotonic::Isotonic;

/// The file that holds the view, from which pages can be printed again.
pub const FILE: &str = "view.json";

/// The portfolio's pages: all groups that could be done.
pub fn portfolio(
    plan: &Plan,
    run: &str,
    results_sha256: String,
    compared: Option<&Compared>,
    groups: Vec<GroupView>,
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
        groups,
        findings,
    }
}

/// One group's pages.
pub fn group(
    plan: &Plan,
    stakeholders: &Stakeholders,
    judgement: &Judgement,
    audited: &Audited,
    told: &Told,
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
        top: told.top.iter().map(|top| subject(stakeholders, judgement, top)).collect(),
        profit: profit.map(|profit| profit.curve.iter().map(profit_point).collect()).unwrap_or_default(),
        profit_at_cut: profit.map(|profit| profit_point(&profit.at_cut)),
        terms: terms::terms(stakeholders, judgement),
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
        change: compared.and_then(|compared| change(compared, &stakeholders.name)),
        limits: limits(plan, stakeholders, judgement),
        findings: findings.iter().map(|finding| in_words(finding, stakeholders, judgement)).collect(),
    }
}

/// A finding as the pages tell it: columns by their labels.
fn in_words(finding: &Finding, stakeholders: &Stakeholders, judgement: &Judgement) -> Finding {
    let is_column = |name: &str| judgement.table.columns.iter().any(|column| column.name == name);
    let parts = finding.message.split('`').enumerate();
    let told: Vec<String> = parts
        .map(
            |(place, part)| if place % 2 == 1 && is_column(part) { label(stakeholders, part) } else { part.to_owned() },
        )
        .collect();
    Finding { message: told.join("`"), ..finding.clone() }
}

/// Rows of history with the outcome.
fn n_outcomes(judgement: &Judgement) -> usize {
    let rows = judgement.table.rows_of(Population::History).into_iter();
    rows.filter(|&row| judgement.table.outcome[row as usize] == Some(true)).count()
}

/// A reported subject that has a score.
struct Person {
    risk: f64,
    value: Option<f64>,
    band: Band,
    is_selected: bool,
}

struct People {
    all: Vec<Person>,
    has_value: bool,
}

impl People {
    fn of(judgement: &Judgement) -> Self {
        let Judgement { table, judged, .. } = judgement;
        let person = |row: u32| {
            let risk = judged.risk[row as usize]?;
            let value = table.value.as_ref().and_then(|value| value[row as usize]);
            let is_selected = risk >= judged.selected_from;
            Some(Person { risk, value, band: judged.cuts.band(risk), is_selected })
        };
        let all = table.rows_of(judged.reported).into_iter().filter_map(person).collect();
        Self { all, has_value: table.value.is_some() }
    }

    fn selected(&self) -> impl Iterator<Item = &Person> {
        self.all.iter().filter(|person| person.is_selected)
    }

    /// Subjects per point of score.
    fn histogram(&self) -> Vec<u64> {
        let mut counts = vec![0; 100];
        for person in &self.all {
            // a risk of 1 belongs to the last bin
            let bin = ((100.0 * person.risk) as usize).min(99);
            counts[bin] += 1;
        }
        counts
    }
}

fn at_stake<'a>(has_value: bool, people: impl Iterator<Item = &'a Person>) -> Option<f64> {
    has_value.then(|| people.filter_map(|person| Some(person.risk * person.value?)).sum())
}

fn bands(judgement: &Judgement, people: &People) -> Vec<BandView> {
    let cuts = &judgement.judged.cuts;
    let view = |band: Band| {
        let members = || people.all.iter().filter(move |person| person.band == band);
        let from = (100.0 * cuts.from(band)).min(100.0);
        BandView { band, from, n: members().count(), value_at_stake: at_stake(people.has_value, members()) }
    };
    cuts.bands().into_iter().map(view).collect()
}

/// Of past subjects at risk, those with the outcome; of those with the outcome, the ones at risk.
fn hits(judgement: &Judgement) -> (Option<RateView>, Option<RateView>) {
    let (risks, outcomes, _) = judgement.judged.history(&judgement.table);
    let selected = |risk: f64| risk >= judgement.judged.selected_from;
    let n_selected = risks.iter().filter(|risk| selected(**risk)).count() as u64;
    let n_outcomes = outcomes.iter().filter(|outcome| **outcome).count() as u64;
    let n_hit = risks.iter().zip(&outcomes).filter(|(risk, outcome)| **outcome && selected(**risk)).count() as u64;
    let rate = |denominator: u64| {
        let (low, high) = wilson(n_hit, denominator, 0.95)?;
        Some(RateView { numerator: n_hit, denominator, low, high })
    };
    (rate(n_selected), rate(n_outcomes))
}

/// The steps that fit history best without ever falling.
fn isotonic(judgement: &Judgement) -> Vec<(f64, f64)> {
    let (risks, outcomes, _) = judgement.judged.history(&judgement.table);
    let blocks = Isotonic::fit(&risks, &outcomes).map_or_else(Vec::new, |fit| fit.blocks);
    blocks.iter().flat_map(|block| [(block.low, block.rate()), (block.high, block.rate())]).collect()
}

fn pillar(stakeholders: &Stakeholders, name: &str) -> Option<Pillar> {
    stakeholders.explain.words.get(name).and_then(|words| words.pillar)
}

pub(super) fn label(stakeholders: &Stakeholders, name: &str) -> String {
    let words = stakeholders.explain.words.get(name);
    words.and_then(|words| words.label.clone()).unwrap_or_else(|| humanize(name))
}

/// Mean points of those at risk minus mean points of all.
fn drive(told: &Told, feature: usize) -> Option<f64> {
    Some(told.at_risk.mean(told.at_risk.points[feature])? - told.all.mean(told.all.points[feature])?)
}

fn drivers(stakeholders: &Stakeholders, judgement: &Judgement, told: &Told) -> Vec<DriverView> {
    let mut by_pillar: BTreeMap<Option<Pillar>, f64> = BTreeMap::new();
    for (feature, source) in judgement.design.features.iter().enumerate() {
        let Some(points) = drive(told, feature) else { return Vec::new() };
        *by_pillar.entry(pillar(stakeholders, &source.name)).or_default() += points;
    }
    let bar = |(pillar, points): (Option<Pillar>, f64)| {
        let label = pillar.map_or("unassigned", Pillar::name).to_owned();
        DriverView { label, pillar, points }
    };
    let mut drivers: Vec<DriverView> = by_pillar.into_iter().map(bar).collect();
    drivers.sort_by(|a, b| b.pillar.is_some().cmp(&a.pillar.is_some()).then(b.points.total_cmp(&a.points)));
    let base = |sums: &Sums| sums.mean(sums.base_score).unwrap_or_default();
    let between_folds = base(&told.at_risk) - base(&told.all);
    if between_folds.abs() > 1e-9 {
        drivers.push(DriverView { label: "between folds".to_owned(), pillar: None, points: between_folds });
    }
    drivers
}

fn features(stakeholders: &Stakeholders, judgement: &Judgement, told: &Told) -> Vec<FeatureView> {
    let view = |(feature, source): (usize, &crate::base::design::Feature)| FeatureView {
        label: label(stakeholders, &source.name),
        pillar: pillar(stakeholders, &source.name),
        importance: told.all.mean(told.all.size[feature]).unwrap_or_default(),
        drive: drive(told, feature),
    };
    let mut features: Vec<FeatureView> = judgement.design.features.iter().enumerate().map(view).collect();
    features.sort_by(|a, b| b.importance.total_cmp(&a.importance).then_with(|| a.label.cmp(&b.label)));
    features
}

fn subject(stakeholders: &Stakeholders, judgement: &Judgement, top: &Top) -> SubjectView {
    let Judgement { table, judged, design, .. } = judgement;
    let row = top.row as usize;
    let risk = top.score / 100.0;
    let value = table.value.as_ref().and_then(|value| value[row]);
    SubjectView {
        id: table.ids[row].clone(),
        score: top.score,
        risk_low: judged.range[row].map(|range| range.0),
        risk_high: judged.range[row].map(|range| range.1),
        band: judged.cuts.band(risk),
        value,
        value_at_stake: value.map(|value| risk * value),
        base_score: top.base_score,
        reasons: top
            .reasons
            .iter()
            .map(|reason| ReasonView {
                sentence: reason.sentence.clone(),
                label: label(stakeholders, &design.features[reason.feature].name),
                points: reason.points,
            })
            .collect(),
        rest_points: top.rest_points,
    }
}

fn profit_point(point: &ProfitPoint) -> ProfitPointView {
    let profit = point.by_outcomes.value.unwrap_or_default();
    let (low, high) = (point.by_outcomes.low.unwrap_or(profit), point.by_outcomes.high.unwrap_or(profit));
    ProfitPointView { share: point.share, profit, low, high }
}

fn validation_view(judgement: &Judgement) -> ValidationView {
    let validation = &judgement.validated.all;
    let told = match &judgement.origin {
        Origin::Trained { told, .. } => Some(told),
        Origin::Reused(_) => None,
    };
    ValidationView {
        family: judgement.judged.family().unwrap_or(Family::Logistic),
        best_family: told.filter(|told| told.choice.is_free).map(|told| told.choice.best),
        fold_families: judgement.origin.fold_families(),
        n_families: told.map_or(0, |told| told.families.iter().filter(|of| of.is_compared()).count()),
        more_history: told.and_then(|told| told.curve.as_ref()).and_then(|curve| curve.more_history),
        n: usize::try_from(validation.n_history).unwrap_or(usize::MAX),
        n_outcomes: usize::try_from(validation.n_outcomes).unwrap_or(usize::MAX),
        auc: validation.auc,
        average_precision: validation.average_precision,
        brier: validation.brier,
        log_loss: validation.log_loss,
        ece: validation.ece,
        calibration_slope: validation.calibration_slope,
        calibration_intercept: validation.calibration_intercept,
    }
}

/// The public rows; hidden groups of a feature stand as one line where they may be told together.
fn audit_lines(stakeholders: &Stakeholders, audited: &Audited) -> Vec<AuditLine> {
    let same = |a: &Row, b: &Row| (&a.metric, &a.feature, a.population) == (&b.metric, &b.feature, b.population);
    let mut pooled: Vec<Option<&Row>> = audited.pooled.iter().map(Some).collect();
    let mut line = |row: &Row| {
        let together = audited.pooled.iter().position(|pooled| row.suppressed && same(pooled, row));
        match together {
            // the first hidden group makes room for all
            Some(at) => pooled[at].take().map(|pooled| audit_line(stakeholders, pooled)),
            None => Some(audit_line(stakeholders, row)),
        }
    };
    audited.public.iter().filter_map(&mut line).collect()
}

fn audit_line(stakeholders: &Stakeholders, row: &Row) -> AuditLine {
    let parts: Vec<String> = row.feature.split(" × ").map(|column| label(stakeholders, column)).collect();
    let whole = |number: Option<f64>| number.filter(|number| *number >= 0.0).map(|number| number.round() as u64);
    AuditLine {
        n_columns: parts.len(),
        feature: parts.join(" × "),
        group: row.group.clone(),
        metric: row.metric.clone(),
        population: row.population,
        n: row.n,
        numerator: whole(row.numerator),
        denominator: whole(row.denominator),
        value: row.value,
        low: row.low,
        high: row.high,
        ratio: row.ratio,
        reference: row.reference.clone(),
        suppressed: row.suppressed,
    }
}

/// The compared run's figures of the same group, from its view.
fn change(compared: &Compared, name: &str) -> Option<ChangeView> {
    let view: Value = serde_json::from_str(&govern::read_text(&compared.path, FILE).ok()?).ok()?;
    let group = view["groups"].as_array()?.iter().find(|group| group["name"] == name)?;
    Some(ChangeView {
        n_selected_before: usize::try_from(group["n_selected"].as_u64()?).ok()?,
        value_at_stake_before: group["value_at_stake"].as_f64(),
    })
}

/// What the numbers cannot tell.
fn limits(plan: &Plan, stakeholders: &Stakeholders, judgement: &Judgement) -> Vec<String> {
    let mut limits = Vec::new();
    limits.push("A score says whom somebody resembles in the past, not what would change the outcome.".to_owned());
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
            "Rates by group are counts with intervals; whether a difference is more than chance is not judged here."
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
