//! Whether two ways of parting subjects have nothing to do with each other.

use statrs::distribution::{ChiSquared, ContinuousCDF};

/// p of Pearson's χ² test that hits are as frequent in every bin: Σ (observed − expected)² ÷ expected over hits and misses,
/// by bins − 1 degrees of freedom (Pearson 1900). `counts` are hits and misses of each bin; empty bins count for nothing.
/// `None` with fewer than two bins, or where all or none are hits.
pub fn independent(counts: &[(u64, u64)]) -> Option<f64> {
    let held: Vec<(f64, f64)> =
        counts.iter().filter(|of| of.0 + of.1 > 0).map(|of| (of.0 as f64, of.1 as f64)).collect();
    let (hits, misses) = held.iter().fold((0.0, 0.0), |sum, of| (sum.0 + of.0, sum.1 + of.1));
    if held.len() < 2 || hits == 0.0 || misses == 0.0 {
        return None;
    }
    let rate = hits / (hits + misses);
    let deviation = |(hits, misses): &(f64, f64)| {
        let n = hits + misses;
        (hits - n * rate).powi(2) / (n * rate * (1.0 - rate))
    };
    let statistic: f64 = held.iter().map(deviation).sum();
    Some(ChiSquared::new((held.len() - 1) as f64).ok()?.sf(statistic))
}

#[cfg(test)]
mod tests {
    use super::independent;

    #[test]
    fn pearson_is_that_of_peers() {
        // scipy.stats.chi2_contingency([[10, 20], [30, 25], [5, 9]], correction=False).pvalue
        let told = independent(&[(10, 20), (30, 25), (0, 0), (5, 9)]).unwrap();
        assert!((told - 0.12575588166493726).abs() < 1e-9, "{told}");
        assert_eq!(independent(&[(3, 4)]), None);
        assert_eq!(independent(&[(3, 0), (4, 0)]), None);
    }
}
