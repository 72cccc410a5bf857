//! Gradients and Hessians of the log loss as whole numbers, so that their sums do not depend on the order of rows.
//!
//! With p = 1 / (1 + e^−margin), the gradient of a row is w (p − outcome), its Hessian w p (1 − p). Both are rounded to
//! multiples of a power of two that is as small as sums over all rows allow, and travel together: a row as two 16-bit
//! halves of an `i32`, a sum as two 32-bit halves of an `i64`, gradient × 2³² + Hessian, so that adding to both costs
//! one addition. The Hessian never is negative, so that it never borrows from the gradient.

/// Bits of a sum's half that rows may fill: one is the sign's, one is to spare.
const SUM_BITS: u32 = 30;
/// Bits behind the point, at most, of a gradient (at most 1) and of a Hessian (at most a quarter).
const GRADIENT_BITS_MAX: u32 = 14;
const HESSIAN_BITS_MAX: u32 = 17;
/// 1.5 × 2²³: adding it to a small number rounds that to a whole one, which is then the sum's low bits.
const ROUNDER: f32 = 12_582_912.0;
/// Rows whose gradients are computed side by side.
const AT_ONCE: usize = 64;
/// Where a margin is so far out, its gradient is 0 or 1 to all our digits.
const MARGIN_MAX: f32 = 30.0;

/// What one stands for in whole numbers: powers of two.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Scale {
    pub gradient: f32,
    pub hessian: f32,
}

impl Scale {
    /// The finest with which sums over so many rows, each of weight at most 1, fit their halves.
    pub(super) fn of(n_rows: usize) -> Self {
        let bits_left = SUM_BITS.saturating_sub(n_rows.max(1).next_power_of_two().ilog2());
        let power = |bits: u32| 2f32.powi(bits as i32);
        Self {
            gradient: power(bits_left.min(GRADIENT_BITS_MAX)),
            hessian: power((bits_left + 2).min(HESSIAN_BITS_MAX)),
        }
    }
}

/// The gradient's half of a sum.
#[inline]
pub(super) fn gradient(sum: i64) -> i32 {
    (sum >> 32) as i32
}

/// The Hessian's half of a sum.
#[inline]
pub(super) fn hessian(sum: i64) -> i32 {
    sum as i32
}

/// A row's two halves as a sum's.
#[inline]
pub(super) fn widen(pair: i32) -> i64 {
    (i64::from(pair >> 16) << 32) | i64::from(pair & 0xffff)
}

/// The gradient and the Hessian of every row; `weights` are at most 1.
pub(super) fn pairs(margins: &[f64], outcomes: &[bool], weights: Option<&[f32]>, scale: Scale, into: &mut [i32]) {
    let weights = weights.map(|weights| weights.chunks(AT_ONCE));
    let rows = into.chunks_mut(AT_ONCE).zip(margins.chunks(AT_ONCE)).zip(outcomes.chunks(AT_ONCE));
    let each = |((into, margins), outcomes): ((&mut [i32], &[f64]), &[bool]), weights: Option<&[f32]>| {
        let mut few = Few { margins: [0.0; AT_ONCE], outcomes: [0.0; AT_ONCE], weights: [1.0; AT_ONCE] };
        few.margins.iter_mut().zip(margins).for_each(|(few, margin)| *few = *margin as f32);
        few.outcomes.iter_mut().zip(outcomes).for_each(|(few, outcome)| *few = f32::from(u8::from(*outcome)));
        few.weights.iter_mut().zip(weights.unwrap_or_default()).for_each(|(few, weight)| *few = *weight);
        into.copy_from_slice(&few.pairs(scale)[..into.len()]);
    };
    match weights {
        None => rows.for_each(|rows| each(rows, None)),
        Some(weights) => rows.zip(weights).for_each(|(rows, weights)| each(rows, Some(weights))),
    }
}

/// Some rows side by side in short numbers, so that the compiler takes several of them in one step.
struct Few {
    margins: [f32; AT_ONCE],
    outcomes: [f32; AT_ONCE],
    weights: [f32; AT_ONCE],
}

impl Few {
    #[inline]
    fn pairs(&self, scale: Scale) -> [i32; AT_ONCE] {
        std::array::from_fn(|at| pair(self.margins[at], self.outcomes[at], self.weights[at], scale))
    }
}

#[inline]
fn pair(margin: f32, outcome: f32, weight: f32, scale: Scale) -> i32 {
    let probability = logistic(margin);
    let gradient = weight * (probability - outcome);
    let hessian = weight * (probability * (1.0 - probability));
    (round(gradient * scale.gradient) << 16) | round(hessian * scale.hessian)
}

#[inline]
fn round(number: f32) -> i32 {
    (number + ROUNDER).to_bits() as i32 - ROUNDER.to_bits() as i32
}

/// 1 / (1 + e^−margin) to six digits: the same bits on every machine, which a library's exponential need not give, and
/// in a form that the compiler turns into vectors.
#[inline]
fn logistic(margin: f32) -> f32 {
    let margin = margin.clamp(-MARGIN_MAX, MARGIN_MAX);
    let exponent = margin * -std::f32::consts::LOG2_E;
    let shifted = exponent + ROUNDER;
    let rest = (exponent - (shifted - ROUNDER)) * std::f32::consts::LN_2;
    let series =
        1.0 + rest * (1.0 + rest * (1.0 / 2.0 + rest * (1.0 / 6.0 + rest * (1.0 / 24.0 + rest * (1.0 / 120.0)))));
    let whole = (shifted.to_bits() as i32).wrapping_sub(ROUNDER.to_bits() as i32);
    let power = f32::from_bits(((whole + 127) << 23) as u32);
    1.0 / (1.0 + power * series)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_gradient_and_hessian_to_the_scale() {
        let scale = Scale::of(1000);
        for step in -4000..=4000 {
            let margin = f64::from(step) / 100.0;
            let probability = 1.0 / (1.0 + (-margin).exp());
            for outcome in [false, true] {
                let sum = widen(pair(margin as f32, f32::from(u8::from(outcome)), 0.5, scale));
                let expected = 0.5 * (probability - f64::from(u8::from(outcome)));
                let found = f64::from(gradient(sum)) / f64::from(scale.gradient);
                assert!((found - expected).abs() < 0.51 / f64::from(scale.gradient), "{margin} {found} {expected}");
                let expected = 0.5 * probability * (1.0 - probability);
                let found = f64::from(hessian(sum)) / f64::from(scale.hessian);
                assert!((found - expected).abs() < 0.6 / f64::from(scale.hessian), "{margin} {found} {expected}");
            }
        }
    }

    #[test]
    fn sums_over_all_rows_fit_their_halves() {
        for n_rows in [1, 2, 1000, 65_536, 65_537, 1_000_000, 1 << 26] {
            let scale = Scale::of(n_rows);
            assert!(n_rows as f64 * f64::from(scale.gradient) <= f64::from(1 << SUM_BITS));
            assert!(n_rows as f64 * f64::from(scale.hessian) / 4.0 <= f64::from(1 << SUM_BITS));
            for margin in [-40.0f32, 0.0, 40.0] {
                for outcome in [false, true] {
                    let sum = widen(pair(margin, f32::from(u8::from(outcome)), 1.0, scale)) * n_rows as i64;
                    let probability = f64::from(logistic(margin));
                    let expected = (probability - f64::from(u8::from(outcome))) * f64::from(scale.gradient);
                    assert_eq!(f64::from(gradient(sum)), expected.round() * n_rows as f64);
                    assert!(hessian(sum) >= 0);
                }
            }
        }
    }
}
