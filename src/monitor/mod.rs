//! Today's subjects against history: columns whose distribution has shifted.

use crate::base::Finding;
use crate::base::design::{Design, Feature, FeatureKind};

/// Fewer subjects on either side tell nothing.
const SUBJECTS_MIN: usize = 50;
/// A smaller gap between the distributions is no matter, however certain.
const DISTANCE_MIN: f64 = 0.1;
/// Level of the test over all columns together.
const SIGNIFICANCE: f64 = 0.001;

/// Two-sample Kolmogorov–Smirnov distance, sup |F₁ − F₂| of the empirical distributions, 0 to 1, with the asymptotic
/// p-value of "both come from one distribution" (conservative under ties).
///
/// `None` where either side is empty. Source: Smirnov 1948; Press et al. 2007, *Numerical Recipes*, §14.3.
pub fn kolmogorov_smirnov(first: &[f64], second: &[f64]) -> Option<(f64, f64)> {
    if first.is_empty() || second.is_empty() {
        return None;
    }
    let sorted = |values: &[f64]| {
        let mut values = values.to_vec();
        values.sort_unstable_by(f64::total_cmp);
        values
    };
    let (first, second) = (sorted(first), sorted(second));
    let (mut i, mut j, mut distance) = (0, 0, 0.0_f64);
    while let (Some(a), Some(b)) = (first.get(i), second.get(j)) {
        let at = a.min(*b);
        i += first[i..].iter().take_while(|value| **value <= at).count();
        j += second[j..].iter().take_while(|value| **value <= at).count();
        distance = distance.max((i as f64 / first.len() as f64 - j as f64 / second.len() as f64).abs());
    }
    let (n, m) = (first.len() as f64, second.len() as f64);
    let root = (n * m / (n + m)).sqrt();
    let scaled = (root + 0.12 + 0.11 / root) * distance;
    let term = |k: i32| f64::from(1 - 2 * ((k - 1) % 2)) * (-2.0 * f64::from(k * k) * scaled * scaled).exp();
    let p = if scaled < 0.2 { 1.0 } else { 2.0 * (1..=100).map(term).sum::<f64>() };
    Some((distance, p.clamp(0.0, 1.0)))
}

/// A finding for every number of the design whose distribution among `today` is markedly shifted against `history`.
/// Dates are left out: they are days before each row's own time and shift as the calendar does.
pub fn shifts(design: &Design, history: &[u32], today: &[u32]) -> Vec<Finding> {
    let numbers: Vec<&Feature> = design.features.iter().filter(|feature| feature.kind == FeatureKind::Number).collect();
    let level = SIGNIFICANCE / numbers.len().max(1) as f64;
    numbers.into_iter().filter_map(|feature| shift(feature, history, today, level)).collect()
}

fn shift(feature: &Feature, history: &[u32], today: &[u32], level: f64) -> Option<Finding> {
    let known = |rows: &[u32]| rows.iter().filter_map(|&row| feature.values.number(row as usize)).collect::<Vec<f64>>();
    let (reference, current) = (known(history), known(today));
    if reference.len() < SUBJECTS_MIN || current.len() < SUBJECTS_MIN {
        return None;
    }
    let (distance, p) = kolmogorov_smirnov(&reference, &current)?;
    if distance < DISTANCE_MIN || p >= level {
        return None;
    }
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let message = format!(
        "`{}` of today's subjects is shifted against history: mean {:.2} then, {:.2} now (distributions differ by up to {:.0} %)",
        feature.name,
        mean(&reference),
        mean(&current),
        100.0 * distance
    );
    let hint = "look for a change in the business or in the export before you rely on today's scores";
    Some(Finding::new("shifted-column", message).column(&feature.name).hint(hint))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_distance_is_the_largest_gap() {
        let (distance, p) = kolmogorov_smirnov(&[1.0, 2.0, 3.0, 4.0], &[3.0, 4.0, 5.0, 6.0]).unwrap();
        assert!((distance - 0.5).abs() < 1e-12);
        assert!(p > 0.4);
        assert_eq!(kolmogorov_smirnov(&[1.0, 2.0], &[1.0, 2.0]).unwrap(), (0.0, 1.0));
        assert_eq!(kolmogorov_smirnov(&[], &[1.0]), None);
    }
}
