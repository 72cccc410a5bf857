//! What families are worth beside each other, and the choice between them, told.

use std::fmt::Write;

use serde::Serialize;

use super::reach::Entered;
use super::tried::Tried;
use crate::base::Error;
use crate::base::saved::Tuned;
use crate::base::units::Family;
use crate::calibrate::Validation;
use crate::stats::clusters::Clusters;
use crate::stats::interval::standard_error;

/// What one family is worth out of fold.
#[derive(Debug, Clone, Serialize)]
pub struct FamilyFigures {
    pub family: Family,
    /// Mean log loss in a first look, by models of three fifths of the history; `None` where there was none.
    pub first_look: Option<f64>,
    /// `None` where it was not fitted to the end.
    pub out_of_fold: Option<Validation>,
    /// Mean log loss out of fold less that of the best family, with its standard error (paired by subject).
    pub excess: Option<f64>,
    pub excess_error: Option<f64>,
    /// Degrees of restraint that were tried, each with its mean log loss out of fold.
    pub tried: Vec<TriedRestraint>,
    /// Why it was not considered.
    pub refused: Option<String>,
}

#[derive(Debug, Clone, Serialize)]
pub struct TriedRestraint {
    pub name: String,
    pub value: f64,
    pub log_loss: f64,
}

/// The choice of the last model's family, told.
#[derive(Debug, Clone, Serialize)]
pub struct Choice {
    /// Whether there was more than one to choose from.
    pub is_free: bool,
    pub family: Family,
    /// The family with the least log loss out of fold.
    pub best: Family,
    /// Of each fold.
    pub folds: Vec<Family>,
    /// Why, in one sentence.
    pub sentence: String,
}

/// What a comparison of families by their losses on the same rows gives.
pub struct Compared {
    pub chosen: usize,
    pub best: usize,
    /// Of each family over the best one, with its standard error.
    pub excess: Vec<(f64, Option<f64>)>,
}

/// `losses` are of families in order of readability. Chosen is the first whose mean exceeds the least one by at most one
/// standard error of the paired difference (Breiman, Friedman, Olshen & Stone 1984, §3.4.3, with the difference's own
/// error in place of the mean's).
pub fn compare(losses: &[&[f64]], clusters: Option<&Clusters>) -> Compared {
    let mean = |losses: &[f64]| losses.iter().sum::<f64>() / losses.len().max(1) as f64;
    let means: Vec<f64> = losses.iter().map(|losses| mean(losses)).collect();
    let best = (0..means.len()).min_by(|&a, &b| means[a].total_cmp(&means[b])).unwrap_or(0);
    let excess: Vec<(f64, Option<f64>)> = losses
        .iter()
        .zip(&means)
        .map(|(of_family, mean)| {
            let differences: Vec<f64> = of_family.iter().zip(losses[best]).map(|(loss, least)| loss - least).collect();
            (mean - means[best], standard_error(&differences, clusters))
        })
        .collect();
    let is_near = |(excess, error): &(f64, Option<f64>)| *excess <= error.unwrap_or(0.0);
    Compared { chosen: excess.iter().position(is_near).unwrap_or(best), best, excess }
}

/// The choice in words: `of_folds` are the places of the folds' families among those tried.
pub fn tell_choice(tried: &[Tried], compared: &Compared, of_folds: &[usize]) -> Choice {
    let family = |place: usize| tried[place].fitted.family;
    let (chosen, best) = (compared.chosen, compared.best);
    let loss = |place: usize| tried[place].validation.log_loss.value.unwrap_or(f64::NAN);
    let (name, best_name) = (family(chosen).words(), family(best).words());
    let mut sentence = if tried.len() == 1 {
        format!("{name}, the only family in question")
    } else if chosen == best {
        format!("{name}: it has the lowest log loss out of fold of {} families ({:.4})", tried.len(), loss(best))
    } else {
        let (excess, error) = compared.excess[chosen];
        format!(
            "{name}: its log loss out of fold ({:.4}) exceeds that of the best family, {best_name} ({:.4}), by {excess:.4}, \
             at most one standard error ({:.4}), and it is the most readable such family",
            loss(chosen),
            loss(best),
            error.unwrap_or(0.0)
        )
    };
    let n_same = of_folds.iter().filter(|of_fold| **of_fold == chosen).count();
    if tried.len() > 1 && n_same < of_folds.len() {
        // writing to a string cannot fail
        let _ = write!(sentence, "; {n_same} of {} folds chose it too", of_folds.len());
    }
    Choice {
        is_free: tried.len() > 1,
        family: family(chosen),
        best: family(best),
        folds: of_folds.iter().map(|&place| family(place)).collect(),
        sentence,
    }
}

impl FamilyFigures {
    pub fn of(tried: &Tried, (excess, error): (f64, Option<f64>)) -> Self {
        let restraint = |(tuned, log_loss): &(Tuned, f64)| TriedRestraint {
            name: tuned.name.clone(),
            value: tuned.value,
            log_loss: *log_loss,
        };
        Self {
            family: tried.fitted.family,
            first_look: tried.first.as_ref().and_then(|first| first.log_loss),
            out_of_fold: Some(tried.validation.clone()),
            excess: Some(excess),
            excess_error: error,
            tried: tried.fitted.tried.iter().map(restraint).collect(),
            refused: None,
        }
    }

    pub fn astray(tried: &Tried, reason: String) -> Self {
        Self { refused: Some(reason), excess: None, ..Self::of(tried, (0.0, None)) }
    }

    pub fn behind(family: Family, entered: Entered) -> Self {
        Self { first_look: entered.log_loss, ..Self::unfitted(family, entered.reason) }
    }

    pub fn refused(family: Family, error: &Error) -> Self {
        Self::unfitted(family, error.problems.first().map(|problem| problem.message.clone()))
    }

    fn unfitted(family: Family, refused: Option<String>) -> Self {
        let (first_look, out_of_fold, excess, excess_error) = (None, None, None, None);
        Self { family, first_look, out_of_fold, excess, excess_error, tried: Vec::new(), refused }
    }

    /// Whether it was compared with others: to the end, or in a first look that left it far behind.
    pub fn is_compared(&self) -> bool {
        match self.out_of_fold {
            Some(_) => self.refused.is_none(),
            None => self.first_look.is_some(),
        }
    }
}
