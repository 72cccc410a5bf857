//! What the model says of many subjects at once: how points depend on a column's value, and which columns speak together.

use ndarray::ArrayView1;
use serde::Serialize;

use super::{Explainer, Instructions, Scorer, attribute, interactions};
use crate::base::Result;
use crate::base::attributions::Perturbation;
use crate::base::design::{Design, Feature, FeatureKind, MISSING, Values};

/// Bins of a column of numbers at most.
const N_BINS: usize = 20;
/// Levels of a column that are told apart at most, the most frequent ones.
const N_LEVELS: usize = 20;

/// How much two columns say together, beyond what each says alone.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Interaction {
    pub features: [String; 2],
    /// Mean |Shapley interaction index| in points: by each subject's points per margin unit.
    pub points: f64,
}

/// The pairs of columns that say most together.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Strongest {
    /// As they were told: paths are followed by cover where there is no table for pairs, even where attributions have one.
    pub perturbation: Perturbation,
    /// The strongest first.
    pub pairs: Vec<Interaction>,
}

/// How points depend on a column's value.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Dependence {
    pub feature: String,
    pub kind: FeatureKind,
    /// Of numbers ascending, of levels by falling number of subjects; missing values last.
    pub bins: Vec<Bin>,
    /// Accumulated local effects at the bins' ends, in margin units, their mean over subjects 0 (Apley and Zhu 2020,
    /// "Visualizing the effects of predictor variables in black box supervised learning models"); none of levels.
    pub effects: Vec<(f64, f64)>,
}

/// Subjects with nearly the same value.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Bin {
    /// Least and greatest number; `None` for levels.
    pub from: Option<f64>,
    pub to: Option<f64>,
    /// `None` for numbers and missing values.
    pub level: Option<String>,
    pub n: usize,
    /// Mean points, and the 10th and 90th of 100 subjects.
    pub points: f64,
    pub low: f64,
    pub high: f64,
}

/// The pairs of columns that say most together over `rows`, the strongest first, at most `n_max`.
///
/// # Errors
/// A column does not fit the model.
pub fn strongest(explainer: &Explainer<'_>, design: &Design, rows: &[u32], n_max: usize) -> Result<Strongest> {
    let perturbation = explainer.method().perturbation;
    if rows.is_empty() {
        return Ok(Strongest { perturbation, pairs: Vec::new() });
    }
    let scorer = [explainer.bind(design)?];
    let pairs: Vec<(u32, u16)> = rows.iter().map(|row| (*row, 0)).collect();
    let told = attribute(&scorer, &pairs, design.features.len());
    let base = explainer.base_margin();
    let slopes: Vec<f64> =
        told.margin.iter().map(|margin| 100.0 * explainer.calibrator.secant(base, *margin)).collect();
    let found = interactions(explainer.model, design, rows, perturbation, Instructions::detect())?;
    let mean = |values: ArrayView1<'_, f64>| {
        values.iter().zip(&slopes).map(|(value, slope)| (value * slope).abs()).sum::<f64>() / rows.len() as f64
    };
    let mut all: Vec<Interaction> = found
        .pairs
        .iter()
        .zip(found.values.columns())
        .map(|(pair, values)| Interaction {
            features: pair.map(|column| design.features[column].name.clone()),
            points: mean(values),
        })
        .collect();
    all.sort_by(|a, b| b.points.total_cmp(&a.points).then_with(|| a.features.cmp(&b.features)));
    all.retain(|interaction| interaction.points > 0.0);
    all.truncate(n_max);
    Ok(Strongest { perturbation: found.perturbation, pairs: all })
}

/// How points depend on the value of some columns of the design, over `rows`.
///
/// # Errors
/// A column does not fit the model.
pub fn dependence(scorer: &Scorer<'_>, design: &Design, rows: &[u32], columns: &[usize]) -> Result<Vec<Dependence>> {
    let pairs: Vec<(u32, u16)> = rows.iter().map(|row| (*row, 0)).collect();
    let told = attribute(std::slice::from_ref(scorer), &pairs, design.features.len());
    columns
        .iter()
        .map(|&column| {
            let feature = &design.features[column];
            let points = told.points.column(column);
            let (mut bins, effects) = match &feature.values {
                Values::Numbers { values, .. } => {
                    let cuts = cuts(feature, rows);
                    let bin = |row: usize| cuts.partition_point(|cut| *cut < values[row]);
                    let bins = (0..=cuts.len()).map(|wanted| {
                        let is_in = |row: usize| !feature.values.is_missing(row) && bin(row) == wanted;
                        let numbers =
                            rows.iter().map(|row| *row as usize).filter(|row| is_in(*row)).map(|row| values[row]);
                        let (from, to) = numbers.fold((f64::INFINITY, f64::NEG_INFINITY), |(from, to), number| {
                            (from.min(number), to.max(number))
                        });
                        told_bin(rows, points, &is_in).map(|bin| Bin { from: Some(from), to: Some(to), ..bin })
                    });
                    let bins: Vec<Bin> = bins.flatten().collect();
                    let effects = effects(scorer, design, rows, column, &bins)?;
                    (bins, effects)
                }
                Values::Levels { codes, levels } => {
                    let bins = levels.iter().zip(0u32..).filter_map(|(level, code)| {
                        let bin = told_bin(rows, points, &|row| codes[row] == code && code != MISSING)?;
                        Some(Bin { level: Some(level.clone()), ..bin })
                    });
                    let mut bins: Vec<Bin> = bins.collect();
                    bins.sort_by(|a, b| b.n.cmp(&a.n).then_with(|| a.level.cmp(&b.level)));
                    bins.truncate(N_LEVELS);
                    (bins, Vec::new())
                }
            };
            bins.extend(told_bin(rows, points, &|row| feature.values.is_missing(row)));
            Ok(Dependence { feature: feature.name.clone(), kind: feature.kind, bins, effects })
        })
        .collect()
}

