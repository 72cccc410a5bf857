//! Columns of a table to what is audited: outcome, risk and who is selected, row by row.

use super::told::number;
use super::{Score, TableAudit};
use crate::audit::words::grouped;
use crate::base::population::Population;
use crate::base::{Error, Finding, Result, Severity};
use crate::load::Plain;

/// Selected is who is at least as likely as not, unless it is said otherwise.
const HALF: f64 = 0.5;
/// The share that a hint's threshold selects.
const SHARE: f64 = 0.2;

/// What is audited, one entry per row.
pub(super) struct Decided {
    pub population: Vec<Population>,
    pub outcome: Vec<Option<bool>>,
    /// A number between 0 and 1, or `None` where the row cannot be audited.
    pub risk: Vec<Option<f64>>,
    pub selected: Vec<Option<bool>>,
    /// Whether `risk` is a probability, not a mere rank or stand-in.
    pub has_risks: bool,
    pub threshold: Option<f64>,
    /// Rows whose score or decision is blank.
    n_blank: usize,
}

/// Reads the columns that are named.
///
/// # Errors
/// A column does not hold what it is named for; scores lie outside 0 to 1 and it is not said what they are.
pub(super) fn decide(asked: &TableAudit, plain: &mut Plain) -> Result<Decided> {
    let n_rows = plain.n_rows();
    let scores = asked.score.as_ref().map(|score| plain.numbers(&score.column)).transpose()?;
    let said = match &asked.selected {
        Some(said) => Some(plain.flags(&said.column, &said.yes, "--selected-values")?),
        None => None,
    };
    let outcome = match &asked.outcome {
        Some(said) => plain.flags(&said.column, &said.yes, "--adverse")?,
        None => vec![None; n_rows],
    };
    let (mut has_risks, mut threshold) = (false, None);
    let (risk, selected) = match (scores, asked.score.as_ref()) {
        (Some(scores), Some(score)) => {
            let range = range(&scores);
            has_risks = is_risk(score, range);
            ensure_scale(score, range, &scores, said.is_some(), has_risks)?;
            let cut = score.threshold.unwrap_or(HALF * score.max.unwrap_or(1.0));
            threshold = said.is_none().then_some(cut);
            let selected = said.unwrap_or_else(|| scores.iter().map(|score| score.map(|score| score >= cut)).collect());
            (scaled(score, range, has_risks, scores), selected)
        }
        // without a score the decision stands in, so that the row is audited
        _ => {
            let said = said.unwrap_or_default();
            (said.iter().map(|said| said.map(|said| f64::from(u8::from(said)))).collect(), said)
        }
    };
    let n_blank = risk.iter().filter(|risk| risk.is_none()).count();
    let population = outcome.iter().map(|known| known.map_or(Population::Today, |_| Population::History)).collect();
    Ok(Decided { population, outcome, risk, selected, has_risks, threshold, n_blank })
}

/// The least and the highest score; `None` where there is none.
fn range(scores: &[Option<f64>]) -> Option<(f64, f64)> {
    scores.iter().flatten().fold(None, |range: Option<(f64, f64)>, score| {
        Some(range.map_or((*score, *score), |(low, high)| (low.min(*score), high.max(*score))))
    })
}

/// Whether scores are probabilities, or become so when divided by their highest.
fn is_risk(score: &Score, range: Option<(f64, f64)>) -> bool {
    range.is_none_or(|(low, high)| low >= 0.0 && high <= score.max.unwrap_or(1.0))
}

/// Scores that are no risks need a threshold, or a decision.
fn ensure_scale(
    score: &Score,
    range: Option<(f64, f64)>,
    scores: &[Option<f64>],
    is_decided: bool,
    is_risk: bool,
) -> Result<()> {
    let column = &score.column;
    let Some((low, high)) = range else {
        let message = format!("column `{column}` has no value in any row, expected scores");
        return Err(Error::new(message).hint("name the column that holds them with `--score`"));
    };
    if is_risk || (score.max.is_none() && (score.threshold.is_some() || is_decided)) {
        return Ok(());
    }
    let (low_shown, high_shown) = (number(low), number(high));
    if let Some(max) = score.max {
        let message = format!(
            "scores `{column}` go from {low_shown} to {high_shown}, expected 0 to {} by `--score-max`",
            number(max)
        );
        return Err(Error::new(message).hint(if low < 0.0 {
            format!("leave `--score-max` out and say who is selected: `--threshold {}`", number(cut_of(scores)))
        } else {
            format!("`--score-max {high_shown}`")
        }));
    }
    let message = format!("scores `{column}` go from {low_shown} to {high_shown}, expected risks from 0 to 1");
    let threshold = format!("`--threshold {}` if selected is who has at least so much", number(cut_of(scores)));
    Err(Error::new(message).hint(if low >= 0.0 && high > 1.0 && high <= 100.0 {
        let points = if high > 10.0 { "100" } else { "10" };
        format!("`--score-max {points}` if they are points; {threshold}")
    } else {
        threshold
    }))
}

