//! Figures that need the scores of a group in their order: areas, calibration, exposure.

use rayon::prelude::*;

use super::cells::Subjects;
use super::exposure::{Exposure, Queue};
use super::reliability::{Bin, bins};
use super::{Reference, Settings};
use crate::base::groups::Grouping;
use crate::stats::across::{Across, across};
use crate::stats::clusters::Clusters;
use crate::stats::interval::normal_quantile;
use crate::stats::logit::fit_line;
use crate::stats::loss::logit;
use crate::stats::precision::precision_ranked;
use crate::stats::rank::{Area, Ranking, area_ranked};

/// Bins of equal mass over all of history in which calibration is looked at; fixed overall, so that groups are compared
/// over the same risks.
pub(super) const BINS: usize = 10;
/// Where rows are clustered, areas across groups have no closed form in one walk, and what all but a group come to has none at
/// all; they are told where rows × groups do not exceed this.
const PAIRED_MAX: usize = 20_000_000;

/// A figure with its interval and standard error; what is undefined or cannot be told honestly is `None`.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Figure {
    pub value: Option<f64>,
    pub low: Option<f64>,
    pub high: Option<f64>,
    pub error: Option<f64>,
    /// Standard error beside another group's figure, of places that both share.
    pub beside: Option<f64>,
    /// Too few places are expected for an error that can be trusted.
    pub is_thin: bool,
}

/// What the scores of one group and population tell.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Scored {
    pub auc: Figure,
    pub bpsn_auc: Figure,
    pub bnsp_auc: Figure,
    pub average_precision: Figure,
    pub calibration_intercept: Figure,
    pub calibration_slope: Figure,
    pub calibration_error: Figure,
    pub top_share: Figure,
    pub exposure: Figure,
    /// Empty for today's subjects.
    pub(super) reliability: Vec<Bin>,
    /// What the scores of all others tell, where groups are compared with them.
    pub(super) rest: Option<Box<Scored>>,
}

impl Figure {
    fn of_area(area: Option<Area>, confidence: f64) -> Self {
        let interval = area.and_then(|area| area.interval(confidence));
        Self {
            value: area.map(|area| area.value),
            low: interval.map(|interval| interval.0),
            high: interval.map(|interval| interval.1),
            error: area.and_then(|area| area.error),
            ..Self::default()
        }
    }

    /// Normal interval round a value.
    pub(super) fn normal(value: f64, error: Option<f64>, confidence: f64) -> Self {
        let half = error.zip(normal_quantile(confidence)).map(|(error, z)| error * z);
        Self {
            value: Some(value),
            low: half.map(|half| value - half),
            high: half.map(|half| value + half),
            error,
            ..Self::default()
        }
    }
}

/// The audited rows of history by ascending risk, one entry per row.
pub(super) struct Ranked {
    pub row: Vec<u32>,
    pub risk: Vec<f64>,
    pub outcome: Vec<bool>,
    /// Log-odds of the risk.
    margin: Vec<f64>,
    /// The bin of [`BINS`].
    pub bin: Vec<u8>,
    pub cluster: Option<Vec<u32>>,
    /// Row i is the i-th.
    ranking: Ranking,
}

impl Ranked {
    /// O(n log n); empty where there are more than 2³² − 1 rows.
    fn new(subjects: &Subjects) -> Self {
        let history = subjects.each().filter(|one| !one.today);
        let audited: Vec<(f64, u32, bool)> =
            history.filter_map(|one| Some((one.risk, u32::try_from(one.row).ok()?, one.outcome))).collect();
        let risks: Vec<f64> = audited.iter().map(|one| one.0).collect();
        let empty = Ranking { order: Vec::new(), starts: vec![0] };
        let ranking = Ranking::new(&risks).unwrap_or(empty);
        let sorted: Vec<(f64, u32, bool)> = ranking.order.iter().map(|at| audited[*at as usize]).collect();
        let bins = ranking.ties().zip(ranking.bins(BINS)).flat_map(|(tie, bin)| vec![bin as u8; tie.len()]).collect();
        Self {
            row: sorted.iter().map(|one| one.1).collect(),
            risk: sorted.iter().map(|one| one.0).collect(),
            outcome: sorted.iter().map(|one| one.2).collect(),
            margin: sorted.par_iter().map(|one| logit(one.0)).collect(),
            bin: bins,
            cluster: subjects
                .cluster
                .map(|ids| sorted.iter().map(|one| ids.get(one.1 as usize).copied().unwrap_or(u32::MAX)).collect()),
            ranking: Ranking { order: (0..sorted.len() as u32).collect(), starts: ranking.starts },
        }
    }

    /// The figures of some of the rows, which are given by their places in ascending order.
    fn figures(&self, places: &[u32], confidence: f64) -> Scored {
        let pick = |from: &[f64]| places.iter().map(|at| from[*at as usize]).collect::<Vec<f64>>();
        let outcomes: Vec<bool> = places.iter().map(|at| self.outcome[*at as usize]).collect();
        let ranking = self.ranking_of(places);
        let clusters = self.clusters_of(places);
        let reliability = bins(self, places, confidence);
        let (intercept, slope) = calibration(&pick(&self.margin), &outcomes, clusters.as_ref(), confidence);
        Scored {
            auc: Figure::of_area(area_ranked(&ranking, &outcomes, clusters.as_ref()), confidence),
            average_precision: Figure::of_area(precision_ranked(&ranking, &outcomes, clusters.as_ref()), confidence),
            calibration_intercept: intercept,
            calibration_slope: slope,
            calibration_error: Figure { value: super::reliability::error(&reliability), ..Figure::default() },
            reliability,
            ..Scored::default()
        }
    }

