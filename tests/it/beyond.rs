//! Beyond predictions: what drives gaps, proxies, fairness of reasons, weak slices; laws, brute force, and the planted proxy.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::sync::OnceLock;

use serde_json::Value;
use trustrisk::audit::{
    self, Figure, Figures, Flipped, Gap, GroupPoints, Scanned, Slice, Slices, State, Telling, Who, compare_reasons,
    flips, gaps, public_flips, public_gaps, public_slices,
};
use trustrisk::base::Seed;
use trustrisk::base::attributions::Attributions;
use trustrisk::base::design::{Design, Feature, FeatureKind, Values};
use trustrisk::base::groups::Grouping;
use trustrisk::base::population::Population::{self, History, Today};
use trustrisk::base::progress::Silent;
use trustrisk::base::units::Pillar;

use crate::support::{root, run_in, small_business};

/// A number from 0 to 1 that depends on its arguments only.
fn chance(row: usize, stream: u64) -> f64 {
    let mut bits = (row as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ stream.wrapping_mul(0xD1B5_4A32_D192_ED03);
    for shift in [30, 27, 31] {
        bits = (bits ^ (bits >> shift)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    }
    (bits >> 11) as f64 / (1u64 << 53) as f64
}

fn grouping(feature: &str, groups: &[&str], member: impl Iterator<Item = usize>) -> Grouping {
    Grouping {
        feature: feature.to_owned(),
        columns: vec![feature.to_owned()],
        groups: groups.iter().map(|group| (*group).to_owned()).collect(),
        member: member.map(|group| group as u32).collect(),
    }
}

fn numbers(name: &str, values: Vec<f64>) -> Feature {
    Feature {
        name: name.to_owned(),
        kind: FeatureKind::Number,
        values: Values::Numbers { values, missing: Vec::new() },
    }
}

// -------------------------------------------------------------------------------------------------------------- drivers

const COLUMNS: [&str; 3] = ["late", "idle", "age"];

/// Attributions of so many rows, of which the column `idle` has no points.
fn attributions(n: usize) -> Attributions {
    let mut all = Attributions::default();
    all.resize(n, COLUMNS.len());
    for row in 0..n {
        let points = [20.0 * chance(row, 1) + (row % 3) as f64, 0.0, 5.0 * chance(row, 2) - 1.0];
        (0..3).for_each(|column| all.points[[row, column]] = points[column]);
        all.base_score[row] = 17.0 + (row % 5) as f64;
        all.score[row] = all.base_score[row] + points.iter().sum::<f64>();
    }
    all
}

struct Table {
    all: Attributions,
    population: Vec<Population>,
    cluster: Vec<u32>,
    groupings: Vec<Grouping>,
}

fn table(n: usize) -> Table {
    Table {
        all: attributions(n),
        population: (0..n).map(|row| if row % 4 == 0 { Today } else { History }).collect(),
        cluster: (0..n).map(|row| row as u32 / 5).collect(),
        groupings: vec![
            grouping("gender", &["F", "M"], (0..n).map(|row| usize::from(row % 3 > 0))),
            grouping("region", &["a", "b", "c"], (0..n).map(|row| row / 7 % 3)),
        ],
    }
}

fn told(table: &Table, reference: &str, cuts: &[usize], n_clusters: Option<usize>) -> Vec<Gap> {
    let groupings: Vec<&Grouping> = table.groupings.iter().collect();
    let mut points = GroupPoints::new(&groupings, COLUMNS.len(), n_clusters);
    let who = Who { population: &table.population, cluster: &table.cluster };
    for cut in cuts.windows(2) {
        let block = cut[0]..cut[1];
        let rows: Vec<u32> = block.clone().map(|row| row as u32).collect();
        let mut part = Attributions::default();
        part.resize(rows.len(), COLUMNS.len());
        for (place, row) in block.clone().enumerate() {
            part.points.row_mut(place).assign(&table.all.points.row(row));
            part.score[place] = table.all.score[row];
            part.base_score[place] = table.all.base_score[row];
        }
        points.add(&part, &rows, &groupings, &who);
    }
    let telling = Telling {
        reference: &|feature, _| Some(if feature == "gender" { reference } else { "overall" }.to_owned()),
        columns: COLUMNS.to_vec(),
        pillar: &|column| (column == "late").then_some(Pillar::Reliability),
        confidence: 0.95,
    };
    gaps(&groupings, &points, &telling).unwrap()
}

fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let values: Vec<f64> = values.collect();
    values.iter().sum::<f64>() / values.len() as f64
}

#[test]
fn drivers_add_up_and_are_those_of_brute_force() {
    let table = table(997);
    let gaps = told(&table, "M", &[0, 400, 997], None);
    // F in two populations, and three regions against all in two
    assert_eq!(gaps.len(), 2 + 6);
    for gap in &gaps {
        assert!(gap.missing().iter().all(|missing| missing.abs() < 1e-9), "{gap:?}");
        let grouping = table.groupings.iter().find(|of| of.feature == gap.feature).unwrap();
        let is_in = |row: &usize, group: &str| {
            table.population[*row] == gap.population
                && (group == "overall" || grouping.groups[grouping.member[*row] as usize] == group)
        };
        let difference = |value: &dyn Fn(usize) -> f64| {
            let of = |group: &str| mean((0..997).filter(|row| is_in(row, group)).map(value));
            of(&gap.group) - of(&gap.reference)
        };
        assert!((gap.gap - difference(&|row| table.all.score[row])).abs() < 1e-9);
        assert!((gap.between_folds - difference(&|row| table.all.base_score[row])).abs() < 1e-9);
        assert!(gap.columns.iter().all(|of| of.feature != "idle"), "a column without points is not told");
        for of in &gap.columns {
            let column = COLUMNS.iter().position(|name| *name == of.feature).unwrap();
            assert!((of.points - difference(&|row| table.all.points[[row, column]])).abs() < 1e-9);
            assert!(of.low.unwrap() < of.points && of.points < of.high.unwrap());
        }
        assert!(gap.columns.windows(2).all(|pair| pair[0].points.abs() >= pair[1].points.abs()));
        assert_eq!(gap.pillars.last().unwrap().pillar, None, "what has no pillar comes last");
    }
    let hidden = |_: &str, group: &str, population: Population| group == "b" && population == Today;
    assert_eq!(public_gaps(&gaps, hidden).len(), gaps.len() - 1);
}

#[test]
fn clusters_of_copies_are_no_more_than_one_row_each() {
    // every row stands five times: intervals by cluster are those of single rows, Welch's are too narrow
    let single = 300;
    let copied = |copies: usize| {
        let n = single * copies;
        let mut all = table(n);
        all.all = {
            let (mut told, source) = (attributions(n), attributions(single));
            for row in 0..n {
                let place = row / copies;
                told.points.row_mut(row).assign(&source.points.row(place));
                told.score[row] = source.score[place];
                told.base_score[row] = source.base_score[place];
            }
            told
        };
        all.population = vec![History; n];
        all.cluster = (0..n).map(|row| (row / copies) as u32).collect();
        all.groupings = vec![grouping("gender", &["F", "M"], (0..n).map(|row| row / copies % 2))];
        all
    };
    let width = |gap: &Gap| gap.gap_high.unwrap() - gap.gap_low.unwrap();
    let once = told(&copied(1), "M", &[0, single], None);
    let clustered = told(&copied(5), "M", &[0, 5 * single], Some(single));
    let naive = told(&copied(5), "M", &[0, 5 * single], None);
    assert!(
        (width(&clustered[0]) / width(&once[0]) - 1.0).abs() < 0.25,
        "{} {}",
        width(&clustered[0]),
        width(&once[0])
    );
    assert!(width(&naive[0]) < 0.5 * width(&once[0]));
    let few = told(&copied(5), "M", &[0, 5 * single], Some(4));
    assert_eq!(few[0].gap_low, None, "four clusters tell nothing of chance");
}

// -------------------------------------------------------------------------------------------------------------- proxies

/// A model that knows nothing.
fn no_fit(_: &Design, _: &[Option<bool>], _: &[u32], test: &[u32]) -> trustrisk::base::Result<Vec<f64>> {
    Ok(vec![0.0; test.len()])
}

fn found(design: &Design, groupings: &[&Grouping], cluster: &[u32]) -> Vec<audit::Proxies> {
    let rows: Vec<u32> = (0..design.n_subjects as u32).collect();
    let sample = audit::sample(&rows, cluster, Seed(3));
    audit::proxies(design, groupings, &sample, 0.05, &no_fit).unwrap()
}

#[test]
fn a_proxy_is_found_whichever_way_it_is_written_and_noise_is_not() {
    let n = 3_000;
    let member = |row: usize| usize::from(chance(row, 1) < 0.15);
    let shift = |row: usize| chance(row, 2) + 0.5 * member(row) as f64;
    let level = |row: usize| if shift(row) > 0.8 { 0 } else { 1 + (chance(row, 3) * 2.0) as u32 };
    let codes =
        Values::Levels { codes: (0..n).map(level).collect(), levels: ["x", "y", "z"].map(str::to_owned).to_vec() };
    let design = Design {
        n_subjects: n,
        features: vec![
            numbers("noise", (0..n).map(|row| chance(row, 4)).collect()),
            numbers("up", (0..n).map(shift).collect()),
            numbers("middle", (0..n).map(|row| (shift(row) - 0.75).abs()).collect()),
            Feature { name: "level".to_owned(), kind: FeatureKind::Level, values: codes },
            numbers("tongue", (0..n).map(|row| member(row) as f64).collect()),
        ],
    };
    let grouping = grouping("tongue", &["English", "Portuguese"], (0..n).map(member));
    let all: Vec<u32> = (0..n as u32).collect();
    let told = &found(&design, &[&grouping], &all)[0];
    let state = |name: &str| told.columns.iter().find(|of| of.column == name).map(|of| of.state);
    assert_eq!((state("up"), state("level")), (Some(State::Proxy), Some(State::Proxy)), "{told:?}");
    assert_eq!((state("noise"), state("tongue")), (Some(State::NoneFound), None));
    // P(uniform + 0.5 > uniform) = 0.875
    let up = told.columns.iter().find(|of| of.column == "up").unwrap();
    assert!((up.auc - 0.875).abs() < 0.03 && up.low.unwrap() < up.auc && up.auc < up.high.unwrap(), "{up:?}");
    assert_eq!(told.columns[0].column, "up");
    assert_eq!((told.together.len(), told.together[0].group.as_str(), told.together[0].auc), (1, "Portuguese", 0.5));
}

#[test]
fn rows_of_one_cluster_count_once() {
    // forty clusters: what tells them apart is no evidence of two thousand rows
    let n = 2_000;
    let cluster: Vec<u32> = (0..n).map(|row| (row / 50) as u32).collect();
    let design =
        Design { n_subjects: n, features: vec![numbers("size", (0..n).map(|row| chance(row / 50, 9)).collect())] };
    let grouping = grouping("owner", &["a", "b"], (0..n).map(|row| usize::from(chance(row / 50, 8) < 0.5)));
    let sample = audit::sample(&(0..n as u32).collect::<Vec<_>>(), &cluster, Seed(1));
    assert_eq!(sample.rows.len(), 40);
    let told = found(&design, &[&grouping], &cluster);
    assert!(told[0].columns.iter().all(|of| of.state != State::Proxy), "{told:?}");
}

#[test]
fn noise_is_called_a_proxy_no_more_often_than_the_level() {
    let n = 150;
    let runs = 60;
    let wrong = (0..runs).filter(|run| {
        let column = |at: u64| numbers(&format!("c{at}"), (0..n).map(|row| chance(row, 1_000 * run + at)).collect());
        let design = Design { n_subjects: n, features: (0..10).map(column).collect() };
        let grouping =
            grouping("group", &["a", "b", "c"], (0..n).map(|row| (chance(row, 1_000 * run + 99) * 3.0) as usize));
        let all: Vec<u32> = (0..n as u32).collect();
        found(&design, &[&grouping], &all)[0].columns.iter().any(|of| of.state == State::Proxy)
    });
    // 5 % of 60 is 3; beyond 8 chance would go once in 250 times
    assert!(wrong.count() <= 8);
}

// --------------------------------------------------------------------------------------------- reasons, actions, flips

#[test]
fn equal_groups_are_seldom_told_apart() {
    let n = 400;
    let told = |run: u64| {
        let grouping = grouping("gender", &["F", "M"], (0..n).map(|row| usize::from(chance(row, run) < 0.5)));
        let value = |row: u32| (row, f64::from(u8::from(chance(row as usize, 5_000 + run) < 0.4)));
        let figures = [Figures { figure: Figure::WithAction, values: (0..n as u32).map(value).collect() }];
        let cluster: Vec<u32> = (0..n as u32).collect();
        compare_reasons(&figures, &[&grouping], &cluster, None, &|_| Some("overall".to_owned()), 0.95)
    };
    let wrong = (0..200).filter(|run| told(*run).iter().any(|row| row.p_adjusted.unwrap() <= 0.05));
    assert!(wrong.count() <= 18, "5 % of 200 are 10");
    let rows = told(0);
    assert_eq!(rows.iter().map(|row| row.n).sum::<u64>(), 400);
    // against all: the groups' differences, weighted, vanish
    let weighted: f64 = rows.iter().map(|row| row.n as f64 * row.difference.unwrap()).sum();
    assert!(weighted.abs() < 1e-9);
}

#[test]
fn flips_are_shares_and_means_by_group() {
    let subject = |group: u32, row: u32, changed: bool, mean: f64| Flipped {
        group,
        cluster: row,
        changed,
        mean,
        max: 2.0 * mean,
    };
    let all: Vec<Flipped> =
        (0..20).map(|row| subject(row % 2, row, row % 4 == 0, f64::from(row % 2) + f64::from(row) / 100.0)).collect();
    let told = flips("gender", &["F".to_owned(), "M".to_owned()], &all, None, 0.95);
    assert_eq!((told[0].n, told[0].changed.value, told[1].changed.value), (10, Some(0.5), Some(0.0)));
    assert!(told[1].mean_change.value > told[0].mean_change.value && told[1].max_change > Some(2.0));
    // five of F change and five do not; nobody of M does
    let of_f = &told[..1];
    assert_eq!(public_flips(of_f, 5, |_, _| false).iter().map(|of| of.max_change).collect::<Vec<_>>(), [None]);
    assert!(public_flips(of_f, 6, |_, _| false).is_empty());
    assert!(public_flips(of_f, 5, |feature, group| (feature, group) == ("gender", "F")).is_empty());
    assert!(public_flips(&told, 5, |_, _| false).is_empty(), "what M hides would follow from the whole");
}

// --------------------------------------------------------------------------------------------------------------- slices

/// A scan of `n` rows of four columns; the risk is right but for a slice, if `planted`.
fn scanned(n: usize, run: u64, planted: bool) -> Slices {
    let at = |row: usize, of: u64| chance(row, 100 * run + of);
    let columns: Vec<Feature> =
        (0..4).map(|of| numbers(&format!("c{of}"), (0..n).map(|row| at(row, of)).collect())).collect();
    let grouping = grouping("gender", &["F", "M"], (0..n).map(|row| usize::from(at(row, 10) < 0.5)));
    let risk: Vec<f64> = (0..n).map(|row| 0.05 + 0.4 * at(row, 0)).collect();
    let truth = |row: usize| {
        let is_slice = planted && grouping.member[row] == 1 && at(row, 1) > 0.8;
        if is_slice { (2.2 * risk[row]).min(0.95) } else { risk[row] }
    };
    let outcome: Vec<Option<bool>> = (0..n).map(|row| Some(at(row, 20) < truth(row))).collect();
    let told = Scanned {
        design: &Design { n_subjects: n, features: columns },
        columns: &[0, 1, 2, 3],
        groupings: &[&grouping],
        population: &vec![History; n],
        outcome: &outcome,
        risk: &risk.iter().map(|risk| Some(*risk)).collect::<Vec<_>>(),
        cluster: None,
    };
    audit::scan(&told, 0.05, Seed(run)).unwrap()
}

#[test]
fn risks_that_are_right_are_seldom_called_weak() {
    let runs = 120;
    let wrong = (0..runs).filter(|run| scanned(700, *run, false).slices.iter().any(|slice| slice.weak)).count();
    // 5 % of 120 are 6; beyond 12 chance would go once in 130 times
    assert!(wrong <= 12, "{wrong} of {runs}");
}

#[test]
fn a_planted_weak_slice_is_found_first() {
    let mut n_found = 0;
    for run in 0..20 {
        let told = scanned(3_000, run, true);
        let first = &told.slices[0];
        let names: Vec<&str> = first.conditions.iter().map(|of| of.feature.as_str()).collect();
        n_found += usize::from(first.weak && first.ratio > 1.3 && names == ["gender", "c1"]);
        assert!(told.slices.len() <= 10 && told.n_slices > 100);
        let public = |least| public_slices(&told, least, |name| name == "gender").slices;
        let is_named = |slice: &Slice| slice.conditions.iter().any(|condition| condition.feature == "gender");
        assert!(!public(0).iter().any(is_named));
        // the few who had the outcome, or had not, are told of no slice
        let least = public(0).iter().map(|slice| slice.observed.min(slice.n - slice.observed)).min().unwrap_or(0);
        assert!(public(least as usize + 1).len() < public(0).len() || public(0).is_empty());
        assert_eq!(public(least as usize), public(0));
    }
    assert!(n_found >= 18, "{n_found} of 20");
}

// ---------------------------------------------------------------------------------------------------------- whole runs

#[test]
fn a_sensitive_feature_that_is_used_is_flipped() {
    let folder = small_business(600);
    let config = fs::read_to_string(folder.path().join("trustrisk.toml")).unwrap();
    let audit = |sensitive: &str| -> Value {
        let text = config
            .replace("sensitive = [\"gender\"]", sensitive)
            .replace("id = \"id\"", "id = \"id\"\nmodel = \"logistic\"");
        let sealed = run_in(&text, folder.path(), &folder.path().join("reports"), &Silent).unwrap();
        serde_json::from_slice(&fs::read(sealed.path.join("customers/audit.json")).unwrap()).unwrap()
    };
    let used = audit("sensitive = [{ column = \"gender\", use = true }]");
    let flips = list(&used, "flip");
    let groups: Vec<&str> = flips.iter().map(|of| of["group"].as_str().unwrap()).collect();
    assert_eq!(groups, ["F", "M"]);
    assert_eq!(flips.iter().map(|of| of["n"].as_u64().unwrap()).sum::<u64>(), 60, "everybody of today");
    assert!(flips.iter().all(|of| of["mean_change"]["value"].as_f64().unwrap() > 0.0), "{flips:?}");
    assert!(flips.iter().all(|of| of["max_change"].as_f64() >= of["mean_change"]["value"].as_f64()));
    assert_eq!(audit("sensitive = [\"gender\"]").get("flip"), None);
}

// ----------------------------------------------------------------------------------------------------------- the sample

/// The audit of the sample's customers, scored by a logistic model.
fn sample() -> &'static BTreeMap<String, Value> {
    static AUDIT: OnceLock<BTreeMap<String, Value>> = OnceLock::new();
    AUDIT.get_or_init(|| {
        let folder = root().join("data");
        let text = fs::read_to_string(folder.join("trustrisk.toml")).unwrap();
        let end = text.find("# ---------------------------------------------------------------------------------------------------------- employees").unwrap();
        let text = text[..end].replace("model = \"auto\"", "model = \"logistic\"");
        let reports = tempfile::tempdir().unwrap();
        let sealed = run_in(&text, &folder, reports.path(), &Silent).unwrap();
        let read = |name: &str| {
            let path: PathBuf = sealed.path.join("customers").join(name);
            (name.to_owned(), serde_json::from_slice(&fs::read(path).unwrap()).unwrap())
        };
        ["audit.json", "audit_public.json", "findings.json", "model.json"].map(read).into_iter().collect()
    })
}

