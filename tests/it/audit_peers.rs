//! The numbers that the peers and the papers print, cell by cell, and the verdicts on them.

use trustrisk::audit::{self, Reference, Row, Settings, Subjects};
use trustrisk::base::groups::Grouping;
use trustrisk::base::population::Population::History;

use crate::support::{grouping, shared};

/// Four fifths of three rates, against a named group.
fn four_fifths(reference: &str) -> Settings {
    let binding = ["selection_rate", "true_positive_rate", "false_positive_rate"];
    Settings {
        reference: if reference.is_empty() { Reference::Overall } else { Reference::Named(reference.to_owned()) },
        limits: binding.map(|metric| (metric.to_owned(), 0.8)).into(),
        ..Settings::default()
    }
}

/// History of which outcome and selection are known; risks do not matter.
fn audited(
    outcomes: &[bool],
    selected: &[bool],
    groupings: &[Grouping],
    control: Option<&Grouping>,
    settings: &Settings,
) -> Vec<Row> {
    let outcome: Vec<Option<bool>> = outcomes.iter().map(|outcome| Some(*outcome)).collect();
    let selected: Vec<Option<bool>> = selected.iter().map(|selected| Some(*selected)).collect();
    let (population, risk) = (vec![History; outcome.len()], vec![Some(0.5); outcome.len()]);
    let subjects =
        Subjects { population: &population, outcome: &outcome, risk: &risk, selected: &selected, cluster: None };
    audit::audit(&subjects, groupings, control, settings).rows
}

#[track_caller]
fn row<'a>(rows: &'a [Row], metric: &str, feature: &str, group: &str) -> &'a Row {
    let found = rows.iter().find(|row| row.metric == metric && row.feature == feature && row.group == group);
    found.unwrap_or_else(|| panic!("no {metric} of {feature} {group}"))
}

/// Printed numbers: as near as their digits.
#[track_caller]
fn close(ours: f64, theirs: f64, tolerance: f64) {
    assert!((ours - theirs).abs() < tolerance, "{ours} is not {theirs}");
}

fn flags(digits: &str) -> Vec<bool> {
    digits.chars().map(|digit| digit == '1').collect()
}

fn letters(text: &str) -> Vec<String> {
    text.chars().map(String::from).collect()
}

/// The eighteen rows of fairlearn's user guide (`docs/user_guide/assessment/*.rst`).
fn guide() -> (Vec<bool>, Vec<bool>, Vec<Grouping>) {
    let (outcomes, selected) = (flags("011110101000111111"), flags("001011100111100110"));
    let (letter, digit) = (letters("bbabbcccaacabccbcc"), letters("868888666866668666"));
    let both: Vec<String> = letter.iter().zip(&digit).map(|(a, b)| format!("{a} × {b}")).collect();
    let features = vec![grouping("letter", &letter), grouping("digit", &digit), grouping("letter × digit", &both)];
    (outcomes, selected, features)
}

/// `perform_fairness_assessment.rst` and `common_fairness_metrics.rst`.
#[test]
fn disparities_are_those_of_the_guide_of_fairlearn() {
    let (outcomes, selected, features) = guide();
    let rows = audited(&outcomes, &selected, &features, None, &four_fifths(""));
    let (between, overall) = ("between groups", "to overall");
    let expected = [
        ("demographic_parity_difference", between, 0.25),
        ("demographic_parity_ratio", between, 2.0 / 3.0),
        ("equalized_odds_difference", between, 1.0),
        ("equalized_odds_ratio", between, 0.0),
        ("selection_rate_difference", between, 0.25),
        ("selection_rate_group_min", between, 0.5),
        ("selection_rate_group_max", between, 0.75),
        ("true_positive_rate_difference", overall, 0.1),
        ("false_positive_rate_difference", overall, 2.0 / 3.0),
        ("selection_rate_difference", overall, 7.0 / 36.0),
        ("true_positive_rate_ratio", overall, 0.8),
        ("selection_rate_ratio", overall, 20.0 / 27.0),
    ];
    for (metric, basis, value) in expected {
        close(row(&rows, metric, "letter", basis).value.unwrap(), value, 1e-12);
    }
}

