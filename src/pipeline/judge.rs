//! Margins to risks, bands, selection and ranks of every row that has a score.

use rayon::prelude::*;

use crate::base::calibrator::Calibrator;
use crate::base::cuts::Cuts;
use crate::base::design::Design;
use crate::base::folds::Folds;
use crate::base::model::Bound;
use crate::base::population::Population;
use crate::base::saved::{SavedModel, SavedScorer};
use crate::base::{Error, Result};
use crate::calibrate::{self, VennAbers};
use crate::load::Table;
use crate::score;
use crate::train::{Fitted, Trained, Unseen};

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
    /// Today's subjects only, 1 first.
    pub rank: Vec<Option<u32>>,
    /// Whom the run speaks of: today's subjects, or history where nobody is open.
    pub reported: Population,
}

impl Judged {
    pub fn is_selected(&self, row: usize) -> Option<bool> {
        self.risk[row].map(|risk| risk >= self.selected_from)
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
}

impl Judges {
    /// Calibrates freshly trained models: history is judged by its fold's model and a calibrator that saw neither the
    /// row's fold nor a model that did, today's subjects by the last model and a calibrator of all margins out of fold.
    ///
    /// # Errors
    /// A column does not fit its model, or higher margins do not go with more outcomes.
    pub fn fresh(table: &Table, design: &Design, folds: &Folds, trained: &Trained) -> Result<Self> {
        let scorer = who_scores(table, folds);
        let models: Vec<&Fitted> = trained.folds.iter().chain([&trained.last]).collect();
        let bound: Vec<Bound<'_>> = models.iter().map(|fitted| fitted.model.bind(design)).collect::<Result<_>>()?;
        let out_of_fold = unseen(table, folds, &margins(&scorer, &bound));
        let evidence: Vec<(&Unseen, bool)> =
            trained.calibration.iter().map(|of_fold| (of_fold, false)).chain([(&out_of_fold, true)]).collect();
        let calibrated: Vec<Calibrated> = evidence
            .par_iter()
            .map(|(evidence, is_whole)| Calibrated::learn(evidence, *is_whole))
            .collect::<Result<_>>()?;
        let saved = models.iter().zip(&calibrated).map(|(fitted, calibrated)| SavedScorer {
            calibrator: calibrated.calibrator,
            n_calibration: calibrated.n as u64,
            penalty: fitted.penalty,
            n_rows: fitted.n_rows as u64,
            n_available: fitted.n_available as u64,
            model: fitted.model.clone(),
        });
        Ok(Self { scorers: saved.collect(), ranges: calibrated.into_iter().map(|of| of.ranges).collect(), scorer })
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
        Self { ranges: scorers.iter().map(|_| Vec::new()).collect(), scorer: scorer.collect(), scorers }
    }
}

/// Judges every row of a table.
///
/// # Errors
/// A column does not fit its model.
pub fn judge(table: &Table, design: &Design, judges: Judges, settings: &score::Settings) -> Result<Judged> {
    let Judges { scorers, ranges, scorer } = judges;
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
        rank,
        reported,
        scorers,
    })
}

/// Lowest and highest risk of a calibration range.
type Range = (f64, f64);

/// With fewer rows of either outcome the model's own link stands in for a calibrator: a slope fitted to so few is chance
/// (simulated at an AUC of 0.6, it comes out negative in 8 fits of 100 from 20 outcomes, in 1 from 50).
const OUTCOMES_MIN: usize = 50;
/// A calibration fold with fewer rows is taken together with the next: alone it knows next to nothing.
const CALIBRATION_FOLD_MIN: usize = 100;

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

fn unseen(table: &Table, folds: &Folds, margin: &[Option<f64>]) -> Unseen {
    let mut unseen = Unseen::default();
    for (fold, part) in folds.parts.iter().enumerate() {
        let told = |row: &u32| Some((margin[*row as usize]?, table.outcome[*row as usize]?));
        unseen.extend(folds.calibration_fold(fold), part.test.iter().filter_map(told));
    }
    unseen
}

/// A calibrator and the ranges that go with it.
struct Calibrated {
    calibrator: Calibrator,
    /// Rows that the calibrator was fitted on.
    n: usize,
    ranges: Vec<VennAbers>,
}

impl Calibrated {
    /// Too little to learn from (always so for the first block in time) leaves the model's own link. Margins that do not
    /// go with the outcome are an error, for a fold only where it has enough to say so.
    fn learn(evidence: &Unseen, is_whole: bool) -> Result<Self> {
        let Unseen { margins, outcomes, .. } = evidence;
        let ranges = evidence.parts(CALIBRATION_FOLD_MIN);
        let ranges = ranges.into_iter().filter_map(|at| VennAbers::fit(&margins[at.clone()], &outcomes[at])).collect();
        let own_link = |ranges| Ok(Self { calibrator: Calibrator::Identity, n: 0, ranges });
        let n_with = outcomes.iter().filter(|outcome| **outcome).count();
        let is_enough = n_with.min(outcomes.len() - n_with) >= OUTCOMES_MIN;
        let Some(fit) = calibrate::platt(margins, outcomes).filter(|_| is_enough || is_whole) else {
            return own_link(ranges);
        };
        if !fit.is_usable() {
            return Err(Error::new(format!(
                "higher margins do not go with a higher rate of the outcome out of fold (slope {:.3}, expected above 0)",
                fit.slope
            ))
            .finding("no-score")
            .hint("the columns do not tell the outcome: check `adverse`, or add sources that know more"));
        }
        if is_enough { Ok(Self { calibrator: fit.calibrator, n: fit.n, ranges }) } else { own_link(ranges) }
    }
}
