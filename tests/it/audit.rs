//! The audit table against published figures, and suppression against linear algebra.

use std::collections::BTreeMap;

use proptest::prelude::*;
use trustrisk::audit::{
    Correction, Disaggregated, METRICS, OVERALL, Reference, Row, Settings, Subjects, csv, disaggregate, metrics, pool,
    publish,
};
use trustrisk::base::groups::Grouping;
use trustrisk::base::population::Population::{self, History, Immature, Today};
use trustrisk::base::units::Effect;

use crate::stats::{close, flags, reference};
use crate::support::{grouping, shared};

fn settings(reference: Reference) -> Settings {
    Settings {
        reference,
        effect: Some(Effect::Benefit),
        significance: 0.05,
        correction: Correction::Holm,
        min_group: 5,
        control: Vec::new(),
        limits: BTreeMap::from([("selection_rate".to_owned(), 0.8), ("mean_risk".to_owned(), 0.1)]),
        ..Settings::default()
    }
}

/// Rows of history whose risk does not matter.
fn audit_history(outcomes: &[bool], selected: &[bool], groupings: &[Grouping], settings: &Settings) -> Disaggregated {
    let outcome: Vec<Option<bool>> = outcomes.iter().map(|o| Some(*o)).collect();
    let selected: Vec<Option<bool>> = selected.iter().map(|s| Some(*s)).collect();
    let population = vec![History; outcome.len()];
    let risk = vec![Some(0.5); outcome.len()];
    let subjects =
        Subjects { population: &population, outcome: &outcome, risk: &risk, selected: &selected, cluster: None };
    disaggregate(&subjects, groupings, None, settings)
}

#[track_caller]
fn row<'a>(rows: &'a [Row], metric: &str, group: &str) -> &'a Row {
    rows.iter().find(|row| row.metric == metric && row.group == group).unwrap()
}

/// Fields of a line of CSV, quotes taken off.
fn fields(line: &str) -> Vec<String> {
    let (mut fields, mut quoted) = (vec![String::new()], false);
    for c in line.trim_end_matches('\r').chars() {
        match c {
            '"' => quoted = !quoted,
            ',' if !quoted => fields.push(String::new()),
            other => fields.last_mut().unwrap().push(other),
        }
    }
    fields
}

