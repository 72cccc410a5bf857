//! One stakeholder group as the page gets it.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::base::design::FeatureKind;
use crate::base::population::Population;
use crate::base::units::Band;
use crate::report::chart::{DriverPart, driver_parts};
use crate::report::tell::Teller;
use crate::report::tell::cover::{Marked, fair};
use crate::report::tell::fairness::fairness;
use crate::report::tell::rich::Rich;
use crate::report::view::{
    ActionView, AuditLine, ColumnView, DependenceView, FeatureView, GroupView, PortfolioView, PurposeView,
    ReliabilityBinView, SubjectView, ValueView,
};
use crate::report::words::Words;

/// Parts of a model that say how sure it is, or against what it is told: a what-if needs neither.
const NEEDLESS: [&str; 6] = ["errors", "counts", "error", "count", "background", "mean"];

#[derive(Serialize)]
pub struct Group<'a> {
    name: &'a str,
    title: String,
    subject: &'a str,
    plural: &'a str,
    population: Population,
    at_risk: &'static str,
    selected_from: Band,
    lead: Rich,
    has_money: bool,
    n_reported: usize,
    n_selected: usize,
    value_at_stake: Option<f64>,
    value_total: Option<f64>,
    n_selected_before: Option<usize>,
    value_at_stake_before: Option<f64>,
    compared: Option<String>,
    bands: Value,
    score_counts: &'a [u64],
    drivers: Vec<Driver>,
    drivers_note: Option<String>,
    features: &'a [FeatureView],
    dependence: &'a [DependenceView],
    reliability: &'a [ReliabilityBinView],
    rely: Vec<Rich>,
    fair: Vec<Marked>,
    fairness: Vec<Rich>,
    binding: &'a BTreeMap<String, f64>,
    audit: &'a [AuditLine],
    columns: Vec<Column<'a>>,
    subjects: Vec<Subject<'a>>,
    n_left_out: usize,
    left_out: Option<String>,
    cuts: Vec<Cut>,
    scorers: Option<Vec<Value>>,
    no_what_if: Option<String>,
    purpose: Option<&'a PurposeView>,
    limits: &'a [String],
}

#[derive(Serialize)]
struct Driver {
    label: String,
    detail: String,
    points: f64,
    is_shown: bool,
}

fn driver(part: DriverPart) -> Driver {
    let DriverPart { label, detail, points, is_shown } = part;
    Driver { label, detail, points, is_shown }
}

#[derive(Serialize)]
struct Column<'a> {
    name: &'a str,
    label: &'a str,
    unit: Option<&'a str>,
    pillar: Option<&'static str>,
    kind: &'static str,
    low: Option<f64>,
    high: Option<f64>,
    levels: &'a [String],
}

#[derive(Serialize)]
struct Cut {
    band: Band,
    /// In points.
    from: f64,
}

#[derive(Serialize)]
struct Subject<'a> {
    id: &'a str,
    time: Option<String>,
    rank: Option<u32>,
    score: f64,
    risk_low: Option<f64>,
    risk_high: Option<f64>,
    band: Band,
    selected: bool,
    selected_because: Option<&'a str>,
    value: Option<f64>,
    value_at_stake: Option<f64>,
    base_score: f64,
    /// Index into the group's scorers.
    scorer: Option<usize>,
    points: &'a [f64],
    values: &'a [ValueView],
    reasons: Vec<&'a str>,
    actions: &'a [ActionView],
}

