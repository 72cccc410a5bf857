//! Figures of scores by group: against scikit-learn, AIF360 and by brute force.

use proptest::prelude::*;
use trustrisk::audit::{Audit, MISSING, Reference, Row, Settings, Subjects, audit, disaggregate};
use trustrisk::base::groups::Grouping;
use trustrisk::base::population::Population::{self, History, Today};
use trustrisk::base::seed::Stream;
use trustrisk::base::units::Effect;

use crate::stats::{close, flags, numbers, reference};
use crate::support::{grouping, shared};

fn settings() -> Settings {
    Settings::default()
}

/// A table of one population.
struct Scored {
    population: Vec<Population>,
    outcome: Vec<Option<bool>>,
    risk: Vec<Option<f64>>,
    selected: Vec<Option<bool>>,
    cluster: Option<Vec<u32>>,
}

impl Scored {
    /// History; risks of a half and more are selected.
    fn new(risks: &[f64], outcomes: &[bool]) -> Self {
        Self {
            population: vec![History; risks.len()],
            outcome: outcomes.iter().map(|outcome| Some(*outcome)).collect(),
            risk: risks.iter().map(|risk| Some(*risk)).collect(),
            selected: risks.iter().map(|risk| Some(*risk >= 0.5)).collect(),
            cluster: None,
        }
    }

    fn subjects(&self) -> Subjects<'_> {
        Subjects {
            population: &self.population,
            outcome: &self.outcome,
            risk: &self.risk,
            selected: &self.selected,
            cluster: self.cluster.as_deref(),
        }
    }

    fn audit(&self, groupings: &[Grouping], settings: &Settings) -> Audit {
        audit(&self.subjects(), groupings, None, settings)
    }

    /// The rows alone, without figures of all groups.
    fn told(&self, groupings: &[Grouping], settings: &Settings) -> Vec<Row> {
        disaggregate(&self.subjects(), groupings, None, settings).rows
    }
}

/// The row of a feature's group.
#[track_caller]
fn row<'a>(rows: &'a [Row], metric: &str, group: &str) -> &'a Row {
    rows.iter().find(|row| row.metric == metric && row.group == group).unwrap_or_else(|| panic!("{metric} of {group}"))
}

