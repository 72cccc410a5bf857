//! From the values of bags to the model that all stages share.
//!
//! What is told is the bags' mean. Bags differ by the group of rows that each held out, so that their spread is a
//! delete-a-group jackknife: the standard error of a value is √((K − 1) / K × Σ (value of bag k − mean)²) over K bags
//! (Efron & Stein, 1981; with groups of many rows it tends to be too large rather than too small).

use super::boost::Boosted;
use super::pairs::Pairs;
use super::purify::purify;
use crate::base::model::{LevelWeight, Model, Pair, Shape, Term};
use crate::base::units::Family;
use crate::train::binned::{Binned, BinnedColumn, Bins};

/// Value and standard error of a bin.
type Told = (f64, f64);

/// The model of the bags' mean; every term and pair has mean 0 over the fit's rows.
pub(super) fn assemble(binned: &Binned, intercept: f64, mains: &Boosted, pairs: Option<&Pairs>) -> Model {
    let mut model = Model::empty(Family::Additive, intercept, binned.n_rows as u64);
    let mut of_bags = mains.values.clone();
    if let Some(pairs) = pairs {
        model.pairs =
            (0..pairs.columns.len()).map(|pair| pure_pair(binned, pairs, pair, mains, &mut of_bags)).collect();
    }
    for (place, column) in binned.columns.iter().enumerate() {
        let counts = column.counts();
        let values: Vec<&[f64]> = of_bags.iter().map(|values| &values[mains.layout.bins(place)]).collect();
        let (mean, told) = center(&values, &counts);
        model.intercept += mean;
        let shape = shape(column, &counts, &told);
        model.terms.push(Term { feature: column.name.clone(), kind: column.kind, mean: 0.0, shape });
    }
    model.background.base_margin = model.intercept;
    model
}

/// A pair without main effects, which go to the main effects of every bag.
fn pure_pair(binned: &Binned, pairs: &Pairs, pair: usize, mains: &Boosted, of_bags: &mut [Vec<f64>]) -> Pair {
    let plane = &pairs.planes[pair];
    let columns = pairs.columns[pair];
    let coarse = columns.map(|column| &pairs.coarse[column]);
    let weights: Vec<f64> = plane.counts.iter().map(|count| f64::from(*count)).collect();
    let mut values = vec![0.0; plane.n_cells()];
    for (tables, mains_of_bag) in pairs.tables.of_bags.iter().zip(of_bags.iter_mut()) {
        let table: Vec<f64> = tables[pair].iter().map(|value| f64::from(*value)).collect();
        let pure = purify(&table, &weights, plane.n_second());
        let n_bags = pairs.tables.of_bags.len() as f64;
        values.iter_mut().zip(&pure.table).for_each(|(sum, value)| *sum += value / n_bags);
        for ((column, coarse), effects) in columns.into_iter().zip(coarse).zip([&pure.first, &pure.second]) {
            let bins = &mut mains_of_bag[mains.layout.bins(column)];
            bins.iter_mut().zip(&coarse.of_bin).for_each(|(value, bin)| *value += effects[usize::from(*bin)]);
        }
    }
    Pair {
        features: columns.map(|column| binned.columns[column].name.clone()),
        axes: coarse.map(|coarse| coarse.axis.clone()),
        missing: coarse.map(|coarse| coarse.has_missing),
        values,
        mean: 0.0,
    }
}

/// The mean over all rows, and what bins tell about it.
fn center(of_bags: &[&[f64]], counts: &[u64]) -> (f64, Vec<Told>) {
    let n_rows: u64 = counts.iter().sum();
    let n_bags = of_bags.len() as f64;
    let mean = |values: &&[f64]| {
        values.iter().zip(counts).map(|(value, count)| value * *count as f64).sum::<f64>() / n_rows.max(1) as f64
    };
    let means: Vec<f64> = of_bags.iter().map(mean).collect();
    let bin = |bin: usize| {
        let centered = || of_bags.iter().zip(&means).map(|(values, mean)| values[bin] - mean);
        let value = centered().sum::<f64>() / n_bags;
        let squares: f64 = centered().map(|of_bag| (of_bag - value).powi(2)).sum();
        (value, ((n_bags - 1.0) / n_bags * squares).sqrt())
    };
    (means.iter().sum::<f64>() / n_bags, (0..counts.len()).map(bin).collect())
}

fn shape(column: &BinnedColumn, counts: &[u64], told: &[Told]) -> Shape {
    let n_known = column.n_known;
    let missing = if column.has_missing { told[n_known].0 } else { 0.0 };
    match &column.bins {
        Bins::Numbers { edges } => steps(edges, &counts[..n_known], &told[..n_known], missing),
        Bins::Levels { levels, has_rare } => {
            let n_own = n_known - usize::from(*has_rare);
            let weight = |bin: usize| LevelWeight {
                level: levels[bin].concat(),
                weight: told[bin].0,
                error: Some(told[bin].1),
                count: Some(counts[bin]),
            };
            Shape::Levels {
                levels: (0..n_own).map(weight).collect(),
                rare: levels[n_own..].concat(),
                pooled: if *has_rare { told[n_own].0 } else { 0.0 },
                missing,
                unseen: 0.0,
            }
        }
    }
}

/// Steps; neighbors that no bag has told apart become one.
fn steps(all_edges: &[f64], bins: &[u64], told: &[Told], missing: f64) -> Shape {
    let (mut edges, mut values, mut errors, mut counts) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (bin, (&(value, error), &count)) in told.iter().zip(bins).enumerate() {
        if bin > 0 && told[bin - 1] == (value, error) {
            if let Some(last) = counts.last_mut() {
                *last += count;
            }
            continue;
        }
        if bin > 0 {
            edges.push(all_edges[bin - 1]);
        }
        values.push(value);
        errors.push(error);
        counts.push(count);
    }
    Shape::Steps { edges, values, errors, counts, missing }
}