/// The score that about a fifth of the rows reaches.
fn cut_of(scores: &[Option<f64>]) -> f64 {
    let mut sorted: Vec<f64> = scores.iter().flatten().copied().collect();
    sorted.sort_unstable_by(f64::total_cmp);
    let place = ((1.0 - SHARE) * sorted.len() as f64) as usize;
    sorted.get(place).or(sorted.last()).copied().unwrap_or(HALF)
}

/// Scores as numbers from 0 to 1 of the same order.
fn scaled(score: &Score, range: Option<(f64, f64)>, is_risk: bool, mut scores: Vec<Option<f64>>) -> Vec<Option<f64>> {
    let (low, width) = match (is_risk, range) {
        (true, _) => (0.0, score.max.unwrap_or(1.0)),
        (false, range) => range.map_or((0.0, 1.0), |(low, high)| (low, high - low)),
    };
    for score in scores.iter_mut().flatten() {
        *score = if width > 0.0 { (*score - low) / width } else { 0.0 };
    }
    scores
}

impl Decided {
    /// What was noticed about scores, decisions and outcomes.
    pub fn findings(&self, asked: &TableAudit, plain: &Plain) -> Vec<Finding> {
        let all = [self.open(asked, plain), self.blank(asked), self.no_risks(asked), self.no_choice(asked, plain)];
        all.into_iter().flatten().collect()
    }

    /// Rows whose outcome is not known.
    fn open(&self, asked: &TableAudit, plain: &Plain) -> Option<Finding> {
        let column = &asked.outcome.as_ref()?.column;
        let open: Vec<usize> = (0..self.outcome.len()).filter(|row| self.outcome[*row].is_none()).collect();
        let first = *open.first()?;
        let (n, n_rows) = (open.len(), self.outcome.len());
        let finding = if n == n_rows {
            let message = format!(
                "`{column}` has no value in any of {} rows: only what needs no outcome is told",
                grouped(n as u64)
            );
            Finding::new("unknown-outcomes", message)
        } else {
            let message = format!(
                "the outcome of {} of {} rows is not known: the prevalence among them is not either, so they are told apart, as `today`",
                grouped(n as u64),
                grouped(n_rows as u64)
            );
            Finding::new("unknown-outcomes", message).first_row(plain.number(first))
        };
        Some(finding.column(column).count(n))
    }

    fn blank(&self, asked: &TableAudit) -> Option<Finding> {
        let column =
            asked.score.as_ref().map(|score| &score.column).or(asked.selected.as_ref().map(|said| &said.column))?;
        let left_out = if self.n_blank == 1 { "row, which is left out" } else { "rows, which are left out" };
        let message = format!("`{column}` is blank in {} {left_out}", grouped(self.n_blank as u64));
        (self.n_blank > 0).then(|| Finding::new("unscored-rows", message).column(column).count(self.n_blank))
    }

    fn no_risks(&self, asked: &TableAudit) -> Option<Finding> {
        let score = asked.score.as_ref().filter(|_| !self.has_risks)?;
        let message = format!("`{}` is no risk from 0 to 1, so nothing is told of calibration", score.column);
        Some(Finding::new("no-risks", message).column(&score.column).severity(Severity::Info))
    }

    /// All are selected, or none is.
    fn no_choice(&self, asked: &TableAudit, plain: &Plain) -> Option<Finding> {
        let mut known = self.selected.iter().flatten();
        let first = *known.next()?;
        if known.any(|selected| *selected != first) {
            return None;
        }
        let (who, what) = if first { ("everybody", "1") } else { ("nobody", "0") };
        let (message, hint) = match (self.threshold, &asked.score) {
            (Some(threshold), Some(score)) => {
                let scores = plain.numbers(&score.column).unwrap_or_default();
                let (low, high) = range(&scores).unwrap_or_default();
                let message = format!(
                    "`--threshold {}` selects {who}: `{}` goes from {} to {}, so every selection rate is {what}",
                    number(threshold),
                    score.column,
                    number(low),
                    number(high)
                );
                let cut = cut_of(&scores);
                (message, (low < high).then(|| format!("`--threshold {}`", number(if cut > low { cut } else { high }))))
            }
            _ => {
                let column = asked.selected.as_ref().map_or("", |said| said.column.as_str());
                (format!("`{column}` selects {who}, so every selection rate is {what}"), None)
            }
        };
        Some(Finding::new("no-choice", message).hint_opt(hint))
    }
}