/// TP, FP, TN, FN; FPR ratio to Caucasian; Wilson's interval of the FPR; Fisher's p against Caucasian.
type Published = (&'static str, [f64; 4], f64, [f64; 2], Option<f64>);

const COMPAS: [Published; 6] = [
    ("African-American", [1369.0, 805.0, 990.0, 532.0], 1.912093, [0.4256, 0.4716], Some(5.07e-38)),
    ("Asian", [6.0, 2.0, 21.0, 3.0], 0.370749, [0.0242, 0.2680], Some(0.1333)),
    ("Caucasian", [505.0, 349.0, 1139.0, 461.0], 1.0, [0.2137, 0.2567], None),
    ("Hispanic", [103.0, 87.0, 318.0, 129.0], 0.915887, [0.1776, 0.2574], Some(0.4249)),
    ("Native American", [9.0, 3.0, 5.0, 1.0], 1.598854, [0.1368, 0.6943], Some(0.4012)),
    ("Other", [43.0, 36.0, 208.0, 90.0], 0.629057, [0.1085, 0.1975], Some(0.00207)),
];

#[test]
fn compas_is_as_published() {
    let Some(path) = shared("compas/compas-scores-two-years.csv") else { return };
    let text = std::fs::read_to_string(path).unwrap();
    let mut lines = text.lines();
    let header = fields(lines.next().unwrap());
    let at = |name: &str| header.iter().position(|column| column == name).unwrap();
    let (race, decile, recidivism) = (at("race"), at("decile_score"), at("two_year_recid"));
    let table: Vec<Vec<String>> = lines.map(fields).collect();
    assert_eq!(table.len(), 7214);
    let outcomes: Vec<bool> = table.iter().map(|line| line[recidivism] == "1").collect();
    let selected: Vec<bool> = table.iter().map(|line| line[decile].parse::<u8>().unwrap() >= 5).collect();
    let races: Vec<&String> = table.iter().map(|line| &line[race]).collect();
    let named = settings(Reference::Named("race=Caucasian".to_owned()));
    let audit = audit_history(&outcomes, &selected, &[grouping("race", &races)], &named);
    assert!(audit.findings.is_empty());
    for (group, [tp, fp, tn, fn_], ratio, interval, p) in COMPAS {
        let numerator = |metric: &str| row(&audit.rows, metric, group).numerator.unwrap();
        let denominator = |metric: &str| row(&audit.rows, metric, group).denominator.unwrap();
        assert_eq!(numerator("true_positive_rate"), tp);
        assert_eq!(numerator("false_positive_rate"), fp);
        assert_eq!(numerator("true_negative_rate"), tn);
        assert_eq!(numerator("false_negative_rate"), fn_);
        assert_eq!(denominator("positive_predictive_value"), tp + fp);
        assert_eq!((numerator("base_rate"), denominator("base_rate")), (tp + fn_, tp + fp + tn + fn_));
        let rate = row(&audit.rows, "false_positive_rate", group);
        assert!((rate.ratio.unwrap() - ratio).abs() < 5.1e-7, "{group}: {:?}", rate.ratio);
        assert!((rate.low.unwrap() - interval[0]).abs() < 5.1e-5, "{group}: {:?}", rate.low);
        assert!((rate.high.unwrap() - interval[1]).abs() < 5.1e-5, "{group}: {:?}", rate.high);
        assert_eq!(rate.p_equal.is_some(), p.is_some());
        assert!(rate.p_equal.zip(p).is_none_or(|(ours, theirs)| (ours / theirs - 1.0).abs() < 3e-3));
    }
    let black = |metric: &str| row(&audit.rows, metric, "African-American").value.unwrap();
    let white = |metric: &str| row(&audit.rows, metric, "Caucasian").value.unwrap();
    let pairs = [("false_positive_rate", 0.4485, 0.2345), ("false_negative_rate", 0.2799, 0.4772)];
    for (metric, first, second) in pairs.into_iter().chain([("positive_predictive_value", 0.6297, 0.5913)]) {
        assert!((black(metric) - first).abs() < 5.1e-5 && (white(metric) - second).abs() < 5.1e-5);
    }
    let public = publish(&audit, &named);
    // three of eight: too few to print, and every inner count of the group with it
    for metric in METRICS.iter().filter(|metric| metric.disclosure == metrics::Disclosure::Table) {
        assert!(row(&public, metric.name, "Native American").suppressed);
        assert!(!row(&public, metric.name, "Caucasian").suppressed);
    }
}

/// fairlearn's portable example, cell by cell; where it says 0 for a rate without a denominator, we say nothing.
#[test]
fn rates_are_those_of_fairlearn() {
    let them = reference("fairlearn.json");
    let text = |value: &serde_json::Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let column = |name: &str| them[name].as_array().unwrap().iter().map(text).collect::<Vec<String>>();
    let (letter, digit) = (column("letter"), column("digit"));
    let both: Vec<String> = letter.iter().zip(&digit).map(|(a, b)| format!("{a} × {b}")).collect();
    let features = [grouping("letter", &letter), grouping("digit", &digit), grouping("letter × digit", &both)];
    let (outcomes, selected) = (flags(&them["outcomes"]), flags(&them["selected"]));
    let audit = audit_history(&outcomes, &selected, &features, &settings(Reference::Overall));
    let mut undefined = Vec::new();
    for (feature, numbers) in them["groups"].as_object().unwrap() {
        for (group, values) in numbers["by_group"].as_object().unwrap() {
            for (metric, value) in values.as_object().unwrap() {
                let ours =
                    audit.rows.iter().find(|row| (&row.feature, &row.metric, &row.group) == (feature, metric, group));
                let (ours, theirs) = (ours.unwrap(), value.as_f64().unwrap());
                match ours.value {
                    Some(value) => close(value, theirs, 1e-12),
                    None => undefined.push(format!("{metric} of {group}")),
                }
                let overall = numbers["overall"][metric].as_f64().unwrap();
                let difference = ours.value.filter(|_| metric != "n").map(|value| value - overall);
                assert!(ours.difference.zip(difference).is_none_or(|(a, b)| (a - b).abs() < 1e-12));
                assert_eq!(ours.difference.is_some(), difference.is_some());
            }
        }
    }
    assert_eq!(undefined, ["false_positive_rate of b × 6"]);
    let single = |group: &str| row(&audit.rows, "true_positive_rate", group).denominator;
    assert_eq!((single("a × 6"), single("a × 8")), (Some(1.0), Some(1.0)));
}

/// DALEX's portable example with a cutoff for each group.
#[test]
fn undefined_rates_of_dalex_are_none() {
    let scores = [0.32, 0.43, 0.56, 0.67, 0.9, 0.67, 0.98, 0.1, 0.44, 1.0, 0.65, 0.55, 1.0];
    let groups: Vec<String> = "aaaaaabbbcccc".chars().map(String::from).collect();
    let outcomes: Vec<bool> = "0000111111100".chars().map(|c| c == '1').collect();
    let cutoffs = BTreeMap::from([("a", 0.5), ("b", 0.4), ("c", 0.6)]);
    let selected: Vec<bool> = scores.iter().zip(&groups).map(|(score, group)| score >= &cutoffs[&group[..]]).collect();
    let audit = audit_history(&outcomes, &selected, &[grouping("g", &groups)], &settings(Reference::Largest));
    let numerators = |group: &str| {
        ["true_positive_rate", "false_positive_rate", "true_negative_rate", "false_negative_rate"]
            .map(|metric| row(&audit.rows, metric, group).numerator.unwrap())
    };
    assert_eq!(numerators("a"), [2.0, 2.0, 2.0, 0.0]);
    assert_eq!(numerators("b"), [2.0, 0.0, 0.0, 1.0]);
    assert_eq!(numerators("c"), [2.0, 1.0, 1.0, 0.0]);
    let undefined = row(&audit.rows, "true_negative_rate", "b");
    assert_eq!((undefined.value, undefined.low, undefined.ratio, undefined.p_equal), (None, None, None, None));
    assert_eq!(undefined.denominator, Some(0.0));
    assert_eq!(undefined.reference.as_deref(), Some("a"));
}

/// Two groups in history and today, with a row that is not audited.
fn small(reference: Reference, cluster: Option<&[u32]>) -> Disaggregated {
    let population: Vec<Population> = [vec![History; 8], vec![Today; 3], vec![Immature]].concat();
    let outcome: Vec<Option<bool>> = (0..12).map(|i| (i < 8).then_some(i % 2 == 0)).collect();
    let risk: Vec<Option<f64>> = (0..12).map(|i| (i != 7).then_some(f64::from(i) / 16.0)).collect();
    let selected: Vec<Option<bool>> = (0..12).map(|i| Some(i % 3 == 0)).collect();
    let members: Vec<&str> = "FFFMMMMMFMMM".chars().map(|c| if c == 'F' { "F" } else { "M" }).collect();
    let subjects = Subjects { population: &population, outcome: &outcome, risk: &risk, selected: &selected, cluster };
    disaggregate(&subjects, &[grouping("gender", &members)], None, &settings(reference))
}

#[test]
fn the_table_has_one_shape() {
    let audit = small(Reference::Largest, None);
    let told = |population| {
        METRICS.iter().filter(move |m| m.is_told(population, &settings(Reference::Largest))).map(|m| m.name)
    };
    let today: Vec<&str> = told(Today).collect();
    assert_eq!(today, ["n", "selection_rate", "mean_risk", "top_share", "exposure"]);
    let n_history = told(History).count();
    assert_eq!(n_history, METRICS.len() - 3, "one is told on request, one of features as a whole, one by the caller");
    let of_groups: Vec<&Row> = audit.rows.iter().filter(|row| row.feature != OVERALL).collect();
    assert_eq!(of_groups.len(), 2 * (n_history + today.len()));
    assert_eq!(audit.rows.len(), 3 * (n_history + today.len()));
    let order: Vec<(Population, &str)> = of_groups.iter().map(|row| (row.population, &row.metric[..])).collect();
    let expected = told(History).map(|name| (History, name)).chain(today.iter().map(|name| (Today, *name)));
    assert_eq!(order, expected.flat_map(|key| [key, key]).collect::<Vec<_>>());
    let names: Vec<String> =
        serde_json::to_value(&audit.rows[0]).unwrap().as_object().unwrap().keys().cloned().collect();
    let interface = "metric feature group reference population n numerator denominator value low high difference \
        difference_low difference_high ratio ratio_low ratio_high limit_low limit_high test p p_adjusted p_equal verdict \
        detectable_low detectable_high disadvantaged";
    assert_eq!(names.join(" "), interface);
    let text = serde_json::to_string(&audit.rows).unwrap();
    assert_eq!(serde_json::from_str::<Vec<Row>>(&text).unwrap(), audit.rows);
    assert!(text.contains("\"numerator\":2,"));
}

#[test]
fn figures_are_as_by_hand() {
    let audit = small(Reference::Largest, None);
    // history: F rows 0, 1, 2 and M rows 3, 4, 5, 6 (row 7 has no score); selected 0, 3, 6; outcomes 0, 2, 4, 6
    let women = |metric: &str| row(&audit.rows, metric, "F");
    assert_eq!((women("n").n, women("n").value), (Some(3), Some(3.0)));
    close(women("mean_risk").value.unwrap(), 1.0 / 16.0, 1e-12);
    // t with 2 degrees of freedom: 4.302653 × (1/16) / √3, cut at 0
    assert_eq!(women("mean_risk").low, Some(0.0));
    close(women("mean_risk").high.unwrap(), (1.0 + 4.302_652_729_911_275 / 3f64.sqrt()) / 16.0, 1e-9);
    close(women("calibration_ratio").value.unwrap(), 2.0 / (3.0 / 16.0), 1e-12);
    close(women("calibration_in_the_large").value.unwrap(), 1.0 / 16.0 - 2.0 / 3.0, 1e-12);
    let selection = women("selection_rate");
    close(selection.ratio.unwrap(), (1.0 / 3.0) / (2.0 / 4.0), 1e-12);
    close(selection.difference.unwrap(), 1.0 / 3.0 - 0.5, 1e-12);
    assert_eq!((selection.limit_low, selection.limit_high), (Some(0.8), Some(1.25)));
    assert_eq!((women("mean_risk").limit_low, women("mean_risk").limit_high), (Some(-0.1), Some(0.1)));
    let reference = row(&audit.rows, "selection_rate", "M");
    assert_eq!((reference.difference, reference.ratio, reference.limit_low), (Some(0.0), Some(1.0), None));
    assert!(audit.findings.iter().all(|finding| finding.code == "small-groups"));
}

#[test]
fn references_follow_the_policy() {
    let reference =
        |policy: Reference, metric: &str| row(&small(policy, None).rows, metric, "F").reference.clone().unwrap();
    assert_eq!(reference(Reference::Largest, "base_rate"), "M");
    assert_eq!(reference(Reference::Overall, "base_rate"), "overall");
    assert_eq!(reference(Reference::Named("F".to_owned()), "base_rate"), "F");
    assert_eq!(reference(Reference::Named("gender=F".to_owned()), "base_rate"), "F");
    assert_eq!(reference(Reference::Named("X".to_owned()), "base_rate"), "M");
    let codes = |policy: Reference| small(policy, None).findings.iter().map(|f| f.code.clone()).collect::<Vec<_>>();
    assert!(codes(Reference::Named("X".to_owned())).contains(&"unknown-reference".to_owned()));
    assert!(!codes(Reference::Named("F".to_owned())).contains(&"unknown-reference".to_owned()));
}

#[test]
fn best_is_the_best_by_the_metric() {
    let (mut outcomes, mut selected, mut members) = (Vec::new(), Vec::new(), Vec::new());
    for (group, rate) in [("a", 2), ("b", 7), ("c", 5)] {
        for i in 0..10 {
            outcomes.push(i % 2 == 0);
            selected.push(i < rate);
            members.push(group);
        }
    }
    let audit = audit_history(&outcomes, &selected, &[grouping("g", &members)], &settings(Reference::Best));
    assert_eq!(row(&audit.rows, "selection_rate", "a").reference.as_deref(), Some("b"));
    assert_eq!(row(&audit.rows, "false_positive_rate", "b").reference.as_deref(), Some("a"));
}

#[test]
fn features_without_comparison_are_findings() {
    let n = 120;
    let many: Vec<String> = (0..n).map(|i| format!("{}", i % 60)).collect();
    let pair: Vec<String> = (0..n).map(|i| format!("{}", i % 2)).collect();
    let crossed: Vec<String> = (0..n).map(|i| format!("{} × same", i % 2)).collect();
    let features = [
        grouping("pair", &pair),
        grouping("same", &vec!["same"; n]),
        grouping("gone", &vec!["(missing)"; n]),
        grouping("many", &many),
        grouping("pair × same", &crossed),
    ];
    let half: Vec<bool> = (0..n).map(|i| i % 4 < 2).collect();
    let audit = audit_history(&half, &half, &features, &settings(Reference::Largest));
    let codes: Vec<&str> = audit.findings.iter().map(|finding| &finding.code[..]).collect();
    assert_eq!(codes, ["one-group", "sensitive-missing", "many-groups"]);
    assert_eq!(audit.findings[2].message, "`many` has 60 groups, at most 50 are compared");
    assert!(audit.rows.iter().all(|row| row.feature == "pair" || row.feature == OVERALL));
    let nothing = audit_history(&[], &[], &[grouping::<&str>("pair", &[])], &settings(Reference::Largest));
    assert!(nothing.rows.is_empty());
}

/// A thousand rows of three features, doubled so that each row and its copy form a cluster.
#[test]
fn copies_add_nothing_when_clustered() {
    let n = 1000;
    let draw = |i: usize, by: usize| (i * by) % 1009;
    let audit = |copies: usize, cluster: bool| {
        let rows: Vec<usize> = (0..n * copies).map(|i| i % n).collect();
        let population = vec![History; rows.len()];
        let outcome: Vec<Option<bool>> = rows.iter().map(|i| Some(draw(*i, 577) < 300)).collect();
        let risk: Vec<Option<f64>> = rows.iter().map(|i| Some(draw(*i, 331) as f64 / 1009.0)).collect();
        let selected: Vec<Option<bool>> = rows.iter().map(|i| Some(draw(*i, 331) > 500)).collect();
        let members: Vec<&str> = rows.iter().map(|i| ["a", "b", "c"][draw(*i, 7) % 3]).collect();
        let ids: Vec<u32> = rows.iter().map(|i| *i as u32).collect();
        let subjects = Subjects {
            population: &population,
            outcome: &outcome,
            risk: &risk,
            selected: &selected,
            cluster: cluster.then_some(&ids[..]),
        };
        disaggregate(&subjects, &[grouping("g", &members)], None, &settings(Reference::Largest)).rows
    };
    let (once, naive) = (audit(1, false), audit(2, false));
    // each row a cluster of itself: what robust errors know of rows that are independent
    let (single, honest) = (audit(1, true), audit(2, true));
    // ratios of sums have intervals on the logarithm
    let width = |row: &Row| match metrics::find(&row.metric).unwrap().kind {
        metrics::Kind::Ratio => (row.high.unwrap() / row.low.unwrap()).ln(),
        _ => row.high.unwrap() - row.low.unwrap(),
    };
    // twice as many places are less exposed each, and Newton's method does not end at the same bits
    let compared = |row: &Row| row.metric != "n" && row.metric != "exposure";
    let both = once.iter().zip(&naive).zip(single.iter().zip(&honest));
    for ((once, naive), (single, honest)) in both.filter(|((row, _), _)| compared(row)) {
        let tolerance =
            if ["calibration_intercept", "calibration_slope"].contains(&&once.metric[..]) { 1e-9 } else { 1e-12 };
        // everybody has no others to be ranked beside
        assert_eq!(honest.value.is_some(), once.value.is_some(), "{once:?}");
        let (Some(value), Some(expected)) = (honest.value, once.value) else { continue };
        close(value, expected, tolerance);
        // of all together places are known without chance
        if once.high.is_some() && honest.high.is_some() && width(once) > 0.0 {
            let ratios = [width(honest) / width(single), width(naive) / width(once)];
            let is_near = (ratios[0] - 1.0).abs() < 0.02 && (ratios[1] - 0.5f64.sqrt()).abs() < 0.1;
            assert!(is_near, "{} of {}: {ratios:?}", once.metric, once.group);
        }
        // the score test of clusters beside Fisher's exact one, whose p is discrete and the larger for it
        if let (Some(honest), Some(once)) = (honest.p_equal, once.p_equal) {
            assert!((honest - once).abs() < 0.2, "{honest} and {once}");
        }
    }
}

#[test]
fn the_table_is_the_same_with_any_number_of_threads() {
    let n = 100_000usize;
    let draw = |i: usize, by: usize| i.wrapping_mul(by) % 100_003;
    let population: Vec<Population> = (0..n).map(|i| if draw(i, 11) < 30_000 { Today } else { History }).collect();
    let outcome: Vec<Option<bool>> =
        (0..n).map(|i| (population[i] == History).then_some(draw(i, 7_919) < 25_000)).collect();
    let risk: Vec<Option<f64>> = (0..n).map(|i| Some(draw(i, 6_007) as f64 / 100_003.0)).collect();
    let selected: Vec<Option<bool>> = (0..n).map(|i| Some(draw(i, 6_007) > 70_000)).collect();
    let members: Vec<String> = (0..n).map(|i| format!("{}", draw(i, 3_001) % 7)).collect();
    let features = [grouping("g", &members)];
    let ids: Vec<u32> = (0..n).map(|i| (i / 2) as u32).collect();
    for cluster in [None, Some(&ids[..])] {
        let subjects =
            Subjects { population: &population, outcome: &outcome, risk: &risk, selected: &selected, cluster };
        let run = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| disaggregate(&subjects, &features, None, &settings(Reference::Largest)))
        };
        assert_eq!(run(1), run(3));
    }
}

