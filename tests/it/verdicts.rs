//! Verdicts: against published cases, by law, and by simulation.

use std::collections::BTreeMap;
use std::fmt::Write;

use proptest::prelude::*;
use rand::RngExt;
use rand_xoshiro::Xoshiro256PlusPlus;
use trustrisk::audit::metrics;
use trustrisk::audit::verdict::{DISPARITY, INSUFFICIENT, NONE_FOUND, UNDEFINED};
use trustrisk::audit::{Correction, Disaggregated, OVERALL, Reference, Row, Settings, Subjects, disaggregate, publish};
use trustrisk::base::Seed;
use trustrisk::base::groups::Grouping;
use trustrisk::base::population::Population::{self, History, Today};
use trustrisk::base::units::Effect;
use trustrisk::stats::interval::wilson;
use trustrisk::stats::rates::{Rate, difference_interval, ratio_interval};

fn settings() -> Settings {
    Settings { limits: limits(&["selection_rate", "true_positive_rate", "false_positive_rate"]), ..Settings::default() }
}

fn limits(metrics: &[&str]) -> BTreeMap<String, f64> {
    metrics.iter().map(|metric| ((*metric).to_owned(), 0.8)).collect()
}

/// Selected and not selected subjects of each group, today.
fn counts(groups: &[(&str, usize, usize)], settings: &Settings) -> Disaggregated {
    let mut table = Table::default();
    for (group, (_, selected, others)) in groups.iter().enumerate() {
        (0..selected + others).for_each(|subject| table.push(group, Today, None, subject < *selected));
    }
    table.audit(groups.iter().map(|(name, ..)| *name), settings)
}

#[derive(Default)]
struct Table {
    member: Vec<u32>,
    population: Vec<Population>,
    outcome: Vec<Option<bool>>,
    risk: Vec<Option<f64>>,
    selected: Vec<Option<bool>>,
    cluster: Option<Vec<u32>>,
    control: Option<Grouping>,
}

impl Table {
    fn push(&mut self, group: usize, population: Population, outcome: Option<bool>, selected: bool) {
        self.member.push(group as u32);
        self.population.push(population);
        self.outcome.push(outcome);
        self.risk.push(Some(0.5));
        self.selected.push(Some(selected));
    }

    fn audit<'a>(&self, names: impl Iterator<Item = &'a str>, settings: &Settings) -> Disaggregated {
        let subjects = Subjects {
            population: &self.population,
            outcome: &self.outcome,
            risk: &self.risk,
            selected: &self.selected,
            cluster: self.cluster.as_deref(),
        };
        let grouping = grouping("g", names, self.member.clone());
        disaggregate(&subjects, &[grouping], self.control.as_ref(), settings)
    }
}

fn grouping<'a>(feature: &str, names: impl Iterator<Item = &'a str>, member: Vec<u32>) -> Grouping {
    let groups = names.map(str::to_owned).collect();
    Grouping { feature: feature.to_owned(), columns: vec![feature.to_owned()], groups, member }
}

#[track_caller]
fn row<'a>(told: &'a Disaggregated, metric: &str, feature: &str, group: &str) -> &'a Row {
    told.rows.iter().find(|row| row.metric == metric && row.feature == feature && row.group == group).unwrap()
}

fn verdict<'a>(told: &'a Disaggregated, group: &str) -> &'a str {
    row(told, "selection_rate", "g", group).verdict.as_deref().unwrap()
}

/// Ricci: 41 of 68 and 15 of 50 promoted.
#[test]
fn the_verdict_follows_the_limit_and_not_equality() {
    let told = counts(&[("White", 41, 27), ("non-White", 15, 35)], &settings());
    let row = row(&told, "selection_rate", "g", "non-White");
    // on the logarithm, as Wald has it, this would be .023
    assert!((row.p.unwrap() - 0.01598).abs() < 1e-4, "{:?}", row.p);
    assert!((row.p_equal.unwrap() - 0.0015).abs() < 0.0005, "{:?}", row.p_equal);
    assert_eq!(row.verdict.as_deref(), Some(DISPARITY));
    // equality is rejected all the same where the limit is not
    let told = counts(&[("A", 600, 400), ("B", 540, 460)], &settings());
    let row = self::row(&told, "selection_rate", "g", "B");
    assert!(row.p_equal.unwrap() < 0.01);
    assert_eq!(row.verdict.as_deref(), Some(NONE_FOUND));
}

