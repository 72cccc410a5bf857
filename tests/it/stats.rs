//! Statistics against peers (`tests/reference/make.py`) and against their own laws.

use proptest::prelude::*;
use rand::SeedableRng;
use serde_json::Value;
use trustrisk::base::seed::Stream;
use trustrisk::base::units::Estimate;
use trustrisk::stats::bootstrap::{Grid, percentile};
use trustrisk::stats::calibration::{ece_equal_mass, line};
use trustrisk::stats::clusters::Clusters;
use trustrisk::stats::interval::{clustered_mean, mean, normal_quantile, student_quantile, wilson};
use trustrisk::stats::loss::{brier, log_loss};
use trustrisk::stats::rank::{Ranking, auc, average_precision, average_precision_of, delong};
use trustrisk::stats::resample::quantile;
use trustrisk::stats::test::fisher_exact_two_sided;

use crate::support::root;

/// A committed file of peers' numbers.
pub fn reference(name: &str) -> Value {
    let path = root().join("tests/reference").join(name);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap()
}

pub fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|x| x.as_f64().unwrap()).collect()
}

pub fn flags(value: &Value) -> Vec<bool> {
    value.as_array().unwrap().iter().map(|x| x.as_bool().unwrap_or_else(|| x.as_i64() == Some(1))).collect()
}

/// Asserts closeness relative to the larger of the two and 1e-3.
#[track_caller]
pub fn close(ours: f64, theirs: f64, tolerance: f64) {
    let scale = ours.abs().max(theirs.abs()).max(1e-3);
    assert!((ours - theirs).abs() <= tolerance * scale, "{ours} is not {theirs}");
}

#[track_caller]
fn close_to(estimate: Estimate, value: &Value, ends: &Value, tolerance: f64) {
    close(estimate.value.unwrap(), value.as_f64().unwrap(), tolerance);
    close(estimate.low.unwrap(), ends[0].as_f64().unwrap(), tolerance);
    close(estimate.high.unwrap(), ends[1].as_f64().unwrap(), tolerance);
}

/// One sample of the reference with its inputs.
pub struct Sample {
    pub numbers: Value,
    pub margins: Vec<f64>,
    pub risks: Vec<f64>,
    pub outcomes: Vec<bool>,
    pub clusters: Vec<u32>,
}

pub fn samples() -> Vec<Sample> {
    let read = |sample: &Value| Sample {
        margins: numbers(&sample["margins"]),
        risks: numbers(&sample["risks"]),
        outcomes: flags(&sample["outcomes"]),
        clusters: numbers(&sample["clusters"]).iter().map(|x| *x as u32).collect(),
        numbers: sample.clone(),
    };
    reference("stats.json")["samples"].as_array().unwrap().iter().map(read).collect()
}

// quantiles and intervals are series and continued fractions on both sides: 1e-9
const QUANTILE: f64 = 1e-9;
// sums of a few hundred doubles: 1e-12
const SUM: f64 = 1e-12;

#[test]
fn quantiles_are_those_of_scipy() {
    let all = reference("stats.json");
    for case in all["normal"].as_array().unwrap() {
        close(
            normal_quantile(case["confidence"].as_f64().unwrap()).unwrap(),
            case["quantile"].as_f64().unwrap(),
            1e-12,
        );
    }
    for case in all["student"].as_array().unwrap() {
        let [confidence, freedom, theirs] =
            ["confidence", "freedom", "quantile"].map(|name| case[name].as_f64().unwrap());
        close(student_quantile(confidence, freedom).unwrap(), theirs, QUANTILE);
    }
    assert_eq!(normal_quantile(1.0), None);
    assert_eq!(student_quantile(0.95, 0.0), None);
}

#[test]
fn wilson_is_that_of_statsmodels() {
    for case in reference("stats.json")["wilson"].as_array().unwrap() {
        let counts = numbers(&case["counts"]);
        let (low, high) = wilson(counts[0] as u64, counts[1] as u64, 0.95).unwrap();
        close(low, case["ends"][0].as_f64().unwrap(), 1e-10);
        close(high, case["ends"][1].as_f64().unwrap(), 1e-10);
    }
    assert_eq!(wilson(0, 0, 0.95), None);
    assert_eq!(wilson(3, 2, 0.95), None);
}

