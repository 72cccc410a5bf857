//! Where a model breaks a direction: for families that cannot be held to one, counted on the data.

use std::collections::BTreeMap;

use rand::seq::index;
use rayon::prelude::*;

use crate::base::design::{Design, Feature, MISSING, Values};
use crate::base::model::Model;
use crate::base::units::Direction;
use crate::base::{Result, Seed};

/// Rows that are looked at, at most.
const ROWS_MAX: usize = 2_000;
/// Values that a column is moved through, at most.
const STEPS_MAX: usize = 20;
/// A margin that moves less has not moved, in margin units.
const TOLERANCE: f64 = 1e-9;

/// A column that the risk does not follow in its direction.
#[derive(Debug, Clone, PartialEq)]
pub struct Violation {
    pub feature: String,
    pub direction: Direction,
    /// Rows whose margin somewhere moves the wrong way.
    pub n: usize,
    /// Rows looked at.
    pub n_rows: usize,
    /// The largest such movement from one value to the next, in margin units: above 0.
    pub largest: f64,
}

/// The columns with a direction that the model breaks, whatever its family.
///
/// Each of at most 2,000 of `rows` (drawn by `seed`) keeps all its values but one: that column is moved upwards through
/// at most 20 of the values that `rows` hold, evenly spaced in their order, the smallest and the largest among them. A row counts where the
/// margin falls from one to the next (rises, where the direction is decreasing) by more than 1e-9. These are the curves of
/// individual conditional expectation (Goldstein et al., "Peeking inside the black box", JCGS 2015). Columns that the
/// model does not use, hold levels or have fewer than two known values break nothing.
///
/// # Errors
/// A column does not fit the model.
pub fn violations(
    model: &Model,
    design: &Design,
    rows: &[u32],
    directions: &BTreeMap<String, Direction>,
    seed: Seed,
) -> Result<Vec<Violation>> {
    let used = model.features();
    let is_asked = |feature: &&Feature| used.contains(&feature.name.as_str()) && directions.contains_key(&feature.name);
    let asked: Vec<&Feature> = design.features.iter().filter(is_asked).collect();
    if asked.is_empty() {
        return Ok(Vec::new());
    }
    let sample = part(design, &used, &some(rows, seed));
    let told = |feature: &&Feature| {
        let direction = directions[&feature.name];
        let wrong = against(model, &sample, &feature.name, &steps(&feature.values, rows), direction)?;
        let n = wrong.iter().filter(|wrong| **wrong > TOLERANCE).count();
        let largest = wrong.into_iter().fold(0.0, f64::max);
        Ok(Violation { feature: feature.name.clone(), direction, n, n_rows: sample.n_subjects, largest })
    };
    let told: Vec<Violation> = asked.par_iter().map(told).collect::<Result<_>>()?;
    Ok(told.into_iter().filter(|violation| violation.n > 0).collect())
}

/// All rows, or a seeded sample of them where they are many.
fn some(rows: &[u32], seed: Seed) -> Vec<u32> {
    if rows.len() <= ROWS_MAX {
        return rows.to_vec();
    }
    index::sample(&mut seed.stream("directions"), rows.len(), ROWS_MAX).into_iter().map(|place| rows[place]).collect()
}

/// A design of these rows and columns only.
fn part(design: &Design, used: &[&str], rows: &[u32]) -> Design {
    let is_used = |feature: &&Feature| used.contains(&feature.name.as_str());
    let taken = |feature: &Feature| Feature { values: taken(&feature.values, rows), ..feature.clone() };
    Design { n_subjects: rows.len(), features: design.features.iter().filter(is_used).map(taken).collect() }
}

fn taken(values: &Values, rows: &[u32]) -> Values {
    let rows = rows.iter().map(|&row| row as usize);
    match values {
        Values::Numbers { values, missing } if missing.is_empty() => {
            Values::Numbers { values: rows.map(|row| values[row]).collect(), missing: Vec::new() }
        }
        Values::Numbers { values, missing } => {
            let (values, missing) = rows.map(|row| (values[row], missing[row])).unzip();
            Values::Numbers { values, missing }
        }
        Values::Levels { codes, levels } => Values::Levels {
            codes: rows.map(|row| codes.get(row).copied().unwrap_or(MISSING)).collect(),
            levels: levels.clone(),
        },
    }
}

/// Observed values from the smallest to the largest, each once; none where the column has levels.
fn steps(values: &Values, rows: &[u32]) -> Vec<f64> {
    let mut known: Vec<f64> = rows.iter().filter_map(|&row| values.number(row as usize)).collect();
    known.sort_unstable_by(f64::total_cmp);
    known.dedup();
    let n_steps = known.len().min(STEPS_MAX);
    let place = |step: usize| step * (known.len() - 1) / (n_steps - 1).max(1);
    (0..n_steps).map(|step| known[place(step)]).collect()
}

