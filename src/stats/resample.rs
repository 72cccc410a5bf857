//! Bootstrap replicates of counts: new counts are drawn, never rows.

use rand::RngExt;
use rand_distr::{Binomial, Distribution};
use rand_xoshiro::Xoshiro256PlusPlus;

/// Draws `n` units, each kind in proportion to its weight (multinomial): a binomial draw a kind, given the rest.
pub fn multinomial(n: u64, weights: &[u64], drawn: &mut [u64], stream: &mut Xoshiro256PlusPlus) {
    let (mut weight, mut left): (u64, u64) = (weights.iter().sum(), n);
    for (count, drawn) in weights.iter().zip(drawn) {
        *drawn = match *count {
            0 => 0,
            all if all == weight => left,
            count => Binomial::new(left, count as f64 / weight as f64).map_or(0, |binomial| binomial.sample(stream)),
        };
        weight -= count;
        left -= *drawn;
    }
}

/// How often each of `n` units is drawn where `n` are drawn with replacement.
pub fn with_replacement(n: usize, stream: &mut Xoshiro256PlusPlus) -> Vec<u32> {
    let mut times = vec![0; n];
    for _ in 0..n {
        times[stream.random_range(0..n)] += 1;
    }
    times
}

/// The percentile interval of a figure from its replicates, shifted by the difference between the value and their mean
/// (which takes out what resampling adds to maxima, minima and squares), widened to contain the value and cut to `bounds`.
///
/// `None` where over a tenth of `n_replicates` left the figure undefined, or not 0 < confidence < 1.
pub fn interval(
    value: f64,
    mut draws: Vec<f64>,
    n_replicates: usize,
    bounds: (f64, f64),
    confidence: f64,
) -> Option<(f64, f64)> {
    if draws.is_empty() || draws.len() * 10 < n_replicates * 9 || !(confidence > 0.0 && confidence < 1.0) {
        return None;
    }
    let shift = value - draws.iter().sum::<f64>() / draws.len() as f64;
    let outside = (1.0 - confidence) / 2.0;
    let low = quantile(&mut draws, outside)? + shift;
    let high = quantile(&mut draws, 1.0 - outside)? + shift;
    Some((low.max(bounds.0).min(value), high.min(bounds.1).max(value)))
}

/// Quantile of values, infinite ones among them, by linear interpolation between order statistics (type 7 of Hyndman & Fan
/// 1996); `None` of none.
/// Reorders the values. O(n).
pub fn quantile(values: &mut [f64], probability: f64) -> Option<f64> {
    let place = probability.clamp(0.0, 1.0) * values.len().checked_sub(1)? as f64;
    let (_, low, above) = values.select_nth_unstable_by(place.floor() as usize, f64::total_cmp);
    let next = above.iter().copied().min_by(f64::total_cmp).filter(|next| place.fract() > 0.0 && next > low);
    Some(next.map_or(*low, |next| *low + place.fract() * (next - *low)))
}
