//! Thresholds that others compare in single precision, as thresholds in double precision.

/// The largest number that, made single, is below `threshold`: x goes left where `(x as f32) < threshold`.
pub(super) fn below(threshold: f32) -> f64 {
    at_most(threshold.next_down())
}

/// The largest number that, made single, is at most `threshold`.
pub(super) fn at_most(threshold: f32) -> f64 {
    let next = threshold.next_up();
    if !threshold.is_finite() || !next.is_finite() {
        return f64::from(threshold).clamp(f64::MIN, f64::MAX);
    }
    // exact: two neighbors of 24 bits have their middle in 25
    let middle = f64::midpoint(f64::from(threshold), f64::from(next));
    if middle as f32 <= threshold { middle } else { middle.next_down() }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn thresholds_are_the_last_number_of_their_side(threshold in any::<f32>().prop_filter("a number", |x| x.is_finite() && x.abs() < 1e38)) {
            let last = at_most(threshold);
            prop_assert!(last as f32 <= threshold && last.next_up() as f32 > threshold);
            let last = below(threshold);
            prop_assert!((last as f32) < threshold && last.next_up() as f32 >= threshold);
        }
    }
}
