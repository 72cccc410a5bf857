//! Which calibrator is chosen, and what choosing costs.

use std::ops::Range;

use rand::{RngExt, SeedableRng};
use trustrisk::base::calibrator::{Calibrator, Kind, logistic, softplus};
use trustrisk::base::seed::Stream;
use trustrisk::base::units::MarginUnit;
use trustrisk::calibrate::{Choice, beta, choose, platt};

use crate::stats::close;

/// Margins of a spread, with the outcomes that a curve of their log-odds gives.
pub fn draw(n: usize, center: f64, truth: impl Fn(f64) -> f64, stream: &mut Stream) -> (Vec<f64>, Vec<bool>) {
    let margin =
        |stream: &mut Stream| center + 2.0 * ((0..12).map(|_| stream.random::<f64>()).sum::<f64>() - 6.0) * 0.6;
    let margins: Vec<f64> = (0..n).map(|_| margin(stream)).collect();
    let outcomes = margins.iter().map(|margin| stream.random::<f64>() < logistic(truth(*margin))).collect();
    (margins, outcomes)
}

pub fn parts(n: usize, k: usize) -> Vec<Range<usize>> {
    (0..k).map(|part| n * part / k..n * (part + 1) / k).collect()
}

fn choose_from(margins: &[f64], outcomes: &[bool]) -> Choice {
    choose(MarginUnit::LogOdds, margins, outcomes, &parts(margins.len(), 5))
}

#[test]
fn calibrated_margins_keep_their_own_link() {
    let mut n_own = 0;
    for seed in 0..20 {
        let (margins, outcomes) = draw(2_000, -1.0, |m| m, &mut Stream::seed_from_u64(seed));
        let choice = choose_from(&margins, &outcomes);
        n_own += usize::from(choice.calibrator.kind == Kind::Identity);
        assert_eq!(choice.n, 2_000, "rows were compared, whatever came of it");
    }
    assert!(n_own >= 11, "{n_own} of 20");
}

#[test]
fn a_calibrator_is_chosen_for_what_it_mends() {
    let choose = |truth: fn(f64) -> f64| {
        let (margins, outcomes) = draw(6_000, -0.5, truth, &mut Stream::seed_from_u64(5));
        choose_from(&margins, &outcomes)
    };
    let sloped = choose(|m| 0.5 * m - 0.4);
    let Kind::Platt { slope, intercept } = sloped.calibrator.kind else { panic!("{sloped:?}") };
    assert!((slope - 0.5).abs() < 0.05 && (intercept + 0.4).abs() < 0.1, "{sloped:?}");
    let bent = choose(|m| 0.4 * softplus(m) - 2.0 * softplus(-m));
    let Kind::Beta { a, b, .. } = bent.calibrator.kind else { panic!("{bent:?}") };
    assert!(a > 1.5 && b < 0.7, "{bent:?}");
}

#[test]
fn what_was_compared_is_told() {
    let (margins, outcomes) = draw(3_000, -0.5, |m| 0.5 * m, &mut Stream::seed_from_u64(2));
    let choice = choose_from(&margins, &outcomes);
    let names: Vec<&str> = choice.compared.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["identity", "platt", "beta", "isotonic"]);
    let (identity, platt_told) = (&choice.compared[0], &choice.compared[1]);
    assert_eq!((identity.difference, identity.standard_error), (None, None));
    let [own, platts] = [own_link as Fit, sloped].map(|fit| losses(&margins, &outcomes, fit));
    let (difference, error) = paired(&platts, &own);
    close(platt_told.difference.unwrap(), difference, 1e-9);
    close(platt_told.standard_error.unwrap(), error, 1e-9);
    close(platt_told.log_loss - identity.log_loss, difference, 1e-9);
    assert!(choice.compared[3].log_loss < identity.log_loss, "steps mend it, too");
    let own = choose(MarginUnit::LogOdds, &margins, &outcomes, &[]);
    assert_eq!(own.compared, choose(MarginUnit::LogOdds, &margins, &outcomes, &parts(3_000, 2)).compared);
}

#[test]
fn too_few_outcomes_leave_the_own_link() {
    let outcomes: Vec<bool> = (0..400).map(|row| row % 9 == 0).collect();
    let margins: Vec<f64> = (0..400).map(|row| f64::from(row % 7) + if row % 9 == 0 { 3.0 } else { 0.0 }).collect();
    let choice = choose_from(&margins, &outcomes);
    assert_eq!((choice.calibrator, choice.n), (Calibrator::identity(MarginUnit::LogOdds), 0));
    assert!(choice.compared.is_empty() && choice.slope.unwrap() > 0.0);
    assert_eq!(choose_from(&[], &[]).slope, None);
    let turned: Vec<f64> = margins.iter().map(|margin| -margin).collect();
    assert!(choose_from(&turned, &outcomes).slope.unwrap() < 0.0);
}

