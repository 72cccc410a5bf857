//! Today's subjects against history: columns whose values have shifted, or gone.

use std::collections::BTreeMap;

use crate::base::Finding;
use crate::base::design::{Design, Feature, FeatureKind};
use crate::stats::samples::{homogeneity, kolmogorov_smirnov};

/// Fewer subjects on either side tell nothing.
const SUBJECTS_MIN: usize = 50;
/// A smaller gap between the distributions is no matter, however certain.
const DISTANCE_MIN: f64 = 0.1;
/// Level of the tests over all columns together.
const SIGNIFICANCE: f64 = 0.001;

/// A finding for every column of the design whose values among `today` are markedly shifted against `history`: blanks
/// and levels by the total variation distance, numbers by that of Kolmogorov and Smirnov. Dates are compared by their
/// blanks only: they are days before each row's own time and shift as the calendar does.
///
/// The tests take rows as independent; where ids recur they are too sure, and the least distance has the last word.
pub fn shifts(design: &Design, history: &[u32], today: &[u32]) -> Vec<Finding> {
    if history.len() < SUBJECTS_MIN || today.len() < SUBJECTS_MIN {
        return Vec::new();
    }
    // each column is tested for its blanks and for its values
    let level = SIGNIFICANCE / (2 * design.features.len()).max(1) as f64;
    let told = |feature: &Feature| {
        let shift = blanks(feature, history, today, level).or_else(|| match feature.kind {
            FeatureKind::Number => numbers(feature, history, today, level),
            FeatureKind::Boolean | FeatureKind::Level => shares(feature, history, today, level),
            FeatureKind::Date => None,
        })?;
        let message = format!("`{}` of today's subjects is shifted against history: {shift}", feature.name);
        let hint = "look for a change in the business or in the export before you rely on today's scores";
        Some(Finding::new("shifted-column", message).column(&feature.name).hint(hint))
    };
    design.features.iter().filter_map(told).collect()
}

fn blanks(feature: &Feature, history: &[u32], today: &[u32], level: f64) -> Option<String> {
    let count = |rows: &[u32]| {
        let blank = rows.iter().filter(|row| feature.values.is_missing(**row as usize)).count() as u64;
        [blank, rows.len() as u64 - blank]
    };
    let (then, now) = (count(history), count(today));
    is_shift(homogeneity(&then, &now), level)?;
    let share = |[blank, filled]: [u64; 2]| 100.0 * blank as f64 / (blank + filled) as f64;
    Some(format!("blank in {:.0} % of rows then, {:.0} % now", share(then), share(now)))
}

fn numbers(feature: &Feature, history: &[u32], today: &[u32], level: f64) -> Option<String> {
    let known = |rows: &[u32]| rows.iter().filter_map(|&row| feature.values.number(row as usize)).collect::<Vec<f64>>();
    let (then, now) = (known(history), known(today));
    if then.len() < SUBJECTS_MIN || now.len() < SUBJECTS_MIN {
        return None;
    }
    let distance = is_shift(kolmogorov_smirnov(&then, &now), level)?;
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let means = format!("mean {:.2} then, {:.2} now", mean(&then), mean(&now));
    Some(format!("{means} (distributions differ by up to {:.0} %)", 100.0 * distance))
}

/// The level whose share has moved most tells of all.
fn shares(feature: &Feature, history: &[u32], today: &[u32], level: f64) -> Option<String> {
    let mut counts: BTreeMap<String, [u64; 2]> = BTreeMap::new();
    for (side, rows) in [history, today].into_iter().enumerate() {
        for &row in rows {
            let row = row as usize;
            let named = feature.values.level(row).map(str::to_owned);
            let value = named.or_else(|| {
                feature.values.number(row).map(|number| if number == 0.0 { "no" } else { "yes" }.to_owned())
            });
            if let Some(value) = value {
                counts.entry(value).or_default()[side] += 1;
            }
        }
    }
    let side = |side: usize| counts.values().map(|count| count[side]).collect::<Vec<u64>>();
    let (then, now) = (side(0), side(1));
    let (n_then, n_now) = (then.iter().sum::<u64>(), now.iter().sum::<u64>());
    if n_then < SUBJECTS_MIN as u64 || n_now < SUBJECTS_MIN as u64 {
        return None;
    }
    is_shift(homogeneity(&then, &now), level)?;
    let share = |count: &[u64; 2]| (100.0 * count[0] as f64 / n_then as f64, 100.0 * count[1] as f64 / n_now as f64);
    let moved = |count: &[u64; 2]| (share(count).0 - share(count).1).abs();
    let (value, count) = counts.iter().max_by(|a, b| moved(a.1).total_cmp(&moved(b.1)).then_with(|| b.0.cmp(a.0)))?;
    let (before, after) = share(count);
    Some(format!("`{value}` in {before:.0} % then, {after:.0} % now"))
}

/// The distance, where it is both large and certain.
fn is_shift(tested: Option<(f64, f64)>, level: f64) -> Option<f64> {
    tested.filter(|(distance, p)| *distance >= DISTANCE_MIN && *p < level).map(|(distance, _)| distance)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::design::{MISSING, Values};

    fn told(kind: FeatureKind, values: Values) -> Vec<String> {
        let n_subjects = values.len();
        let design = Design { n_subjects, features: vec![Feature { name: "x".to_owned(), kind, values }] };
        let rows: Vec<u32> = (0..n_subjects as u32).collect();
        let (history, today) = rows.split_at(600);
        shifts(&design, history, today).into_iter().map(|finding| finding.message).collect()
    }

    #[test]
    fn a_column_that_is_gone_today_is_told() {
        let values = Values::Numbers { values: vec![1.0; 900], missing: (0..900).map(|row| row >= 600).collect() };
        let expected = "`x` of today's subjects is shifted against history: blank in 0 % of rows then, 100 % now";
        assert_eq!(told(FeatureKind::Number, values), [expected]);
    }

    #[test]
    fn levels_that_have_moved_are_told_and_others_not() {
        let codes =
            |today: u32| (0..900u32).map(move |row| if row < 600 { row % 2 } else { u32::from(row % 10 < today) });
        let of = |today: u32| Values::Levels { codes: codes(today).collect(), levels: vec!["a".into(), "b".into()] };
        assert_eq!(
            told(FeatureKind::Level, of(8)),
            ["`x` of today's subjects is shifted against history: `a` in 50 % then, 20 % now"]
        );
        assert!(told(FeatureKind::Level, of(5)).is_empty());
        let gone = Values::Levels { codes: vec![MISSING; 900], levels: Vec::new() };
        assert!(told(FeatureKind::Level, gone).is_empty());
    }
}
