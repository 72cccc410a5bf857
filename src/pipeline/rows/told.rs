//! What the pages need of the rows, summed up block by block.

use rayon::prelude::*;

use super::super::sheet;
use super::{Explained, Scored};
use crate::audit::{GroupPoints, Who};
use crate::base::units::Band;
use crate::explain::{self, Cohorts, Reason, Sums, Wording};
use crate::report::view::SheetRow;

/// A subject for the pages.
pub struct Top {
    pub row: u32,
    /// As pages call it.
    pub name: String,
    pub score: f64,
    pub base_score: f64,
    pub reasons: Vec<Reason>,
    /// Points of all columns that no reason names.
    pub rest_points: f64,
    pub actions: Vec<Doable>,
    /// Of every column of the design.
    pub points: Vec<f64>,
    /// Index into the models.
    pub scorer: u16,
}

/// What could be done about a score.
pub struct Doable {
    pub sentence: String,
    pub score: f64,
    pub cost: f64,
    pub proof: String,
}

/// What the pages need of the rows.
pub struct Told {
    /// Of the subjects that the run speaks of; likewise below.
    pub all: Sums,
    /// Of the selected.
    pub at_risk: Sums,
    /// By band, low to critical.
    pub bands: Vec<Sums>,
    /// By cohort.
    pub cohorts: Vec<Sums>,
    /// Every row's cohort; `None` where it has none.
    pub cohort: Vec<Option<u16>>,
    /// By group of every told grouping.
    pub groups: GroupPoints,
    /// Of the subjects that the run speaks of: row, number of reasons, share of the points that they cover.
    pub reasons: Vec<(u32, usize, Option<f64>)>,
    /// Of the selected that actions were looked for: row, cost of the cheapest where there is one.
    pub actions: Vec<(u32, Option<f64>)>,
    /// What the points of the worst row were off its score before they were closed.
    pub additivity_error: f64,
    /// By rank, else by score: those that pages list, then those that have a page of their own only.
    pub top: Vec<Top>,
    /// What the workbook lists of the subjects that the run speaks of.
    pub sheet: Vec<SheetRow>,
    /// Row and points of a sample of these subjects.
    pub sample: Vec<(u32, Vec<f64>)>,
}

impl Told {
    pub(super) fn new(scored: &Scored<'_>) -> Self {
        let sums = || Sums::new(scored.design.features.len());
        let many = |n: usize| (0..n).map(|_| sums()).collect();
        Self {
            all: sums(),
            at_risk: sums(),
            bands: many(Band::ALL.len()),
            cohorts: many(scored.cohorts.map_or(0, Cohorts::n)),
            cohort: vec![None; scored.table.n_rows()],
            groups: GroupPoints::new(scored.groupings, scored.design.features.len(), scored.table.n_independent()),
            reasons: Vec::new(),
            actions: scored.plans.iter().map(|(row, plans)| (*row, cheapest(plans))).collect(),
            additivity_error: 0.0,
            top: Vec::new(),
            sheet: Vec::new(),
            sample: Vec::new(),
        }
    }

    /// Adds a block: by group all of its subjects, else those that the run speaks of; `on_sheet` are rows of the workbook, ascending.
    pub(super) fn add(
        &mut self,
        scored: &Scored<'_>,
        block: &Explained,
        reasons: &[Vec<Reason>],
        wording: &Wording<'_>,
        on_sheet: &[u32],
    ) {
        let judged = scored.judged;
        let rows: Vec<u32> = block.scored.iter().map(|of| of.0).collect();
        let who = Who { population: &scored.table.population, cluster: &scored.table.cluster };
        self.groups.add(&block.attributions, &rows, scored.groupings, &who);
        let (mut all, mut at_risk) = (Vec::new(), Vec::new());
        let (mut bands, mut cohorts) = (vec![Vec::new(); self.bands.len()], vec![Vec::new(); self.cohorts.len()]);
        for (place, &(row, _)) in block.scored.iter().enumerate() {
            let row = row as usize;
            let Some(risk) = judged.risk[row].filter(|_| scored.table.population[row] == judged.reported) else {
                continue;
            };
            all.push(place);
            bands[judged.cuts.band(risk) as usize].push(place);
            if judged.is_selected(row) != Some(true) {
                continue;
            }
            at_risk.push(place);
            if let Some(of) = scored.cohorts {
                let cohort = of.of(block.attributions.points.row(place));
                cohorts[cohort].push(place);
                self.cohort[row] = Some(cohort as u16);
            }
        }
        self.reasons.par_extend(all.par_iter().map(|&place| {
            let points = block.attributions.points.row(place).to_vec();
            (rows[place], reasons[place].len(), explain::covered(&points, &reasons[place], wording))
        }));
        self.sheet.par_extend(all.par_iter().filter_map(|&place| {
            let row = block.scored[place].0;
            on_sheet.binary_search(&row).is_ok().then(|| sheet::row(scored, row, &reasons[place], wording))
        }));
        self.all.add(&block.attributions, &all);
        self.at_risk.add(&block.attributions, &at_risk);
        let add = |(sums, places): (&mut Sums, Vec<usize>)| sums.add(&block.attributions, &places);
        self.bands.iter_mut().zip(bands).for_each(add);
        self.cohorts.iter_mut().zip(cohorts).for_each(add);
    }
}

/// The least cost of a plan; `None` where there is none.
fn cheapest(plans: &[explain::Plan]) -> Option<f64> {
    plans.iter().map(|plan| plan.cost).min_by(f64::total_cmp)
}
