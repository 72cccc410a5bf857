//! A million rows.

use std::time::Instant;

use super::tables::*;

#[test]
#[ignore = "a measurement, not a check"]
fn a_million_rows() {
    let n = 1_000_000usize;
    let draw = |row: usize, column: u64| {
        let z = (row as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ column.wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 29)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    };
    let mut columns =
        vec![column("id", (0..n).map(|row| format!("C{:07}", (row * 7919) % n)).collect::<Vec<String>>())];
    for k in 0..16u64 {
        columns.push(column(&format!("number_{k}"), (0..n).map(|row| draw(row, k)).collect::<Vec<f64>>()));
    }
    for k in 16..26u64 {
        let level = |row: usize| format!("level {}", (draw(row, k) * (k - 10) as f64) as u32);
        columns.push(column(&format!("level_{k}"), (0..n).map(level).collect::<Vec<String>>()));
    }
    let left = |row: usize| if draw(row, 3) + draw(row, 99) > 1.5 { "yes" } else { "no" };
    columns.push(column("left", (0..n).map(left).collect::<Vec<&str>>()));
    let frame = frame(columns);
    for _ in 0..3 {
        let input = frame.clone();
        let start = Instant::now();
        let checked = trustrisk::load::contract::check(input, &settings("left", "yes")).unwrap();
        println!("{:?}, {} findings", start.elapsed(), checked.findings.len());
    }
}
