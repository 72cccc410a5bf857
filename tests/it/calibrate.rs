//! Calibration against peers and against brute force.

use proptest::prelude::*;
use rand::SeedableRng;
use trustrisk::base::calibrator::Kind;
use trustrisk::base::seed::Stream;
use trustrisk::calibrate::venn_abers::{VennAbers, cross};
use trustrisk::calibrate::{Validation, platt, reliability, validate};

use crate::stats::{close, flags, numbers, reference, samples};
use crate::support::{column, run_small, scores, small_business};

#[test]
fn platt_is_that_of_the_peers() {
    for sample in samples() {
        let fit = platt(&sample.margins, &sample.outcomes).unwrap();
        assert!(fit.converged && fit.is_usable());
        assert_eq!(fit.kind(), Some(Kind::Platt { slope: fit.slope, intercept: fit.intercept }));
        let newton = numbers(&sample.numbers["platt"]["newton"]);
        close(fit.slope, newton[0], 1e-8);
        close(fit.intercept, newton[1], 1e-8);
        // scikit-learn stops its L-BFGS at a gradient of 1e-6
        let peer = numbers(&sample.numbers["platt"]["scikit_learn"]);
        close(fit.slope, peer[0], 1e-4);
        close(fit.intercept, peer[1], 1e-4);
    }
}

#[test]
fn platt_says_when_it_cannot() {
    assert_eq!(platt(&[], &[]), None);
    assert_eq!(platt(&[1.0, 2.0], &[true, true]), None);
    assert_eq!(platt(&[1.0, f64::INFINITY], &[true, false]), None);
    let turned = platt(&[1.0, 2.0, 3.0, 4.0], &[true, true, false, false]).unwrap();
    assert!(turned.slope < 0.0 && turned.converged && !turned.is_usable());
    let constant = platt(&[1.0, 1.0, 1.0], &[true, false, false]).unwrap();
    assert!(constant.slope == 0.0 && !constant.is_usable());
    // smoothed targets keep the slope finite where margins separate the classes
    let separated = platt(&[-1.0, -2.0, 1.0, 2.0], &[false, false, true, true]).unwrap();
    assert!(separated.converged && separated.is_usable());
}

#[test]
fn platt_does_not_mind_the_unit_of_margins() {
    let sample = &samples()[0];
    let fit = platt(&sample.margins, &sample.outcomes).unwrap();
    let scaled: Vec<f64> = sample.margins.iter().map(|margin| 1e-4 * margin + 7.0).collect();
    let other = platt(&scaled, &sample.outcomes).unwrap();
    close(other.slope * 1e-4, fit.slope, 1e-7);
    close(other.intercept + 7.0 * other.slope, fit.intercept, 1e-7);
}

#[test]
fn validation_tells_the_figures_of_the_peers() {
    for sample in samples() {
        let them = &sample.numbers;
        for clusters in [None, Some(&sample.clusters[..])] {
            let ours = validate(&sample.risks, &sample.outcomes, clusters, &mut Stream::seed_from_u64(1));
            let pairs = [
                (ours.auc, "auc"),
                (ours.average_precision, "average_precision"),
                (ours.brier, "brier"),
                (ours.log_loss, "log_loss"),
                (ours.ece, "ece"),
            ];
            for (estimate, name) in pairs {
                let (low, value, high) = (estimate.low.unwrap(), estimate.value.unwrap(), estimate.high.unwrap());
                close(value, them[name].as_f64().unwrap(), 1e-12);
                assert!(low <= value && value <= high && low < high, "{name}: {estimate:?}");
            }
            let line = if clusters.is_some() { "line_clustered" } else { "line" };
            close(ours.calibration_slope.value.unwrap(), them[line]["slope"][0].as_f64().unwrap(), 1e-8);
            close(ours.calibration_slope.low.unwrap(), them[line]["slope"][1].as_f64().unwrap(), 1e-8);
            close(ours.calibration_intercept.value.unwrap(), them[line]["intercept"][0].as_f64().unwrap(), 1e-8);
        }
    }
}

#[test]
fn validation_has_the_names_of_the_interface() {
    let value = serde_json::to_value(validate(&[], &[], None, &mut Stream::seed_from_u64(1))).unwrap();
    let names: Vec<&str> = value.as_object().unwrap().keys().map(String::as_str).collect();
    let expected = [
        "n_history",
        "n_outcomes",
        "auc",
        "average_precision",
        "brier",
        "log_loss",
        "ece",
        "calibration_slope",
        "calibration_intercept",
        "top",
    ];
    assert_eq!(names, expected);
    assert_eq!(value["auc"], serde_json::json!({"value": null, "low": null, "high": null}));
}

#[test]
fn validation_of_one_class_keeps_what_is_defined() {
    let ours = validate(&[0.1, 0.2, 0.4], &[false; 3], None, &mut Stream::seed_from_u64(1));
    assert_eq!((ours.auc, ours.average_precision), Default::default());
    assert_eq!((ours.calibration_slope, ours.calibration_intercept), Default::default());
    assert!(ours.brier.value.is_some() && ours.ece.value.is_some());
    let refused = validate(&[0.1, f64::NAN], &[true, false], None, &mut Stream::seed_from_u64(1));
    assert_eq!(refused, Validation { n_history: 2, n_outcomes: 1, top: refused.top.clone(), ..Validation::default() });
    assert!(refused.top.iter().all(|top| (top.lift, top.capture) == Default::default()));
}