/// Cuts between bins of about as many subjects each; every value its own bin where there are few.
fn cuts(feature: &Feature, rows: &[u32]) -> Vec<f64> {
    let mut known: Vec<f64> = rows.iter().filter_map(|row| feature.values.number(*row as usize)).collect();
    known.sort_by(f64::total_cmp);
    let mut distinct = known.clone();
    distinct.dedup();
    distinct.pop();
    if distinct.len() < N_BINS {
        return distinct;
    }
    let last = known[known.len() - 1];
    let mut cuts: Vec<f64> =
        (1..N_BINS).map(|bin| known[bin * known.len() / N_BINS]).filter(|cut| *cut < last).collect();
    cuts.dedup();
    cuts
}

fn told_bin(rows: &[u32], points: ArrayView1<'_, f64>, is_in: &dyn Fn(usize) -> bool) -> Option<Bin> {
    let members = rows.iter().zip(points).filter(|(row, _)| is_in(**row as usize));
    let mut all: Vec<f64> = members.map(|(_, points)| *points).collect();
    all.sort_by(f64::total_cmp);
    let n = all.len();
    let quantile = |share: f64| all[(share * (n - 1) as f64).round() as usize];
    (n > 0).then(|| Bin {
        from: None,
        to: None,
        level: None,
        n,
        points: all.iter().sum::<f64>() / n as f64,
        low: quantile(0.1),
        high: quantile(0.9),
    })
}

/// Σ over bins of how far the margin moves, on average over the bin's subjects, from the bin's beginning to its end.
fn effects(scorer: &Scorer<'_>, design: &Design, rows: &[u32], column: usize, bins: &[Bin]) -> Result<Vec<(f64, f64)>> {
    let ends: Vec<f64> = bins.iter().filter_map(|bin| bin.to).collect();
    let Some(begin) = bins.first().and_then(|bin| bin.from) else { return Ok(Vec::new()) };
    let of_row = |row: usize| {
        let number = design.features[column].values.number(row)?;
        let bin = ends.partition_point(|end| *end < number).min(ends.len() - 1);
        Some((bin, if bin == 0 { begin } else { ends[bin - 1] }, ends[bin]))
    };
    let known: Vec<(u32, (usize, f64, f64))> =
        rows.iter().filter_map(|row| Some((*row, of_row(*row as usize)?))).collect();
    // every subject at the beginning of its bin, then at its end
    let mut moved = design.rearranged(2 * known.len(), |row, _| known[row % known.len()].0 as usize);
    moved.features[column].values = Values::Numbers {
        values: known.iter().map(|(_, (_, from, _))| *from).chain(known.iter().map(|(_, (_, _, to))| *to)).collect(),
        missing: Vec::new(),
    };
    let bound = scorer.model.model.bind(&moved)?;
    let mut sums = vec![(0.0, 0.0); ends.len()];
    for (place, (_, (bin, _, _))) in known.iter().enumerate() {
        sums[*bin].0 += bound.margin(place + known.len()) - bound.margin(place);
        sums[*bin].1 += 1.0;
    }
    let mut effects = vec![(begin, 0.0)];
    for (end, (sum, n)) in ends.iter().zip(&sums) {
        let before = effects[effects.len() - 1].1;
        effects.push((*end, before + if *n > 0.0 { sum / n } else { 0.0 }));
    }
    let n: f64 = sums.iter().map(|(_, n)| n).sum();
    // a bin's effect is the middle of those at its two ends
    let middle = |bin: usize| f64::midpoint(effects[bin].1, effects[bin + 1].1);
    let mean = sums.iter().enumerate().map(|(bin, (_, n))| middle(bin) * n).sum::<f64>() / n.max(1.0);
    effects.iter_mut().for_each(|(_, effect)| *effect -= mean);
    Ok(effects)
}
