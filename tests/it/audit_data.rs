//! Bias of the data: divergences as the peers have them, missing values by group, the declared population.

use proptest::prelude::*;
use serde_json::Value;
use trustrisk::audit::{self, Data, Due, Outcomes, Settings, Subjects};
use trustrisk::base::design::{Design, Feature, FeatureKind, Values};
use trustrisk::base::groups::Grouping;
use trustrisk::base::population::Population::{History, Today};
use trustrisk::base::{Finding, Severity};
use trustrisk::stats::divergence::{chi_squared, divergence, goodness_of_fit};

use crate::support::{run_in, small_business};

/// Printed numbers: as near as their digits.
#[track_caller]
fn close(ours: f64, theirs: f64, tolerance: f64) {
    assert!((ours - theirs).abs() <= tolerance, "{ours} is not {theirs}");
}

const UNIFORM: [f64; 3] = [1.0 / 3.0; 3];

/// `responsibleai/tests/databalanceanalysis/conftest.py`: nine rows, gender 4, 3, 2, against equal shares.
#[test]
fn divergences_are_those_of_the_responsible_ai_toolbox() {
    let told = divergence(&[4, 3, 2], &UNIFORM).unwrap();
    close(told.kullback_leibler, 0.037_755_341_510_088_29, 1e-15);
    close(told.theil_t, 0.037_755_34, 5e-9);
    close(told.theil_l.unwrap(), 0.039_261_01, 5e-9);
    close(told.atkinson, 0.038_500_29, 5e-9);
    close(told.jensen_shannon, 0.097_852_24, 5e-9);
    close(told.total_variation, 1.0 / 9.0, 1e-15);
    close(told.largest_difference, 1.0 / 9.0, 1e-15);
    let test = chi_squared(&[4, 3, 2], &UNIFORM, 1.0).unwrap();
    close(test.statistic.unwrap(), 2.0 / 3.0, 1e-12);
    close(test.p, 0.716_531_3, 5e-8);
    assert_eq!(test.freedom, Some(2));
}

/// `evidently/tests/stattests/test_stattests.py`: counts against the shares of a reference of 176.
#[test]
fn chi_squared_is_that_of_evidently() {
    let reference = [32.0, 36.0, 32.0, 28.0, 24.0, 24.0].map(|count| count / 176.0);
    close(chi_squared(&[16, 16, 16, 16, 16, 8], &reference, 1.0).unwrap().p, 0.673_09, 5e-6);
}

/// AIF360 `tests/sklearn/test_metrics.py`: class imbalance (difference of the shares of two groups) and the divergence of
/// the outcomes of one group from those of the other; weights stand as counts.
#[test]
fn imbalance_and_divergence_are_those_of_aif360() {
    let (unprivileged, privileged) = (6u64, 10u64);
    let told = divergence(&[unprivileged, privileged], &[0.5, 0.5]).unwrap();
    close(2.0 * told.largest_difference, 0.25, 1e-15);
    let expected = (5.0 * 1.25f64.ln() + 2.0 * (2.0f64 / 3.0).ln()) / 10.0;
    close(divergence(&[5, 2, 3], &[0.4, 0.3, 0.3]).unwrap().kullback_leibler, expected, 1e-15);
    close(expected, 0.030_479, 5e-7);
}

