//! What the explanations say of many subjects, as the pages show it.

use super::super::explained::{BandProfile, Explained};
use super::super::group::Judgement;
use super::super::rows::Told;
use super::label;
use crate::base::calibrator::Calibrator;
use crate::base::design::FeatureKind;
use crate::base::units::Pillar;
use crate::config::Stakeholders;
use crate::explain::{Bin, Dependence, Interaction};
use crate::report::view::{
    CohortReasonView, CohortView, DependenceBinView, DependenceView, InteractionView, ProfileView, SwarmView,
};

/// Columns of which single subjects are drawn.
const N_SWARMS: usize = 8;
/// Columns of a profile that stand for themselves where there are no pillars.
const N_SHARES: usize = 6;

pub(super) fn dependence(
    stakeholders: &Stakeholders,
    judgement: &Judgement,
    explained: &Explained,
) -> Vec<DependenceView> {
    let Some(last) = judgement.judged.scorers.last() else { return Vec::new() };
    let points = Points { calibrator: last.calibrator, base: explained.base_margin() };
    let n_min = stakeholders.audit.min_group;
    let view = |of: &Dependence| DependenceView {
        label: label(stakeholders, &of.feature),
        unit: match of.kind {
            FeatureKind::Date => Some("days ago".to_owned()),
            _ => stakeholders.explain.words.get(&of.feature).and_then(|words| words.unit.clone()),
        },
        // what so few have in common would point at them
        bins: of.bins.iter().filter(|bin| bin.n >= n_min).map(|bin| bin_view(bin, of.kind)).collect(),
        effects: of.effects.iter().map(|(at, effect)| (*at, points.of(*effect))).collect(),
    };
    explained.dependence.iter().map(view).collect()
}

/// What a change of the margin is worth, seen from the starting point.
struct Points {
    calibrator: Calibrator,
    base: f64,
}

impl Points {
    fn of(&self, effect: f64) -> f64 {
        100.0 * (self.calibrator.value(self.base + effect) - self.calibrator.value(self.base))
    }
}

fn bin_view(bin: &Bin, kind: FeatureKind) -> DependenceBinView {
    let range = bin.from.zip(bin.to);
    // an answer reads as a level
    let answer = range.filter(|_| kind == FeatureKind::Boolean).map(|(from, _)| if from == 0.0 { "no" } else { "yes" });
    DependenceBinView {
        range: range.filter(|_| answer.is_none()),
        level: answer.map(str::to_owned).or_else(|| bin.level.clone()),
        n: bin.n,
        points: bin.points,
        low: bin.low,
        high: bin.high,
    }
}

pub(super) fn interactions(stakeholders: &Stakeholders, explained: &Explained) -> Vec<InteractionView> {
    let view = |of: &Interaction| InteractionView {
        labels: of.features.each_ref().map(|name| label(stakeholders, name)),
        points: of.points,
    };
    explained.interactions.pairs.iter().map(view).collect()
}

pub(super) fn profiles(stakeholders: &Stakeholders, explained: &Explained) -> Vec<ProfileView> {
    let has_pillars = explained.profiles.iter().any(|of| of.profile.pillars.iter().any(|of| of.pillar.is_some()));
    let shown = most_different(&explained.profiles);
    let view = |of: &BandProfile| ProfileView {
        band: of.band,
        n: of.profile.n,
        score: of.profile.score,
        base_score: of.profile.base_score,
        shares: if has_pillars { by_pillar(of) } else { by_column(stakeholders, of, &shown) },
    };
    explained.profiles.iter().map(view).collect()
}

fn by_pillar(of: &BandProfile) -> Vec<(String, f64)> {
    let name = |pillar: Option<Pillar>| pillar.map_or("unassigned", Pillar::name).to_owned();
    of.profile.pillars.iter().map(|of| (name(of.pillar), of.points)).collect()
}

/// The columns whose mean points differ most between bands, in the order of that.
fn most_different(profiles: &[BandProfile]) -> Vec<usize> {
    let n = profiles.first().map_or(0, |of| of.profile.columns.len());
    let spread = |column: usize| {
        let points = profiles.iter().map(|of| of.profile.columns[column].points);
        let (low, high) = points.fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), of| (l.min(of), h.max(of)));
        high - low
    };
    let mut columns: Vec<usize> = (0..n).collect();
    columns.sort_by(|a, b| spread(*b).total_cmp(&spread(*a)).then(a.cmp(b)));
    columns.truncate(N_SHARES);
    columns
}

fn by_column(stakeholders: &Stakeholders, of: &BandProfile, shown: &[usize]) -> Vec<(String, f64)> {
    let columns = &of.profile.columns;
    let told = shown.iter().map(|&column| (label(stakeholders, &columns[column].feature), columns[column].points));
    let mut shares: Vec<(String, f64)> = told.collect();
    if shown.len() < columns.len() {
        let named: f64 = shares.iter().map(|(_, points)| points).sum();
        shares.push(("All other columns".to_owned(), of.profile.score - of.profile.base_score - named));
    }
    shares
}

pub(super) fn cohorts(stakeholders: &Stakeholders, explained: &Explained) -> Vec<CohortView> {
    let Some(parted) = &explained.cohorts else { return Vec::new() };
    let cohort = |of: &super::super::cohorts::Cohort| CohortView {
        n: of.profile.n,
        share: of.share,
        score: of.profile.score,
        value_at_stake: of.value_at_stake,
        reasons: of
            .reasons
            .iter()
            .map(|reason| CohortReasonView {
                label: label(stakeholders, &reason.feature),
                usual: reason.usual.clone(),
                points: reason.points,
                difference: reason.difference,
            })
            .collect(),
    };
    parted.cohorts.iter().map(cohort).collect()
}

/// Points of the sampled subjects, of the columns that matter most.
pub(super) fn swarm(stakeholders: &Stakeholders, judgement: &Judgement, told: &Told) -> Vec<SwarmView> {
    let features = &judgement.design.features;
    let mut columns: Vec<(usize, f64)> =
        told.all.size.iter().copied().enumerate().filter(|(_, size)| *size > 0.0).collect();
    columns.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    let view = |(column, _): &(usize, f64)| {
        let values = &features[*column].values;
        let mut known: Vec<f64> = told.sample.iter().filter_map(|(row, _)| values.number(*row as usize)).collect();
        known.sort_by(f64::total_cmp);
        // the share of sampled subjects with a lower value, those with the same counted by half
        let place = |row: u32| {
            let value = values.number(row as usize)?;
            let below = known.partition_point(|other| *other < value);
            let up_to = known.partition_point(|other| *other <= value);
            (known.len() > 1).then(|| (below + up_to) as f64 / (2 * known.len()) as f64)
        };
        SwarmView {
            label: label(stakeholders, &features[*column].name),
            dots: told.sample.iter().map(|(row, points)| (points[*column], place(*row))).collect(),
        }
    };
    columns.iter().take(N_SWARMS).map(view).collect()
}
