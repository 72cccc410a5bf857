//! p-values corrected for how many were looked at.

/// Adjusted p-values that hold the chance of one false rejection or more at the level (Holm 1979): of the ascending p,
/// max over j ≤ i of (m − j + 1) p₍ⱼ₎, at most 1. In the order of `p`.
pub fn holm(p: &[f64]) -> Vec<f64> {
    let m = p.len();
    let mut adjusted = vec![0.0; m];
    let mut highest = 0.0_f64;
    for (place, at) in ascending(p).into_iter().enumerate() {
        highest = highest.max((m - place) as f64 * p[at]).min(1.0);
        adjusted[at] = highest;
    }
    adjusted
}

/// Adjusted p-values that hold the expected share of false ones among the rejected at the level (Benjamini and Hochberg
/// 1995): of the ascending p, min over j ≥ i of m p₍ⱼ₎ ÷ j, at most 1. In the order of `p`. Valid for independent and for
/// positively dependent tests.
pub fn benjamini_hochberg(p: &[f64]) -> Vec<f64> {
    let m = p.len();
    let mut adjusted = vec![0.0; m];
    let mut lowest = 1.0_f64;
    for (place, at) in ascending(p).into_iter().enumerate().rev() {
        lowest = lowest.min(m as f64 * p[at] / (place + 1) as f64);
        adjusted[at] = lowest;
    }
    adjusted
}

fn ascending(p: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_by(|a, b| p[*a].total_cmp(&p[*b]).then(a.cmp(b)));
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    /// statsmodels `multipletests([.01, .04, .03, .005], method="holm")` and `"fdr_bh"`.
    #[test]
    fn corrections_are_those_of_statsmodels() {
        let p = [0.01, 0.04, 0.03, 0.005];
        let close = |told: Vec<f64>, expected: [f64; 4]| {
            assert!(told.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-15), "{told:?}");
        };
        close(holm(&p), [0.03, 0.06, 0.06, 0.02]);
        close(benjamini_hochberg(&p), [0.02, 0.04, 0.04, 0.02]);
        assert!(holm(&[]).is_empty());
        assert_eq!(holm(&[0.9, 0.8]), [1.0, 1.0]);
    }
}