impl<'a> Group<'a> {
    pub fn new(view: &PortfolioView, group: &'a GroupView, models: &[Value], words: &'a Words) -> Self {
        let teller = Teller { group, words };
        let change = group.change.filter(|_| view.compared.is_some());
        let (scorers, places) = scorers(group, models);
        let has_what_if = scorers.is_some();
        let n_left_out = group.n_reported.saturating_sub(group.top.len());
        let mut rely: Vec<Rich> = teller.ranking().into_iter().chain(teller.calibration()).map(Rich::new).collect();
        rely.extend(teller.reliance());
        rely.push(Rich::new(teller.model()));
        rely.push(Rich::default().muted(teller.tried_on()));
        Self {
            name: &group.name,
            title: teller.title(),
            subject: &group.subject,
            plural: &group.plural,
            population: group.population,
            at_risk: teller.at_risk(),
            selected_from: group.selected_from,
            lead: teller.lead(view.compared.as_ref()),
            has_money: group.value_at_stake.is_some(),
            n_reported: group.n_reported,
            n_selected: group.n_selected,
            value_at_stake: group.value_at_stake,
            value_total: group.value_total,
            n_selected_before: change.map(|change| change.n_selected_before),
            value_at_stake_before: change.and_then(|change| change.value_at_stake_before),
            compared: change.and(view.compared.as_ref()).map(|of| words.date(of.as_of)),
            bands: json!(group.bands),
            score_counts: &group.score_counts,
            drivers: driver_parts(group, words).into_iter().map(driver).collect(),
            drivers_note: teller.drivers_note(),
            features: &group.features,
            dependence: &group.dependence,
            reliability: &group.reliability,
            rely,
            fair: fair(std::slice::from_ref(group), words),
            fairness: fairness(&teller),
            binding: &group.binding,
            audit: &group.audit,
            columns: group.columns.iter().map(column).collect(),
            subjects: group.top.iter().map(|of| subject(of, &places)).collect(),
            n_left_out,
            left_out: left_out(group, n_left_out, words),
            cuts: group.bands.iter().map(|of| Cut { band: of.band, from: of.from }).collect(),
            scorers,
            no_what_if: (!has_what_if)
                .then(|| "A what-if of this model needs the program itself: trustrisk score.".to_owned()),
            purpose: group.purpose.as_ref(),
            limits: &group.limits,
        }
    }
}

fn left_out(group: &GroupView, n: usize, words: &Words) -> Option<String> {
    (n > 0).then(|| {
        format!(
            "The table holds the first {} of {} by {}; the others stand in {}/scores.csv.",
            words.count(group.top.len()),
            words.counted(group.n_reported, &group.subject, &group.plural),
            if group.population == Population::Today { "rank" } else { "score" },
            group.name
        )
    })
}

fn column(of: &ColumnView) -> Column<'_> {
    Column {
        name: &of.name,
        label: &of.label,
        unit: of.unit.as_deref().or((of.kind == FeatureKind::Date).then_some("days ago")),
        pillar: of.pillar.map(crate::base::units::Pillar::name),
        kind: match of.kind {
            FeatureKind::Level => "level",
            FeatureKind::Boolean => "boolean",
            FeatureKind::Number | FeatureKind::Date => "number",
        },
        low: of.low,
        high: of.high,
        levels: &of.levels,
    }
}

fn subject<'a>(of: &'a SubjectView, places: &BTreeMap<u16, usize>) -> Subject<'a> {
    Subject {
        id: &of.id,
        time: of.time.map(|time| time.to_string()),
        rank: of.rank,
        score: of.score,
        risk_low: of.risk_low,
        risk_high: of.risk_high,
        band: of.band,
        selected: of.selected,
        selected_because: of.selected_because.as_deref(),
        value: of.value,
        value_at_stake: of.value_at_stake,
        base_score: of.base_score,
        scorer: places.get(&of.scorer).copied(),
        points: &of.points,
        values: &of.values,
        reasons: of.reasons.iter().map(|reason| reason.sentence.as_str()).collect(),
        actions: &of.actions,
    }
}

/// The models that scored the listed subjects, without what a what-if does not need, and the place of each; `None` where one
/// of them is made of trees.
fn scorers(group: &GroupView, models: &[Value]) -> (Option<Vec<Value>>, BTreeMap<u16, usize>) {
    let mut used: Vec<u16> = group.top.iter().map(|subject| subject.scorer).collect();
    used.sort_unstable();
    used.dedup();
    let places: BTreeMap<u16, usize> = used.iter().copied().zip(0usize..).collect();
    let lean = |scorer: &u16| {
        let of = models.get(usize::from(*scorer)).filter(|of| of["model"].get("trees").is_none())?;
        let mut lean = Map::new();
        lean.insert("calibrator".to_owned(), of["calibrator"].clone());
        let mut model = stripped(&of["model"]);
        // a model that learned nothing has no terms
        if let Some(fields) = model.as_object_mut() {
            fields.entry("terms").or_insert_with(|| json!([]));
        }
        lean.insert("model".to_owned(), model);
        Some(Value::Object(lean))
    };
    (used.iter().map(lean).collect::<Option<Vec<Value>>>().filter(|all| !all.is_empty()), places)
}

fn stripped(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            let kept = fields.iter().filter(|(name, _)| !NEEDLESS.contains(&name.as_str()));
            Value::Object(kept.map(|(name, value)| (name.clone(), stripped(value))).collect())
        }
        Value::Array(items) => Value::Array(items.iter().map(stripped).collect()),
        other => other.clone(),
    }
}
