//! Whether risks hold: in the top, by segment, within the calibration range, beside isotonic regression.

use proptest::prelude::*;
use rand::SeedableRng;
use trustrisk::base::calibrator::logistic;
use trustrisk::base::seed::Stream;
use trustrisk::calibrate::venn_abers::{VennAbers, cross};
use trustrisk::calibrate::{Top, reliability_by, validate};
use trustrisk::stats::clusters::Clusters;
use trustrisk::stats::interval::{clustered_mean, mean, wilson};
use trustrisk::stats::isotonic::Isotonic;

use crate::choice::draw;
use crate::stats::{close, flags, numbers, reference, samples};

#[test]
fn isotonic_is_that_of_the_peer() {
    for case in reference("venn_abers.json").as_array().unwrap() {
        let fit = Isotonic::fit(&numbers(&case["scores"]), &flags(&case["outcomes"])).unwrap();
        assert!(fit.blocks.windows(2).all(|pair| pair[0].high < pair[1].low && pair[0].rate() < pair[1].rate()));
        for (query, theirs) in numbers(&case["queries"]).iter().zip(numbers(&case["isotonic"])) {
            close(fit.value(*query), theirs, 1e-12);
            assert!((fit.smoothed(*query) - 0.5).abs() < 0.5);
        }
    }
    assert_eq!(Isotonic::fit(&[], &[]), None);
    assert_eq!(Isotonic::fit(&[f64::NAN], &[true]), None);
    let certain = Isotonic::fit(&[1.0, 2.0, 3.0, 4.0], &[false, false, false, true]).unwrap();
    assert_eq!((certain.value(1.0), certain.smoothed(1.0)), (0.0, 1.0 / 5.0));
    assert_eq!((certain.value(9.0), certain.smoothed(9.0)), (1.0, 1.0 - 1.0 / 3.0));
}

#[test]
fn top_of_a_perfect_and_of_a_blind_ranking() {
    let outcomes: Vec<bool> = (0..100).map(|row| row >= 90).collect();
    let perfect: Vec<f64> = (0..100).map(|row| f64::from(row) / 100.0).collect();
    let figures = |risks: &[f64]| validate(risks, &outcomes, None, &mut Stream::seed_from_u64(1)).top;
    let told = figures(&perfect);
    assert_eq!(told.iter().map(|top| top.share).collect::<Vec<_>>(), [0.05, 0.1, 0.2]);
    let values = |get: fn(&Top) -> Option<f64>, risks: &[f64]| -> Vec<f64> {
        figures(risks).iter().map(|top| get(top).unwrap()).collect()
    };
    for (ours, exact) in values(|top| top.capture.value, &perfect).into_iter().zip([0.5, 1.0, 1.0]) {
        close(ours, exact, 1e-12);
    }
    for (ours, exact) in values(|top| top.lift.value, &perfect).into_iter().zip([10.0, 10.0, 5.0]) {
        close(ours, exact, 1e-12);
    }
    // all risks equal: any rows are the top ones, and their expected share is told
    for ours in values(|top| top.lift.value, &[0.3; 100]) {
        close(ours, 1.0, 1e-12);
    }
}

#[test]
fn the_interval_of_capture_covers_it() {
    let n_runs = 60;
    let mut n_covered = 0;
    let truth = {
        let (risks, outcomes) = draw(400_000, -1.5, |m| m, &mut Stream::seed_from_u64(99));
        capture_brute(&risks, &outcomes, 0.1)
    };
    for seed in 0..n_runs {
        let mut stream = Stream::seed_from_u64(seed);
        let (margins, outcomes) = draw(1_000, -1.5, |m| m, &mut stream);
        let risks: Vec<f64> = margins.iter().map(|margin| logistic(*margin)).collect();
        let capture = validate(&risks, &outcomes, None, &mut stream).top[1].capture;
        n_covered += usize::from(capture.low.unwrap() <= truth && truth <= capture.high.unwrap());
    }
    // 95 % of 60 is 57, with a standard deviation of 1.7
    assert!(n_covered >= 52, "{n_covered} of {n_runs}");
}