#[test]
fn csv_quotes_text_and_leaves_the_undefined_empty() {
    let mut row = Row::blank("base_rate", "say \"g\"", "30–44", History);
    (row.n, row.numerator, row.value, row.p_equal) = (Some(7), Some(2.0), Some(2.0 / 7.0), Some(5.07e-38));
    let text = csv(&[row]);
    let mut lines = text.lines();
    let header = lines.next().unwrap();
    assert!(
        header.starts_with("metric,feature,group,reference,population,n,numerator,")
            && header.ends_with("verdict,detectable_low,detectable_high,disadvantaged,suppressed")
    );
    let expected = "\"base_rate\",\"say \"\"g\"\"\",\"30–44\",,\"history\",7,2,,0.2857142857142857,,,,,,,,,,,,,,5.07e-38,,,,,false";
    assert_eq!(lines.next(), Some(expected));
    assert_eq!(header.split(',').count(), 28);
}

#[test]
fn the_registry_documents_itself() {
    let table = metrics::markdown();
    let of_metrics = table.split("\n\n").next().unwrap();
    assert_eq!(of_metrics.lines().count(), METRICS.len() + 2);
    assert!(METRICS.iter().all(|metric| metrics::find(metric.name).is_some_and(|found| found.title == metric.title)));
    assert!(table.contains("| `selection_rate`<br>Selection rate | selected subjects ÷ subjects | How often "));
}

