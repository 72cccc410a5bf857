//! Calibrators: their curves, and their fits against peers.

use proptest::prelude::*;
use trustrisk::base::calibrator::{Calibrator, Kind, logistic};
use trustrisk::base::units::MarginUnit;
use trustrisk::calibrate::{beta, choose, platt};

use crate::choice::parts;
use crate::stats::{close, flags, numbers, reference, samples};

#[test]
fn beta_is_that_of_the_peers() {
    let numbers_of = reference("stats.json");
    let samples = numbers_of["samples"].as_array().unwrap().iter().chain(numbers_of["bent"].as_array().unwrap());
    let mut n_dropped = 0;
    for sample in samples {
        let odds = numbers(&sample["margins"]);
        let fit = beta(&odds, &flags(&sample["outcomes"])).unwrap();
        assert!(fit.converged && fit.is_usable() && fit.n == odds.len());
        let (newton, searched) = (numbers(&sample["beta"]["newton"]), numbers(&sample["beta"]["scipy"]));
        for ((ours, newton), searched) in [fit.a, fit.b, fit.c].into_iter().zip(newton).zip(searched) {
            close(ours, newton, 1e-8);
            // scipy searches within bounds until its line search can gain no more
            close(ours, searched, 1e-6);
        }
        n_dropped += usize::from(fit.a == 0.0 || fit.b == 0.0);
        let calibrator = Calibrator { unit: MarginUnit::LogOdds, kind: fit.kind().unwrap() };
        for (odds, theirs) in odds.iter().zip(numbers(&sample["beta"]["betacal_risks"])) {
            // betacal stops its L-BFGS at a gradient of 1e-4
            assert!((calibrator.value(*odds) - theirs).abs() < 2e-3, "{} {theirs}", calibrator.value(*odds));
        }
    }
    assert_eq!(n_dropped, 3, "a and b were both dropped somewhere");
}

#[test]
fn beta_says_when_it_cannot() {
    assert_eq!(beta(&[], &[]), None);
    assert_eq!(beta(&[1.0, 2.0, 3.0], &[true, true, true]), None);
    assert_eq!(beta(&[1.0, f64::NAN, 3.0], &[true, true, false]), None);
    assert_eq!(beta(&[1.0; 4], &[true, true, false, false]), None);
    assert_eq!(beta(&[1.0, -1.0, 1.0, -1.0], &[true, true, false, false]), None, "p and 1 - p bend alike");
    let turned = beta(&[-2.0, -1.0, 0.5, 1.0, 2.0], &[true, true, true, false, false]).unwrap();
    assert!(!turned.is_usable() && turned.kind().is_none());
    // smoothed targets keep it finite where margins separate the classes
    assert!(beta(&[-2.0, -1.0, 1.0, 2.5], &[false, false, true, true]).unwrap().is_usable());
}

#[test]
fn fits_are_the_same_for_a_rate_as_for_its_log_odds() {
    let sample = &samples()[0];
    let odds: Vec<f64> = sample.risks.iter().map(|risk| MarginUnit::Rate.log_odds(*risk)).collect();
    let (ours, theirs) = (platt(&odds, &sample.outcomes).unwrap(), platt(&sample.margins, &sample.outcomes).unwrap());
    close(ours.slope, theirs.slope, 1e-10);
    let halves = parts(odds.len(), 2);
    let of_rates = choose(MarginUnit::Rate, &sample.risks, &sample.outcomes, &halves);
    let of_odds = choose(MarginUnit::LogOdds, &sample.margins, &sample.outcomes, &halves);
    for (risk, margin) in sample.risks.iter().zip(&sample.margins) {
        close(of_rates.calibrator.value(*risk), of_odds.calibrator.value(*margin), 1e-9);
    }
}

