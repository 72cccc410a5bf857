//! Shapley values and interactions of one leaf, for every set of columns in which a subject can go the leaf's way.
//!
//! A leaf of value 1 is a game between the columns of its path: a coalition of known columns wins where each known
//! column goes the leaf's way in the subject, and each other one in whatever stands in for it. What stands in is either
//! a background subject, or a share of the cover; the answer depends on the subject only through the set of columns in
//! which it goes the leaf's way.

use super::quadrature::gauss_legendre;
use crate::base::model::Standing;

/// What stands in for columns that are not known.
#[derive(Debug, Clone, Copy)]
pub(super) enum Unknown<'a> {
    /// For each column the share of the cover that goes the leaf's way, independently of the others.
    Shares(&'a [f64]),
    /// Background subjects, jointly: how they stand at the leaf, and how many they are.
    Background(&'a Standing, f64),
}

/// For each column a table over all 2^`n_columns` sets, by number of the set: what the column is worth.
pub(super) fn values(n_columns: usize, unknown: Unknown<'_>) -> Vec<Vec<f64>> {
    let mut tables = vec![vec![0.0; 1 << n_columns]; n_columns];
    match unknown {
        Unknown::Shares(shares) => {
            for (point, weight) in gauss_legendre(n_columns.div_ceil(2)) {
                let products = products(shares, point, weight);
                for (column, table) in tables.iter_mut().enumerate() {
                    let [fails, holds] = slopes(shares[column], point);
                    for (set, value) in table.iter_mut().enumerate() {
                        *value += products[set] * if set >> column & 1 == 1 { holds } else { fails };
                    }
                }
            }
        }
        Unknown::Background(standing, n) => {
            hybrids(n_columns, standing, n, |hybrid| {
                let Hybrid { set, only_subject, only_background, share } = hybrid;
                let (a, b) = (only_subject.count_ones() as usize, only_background.count_ones() as usize);
                for (column, table) in tables.iter_mut().enumerate() {
                    if only_subject >> column & 1 == 1 {
                        table[set] += share * beta(a - 1, b);
                    } else if only_background >> column & 1 == 1 {
                        table[set] -= share * beta(a, b - 1);
                    }
                }
            });
        }
    }
    tables
}

/// For each pair of columns (first < second, in lexical order) a table likewise: the Shapley interaction index of
/// Grabisch and Roubens (1999), ∫₀¹ ∂²/∂s₁∂s₂ of the game's multilinear extension along its diagonal.
pub(super) fn interactions(n_columns: usize, unknown: Unknown<'_>) -> Vec<Vec<f64>> {
    let pairs: Vec<(usize, usize)> = pairs(n_columns).collect();
    let mut tables = vec![vec![0.0; 1 << n_columns]; pairs.len()];
    match unknown {
        Unknown::Shares(shares) => {
            for (point, weight) in gauss_legendre(n_columns.div_ceil(2)) {
                let products = products(shares, point, weight);
                for (table, &(first, second)) in tables.iter_mut().zip(&pairs) {
                    let (first_slopes, second_slopes) = (slopes(shares[first], point), slopes(shares[second], point));
                    for (set, value) in table.iter_mut().enumerate() {
                        *value += products[set] * first_slopes[set >> first & 1] * second_slopes[set >> second & 1];
                    }
                }
            }
        }
        Unknown::Background(standing, n) => {
            hybrids(n_columns, standing, n, |hybrid| {
                let Hybrid { set, only_subject, only_background, share } = hybrid;
                let (a, b) = (only_subject.count_ones() as usize, only_background.count_ones() as usize);
                let side = |column: usize| (only_subject >> column & 1, only_background >> column & 1);
                for (table, &(first, second)) in tables.iter_mut().zip(&pairs) {
                    table[set] += match (side(first), side(second)) {
                        ((1, _), (1, _)) => share * beta(a - 2, b),
                        ((_, 1), (_, 1)) => share * beta(a, b - 2),
                        ((1, _), (_, 1)) | ((_, 1), (1, _)) => -share * beta(a - 1, b - 1),
                        _ => 0.0,
                    };
                }
            });
        }
    }
    tables
}

/// Pairs of columns, first < second, in lexical order.
pub(super) fn pairs(n_columns: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..n_columns).flat_map(move |first| (first + 1..n_columns).map(move |second| (first, second)))
}

/// By set, `weight` × the product over all columns of the chance that it goes the leaf's way where it is known with
/// chance `point`.
fn products(shares: &[f64], point: f64, weight: f64) -> Vec<f64> {
    let mut products = vec![weight];
    for share in shares {
        let fails = share * (1.0 - point);
        let holds = fails + point;
        let held: Vec<f64> = products.iter().map(|product| product * holds).collect();
        products.iter_mut().for_each(|product| *product *= fails);
        products.extend(held);
    }
    products
}

/// (known − unknown) / factor of a column, where it fails and where it holds. A share of 0 makes the factor 0 where it
/// fails; the quotient's limit times the product, which is 0 too, is then what it should be.
fn slopes(share: f64, point: f64) -> [f64; 2] {
    [-1.0 / (1.0 - point), (1.0 - share) / (share * (1.0 - point) + point)]
}

/// A subject and background subjects that together can reach the leaf.
struct Hybrid {
    /// Columns in which the subject goes the leaf's way.
    set: usize,
    /// Columns in which only the subject does: they must be known.
    only_subject: usize,
    /// Columns in which only the background does: they must not.
    only_background: usize,
    /// Share of the background that stands so.
    share: f64,
}

fn hybrids(n_columns: usize, standing: &Standing, n: f64, mut tell: impl FnMut(Hybrid)) {
    let all = (1usize << n_columns) - 1;
    for &(stands, count) in standing {
        let stands = usize::from(stands);
        let (only_subject, share) = (all & !stands, f64::from(count) / n);
        // every set that holds what the background does not: `also` runs through the subsets of what it does
        let mut also = stands;
        loop {
            tell(Hybrid { set: only_subject | also, only_subject, only_background: stands & !also, share });
            if also == 0 {
                break;
            }
            also = (also - 1) & stands;
        }
    }
}

/// ∫₀¹ s^a (1 − s)^b ds = a! b! / (a + b + 1)!: the weight of coalitions by size, for at most a few columns.
fn beta(a: usize, b: usize) -> f64 {
    let mut value = 1.0 / (a + b + 1) as f64;
    for i in 0..b {
        value *= (b - i) as f64 / (a + b - i) as f64;
    }
    value
}
