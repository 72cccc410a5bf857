//! Margins to risks, bands, selection and ranks of every row that has a score.

use rayon::prelude::*;

use super::calibrated::Calibrated;
use super::mitigated::GroupCuts;
use super::select::Selected;
use crate::base::Result;
use crate::base::cuts::Cuts;
use crate::base::design::Design;
use crate::base::folds::Folds;
use crate::base::model::Bound;
use crate::base::population::Population;
use crate::base::saved::{SavedModel, SavedScorer};
use crate::base::units::Family;
use crate::calibrate::{self, Compared, VennAbers};
use crate::load::Table;
use crate::score;
use crate::train::Fitted;

/// All that is known of each row's score; one entry per row of the table, `None` where a row has no score.
pub struct Judged {
    /// One per fold, then the last model.
    pub scorers: Vec<SavedScorer>,
    /// Which of them scored the row.
    pub scorer: Vec<Option<u16>>,
    pub risk: Vec<Option<f64>>,
    /// The calibration range of each row.
    pub range: Vec<Option<Range>>,
    pub cuts: Cuts,
    /// Lowest risk that is selected.
    pub selected_from: f64,
    /// Where every group has a cut of its own instead.
    pub by_group: Option<GroupCuts>,
    /// Today's subjects only, 1 first.
    pub rank: Vec<Option<u32>>,
    /// Whom the run speaks of: today's subjects, or history where nobody is open.
    pub reported: Population,
    /// What the last model's calibrator was chosen from; empty where it is not known or there were too few outcomes.
    pub compared: Vec<Compared>,
}

impl Judged {
    /// The family of the last model.
    pub fn family(&self) -> Option<Family> {
        self.scorers.last().map(|last| last.model.family)
    }

    pub fn is_selected(&self, row: usize) -> Option<bool> {
        self.risk[row].map(|risk| risk >= self.cut_of(row))
    }

    /// The lowest risk at which a row is selected.
    pub fn cut_of(&self, row: usize) -> f64 {
        self.by_group.as_ref().map_or(self.selected_from, |of| of.cuts[of.member[row] as usize])
    }

    /// Risks and outcomes of all scored history rows, in the order of the table, with their clusters.
    pub fn history(&self, table: &Table) -> (Vec<f64>, Vec<bool>, Vec<u32>) {
        let mut all = (Vec::new(), Vec::new(), Vec::new());
        for row in table.rows_of(Population::History) {
            if let (Some(risk), Some(outcome)) = (self.risk[row as usize], table.outcome[row as usize]) {
                all.0.push(risk);
                all.1.push(outcome);
                all.2.push(table.cluster[row as usize]);
            }
        }
        all
    }
}

/// Who judges which row.
pub struct Judges {
    /// One per fold, then the last model.
    pub scorers: Vec<SavedScorer>,
    /// Where the calibration range of each comes from, one for each calibration fold; none where it is not known.
    ranges: Vec<Vec<VennAbers>>,
    /// Which of them scores each row of the table.
    scorer: Vec<Option<u16>>,
    /// What the last calibrator was chosen from.
    compared: Vec<Compared>,
}

impl Judges {
    /// Freshly trained models: history is judged by its fold's model and a calibrator that saw neither the row's fold nor
    /// a model that did, today's subjects by the last model and a calibrator of all margins out of fold.
    pub fn fresh(table: &Table, folds: &Folds, selected: Selected) -> Self {
        let compared = selected.last.1.choice.compared.clone();
        let (scorers, ranges) = selected.folds.into_iter().chain([selected.last]).map(saved).unzip();
        Self { scorers, ranges, scorer: who_scores(table, folds), compared }
    }