#[test]
fn nothing_is_called_zero_that_is_undefined() {
    let mut table = Table::default();
    (0..40).for_each(|subject| table.push(0, History, Some(subject < 20), subject % 2 == 0));
    (0..30).for_each(|subject| table.push(1, History, Some(false), subject % 2 == 0));
    let told = table.audit(["a", "b"].into_iter(), &settings());
    let row = row(&told, "true_positive_rate", "g", "b");
    assert_eq!((row.value, row.ratio, row.p, row.denominator), (None, None, None, Some(0.0)));
    assert_eq!(row.verdict.as_deref(), Some(UNDEFINED));
    // nobody selected anywhere: no ratio is likelier than another
    assert_eq!(verdict(&counts(&[("a", 0, 900), ("b", 0, 800)], &settings()), "b"), UNDEFINED);
    // nobody in the reference, many in the group: the ratio has no number, and the evidence is plain
    let told = counts(&[("a", 0, 900), ("b", 300, 500)], &settings());
    let row = self::row(&told, "selection_rate", "g", "b");
    assert_eq!((row.ratio, row.verdict.as_deref()), (None, Some(DISPARITY)));
    assert!(row.ratio_low.unwrap() > 1.25 && row.ratio_high.is_none());
}

#[test]
fn small_groups_are_insufficient_evidence_and_large_equal_ones_are_not() {
    assert_eq!(verdict(&counts(&[("a", 40, 160), ("b", 0, 8)], &settings()), "b"), INSUFFICIENT);
    assert_eq!(verdict(&counts(&[("a", 400, 1600), ("b", 396, 1604)], &settings()), "b"), NONE_FOUND);
}

/// Against all subjects the test is that against the rest: scaled, the figures of two groups are the same.
#[test]
fn overall_is_tested_against_the_rest() {
    let overall = Settings { reference: Reference::Overall, ..settings() };
    let told = counts(&[("a", 300, 700), ("b", 120, 380)], &overall);
    let (a, b) = (row(&told, "selection_rate", "g", "a"), row(&told, "selection_rate", "g", "b"));
    let all = 420.0 / 1500.0;
    assert!((b.ratio.unwrap() - 0.24 / all).abs() < 1e-12 && (a.difference.unwrap() - (0.3 - all)).abs() < 1e-12);
    let [first, second] = [Rate { events: 120.0, n: 500.0 }, Rate { events: 300.0, n: 1000.0 }];
    let (low, high) = ratio_interval(first, second, 0.9).unwrap();
    let to_all = |ratio: f64| ratio / (ratio / 3.0 + 2.0 / 3.0);
    assert!((b.ratio_low.unwrap() - to_all(low)).abs() < 1e-9);
    assert!((b.ratio_high.unwrap() - to_all(high.unwrap())).abs() < 1e-9);
    let (low, _) = difference_interval(first, second, 0.9).unwrap();
    assert!((b.difference_low.unwrap() - low * 2.0 / 3.0).abs() < 1e-9);
    // a group that is nearly all cannot be far above all
    let told = counts(&[("a", 900, 100), ("b", 0, 10)], &overall);
    assert_ne!(verdict(&told, "a"), DISPARITY);
}