fn list<'a>(value: &'a Value, key: &str) -> &'a Vec<Value> {
    value[key].as_array().unwrap_or_else(|| panic!("no list `{key}`"))
}

#[test]
fn the_planted_proxy_is_found_and_named_first_among_the_drivers() {
    let planted = trustrisk::sample::truths().proxy;
    let audit = &sample()["audit.json"];
    let gap = list(audit, "drivers")
        .iter()
        .find(|gap| {
            gap["feature"] == planted.sensitive && gap["group"] == planted.group && gap["population"] == "history"
        })
        .unwrap();
    assert!(gap["gap"].as_f64().unwrap() > 1.0, "{gap}");
    assert_eq!(gap["columns"][0]["feature"], planted.cause, "{gap}");
    assert!(gap["columns"][0]["low"].as_f64().unwrap() > 0.0, "{gap}");
    let proxies = list(audit, "proxies").iter().find(|of| of["feature"] == planted.sensitive).unwrap();
    let called: Vec<&str> = list(proxies, "columns")
        .iter()
        .filter(|of| of["state"] == "proxy")
        .map(|of| of["column"].as_str().unwrap())
        .collect();
    assert_eq!(called, [planted.through, planted.cause], "no innocent column stands in for it");
    let findings = sample()["findings.json"].as_array().unwrap();
    let named: Vec<&str> =
        findings.iter().filter(|of| of["code"] == "proxy").map(|of| of["column"].as_str().unwrap()).collect();
    assert_eq!(named, [planted.cause], "only what moves scores is told");
    let of_model = list(&sample()["model.json"], "features").iter().find(|of| of["name"] == planted.cause).unwrap();
    assert_eq!(of_model["stands_in_for"], "Mother tongue");
}