#[test]
fn a_calibrator_is_read_as_it_was_written() {
    let calibrator = Calibrator { unit: MarginUnit::Rate, kind: Kind::Beta { a: 1.0, b: 0.1 + 0.2, c: -1e-7 } };
    let text = serde_json::to_string(&calibrator).unwrap();
    assert_eq!(text, r#"{"unit":"rate","kind":"beta","a":1.0,"b":0.30000000000000004,"c":-1e-7}"#);
    assert_eq!(serde_json::from_str::<Calibrator>(&text).unwrap(), calibrator);
    let own_link = Calibrator::identity(MarginUnit::LogOdds);
    assert_eq!(serde_json::to_string(&own_link).unwrap(), r#"{"unit":"log-odds","kind":"identity"}"#);
    let whole = r#"{"unit":"log-odds","kind":"platt","slope":1,"intercept":0}"#;
    assert_eq!(serde_json::from_str::<Calibrator>(whole).unwrap().value(0.3), logistic(0.3));
}

#[test]
fn far_margins_keep_their_digits() {
    let of = |kind| Calibrator { unit: MarginUnit::LogOdds, kind };
    let bent = of(Kind::Beta { a: 2.0, b: 0.5, c: 0.25 });
    // ln p = m and ln(1 - p) = 0 far below, the reverse far above
    close(bent.value(-300.0) / (-600.0f64 + 0.25).exp(), 1.0, 1e-12);
    close(bent.tangent(-300.0) / (2.0 * bent.value(-300.0)), 1.0, 1e-12);
    close(bent.tangent(60.0) / (0.5 * (-30.25f64).exp()), 1.0, 1e-12);
    assert_eq!((bent.value(1e300), bent.tangent(1e300), bent.value(-1e300)), (1.0, 0.0, 0.0));
    let rate = Calibrator::identity(MarginUnit::Rate);
    assert_eq!((rate.value(0.25), rate.value(-1.0), rate.value(2.0)), (0.25, 1e-12, 1.0 - 1e-12));
    close(rate.tangent(0.3), 1.0, 1e-12);
    assert_eq!(MarginUnit::Rate.log_odds(0.5), 0.0);
}

fn any_kind() -> impl Strategy<Value = Kind> {
    prop_oneof![
        Just(Kind::Identity),
        (0.05f64..5.0, -3.0f64..3.0).prop_map(|(slope, intercept)| Kind::Platt { slope, intercept }),
        (0.05f64..4.0, 0.05f64..4.0, -3.0f64..3.0).prop_map(|(a, b, c)| Kind::Beta { a, b, c }),
        (0.05f64..4.0, -3.0f64..3.0).prop_map(|(a, c)| Kind::Beta { a, b: 0.0, c }),
        (0.05f64..4.0, -3.0f64..3.0).prop_map(|(b, c)| Kind::Beta { a: 0.0, b, c }),
    ]
}

/// A calibrator with two of its margins, near one another or far.
fn any_curve() -> impl Strategy<Value = (Calibrator, f64, f64)> {
    let margins = (any::<bool>(), -6.0f64..6.0, -6.0f64..6.0, 0..9);
    (any_kind(), margins).prop_map(|(kind, (is_rate, from, other, near))| {
        let to = from + (other - from) * 0.1f64.powi(near);
        let as_rate = |odds: f64| logistic(odds);
        match is_rate {
            true => (Calibrator { unit: MarginUnit::Rate, kind }, as_rate(from), as_rate(to)),
            false => (Calibrator { unit: MarginUnit::LogOdds, kind }, from, to),
        }
    })
}

proptest! {
    #[test]
    fn a_curve_rises((curve, from, to) in any_curve()) {
        let (low, high) = (from.min(to), from.max(to));
        prop_assert!(curve.value(low) <= curve.value(high));
        prop_assert!(high - low < 1e-6 || curve.value(low) < curve.value(high) || curve.tangent(low) < 1e-9);
        prop_assert!(curve.value(low) > 0.0 && curve.value(high) < 1.0 && curve.tangent(low) > 0.0);
    }

    #[test]
    fn the_tangent_is_the_derivative((curve, at, _) in any_curve()) {
        let step = 1e-5 * if curve.unit == MarginUnit::Rate { at * (1.0 - at) } else { 1.0 };
        let numeric = (curve.value(at + step) - curve.value(at - step)) / (2.0 * step);
        // rounding of the difference over the step, then its curvature
        prop_assert!((curve.tangent(at) - numeric).abs() <= 1e-15 / step + 1e-7 * numeric.abs());
    }

    #[test]
    fn the_secant_closes((curve, from, to) in any_curve()) {
        let risen = curve.secant(from, to) * (to - from);
        prop_assert!((curve.value(to) - curve.value(from) - risen).abs() < 1e-12);
        prop_assert_eq!(curve.secant(from, to), curve.secant(to, from));
        prop_assert!(curve.secant(from, to) >= 0.0);
    }
}
