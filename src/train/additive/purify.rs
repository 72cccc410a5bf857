//! Main effects taken out of a pair's table (Lengerich, Tan, Chang, Hooker & Caruana, 2020).

/// A table split into what its rows and columns add and what is left.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Pure {
    /// Of each row of the table; its weighted mean is taken along.
    pub first: Vec<f64>,
    pub second: Vec<f64>,
    /// Weighted sums over every row and every column are 0.
    pub table: Vec<f64>,
}

/// Splits `table` (n_first × n_second) by `weights` of its cells: value = first + second + table.
pub(super) fn purify(table: &[f64], weights: &[f64], n_second: usize) -> Pure {
    let n_first = table.len() / n_second;
    let mut pure = Pure { first: vec![0.0; n_first], second: vec![0.0; n_second], table: table.to_vec() };
    // once is enough in exact arithmetic; the second time takes out what rounding left
    for _ in 0..2 {
        let (first, second) = main_effects(&pure.table, weights, n_second);
        for (row, first) in pure.table.chunks_exact_mut(n_second).zip(&first) {
            row.iter_mut().zip(&second).for_each(|(cell, second)| *cell -= first + second);
        }
        pure.first.iter_mut().zip(&first).for_each(|(sum, first)| *sum += first);
        pure.second.iter_mut().zip(&second).for_each(|(sum, second)| *sum += second);
    }
    pure
}

/// The sum of two main effects that is nearest to a table in weighted squares.
///
/// The rows' effects are put into the equations of the columns' (their Schur complement), which are solved by
/// Cholesky's method; a column that the others already tell (in any case the last, as a constant may stand in rows or
/// columns) gets 0.
fn main_effects(table: &[f64], weights: &[f64], n_second: usize) -> (Vec<f64>, Vec<f64>) {
    let mut matrix = vec![0.0; n_second * n_second];
    let mut second = vec![0.0; n_second];
    let rows = || table.chunks_exact(n_second).zip(weights.chunks_exact(n_second));
    for (cells, weights) in rows() {
        let total: f64 = weights.iter().sum();
        if total <= 0.0 {
            continue;
        }
        let mean = dot(cells, weights) / total;
        for one in 0..n_second {
            second[one] += weights[one] * (cells[one] - mean);
            matrix[one * n_second + one] += weights[one];
            for other in 0..n_second {
                matrix[one * n_second + other] -= weights[one] * weights[other] / total;
            }
        }
    }
    solve(&mut matrix, &mut second);
    let first = rows().map(|(cells, weights)| {
        let total: f64 = weights.iter().sum();
        if total > 0.0 { (dot(cells, weights) - dot(&second, weights)) / total } else { 0.0 }
    });
    (first.collect(), second)
}

/// Solves a symmetric, consistent system that may be short of rank, in place.
fn solve(matrix: &mut [f64], sides: &mut [f64]) {
    let n = sides.len();
    let scale = (0..n).map(|at| matrix[at * n + at]).fold(0.0, f64::max);
    let mut used = vec![false; n];
    for pivot in 0..n {
        let diagonal = matrix[pivot * n + pivot];
        used[pivot] = diagonal > 1e-10 * scale;
        if !used[pivot] {
            continue;
        }
        for row in pivot + 1..n {
            let factor = matrix[row * n + pivot] / diagonal;
            (pivot..n).for_each(|column| matrix[row * n + column] -= factor * matrix[pivot * n + column]);
            sides[row] -= factor * sides[pivot];
        }
    }
    for pivot in (0..n).rev() {
        let told: f64 = (pivot + 1..n).map(|column| matrix[pivot * n + column] * sides[column]).sum();
        sides[pivot] = if used[pivot] { (sides[pivot] - told) / matrix[pivot * n + pivot] } else { 0.0 };
    }
}

fn dot(one: &[f64], other: &[f64]) -> f64 {
    one.iter().zip(other).map(|(one, other)| one * other).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pure_table_tells_nothing_alone() {
        for n_second in [2, 3, 9] {
            let table: Vec<f64> = (0..7 * n_second).map(|cell| ((cell * cell * 31) % 17) as f64 - 8.0).collect();
            for sparse in [1, 2, 3, 5] {
                let weights: Vec<f64> =
                    (0..table.len()).map(|cell| if cell % sparse == 0 { (cell % 11) as f64 } else { 0.0 }).collect();
                let pure = purify(&table, &weights, n_second);
                let cell = |row: usize, column: usize| row * n_second + column;
                let told = |at: usize| pure.table[at] * weights[at];
                for row in 0..7 {
                    assert!((0..n_second).map(|column| told(cell(row, column))).sum::<f64>().abs() < 1e-9);
                    for column in 0..n_second {
                        let sum = pure.first[row] + pure.second[column] + pure.table[cell(row, column)];
                        assert!((sum - table[cell(row, column)]).abs() < 1e-9);
                    }
                }
                for column in 0..n_second {
                    assert!((0..7).map(|row| told(cell(row, column))).sum::<f64>().abs() < 1e-9);
                }
            }
        }
    }
}
