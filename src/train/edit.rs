//! Changes of terms that somebody makes by hand, applied to every model of a run alike.

use super::learner::{Candidates, Learner, Path, Task};
use crate::base::design::Design;
use crate::base::error::nearest;
use crate::base::model::{Model, Pair, Shape, Term};
use crate::base::units::{Direction, Family};
use crate::base::{Error, Result, Seed};

/// One change of one term.
#[derive(Debug, Clone, PartialEq)]
pub struct Edit {
    /// The column, or two of them: `tenure × contract`.
    pub term: String,
    pub change: Change,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Change {
    /// The term is taken out: it is its mean for everybody.
    Remove,
    /// No value of the term is below `low` or above `high`, in margin units about its mean.
    Cap { low: f64, high: f64 },
    /// The steps of a number go one way: those nearest in least squares, weighted by the rows of the fit (pool adjacent
    /// violators, Ayer et al. 1955); a line that goes the other way is left flat.
    Monotonize(Direction),
}

/// Applies edits in their order. What is left of a term stays where it is; a removed one leaves its mean in the intercept.
///
/// # Errors
/// No term has the name, or the change makes no sense for it: lines have no values to cap, levels and pairs no direction.
fn apply(model: &mut Model, edits: &[Edit], design: &Design) -> Result<()> {
    Error::all(edits.iter().filter_map(|edit| apply_one(model, edit, design).err()))
}

fn apply_one(model: &mut Model, edit: &Edit, design: &Design) -> Result<()> {
    let is_wanted = |pair: &Pair| pair_name(pair) == edit.term || pair_name(&turned(pair)) == edit.term;
    if let Some(place) = model.pairs.iter().position(is_wanted) {
        return edit_pair(model, place, edit);
    }
    let Some(place) = model.terms.iter().position(|term| term.feature == edit.term) else {
        return unknown(edit, design);
    };
    if edit.change == Change::Remove {
        let term = model.terms.remove(place);
        model.intercept += term.mean;
        return Ok(());
    }
    change_shape(&mut model.terms[place], edit)
}

/// No such term: a pair that was not kept and a column that tells nothing in this fit need no edit, a column that does
/// not exist is an error.
fn unknown(edit: &Edit, design: &Design) -> Result<()> {
    let names = || design.features.iter().map(|feature| feature.name.as_str());
    let missing = edit.term.split(" × ").find(|column| !names().any(|name| name == *column));
    let Some(missing) = missing else { return Ok(()) };
    let hint = nearest(missing, names()).map(|near| format!("is it `{near}`?"));
    Err(Error::new(format!("`edits` names column `{missing}`, which the models do not see")).hint_opt(hint))
}

fn pair_name(pair: &Pair) -> String {
    format!("{} × {}", pair.features[0], pair.features[1])
}

fn turned(pair: &Pair) -> Pair {
    let [first, second] = pair.features.clone();
    Pair { features: [second, first], ..pair.clone() }
}

fn edit_pair(model: &mut Model, place: usize, edit: &Edit) -> Result<()> {
    match edit.change {
        Change::Remove => {
            let pair = model.pairs.remove(place);
            model.intercept += pair.mean;
            Ok(())
        }
        Change::Cap { low, high } => {
            let pair = &mut model.pairs[place];
            let mean = pair.mean;
            pair.values.iter_mut().for_each(|value| *value = (*value - mean).clamp(low, high) + mean);
            Ok(())
        }
        Change::Monotonize(_) => Err(senseless(edit, "a pair of columns has no direction")),
    }
}

fn senseless(edit: &Edit, why: &str) -> Error {
    Error::new(format!("the edit of `{}` cannot be made: {why}", edit.term)).hint("remove the edit, or change it")
}

fn change_shape(term: &mut Term, edit: &Edit) -> Result<()> {
    let mean = term.mean;
    let cap = |value: &mut f64| {
        if let Change::Cap { low, high } = edit.change {
            *value = (*value - mean).clamp(low, high) + mean;
        }
    };
    match (&mut term.shape, edit.change) {
        (Shape::Steps { values, missing, .. }, Change::Cap { .. }) => {
            values.iter_mut().for_each(cap);
            cap(missing);
            Ok(())
        }
        (Shape::Levels { levels, pooled, missing, unseen, .. }, Change::Cap { .. }) => {
            levels.iter_mut().for_each(|level| cap(&mut level.weight));
            [pooled, missing, unseen].into_iter().for_each(cap);
            Ok(())
        }
        (Shape::Steps { values, counts, .. }, Change::Monotonize(direction)) => {
            let weights: Vec<f64> = match counts.is_empty() {
                true => vec![1.0; values.len()],
                false => counts.iter().map(|count| (*count as f64).max(1e-9)).collect(),
            };
            let sign = if direction == Direction::Increasing { 1.0 } else { -1.0 };
            let signed: Vec<f64> = values.iter().map(|value| sign * value).collect();
            *values = pool(&signed, &weights).into_iter().map(|value| sign * value).collect();
            Ok(())
        }
        (Shape::Line { slope, .. }, Change::Monotonize(direction)) => {
            *slope = if direction == Direction::Increasing { slope.max(0.0) } else { slope.min(0.0) };
            Ok(())
        }
        (Shape::Line { .. }, Change::Cap { .. }) => Err(senseless(edit, "a line has no values to cap")),
        (Shape::Levels { .. }, Change::Monotonize(_)) => Err(senseless(edit, "levels have no order")),
        (_, Change::Remove) => Ok(()),
    }
}

/// Weighted least squares under "never falls": neighbors that fall are replaced by their mean.
fn pool(values: &[f64], weights: &[f64]) -> Vec<f64> {
    let mut blocks: Vec<(f64, f64, usize)> = Vec::new();
    for (value, weight) in values.iter().zip(weights) {
        blocks.push((*value, *weight, 1));
        while let [.., (before, w_before, n_before), (last, w_last, n_last)] = blocks[..] {
            if before <= last {
                break;
            }
            blocks.truncate(blocks.len() - 2);
            let weight = w_before + w_last;
            blocks.push(((before * w_before + last * w_last) / weight, weight, n_before + n_last));
        }
    }
    blocks.into_iter().flat_map(|(value, _, n)| std::iter::repeat_n(value, n)).collect()
}

/// Takes the means of all terms and pairs, and so the base margin, over the rows of the fit again.
fn measure(model: &mut Model, design: &Design, rows: &[u32]) -> Result<()> {
    let n = rows.len().max(1) as f64;
    let bound = model.bind(design)?;
    let mean = |value: &dyn Fn(usize) -> f64| rows.iter().map(|&row| value(row as usize)).sum::<f64>() / n;
    let terms: Vec<f64> = bound.terms.iter().map(|term| mean(&|row| term.value(row))).collect();
    let pairs: Vec<f64> = bound.pairs.iter().map(|pair| mean(&|row| pair.value(row))).collect();
    model.terms.iter_mut().zip(&terms).for_each(|(term, mean)| term.mean = *mean);
    model.pairs.iter_mut().zip(&pairs).for_each(|(pair, mean)| pair.mean = *mean);
    model.background.base_margin = model.intercept + terms.iter().chain(&pairs).sum::<f64>();
    Ok(())
}

/// A family whose models are edited as they are fitted.
pub(super) struct Edited<'a> {
    pub inner: Box<dyn Learner + 'a>,
    pub task: Task<'a>,
}

impl Edited<'_> {
    fn edit(&self, model: &mut Model, rows: &[u32]) -> Result<()> {
        apply(model, &self.task.settings.edits, self.task.design)?;
        measure(model, self.task.design, rows)
    }
}

impl Learner for Edited<'_> {
    fn family(&self) -> Family {
        self.inner.family()
    }

    fn candidates(&self) -> Candidates {
        self.inner.candidates()
    }

    fn rows_max(&self) -> usize {
        self.inner.rows_max()
    }

    fn path(&self, rows: &[u32], seed: Seed) -> Result<Path> {
        match self.inner.path(rows, seed)? {
            Path::Models(mut models) => {
                models.iter_mut().try_for_each(|model| self.edit(model, rows))?;
                Ok(Path::Models(models))
            }
            path @ Path::Prefixes { .. } => Ok(path),
        }
    }

    fn fit(&self, rows: &[u32], candidate: usize, seed: Seed) -> Result<Model> {
        let mut model = self.inner.fit(rows, candidate, seed)?;
        self.edit(&mut model, rows)?;
        Ok(model)
    }
}