mod suppression {
    use super::*;

    /// A table of subjects by two features (3 × 3 groups) or three (3 × 3 × 2): for each cell true positives, false
    /// positives, false and true negatives.
    fn table() -> impl Strategy<Value = Vec<[u8; 4]>> {
        let count = || prop_oneof![2 => 0u8..4, 3 => 5u8..9, 5 => 9u8..40];
        let cells = |n| prop::collection::vec(prop::array::uniform4(count()), n);
        prop_oneof![cells(9), cells(18)]
    }

    /// The group of a cell by each feature.
    fn groups(cell: usize, n_cells: usize) -> Vec<String> {
        let mut groups = vec![format!("r{}", cell % 3), format!("c{}", cell / 3 % 3)];
        if n_cells > 9 {
            groups.push(format!("d{}", cell / 9));
        }
        groups
    }

    fn audited(table: &[[u8; 4]], reference: Reference) -> (Vec<Row>, Vec<Row>) {
        let (mut outcomes, mut selected) = (Vec::new(), Vec::new());
        let mut members: Vec<Vec<String>> = Vec::new();
        for (cell, counts) in table.iter().enumerate() {
            for (kind, count) in counts.iter().enumerate() {
                for _ in 0..*count {
                    outcomes.push(kind == 0 || kind == 2);
                    selected.push(kind < 2);
                    members.push(groups(cell, table.len()));
                }
            }
        }
        let names = ["r", "c", "d"];
        let part = |at: &[usize]| {
            let join = |all: &[String]| at.iter().map(|i| all[*i].as_str()).collect::<Vec<_>>().join(" × ");
            let feature: Vec<&str> = at.iter().map(|i| names[*i]).collect();
            grouping(&feature.join(" × "), &members.iter().map(|all| join(all)).collect::<Vec<_>>())
        };
        let two: &[&[usize]] = &[&[0], &[1], &[0, 1]];
        let three: &[&[usize]] = &[&[0], &[1], &[2], &[0, 1], &[0, 2], &[1, 2]];
        let features: Vec<Grouping> = if table.len() > 9 { three } else { two }.iter().map(|at| part(at)).collect();
        let settings = settings(reference);
        let audit = audit_history(&outcomes, &selected, &features, &settings);
        let public = publish(&audit, &settings);
        (audit.rows, public)
    }

