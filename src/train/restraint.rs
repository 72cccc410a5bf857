//! The choice of a family's restraint.

/// Mean loss of every candidate over all rows, from the mean losses of parts: (rows of the part, mean loss by candidate).
/// Empty without rows.
pub(super) fn mean_losses<'a>(n_candidates: usize, parts: impl Iterator<Item = (usize, &'a Vec<f64>)>) -> Vec<f64> {
    let mut sums = vec![0.0; n_candidates];
    let mut n = 0.0;
    for (rows, losses) in parts {
        sums.iter_mut().zip(losses).for_each(|(sum, loss)| *sum += rows as f64 * loss);
        n += rows as f64;
    }
    if n > 0.0 { sums.into_iter().map(|sum| sum / n).collect() } else { Vec::new() }
}

/// The candidate with the least mean loss, of equal ones the more restrained, which is the later one; the middle one
/// where nothing was compared.
pub(super) fn best(n_candidates: usize, means: &[f64]) -> usize {
    let least = means.iter().enumerate().rev().min_by(|a, b| a.1.total_cmp(b.1));
    least.map_or(n_candidates / 2, |(candidate, _)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_weigh_by_their_rows() {
        let (small, large) = (vec![0.2, 0.9], vec![0.8, 0.5]);
        let means = mean_losses(2, [(10, &small), (30, &large)].into_iter());
        assert_eq!(means.len(), 2);
        assert!((means[0] - 0.65).abs() < 1e-12 && (means[1] - 0.6).abs() < 1e-12);
        // unweighted, 0.5 against 0.7, the other would win
        assert_eq!(best(2, &means), 1);
    }

    #[test]
    fn ties_go_to_the_more_restrained_and_nothing_to_the_middle() {
        assert_eq!(best(3, &[0.5, 0.4, 0.4]), 2);
        assert_eq!(best(3, &mean_losses(3, [].into_iter())), 1);
    }
}
