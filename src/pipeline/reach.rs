//! Which challengers are worth fitting to the end.
//!
//! Forests take most of a night's training and seldom win. So a first look at each family is kept, and a challenger that
//! every fold by itself sees far behind the best family so far goes no further: fitted to the end it could not be
//! chosen, as that takes a log loss within one standard error of the best. A fold sees what its calibrator may learn
//! from, which knows nothing of the fold.

use std::collections::BTreeSet;

use super::calibrated::Calibrated;
use super::compare::compare;
use super::select::{Task, cluster_of};
use crate::base::units::Family;
use crate::stats::loss::log_loss_of;
use crate::train::Unseen;

/// Standard errors of the paired difference beyond which a challenger is far behind: those of the last comparison.
const ERRORS: f64 = 1.0;

/// First looks at families, in order of readability.
#[derive(Default)]
pub struct Race {
    /// For each fold that sees anything the family with the least losses so far.
    leaders: Vec<Option<Leader>>,
}

struct Leader {
    family: Family,
    losses: Vec<f64>,
}

/// What a first look at a family has shown.
pub struct Entered {
    /// Mean log loss over all folds' sights; `None` where they see nothing.
    pub log_loss: Option<f64>,
    /// For each fold, whether it sees the family far behind.
    pub is_behind: Vec<bool>,
    /// Why it goes no further.
    pub reason: Option<String>,
}

impl Race {
    /// Enters a family by what a first look tells each fold of it.
    pub fn enter(&mut self, task: &Task<'_>, family: Family, look: &[Unseen]) -> Entered {
        self.leaders.resize_with(look.len(), || None);
        let losses: Vec<Option<Vec<f64>>> = look.iter().map(|unseen| losses(family, unseen)).collect();
        let log_loss = mean(losses.iter().flatten());
        let seen: Vec<Option<bool>> = look
            .iter()
            .zip(losses)
            .zip(&mut self.leaders)
            .map(|((unseen, losses), leader)| see(task, &unseen.rows, Leader { family, losses: losses? }, leader))
            .collect();
        let is_over = seen.iter().any(Option::is_some) && seen.iter().all(|is_behind| is_behind.unwrap_or(true));
        Entered {
            log_loss,
            is_behind: seen.into_iter().map(|is_behind| is_behind.unwrap_or(false)).collect(),
            reason: log_loss.filter(|_| is_over).map(|log_loss| self.reason(log_loss)),
        }
    }

    fn reason(&self, log_loss: f64) -> String {
        let leaders: Vec<&Leader> = self.leaders.iter().flatten().collect();
        let best = mean(leaders.iter().map(|leader| &leader.losses)).unwrap_or(f64::NAN);
        let names: BTreeSet<&str> = leaders.iter().map(|leader| leader.family.words()).collect();
        let names: Vec<&str> = names.into_iter().collect();
        format!("far behind in a first look: log loss {log_loss:.4}, {best:.4} of {}", names.join(" and "))
    }
}

/// Whether a fold sees a challenger far behind its leader, which an entrant becomes where it leads.
fn see(task: &Task<'_>, rows: &[u32], entrant: Leader, leader: &mut Option<Leader>) -> Option<bool> {
    let Some(first) = leader else {
        *leader = Some(entrant);
        return Some(false);
    };
    let compared = compare(&[&first.losses, &entrant.losses], cluster_of(task.table, rows).as_ref());
    let (excess, error) = compared.excess[1];
    let is_behind = is_challenger(entrant.family) && excess > ERRORS * error?;
    if compared.best == 1 {
        *first = entrant;
    }
    Some(is_behind)
}

fn mean<'a>(parts: impl Iterator<Item = &'a Vec<f64>>) -> Option<f64> {
    let all: Vec<f64> = parts.flatten().copied().collect();
    (!all.is_empty()).then(|| all.iter().sum::<f64>() / all.len() as f64)
}

/// The families that nobody can read and that stand behind [`Family::Boosted`] in line.
fn is_challenger(family: Family) -> bool {
    family > Family::Boosted
}

/// Losses of calibrated risks; `None` without rows.
fn losses(family: Family, unseen: &Unseen) -> Option<Vec<f64>> {
    let calibrated = Calibrated::learn_risk(family.margin_unit(), unseen);
    let risks = unseen.margins.iter().map(|margin| calibrated.calibrator().value(*margin));
    let losses: Vec<f64> = risks.zip(&unseen.outcomes).map(|(risk, outcome)| log_loss_of(risk, *outcome)).collect();
    (!losses.is_empty()).then_some(losses)
}