/// For each row the largest step of its margin against the direction while `feature` rises through `steps`; 0 where there
/// is none.
fn against(model: &Model, sample: &Design, feature: &str, steps: &[f64], direction: Direction) -> Result<Vec<f64>> {
    let sign = if direction == Direction::Increasing { -1.0 } else { 1.0 };
    let mut moved = sample.clone();
    let mut largest = vec![0.0; sample.n_subjects];
    let mut before: Option<Vec<f64>> = None;
    for &step in steps {
        let values = Values::Numbers { values: vec![step; sample.n_subjects], missing: Vec::new() };
        moved.features.iter_mut().filter(|own| own.name == feature).for_each(|own| own.values = values.clone());
        let bound = model.bind(&moved)?;
        let margins: Vec<f64> = (0..sample.n_subjects).map(|row| bound.margin(row)).collect();
        for (row, before) in before.iter().flatten().enumerate() {
            largest[row] = f64::max(largest[row], sign * (margins[row] - before));
        }
        before = Some(margins);
    }
    Ok(largest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::design::FeatureKind;
    use crate::base::model::{Node, Shape, Split, Term, Tree, TreeFeature};
    use crate::base::units::Family;

    const N: usize = 3_000;

    fn design() -> Design {
        let numbers = |n_kinds: usize| Values::Numbers {
            values: (0..N).map(|row| (row % n_kinds) as f64).collect(),
            missing: (0..N).map(|row| row % 10 == 0).collect(),
        };
        let levels = Values::Levels { codes: vec![0; N], levels: vec!["a".to_owned()] };
        let feature = |name: &str, kind, values| Feature { name: name.to_owned(), kind, values };
        let features = vec![
            feature("late", FeatureKind::Number, numbers(7)),
            feature("spend", FeatureKind::Number, numbers(500)),
            feature("plan", FeatureKind::Level, levels),
        ];
        Design { n_subjects: N, features }
    }

    fn broken(model: &Model, directions: &[(&str, Direction)]) -> Vec<Violation> {
        let directions = directions.iter().map(|(name, direction)| ((*name).to_owned(), *direction)).collect();
        violations(model, &design(), &(0..N as u32).collect::<Vec<_>>(), &directions, Seed(1)).unwrap()
    }

    fn line(slope: f64) -> Model {
        let shape = Shape::Line { slope, center: 0.0, fill: 0.0, missing: 0.0, low: 0.0, high: 600.0 };
        let term = Term { feature: "spend".to_owned(), kind: FeatureKind::Number, mean: 0.0, shape };
        Model { terms: vec![term], ..Model::empty(Family::Logistic, 0.0, 1) }
    }

    /// Where `late` is at most 2: the leaf 0.3 up to a `spend` of 100, else 0.2; where `late` is more: 0.1.
    fn tree() -> Model {
        let number = |feature, at_most| Split::Number { feature, at_most, missing_left: true };
        let split = |split, left, right| Node::Split { split, left, right, cover: 1.0 };
        let leaf = |leaf| Node::Leaf { leaf, cover: 1.0 };
        let nodes = vec![split(number(0, 2.0), 1, 2), split(number(1, 100.0), 3, 4), leaf(0.1), leaf(0.3), leaf(0.2)];
        let feature = |name: &str| TreeFeature { feature: name.to_owned(), kind: FeatureKind::Number, levels: None };
        let mut model = Model::empty(Family::Tree, 0.0, 1);
        model.trees.features = vec![feature("late"), feature("spend")];
        model.trees.trees = vec![Tree { nodes, ..Tree::default() }];
        model
    }

    #[test]
    fn a_line_breaks_the_other_direction_in_every_row() {
        assert!(broken(&line(0.5), &[("spend", Direction::Increasing)]).is_empty());
        assert!(broken(&line(0.0), &[("spend", Direction::Increasing), ("spend", Direction::Decreasing)]).is_empty());
        let told = broken(&line(0.5), &[("spend", Direction::Decreasing)]);
        assert_eq!((told.len(), told[0].n, told[0].n_rows), (1, ROWS_MAX, ROWS_MAX));
        assert!(told[0].largest > 10.0 && told[0].largest < 15.0, "{told:?}");
    }

    #[test]
    fn a_row_counts_where_its_own_other_values_let_the_column_act() {
        let both = [("late", Direction::Increasing), ("spend", Direction::Increasing)];
        let told = broken(&tree(), &both);
        assert_eq!(told.iter().map(|told| (&told.feature[..], told.n)).next(), Some(("late", ROWS_MAX)));
        assert!((told[0].largest - 0.2).abs() < 1e-12 && (told[1].largest - 0.1).abs() < 1e-12, "{told:?}");
        // `spend` acts only where `late` is at most 2 or missing
        let acts = (0..N).filter(|row| row % 10 == 0 || row % 7 <= 2).count() as f64 / N as f64;
        assert!((told[1].n as f64 / ROWS_MAX as f64 - acts).abs() < 0.03, "{told:?}");
        assert!(broken(&tree(), &both.map(|(name, _)| (name, Direction::Decreasing))).is_empty());
    }

    #[test]
    fn what_the_model_does_not_use_breaks_nothing() {
        assert!(broken(&line(1.0), &[("late", Direction::Decreasing), ("plan", Direction::Increasing)]).is_empty());
    }

    #[test]
    fn a_column_moves_through_all_of_its_values_from_end_to_end() {
        let rows: Vec<u32> = (0..N as u32).collect();
        assert_eq!(steps(&design().features[0].values, &rows), [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
        let of_spend = steps(&design().features[1].values, &rows);
        assert_eq!((of_spend.len(), of_spend[0], of_spend[19]), (STEPS_MAX, 1.0, 499.0));
        assert!(steps(&design().features[2].values, &rows).is_empty());
    }
}
