//! What explanations ask of memory and threads, and what they hide: nothing.

use trustrisk::base::Seed;
use trustrisk::base::attributions::Perturbation;
use trustrisk::base::calibrator::{Calibrator, Kind};
use trustrisk::base::units::MarginUnit;
use trustrisk::explain::{Explainer, Instructions, attribute, check_additivity, faithfulness, interactions};

use crate::attributions::{design, forest, model, oblivious};

fn threads<T: Send>(n: usize, work: impl FnOnce() -> T + Send) -> T {
    rayon::ThreadPoolBuilder::new().num_threads(n).build().unwrap().install(work)
}

#[test]
fn what_does_not_add_up_is_an_error_and_is_not_closed_away() {
    let design = design(3, 300, 8);
    let trees = (0..40).map(|number| oblivious(&format!("close {number}"), 6, &design)).collect();
    let rows: Vec<(u32, u16)> = (0..300).map(|row| (row, 0)).collect();
    let calibrator = Calibrator { unit: MarginUnit::LogOdds, kind: Kind::Platt { slope: 1.3, intercept: 0.2 } };
    for model in [forest(3, 12, 6, 30, &design), model(Vec::new(), trees, 8), forest(3, 2, 14, 80, &design)] {
        let explainer = Explainer::new(&model, calibrator, Perturbation::Interventional);
        let error_max = explainer.method().error_max;
        let told = attribute(&[explainer.bind(&design).unwrap()], &rows, 8);
        // what tables rounded is told, although the sum is closed
        let off = check_additivity(&told).unwrap();
        let slope_max = 100.0 * 1.3 / 4.0;
        assert!(off <= (error_max + 1e-9) * slope_max, "{off:e} of {error_max:e}");
        assert!(error_max == 0.0 || off > 1e-12, "{off:e}: tables that round nothing?");
        assert!(told.closed.iter().all(|closed| closed.abs() <= off));
        // a starting point that is not that of the trees: less than anybody sees, more than rounding explains
        for wrong in [2e-5, -2e-5, 1.0, f64::NAN] {
            let mut scorer = explainer.bind(&design).unwrap();
            scorer.base_margin += wrong;
            let told = attribute(&[scorer], &rows, 8);
            let error = check_additivity(&told).unwrap_err().to_string();
            assert!(error.contains("miss its margin by"), "{error}");
        }
    }
}

#[test]
fn interactions_of_many_rows_are_those_of_each_alone() {
    let n_rows = 4_500u32;
    let design = design(5, n_rows as usize, 9);
    let trees = (0..5).map(|number| oblivious(&format!("many {number}"), 6, &design)).collect();
    for model in [forest(5, 4, 6, 30, &design), model(Vec::new(), trees, 9), forest(5, 1, 14, 60, &design)] {
        let told = |rows: &[u32]| {
            interactions(&model, &design, rows, Perturbation::Interventional, Instructions::detect()).unwrap()
        };
        let all = told(&(0..n_rows).collect::<Vec<_>>());
        for row in [0, 255, 256, 2_047, 2_048, 4_095, 4_096, n_rows - 1] {
            let one = told(&[row]);
            assert_eq!(one.pairs, all.pairs);
            assert_eq!(one.values.row(0), all.values.row(row as usize), "row {row}");
        }
        assert!(told(&[]).values.is_empty());
    }
}

#[test]
fn faithfulness_does_not_depend_on_threads() {
    let design = design(9, 700, 12);
    let trees = (0..30).map(|number| oblivious(&format!("faith {number}"), 6, &design)).collect();
    let model = model(Vec::new(), trees, 12);
    let explainer = Explainer::new(&model, Calibrator::identity(MarginUnit::LogOdds), Perturbation::Interventional);
    let scorer = explainer.bind(&design).unwrap();
    let rows: Vec<u32> = (0..700).collect();
    let told = || faithfulness(&scorer, &rows, &design, Seed(4)).unwrap();
    let alone = threads(1, told).unwrap();
    assert!(alone > 1.0, "{alone}");
    for n in [2, 5] {
        assert_eq!(threads(n, told).unwrap().to_bits(), alone.to_bits());
    }
    // one change at a time, by the definition
    let (mut by_points, mut by_chance) = (0.0, 0.0);
    let spaced: Vec<u32> = rows.iter().step_by(4).copied().collect();
    let pairs: Vec<(u32, u16)> = spaced.iter().map(|row| (*row, 0)).collect();
    let told = attribute(std::slice::from_ref(&scorer), &pairs, 12);
    for (place, row) in spaced.iter().enumerate() {
        let own = usize::try_from(*row).unwrap();
        let other = (place + 1 + Seed(4).hash(&row.to_le_bytes()) as usize % spaced.len()) % spaced.len();
        let mut order: Vec<usize> = (0..12).collect();
        let points = told.points.row(place);
        order.sort_by(|a, b| points[*b].abs().total_cmp(&points[*a].abs()).then(a.cmp(b)));
        let mut chance: Vec<usize> = (0..12).collect();
        chance.sort_by_key(|column| Seed(4).hash(format!("{row} {column}").as_bytes()));
        for (order, moved) in [(order, &mut by_points), (chance, &mut by_chance)] {
            for n_replaced in 1..=12 {
                let source = |column: usize| {
                    if order[..n_replaced].contains(&column) { spaced[other] as usize } else { own }
                };
                let changed = design.rearranged(1, |_, column| source(column));
                *moved += (model.bind(&changed).unwrap().margin(0) - told.margin[place]).abs();
            }
        }
    }
    assert!((alone - by_points / by_chance).abs() < 1e-9, "{alone}: {}", by_points / by_chance);
}
