//! Exact tests.

/// Tables at most this much likelier than the observed one count as equally likely: room for rounding.
const TOLERANCE: f64 = 1.0 + 1e-7;

/// Terms this much smaller than both the largest and the observed one are dropped.
const NEGLIGIBLE: f64 = 1e-20;

/// Fisher's exact test of a 2 × 2 table `[[a, b], [c, d]]`, two-sided (Fisher 1935).
///
/// p = Σ of the hypergeometric probabilities, given the margins, of all tables that are at most as likely as the
/// observed one (relative tolerance 1e-7). 1 where a margin is 0. Below about 1e-300 it is 0. Steps grow with the
/// spread of the distribution, about the square root of the counts.
pub fn fisher_exact_two_sided(a: u64, b: u64, c: u64, d: u64) -> f64 {
    let table = Hypergeometric::new(a, b, c, d);
    let observed = table.weight(a);
    let (mut extreme, mut total) = (0.0, 0.0);
    for upward in [true, false] {
        for (weight, first) in table.walk(upward) {
            if first && !upward {
                continue;
            }
            total += weight;
            if weight <= observed * TOLERANCE {
                extreme += weight;
            }
            if weight <= NEGLIGIBLE * observed {
                break;
            }
        }
    }
    if total > 0.0 { (extreme / total).min(1.0) } else { 1.0 }
}

/// Relative probabilities of the upper left cell, 1 at the mode.
struct Hypergeometric {
    low: u64,
    high: u64,
    mode: u64,
    row: u64,
    column: u64,
    /// n − row − column, which may be negative.
    rest: i128,
}

impl Hypergeometric {
    fn new(a: u64, b: u64, c: u64, d: u64) -> Self {
        let (row, column) = (a + b, a + c);
        let rest = i128::from(d) - i128::from(a);
        let low = u64::try_from(-rest).unwrap_or(0);
        let high = row.min(column);
        let n = u128::from(row) + u128::from(c) + u128::from(d);
        let mode = (u128::from(row) + 1) * (u128::from(column) + 1) / (n + 2);
        let mode = u64::try_from(mode).unwrap_or(high).clamp(low, high);
        Self { low, high, mode, row, column, rest }
    }

    /// Probability of `x + 1` over that of `x`.
    fn step(&self, x: u64) -> f64 {
        let up = (self.row - x) as f64 * (self.column - x) as f64;
        let down = (x + 1) as f64 * (self.rest + i128::from(x) + 1) as f64;
        up / down
    }

    /// Weights from the mode to one end, with a mark on the mode itself.
    fn walk(&self, upward: bool) -> impl Iterator<Item = (f64, bool)> + '_ {
        let (mut x, mut weight) = (self.mode, 1.0);
        let mode = std::iter::once((1.0, true));
        mode.chain(std::iter::from_fn(move || {
            if upward && x < self.high {
                weight *= self.step(x);
                x += 1;
            } else if !upward && x > self.low {
                x -= 1;
                weight /= self.step(x);
            } else {
                return None;
            }
            Some((weight, false))
        }))
    }

    fn weight(&self, x: u64) -> f64 {
        let steps = usize::try_from(x.abs_diff(self.mode)).unwrap_or(usize::MAX);
        self.walk(x > self.mode).nth(steps).map_or(0.0, |(weight, _)| weight)
    }
}