    /// The models of an earlier run. `fold` says of each row whether that run trained on it: the fold that scored it,
    /// `Some(None)` where it was trained on but not scored. Rows that it did not train on are judged by its last model,
    /// which has not seen them either. The calibration range is not known.
    pub fn reused(table: &Table, saved: &SavedModel, fold: impl Fn(usize) -> Option<Option<u16>>) -> Self {
        let last = u16::try_from(saved.folds.len()).unwrap_or(u16::MAX);
        let scorer = table.population.iter().enumerate().map(|(row, population)| match population {
            Population::Today => Some(last),
            Population::History => fold(row).unwrap_or(Some(last)),
            _ => None,
        });
        let scorers: Vec<SavedScorer> = saved.scorers().cloned().collect();
        let ranges = scorers.iter().map(|_| Vec::new()).collect();
        Self { ranges, scorer: scorer.collect(), scorers, compared: Vec::new() }
    }
}

/// Judges every row of a table.
///
/// # Errors
/// A column does not fit its model.
pub fn judge(table: &Table, design: &Design, judges: Judges, settings: &score::Settings) -> Result<Judged> {
    let Judges { scorers, ranges, scorer, compared } = judges;
    let bound: Vec<Bound<'_>> = scorers.iter().map(|scorer| scorer.model.bind(design)).collect::<Result<_>>()?;
    let margin = margins(&scorer, &bound);
    let judged: Vec<Option<(f64, Option<Range>)>> = scorer
        .par_iter()
        .zip(&margin)
        .map(|(scorer, margin)| {
            let (scorer, margin) = (usize::from((*scorer)?), (*margin)?);
            let risk = scorers[scorer].calibrator.value(margin);
            let range = calibrate::cross(ranges[scorer].iter().map(|of_fold| of_fold.range(margin)));
            Some((risk, range.map(|range| widened(range, risk))))
        })
        .collect();
    let risk: Vec<Option<f64>> = judged.iter().map(|judged| judged.map(|(risk, _)| risk)).collect();
    let reported = if table.population.contains(&Population::Today) { Population::Today } else { Population::History };
    let value = |row: u32| table.value.as_ref().and_then(|value| value[row as usize]);
    let people: Vec<(u32, f64, Option<f64>)> = table
        .rows_of(reported)
        .into_iter()
        .filter_map(|row| risk[row as usize].map(|risk| (row, risk, value(row))))
        .collect();
    let cuts =
        score::set_cuts(&settings.bands, &people.iter().map(|&(_, risk, value)| (risk, value)).collect::<Vec<_>>());
    let mut rank = vec![None; table.n_rows()];
    if reported == Population::Today {
        for (row, place) in score::rank(&settings.bands, &people) {
            rank[row as usize] = Some(place);
        }
    }
    Ok(Judged {
        scorer,
        risk,
        range: judged.into_iter().map(|judged| judged.and_then(|(_, range)| range)).collect(),
        cuts,
        selected_from: cuts.from(settings.selected_from),
        by_group: None,
        rank,
        reported,
        scorers,
        compared,
    })
}

/// Lowest and highest risk of a calibration range.
type Range = (f64, f64);

/// A calibration range, widened to contain the risk.
fn widened((low, high): Range, risk: f64) -> Range {
    (low.min(risk), high.max(risk))
}

fn margins(scorer: &[Option<u16>], bound: &[Bound<'_>]) -> Vec<Option<f64>> {
    let margin = |(row, scorer): (usize, &Option<u16>)| scorer.map(|scorer| bound[usize::from(scorer)].margin(row));
    scorer.par_iter().enumerate().map(margin).collect()
}

fn who_scores(table: &Table, folds: &Folds) -> Vec<Option<u16>> {
    let last = u16::try_from(folds.parts.len()).unwrap_or(u16::MAX);
    let mut scorer = folds.of_rows(table.n_rows());
    for (scorer, population) in scorer.iter_mut().zip(&table.population) {
        if *population == Population::Today {
            *scorer = Some(last);
        }
    }
    scorer
}

fn saved((fitted, calibrated): (Fitted, Calibrated)) -> (SavedScorer, Vec<VennAbers>) {
    let scorer = SavedScorer {
        calibrator: calibrated.choice.calibrator,
        n_calibration: calibrated.choice.n as u64,
        tuned: fitted.tuned,
        n_rows: fitted.n_rows as u64,
        n_available: fitted.n_available as u64,
        model: fitted.model,
    };
    (scorer, calibrated.ranges)
}