/// `intersecting_groups.rst`: where the peer prints a recall of 0 and 1, there is one outcome, and no evidence.
#[test]
fn one_outcome_is_no_evidence() {
    let (outcomes, selected, features) = guide();
    for reference in ["", "b × 6"] {
        let rows = audited(&outcomes, &selected, &features, None, &four_fifths(reference));
        for (group, value) in [("a × 6", 0.0), ("a × 8", 1.0), ("c × 8", 0.0)] {
            let recall = row(&rows, "true_positive_rate", "letter × digit", group);
            assert_eq!((recall.denominator, recall.value), (Some(1.0), Some(value)));
            assert_eq!(recall.verdict.as_deref(), Some("insufficient evidence"), "{group} against `{reference}`");
            assert!(recall.high.unwrap() - recall.low.unwrap() > 0.75);
        }
    }
    let rows = audited(&outcomes, &selected, &features, None, &four_fifths(""));
    let undefined = row(&rows, "false_positive_rate", "letter × digit", "b × 6");
    assert_eq!((undefined.value, undefined.verdict.as_deref()), (None, Some("undefined")));
    for (group, precision, recall) in [
        ("a × 6", 0.0, 0.0),
        ("a × 8", 0.5, 1.0),
        ("b × 6", 1.0, 2.0 / 3.0),
        ("b × 8", 1.0, 0.5),
        ("c × 6", 2.0 / 3.0, 0.5),
        ("c × 8", 0.0, 0.0),
    ] {
        let of = |metric: &str| row(&rows, metric, "letter × digit", group).value.unwrap();
        close(of("positive_predictive_value"), precision, 1e-12);
        close(of("true_positive_rate"), recall, 1e-12);
    }
}

/// `intersecting_groups.rst`, control features: thirty rows.
#[test]
fn the_control_example_is_that_of_fairlearn() {
    let (outcomes, selected) = (flags("000110110101010101010110111110"), flags("110110101010101110001110011001"));
    let control = letters("HLHLHLLHHLLHHLLHLLHHLHLLHHLLHL");
    let sensitive = letters("ABBCCBAABACBCACCBBCABBCABABBAA");
    let both: Vec<String> = control.iter().zip(&sensitive).map(|(a, b)| format!("{a} × {b}")).collect();
    let features = [grouping("SF", &sensitive), grouping("CF", &control), grouping("CF × SF", &both)];
    let rows = audited(&outcomes, &selected, &features, Some(&grouping("CF", &control)), &four_fifths(""));
    let accuracy = |feature: &str, group: &str| row(&rows, "accuracy", feature, group).value.unwrap();
    close(accuracy("CF", "H"), 3.0 / 7.0, 1e-12);
    close(accuracy("CF", "L"), 0.375, 1e-12);
    let expected = [("H", [0.2, 0.4, 0.75], 0.55), ("L", [0.4, 2.0 / 7.0, 0.5], 3.0 / 14.0)];
    for (level, values, difference) in expected {
        for (group, value) in ["A", "B", "C"].iter().zip(values) {
            close(accuracy("CF × SF", &format!("{level} × {group}")), value, 1e-12);
        }
        let within =
            |flags: &[bool]| flags.iter().zip(&control).filter(|(_, of)| *of == level).map(|(f, _)| *f).collect();
        let (outcomes, selected): (Vec<bool>, Vec<bool>) = (within(&outcomes), within(&selected));
        let inside: Vec<&String> =
            sensitive.iter().zip(&control).filter(|(_, of)| *of == level).map(|(group, _)| group).collect();
        let rows = audited(&outcomes, &selected, &[grouping("SF", &inside)], None, &four_fifths(""));
        close(row(&rows, "accuracy_difference", "SF", "between groups").value.unwrap(), difference, 1e-12);
        close(row(&rows, "accuracy_group_max", "SF", "between groups").value.unwrap(), values[2], 1e-12);
    }
    // conditioned on the control feature there is one figure, with its own verdict
    let within = row(&rows, "true_positive_rate", "SF | CF", "A");
    assert!(within.ratio.is_some() && within.verdict.as_deref() == Some("insufficient evidence"), "{within:?}");
}