/// Mean over many orders of ties, in effect: each row of the cut's score counts by the share of them that has room.
fn capture_brute(risks: &[f64], outcomes: &[bool], share: f64) -> f64 {
    let mut rows: Vec<(f64, bool)> = risks.iter().copied().zip(outcomes.iter().copied()).collect();
    rows.sort_by(|a, b| b.0.total_cmp(&a.0));
    let room = share * rows.len() as f64;
    let cut = rows[(room.ceil() as usize).clamp(1, rows.len()) - 1].0;
    let above = rows.iter().filter(|row| row.0 > cut).count() as f64;
    let at = rows.iter().filter(|row| row.0 == cut).count() as f64;
    let weight = |row: &(f64, bool)| if row.0 > cut { 1.0 } else { (room - above) / at };
    let captured: f64 = rows.iter().filter(|row| row.1 && row.0 >= cut).map(weight).sum();
    captured / outcomes.iter().filter(|outcome| **outcome).count() as f64
}

#[test]
fn segments_are_judged_one_by_one() {
    let sample = &samples()[1];
    let member: Vec<u32> = (0u32..).take(sample.risks.len()).map(|row| row * row % 3).collect();
    let labels = ["north", "south", "east", "nowhere"].map(str::to_owned);
    for clusters in [None, Some(&sample.clusters[..])] {
        let told = reliability_by(&sample.risks, &sample.outcomes, &member, &labels, clusters);
        assert_eq!(told.iter().map(|segment| &segment.segment).collect::<Vec<_>>(), labels.iter().collect::<Vec<_>>());
        assert_eq!(told.iter().map(|segment| segment.n).sum::<u64>() as usize, member.len());
        for (code, segment) in (0u32..).zip(&told).filter(|(_, segment)| segment.n > 0) {
            let rows: Vec<usize> = (0..member.len()).filter(|row| member[*row] == code).collect();
            let outcome = |row: &usize| f64::from(u8::from(sample.outcomes[*row]));
            let misses: Vec<f64> = rows.iter().map(|row| outcome(row) - sample.risks[*row]).collect();
            let (n, with) = (rows.len() as f64, rows.iter().map(outcome).sum::<f64>());
            close(segment.rate.value.unwrap(), with / n, 1e-12);
            close(segment.mean_risk.unwrap(), rows.iter().map(|row| sample.risks[*row]).sum::<f64>() / n, 1e-12);
            close(segment.difference.value.unwrap(), segment.rate.value.unwrap() - segment.mean_risk.unwrap(), 1e-9);
            let ids: Option<Vec<u32>> = clusters.map(|ids| rows.iter().map(|row| ids[*row]).collect());
            let expected = match &ids {
                None => mean(&misses, 0.95),
                Some(ids) => clustered_mean(&misses, &Clusters::new(ids), 0.95),
            };
            assert_eq!(segment.difference, expected);
            let plain = wilson(segment.n_outcomes, segment.n, 0.95).unwrap();
            let ends = (segment.rate.low.unwrap(), segment.rate.high.unwrap());
            assert!(if clusters.is_some() { ends.1 - ends.0 >= plain.1 - plain.0 } else { ends == plain });
        }
        let empty = &told[3];
        assert_eq!(
            (empty.n, empty.mean_risk, empty.rate, empty.difference),
            (0, None, Default::default(), Default::default())
        );
    }
    assert!(reliability_by(&[0.1], &[true], &[4], &labels, None).is_empty());
    assert!(reliability_by(&[0.1, 0.2], &[true], &[0], &labels, None).is_empty());
    assert!(reliability_by(&[1.1], &[true], &[0], &labels, None).is_empty());
    let twins = reliability_by(&[0.2; 4], &[true; 4], &[0; 4], &labels, Some(&[7; 4]));
    assert_eq!((twins[0].difference.low, twins[0].rate.high), (None, Some(1.0)));
}

