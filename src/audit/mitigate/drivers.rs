//! Which columns drive a gap between groups.

/// Each column's share of the spread of the groups' mean scores, in points: cov(m_gc, s_g) / sd(s_g), with m_gc the mean
/// points of column c in group g, s_g their sum over columns, and groups weighted by their shares of all subjects.
///
/// Shares add up to sd(s_g); a column that works against the gap has a negative one, and a small group counts for
/// little. `sums` are points by group and column, summed over the group's subjects and divided by the number of all;
/// `shares` are the groups' shares of all subjects. All are 0 where the groups' mean scores are alike.
pub fn drivers(sums: &[Vec<f64>], shares: &[f64]) -> Vec<f64> {
    let n_columns = sums.first().map_or(0, Vec::len);
    let overall: Vec<f64> = (0..n_columns).map(|column| sums.iter().map(|sums| sums[column]).sum()).collect();
    let all: f64 = overall.iter().sum();
    let (mut covariances, mut variance) = (vec![0.0; n_columns], 0.0);
    for (sums, share) in sums.iter().zip(shares).filter(|(_, share)| **share > 0.0) {
        // what the group's mean score lies above that of all
        let above = sums.iter().sum::<f64>() / share - all;
        variance += share * above * above;
        for ((covariance, sum), overall) in covariances.iter_mut().zip(sums).zip(&overall) {
            *covariance += (sum - share * overall) * above;
        }
    }
    let spread = variance.sqrt();
    covariances.into_iter().map(|covariance| if spread > 0.0 { covariance / spread } else { 0.0 }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_add_up_to_the_spread_of_the_mean_scores() {
        // two groups, 3 of 4 and 1 of 4: mean points (1, -2, 0) and (5, 0, 0)
        let told = drivers(&[vec![0.75, -1.5, 0.0], vec![1.25, 0.0, 0.0]], &[0.75, 0.25]);
        let spread = (0.75f64 * 0.25).sqrt() * 6.0;
        assert!((told.iter().sum::<f64>() - spread).abs() < 1e-12);
        assert!((told[0] / told[1] - 2.0).abs() < 1e-12 && told[2] == 0.0);
        // one that works against the gap
        assert!(drivers(&[vec![1.0, -0.5], vec![2.0, -1.0]], &[0.5, 0.5])[1] < 0.0);
        assert_eq!(drivers(&[vec![0.5], vec![0.5]], &[0.5, 0.5]), [0.0]);
        assert!(drivers(&[], &[]).is_empty());
    }
}