/// Being selected more readily helps or harms; of errors that have nothing to do with selection the larger one harms.
#[test]
fn the_effect_decides_who_is_at_a_disadvantage() {
    let told = |effect: Option<Effect>| {
        let settings = Settings { effect, ..settings() };
        row(&counts(&[("a", 500, 500), ("b", 200, 800)], &settings), "selection_rate", "g", "b").disadvantaged.clone()
    };
    assert_eq!(told(Some(Effect::Benefit)).as_deref(), Some("b"));
    assert_eq!(told(Some(Effect::Burden)).as_deref(), Some("a"));
    assert_eq!(told(None), None);
    // evidence first: without a disparity nobody is called disadvantaged
    let fair = counts(&[("a", 50, 50), ("b", 40, 60)], &Settings { effect: Some(Effect::Benefit), ..settings() });
    assert_eq!(row(&fair, "selection_rate", "g", "b").disadvantaged, None);
    let favors = |name: &str, effect: Option<Effect>| metrics::find(name).unwrap().favors_high(effect);
    for (metric, help, harm) in [
        ("false_positive_rate", Some(true), Some(false)),
        ("false_negative_rate", Some(false), Some(true)),
        // a fact about the selected says nothing of how readily they are
        ("false_omission_rate", None, None),
        ("accuracy", Some(true), Some(true)),
        ("brier_score", Some(false), Some(false)),
        ("base_rate", None, None),
        ("calibration_ratio", None, None),
    ] {
        assert_eq!(favors(metric, Some(Effect::Benefit)), help, "{metric}");
        assert_eq!(favors(metric, Some(Effect::Burden)), harm, "{metric}");
    }
    assert_eq!((favors("false_positive_rate", None), favors("accuracy", None)), (None, Some(true)));
}

#[test]
fn the_best_group_pays_for_all_pairs() {
    let groups = [("a", 60, 140), ("b", 40, 160), ("c", 38, 162)];
    let of = |reference: Reference| {
        let told = counts(&groups, &Settings { reference, correction: Correction::Holm, ..settings() });
        row(&told, "selection_rate", "g", "c").clone()
    };
    let (named, best) = (of(Reference::Named("a".to_owned())), of(Reference::Best));
    assert_eq!(named.p, best.p);
    // two comparisons against three: b against c was looked at as well
    assert!((named.p_adjusted.unwrap() / named.p.unwrap() - 2.0).abs() < 1e-12);
    assert!((best.p_adjusted.unwrap() / best.p.unwrap() - 3.0).abs() < 1e-12);
}

/// Berkeley in small: both groups are selected alike within every department, and unlike over all.
#[test]
fn legitimate_factors_are_conditioned_on() {
    let mut table = Table::default();
    let mut department = Vec::new();
    for (group, stratum, n, n_selected) in [(0, 0, 800, 480), (0, 1, 200, 40), (1, 0, 200, 120), (1, 1, 800, 160)] {
        for subject in 0..n {
            table.push(group, Today, None, subject < n_selected);
            department.push(stratum);
        }
    }
    table.control = Some(grouping("department", ["x", "y"].into_iter(), department));
    let told = table.audit(["a", "b"].into_iter(), &settings());
    assert_eq!(verdict(&told, "b"), DISPARITY);
    let within = row(&told, "selection_rate", "g | department", "b");
    assert!((within.ratio.unwrap() - 1.0).abs() < 1e-12 && (within.p_equal.unwrap() - 1.0).abs() < 1e-9);
    assert_eq!((within.test.as_deref(), within.verdict.as_deref()), (Some("mantel-haenszel-score"), Some(NONE_FOUND)));
    // what is hidden of a group is hidden within strata as well
    let mut small = Table { control: table.control.clone(), ..Table::default() };
    (0..2000).for_each(|subject| small.push(usize::from(subject < 3), Today, None, subject % 2 == 0));
    let told = small.audit(["m", "f"].into_iter(), &settings());
    let public = publish(&told, &settings());
    assert!(public.iter().filter(|row| row.group == "f").all(|row| row.suppressed));
}