/// `uniform(seed)` draws in 0..1.
fn draws(seed: u64) -> impl FnMut() -> f64 {
    use rand::{Rng, SeedableRng};
    let mut stream = Stream::seed_from_u64(seed);
    move || (stream.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
}

#[test]
fn figures_are_those_of_scikit_learn() {
    let mut n_undefined = 0;
    for sample in reference("scored.json").as_array().unwrap() {
        let (risks, outcomes) = (numbers(&sample["risks"]), flags(&sample["outcomes"]));
        let members: Vec<&str> = sample["groups"].as_array().unwrap().iter().map(|g| g.as_str().unwrap()).collect();
        let audit = Scored::new(&risks, &outcomes).audit(&[grouping("g", &members)], &settings());
        let largest = &sample["by_group"]["large"];
        for (group, figures) in sample["by_group"].as_object().unwrap() {
            for (metric, theirs) in figures.as_object().unwrap() {
                let ours = row(&audit.rows, metric, group);
                match theirs.as_f64() {
                    Some(theirs) => close(ours.value.unwrap(), theirs, 1e-12),
                    None => {
                        assert_eq!((ours.value, ours.low, ours.difference), (None, None, None));
                        n_undefined += 1;
                    }
                }
                assert_eq!(ours.reference.as_deref(), Some("large"));
                if let (Some(own), Some(reference)) = (theirs.as_f64(), largest[metric].as_f64()) {
                    assert!((ours.difference.unwrap() - (own - reference)).abs() < 1e-12);
                }
            }
        }
    }
    assert!(n_undefined > 5);
}

/// A calibrated score that knows no groups, some of them tiny: no figure of scores may be called unfair in more than the
/// nominal share of runs (three standard errors of the simulation are added).
#[test]
fn noise_in_scores_is_not_called_bias() {
    let figures = [
        ("auc", 0.05),
        ("average_precision", 0.05),
        ("balanced_accuracy", 0.05),
        ("f1_score", 0.05),
        ("brier_score", 0.02),
        ("log_loss", 0.05),
        ("calibration_in_the_large", 0.02),
        ("calibration_slope", 0.1),
        ("mean_risk", 0.02),
        ("top_share", 0.2),
        ("exposure", 0.2),
    ];
    let sizes = [3, 10, 40, 120, 400];
    let members: Vec<String> = sizes.iter().enumerate().flat_map(|(group, n)| vec![format!("g{group}"); *n]).collect();
    let n_runs = 150;
    let mut n_found = std::collections::BTreeMap::new();
    let mut draw = draws(17);
    for _ in 0..n_runs {
        let risks: Vec<f64> = members.iter().map(|_| 0.02 + 0.6 * draw() * draw()).collect();
        let outcomes: Vec<bool> = risks.iter().map(|risk| draw() < *risk).collect();
        let scored = Scored::new(&risks.iter().map(|risk| risk + 0.3).collect::<Vec<_>>(), &outcomes);
        let scored = Scored { risk: risks.iter().map(|risk| Some(*risk)).collect(), ..scored };
        // each metric by itself, so that what one finds is not another's price
        for (metric, limit) in figures {
            for reference in [Reference::Largest, Reference::Overall] {
                let limits = [(metric.to_owned(), limit)].into();
                let settings = Settings { limits, reference: reference.clone(), ..settings() };
                let told = scored.told(&[grouping("g", &members)], &settings);
                let is_found = told.iter().any(|row| row.verdict.as_deref() == Some("disparity"));
                *n_found.entry((metric, reference == Reference::Overall)).or_insert(0) += usize::from(is_found);
            }
        }
    }
    let highest = 0.05 + 3.0 * (0.05_f64 * 0.95 / f64::from(n_runs)).sqrt();
    for (of, n) in n_found {
        let share = n as f64 / f64::from(n_runs);
        assert!(share <= highest, "{of:?}: {share}");
    }
}

/// Of two groups the rest is the other one.
#[test]
fn figures_of_scores_stand_beside_the_rest() {
    let mut draw = draws(3);
    let risks: Vec<f64> = (0..800).map(|_| draw()).collect();
    let outcomes: Vec<bool> = risks.iter().map(|risk| draw() < *risk).collect();
    let members: Vec<&str> = (0..800).map(|_| if draw() < 0.4 { "a" } else { "b" }).collect();
    let metrics = ["auc", "average_precision", "calibration_intercept", "calibration_slope"];
    let limits = metrics.map(|metric| (metric.to_owned(), 0.05));
    for cluster in [None, Some((0..800).map(|row| row / 2).collect::<Vec<u32>>())] {
        let scored = Scored { cluster, ..Scored::new(&risks, &outcomes) };
        let told = |reference: Reference| {
            scored
                .audit(&[grouping("g", &members)], &Settings { reference, limits: limits.clone().into(), ..settings() })
        };
        let (beside_rest, beside_b) = (told(Reference::Overall), told(Reference::Named("b".to_owned())));
        for metric in metrics {
            let (rest, named) = (row(&beside_rest.rows, metric, "a"), row(&beside_b.rows, metric, "a"));
            assert_eq!(rest.reference.as_deref(), Some("rest"));
            assert_eq!(
                (rest.difference, rest.difference_low, rest.p),
                (named.difference, named.difference_low, named.p)
            );
            assert!(rest.difference.is_some() && rest.p_equal == named.p_equal && rest.verdict.is_some());
        }
        let (low, high) = {
            let share = row(&beside_rest.rows, "top_share", "a");
            assert_eq!((share.reference.as_deref(), share.difference), (Some("overall"), share.value.map(|v| v - 1.0)));
            (share.difference_low.unwrap(), share.difference_high.unwrap())
        };
        assert!(low < high && row(&beside_rest.rows, "bpsn_auc", "a").difference.is_none());
    }
}

/// Without clusters and with one for each row: the same values, nearly the same intervals.
#[test]
fn clusters_of_one_row_are_no_clusters() {
    let mut draw = draws(1);
    let risks: Vec<f64> = (0..600).map(|_| (draw() * 20.0).round() / 20.0).collect();
    let outcomes: Vec<bool> = risks.iter().map(|risk| draw() < *risk).collect();
    let members: Vec<&str> = (0..600).map(|_| if draw() < 0.3 { "a" } else { "b" }).collect();
    let plain = Scored::new(&risks, &outcomes);
    let single = Scored { cluster: Some((0..600).collect()), ..Scored::new(&risks, &outcomes) };
    // every row three times, as one subject
    let thrice = |from: &[f64]| from.iter().flat_map(|x| [*x; 3]).collect::<Vec<f64>>();
    let outcomes_thrice: Vec<bool> = outcomes.iter().flat_map(|x| [*x; 3]).collect();
    let members_thrice: Vec<&str> = members.iter().flat_map(|x| [*x; 3]).collect();
    let repeated = Scored {
        cluster: Some((0..1800).map(|row| row / 3).collect()),
        ..Scored::new(&thrice(&risks), &outcomes_thrice)
    };
    let told = |scored: &Scored, members: &[&str]| scored.audit(&[grouping("g", members)], &settings());
    let (plain, single, repeated) = (told(&plain, &members), told(&single, &members), told(&repeated, &members_thrice));
    let metrics = ["auc", "bpsn_auc", "bnsp_auc", "average_precision", "brier_score", "log_loss", "calibration_slope"];
    for (metric, group) in metrics.iter().flat_map(|metric| [(metric, "a"), (metric, "b")]) {
        let [plain, single, repeated] = [&plain, &single, &repeated].map(|audit| row(&audit.rows, metric, group));
        let width = |row: &Row| row.high.unwrap() - row.low.unwrap();
        // Newton's method ends within 1e-10 of the smallest loss per row, not at the same bits
        let tolerance = if *metric == "calibration_slope" { 1e-6 } else { 1e-12 };
        close(single.value.unwrap(), plain.value.unwrap(), tolerance);
        close(repeated.value.unwrap(), plain.value.unwrap(), tolerance);
        assert!((width(single) / width(plain) - 1.0).abs() < 0.05, "{metric} {group}: {plain:?} {single:?}");
        assert!((width(repeated) / width(single) - 1.0).abs() < 0.02, "{metric} {group}: {single:?} {repeated:?}");
    }
    let errors = [&plain, &single].map(|audit| row(&audit.rows, "expected_calibration_error", "a").value.unwrap());
    close(errors[0], errors[1], 1e-9);
}

#[test]
fn threads_and_row_order_do_not_matter() {
    let mut draw = draws(2);
    let n = 70_000;
    let risks: Vec<f64> = (0..n).map(|_| draw()).collect();
    let outcomes: Vec<bool> = risks.iter().map(|risk| draw() < *risk).collect();
    let members: Vec<String> = (0..n).map(|_| format!("{}", (draw() * 4.0) as u8)).collect();
    let audit = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| Scored::new(&risks, &outcomes).audit(&[grouping("g", &members)], &settings()))
    };
    let (one, three) = (audit(1), audit(3));
    assert_eq!(one, three);
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by_key(|row| row.wrapping_mul(2_654_435_761) % 1_000_003);
    let shuffled: Vec<f64> = order.iter().map(|row| risks[*row]).collect();
    let outcomes: Vec<bool> = order.iter().map(|row| outcomes[*row]).collect();
    let members: Vec<&String> = order.iter().map(|row| &members[*row]).collect();
    let other = Scored::new(&shuffled, &outcomes).audit(&[grouping("g", &members)], &settings());
    for (a, b) in one.rows.iter().zip(&other.rows) {
        assert_eq!((&a.metric, &a.group), (&b.metric, &b.group));
        match (a.value, b.value) {
            (Some(a), Some(b)) => close(a, b, 1e-6),
            (a, b) => assert_eq!(a, b),
        }
    }
}