/// Outcomes, selected, feature with its members and reference; group with tp, fp, tn, fn, then false negative, false
/// positive, false omission and false discovery rate, and likewise their ratios and that of the selection rate.
type Report = (&'static str, &'static str, [&'static str; 3], &'static [Line]);
type Line = (&'static str, [f64; 4], [Option<f64>; 4], [Option<f64>; 5]);

const THIRD: Option<f64> = Some(1.0 / 3.0);
const TWO_THIRDS: Option<f64> = Some(2.0 / 3.0);
const FOUR_THIRDS: Option<f64> = Some(4.0 / 3.0);
const HALF: Option<f64> = Some(0.5);
const ONE: Option<f64> = Some(1.0);

/// Test 9 of the peer has scores without an expected table; 1, 7 and 8 share theirs.
const REPORTS: [Report; 8] = [
    // 2, and 1, 7, 8
    (
        "1111100000",
        "1001110011",
        ["class", "HLHLHLHLHL", "H"],
        &[
            ("H", [2.0, 1.0, 1.0, 1.0], [THIRD, HALF, HALF, THIRD], [ONE; 5]),
            (
                "L",
                [1.0, 2.0, 1.0, 1.0],
                [HALF, TWO_THIRDS, HALF, TWO_THIRDS],
                [Some(1.5), FOUR_THIRDS, ONE, Some(2.0), ONE],
            ),
        ],
    ),
    (
        "1111100000",
        "1001110011",
        ["not_class", "HLHLHLHLHL", "L"],
        &[
            ("H", [2.0, 1.0, 1.0, 1.0], [THIRD, HALF, HALF, THIRD], [TWO_THIRDS, Some(0.75), ONE, HALF, ONE]),
            ("L", [1.0, 2.0, 1.0, 1.0], [HALF, TWO_THIRDS, HALF, TWO_THIRDS], [ONE; 5]),
        ],
    ),
    // 3: everybody is selected
    (
        "1111100000",
        "1111111111",
        ["class", "HLHLHLHLHL", "H"],
        &[
            ("H", [3.0, 2.0, 0.0, 0.0], [Some(0.0), ONE, None, Some(0.4)], [None, ONE, None, ONE, ONE]),
            ("L", [2.0, 3.0, 0.0, 0.0], [Some(0.0), ONE, None, Some(0.6)], [None, ONE, None, Some(1.5), ONE]),
        ],
    ),
    // 4: nobody is
    (
        "1111100000",
        "0000000000",
        ["class", "HLHLHLHLHL", "H"],
        &[
            ("H", [0.0, 0.0, 2.0, 3.0], [ONE, Some(0.0), Some(0.6), None], [ONE, None, ONE, None, None]),
            ("L", [0.0, 0.0, 3.0, 2.0], [ONE, Some(0.0), Some(0.4), None], [ONE, None, TWO_THIRDS, None, None]),
        ],
    ),
    // 5: everybody has the outcome
    (
        "1111111111",
        "1001110011",
        ["class", "HLHLHLHLHL", "H"],
        &[
            ("H", [3.0, 0.0, 0.0, 2.0], [Some(0.4), None, ONE, Some(0.0)], [ONE, None, ONE, None, ONE]),
            ("L", [3.0, 0.0, 0.0, 2.0], [Some(0.4), None, ONE, Some(0.0)], [ONE, None, ONE, None, ONE]),
        ],
    ),
    // 6: nobody has
    (
        "0000000000",
        "1001110011",
        ["class", "HLHLHLHLHL", "H"],
        &[
            ("H", [0.0, 3.0, 2.0, 0.0], [None, Some(0.6), Some(0.0), ONE], [None, ONE, None, ONE, ONE]),
            ("L", [0.0, 3.0, 2.0, 0.0], [None, Some(0.6), Some(0.0), ONE], [None, ONE, None, ONE, ONE]),
        ],
    ),
    // 10: two features
    (
        "11111000001111",
        "10011100111001",
        ["class_1", "HLHLHLHLHLHLHL", "H"],
        &[
            ("H", [3.0, 1.0, 1.0, 2.0], [Some(0.4), HALF, TWO_THIRDS, Some(0.25)], [ONE; 5]),
            (
                "L",
                [2.0, 2.0, 1.0, 2.0],
                [HALF, TWO_THIRDS, TWO_THIRDS, HALF],
                [Some(1.25), FOUR_THIRDS, ONE, Some(2.0), ONE],
            ),
        ],
    ),
    (
        "11111000001111",
        "10011100111001",
        ["class_2", "HHHHHHHHHHLLLL", "H"],
        &[
            ("H", [3.0, 3.0, 2.0, 2.0], [Some(0.4), Some(0.6), HALF, HALF], [ONE; 5]),
            (
                "L",
                [2.0, 0.0, 0.0, 2.0],
                [HALF, None, ONE, Some(0.0)],
                [Some(1.25), None, Some(2.0), Some(0.0), Some(5.0 / 6.0)],
            ),
        ],
    ),
];

/// aequitas `tests/test_artifacts/test_bias_report/expected_output_test_*.csv`, cell by cell. Where it says `NaN` or `NA`
/// we are undefined.
#[test]
fn the_reports_of_aequitas_are_as_expected() {
    let counts = ["true_positive_rate", "false_positive_rate", "true_negative_rate", "false_negative_rate"];
    let rates =
        ["false_negative_rate", "false_positive_rate", "false_omission_rate", "false_discovery_rate", "selection_rate"];
    for (outcomes, selected, [feature, members, reference], lines) in REPORTS {
        let features = [grouping(feature, &letters(members))];
        let rows = audited(&flags(outcomes), &flags(selected), &features, None, &four_fifths(reference));
        for (group, expected, values, ratios) in lines {
            let of = |metric: &str| row(&rows, metric, feature, group);
            assert_eq!(counts.map(|metric| of(metric).numerator.unwrap()), *expected, "{feature} {group}");
            for (metric, value) in rates.iter().zip(values) {
                same(of(metric).value, *value);
            }
            for (metric, ratio) in rates.iter().zip(ratios) {
                same(of(metric).ratio, *ratio);
            }
        }
    }
}

/// The same number to its digits, or undefined both.
#[track_caller]
fn same(ours: Option<f64>, theirs: Option<f64>) {
    assert_eq!(ours.is_some(), theirs.is_some(), "{ours:?} is not {theirs:?}");
    ours.zip(theirs).into_iter().for_each(|(ours, theirs)| close(ours, theirs, 1e-12));
}

/// Fields of a table without quotes, by column.
fn table(path: &str, separator: char) -> Option<Vec<Vec<String>>> {
    let text = std::fs::read_to_string(shared(path)?).unwrap();
    let line = |line: &str| line.split(separator).map(|field| field.trim().to_owned()).collect();
    Some(text.lines().filter(|line| line.split(separator).count() > 1).map(line).collect())
}

/// TP, FP, TN, FN; FPR, FNR and FDR as ratios to Caucasian; verdict on the FPR at four fifths.
type Published = (&'static str, [f64; 4], [f64; 3], Option<&'static str>);

const COMPAS: [Published; 6] = [
    ("African-American", [1369.0, 805.0, 990.0, 532.0], [1.912_093, 0.586_416, 0.906_085], Some("disparity")),
    ("Asian", [6.0, 2.0, 21.0, 3.0], [0.370_749, 0.698_482, 0.611_748], Some("insufficient evidence")),
    ("Caucasian", [505.0, 349.0, 1139.0, 461.0], [1.0, 1.0, 1.0], None),
    ("Hispanic", [103.0, 87.0, 318.0, 129.0], [0.915_887, 1.165_140, 1.120_464], Some("insufficient evidence")),
    ("Native American", [9.0, 3.0, 5.0, 1.0], [1.598_854, 0.209_544, 0.611_748], Some("insufficient evidence")),
    ("Other", [43.0, 36.0, 208.0, 90.0], [0.629_057, 1.417_970, 1.115_085], Some("insufficient evidence")),
];

/// aequitas `docs/source/examples/compas_demo.ipynb`, every cell and disparity.
#[test]
fn compas_is_as_aequitas_has_it_and_verdicts_know_how_sure() {
    let Some(table) = table("compas/compas_for_aequitas.csv", ',') else { return };
    assert_eq!(table[0], ["entity_id", "score", "label_value", "race", "sex", "age_cat"]);
    let column = |at: usize| table[1..].iter().map(|line| line[at].as_str()).collect::<Vec<&str>>();
    let selected: Vec<bool> = column(1).iter().map(|score| score.parse::<f64>().unwrap() > 0.5).collect();
    let outcomes: Vec<bool> = column(2).iter().map(|label| *label == "1").collect();
    assert_eq!(outcomes.len(), 7214);
    let features = [grouping("race", &column(3)), grouping("sex", &column(4)), grouping("age_cat", &column(5))];
    let rows = audited(&outcomes, &selected, &features[..1], None, &four_fifths("Caucasian"));
    let of = |metric: &str, group: &str| row(&rows, metric, "race", group);
    for (group, counts, ratios, verdict) in COMPAS {
        let metrics = ["true_positive_rate", "false_positive_rate", "true_negative_rate", "false_negative_rate"];
        assert_eq!(metrics.map(|metric| of(metric, group).numerator.unwrap()), counts, "{group}");
        let [tp, fp, tn, fn_] = counts;
        for (metric, n, all) in [
            ("positive_predictive_value", tp, tp + fp),
            ("negative_predictive_value", tn, tn + fn_),
            ("false_omission_rate", fn_, tn + fn_),
            ("false_discovery_rate", fp, tp + fp),
            ("accuracy", tp + tn, tp + fp + tn + fn_),
            ("selection_rate", tp + fp, tp + fp + tn + fn_),
            ("base_rate", tp + fn_, tp + fp + tn + fn_),
        ] {
            assert_eq!((of(metric, group).numerator, of(metric, group).denominator), (Some(n), Some(all)), "{metric}");
        }
        for (metric, ratio) in ["false_positive_rate", "false_negative_rate", "false_discovery_rate"].iter().zip(ratios)
        {
            close(of(metric, group).ratio.unwrap(), ratio, 5.1e-7);
        }
        assert_eq!(of("false_positive_rate", group).verdict.as_deref(), verdict, "{group}");
    }
    // significant against equality, not against the limit
    let other = of("false_positive_rate", "Other");
    close(other.p_equal.unwrap(), 0.002_07, 5e-6);
    assert!((0.05..0.08).contains(&other.p.unwrap()), "{:?}", other.p);
    let black = of("false_positive_rate", "African-American");
    assert!(black.p_adjusted.unwrap() < 1e-6 && black.ratio_low.unwrap() > 1.25, "{black:?}");
}

/// Promotions of firefighters: significant against equality, and nearly so against four fifths.
#[test]
fn ricci_follows_the_limit() {
    let Some(table) = table("ricci/ricci_race.csv", ',') else { return };
    let races: Vec<&str> = table[1..].iter().map(|line| line[3].as_str()).collect();
    let promoted: Vec<bool> = table[1..].iter().map(|line| line[5] == "1").collect();
    assert_eq!(promoted.len(), 118);
    let told = |significance: f64| {
        let limits = [("selection_rate".to_owned(), 0.8)].into();
        let settings = Settings { limits, significance, ..four_fifths("White") };
        audited(&promoted, &promoted, &[grouping("race", &races)], None, &settings)
    };
    let rows = told(0.05);
    let of = row(&rows, "selection_rate", "race", "Non-White");
    close(of.value.unwrap(), 0.30, 5e-4);
    close(row(&rows, "selection_rate", "race", "White").value.unwrap(), 0.603, 5e-4);
    close(of.p_equal.unwrap(), 0.0015, 1e-4);
    // by the score test; by the logarithm of the ratio it would be .023
    close(of.p.unwrap(), 0.016, 1e-4);
    assert_eq!(of.verdict.as_deref(), Some("disparity"));
    let strict = told(0.01);
    let of = row(&strict, "selection_rate", "race", "Non-White");
    assert!(of.p_equal.unwrap() < 0.01);
    assert_eq!(of.verdict.as_deref(), Some("insufficient evidence"));
}

/// Base rates that stand in the papers: value of the group − and ÷ that of the reference.
#[track_caller]
fn base_rate(outcomes: &[bool], groups: &[&str], group: &str, reference: &str) -> (f64, f64, f64) {
    let rows = audited(outcomes, outcomes, &[grouping("feature", groups)], None, &four_fifths(reference));
    let of = row(&rows, "base_rate", "feature", group);
    (of.value.unwrap(), of.difference.unwrap(), of.ratio.unwrap())
}

#[test]
fn adult_is_as_published() {
    let (Some(train), Some(test)) = (table("adult/adult.data", ','), table("adult/adult.test", ',')) else { return };
    let outcomes =
        |lines: &[&Vec<String>]| lines.iter().map(|line| line[14].starts_with(">50K")).collect::<Vec<bool>>();
    let column = |lines: &[&Vec<String>], at: usize| lines.iter().map(|line| line[at].clone()).collect::<Vec<String>>();
    let train: Vec<&Vec<String>> = train.iter().collect();
    let both: Vec<&Vec<String>> = train.iter().copied().chain(test.iter().filter(|line| line.len() == 15)).collect();
    assert_eq!((train.len(), both.len()), (32_561, 48_842));
    let sex = |lines: &[&Vec<String>]| {
        let groups = column(lines, 9);
        let groups: Vec<&str> = groups.iter().map(String::as_str).collect();
        base_rate(&outcomes(lines), &groups, "Female", "Male")
    };
    let (value, difference, ratio) = sex(&both);
    close(value, 0.1093, 5.1e-5);
    close(difference, -0.1945, 5.1e-5);
    close(ratio, 0.3597, 5.1e-5);
    let (_, difference, ratio) = sex(&train);
    close(difference, -0.1963, 5.1e-5);
    close(ratio, 0.3580, 5.1e-5);
    let races = column(&both, 8);
    let races: Vec<&str> = races.iter().map(|race| if race == "White" { "White" } else { "other" }).collect();
    let (_, difference, ratio) = base_rate(&outcomes(&both), &races, "other", "White");
    close(difference, -0.1014, 5.1e-5);
    close(ratio, 0.6006, 5.1e-5);
}

#[test]
fn german_credit_is_as_published() {
    let Some(table) = table("german_credit/german.data", ' ') else { return };
    assert_eq!(table.len(), 1000);
    let good: Vec<bool> = table.iter().map(|line| line[20] == "1").collect();
    let sex = |line: &Vec<String>| if ["A92", "A95"].contains(&line[8].as_str()) { "female" } else { "male" };
    let sexes: Vec<&str> = table.iter().map(sex).collect();
    let (value, difference, ratio) = base_rate(&good, &sexes, "female", "male");
    close(value, 0.6484, 5.1e-5);
    close(difference, -0.0748, 5.1e-5);
    close(ratio, 0.8966, 5.1e-5);
    let age = |line: &Vec<String>| if line[12].parse::<u8>().unwrap() > 25 { "older" } else { "young" };
    let ages: Vec<&str> = table.iter().map(age).collect();
    let (_, difference, ratio) = base_rate(&good, &ages, "young", "older");
    close(difference, -0.1494, 5.1e-5);
    close(ratio, 0.7948, 5.1e-5);
}