/// Of what a Venn–Abers predictor promises: in any bin of risk the rate of fresh rows lies between the mean ends of its
/// range, up to the sampling of both. The model's margins are far from calibrated here.
#[test]
fn the_observed_rate_lies_in_the_calibration_range() {
    let mut stream = Stream::seed_from_u64(11);
    let truth = |m: f64| 0.6 * m + 0.5 - 0.15 * m * m.abs() / 2.0;
    let predictors: Vec<VennAbers> = (0..5)
        .map(|_| draw(400, -0.5, truth, &mut stream))
        .map(|(margins, outcomes)| VennAbers::fit(&margins, &outcomes).unwrap())
        .collect();
    let (fresh, outcomes) = draw(40_000, -0.5, truth, &mut stream);
    let ranges: Vec<(f64, f64)> =
        fresh.iter().map(|margin| cross(predictors.iter().map(|one| one.range(*margin))).unwrap()).collect();
    let (mut n_strict, mut n_bins) = (0, 0);
    let mut order: Vec<usize> = (0..fresh.len()).collect();
    order.sort_by(|a, b| fresh[*a].total_cmp(&fresh[*b]));
    for bin in order.chunks(fresh.len() / 10) {
        let n = bin.len() as f64;
        let mean_of = |get: fn(&(f64, f64)) -> f64| bin.iter().map(|row| get(&ranges[*row])).sum::<f64>() / n;
        let (low, high) = (mean_of(|range| range.0), mean_of(|range| range.1));
        let with = bin.iter().filter(|row| outcomes[**row]).count() as u64;
        // three standard errors of the observed rate
        let (least, most) = wilson(with, bin.len() as u64, 0.9973).unwrap();
        assert!(most >= low && least <= high, "{least} to {most} outside {low} to {high}");
        assert!(high - low < 0.4, "a range that tells nothing: {low} to {high}");
        n_strict += usize::from((low..=high).contains(&(with as f64 / n)));
        n_bins += 1;
    }
    assert!(n_strict == n_bins, "{n_strict} of {n_bins} bins");
    let own_link = order.chunks(fresh.len() / 10).filter(|bin| {
        let mean_risk = bin.iter().map(|row| logistic(fresh[*row])).sum::<f64>() / bin.len() as f64;
        let ends = bin.iter().map(|row| ranges[*row]).fold((0.0, 0.0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
        !(ends.0..=ends.1).contains(&(mean_risk * bin.len() as f64))
    });
    assert!(own_link.count() >= 3, "the range finds out the model's own link");
}

proptest! {
    #[test]
    fn isotonic_is_brute_force(rows in prop::collection::vec((0u8..9, any::<bool>()), 1..25)) {
        let (scores, outcomes): (Vec<f64>, Vec<bool>) = rows.iter().map(|row| (f64::from(row.0), row.1)).unzip();
        let fit = Isotonic::fit(&scores, &outcomes).unwrap();
        let mean = |low: f64, high: f64| {
            let inside = || rows.iter().filter(|row| (low..=high).contains(&f64::from(row.0)));
            inside().filter(|row| row.1).count() as f64 / inside().count() as f64
        };
        for at in &scores {
            let least = |low: f64| scores.iter().filter(|high| *high >= at).map(|high| mean(low, *high)).fold(1.0, f64::min);
            let exact = scores.iter().filter(|low| *low <= at).map(|low| least(*low)).fold(0.0, f64::max);
            prop_assert!((fit.value(*at) - exact).abs() < 1e-12);
        }
    }

    #[test]
    fn capture_is_brute_force(rows in prop::collection::vec((0u8..9, any::<bool>()), 2..60)) {
        let (risks, outcomes): (Vec<f64>, Vec<bool>) = rows.iter().map(|row| (f64::from(row.0) / 9.0, row.1)).unzip();
        let told = validate(&risks, &outcomes, None, &mut Stream::seed_from_u64(1));
        for top in told.top {
            match top.capture.value {
                None => prop_assert_eq!(told.n_outcomes, 0),
                Some(capture) => {
                    prop_assert!((capture - capture_brute(&risks, &outcomes, top.share)).abs() < 1e-12);
                    prop_assert!((capture - top.share * top.lift.value.unwrap()).abs() < 1e-12);
                }
            }
        }
    }
}
