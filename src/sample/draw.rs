//! The few draws that the generator makes, written out, so that its bytes hang on no library's algorithms.

use rand::{Rng, SeedableRng};

use crate::base::seed::{Seed, Stream};

/// Draws of one stream.
pub struct Draws(Stream);

impl Draws {
    /// The draws of number `idx` of a named part: they depend on nothing that other numbers draw.
    pub fn of(part: Seed, idx: usize) -> Self {
        Self(Stream::seed_from_u64(part.hash(&(idx as u64).to_le_bytes())))
    }

    /// A number in [0, 1), a multiple of 2⁻⁵³.
    pub fn uniform(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 / 9_007_199_254_740_992.0
    }

    /// A number in [low, high).
    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.uniform()
    }

    /// One of 0, 1, …, n − 1; 0 where n is 0.
    pub fn below(&mut self, n: usize) -> usize {
        ((self.uniform() * n as f64) as usize).min(n.saturating_sub(1))
    }

    /// Whether an event of this probability happens.
    pub fn chance(&mut self, probability: f64) -> bool {
        self.uniform() < probability
    }

    /// A standard normal number (Box and Muller 1958).
    pub fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.uniform()).ln()).sqrt();
        radius * (std::f64::consts::TAU * self.uniform()).cos()
    }

    /// A Poisson count, by inversion; meant for means up to about 30, never above 200.
    pub fn poisson(&mut self, mean: f64) -> u32 {
        let target = self.uniform();
        let (mut count, mut term) = (0u32, (-mean).exp());
        let mut sum = term;
        while sum < target && count < 200 {
            count += 1;
            term *= mean / f64::from(count);
            sum += term;
        }
        count
    }

    /// An exponential number of this mean, by inversion.
    pub fn exponential(&mut self, mean: f64) -> f64 {
        -mean * (1.0 - self.uniform()).ln()
    }

    /// An index with probability in proportion to its weight; 0 where there are none.
    pub fn pick(&mut self, weights: &[f64]) -> usize {
        let mut left = self.uniform() * weights.iter().sum::<f64>();
        for (idx, weight) in weights.iter().enumerate() {
            left -= weight;
            if left < 0.0 {
                return idx;
            }
        }
        weights.len().saturating_sub(1)
    }

    /// One of several, all alike.
    pub fn one_of<'a>(&mut self, items: &[&'a str]) -> &'a str {
        items.get(self.below(items.len())).copied().unwrap_or_default()
    }
}

/// Rounds to so many decimals, so that differences between machines' functions stay below what is written.
pub fn round(value: f64, decimals: i32) -> f64 {
    let scale = 10f64.powi(decimals);
    (value * scale).round() / scale
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_have_their_means() {
        let mut draws = Draws::of(Seed(7).child("test"), 3);
        let n = 20_000;
        let mean = |values: Vec<f64>| values.iter().sum::<f64>() / f64::from(n);
        // four standard errors of each mean
        assert!((mean((0..n).map(|_| draws.uniform()).collect()) - 0.5).abs() < 0.009);
        assert!(mean((0..n).map(|_| draws.normal()).collect()).abs() < 0.029);
        assert!((mean((0..n).map(|_| f64::from(draws.poisson(2.5))).collect()) - 2.5).abs() < 0.045);
        assert!((mean((0..n).map(|_| draws.exponential(3.0)).collect()) - 3.0).abs() < 0.085);
        assert!((mean((0..n).map(|_| draws.pick(&[1.0, 3.0]) as f64).collect()) - 0.75).abs() < 0.013);
    }

    #[test]
    fn the_first_draws_are_fixed() {
        let mut draws = Draws::of(Seed(7), 0);
        let first: Vec<f64> = (0..3).map(|_| round(draws.uniform(), 6)).collect();
        assert_eq!(first, FIRST);
    }

    const FIRST: [f64; 3] = [0.347_203, 0.420_229, 0.234_17];
}