    /// The counts of a row as sums of the four counts of each cell.
    fn sum_of(n_cells: usize, group: &str, kinds: &[usize]) -> Vec<f64> {
        let inside = |cell: usize| {
            let groups = groups(cell, n_cells);
            group == "overall" || group.split(" × ").all(|part| groups.iter().any(|group| group == part))
        };
        (0..4 * n_cells).map(|at| f64::from(u8::from(inside(at / 4) && kinds.contains(&(at % 4))))).collect()
    }

    /// Which of true positives, false positives, false and true negatives make numerator and denominator.
    fn kinds(metric: &str) -> Option<(&'static [usize], &'static [usize])> {
        Some(match metric {
            "base_rate" => (&[0, 2], &[0, 1, 2, 3]),
            "selection_rate" => (&[0, 1], &[0, 1, 2, 3]),
            "true_positive_rate" => (&[0], &[0, 2]),
            "false_positive_rate" => (&[1], &[1, 3]),
            "true_negative_rate" => (&[3], &[1, 3]),
            "false_negative_rate" => (&[2], &[0, 2]),
            "positive_predictive_value" => (&[0], &[0, 1]),
            "negative_predictive_value" => (&[3], &[2, 3]),
            "false_discovery_rate" => (&[1], &[0, 1]),
            "false_omission_rate" => (&[2], &[2, 3]),
            "accuracy" => (&[0, 3], &[0, 1, 2, 3]),
            _ => return None,
        })
    }