/// Figures of the responsible-ai-toolbox, printed with four digits.
#[test]
fn wilson_is_that_of_raiwidgets() {
    let cases = [
        (50, 100, 0.4038, 0.5962),
        (70, 100, 0.6042, 0.7811),
        (4, 5, 0.3755, 0.9638),
        (4, 6, 0.3, 0.9032),
        (2, 5, 0.1176, 0.7693),
        (1, 5, 0.0362, 0.6245),
    ];
    for (successes, n, low, high) in cases {
        let ours = wilson(successes, n, 0.95).unwrap();
        assert!((ours.0 - low).abs() < 5.1e-5 && (ours.1 - high).abs() < 5.1e-5, "{successes}/{n}: {ours:?}");
    }
}

#[test]
fn fisher_is_that_of_scipy() {
    for case in reference("stats.json")["fisher"].as_array().unwrap() {
        let table = numbers(&case["table"]);
        let [a, b, c, d] = [0, 1, 2, 3].map(|i| table[i] as u64);
        let (ours, theirs) = (fisher_exact_two_sided(a, b, c, d), case["p"].as_f64().unwrap());
        // scipy's own logarithms of factorials limit it to about 1e-9 at a million rows
        assert!((ours - theirs).abs() <= 1e-7 * theirs, "{table:?}: {ours} is not {theirs}");
    }
    assert_eq!(fisher_exact_two_sided(0, 0, 3, 4), 1.0);
    assert_eq!(fisher_exact_two_sided(0, 0, 0, 0), 1.0);
    assert!(fisher_exact_two_sided(1_000_000, 0, 0, 1_000_000) >= 0.0);
}

#[test]
fn ranks_and_losses_are_those_of_the_peers() {
    for sample in samples() {
        let (them, risks, outcomes) = (&sample.numbers, &sample.risks, &sample.outcomes);
        let clusters = Clusters::new(&sample.clusters);
        close(auc(risks, outcomes).unwrap(), them["auc"].as_f64().unwrap(), SUM);
        close_to(delong(risks, outcomes, None, 0.95), &them["auc"], &them["auc_interval"], 1e-10);
        let clustered = delong(risks, outcomes, Some(&clusters), 0.95);
        close_to(clustered, &them["auc"], &them["auc_interval_clustered"], 1e-10);
        close(average_precision(risks, outcomes).unwrap(), them["average_precision"].as_f64().unwrap(), SUM);
        close_to(brier(risks, outcomes, None, 0.95), &them["brier"], &them["brier_interval"], QUANTILE);
        close_to(log_loss(risks, outcomes, None, 0.95), &them["log_loss"], &them["log_loss_interval"], QUANTILE);
        let clustered = brier(risks, outcomes, Some(&clusters), 0.95);
        close_to(clustered, &them["brier"], &them["brier_interval_clustered"], QUANTILE);
        let clustered = log_loss(risks, outcomes, Some(&clusters), 0.95);
        close_to(clustered, &them["log_loss"], &them["log_loss_interval_clustered"], QUANTILE);
        close(ece_equal_mass(risks, outcomes, 15).unwrap(), them["ece"].as_f64().unwrap(), SUM);
    }
}

#[test]
fn log_loss_is_clipped_as_in_scikit_learn() {
    let clip = &reference("stats.json")["clip"];
    let ours = log_loss(&numbers(&clip["risks"]), &flags(&clip["outcomes"]), None, 0.95);
    close(ours.value.unwrap(), clip["log_loss"].as_f64().unwrap(), SUM);
}

#[test]
fn calibration_line_is_that_of_statsmodels() {
    for sample in samples() {
        let clusters = Clusters::new(&sample.clusters);
        for (clusters, name) in [(None, "line"), (Some(&clusters), "line_clustered")] {
            let ours = line(&sample.margins, &sample.outcomes, clusters, 0.95);
            for (estimate, theirs) in [(ours.slope, "slope"), (ours.intercept, "intercept")] {
                let theirs = numbers(&sample.numbers[name][theirs]);
                // two Newton solutions of the same equations, each stopped by its own rule
                close(estimate.value.unwrap(), theirs[0], 1e-8);
                close(estimate.low.unwrap(), theirs[1], 1e-8);
                close(estimate.high.unwrap(), theirs[2], 1e-8);
            }
        }
    }
}

