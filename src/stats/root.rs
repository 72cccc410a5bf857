//! Where a function crosses a value.

/// Steps at most: brackets shrink to neighboring numbers long before.
const STEPS: usize = 200;

/// The place in `within` where a decreasing function equals `target`, or the end beyond which it lies (bisection).
pub fn decreasing(function: impl Fn(f64) -> f64, target: f64, within: (f64, f64)) -> f64 {
    let (mut low, mut high) = within;
    for _ in 0..STEPS {
        let middle = f64::midpoint(low, high);
        if middle <= low || middle >= high || high - low < 1e-13 * middle.abs().max(1e-3) {
            break;
        }
        if function(middle) > target {
            low = middle;
        } else {
            high = middle;
        }
    }
    f64::midpoint(low, high)
}
