//! Which unknowns of linear equations are determined.

/// Coefficients below this are rounding.
const ZERO: f64 = 1e-9;

/// The unknowns that have one value only whatever the others are: those that stand alone in a row of the reduced echelon
/// form. `equations` are n_equations × n_unknowns coefficients; their right sides do not matter.
pub(super) fn determined(mut equations: Vec<Vec<f64>>) -> Vec<usize> {
    reduce(&mut equations);
    let alone = |line: &Vec<f64>| {
        let mut filled = line.iter().enumerate().filter(|(_, x)| x.abs() > ZERO).map(|(at, _)| at);
        filled.next().filter(|_| filled.next().is_none())
    };
    equations.iter().filter_map(alone).collect()
}

/// Reduced row echelon form, in place (Gauss–Jordan with partial pivoting).
fn reduce(matrix: &mut [Vec<f64>]) {
    let n_columns = matrix.first().map_or(0, Vec::len);
    let mut top = 0;
    for column in 0..n_columns {
        let pivot = (top..matrix.len()).max_by(|a, b| matrix[*a][column].abs().total_cmp(&matrix[*b][column].abs()));
        let Some(pivot) = pivot.filter(|pivot| matrix[*pivot][column].abs() > ZERO) else { continue };
        matrix.swap(top, pivot);
        let scale = matrix[top][column];
        matrix[top].iter_mut().for_each(|x| *x /= scale);
        let line = matrix[top].clone();
        for other in (0..matrix.len()).filter(|other| *other != top) {
            let factor = matrix[other][column];
            if factor.abs() > ZERO {
                matrix[other].iter_mut().zip(&line).for_each(|(x, pivot)| *x -= factor * pivot);
            }
        }
        top += 1;
    }
}