#[test]
fn undefined_is_none() {
    let nothing = Estimate::default();
    assert_eq!(mean(&[], 0.95), nothing);
    assert_eq!(mean(&[f64::NAN], 0.95), nothing);
    assert_eq!(mean(&[2.0], 0.95), Estimate { value: Some(2.0), ..nothing });
    assert_eq!(auc(&[], &[]), None);
    assert_eq!(auc(&[0.1, 0.2], &[true, true]), None);
    assert_eq!(auc(&[0.1, f64::NAN], &[true, false]), None);
    assert_eq!(delong(&[0.1, 0.2], &[false, true], None, 0.95), Estimate { value: Some(1.0), ..nothing });
    assert_eq!(average_precision(&[0.1, 0.2], &[false, false]), None);
    assert_eq!(brier(&[], &[], None, 0.95), nothing);
    assert_eq!(brier(&[1.5], &[true], None, 0.95), nothing);
    assert_eq!(ece_equal_mass(&[], &[], 15), None);
    let separated = line(&[-1.0, -2.0, 1.0, 2.0], &[false, false, true, true], None, 0.95);
    assert_eq!(separated.slope, nothing);
    let constant = line(&[1.0, 1.0, 1.0, 1.0], &[false, false, true, false], None, 0.95);
    assert_eq!(constant.slope, nothing);
    close(constant.intercept.value.unwrap(), (1.0f64 / 3.0).ln(), SUM);
}

#[test]
fn quantiles_interpolate_between_order_statistics() {
    assert_eq!(quantile(&mut [4.0, 1.0, 2.0], 0.75), Some(3.0));
    assert_eq!(quantile(&mut [2.0, 4.0, 1.0], 1.0), Some(4.0));
    assert_eq!(quantile(&mut [1.0], 0.3), Some(1.0));
    assert_eq!(quantile(&mut [], 0.3), None);
}

/// A large sample made of the first reference sample, repeated: clusters that repeat add nothing to what is known.
#[test]
fn bootstrap_follows_its_stream_and_its_clusters() {
    let sample = &samples()[0];
    let copies = 8;
    let risks = sample.risks.repeat(copies);
    let outcomes = sample.outcomes.repeat(copies);
    let ids: Vec<u32> = (0..sample.risks.len() as u32).collect::<Vec<_>>().repeat(copies);
    let interval = |risks: &[f64], outcomes: &[bool], clusters: Option<&Clusters>, seed: u64| {
        let mut stream = Stream::seed_from_u64(seed);
        let ranking = Ranking::new(risks).unwrap();
        let grid = Grid::new(&ranking, risks, outcomes, 990, clusters, &mut stream);
        let value = average_precision(risks, outcomes);
        let [estimate] = percentile(&grid, [value], (0.0, 1.0), 0.95, &mut stream, |counts| {
            [average_precision_of(counts.iter().rev().map(|[without, with]| (*with as f64, *without as f64)))]
        });
        estimate
    };
    let width = |estimate: Estimate| estimate.high.unwrap() - estimate.low.unwrap();
    let once = interval(&sample.risks, &sample.outcomes, None, 1);
    assert_eq!(once, interval(&sample.risks, &sample.outcomes, None, 1));
    assert_ne!(once, interval(&sample.risks, &sample.outcomes, None, 2));
    assert!(once.low.unwrap() < once.value.unwrap() && once.value.unwrap() < once.high.unwrap());
    // eight copies taken as independent claim √8 times the precision; as clusters they claim what one copy does
    let naive = interval(&risks, &outcomes, None, 1);
    let honest = interval(&risks, &outcomes, Some(&Clusters::new(&ids)), 1);
    close(width(naive) * 8f64.sqrt(), width(once), 0.15);
    close(width(honest), width(once), 0.2);
}

fn scored() -> impl Strategy<Value = (Vec<f64>, Vec<bool>)> {
    prop::collection::vec(((0u8..=20).prop_map(|x| f64::from(x) / 20.0), any::<bool>()), 2..60)
        .prop_map(|rows| rows.into_iter().unzip())
}