/// A risk that is told a tenth too high is found out, and one without fault is nearly let go: of the mean of plain errors
/// less than half is left.
#[test]
fn calibration_error_is_that_of_the_score_not_of_chance() {
    let error = |n: usize, shift: f64, seed: u64| {
        let mut draw = draws(seed);
        let true_risks: Vec<f64> = (0..n).map(|_| 0.2 + 0.6 * draw()).collect();
        let outcomes: Vec<bool> = true_risks.iter().map(|risk| draw() < *risk).collect();
        let told: Vec<f64> = true_risks.iter().map(|risk| risk + shift).collect();
        let members: Vec<&str> = (0..n).map(|row| if row % 2 == 0 { "a" } else { "b" }).collect();
        let audit = Scored::new(&told, &outcomes).audit(&[grouping("g", &members)], &settings());
        let plain = audit.reliability.iter().find(|curve| curve.group == "a").unwrap();
        let squares = plain.bins.iter().map(|bin| bin.n as f64 * (bin.risk - bin.observed).powi(2)).sum::<f64>();
        let n: u64 = plain.bins.iter().map(|bin| bin.n).sum();
        (row(&audit.rows, "expected_calibration_error", "a").value.unwrap(), (squares / n as f64).sqrt())
    };
    let (debiased, _) = error(20_000, 0.1, 3);
    assert!((debiased - 0.1).abs() < 0.015, "{debiased}");
    let (debiased, plain) =
        (0..60).map(|seed| error(400, 0.0, 10 + seed)).fold((0.0, 0.0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
    assert!(debiased < 0.5 * plain, "{debiased} of {plain}");
}

/// The test half of the UCI repository's adult table, as in AIF360's `tests/test_differential_fairness.py`.
#[test]
fn differential_fairness_is_that_of_aif360() {
    let Some(path) = shared("adult/adult.test") else { return };
    let text = std::fs::read_to_string(path).unwrap();
    let lines: Vec<Vec<&str>> = text.lines().map(|line| line.split(", ").collect::<Vec<_>>()).collect();
    let people: Vec<&Vec<&str>> = lines.iter().filter(|line| line.len() == 15).collect();
    assert_eq!(people.len(), 16_281);
    let rich: Vec<f64> = people.iter().map(|one| if one[14].starts_with(">50K") { 1.0 } else { 0.0 }).collect();
    let is_native = |one: &Vec<&str>| one[13] == "United-States";
    let two = |one: &Vec<&str>| format!("{} {} {}", one[8] == "White", one[9], is_native(one));
    let all = |one: &Vec<&str>| format!("{} {} {}", one[8], one[9], is_native(one));
    let two: Vec<String> = people.iter().map(|one| two(one)).collect();
    let all: Vec<String> = people.iter().map(|one| all(one)).collect();
    let audit = Scored::new(&rich, &vec![false; rich.len()])
        .audit(&[grouping("two", &two), grouping("all", &all)], &settings());
    let epsilon = |feature: &str| {
        let told = audit.rows.iter().find(|row| row.metric == "differential_fairness" && row.feature == feature);
        told.and_then(|row| row.value).unwrap()
    };
    assert!((epsilon("two") - 1.536_790_146_536_23).abs() < 1e-13, "{}", epsilon("two"));
    assert!((epsilon("all") - 2.063_813_731_996_515).abs() < 1e-13, "{}", epsilon("all"));
}

/// AIF360's example, as rows of the table.
#[test]
fn inequality_is_told_within_and_between() {
    let outcomes = [1, 0, 0, 1, 0, 0, 1, 0, 1, 1].map(|label| label == 1);
    let risks = [0.9, 0.1, 0.1, 0.1, 0.9, 0.9, 0.9, 0.1, 0.9, 0.1];
    let members = ["a", "a", "b", "b", "b", "b", "c", "c", "c", "c"];
    let audit = Scored::new(&risks, &outcomes).audit(&[grouping("feat", &members)], &settings());
    let value = |metric: &str, group: &str| row(&audit.rows, metric, group).value.unwrap();
    close(value("generalized_entropy", "overall"), 0.2, 1e-14);
    close(value("theil_index", "overall"), 4.0 * 2.0_f64.ln() / 10.0, 1e-14);
    close(value("generalized_entropy", "between groups"), 0.025, 1e-14);
    assert_eq!(value("generalized_entropy", "a"), 0.0);
    // benefits of b: 1, 0, 2, 2
    close(value("generalized_entropy", "b"), (9.0 / 1.25_f64.powi(2) / 4.0 - 1.0) / 2.0, 1e-14);
    // groups this small are hidden, and what is told of all is told of those that are shown: none
    let between = row(&audit.public, "generalized_entropy", "between groups");
    assert_eq!((between.value, between.n), (None, Some(0)));
    let fairness = row(&audit.public, "differential_fairness", "between groups");
    assert_eq!((fairness.value, fairness.n), (None, Some(0)));
}

#[test]
fn the_scoring_rate_is_told_on_request() {
    // today: median of .1 .2 .3 .4 .5 .6 is .35; x has .5 .6 of three, y has .4 of three; the rest is under 2 % or unknown
    let x = [0.5, 0.6, 0.1];
    let y = [0.4, 0.2, 0.3];
    let risks: Vec<f64> = (0..40).flat_map(|_| x.into_iter().chain(y)).collect();
    let n = risks.len();
    let members: Vec<&str> = (0..n)
        .map(|row| match row {
            0 => "rare",
            5..9 => MISSING,
            _ => ["x", "x", "x", "y", "y", "y"][row % 6],
        })
        .collect();
    let mut scored = Scored::new(&risks, &vec![false; n]);
    scored.population = vec![Today; n];
    scored.outcome = vec![None; n];
    let told = |effect: Effect| {
        let settings = Settings { scoring_rate: true, effect: Some(effect), ..settings() };
        scored.audit(&[grouping("race", &members)], &settings)
    };
    let up = told(Effect::Benefit);
    let rate = |group: &str| row(&up.rows, "scoring_rate", group);
    let n_x = members.iter().filter(|member| **member == "x").count();
    assert_eq!((rate("x").denominator, rate("x").reference.as_deref()), (Some(n_x as f64), Some("x")));
    let (x, y) = (rate("x").value.unwrap(), rate("y").value.unwrap());
    assert!(x > 0.6 && y < 0.4);
    close(rate("y").ratio.unwrap(), y / x, 1e-12);
    for group in ["rare", MISSING] {
        assert!(rate(group).value.is_some() && rate(group).ratio.is_none() && rate(group).reference.is_none());
    }
    assert!(up.findings.iter().any(|finding| finding.code == "categories-left-out" && finding.count == Some(2)));
    let down = told(Effect::Burden);
    assert_eq!(row(&down.rows, "scoring_rate", "x").reference.as_deref(), Some("y"));
    let unasked = scored.audit(&[grouping("race", &members)], &settings());
    assert!(unasked.rows.iter().all(|row| row.metric != "scoring_rate"));
}

#[test]
fn curves_of_small_bins_are_not_published() {
    let mut draw = draws(5);
    let risks: Vec<f64> = (0..4_000).map(|_| 0.3 + 0.4 * draw()).collect();
    let outcomes: Vec<bool> = risks.iter().map(|risk| draw() < *risk).collect();
    let even: Vec<&str> = (0..4_000).map(|row| if row % 2 == 0 { "a" } else { "b" }).collect();
    let thin: Vec<&str> = (0..4_000).map(|row| if row % 100 == 0 { "a" } else { "b" }).collect();
    let audit = Scored::new(&risks, &outcomes).audit(&[grouping("even", &even), grouping("thin", &thin)], &settings());
    let features: Vec<&str> = audit.reliability.iter().map(|curve| &curve.feature[..]).collect();
    assert_eq!(features, ["even", "even", "thin", "thin"]);
    assert_eq!(audit.reliability_public, audit.reliability[..2]);
}

proptest! {
    /// Bins hold a tenth of all rows each, and a group's bins are those of its rows.
    #[test]
    fn bins_are_those_of_all_rows(rows in prop::collection::vec((0..40_u8, any::<bool>(), any::<bool>()), 10..80)) {
        let risks: Vec<f64> = rows.iter().map(|row| f64::from(row.0) / 40.0).collect();
        let outcomes: Vec<bool> = rows.iter().map(|row| row.1).collect();
        let members: Vec<&str> = rows.iter().map(|row| if row.2 { "a" } else { "b" }).collect();
        prop_assume!(rows.iter().any(|row| row.2) && rows.iter().any(|row| !row.2));
        let audit = Scored::new(&risks, &outcomes).audit(&[grouping("g", &members)], &settings());
        // the bin of a risk by its middle rank among all
        let n = risks.len();
        let bin = |risk: f64| {
            let below = risks.iter().filter(|other| **other < risk).count();
            let same = risks.iter().filter(|other| **other == risk).count();
            (2 * below + same - 1) * 10 / (2 * n)
        };
        for curve in &audit.reliability {
            let own: Vec<usize> = (0..n).filter(|row| members[*row] == curve.group).collect();
            let mut expected = Vec::new();
            for b in 0..10 {
                let inside: Vec<usize> = own.iter().copied().filter(|row| bin(risks[*row]) == b).collect();
                if !inside.is_empty() {
                    let risk = inside.iter().map(|row| risks[*row]).sum::<f64>() / inside.len() as f64;
                    let n_outcomes = inside.iter().filter(|row| outcomes[**row]).count();
                    expected.push((inside.len() as u64, n_outcomes as u64, risk));
                }
            }
            prop_assert_eq!(curve.bins.len(), expected.len());
            for (bin, (n, n_outcomes, risk)) in curve.bins.iter().zip(expected) {
                prop_assert_eq!((bin.n, bin.n_outcomes), (n, n_outcomes));
                prop_assert!((bin.risk - risk).abs() < 1e-12);
                prop_assert!(bin.low.unwrap() <= bin.observed && bin.observed <= bin.high.unwrap());
            }
        }
    }
}