proptest! {
    /// Every outcome of a small multinomial, one by one.
    #[test]
    fn the_exact_test_is_a_sum_over_all_outcomes(counts in prop::array::uniform3(0u64..9), a in 0.05f64..0.5, b in 0.05f64..0.45) {
        prop_assume!(counts.iter().sum::<u64>() > 0);
        let (n, shares) = (counts.iter().sum::<u64>(), [a, b, 1.0 - a - b]);
        let factorial = |k: u64| (1..=k).map(|i| i as f64).product::<f64>();
        let of = |counts: [u64; 3]| {
            let terms = counts.iter().zip(shares).map(|(count, q)| q.powi(*count as i32) / factorial(*count));
            factorial(n) * terms.product::<f64>()
        };
        let observed = of(counts);
        let mut p = 0.0;
        for i in 0..=n {
            for j in 0..=n - i {
                let likelihood = of([i, j, n - i - j]);
                p += if likelihood <= observed * (1.0 + 1e-7) { likelihood } else { 0.0 };
            }
        }
        let told = goodness_of_fit(&counts, &shares, 1.0).unwrap();
        if told.test == "exact multinomial" {
            prop_assert!((told.p - p.min(1.0)).abs() < 1e-9, "{} is not {}", told.p, p);
        } else {
            prop_assert!(shares.iter().all(|q| q * n as f64 >= 5.0));
        }
    }

    #[test]
    fn divergences_vanish_where_shares_agree(counts in prop::collection::vec(1u64..1000, 2..7), factor in 1u64..9) {
        let total: u64 = counts.iter().sum();
        let shares: Vec<f64> = counts.iter().map(|count| *count as f64 / total as f64).collect();
        let many: Vec<u64> = counts.iter().map(|count| count * factor).collect();
        let told = divergence(&many, &shares).unwrap();
        prop_assert!(told.kullback_leibler < 1e-12 && told.jensen_shannon < 1e-6 && told.atkinson < 1e-12);
        prop_assert!(told.total_variation < 1e-12 && told.largest_difference < 1e-12);
        prop_assert!(chi_squared(&many, &shares, 1.0).unwrap().p > 0.999);
    }
}

fn settings(population: &[(&str, &[(&str, f64)])]) -> Settings {
    let table = |groups: &[(&str, f64)]| groups.iter().map(|(group, share)| ((*group).to_owned(), *share)).collect();
    Settings {
        population: population.iter().map(|(feature, groups)| ((*feature).to_owned(), table(groups))).collect(),
        ..Settings::default()
    }
}

/// Rows of a table with one feature of groups and one column, missing or not.
struct Rows {
    groups: Vec<&'static str>,
    missing: Vec<bool>,
    unknown: Vec<bool>,
    cluster: Option<Vec<u32>>,
}

