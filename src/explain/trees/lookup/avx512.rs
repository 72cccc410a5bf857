//! The same sums by byte permutations: 64 rows look a table of 128 cells up in one instruction.
//!
//! The one place that speaks to the processor directly. What is unsafe in it: calls of functions for instructions that
//! were found to be there, and loads and stores of arrays that are as long as a register.
#![allow(unsafe_code)]

use std::arch::x86_64::*;

use super::{STRIP, Scratch, Sums, add_margins, add_portable};
use crate::explain::trees::planes::Test;
use crate::explain::trees::tables::{Cells, Leaves, Lookup, Packed};

const N_CHUNKS: usize = STRIP / 64;

pub(super) fn is_there() -> bool {
    std::arch::is_x86_feature_detected!("avx512f")
        && std::arch::is_x86_feature_detected!("avx512bw")
        && std::arch::is_x86_feature_detected!("avx512vl")
        && std::arch::is_x86_feature_detected!("avx512dq")
        && std::arch::is_x86_feature_detected!("avx512vbmi")
}

pub(super) fn add(tree: &Packed, at: usize, codes: &[u8], sums: &mut Sums<'_>, scratch: &mut Scratch) {
    // SAFETY: `Instructions::Avx512` exists only where `is_there` said so.
    unsafe { add_avx512(tree, at, codes, sums, scratch) }
}

pub(super) fn add_avx2(tree: &Packed, at: usize, codes: &[u8], sums: &mut Sums<'_>, scratch: &mut Scratch) {
    #[target_feature(enable = "avx2")]
    fn inner(tree: &Packed, at: usize, codes: &[u8], sums: &mut Sums<'_>, scratch: &mut Scratch) {
        add_portable(tree, at, codes, sums, scratch);
    }
    // SAFETY: `Instructions::Avx2` exists only where it was detected.
    unsafe { inner(tree, at, codes, sums, scratch) }
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vbmi")]
fn add_avx512(tree: &Packed, at: usize, codes: &[u8], sums: &mut Sums<'_>, scratch: &mut Scratch) {
    let Cells::Planes(cells) = &tree.cells else {
        return add_portable(tree, at, codes, sums, scratch);
    };
    answer(tree, at, codes, sums.stride, scratch);
    gather_bits(tree, scratch);
    add_margins(tree, at, sums.margins, scratch);
    for (output, lookups) in &tree.lookups {
        let begin = *output as usize * sums.stride + at;
        let sums = &mut sums.whole[begin..begin + STRIP];
        add_half(cells, lookups, sums, &scratch.sets, 0);
        add_half(cells, lookups, sums, &scratch.sets, 1);
    }
}

#[inline]
#[target_feature(enable = "avx512f")]
fn load(bytes: &[u8], chunk: usize) -> __m512i {
    let bytes = &bytes[64 * chunk..64 * (chunk + 1)];
    // SAFETY: the slice is 64 bytes long.
    unsafe { _mm512_loadu_si512(bytes.as_ptr().cast()) }
}

#[inline]
#[target_feature(enable = "avx512f")]
fn store(bytes: &mut [u8], chunk: usize, register: __m512i) {
    let bytes = &mut bytes[64 * chunk..64 * (chunk + 1)];
    // SAFETY: the slice is 64 bytes long.
    unsafe { _mm512_storeu_si512(bytes.as_mut_ptr().cast(), register) }
}

#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vbmi")]
fn answer(tree: &Packed, at: usize, codes: &[u8], stride: usize, scratch: &mut Scratch) {
    let masks = &mut scratch.bit_masks;
    if masks.len() < tree.conditions.len() {
        masks.resize(tree.conditions.len(), [0; N_CHUNKS]);
    }
    let missing_code = _mm512_set1_epi8(-1);
    for (condition, mask) in tree.conditions.iter().zip(masks) {
        let begin = usize::from(condition.plane) * stride + at;
        let codes = &codes[begin..begin + STRIP];
        match condition.test {
            Test::AtMost { code, missing } => {
                let most = _mm512_set1_epi8(code as i8);
                for (chunk, mask) in mask.iter_mut().enumerate() {
                    let codes = load(codes, chunk);
                    *mask = _mm512_cmple_epu8_mask(codes, most);
                    if missing {
                        *mask |= _mm512_cmpeq_epi8_mask(codes, missing_code);
                    }
                }
            }
            Test::Among(set) => {
                let mut bytes = [0u8; 64];
                set.iter()
                    .enumerate()
                    .for_each(|(at, word)| bytes[8 * at..8 * at + 8].copy_from_slice(&word.to_le_bytes()));
                let set = load(&bytes, 0);
                let powers = _mm512_set1_epi64(i64::from_le_bytes([1, 2, 4, 8, 16, 32, 64, 128]));
                let low = _mm512_set1_epi8(0b1_1111);
                for (chunk, mask) in mask.iter_mut().enumerate() {
                    let codes = load(codes, chunk);
                    let byte = _mm512_and_si512(_mm512_srli_epi16::<3>(codes), low);
                    let bits = _mm512_permutexvar_epi8(byte, set);
                    let power = _mm512_permutexvar_epi8(_mm512_and_si512(codes, _mm512_set1_epi8(7)), powers);
                    *mask = _mm512_test_epi8_mask(bits, power);
                }
            }
        }
    }
}

#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vbmi")]
fn gather_bits(tree: &Packed, scratch: &mut Scratch) {
    let Scratch { bit_masks: masks, sets, reached, .. } = scratch;
    if sets.len() < tree.groups.len() {
        sets.resize(tree.groups.len(), [0; STRIP]);
    }
    let is_one = matches!(tree.leaves, Leaves::One(_));
    let mut reached_groups = [_mm512_set1_epi8(tree.groups.len() as i8); N_CHUNKS];
    let mut reached_sets = [_mm512_setzero_si512(); N_CHUNKS];
    for (number, (group, sets)) in tree.groups.iter().zip(sets.iter_mut()).enumerate() {
        let mut all = [_mm512_setzero_si512(); N_CHUNKS];
        for (bit, conditions) in group.bits.iter().enumerate() {
            let power = _mm512_set1_epi8((1u8 << bit) as i8);
            for (chunk, all) in all.iter_mut().enumerate() {
                let mut held = !0u64;
                for &(condition, wanted) in conditions {
                    let mask = masks[usize::from(condition)][chunk];
                    held &= if wanted { mask } else { !mask };
                }
                *all = add_bit(*all, held, power);
            }
        }
        let above = _mm512_set1_epi8(group.above as i8);
        let of_group = _mm512_set1_epi8(number as i8);
        for (chunk, all) in all.iter().enumerate() {
            store(sets, chunk, *all);
            if !is_one {
                let is_reached = _mm512_cmpeq_epi8_mask(_mm512_and_si512(*all, above), above);
                reached_groups[chunk] = _mm512_mask_mov_epi8(reached_groups[chunk], is_reached, of_group);
                reached_sets[chunk] = _mm512_mask_mov_epi8(reached_sets[chunk], is_reached, *all);
            }
        }
    }
    if !is_one {
        for chunk in 0..N_CHUNKS {
            store(&mut reached.group, chunk, reached_groups[chunk]);
            store(&mut reached.set, chunk, reached_sets[chunk]);
        }
    }
}

/// Adds a bit to the bytes of a mask; they do not have it yet.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn add_bit(bytes: __m512i, mask: u64, bit: __m512i) -> __m512i {
    _mm512_mask_add_epi8(bytes, mask, bytes, bit)
}