#[test]
fn few_clusters_are_insufficient_evidence() {
    let of = |n_clusters: usize| {
        let mut table = Table::default();
        for subject in 0..3000 {
            table.push(subject % 2, Today, None, if subject % 2 == 0 { subject % 4 == 0 } else { subject % 20 == 1 });
        }
        table.cluster = Some((0..3000).map(|subject| (subject / 2 % n_clusters) as u32).collect());
        let told = table.audit(["a", "b"].into_iter(), &settings());
        row(&told, "selection_rate", "g", "b").clone()
    };
    let (few, many) = (of(19), of(300));
    assert!(few.p_adjusted.unwrap() < 0.05);
    assert_eq!(few.verdict.as_deref(), Some(INSUFFICIENT));
    assert_eq!(many.verdict.as_deref(), Some(DISPARITY));
}

/// Households of one woman and one man: the rest of the women are the men, cluster by cluster.
#[test]
fn clusters_that_lie_in_both_groups_are_evidence() {
    let mut table = Table::default();
    for household in 0..1000 {
        table.push(0, Today, None, household % 10 == 0);
        table.push(1, Today, None, household % 2 == 0);
    }
    table.cluster = Some((0..2000).map(|subject| subject / 2).collect());
    for reference in [Reference::Overall, Reference::Largest] {
        let told = table.audit(["F", "M"].into_iter(), &Settings { reference, ..settings() });
        let of = if row(&told, "selection_rate", "g", "F").verdict.is_some() { "F" } else { "M" };
        assert_eq!(verdict(&told, of), DISPARITY);
    }
}

/// Within strata as over all: nobody of a group against half of the others.
#[test]
fn nobody_within_strata_is_a_disparity() {
    let mut table = Table::default();
    let mut stratum = Vec::new();
    for subject in 0..2000 {
        table.push(subject % 2, Today, None, subject % 4 == 1);
        stratum.push((subject / 7 % 2) as u32);
    }
    table.control = Some(grouping("s", ["x", "y"].into_iter(), stratum));
    for reference in ["a", "b"] {
        let settings = Settings { reference: Reference::Named(reference.to_owned()), ..settings() };
        let told = table.audit(["a", "b"].into_iter(), &settings);
        let other = if reference == "a" { "b" } else { "a" };
        for feature in ["g", "g | s"] {
            let row = row(&told, "selection_rate", feature, other);
            assert_eq!(row.verdict.as_deref(), Some(DISPARITY), "{feature} against {reference}: {row:?}");
            assert!(row.p_equal.unwrap() < 1e-9);
        }
    }
}

#[test]
fn all_subjects_have_rows_without_a_comparison() {
    let told = counts(&[("a", 30, 70), ("b", 10, 40)], &settings());
    let row = row(&told, "selection_rate", OVERALL, OVERALL);
    assert_eq!((row.numerator, row.denominator, row.verdict.as_deref()), (Some(40.0), Some(150.0), None));
}

proptest! {
    /// Interval and test invert one another: a disparity lies wholly outside the limits, and without a correction and with
    /// wide limits nothing else does.
    #[test]
    fn a_disparity_is_an_interval_outside_the_limits(
        groups in prop::collection::vec((0usize..60, 1usize..200), 2..5),
        limit in 0.3..0.95f64,
    ) {
        let names = ["a", "b", "c", "d", "e"];
        let groups: Vec<(&str, usize, usize)> =
            names.iter().zip(&groups).map(|(name, (selected, others))| (*name, *selected, *others)).collect();
        let limits = BTreeMap::from([("selection_rate".to_owned(), limit)]);
        let settings = Settings { limits, correction: Correction::None, ..Settings::default() };
        let told = counts(&groups, &settings);
        for row in told.rows.iter().filter(|row| row.verdict.is_some()) {
            let verdict = row.verdict.as_deref().unwrap();
            let (low, high) = (row.ratio_low.unwrap_or(0.0), row.ratio_high.unwrap_or(f64::INFINITY));
            let outside = high < limit || low > 1.0 / limit;
            prop_assert!(verdict != DISPARITY || outside, "{row:?}");
            prop_assert!(verdict != NONE_FOUND || (low >= limit && high <= 1.0 / limit), "{row:?}");
            // what the other limit adds to p is at most this much
            if outside && row.p.unwrap() > 0.05 {
                prop_assert!(row.p.unwrap() < 0.1, "{row:?}");
            }
            prop_assert!(row.ratio.is_none_or(|ratio| low <= ratio + 1e-9 && ratio <= high + 1e-9), "{row:?}");
        }
    }
}