    /// Adds a line to a reduced system; false if it followed from those that were there.
    fn add(system: &mut Vec<(usize, Vec<f64>)>, mut line: Vec<f64>) -> bool {
        for (pivot, known) in system.iter() {
            let factor = line[*pivot];
            line.iter_mut().zip(known).for_each(|(x, y)| *x -= factor * y);
        }
        let Some(pivot) = line.iter().position(|x| x.abs() > 1e-7) else { return false };
        let scale = line[pivot];
        line.iter_mut().for_each(|x| *x /= scale);
        system.push((pivot, line));
        true
    }

    /// Everything that a reader of the public table knows, totals included, as linear sums of the table's counts.
    fn known(n_cells: usize, public: &[Row]) -> Vec<(usize, Vec<f64>)> {
        let mut system = Vec::new();
        for kind in 0..4 {
            add(&mut system, sum_of(n_cells, "overall", &[kind]));
        }
        for row in public.iter().filter(|row| !row.suppressed) {
            add(&mut system, sum_of(n_cells, &row.group, &[0, 1, 2, 3]));
            if let Some((numerator, denominator)) = kinds(&row.metric) {
                add(&mut system, sum_of(n_cells, &row.group, numerator));
                add(&mut system, sum_of(n_cells, &row.group, denominator));
            }
        }
        system
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]