#[test]
fn drivers_of_the_sample_are_the_gaps_of_the_table() {
    let audit = &sample()["audit.json"];
    let rows = list(audit, "rows");
    for gap in list(audit, "drivers") {
        let same = |row: &&Value| {
            row["metric"] == "mean_risk" && ["feature", "group", "population"].iter().all(|key| row[*key] == gap[*key])
        };
        let row = rows.iter().find(same).unwrap();
        let points = 100.0 * row["difference"].as_f64().unwrap();
        assert!((points - gap["gap"].as_f64().unwrap()).abs() < 1e-9, "{gap}");
        let sum = |key: &str| list(gap, key).iter().map(|of| of["points"].as_f64().unwrap()).sum::<f64>();
        let others = gap["others"]["points"].as_f64().unwrap_or_default();
        let base = gap["between_folds"].as_f64().unwrap();
        assert!((sum("columns") + others + base - points).abs() < 1e-9, "{gap}");
        assert!((sum("pillars") + base - points).abs() < 1e-9, "{gap}");
    }
}

#[test]
fn what_is_published_names_no_hidden_group() {
    let public = &sample()["audit_public.json"];
    let hidden: Vec<(&Value, &Value, &Value)> = list(public, "rows")
        .iter()
        .filter(|row| row["metric"] == "n" && row["suppressed"] == true)
        .map(|row| (&row["feature"], &row["group"], &row["population"]))
        .collect();
    assert!(!hidden.is_empty(), "the sample has small groups");
    for gap in list(public, "drivers") {
        for group in ["group", "reference"] {
            assert!(!hidden.contains(&(&gap["feature"], &gap[group], &gap["population"])), "{gap}");
        }
    }
    for of in list(public, "reasons") {
        assert!(
            !hidden
                .iter()
                .any(|(feature, group, p)| (*feature, *group) == (&of["feature"], &of["group"]) && *p == "today")
        );
        if of["figure"] == "with_action" {
            let (n, share) = (of["n"].as_f64().unwrap(), of["value"].as_f64().unwrap());
            assert!((n * share).round() >= 5.0 && (n * (1.0 - share)).round() >= 5.0, "{of}");
        }
    }
    let is_sensitive = |of: &Value| ["gender", "age", "mother_tongue"].iter().any(|name| of["feature"] == *name);
    for slice in public["slices"]["slices"].as_array().unwrap() {
        assert!(!slice["conditions"].as_array().unwrap().iter().any(is_sensitive), "{slice}");
        let (n, observed) = (slice["n"].as_u64().unwrap(), slice["observed"].as_u64().unwrap());
        assert!(observed >= 5 && n - observed >= 5, "{slice}");
    }
    assert!(list(&sample()["audit.json"], "drivers").len() > list(public, "drivers").len());
}