/// A score that selects every group at its own rate, so many subjects in each.
fn simulated(n: usize, rates: &[f64], stream: &mut Xoshiro256PlusPlus) -> Table {
    let mut table = Table::default();
    for (group, rate) in rates.iter().enumerate() {
        for _ in 0..n {
            let outcome = stream.random_range(0.0..1.0) < 0.3;
            table.push(group, History, Some(outcome), stream.random_range(0.0..1.0) < *rate);
        }
    }
    table
}

const NAMES: [&str; 12] = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"];

/// Share of runs with a disparity somewhere, and shares of verdicts.
fn simulate(n: usize, rates: &[f64], n_runs: usize, stream: &mut Xoshiro256PlusPlus) -> (f64, BTreeMap<String, f64>) {
    let (mut with_disparity, mut shares, mut n_verdicts) = (0, BTreeMap::<String, f64>::new(), 0.0);
    for _ in 0..n_runs {
        let told = simulated(n, rates, stream).audit(NAMES.into_iter().take(rates.len()), &settings());
        let verdicts: Vec<&str> = told.rows.iter().filter_map(|row| row.verdict.as_deref()).collect();
        with_disparity += usize::from(verdicts.contains(&DISPARITY));
        n_verdicts += verdicts.len() as f64;
        for verdict in verdicts {
            *shares.entry(verdict.to_owned()).or_default() += 1.0;
        }
    }
    shares.values_mut().for_each(|share| *share /= n_verdicts);
    (with_disparity as f64 / n_runs as f64, shares)
}

/// A fair score, and one that is exactly as unfair as the limits allow: neither may be called unfair in more than the
/// nominal share of runs (three standard errors of the simulation are added).
#[test]
fn noise_is_not_called_bias() {
    let mut stream = Seed(11).stream("noise");
    let n_runs = 200;
    let highest = 0.05 + 3.0 * (0.05_f64 * 0.95 / n_runs as f64).sqrt();
    for n in [50, 100, 300] {
        for n_groups in [2, 5, 12] {
            let (share, _) = simulate(n, &vec![0.2; n_groups], n_runs, &mut stream);
            assert!(share <= highest, "{n_groups} groups of {n}: {share}");
        }
    }
    for n_groups in [2, 5, 12] {
        let (share, _) = simulate(1000, &vec![0.2; n_groups], 60, &mut stream);
        assert!(share <= 0.05 + 3.0 * (0.05_f64 * 0.95 / 60.0).sqrt(), "{n_groups} groups of 1,000: {share}");
    }
    for n in [100, 300] {
        let (share, _) = simulate(n, &[0.3, 0.24], n_runs, &mut stream);
        assert!(share <= highest, "on the limit, {n}: {share}");
    }
}

/// What is called detectable is found in about four of five runs.
#[test]
fn a_planted_disparity_is_found_with_the_power_that_is_stated() {
    let mut stream = Seed(12).stream("power");
    let limits = limits(&["selection_rate"]);
    let settings = Settings { limits, ..Settings::default() };
    for n in [300, 1000] {
        let expected = counts(&[("a", n * 2 / 5, n * 3 / 5), ("b", n * 2 / 5, n * 3 / 5)], &settings);
        let low = row(&expected, "selection_rate", "g", "b").detectable_low.unwrap();
        let n_runs = 400;
        let found = (0..n_runs).filter(|_| {
            let told = simulated(n, &[0.4, 0.4 * low], &mut stream).audit(["a", "b"].into_iter(), &settings);
            verdict(&told, "b") == DISPARITY
        });
        let power = found.count() as f64 / f64::from(n_runs);
        assert!((0.72..0.88).contains(&power), "{n}: ratio {low}, power {power}");
    }
}