/// So many rows of each group, the first of them without a value or an outcome.
fn rows(groups: &[(&'static str, usize, usize, usize)]) -> Rows {
    let mut rows = Rows { groups: Vec::new(), missing: Vec::new(), unknown: Vec::new(), cluster: None };
    for (group, n, n_missing, n_unknown) in groups {
        rows.groups.extend(vec![*group; *n]);
        rows.missing.extend((0..*n).map(|row| row < *n_missing));
        rows.unknown.extend((0..*n).map(|row| row >= n - n_unknown));
    }
    rows
}

fn grouping(members: &[&str]) -> Grouping {
    let mut groups: Vec<String> = members.iter().map(|group| (*group).to_owned()).collect();
    groups.sort_by_key(|group| (group == "(missing)", group.clone()));
    groups.dedup();
    let member = members.iter().map(|group| groups.iter().position(|other| other == group).unwrap() as u32).collect();
    Grouping { feature: "gender".to_owned(), columns: vec!["gender".to_owned()], groups, member }
}

/// What is told of the rows, what may be published, and what is worth a finding.
fn told(rows: &Rows, settings: &Settings) -> (Data, Data, Vec<Finding>) {
    told_by(&[grouping(&rows.groups)], rows, settings)
}

fn told_by(groupings: &[Grouping], rows: &Rows, settings: &Settings) -> (Data, Data, Vec<Finding>) {
    let n = rows.groups.len();
    let population: Vec<_> = rows.unknown.iter().map(|unknown| if *unknown { Today } else { History }).collect();
    let outcome: Vec<Option<bool>> = (0..n).map(|row| (!rows.unknown[row]).then_some(row % 3 == 0)).collect();
    let selected: Vec<Option<bool>> = (0..n).map(|row| Some(row % 2 == 0)).collect();
    let risk = vec![Some(0.3); n];
    let cluster = rows.cluster.as_deref();
    let subjects = Subjects { population: &population, outcome: &outcome, risk: &risk, selected: &selected, cluster };
    let values = |missing: Vec<bool>| Values::Numbers { values: vec![0.0; n], missing };
    let feature =
        |name: &str, missing| Feature { name: name.to_owned(), kind: FeatureKind::Number, values: values(missing) };
    let features = vec![feature("income", rows.missing.clone()), feature("whole", Vec::new())];
    let design = Design { n_subjects: n, features };
    let audit = audit::audit(&subjects, groupings, None, settings);
    let outcomes = Outcomes { column: "left", among: Due::AllRows, due: &vec![true; n] };
    let data = audit::data(&subjects, &design, groupings, &audit.rows, outcomes, settings);
    let findings = data.findings(&audit.public, settings.significance, settings.min_group);
    (data.clone(), data.published(&audit.public, settings.min_group), findings)
}

#[test]
fn a_group_whose_values_are_missing_more_often_is_told() {
    let (data, public, findings) = told(&rows(&[("F", 500, 60, 60), ("M", 500, 20, 20)]), &settings(&[]));
    let history: Vec<_> = data.missing.iter().filter(|of| of.population == History).collect();
    assert!(data.missing.iter().all(|of| of.column == "income"));
    assert_eq!(
        history.iter().map(|of| (of.n, of.n_missing)).collect::<Vec<_>>(),
        [(Some(440), Some(60)), (Some(480), Some(20))]
    );
    close(history[0].share.unwrap(), 60.0 / 440.0, 1e-15);
    close(history[0].share_of_rest.unwrap(), 20.0 / 480.0, 1e-15);
    // scipy.stats.fisher_exact([[60, 380], [20, 460]]), times the two comparisons
    close(history[0].p.unwrap(), trustrisk::stats::test::fisher_exact_two_sided(60, 380, 20, 460), 1e-15);
    close(history[0].p_adjusted.unwrap(), 2.0 * history[0].p.unwrap(), 1e-15);
    let messages: Vec<&str> = findings.iter().map(|finding| &finding.message[..]).collect();
    assert_eq!(
        messages,
        [
            "values are missing more often for a group of `gender`: `income` in history for 14 % of `F`, 4 % of the rest",
            "the outcome `left` is unknown more often for a group of `gender`: 12 % of `F`, 4 % of the rest",
        ]
    );
    assert_eq!(data.outcome.unknown[0].n_missing, Some(60));
    // counts of unknown outcomes could be taken from those of the table
    assert_eq!((public.outcome.unknown[0].n_missing, public.outcome.unknown[0].share), (None, Some(0.12)));
    assert_eq!(public.missing, data.missing.into_iter().filter(|of| of.population == History).collect::<Vec<_>>());
}

/// Whose income is missing among women is a cell of the crossing of gender and income, which may be hidden.
#[test]
fn missing_values_of_a_column_that_makes_groups_are_not_published() {
    let rows = rows(&[("F", 500, 60, 60), ("M", 500, 20, 20)]);
    let is_missing: Vec<&str> = rows.missing.iter().map(|of| if *of { "(missing)" } else { "known" }).collect();
    let income = Grouping { feature: "income".to_owned(), columns: vec!["income".to_owned()], ..grouping(&is_missing) };
    let (data, public, findings) = told_by(&[grouping(&rows.groups), income], &rows, &settings(&[]));
    assert!(data.missing.iter().any(|of| of.column == "income" && of.feature == "gender"));
    assert!(public.missing.is_empty() && !public.outcome.unknown.is_empty());
    assert!(findings.iter().all(|finding| finding.code != "missing-by-group"), "{findings:?}");
    // nothing else keeps it from being published
    assert!(!told(&rows, &settings(&[])).1.missing.is_empty());
}

#[test]
fn chance_is_not_told() {
    let (data, _, findings) = told(&rows(&[("F", 500, 24, 24), ("M", 500, 20, 20)]), &settings(&[]));
    assert!(findings.is_empty(), "{findings:?}");
    assert!(data.missing.iter().all(|of| of.p_adjusted.unwrap() > 0.05));
}

/// Twice the same rows, each and its copy a cluster, say no more than once.
#[test]
fn copies_add_nothing_when_clustered() {
    let once = rows(&[("F", 200, 30, 0), ("M", 200, 16, 0)]);
    let mut twice = rows(&[("F", 200, 30, 0), ("M", 200, 16, 0)]);
    twice.groups.extend(once.groups.clone());
    twice.missing.extend(once.missing.clone());
    twice.unknown.extend(once.unknown.clone());
    twice.cluster = Some((0..400).chain(0..400).collect());
    let declared = settings(&[("gender", &[("F", 0.55), ("M", 0.45)])]);
    let ((once, ..), (twice, ..)) = (told(&once, &declared), told(&twice, &declared));
    for (a, b) in once.missing.iter().zip(&twice.missing) {
        close(a.low.unwrap(), b.low.unwrap(), 1e-3);
        // Fisher's test is more careful than the score test
        assert!(b.p.unwrap() < a.p.unwrap() && b.p.unwrap() > a.p.unwrap() / 2.0);
    }
    let (a, b) = (&once.representation[0], &twice.representation[0]);
    // the design effect is taken at the observed shares, not at the declared ones
    close(a.fit.as_ref().unwrap().p, b.fit.as_ref().unwrap().p, 5e-3);
    for (a, b) in a.groups.iter().zip(&b.groups) {
        close(a.low.unwrap(), b.low.unwrap(), 1e-3);
        close(a.p.unwrap(), b.p.unwrap(), 1e-3);
    }
}

/// Nobody of a small group lacks a value, and hardly anybody of the others: a sandwich that has seen no missing value in
/// the group would be sure of it.
#[test]
fn a_small_group_without_missing_values_is_no_evidence() {
    let mut rows = rows(&[("F", 60, 0, 0), ("M", 1440, 28, 0)]);
    rows.cluster = Some((0..1500).map(|row| row / 2).collect());
    let (data, ..) = told(&rows, &settings(&[]));
    let women = data.missing.iter().find(|of| of.group == "F").unwrap();
    assert!(women.p.unwrap() > 0.3, "{women:?}");
}

#[test]
fn without_a_declared_population_there_are_shares_and_no_verdict() {
    let (data, ..) = told(&rows(&[("F", 300, 0, 0), ("M", 700, 0, 0)]), &settings(&[]));
    let [only] = &data.representation[..] else { panic!("{:?}", data.representation) };
    assert_eq!((only.n, only.fit.is_none(), only.divergence.is_none()), (1000, true, true));
    let [women, men] = &only.groups[..] else { panic!("{:?}", only.groups) };
    assert_eq!((women.share, men.share), (Some(0.3), Some(0.7)));
    assert_eq!((women.p, women.ratio, women.verdict.as_deref()), (None, None, None));
}

#[test]
fn representation_is_judged_against_four_fifths_of_the_declared_share() {
    let declared = settings(&[("gender", &[("F", 0.5), ("M", 0.5)])]);
    let verdicts = |women: usize, men: usize| {
        let (data, _, findings) = told(&rows(&[("F", women, 0, 0), ("M", men, 0, 0)]), &declared);
        let verdict = |at: usize| data.representation[0].groups[at].verdict.clone().unwrap();
        (verdict(0), verdict(1), findings.len())
    };
    let expected = |a: &str, b: &str, n: usize| (a.to_owned(), b.to_owned(), n);
    assert_eq!(verdicts(300, 700), expected("disparity", "disparity", 1));
    // significant against equality, and well within the limits
    assert_eq!(verdicts(4_800, 5_200), expected("none found", "none found", 0));
    assert_eq!(verdicts(18, 30), expected("insufficient evidence", "insufficient evidence", 0));
    let (_, _, findings) = told(&rows(&[("F", 300, 0, 0), ("M", 700, 0, 0)]), &declared);
    let shares = "`F` 30 % (declared 50 %), `M` 70 % (declared 50 %)";
    let sentence = "`gender` in history is not that of the declared population:";
    assert_eq!(findings[0].message, format!("{sentence} {shares}"));
    let three_missing = rows(&[("F", 300, 0, 0), ("M", 700, 0, 0), ("(missing)", 3, 0, 0)]);
    let (data, public, findings) = told(&three_missing, &declared);
    // F is hidden with the three that it would give away
    assert_eq!(findings[0].message, format!("{sentence} `M` 70 % (declared 50 %)"));
    assert_eq!(data.representation[0].n, 1000);
    // the three could be taken from the total
    assert!(public.representation.is_empty());
}

/// A declared group of which nobody is there has a share of 0, not none.
#[test]
fn a_group_that_is_absent_is_told() {
    let declared = settings(&[("gender", &[("F", 0.45), ("M", 0.45), ("X", 0.1)])]);
    let (data, ..) = told(&rows(&[("F", 500, 0, 0), ("M", 500, 0, 0)]), &declared);
    let absent = data.representation[0].groups.iter().find(|share| share.group == "X").unwrap();
    assert_eq!((absent.n, absent.share, absent.verdict.as_deref()), (0, Some(0.0), Some("disparity")));
    assert_eq!(data.representation[0].divergence.unwrap().theil_l, None);
}

#[test]
fn misspelled_groups_are_refused_and_new_ones_told() {
    let groupings = [grouping(&["F", "M", "X", "(missing)"])];
    let found = audit::data::undeclared(&groupings, &settings(&[("gender", &[("f", 0.5), ("M", 0.5)])]));
    let severities: Vec<(Severity, Option<&str>)> = found.iter().map(|of| (of.severity, of.hint.as_deref())).collect();
    assert_eq!(severities[0], (Severity::Error, Some("write \"F\" instead of \"f\"")));
    assert_eq!(severities[1].0, Severity::Warning);
    assert_eq!(found[1].message, "`audit.population` has no share for group `X` of `gender`");
    assert_eq!(found.len(), 2);
}

fn config_errors(tables: &str) -> String {
    let folder = small_business(20);
    let text = std::fs::read_to_string(folder.path().join("trustrisk.toml")).unwrap() + tables;
    match crate::support::plan(&text, folder.path(), folder.path()) {
        Ok(_) => String::new(),
        Err(error) => error.to_string(),
    }
}

#[test]
fn tables_that_are_no_population_are_refused() {
    assert_eq!(config_errors("[audit.population.gender]\nF = 0.51\nM = 0.495\n"), "");
    assert_eq!(config_errors("[audit.population.gender]\nF = 5100\nM = 4900\n"), "");
    let refused = config_errors("[audit.population.gender]\nF = 0.51\nM = 0.3\n");
    assert!(refused.contains("the shares of `audit.population.gender` add up to 0.81, expected 1"), "{refused}");
    let refused = config_errors("[audit.population.gendr]\nF = 0.5\nM = 0.5\n");
    assert!(refused.contains("`audit.population.gendr` is not the table of a sensitive column"), "{refused}");
    assert!(refused.contains("hint: write `[audit.population.gender]`"), "{refused}");
    assert!(config_errors("[audit.population.gender]\nF = 1.0\n").contains("fewer than two groups"));
    assert!(config_errors("[audit.population.gender]\nF = 1.0\nM = 0\n").contains("gives group `M` the share 0"));
}

#[test]
fn a_run_tells_the_data_in_full_and_what_may_be_published() {
    let folder = small_business(600);
    let config = std::fs::read_to_string(folder.path().join("trustrisk.toml")).unwrap();
    let text = config + "[audit.population.gender]\nF = 0.8\nM = 0.2\n";
    let done =
        run_in(&text, folder.path(), &folder.path().join("reports"), &trustrisk::base::progress::Silent).unwrap();
    let read = |file: &str| -> Value {
        serde_json::from_str(&std::fs::read_to_string(done.path.join("customers").join(file)).unwrap()).unwrap()
    };
    let (complete, public) = (read("audit.json"), read("audit_public.json"));
    let history = &complete["data"]["representation"][0];
    assert_eq!((&history["feature"], &history["population"]), (&"gender".into(), &"history".into()));
    assert_eq!(history["groups"][0]["verdict"], "disparity");
    assert_eq!(history["fit"]["test"], "chi-squared");
    assert_eq!(complete["data"]["base_rates"].as_array().unwrap().len(), 2);
    assert_eq!(public["data"]["representation"], complete["data"]["representation"]);
    // no times: an open outcome is one that nobody looked at, or today's
    assert_eq!(complete["data"]["outcome"]["among"], "all-rows");
    assert!(done.findings.iter().any(|finding| finding.code == "representation"), "{:?}", done.findings);
    let misspelled = text.replace("F = 0.8", "f = 0.8");
    let refused = run_in(&misspelled, folder.path(), &folder.path().join("again"), &trustrisk::base::progress::Silent);
    let error = crate::support::error_of(refused);
    assert!(error.to_string().contains("write \"F\" instead of \"f\""), "{error}");
}
