//! Seconds and AUC of one fit of each family: `cargo bench -- --fit TABLE.csv [--trees 200] [--family boosted]…`.
//!
//! The table is the generated one (`trustrisk sample --wide`). The first four fifths of its rows train, the rest are held
//! out. One JSON object a line; `benches/peers/fits.py` sets them beside the peers.

use std::path::Path;
use std::time::Instant;

use serde_json::json;
use trustrisk::base::population::Population;
use trustrisk::base::progress::Silent;
use trustrisk::base::units::Family;
use trustrisk::stats::rank::auc;
use trustrisk::{config, features, load, train};

use super::{AS_OF, CONFIG, SEED};

/// Above so many rows a family of the vendors is not asked: it would learn from a sample.
pub fn run(arguments: &[String]) {
    let value = |name: &str| {
        let place = arguments.iter().position(|argument| argument == name)?;
        arguments.get(place + 1).cloned()
    };
    let table = value("--fit").expect("`--fit TABLE.csv`");
    let trees: f64 = value("--trees").map_or(200.0, |trees| trees.parse().unwrap());
    let wanted: Vec<String> =
        arguments.windows(2).filter(|pair| pair[0] == "--family").map(|pair| pair[1].clone()).collect();
    let threads: usize = value("--threads").map_or(1, |threads| threads.parse().unwrap());
    rayon::ThreadPoolBuilder::new().num_threads(threads).build_global().unwrap();
    let path = Path::new(&table);
    let config = CONFIG.replace("wide.csv", &path.file_name().unwrap().to_string_lossy());
    let plan = config::read(&config, path.parent().unwrap(), AS_OF).unwrap();
    let group = &plan.stakeholders[0];
    let table = load::load(&group.load, &Silent).unwrap().table.unwrap();
    let design = features::build(&table, AS_OF, &group.features).unwrap().design;
    let history = table.rows_of(Population::History);
    let (train_rows, held_out) = history.split_at(history.len() * 4 / 5);
    for &family in
        train::BUILT.iter().filter(|family| wanted.is_empty() || wanted.iter().any(|name| name == family.name()))
    {
        let restraint = (family == Family::Boosted).then_some(trees);
        let settings = train::Settings { fit_rows_max: usize::MAX, ..group.train.clone() };
        #[expect(clippy::disallowed_methods, reason = "a bench measures")]
        let begun = Instant::now();
        let fitted = train::fit_rows(&design, &table.outcome, train_rows, family, restraint, &settings, SEED).unwrap();
        let seconds = begun.elapsed().as_secs_f64();
        let bound = fitted.model.bind(&design).unwrap();
        let scores: Vec<f64> = held_out.iter().map(|&row| bound.margin(row as usize)).collect();
        let outcomes: Vec<bool> = held_out.iter().map(|&row| table.outcome[row as usize] == Some(true)).collect();
        println!(
            "{}",
            json!({
                "family": family.name(),
                "n_rows": history.len(),
                "n_features": design.features.len(),
                "n_fit": fitted.n_rows,
                "tuned": fitted.tuned,
                "threads": threads,
                "seconds": seconds,
                "auc": auc(&scores, &outcomes),
            })
        );
    }
}