proptest! {
    #[test]
    fn wilson_contains_the_rate(n in 1u64..5_000_000, share in 0.0f64..=1.0, confidence in 0.5f64..0.999) {
        let successes = (share * n as f64) as u64;
        let (low, high) = wilson(successes, n, confidence).unwrap();
        let rate = successes as f64 / n as f64;
        prop_assert!(0.0 <= low && low <= rate && rate <= high && high <= 1.0);
        let (other_low, other_high) = wilson(n - successes, n, confidence).unwrap();
        prop_assert!((low - (1.0 - other_high)).abs() < 1e-12 && (high - (1.0 - other_low)).abs() < 1e-12);
    }

    #[test]
    fn auc_flips_when_scores_or_outcomes_do((scores, outcomes) in scored()) {
        let turned: Vec<f64> = scores.iter().map(|score| -score).collect();
        let others: Vec<bool> = outcomes.iter().map(|outcome| !outcome).collect();
        let flipped = auc(&scores, &outcomes).map(|area| 1.0 - area);
        for other in [auc(&turned, &outcomes), auc(&scores, &others)] {
            prop_assert_eq!(other.is_some(), flipped.is_some());
            prop_assert!(other.zip(flipped).is_none_or(|(a, b)| (a - b).abs() < 1e-12));
        }
    }

    #[test]
    fn auc_counts_pairs((scores, outcomes) in scored()) {
        let of = |which: bool| scores.iter().zip(&outcomes).filter(move |(_, o)| **o == which).map(|(s, _)| *s);
        let pairs: Vec<f64> = of(true)
            .flat_map(|p| of(false).map(move |n| if p > n { 1.0 } else if p == n { 0.5 } else { 0.0 }))
            .collect();
        let mean = (!pairs.is_empty()).then(|| pairs.iter().sum::<f64>() / pairs.len() as f64);
        prop_assert_eq!(auc(&scores, &outcomes).is_some(), mean.is_some());
        prop_assert!(auc(&scores, &outcomes).zip(mean).is_none_or(|(a, b)| (a - b).abs() < 1e-12));
    }

    #[test]
    fn delong_stays_within_its_bounds((scores, outcomes) in scored()) {
        let estimate = delong(&scores, &outcomes, None, 0.95);
        if let (Some(low), Some(value), Some(high)) = (estimate.low, estimate.value, estimate.high) {
            prop_assert!(0.0 <= low && low <= value && value <= high && high <= 1.0);
        }
    }

    #[test]
    fn rows_of_their_own_are_their_own_clusters((scores, outcomes) in scored()) {
        let clusters = Clusters::new(&(0..scores.len() as u32).rev().collect::<Vec<_>>());
        let pairs = [
            (delong(&scores, &outcomes, None, 0.95), delong(&scores, &outcomes, Some(&clusters), 0.95)),
            (mean(&scores, 0.95), clustered_mean(&scores, &clusters, 0.95)),
        ];
        for (plain, clustered) in pairs {
            for (a, b) in [(plain.low, clustered.low), (plain.high, clustered.high)] {
                prop_assert_eq!(a.is_some(), b.is_some());
                prop_assert!(a.zip(b).is_none_or(|(a, b)| (a - b).abs() < 1e-9));
            }
        }
    }

    #[test]
    fn fisher_does_not_mind_the_order(a in 0u64..40, b in 0u64..40, c in 0u64..40, d in 0u64..40) {
        let p = fisher_exact_two_sided(a, b, c, d);
        prop_assert!((0.0..=1.0).contains(&p));
        for other in [fisher_exact_two_sided(c, d, a, b), fisher_exact_two_sided(b, a, d, c), fisher_exact_two_sided(a, c, b, d)] {
            prop_assert!((p - other).abs() < 1e-9);
        }
    }

    #[test]
    fn bins_keep_ties_and_nest((scores, _) in scored(), n_bins in 1usize..20) {
        let ranking = Ranking::new(&scores).unwrap();
        let coarse: Vec<usize> = ranking.bins(n_bins).collect();
        let fine: Vec<usize> = ranking.bins(n_bins * 66).collect();
        prop_assert!(coarse.is_sorted() && coarse.iter().all(|bin| *bin < n_bins));
        prop_assert!(coarse.iter().zip(&fine).all(|(coarse, fine)| fine / 66 == *coarse));
    }
}
