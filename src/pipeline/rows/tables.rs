//! A block of rows as tables.

use std::collections::BTreeMap;

use chrono::TimeDelta;

use super::super::names;
use super::{Explained, Scored, Told};
use crate::base::design::{FeatureKind, Values};
use crate::base::population::Population;
use crate::base::units::Pillar;
use crate::explain::{self, Plan, Reason, Wording};
use crate::report::tables::{Block, Cells};

/// Reasons that have columns of their own.
const N_REASONS: usize = 5;
/// Likewise of actions.
const N_ACTIONS: usize = 3;

/// The columns of each pillar, and of none last; empty where no column has a pillar.
pub(super) fn pillars(scored: &Scored<'_>) -> Vec<(String, Vec<usize>)> {
    let mut members: BTreeMap<(bool, Option<Pillar>), Vec<usize>> = BTreeMap::new();
    for (column, feature) in scored.design.features.iter().enumerate() {
        let pillar = scored.settings.pillar(&feature.name);
        members.entry((pillar.is_none(), pillar)).or_default().push(column);
    }
    let has_any = members.keys().any(|(_, pillar)| pillar.is_some());
    let name = |pillar: Option<Pillar>| pillar.map_or("unassigned", Pillar::name).to_owned();
    members.into_iter().filter(|_| has_any).map(|((_, pillar), columns)| (name(pillar), columns)).collect()
}

impl Explained {
    /// A number for each row that has a score.
    fn numbers(&self, get: impl Fn(usize) -> f64) -> Cells {
        if self.scored.len() == self.place.len() {
            return Cells::Known((0..self.scored.len()).map(get).collect());
        }
        Cells::Number(self.place.iter().map(|place| place.map(&get)).collect())
    }

    pub(super) fn score_table(
        &self,
        scored: &Scored<'_>,
        rows: &[u32],
        told: &Told,
        reasons: &[Vec<Reason>],
        wording: &Wording<'_>,
    ) -> Block {
        let (table, judged, of) = (scored.table, scored.judged, &self.attributions);
        let each =
            |get: &dyn Fn(usize) -> Option<f64>| Cells::Number(rows.iter().map(|&row| get(row as usize)).collect());
        let value = |row: usize| table.value.as_ref().and_then(|value| value[row]);
        let mut columns = key(scored, rows);
        let mut add = |name: &str, cells: Cells| columns.push((name.to_owned(), cells));
        let is_history = |row: usize| table.population[row] == Population::History;
        add("history", Cells::Flag(rows.iter().map(|&row| Some(is_history(row as usize))).collect()));
        let outcome = |row: usize| table.outcome[row].filter(|_| is_history(row)).map(i64::from);
        add("outcome", Cells::Integer(rows.iter().map(|&row| outcome(row as usize)).collect()));
        let fold = |row: usize| judged.scorer[row].filter(|_| is_history(row)).map(i64::from);
        add("fold", Cells::Integer(rows.iter().map(|&row| fold(row as usize)).collect()));
        add("margin", self.numbers(|place| of.margin[place]));
        add("risk", each(&|row| judged.risk[row]));
        add("risk_low", each(&|row| judged.range[row].map(|range| range.0)));
        add("risk_high", each(&|row| judged.range[row].map(|range| range.1)));
        add("score", self.numbers(|place| of.score[place]));
        let band = |row: usize| judged.risk[row].map(|risk| judged.cuts.band(risk).name().to_owned());
        add("band", Cells::Text(rows.iter().map(|&row| band(row as usize)).collect()));
        add("selected", Cells::Flag(rows.iter().map(|&row| judged.is_selected(row as usize)).collect()));
        if let Some(by_group) = &judged.by_group {
            let why = |row: &u32| by_group.why(judged.risk[*row as usize]?, *row as usize, judged.selected_from);
            add("selected_because", Cells::Text(rows.iter().map(why).collect()));
        }
        let cohort = |row: &u32| told.cohort[*row as usize].map(|cohort| i64::from(cohort) + 1);
        add("cohort", Cells::Integer(rows.iter().map(cohort).collect()));
        add("rank", Cells::Integer(rows.iter().map(|&row| judged.rank[row as usize].map(i64::from)).collect()));
        if scored.naming.is_other() {
            add("page_name", Cells::Text(rows.iter().map(|&row| Some(scored.name_of(row))).collect()));
        }
        add("value", each(&value));
        add("value_at_stake", each(&|row| Some(judged.risk[row]? * value(row)?)));
        add("base_score", self.numbers(|place| of.base_score[place]));
        for number in 0..N_REASONS {
            let reason = |place: &Option<usize>| place.and_then(|place| reasons[place].get(number));
            let feature = |reason: &Reason| scored.design.features[reason.feature].name.clone();
            let sentences = self.place.iter().map(|place| reason(place).map(|reason| reason.sentence.clone()));
            add(&format!("reason_{}", number + 1), Cells::Text(sentences.collect()));
            let features = self.place.iter().map(|place| reason(place).map(feature));
            add(&format!("reason_{}_feature", number + 1), Cells::Text(features.collect()));
            let points = self.place.iter().map(|place| reason(place).map(|reason| reason.points));
            add(&format!("reason_{}_points", number + 1), Cells::Number(points.collect()));
        }
        for number in 0..N_ACTIONS {
            let plan = |row: &u32| scored.plans.get(row).and_then(|plans| plans.get(number));
            let numbers = |get: fn(&Plan) -> f64| Cells::Number(rows.iter().map(|row| plan(row).map(get)).collect());
            let sentence = |(row, place): (&u32, &Option<usize>)| {
                let score = of.score[(*place)?];
                Some(wording.action(*row as usize, score, plan(row)?, scored.settings))
            };
            let name = format!("action_{}", number + 1);
            add(&name, Cells::Text(rows.iter().zip(&self.place).map(sentence).collect()));
            add(&format!("{name}_score"), numbers(|plan| plan.score));
            add(&format!("{name}_cost"), numbers(|plan| plan.cost));
            let proofs = rows.iter().map(|row| plan(row).map(|plan| explain::proof(plan.proof)));
            add(&format!("{name}_proof"), Cells::Text(proofs.collect()));
        }
        Block { columns }
    }

