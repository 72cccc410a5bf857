//! Seconds of the audit of one scored table.
//!
//! `cargo bench -- --audit TABLE.f64 --features A,B,C [--crossings 2] [--threads 2] [--out ROWS.json]`: one JSON object,
//! which `benches/peers/audit.py` sets beside the peers. The table holds f64 numbers row by row: outcome (0 or 1),
//! selected (0 or 1), score, then the number of the group in each feature. Everything that a run tells of such a table is
//! told: every metric with its interval, all comparisons and verdicts, all derived figures with the replicates of their
//! bootstrap, suppression included.

use std::fs;

use serde_json::json;
use trustrisk::audit::{self, METRICS, Settings, Subjects, derive::REPLICATES};
use trustrisk::base::groups::Grouping;
use trustrisk::base::population::Population;

use super::attributions::now;
use super::fits::value;

/// Passes; the median counts.
const N_PASSES: usize = 5;
/// Columns before those of the groups.
const N_FIRST: usize = 3;

pub fn run(arguments: &[String]) {
    let number = |name: &str, default: usize| value(arguments, name).map_or(default, |text| text.parse().unwrap());
    let threads = number("--threads", 1);
    rayon::ThreadPoolBuilder::new().num_threads(threads).build_global().unwrap();
    let names = value(arguments, "--features").unwrap();
    let names: Vec<&str> = names.split(',').collect();
    let table = read(&value(arguments, "--audit").unwrap(), N_FIRST + names.len());
    let n_rows = table.len();
    let flag = |column: usize| table.iter().map(|row| Some(row[column] == 1.0)).collect::<Vec<Option<bool>>>();
    let (outcome, selected) = (flag(0), flag(1));
    let risk: Vec<Option<f64>> = table.iter().map(|row| Some(row[2])).collect();
    let population = vec![Population::History; n_rows];
    let subjects =
        Subjects { population: &population, outcome: &outcome, risk: &risk, selected: &selected, cluster: None };
    let groupings = groupings(&table, &names, number("--crossings", 2));
    let limits = ["selection_rate", "true_positive_rate", "false_positive_rate"];
    let settings = Settings { limits: limits.map(|name| (name.to_owned(), 0.8)).into(), ..Settings::default() };
    let mut seconds = Vec::new();
    let mut rows = Vec::new();
    for _ in 0..N_PASSES {
        let begun = now();
        rows = audit::audit(&subjects, &groupings, None, &settings).rows;
        seconds.push(begun.elapsed().as_secs_f64());
    }
    seconds.sort_by(f64::total_cmp);
    if let Some(out) = value(arguments, "--out") {
        fs::write(out, serde_json::to_vec(&rows).unwrap()).unwrap();
    }
    let told = json!({
        "rows": n_rows,
        "features": names.len(),
        "groupings": groupings.len(),
        "metrics": METRICS.len(),
        "figures": rows.len(),
        "replicates": REPLICATES,
        "threads": threads,
        "seconds": seconds[N_PASSES / 2],
    });
    println!("{told}");
}

fn read(path: &str, n_columns: usize) -> Vec<Vec<f64>> {
    let bytes = fs::read(path).unwrap();
    let cells: Vec<f64> = bytes.chunks_exact(8).map(|cell| f64::from_le_bytes(cell.try_into().unwrap())).collect();
    cells.chunks_exact(n_columns).map(<[f64]>::to_vec).collect()
}

/// Every feature, and every two of them; a group is named by its number.
fn groupings(table: &[Vec<f64>], names: &[&str], crossings: usize) -> Vec<Grouping> {
    let one = |at: usize| {
        let member: Vec<u32> = table.iter().map(|row| row[N_FIRST + at] as u32).collect();
        let n_groups = member.iter().max().map_or(0, |most| most + 1);
        let groups = (0..n_groups).map(|group| group.to_string()).collect();
        Grouping { feature: names[at].to_owned(), columns: vec![names[at].to_owned()], groups, member }
    };
    let single: Vec<Grouping> = (0..names.len()).map(one).collect();
    let mut all = single.clone();
    for (at, a) in single.iter().enumerate().filter(|_| crossings > 1) {
        all.extend(single.iter().skip(at + 1).map(|b| crossed(a, b)));
    }
    all
}

fn crossed(a: &Grouping, b: &Grouping) -> Grouping {
    let n = b.groups.len() as u32;
    Grouping {
        feature: format!("{} × {}", a.feature, b.feature),
        columns: a.columns.iter().chain(&b.columns).cloned().collect(),
        groups: a.groups.iter().flat_map(|a| b.groups.iter().map(move |b| format!("{a} × {b}"))).collect(),
        member: a.member.iter().zip(&b.member).map(|(a, b)| a * n + b).collect(),
    }
}
