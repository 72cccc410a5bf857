//! Margins to risks, bands, selection and ranks of every row that has a score.

use rayon::prelude::*;

use crate::base::calibrator::Calibrator;
use crate::base::cuts::Cuts;
use crate::base::design::Design;
use crate::base::folds::Folds;
use crate::base::model::Bound;
use crate::base::population::Population;
use crate::base::saved::SavedScorer;
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
    pub range: Vec<Option<(f64, f64)>>,
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

/// Calibrates every model and judges every row: history by its fold's model and a calibrator that saw neither the row's
/// fold nor a model that did, today's subjects by the last model and a calibrator of all margins out of fold.
///
/// # Errors
/// A column does not fit its model, or higher margins do not go with more outcomes.
pub fn judge(
    table: &Table,
    design: &Design,
    folds: &Folds,
    trained: &Trained,
    settings: &score::Settings,
) -> Result<Judged> {
    let scorer = who_scores(table, folds);
    let models: Vec<&Fitted> = trained.folds.iter().chain([&trained.last]).collect();
    let bound: Vec<Bound<'_>> = models.iter().map(|fitted| fitted.model.bind(design)).collect::<Result<_>>()?;
    let margin: Vec<Option<f64>> = scorer
        .par_iter()
        .enumerate()
        .map(|(row, scorer)| scorer.map(|scorer| bound[usize::from(scorer)].margin(row)))
        .collect();
    let out_of_fold = unseen(table, &margin);
    let evidence: Vec<&Unseen> = trained.calibration.iter().chain([&out_of_fold]).collect();
    let calibrated: Vec<Calibrated> =
        evidence.par_iter().map(|unseen| Calibrated::learn(unseen)).collect::<Result<_>>()?;
    let judged: Vec<Option<(f64, (f64, f64))>> = scorer
        .par_iter()
        .zip(&margin)
        .map(|(scorer, margin)| Some(calibrated[usize::from((*scorer)?)].judge((*margin)?)))
        .collect();
    let scorers = models.iter().zip(&calibrated).zip(&evidence).map(|((fitted, calibrated), evidence)| SavedScorer {
        calibrator: calibrated.calibrator,
        n_calibration: if calibrated.calibrator == Calibrator::Identity { 0 } else { evidence.margins.len() as u64 },
        penalty: fitted.penalty,
        n_rows: fitted.n_rows as u64,
        n_available: fitted.n_available as u64,
        model: fitted.model.clone(),
    });
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
        scorers: scorers.collect(),
        scorer,
        risk,
        range: judged.into_iter().map(|judged| judged.map(|(_, range)| range)).collect(),
        cuts,
        selected_from: cuts.from(settings.selected_from),
        rank,
        reported,
    })
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

fn unseen(table: &Table, margin: &[Option<f64>]) -> Unseen {
    let mut unseen = Unseen::default();
    for row in table.rows_of(Population::History) {
        if let (Some(margin), Some(outcome)) = (margin[row as usize], table.outcome[row as usize]) {
            unseen.margins.push(margin);
            unseen.outcomes.push(outcome);
        }
    }
    unseen
}

/// A calibrator and the range that goes with it.
struct Calibrated {
    calibrator: Calibrator,
    range: Option<VennAbers>,
}

impl Calibrated {
    /// Nothing to learn from (the first block in time) leaves the model's own link.
    fn learn(evidence: &Unseen) -> Result<Self> {
        let range = VennAbers::fit(&evidence.margins, &evidence.outcomes);
        let Some(fit) = calibrate::platt(&evidence.margins, &evidence.outcomes) else {
            return Ok(Self { calibrator: Calibrator::Identity, range });
        };
        if !fit.is_usable() {
            return Err(Error::new(format!(
                "higher margins do not go with a higher rate of the outcome out of fold (slope {:.3}, expected above 0)",
                fit.slope
            ))
            .hint("the columns do not tell the outcome: check `adverse`, or add sources that know more"));
        }
        Ok(Self { calibrator: fit.calibrator, range })
    }

    /// The risk, and its Venn–Abers range widened to contain it.
    fn judge(&self, margin: f64) -> (f64, (f64, f64)) {
        let risk = self.calibrator.value(margin);
        let (low, high) = self.range.as_ref().map_or((0.0, 1.0), |range| range.range(margin));
        (risk, (low.min(risk), high.max(risk)))
    }
}