/// By enumeration: how often intervals at 95 % hold the truth, on average over rates and at least.
fn coverage(
    n: usize,
    interval: &dyn Fn(usize, usize) -> Option<(f64, f64)>,
    truth: &dyn Fn(f64, f64) -> f64,
) -> [f64; 2] {
    let ends: Vec<Option<(f64, f64)>> =
        (0..=n).flat_map(|a| (0..=n).map(move |b| (a, b))).map(|(a, b)| interval(a, b)).collect();
    let rates: Vec<f64> = (1..=18).map(|i| f64::from(i) * 0.05).collect();
    let mass = |p: f64| {
        let mut mass = vec![(1.0 - p).powi(n as i32)];
        (0..n).for_each(|k| mass.push(mass[k] * (n - k) as f64 / (k + 1) as f64 * p / (1.0 - p)));
        mass
    };
    let masses: Vec<Vec<f64>> = rates.iter().map(|p| mass(*p)).collect();
    let (mut sum, mut least, mut n_pairs) = (0.0, 1.0_f64, 0.0);
    for (one, first) in rates.iter().zip(&masses) {
        for (two, second) in rates.iter().zip(&masses) {
            let truth = truth(*one, *two);
            let holds = |(at, ends): (usize, &Option<(f64, f64)>)| {
                let inside = ends.is_none_or(|(low, high)| low <= truth && truth <= high);
                if inside { first[at / (n + 1)] * second[at % (n + 1)] } else { 0.0 }
            };
            let covered: f64 = ends.iter().enumerate().map(holds).sum();
            sum += covered;
            least = least.min(covered);
            n_pairs += 1.0;
        }
    }
    [sum / n_pairs, least]
}

fn coverages(n: usize) -> [[f64; 2]; 3] {
    let rate = |events: usize| Rate { events: events as f64, n: n as f64 };
    let ratio = |a: usize, b: usize| {
        ratio_interval(rate(a), rate(b), 0.95).map(|(low, high)| (low, high.unwrap_or(f64::INFINITY)))
    };
    [
        coverage(n, &|a, _| wilson(a as u64, n as u64, 0.95), &|one, _| one),
        coverage(n, &|a, b| difference_interval(rate(a), rate(b), 0.95), &|one, two| one - two),
        coverage(n, &ratio, &|one, two| one / two),
    ]
}

#[test]
fn intervals_hold_the_truth_as_often_as_they_say() {
    for n in [10, 30] {
        for (name, [mean, least]) in ["Wilson", "Miettinen–Nurminen", "Koopman"].into_iter().zip(coverages(n)) {
            assert!((mean - 0.95).abs() < 0.01 && least > 0.90, "{name}, {n}: mean {mean}, least {least}");
        }
    }
}

/// The tables of `docs/audit.md`: `cargo test --release --test it -- --ignored --nocapture verdicts::measure`.
#[test]
#[ignore = "measures"]
fn measure() {
    let mut out = String::from("| interval, n a group | mean coverage | least |\n|---|---|---|\n");
    for n in [10, 30, 50] {
        for (name, [mean, least]) in ["Wilson", "Miettinen–Nurminen", "Koopman"].into_iter().zip(coverages(n)) {
            writeln!(out, "| {name}, {n} | {mean:.3} | {least:.3} |").unwrap();
        }
    }
    out += "\n| groups of | groups | runs with a disparity | none found | insufficient evidence |\n|---|---|---|---|---|\n";
    let mut stream = Seed(13).stream("measure");
    for n in [50, 100, 300, 1000, 3000] {
        for n_groups in [2, 5, 12] {
            let (share, shares) = simulate(n, &vec![0.2; n_groups], 400, &mut stream);
            let of = |verdict: &str| 100.0 * shares.get(verdict).copied().unwrap_or(0.0);
            let (none, weak) = (of(NONE_FOUND), of(INSUFFICIENT));
            writeln!(out, "| {n} | {n_groups} | {:.1} % | {none:.1} % | {weak:.1} % |", 100.0 * share).unwrap();
        }
    }
    println!("{out}");
}