    pub(super) fn points_table(&self, scored: &Scored<'_>, rows: &[u32]) -> Block {
        let of = &self.attributions;
        let head = [
            ("base_score", self.numbers(|place| of.base_score[place])),
            ("score", self.numbers(|place| of.score[place])),
        ];
        self.attribution_table(scored, rows, head, &of.points)
    }

    /// What the models read of every row, dates as dates again.
    pub(super) fn features_table(scored: &Scored<'_>, rows: &[u32]) -> Block {
        let mut columns = key(scored, rows);
        let sources: Vec<&str> = scored.design.features.iter().map(|feature| feature.name.as_str()).collect();
        let names = names::beside(columns.iter().map(|(name, _)| name.as_str()), &sources);
        for (name, feature) in names.into_iter().zip(&scored.design.features) {
            let cells = match &feature.values {
                Values::Numbers { .. } if feature.kind == FeatureKind::Date => {
                    let day = |row: &u32| {
                        let days = feature.values.number(*row as usize)?;
                        scored.time_of(*row).checked_sub_signed(TimeDelta::try_days(days as i64)?)
                    };
                    Cells::Date(rows.iter().map(day).collect())
                }
                Values::Numbers { .. } => {
                    Cells::Number(rows.iter().map(|row| feature.values.number(*row as usize)).collect())
                }
                Values::Levels { .. } => {
                    let level = |row: &u32| feature.values.level(*row as usize).map(str::to_owned);
                    Cells::Text(rows.iter().map(level).collect())
                }
            };
            columns.push((name, cells));
        }
        Block { columns }
    }

    /// Points folded into pillars: each the exact sum of its columns.
    pub(super) fn pillars_table(&self, scored: &Scored<'_>, rows: &[u32], pillars: &[(String, Vec<usize>)]) -> Block {
        let of = &self.attributions;
        let mut columns = key(scored, rows);
        columns.push(("base_score".to_owned(), self.numbers(|place| of.base_score[place])));
        columns.push(("score".to_owned(), self.numbers(|place| of.score[place])));
        for (name, members) in pillars {
            let sum = |place: usize| members.iter().map(|column| of.points[[place, *column]]).sum();
            columns.push((name.clone(), self.numbers(sum)));
        }
        Block { columns }
    }

    pub(super) fn margins_table(&self, scored: &Scored<'_>, rows: &[u32]) -> Block {
        let of = &self.attributions;
        let head = [
            ("base_margin", self.numbers(|place| of.base_margin[place])),
            ("margin", self.numbers(|place| of.margin[place])),
        ];
        self.attribution_table(scored, rows, head, &of.margins)
    }

    fn attribution_table(
        &self,
        scored: &Scored<'_>,
        rows: &[u32],
        head: [(&str, Cells); 2],
        values: &ndarray::Array2<f64>,
    ) -> Block {
        let mut columns = key(scored, rows);
        columns.extend(head.into_iter().map(|(name, cells)| (name.to_owned(), cells)));
        let sources: Vec<&str> = scored.design.features.iter().map(|feature| feature.name.as_str()).collect();
        let names = names::beside(columns.iter().map(|(name, _)| name.as_str()), &sources);
        for (name, values) in names.into_iter().zip(values.columns()) {
            columns.push((name, self.numbers(|place| values[place])));
        }
        Block { columns }
    }
}

fn key(scored: &Scored<'_>, rows: &[u32]) -> Vec<(String, Cells)> {
    let table = scored.table;
    let ids = rows.iter().map(|&row| Some(table.ids[row as usize].clone())).collect();
    let mut columns = vec![(table.id_name.clone(), Cells::Text(ids))];
    if let (Some(name), Some(times)) = (&table.time_name, &table.times) {
        columns.push((name.clone(), Cells::Date(rows.iter().map(|&row| Some(times[row as usize])).collect())));
    }
    columns
}