type Fit = fn(&[f64], &[bool]) -> Kind;
/// A name, and the true log-odds by the margin.
type World = (&'static str, fn(f64) -> f64);

fn own_link(_: &[f64], _: &[bool]) -> Kind {
    Kind::Identity
}

fn sloped(odds: &[f64], outcomes: &[bool]) -> Kind {
    platt(odds, outcomes).unwrap().kind().unwrap()
}

fn bent(odds: &[f64], outcomes: &[bool]) -> Kind {
    beta(odds, outcomes).and_then(|fit| fit.kind()).unwrap_or_else(|| sloped(odds, outcomes))
}

/// Loss of each row under a fit on the other fifths.
fn losses(odds: &[f64], outcomes: &[bool], fit: Fit) -> Vec<f64> {
    let of_part = |part: Range<usize>| {
        let others = || (0..odds.len()).filter(|row| !part.contains(row));
        let (x, y): (Vec<f64>, Vec<bool>) = others().map(|row| (odds[row], outcomes[row])).unzip();
        let curve = Calibrator { unit: MarginUnit::LogOdds, kind: fit(&x, &y) };
        let loss = |row: usize| if outcomes[row] { curve.value(odds[row]) } else { 1.0 - curve.value(odds[row]) };
        part.map(|row| -loss(row).ln()).collect::<Vec<f64>>()
    };
    parts(odds.len(), 5).into_iter().flat_map(of_part).collect()
}

/// Mean difference with its standard error, by pairs.
fn paired(one: &[f64], other: &[f64]) -> (f64, f64) {
    let n = one.len() as f64;
    let gaps: Vec<f64> = one.iter().zip(other).map(|(one, other)| one - other).collect();
    let mean = gaps.iter().sum::<f64>() / n;
    (mean, (gaps.iter().map(|gap| (gap - mean).powi(2)).sum::<f64>() / (n * (n - 1.0))).sqrt())
}

/// What a wrong risk costs in expectation where the true risk is known: the Kullback–Leibler divergence.
fn regret(truth: f64, risk: f64) -> f64 {
    truth * (truth / risk).ln() + (1.0 - truth) * ((1.0 - truth) / (1.0 - risk)).ln()
}

/// The figures that the docs of `choose` name: expected log loss in excess of the truth's, times rows, of always keeping
/// the model's link, of always Platt, of always beta, and of two rules of choice.
#[test]
#[ignore = "a simulation of minutes, from which a rule was chosen"]
fn choosing_by_a_bare_improvement_costs_less_than_asking_for_a_standard_error() {
    let worlds: [World; 9] = [
        ("calibrated", |m| m),
        ("slope 0.9", |m| 0.9 * m - 0.1),
        ("slope 0.7", |m| 0.7 * m - 0.3),
        ("slope 1.2", |m| 1.2 * m + 0.2),
        ("shift 0.2", |m| m + 0.2),
        ("beta 1.2 0.6", |m| 0.6 * softplus(m) - 1.2 * softplus(-m)),
        ("beta 0.7 1.4", |m| 1.4 * softplus(m) - 0.7 * softplus(-m)),
        ("beta 1.5 1.0", |m| softplus(m) - 1.5 * softplus(-m)),
        ("curved", |m| 1.5 * m + 0.6 - 0.1 * m * m.abs()),
    ];
    let mut worst = [0.0f64; 5];
    let mut totals = [0.0; 5];
    for n in [400, 1_500, 6_000] {
        for (name, truth) in worlds {
            let regrets = (0..100).map(|run| regrets(n, truth, 1_000 + run));
            let mean = regrets.fold([0.0; 5], |sum, one| std::array::from_fn(|rule| sum[rule] + one[rule] / 100.0));
            println!("{n:6} {name:12} {}", mean.map(|mean| format!("{mean:8.2}")).join(" "));
            totals.iter_mut().zip(mean).for_each(|(total, mean)| *total += mean / 27.0);
            worst.iter_mut().zip(mean).for_each(|(worst, mean)| *worst = worst.max(mean));
        }
    }
    println!("mean {totals:.2?} worst {worst:.2?}");
    assert!(totals[3] < totals[4] && worst[3] < worst[4]);
}

/// Rows × regret on fresh rows of one drawn sample.
fn regrets(n: usize, truth: fn(f64) -> f64, seed: u64) -> [f64; 5] {
    let mut stream = Stream::seed_from_u64(seed);
    let (odds, outcomes) = draw(n, -1.2, truth, &mut stream);
    let (fresh, _) = draw(2_000, -1.2, truth, &mut stream);
    let fits: [Fit; 3] = [own_link, sloped, bent];
    let losses = fits.map(|fit| losses(&odds, &outcomes, fit));
    let rule = |errors: f64| {
        let beats = |one: usize, other: usize| {
            let (mean, error) = paired(&losses[one], &losses[other]);
            mean < -errors * error
        };
        if beats(2, 0) && beats(2, 1) { 2 } else { usize::from(beats(1, 0)) }
    };
    [0, 1, 2, rule(0.0), rule(1.0)].map(|chosen| {
        let curve = Calibrator { unit: MarginUnit::LogOdds, kind: fits[chosen](&odds, &outcomes) };
        let lost: f64 = fresh.iter().map(|margin| regret(logistic(truth(*margin)), curve.value(*margin))).sum();
        lost * n as f64 / fresh.len() as f64
    })
}
