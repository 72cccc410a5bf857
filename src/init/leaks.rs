//! Columns that seem to know the outcome.

use super::names;
use super::outcome::Outcome;
use super::profile::{Column, Kind};
use crate::base::design::MISSING;

/// Why a column is suspected to repeat the outcome, if it is.
pub(super) fn suspicion(column: &Column, target: &Column, outcome: &Outcome) -> Option<String> {
    let happened = happened(target, outcome);
    by_values(column, &happened).or_else(|| by_name(column, target))
}

/// Whether the outcome happened, by row; `None` where it is open.
fn happened(target: &Column, outcome: &Outcome) -> Vec<Option<bool>> {
    let said = |level: &String| match level {
        level if *level == outcome.adverse => Some(true),
        level if *level == outcome.favorable => Some(false),
        _ => None,
    };
    let said: Vec<Option<bool>> = target.levels.iter().map(|(level, _)| said(level)).collect();
    target.codes.iter().map(|code| said.get(*code as usize).copied().flatten()).collect()
}

fn by_values(column: &Column, happened: &[Option<bool>]) -> Option<String> {
    if column.levels.len() <= 50 {
        return nearly_tells(column, happened);
    }
    if column.kind != Kind::Number {
        return None;
    }
    let auc = auc(column, happened)?;
    let auc = auc.max(1.0 - auc);
    (auc >= 0.98).then(|| format!("suspected leak: alone it tells the outcome with an AUC of {auc:.3}"))
}

/// Suspected where guessing by level (blank being one) errs in at most 2 % of the rarer outcome.
fn nearly_tells(column: &Column, happened: &[Option<bool>]) -> Option<String> {
    let n_levels = column.levels.len() + 1;
    let mut counts = vec![[0usize; 2]; n_levels];
    for (code, happened) in column.codes.iter().zip(happened) {
        let level = if *code == MISSING { n_levels - 1 } else { *code as usize };
        if let Some(happened) = happened {
            counts[level][usize::from(*happened)] += 1;
        }
    }
    let totals = counts.iter().fold([0, 0], |sum, count| [sum[0] + count[0], sum[1] + count[1]]);
    let rarer = totals[0].min(totals[1]);
    let wrong: usize = counts.iter().map(|count| count[0].min(count[1])).sum();
    if rarer < 10 || wrong * 50 > rarer {
        return None;
    }
    let n_rows = totals[0] + totals[1];
    Some(match wrong {
        0 => "suspected leak: its values tell the outcome without an error".to_owned(),
        _ => format!("suspected leak: its values tell the outcome in all but {wrong} of {n_rows} rows"),
    })
}

/// Probability that a row with the outcome has the higher number, ties counting half.
fn auc(column: &Column, happened: &[Option<bool>]) -> Option<f64> {
    let mut pairs: Vec<(f64, bool)> =
        column.numbers.iter().zip(happened).filter_map(|(number, happened)| Some(((*number)?, (*happened)?))).collect();
    pairs.sort_by(|a, b| a.0.total_cmp(&b.0));
    let n_events = pairs.iter().filter(|pair| pair.1).count();
    let n_others = pairs.len() - n_events;
    if n_events < 10 || n_others < 10 {
        return None;
    }
    let (mut below, mut wins) = (0usize, 0.0);
    for tied in pairs.chunk_by(|a, b| a.0 == b.0) {
        let events = tied.iter().filter(|pair| pair.1).count();
        let others = tied.len() - events;
        wins += events as f64 * (below as f64 + others as f64 / 2.0);
        below += others;
    }
    Some(wins / (n_events as f64 * n_others as f64))
}

fn by_name(column: &Column, outcome: &Column) -> Option<String> {
    let words = names::words(&column.name);
    let outcome_words = names::words(&outcome.name);
    if names::any(&words, names::AFTERWARDS) {
        return Some("suspected leak: the name speaks of what is known only afterwards".to_owned());
    }
    if words.len() == 1 && names::any(&words, &["score", "prediction", "predicted", "probability"]) {
        return Some("suspected leak: the name is that of a score".to_owned());
    }
    let tells = |word: &str| names::rank(word, names::OUTCOMES).is_some_and(names::tells);
    let shared = outcome_words.iter().find(|word| tells(word) && words.contains(word))?;
    let whole = outcome_words.len() == 1;
    (whole || names::any(&words, names::DERIVED))
        .then(|| format!("suspected leak: the name shares \"{shared}\" with the outcome"))
}
