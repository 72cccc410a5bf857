//! A logistic regression of three functions, so that the sample is judged by nothing of the engine.

/// Maximum-likelihood coefficients and their standard errors.
pub fn newton(x: &[Vec<f64>], y: &[f64]) -> Vec<(f64, f64)> {
    let n = x[0].len();
    let scale: Vec<f64> = (0..n).map(|j| x.iter().map(|row| row[j].abs()).fold(1e-9, f64::max)).collect();
    let mut weights = vec![0.0; n];
    let mut covariance = Vec::new();
    for _ in 0..25 {
        let mut gradient = vec![0.0; n];
        let mut hessian = vec![vec![0.0; n]; n];
        for (row, outcome) in x.iter().zip(y) {
            let row: Vec<f64> = row.iter().zip(&scale).map(|(value, scale)| value / scale).collect();
            let p = trustrisk::base::calibrator::logistic(row.iter().zip(&weights).map(|(a, b)| a * b).sum());
            for i in 0..n {
                gradient[i] += (outcome - p) * row[i];
                for j in 0..n {
                    hessian[i][j] += p * (1.0 - p) * row[i] * row[j];
                }
            }
        }
        covariance = inverse(hessian);
        for i in 0..n {
            weights[i] += (0..n).map(|j| covariance[i][j] * gradient[j]).sum::<f64>();
        }
    }
    (0..n).map(|i| (weights[i] / scale[i], covariance[i][i].sqrt() / scale[i])).collect()
}

fn inverse(mut a: Vec<Vec<f64>>) -> Vec<Vec<f64>> {
    let n = a.len();
    let mut b: Vec<Vec<f64>> = (0..n).map(|i| (0..n).map(|j| f64::from(u8::from(i == j))).collect()).collect();
    for k in 0..n {
        let pivot = (k..n).max_by(|i, j| a[*i][k].abs().total_cmp(&a[*j][k].abs())).unwrap();
        a.swap(k, pivot);
        b.swap(k, pivot);
        let divisor = a[k][k];
        assert!(divisor.abs() > 1e-12, "column {k} is a combination of others");
        for j in 0..n {
            a[k][j] /= divisor;
            b[k][j] /= divisor;
        }
        for i in (0..n).filter(|i| *i != k) {
            let factor = a[i][k];
            for j in 0..n {
                a[i][j] -= factor * a[k][j];
                b[i][j] -= factor * b[k][j];
            }
        }
    }
    b
}

pub fn auc(x: &[Vec<f64>], y: &[f64], fit: &[(f64, f64)]) -> f64 {
    let margin = |row: &Vec<f64>| row.iter().zip(fit).map(|(value, (weight, _))| value * weight).sum::<f64>();
    let mut ranked: Vec<(f64, f64)> = x.iter().map(margin).zip(y.iter().copied()).collect();
    ranked.sort_by(|a, b| a.0.total_cmp(&b.0));
    let n_positive: f64 = y.iter().sum();
    let ranks: f64 = ranked.iter().enumerate().filter(|(_, (_, y))| *y > 0.5).map(|(rank, _)| rank as f64 + 1.0).sum();
    (ranks - n_positive * (n_positive + 1.0) / 2.0) / (n_positive * (y.len() as f64 - n_positive))
}