    /// A ranking of rows that are in order already.
    fn ranking_of(&self, places: &[u32]) -> Ranking {
        let risk = |place: usize| self.risk[places[place] as usize];
        let begins = |place: &u32| *place == 0 || risk(*place as usize) != risk(*place as usize - 1);
        let n = places.len() as u32;
        Ranking { order: (0..n).collect(), starts: (0..n).filter(begins).chain([n]).collect() }
    }

    fn clusters_of(&self, places: &[u32]) -> Option<Clusters> {
        let ids = self.cluster.as_ref()?;
        Some(Clusters::new(&places.iter().map(|at| ids[*at as usize]).collect::<Vec<u32>>()))
    }

    /// The two areas across groups of every group.
    fn across(&self, member: &[u32], n_groups: usize) -> Vec<Across> {
        let mut all = across(&self.ranking, &self.outcome, member, n_groups);
        if self.cluster.is_some() {
            let few = self.row.len().saturating_mul(n_groups) <= PAIRED_MAX;
            for (group, of) in all.iter_mut().enumerate() {
                for (area, own_outcome) in [(&mut of.bpsn, false), (&mut of.bnsp, true)] {
                    let Some(area) = area else { continue };
                    let is_in = |at: &u32| {
                        let own = member[*at as usize] as usize == group;
                        own == (self.outcome[*at as usize] == own_outcome)
                    };
                    area.error = if few { self.clustered_error(is_in) } else { None };
                }
            }
        }
        all
    }

    fn clustered_error(&self, is_in: impl Fn(&u32) -> bool) -> Option<f64> {
        let places: Vec<u32> = (0..self.row.len() as u32).filter(is_in).collect();
        let outcomes: Vec<bool> = places.iter().map(|at| self.outcome[*at as usize]).collect();
        area_ranked(&self.ranking_of(&places), &outcomes, self.clusters_of(&places).as_ref())?.error
    }
}

/// Intercept and slope of the logistic regression of outcomes on the log-odds of the risk (Cox 1958).
fn calibration(margins: &[f64], outcomes: &[bool], clusters: Option<&Clusters>, confidence: f64) -> (Figure, Figure) {
    let targets: Vec<f64> = outcomes.iter().map(|outcome| f64::from(u8::from(*outcome))).collect();
    let Some((fit, covariance)) = fit_line(margins, &targets, clusters)
        .filter(|fit| fit.converged)
        .and_then(|fit| fit.covariance.map(|covariance| (fit.clone(), covariance)))
    else {
        return (Figure::default(), Figure::default());
    };
    let error = |which: usize| Some(covariance[which][which].sqrt()).filter(|error| error.is_finite());
    (Figure::normal(fit.intercept, error(1), confidence), Figure::normal(fit.slope, error(0), confidence))
}

/// What the scores of all but each group tell; of two groups that is the other one.
fn rests(ranked: &Ranked, member: &[u32], figures: &[Scored], confidence: f64) -> Vec<Scored> {
    if let [one, two] = figures {
        return vec![two.clone(), one.clone()];
    }
    let nowhere = figures.len() as u32;
    let rest = |group: u32| {
        let is_other = |at: &u32| member[*at as usize] != group && member[*at as usize] != nowhere;
        let others: Vec<u32> = (0..member.len() as u32).filter(is_other).collect();
        ranked.figures(&others, confidence)
    };
    (0..nowhere).into_par_iter().map(rest).collect()
}

/// What the scores of every group of one grouping tell: `[2 × group + (0 history, 1 today)]`.
pub(super) type Scores = Vec<Scored>;

/// Scores all groupings: one sort, then for each grouping O(rows), and O(rows × groups) where groups are compared with the
/// rest. The same bits whatever the number of threads.
pub(super) fn score(subjects: &Subjects, groupings: &[&Grouping], settings: &Settings) -> Vec<Scores> {
    let ranked = Ranked::new(subjects);
    let queues = Queue::both(subjects);
    groupings.par_iter().map(|grouping| score_grouping(&ranked, &queues, grouping, settings)).collect()
}

fn score_grouping(ranked: &Ranked, queues: &[Queue; 2], grouping: &Grouping, settings: &Settings) -> Scores {
    let confidence = 1.0 - settings.significance;
    let n_groups = grouping.groups.len();
    let nowhere = n_groups as u32;
    let member: Vec<u32> =
        ranked.row.iter().map(|row| grouping.member.get(*row as usize).copied().unwrap_or(nowhere)).collect();
    let mut places = vec![Vec::new(); n_groups];
    for (at, group) in member.iter().enumerate() {
        if let Some(places) = places.get_mut(*group as usize) {
            places.push(at as u32);
        }
    }
    let mut figures: Vec<Scored> = places.par_iter().map(|places| ranked.figures(places, confidence)).collect();
    let is_short = member.len().saturating_mul(n_groups) <= PAIRED_MAX;
    if settings.reference == Reference::Overall && is_short {
        let rests = rests(ranked, &member, &figures, confidence);
        figures.iter_mut().zip(rests).for_each(|(figures, rest)| figures.rest = Some(Box::new(rest)));
    }
    let exposures = [0, 1].map(|today| queues[today].exposures(grouping, confidence));
    let mut scores = Vec::with_capacity(2 * n_groups);
    for (group, (figures, across)) in figures.into_iter().zip(ranked.across(&member, n_groups)).enumerate() {
        let history = Scored {
            bpsn_auc: Figure::of_area(across.bpsn, confidence),
            bnsp_auc: Figure::of_area(across.bnsp, confidence),
            ..figures
        };
        for (scored, exposures) in [history, Scored::default()].into_iter().zip(&exposures) {
            let Exposure { top_share, exposure } = exposures[group];
            scores.push(Scored { top_share, exposure, ..scored });
        }
    }
    scores
}
