//! Whether two samples come from one distribution.

use statrs::distribution::{ChiSquared, ContinuousCDF};

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

/// Total variation distance ½ Σ |pᵢ − qᵢ| of two samples over the same categories, 0 to 1, with the p-value of Pearson's
/// χ² test of homogeneity (categories that neither sample has are left out; degrees of freedom: those left less one).
///
/// `first` and `second` are counts by category. `None` where either side is empty; p is 1 where one category is left.
/// Source: Pearson 1900; Agresti 2013, *Categorical Data Analysis*, §3.2.
pub fn homogeneity(first: &[u64], second: &[u64]) -> Option<(f64, f64)> {
    let (n, m) = (first.iter().sum::<u64>() as f64, second.iter().sum::<u64>() as f64);
    if n == 0.0 || m == 0.0 {
        return None;
    }
    let pairs: Vec<(f64, f64)> =
        first.iter().zip(second).filter(|(a, b)| **a + **b > 0).map(|(a, b)| (*a as f64, *b as f64)).collect();
    let distance = pairs.iter().map(|(a, b)| (a / n - b / m).abs()).sum::<f64>() / 2.0;
    let statistic: f64 = pairs
        .iter()
        .map(|(a, b)| {
            let (expected, other) = (n * (a + b) / (n + m), m * (a + b) / (n + m));
            (a - expected).powi(2) / expected + (b - other).powi(2) / other
        })
        .sum();
    let chi_squared = ChiSquared::new((pairs.len() - 1) as f64).ok();
    Some((distance, chi_squared.map_or(1.0, |chi_squared| chi_squared.sf(statistic))))
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

    /// scipy.stats.chi2_contingency([[30, 50, 20], [10, 60, 40]], correction=False): 17.138…, p = 0.00018986…
    #[test]
    fn homogeneity_is_that_of_scipy() {
        let (distance, p) = homogeneity(&[30, 50, 20, 0], &[10, 60, 40, 0]).unwrap();
        assert!((distance - (0.3 - 10.0 / 110.0)).abs() < 1e-12);
        assert!((p - 0.000_189_861_656_246_674_3).abs() < 1e-9, "{p}");
        assert_eq!(homogeneity(&[5], &[7]), Some((0.0, 1.0)));
        assert_eq!(homogeneity(&[0, 0], &[7, 1]), None);
    }
}