/// Bytes of four planes to 32-bit numbers; they lie as [`super::place`] tells.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn interleave(planes: [__m512i; 4]) -> [__m512i; 4] {
    let low = _mm512_unpacklo_epi8(planes[0], planes[1]);
    let high = _mm512_unpackhi_epi8(planes[0], planes[1]);
    let low_above = _mm512_unpacklo_epi8(planes[2], planes[3]);
    let high_above = _mm512_unpackhi_epi8(planes[2], planes[3]);
    [
        _mm512_unpacklo_epi16(low, low_above),
        _mm512_unpackhi_epi16(low, low_above),
        _mm512_unpacklo_epi16(high, high_above),
        _mm512_unpackhi_epi16(high, high_above),
    ]
}

/// Sums of half a strip stay in registers; tables are read anew for each half, which costs nothing: a permutation
/// overwrites its table anyway.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vbmi")]
fn add_half(cells: &[u8], lookups: &[Lookup], sums: &mut [i32], sets: &[[u8; STRIP]], half: usize) {
    let sums: &mut [[i32; 16]] = sums.as_chunks_mut::<16>().0;
    let sums = &mut sums[8 * half..8 * (half + 1)];
    let mut all = [_mm512_setzero_si512(); 8];
    for (register, sum) in all.iter_mut().zip(sums.iter()) {
        // SAFETY: sixteen numbers of 32 bits are as long as a register.
        *register = unsafe { _mm512_loadu_si512(sum.as_ptr().cast()) };
    }
    for lookup in lookups {
        let begin = 4 * lookup.begin as usize;
        let table = &cells[begin..begin + (4 << lookup.bits)];
        let sets = &sets[usize::from(lookup.group)];
        let (first, second) = (load(sets, 2 * half), load(sets, 2 * half + 1));
        let mut found_first = [_mm512_setzero_si512(); 4];
        let mut found_second = [_mm512_setzero_si512(); 4];
        for (byte, found) in found_first.iter_mut().zip(&mut found_second).enumerate() {
            (*found.0, *found.1) = match lookup.bits {
                6 => {
                    let cells = load(table, byte);
                    (_mm512_permutexvar_epi8(first, cells), _mm512_permutexvar_epi8(second, cells))
                }
                7 => {
                    let (low, high) = (load(table, 2 * byte), load(table, 2 * byte + 1));
                    (_mm512_permutex2var_epi8(low, first, high), _mm512_permutex2var_epi8(low, second, high))
                }
                _ => {
                    let cells = [4 * byte, 4 * byte + 1, 4 * byte + 2, 4 * byte + 3];
                    (find(table, cells, first), find(table, cells, second))
                }
            };
        }
        for (chunk, found) in [found_first, found_second].into_iter().enumerate() {
            for (part, found) in interleave(found).into_iter().enumerate() {
                all[4 * chunk + part] = _mm512_add_epi32(all[4 * chunk + part], found);
            }
        }
    }
    for (register, sum) in all.iter().zip(sums) {
        // SAFETY: as above.
        unsafe { _mm512_storeu_si512(sum.as_mut_ptr().cast(), *register) };
    }
}

/// One byte of tables of 256 cells, which fill four registers.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vbmi")]
fn find(table: &[u8], [a, b, c, d]: [usize; 4], sets: __m512i) -> __m512i {
    let low = _mm512_permutex2var_epi8(load(table, a), sets, load(table, b));
    let high = _mm512_permutex2var_epi8(load(table, c), sets, load(table, d));
    _mm512_mask_mov_epi8(low, _mm512_movepi8_mask(sets), high)
}
