//! How far points are from the Shapley values of the calibrated risk, which they do not claim to be.
//!
//! `cargo test --locked --test it points -- --nocapture` prints the figures of `docs/explanations.md`.

use std::fs;

use trustrisk::base::attributions::Perturbation;
use trustrisk::base::model::Bound;
use trustrisk::base::progress::Silent;
use trustrisk::base::saved::SavedModel;
use trustrisk::explain::{Explainer, attribute};
use trustrisk::{config, features, load};

use crate::support::root;

/// Subjects that are told, and background subjects: every coalition is asked of each pair of them.
const N_TOLD: usize = 30;
const N_BACKGROUND: usize = 40;

/// Interventional Shapley values of 100 × risk for one row, by all coalitions of the terms' columns.
fn shapley(bound: &Bound<'_>, risk: &dyn Fn(f64) -> f64, row: usize, background: &[u32]) -> Vec<f64> {
    let n = bound.terms.len();
    let own: Vec<f64> = bound.terms.iter().map(|term| term.value(row)).collect();
    let mut worth = vec![0.0; 1 << n];
    for &other in background {
        let others: Vec<f64> = bound.terms.iter().map(|term| term.value(other as usize)).collect();
        let mut margins = vec![bound.model.intercept + others.iter().sum::<f64>(); 1 << n];
        for set in 1..1usize << n {
            let column = set.trailing_zeros() as usize;
            margins[set] = margins[set & (set - 1)] + own[column] - others[column];
        }
        worth
            .iter_mut()
            .zip(&margins)
            .for_each(|(worth, margin)| *worth += 100.0 * risk(*margin) / background.len() as f64);
    }
    let factorial = |n: usize| (1..=n).map(|i| i as f64).product::<f64>();
    let weights: Vec<f64> = (0..n).map(|size| factorial(size) * factorial(n - 1 - size) / factorial(n)).collect();
    let of_column = |column: usize| {
        let others = (0..worth.len()).filter(|set| set >> column & 1 == 0);
        others.map(|set| weights[set.count_ones() as usize] * (worth[set | 1 << column] - worth[set])).sum()
    };
    (0..n).map(of_column).collect()
}

#[test]
fn points_are_near_the_shapley_values_of_the_risk() {
    let data = root().join("data");
    let text = fs::read_to_string(data.join("trustrisk.toml")).unwrap();
    let plan = config::read(&text, &data, chrono::NaiveDate::from_ymd_opt(2026, 6, 30).unwrap()).unwrap();
    let run = fs::read_dir(root().join("reports/harbor-lane")).unwrap().next().unwrap().unwrap().path();
    for name in ["suppliers", "employees"] {
        let group = plan.stakeholders.iter().find(|group| group.name == name).unwrap();
        let table = load::load(&group.load, &Silent).unwrap().table.unwrap();
        let design = features::build(&table, plan.portfolio.as_of, &group.features).unwrap().design;
        let saved = SavedModel::parse(&fs::read_to_string(run.join(name).join("model.json")).unwrap()).unwrap();
        let (model, calibrator) = (&saved.last.model, saved.last.calibrator);
        assert!(model.trees.is_empty() && model.pairs.is_empty(), "{name} is scored by another family now");
        let all: Vec<u32> = (0..table.n_rows() as u32).collect();
        let spaced = |n: usize| all.iter().step_by(all.len() / n).take(n).copied().collect::<Vec<u32>>();
        let (rows, background) = (spaced(N_TOLD), spaced(N_BACKGROUND));
        // the points against the same background
        let mut model = model.clone();
        let bound = model.bind(&design).unwrap();
        let means: Vec<f64> = bound
            .terms
            .iter()
            .map(|term| background.iter().map(|row| term.value(*row as usize)).sum::<f64>() / background.len() as f64)
            .collect();
        drop(bound);
        model.terms.iter_mut().zip(&means).for_each(|(term, mean)| term.mean = *mean);
        let explainer = Explainer::new(&model, calibrator, Perturbation::Interventional);
        let scorers = [explainer.bind(&design).unwrap()];
        let pairs: Vec<(u32, u16)> = rows.iter().map(|row| (*row, 0)).collect();
        let told = attribute(&scorers, &pairs, design.features.len());
        let bound = model.bind(&design).unwrap();
        let (mut off, mut size, mut worst, mut same_top) = (0.0, 0.0, 0.0f64, 0);
        for (place, row) in rows.iter().enumerate() {
            let exact = shapley(&bound, &|margin| calibrator.value(margin), *row as usize, &background);
            let ours: Vec<f64> = model
                .terms
                .iter()
                .map(|term| {
                    let column = design.features.iter().position(|feature| feature.name == term.feature).unwrap();
                    told.points[[place, column]]
                })
                .collect();
            for (ours, exact) in ours.iter().zip(&exact) {
                off += (ours - exact).abs();
                size += exact.abs();
                worst = worst.max((ours - exact).abs());
            }
            let top = |values: &[f64]| (0..values.len()).max_by(|a, b| values[*a].abs().total_cmp(&values[*b].abs()));
            same_top += usize::from(top(&ours) == top(&exact));
        }
        let n = rows.len() * model.terms.len();
        println!(
            "{name}: {} columns, mean difference {:.2} points where the mean size is {:.2}, largest {worst:.1}; the first \
             reason is the same for {same_top} of {} subjects",
            model.terms.len(),
            off / n as f64,
            size / n as f64,
            rows.len()
        );
        assert!(off < 0.5 * size, "{name}: points tell another story than the risk");
    }
}
