//! The choice of the penalty.

/// Every penalty with its mean loss over all rows, from the mean losses of parts: (rows of the part, mean loss by
/// penalty). Empty without rows.
pub(super) fn mean_losses<'a>(
    penalties: &[f64],
    parts: impl Iterator<Item = (usize, &'a Vec<f64>)>,
) -> Vec<(f64, f64)> {
    let mut sums = vec![0.0; penalties.len()];
    let mut n = 0.0;
    for (rows, losses) in parts {
        sums.iter_mut().zip(losses).for_each(|(sum, loss)| *sum += rows as f64 * loss);
        n += rows as f64;
    }
    penalties.iter().zip(sums).filter(|_| n > 0.0).map(|(penalty, sum)| (*penalty, sum / n)).collect()
}

/// The penalty with the least mean loss, of equal ones the larger; the middle one where nothing was compared.
pub(super) fn best(penalties: &[f64], means: &[(f64, f64)]) -> f64 {
    let middle = penalties.get(penalties.len() / 2).copied().unwrap_or(1.0);
    means.iter().rev().min_by(|a, b| a.1.total_cmp(&b.1)).map_or(middle, |best| best.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_weigh_by_their_rows() {
        let (small, large) = (vec![0.2, 0.9], vec![0.8, 0.5]);
        let means = mean_losses(&[1.0, 3.0], [(10, &small), (30, &large)].into_iter());
        assert_eq!(means.len(), 2);
        assert!((means[0].1 - 0.65).abs() < 1e-12 && (means[1].1 - 0.6).abs() < 1e-12);
        // unweighted, 0.5 against 0.7, the other would win
        assert!((best(&[1.0, 3.0], &means) - 3.0).abs() < 1e-12);
    }

    #[test]
    fn ties_go_to_the_larger_and_nothing_to_the_middle() {
        let penalties = [0.1, 1.0, 10.0];
        assert!((best(&penalties, &[(0.1, 0.5), (1.0, 0.4), (10.0, 0.4)]) - 10.0).abs() < 1e-12);
        assert!((best(&penalties, &mean_losses(&penalties, [].into_iter())) - 1.0).abs() < 1e-12);
    }
}