        #[test]
        fn nothing_small_is_published_or_follows(table in table()) {
            let (sealed, public) = audited(&table, Reference::Largest);
            let n_cells = table.len();
            let system = known(n_cells, &public);
            prop_assert_eq!(sealed.len(), public.len());
            for (row, public) in sealed.iter().zip(&public) {
                let counts = [row.n.map(|n| n as f64), row.numerator, row.denominator];
                let rate = kinds(&row.metric);
                let complement = row.denominator.unwrap_or(9e9) - row.numerator.unwrap_or(0.0);
                let small = row.n < Some(5) || (rate.is_some() && (counts.iter().any(|c| *c < Some(5.0)) || complement < 5.0));
                prop_assert!(!small || public.suppressed, "{:?}", row);
                prop_assert_eq!(&public.group, &row.group);
                if !public.suppressed {
                    prop_assert_eq!((public.n, public.value, public.low), (row.n, row.value, row.low));
                    continue;
                }
                prop_assert_eq!((public.n, public.value, public.ratio, public.p_equal), (None, None, None, None));
                if row.feature == OVERALL {
                    // the total is what a reader is thought to know
                    continue;
                }
                let layer = metrics::find(&row.metric).unwrap().disclosure;
                let hidden: &[usize] = match (rate, layer) {
                    (Some((numerator, _)), _) => numerator,
                    (None, metrics::Disclosure::Subjects) => &[0, 1, 2, 3],
                    (None, metrics::Disclosure::Outcomes) => &[0, 2],
                    // places among the highest risks are not the table's counts
                    (None, metrics::Disclosure::Selections) => continue,
                    (None, metrics::Disclosure::Table) => &[0],
                };
                let hidden = sum_of(n_cells, &row.group, hidden);
                prop_assert!(add(&mut system.clone(), hidden), "{} of {} follows", row.metric, row.group);
            }
            // what the hidden groups of a feature have together follows from the total: it must not be small either
            for metric in ["base_rate", "selection_rate", "true_positive_rate", "false_positive_rate"] {
                for feature in ["r", "c", "d"] {
                    let rows = || sealed.iter().zip(&public).filter(|(row, _)| row.metric == metric && row.feature == feature);
                    let hidden: Vec<&Row> = rows().filter(|(_, public)| public.suppressed).map(|(row, _)| row).collect();
                    let sum = |get: fn(&Row) -> Option<f64>| hidden.iter().filter_map(|row| get(row)).sum::<f64>();
                    let (numerator, denominator) = (sum(|row| row.numerator), sum(|row| row.denominator));
                    let is_safe = numerator >= 5.0 && denominator - numerator >= 5.0;
                    prop_assert!(is_safe || hidden.is_empty() || hidden.len() == rows().count(), "{metric} of {feature}");
                }
            }
        }

        /// Whatever lies in whatever: what a reader knows is the published counts of both features, and which group of one
        /// meets which group of the other.
        #[test]
        fn features_that_lie_in_one_another_do_not_give_each_other_away(
            cells in prop::collection::vec((0usize..4, 0usize..6, 0usize..30, 0usize..40), 1..9)
        ) {
            let (mut selected, mut regions, mut districts) = (Vec::new(), Vec::new(), Vec::new());
            for (region, district, with, without) in &cells {
                selected.extend((0..with + without).map(|row| Some(row < *with)));
                regions.extend((0..with + without).map(|_| format!("r{region}")));
                districts.extend((0..with + without).map(|_| format!("d{district}")));
            }
            prop_assume!(!selected.is_empty());
            let (n, features) = (selected.len(), [grouping("region", &regions), grouping("district", &districts)]);
            let (population, outcome, risk) = (vec![Today; n], vec![None; n], vec![Some(0.5); n]);
            let subjects =
                Subjects { population: &population, outcome: &outcome, risk: &risk, selected: &selected, cluster: None };
            let settings = settings(Reference::Largest);
            let public = publish(&disaggregate(&subjects, &features, None, &settings), &settings);
            let pairs: std::collections::BTreeSet<(&String, &String)> = regions.iter().zip(&districts).collect();
            let pairs: Vec<(&String, &String)> = pairs.into_iter().collect();
            let line = |group: &str| -> Vec<f64> {
                pairs.iter().map(|(region, district)| f64::from(u8::from(*region == group || *district == group))).collect()
            };
            let mut system = Vec::new();
            add(&mut system, vec![1.0; pairs.len()]);
            let of_groups = |row: &&Row| row.metric == "selection_rate" && row.feature != OVERALL;
            let rows: Vec<&Row> = public.iter().filter(of_groups).collect();
            for row in rows.iter().filter(|row| !row.suppressed) {
                add(&mut system, line(&row.group));
            }
            for row in rows.iter().filter(|row| row.suppressed) {
                prop_assert!(add(&mut system.clone(), line(&row.group)), "{} follows", row.group);
            }
        }