#[test]
fn validation_is_the_same_with_any_number_of_threads() {
    let n = 100_000u64;
    let risks: Vec<f64> = (0..n).map(|i| (i.wrapping_mul(2_654_435_761) % 1_000_003) as f64 / 1_000_003.0).collect();
    let outcomes: Vec<bool> =
        (0..n).zip(&risks).map(|(i, risk)| ((i * 40_503) % 65_537) as f64 / 65_537.0 < *risk).collect();
    let run = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| validate(&risks, &outcomes, None, &mut Stream::seed_from_u64(3)))
    };
    assert_eq!(run(1), run(3));
    assert!((run(1).calibration_slope.value.unwrap() - 1.0).abs() < 0.05);
}

#[test]
fn reliability_adds_up() {
    let sample = &samples()[1];
    let bins = reliability(&sample.risks, &sample.outcomes, 10);
    assert!(bins.len() <= 10 && bins.is_sorted_by(|a, b| a.mean_risk < b.mean_risk));
    assert_eq!(bins.iter().map(|bin| bin.n).sum::<u64>() as usize, sample.risks.len());
    let outcomes = sample.outcomes.iter().filter(|outcome| **outcome).count();
    assert_eq!(bins.iter().map(|bin| bin.n_outcomes).sum::<u64>() as usize, outcomes);
    assert!(bins.iter().all(|bin| bin.low <= bin.rate && bin.rate <= bin.high));
    assert!(reliability(&[], &[], 10).is_empty());
    assert_eq!(reliability(&[0.5; 7], &[true; 7], 10).len(), 1);
}

#[test]
fn venn_abers_is_isotonic_regression_with_the_row_added() {
    for case in reference("venn_abers.json").as_array().unwrap() {
        let predictor = VennAbers::fit(&numbers(&case["scores"]), &flags(&case["outcomes"])).unwrap();
        for (query, theirs) in numbers(&case["queries"]).iter().zip(case["ranges"].as_array().unwrap()) {
            let (low, high) = predictor.range(*query);
            close(low, theirs[0].as_f64().unwrap(), 1e-12);
            close(high, theirs[1].as_f64().unwrap(), 1e-12);
        }
    }
    assert_eq!(VennAbers::fit(&[], &[]), None);
    assert_eq!(VennAbers::fit(&[f64::NAN], &[true]), None);
}

#[test]
fn cross_takes_the_widest_range() {
    assert_eq!(cross([(0.2, 0.3), (0.25, 0.4)]), Some((0.2, 0.4)));
    assert_eq!(cross([(0.3, 0.3)]), Some((0.3, 0.3)));
    assert_eq!(cross([]), None);
}

#[test]
fn the_printed_range_is_the_widest_of_one_predictor_for_each_calibration_fold() {
    let folder = small_business(900);
    let printed = scores(&run_small(folder.path()).unwrap().path, "customers");
    let cells = |name: &str| column(&printed, name);
    let numbers = |name: &str| cells(name).iter().map(|cell| cell.parse().unwrap()).collect::<Vec<f64>>();
    let (margin, risk, low, high) = (numbers("margin"), numbers("risk"), numbers("risk_low"), numbers("risk_high"));
    let (fold, outcome) = (cells("fold"), cells("outcome"));
    let predictors: Vec<VennAbers> = (0..5)
        .map(|number: u32| {
            let rows = || (0..900).filter(|row| fold[*row] == number.to_string());
            let margins: Vec<f64> = rows().map(|row| margin[row]).collect();
            VennAbers::fit(&margins, &rows().map(|row| outcome[row] == "1").collect::<Vec<_>>()).unwrap()
        })
        .collect();
    let mut n_wider = 0;
    for row in (0..900).filter(|row| fold[*row].is_empty()) {
        let ranges: Vec<(f64, f64)> = predictors.iter().map(|predictor| predictor.range(margin[row])).collect();
        let lowest = ranges.iter().map(|range| range.0).fold(risk[row], f64::min);
        let highest = ranges.iter().map(|range| range.1).fold(risk[row], f64::max);
        close(low[row], lowest, 1e-12);
        close(high[row], highest, 1e-12);
        n_wider += usize::from(ranges.iter().all(|range| range.0 > lowest || range.1 < highest));
    }
    assert!(n_wider > 10, "some single predictor would do as well");
}

/// Isotonic fit at `score` once it was added with `outcome`: max over starts of min over ends of the mean between.
fn brute_force(rows: &[(f64, bool)], score: f64, outcome: bool) -> f64 {
    let mut rows: Vec<(f64, bool)> = rows.iter().copied().chain([(score, outcome)]).collect();
    rows.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mean = |low: f64, high: f64| {
        let inside = || rows.iter().filter(|row| row.0 >= low && row.0 <= high);
        inside().filter(|row| row.1).count() as f64 / inside().count() as f64
    };
    let ends = || rows.iter().map(|row| row.0);
    let lowest = |low: f64| ends().filter(|high| *high >= score).map(|high| mean(low, high)).fold(1.0, f64::min);
    ends().filter(|low| *low <= score).map(lowest).fold(0.0, f64::max)
}

proptest! {
    #[test]
    fn venn_abers_is_brute_force(
        rows in prop::collection::vec((0u8..12, any::<bool>()), 1..30),
        queries in prop::collection::vec(-1.0f64..13.0, 6),
    ) {
        let rows: Vec<(f64, bool)> = rows.into_iter().map(|(score, outcome)| (f64::from(score), outcome)).collect();
        let (scores, outcomes): (Vec<f64>, Vec<bool>) = rows.iter().copied().unzip();
        let predictor = VennAbers::fit(&scores, &outcomes).unwrap();
        for query in queries.into_iter().chain(scores) {
            let (low, high) = predictor.range(query);
            prop_assert!((low - brute_force(&rows, query, false)).abs() < 1e-12);
            prop_assert!((high - brute_force(&rows, query, true)).abs() < 1e-12);
            prop_assert!(low <= high);
        }
    }
}
