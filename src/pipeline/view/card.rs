//! What the model card says.

use chrono::NaiveDate;

use super::super::compare::FamilyFigures;
use super::super::group::{Judgement, Origin};
use crate::base::folds::FoldKind;
use crate::base::population::Population;
use crate::report::view::{CardView, FamilyView, RowsView};

/// The card of a group, but for its sources; `in_words` puts labels in the place of columns' names.
pub(super) fn card(is_queried: bool, judgement: &Judgement, in_words: &dyn Fn(&str) -> String) -> CardView {
    let Judgement { table, judged, origin, .. } = judgement;
    let count = |population: Population| table.population.iter().filter(|of| **of == population).count();
    let scored = |row: &u32| judged.risk[*row as usize].is_some();
    let rows = RowsView {
        without_own_key: table.left_out.without_own_key,
        duplicates: table.left_out.duplicates,
        table: table.n_rows(),
        history: count(Population::History),
        history_scored: table.rows_of(Population::History).iter().filter(|row| scored(row)).count(),
        today: count(Population::Today),
        immature: count(Population::Immature),
        superseded: count(Population::Superseded),
    };
    let calibrator = judged.scorers.last().map(|last| last.calibrator.kind.name().to_owned());
    let card = CardView {
        is_queried,
        rows,
        history: period(judgement, Population::History),
        today: period(judgement, Population::Today),
        calibrator,
        n_folds: judged.scorers.len().saturating_sub(1),
        ..CardView::default()
    };
    match origin {
        Origin::Trained { folds, told } => CardView {
            families: told.families.iter().map(|of| family(of, in_words)).collect(),
            choice: told.choice.is_free.then(|| told.choice.sentence.clone()),
            is_forward: folds.kind == FoldKind::Forward,
            ..card
        },
        Origin::Reused(model) => CardView { model_as_of: Some(model.as_of), ..card },
    }
}

fn family(of: &FamilyFigures, in_words: &dyn Fn(&str) -> String) -> FamilyView {
    let figures = of.out_of_fold.clone().unwrap_or_default();
    FamilyView {
        family: of.family,
        log_loss: figures.log_loss,
        auc: figures.auc,
        calibration_slope: figures.calibration_slope,
        refused: of.refused.as_deref().map(in_words),
    }
}

/// The first and the last time of a population.
fn period(judgement: &Judgement, population: Population) -> Option<(NaiveDate, NaiveDate)> {
    let times = judgement.table.times.as_ref()?;
    let of = || judgement.table.rows_of(population).into_iter().map(|row| times[row as usize]);
    of().min().zip(of().max())
}