        #[test]
        fn hidden_groups_are_told_together_or_not_at_all(counts in prop::collection::vec((0usize..40, 0usize..90), 2..7)) {
            let (mut selected, mut members) = (Vec::new(), Vec::new());
            for (group, (with, without)) in counts.iter().enumerate() {
                selected.extend((0..with + without).map(|row| Some(row < *with)));
                members.extend((0..with + without).map(|_| format!("g{group}")));
            }
            prop_assume!(!members.is_empty());
            let (n, features) = (selected.len(), [grouping("letter", &members)]);
            let (population, outcome, risk) = (vec![Today; n], vec![None; n], vec![Some(0.5); n]);
            let subjects =
                Subjects { population: &population, outcome: &outcome, risk: &risk, selected: &selected, cluster: None };
            let settings = settings(Reference::Largest);
            let public = publish(&disaggregate(&subjects, &features, None, &settings), &settings);
            let rates = |rows: &[Row]| rows.iter().filter(|row| row.metric == "selection_rate").cloned().collect::<Vec<_>>();
            let (shown, hidden): (Vec<Row>, Vec<Row>) =
                rates(&public).into_iter().filter(|row| row.group != "overall").partition(|row| !row.suppressed);
            let pooled = pool(&subjects, &features, &public, &settings);
            prop_assert_eq!(pooled.len(), usize::from(!hidden.is_empty() && !shown.is_empty()));
            if let [together] = &pooled[..] {
                let sum = |rows: &[Row], get: fn(&Row) -> Option<f64>| rows.iter().filter_map(get).sum::<f64>();
                let n_selected = selected.iter().filter(|selected| **selected == Some(true)).count() as f64;
                // no more than anyone could take from the total and what is shown
                prop_assert_eq!(together.numerator, Some(n_selected - sum(&shown, |row| row.numerator)));
                prop_assert_eq!(together.denominator, Some(n as f64 - sum(&shown, |row| row.denominator)));
                let rest = together.denominator.unwrap() - together.numerator.unwrap();
                let least = settings.min_group as f64;
                prop_assert!(together.numerator.unwrap() >= least && rest >= least);
                let names: Vec<&str> = hidden.iter().map(|row| row.group.as_str()).collect();
                prop_assert!(names.iter().all(|name| together.group.contains(name)), "{}", together.group);
            }
        }

        #[test]
        fn comparisons_do_not_give_a_hidden_reference_away(table in table()) {
            let (_, public) = audited(&table, Reference::Named("r=r0".to_owned()));
            for row in public.iter().filter(|row| !row.suppressed) {
                let reference = public.iter().find(|other| {
                    (&other.feature, &other.metric, Some(&other.group)) == (&row.feature, &row.metric, row.reference.as_ref())
                });
                let hidden = reference.is_some_and(|reference| reference.suppressed);
                prop_assert!(!hidden || (row.difference, row.ratio, row.p_equal) == (None, None, None));
            }
        }
    }

    /// Nobody of B and C is selected: telling A's 45 beside the total of 45 would say so.
    #[test]
    fn a_remainder_of_nobody_is_not_told() {
        let sizes = [("A", 45, 112), ("B", 0, 89), ("C", 0, 99)];
        let members: Vec<&str> = sizes.iter().flat_map(|(group, _, n)| vec![*group; *n]).collect();
        let selected: Vec<bool> = sizes.iter().flat_map(|(_, with, n)| (0..*n).map(move |row| row < *with)).collect();
        let outcomes: Vec<bool> = (0..members.len()).map(|row| row % 2 == 0).collect();
        let audit = audit_history(&outcomes, &selected, &[grouping("letter", &members)], &settings(Reference::Largest));
        let public = publish(&audit, &settings(Reference::Largest));
        let of_selection = |row: &Row| {
            let layer = metrics::find(&row.metric).unwrap().disclosure;
            matches!(layer, metrics::Disclosure::Selections | metrics::Disclosure::Table)
        };
        assert!(public.iter().filter(|row| row.feature != OVERALL).all(|row| row.suppressed == of_selection(row)));
    }

    #[test]
    fn the_best_group_depends_on_what_selection_does() {
        let (mut outcomes, mut selected, mut members) = (Vec::new(), Vec::new(), Vec::new());
        for (group, with) in [("A", 52), ("B", 14)] {
            outcomes.extend((0..100).map(|row| row % 2 == 0));
            selected.extend((0..100).map(|row| row < with));
            members.extend([group; 100]);
        }
        let best = |effect| {
            let settings = Settings { effect, ..settings(Reference::Best) };
            let audit = audit_history(&outcomes, &selected, &[grouping("letter", &members)], &settings);
            row(&audit.rows, "selection_rate", "A").reference.clone().unwrap()
        };
        assert_eq!((best(Some(Effect::Benefit)), best(Some(Effect::Burden))), ("A".to_owned(), "B".to_owned()));
    }

    #[test]
    fn plenty_is_published_whole() {
        let (sealed, public) = audited(&[[50, 60, 70, 80]; 9], Reference::Overall);
        assert_eq!(sealed, public);
    }

    #[test]
    fn one_small_group_takes_the_next_smallest_along() {
        let mut table = [[50, 60, 70, 80]; 9];
        table[4] = [50, 60, 70, 3];
        table[5] = [50, 60, 70, 20];
        let (_, public) = audited(&table, Reference::Overall);
        let hidden: Vec<&str> = public
            .iter()
            .filter(|row| row.suppressed && row.metric == "false_positive_rate")
            .map(|row| &row.group[..])
            .collect();
        // a rectangle of four in the crossing, no margin
        assert_eq!(hidden.len(), 4);
        assert!(hidden.contains(&"r1 × c1") && hidden.contains(&"r2 × c1"));
        assert!(public.iter().all(|row| !row.suppressed || row.metric != "base_rate"));
    }
}
