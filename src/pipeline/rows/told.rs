//! What the pages need of the rows, summed up block by block.

use super::{Explained, Scored};
use crate::base::units::Band;
use crate::explain::{Cohorts, Reason, Sums};

/// A subject for the pages.
pub struct Top {
    pub row: u32,
    pub score: f64,
    pub base_score: f64,
    pub reasons: Vec<Reason>,
    /// Points of all columns that no reason names.
    pub rest_points: f64,
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
    /// What the points of the worst row were off its score before they were closed.
    pub additivity_error: f64,
    /// By rank, else by score.
    pub top: Vec<Top>,
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
            additivity_error: 0.0,
            top: Vec::new(),
        }
    }

    /// Adds the subjects of a block that the run speaks of.
    pub(super) fn add(&mut self, scored: &Scored<'_>, block: &Explained) {
        let judged = scored.judged;
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
        self.all.add(&block.attributions, &all);
        self.at_risk.add(&block.attributions, &at_risk);
        let add = |(sums, places): (&mut Sums, Vec<usize>)| sums.add(&block.attributions, &places);
        self.bands.iter_mut().zip(bands).for_each(add);
        self.cohorts.iter_mut().zip(cohorts).for_each(add);
    }
}
