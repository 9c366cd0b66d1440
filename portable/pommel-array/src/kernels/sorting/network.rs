//! Few keys, sorted in registers without a branch that depends on them.
//!
//! The rows of a table are vectors. A network sorts its columns, which then are transposed to be runs
//! of vectors, one behind the other, and pairs of runs are merged by bitonic networks until there is
//! one.

use super::lanes::Lanes;

/// How many vectors of keys are sorted at once at most.
pub(super) const ROWS: usize = 16;

/// Sorts at most [`ROWS`] vectors of keys.
///
/// # Safety
/// `n` keys can be read and written, both places are the same or do not overlap, and the machine has
/// AVX2 and POPCNT.
#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
pub(super) unsafe fn sort<V: Lanes>(from: *const V::Lane, to: *mut V::Lane, n: usize) {
    debug_assert!(n <= ROWS * V::LANES);
    let rows = n.div_ceil(V::LANES);
    // SAFETY: the caller's.
    unsafe {
        if V::LANES <= 4 && rows <= 4 {
            sort_rows::<V, 4>(from, to, n);
        } else if rows <= 8 {
            sort_rows::<V, 8>(from, to, n);
        } else {
            sort_rows::<V, ROWS>(from, to, n);
        }
    }
}

/// # Safety
/// As [`sort`]; there are at most so many rows, and as many rows as lanes or a multiple of them.
#[expect(clippy::needless_range_loop, reason = "which compilers keep in registers")]
#[inline(always)]
unsafe fn sort_rows<V: Lanes, const R: usize>(from: *const V::Lane, to: *mut V::Lane, n: usize) {
    // SAFETY: the caller's.
    unsafe {
        let mut v = [V::splat(V::MAX); R];
        for i in 0..R {
            v[i] = V::load_some(from, i * V::LANES, n);
        }
        sort_columns(&mut v);
        for square in v.chunks_exact_mut(V::LANES) {
            V::transpose(square);
        }
        // A column is in the same place of each square.
        let (squares, run) = (v, R / V::LANES);
        for i in 0..R {
            v[i] = squares[i % run * V::LANES + i / run];
        }
        if run < 2 {
            merge::<V, R, 2>(&mut v);
        }
        if run < 4 {
            merge::<V, R, 4>(&mut v);
        }
        if run < 8 && R >= 8 {
            merge::<V, R, 8>(&mut v);
        }
        if R >= 16 {
            merge::<V, R, 16>(&mut v);
        }
        for i in 0..R {
            if n < (i + 1) * V::LANES {
                return v[i].store_some(to, i * V::LANES, n);
            }
            v[i].store(to.add(i * V::LANES));
        }
    }
}

/// Sorts the columns of a table of 4, 8 or 16 rows by the shortest networks that are known (Knuth, The
/// Art of Computer Programming 3, 5.3.4; that of 16 is M. W. Green's).
///
/// # Safety
/// As [`Lanes`].
#[inline(always)]
unsafe fn sort_columns<V: Lanes, const R: usize>(v: &mut [V; R]) {
    macro_rules! compare {
        ($($i:literal $j:literal)*) => {$(
            // SAFETY: the caller's.
            (v[$i], v[$j]) = unsafe { v[$i].min_max(v[$j]) };
        )*};
    }
    match R {
        4 => {
            compare!(0 2 1 3 0 1 2 3 1 2);
        }
        8 => {
            compare!(0 2 1 3 4 6 5 7 0 4 1 5 2 6 3 7 0 1 2 3 4 5 6 7 2 4 3 5 1 4 3 6 1 2 3 4 5 6);
        }
        _ => {
            compare!(0 13 1 12 2 15 3 14 4 8 5 6 7 11 9 10);
            compare!(0 5 1 7 2 9 3 4 6 13 8 14 10 15 11 12);
            compare!(0 1 2 3 4 5 6 8 7 9 10 11 12 13 14 15);
            compare!(0 2 1 3 4 10 5 11 6 7 8 9 12 14 13 15);
            compare!(1 2 3 12 4 6 5 7 8 10 9 11 13 14);
            compare!(1 4 2 6 5 8 7 10 9 13 11 14);
            compare!(2 4 3 6 9 12 11 13 3 5 6 8 7 9 10 12 3 4 5 6 7 8 9 10 11 12 6 7 8 9);
        }
    }
}

/// Merges the two sorted halves of each `N` vectors, one after the other, which needs fewer registers.
///
/// # Safety
/// As [`Lanes`].
#[inline(always)]
unsafe fn merge<V: Lanes, const R: usize, const N: usize>(v: &mut [V; R]) {
    let runs = *v;
    let mut start = 0;
    while start < R {
        let mut i = 0;
        while i < N / 2 {
            let (low, high) = (runs[start + i], runs[start + N - 1 - i]);
            // SAFETY: the caller's.
            (v[start + i], v[start + N / 2 + i]) = unsafe { low.min_max(high.reversed()) };
            i += 1;
        }
        // Both halves are bitonic now, and so is each half of what is compared with its other half.
        // SAFETY: as above.
        unsafe {
            if N > 8 {
                compare_apart::<V, R, N, 4>(v, start);
            }
            if N > 4 {
                compare_apart::<V, R, N, 2>(v, start);
            }
            if N > 2 {
                compare_apart::<V, R, N, 1>(v, start);
            }
        }
        i = 0;
        while i < N {
            let (a, b) = (v[start + i], v[start + i + 1]);
            // SAFETY: as above.
            (v[start + i], v[start + i + 1]) = unsafe { a.sort_bitonic(b) };
            i += 2;
        }
        start += N;
    }
}

/// Compares those of `N` vectors that are `D` apart.
///
/// # Safety
/// As [`Lanes`].
#[inline(always)]
unsafe fn compare_apart<V: Lanes, const R: usize, const N: usize, const D: usize>(
    v: &mut [V; R],
    start: usize,
) {
    let mut i = start;
    while i < start + N {
        if i & D == 0 {
            // SAFETY: the caller's.
            (v[i], v[i + D]) = unsafe { v[i].min_max(v[i + D]) };
        }
        i += 1;
    }
}
