//! Large products of `float32` and `float64` on processors with AVX2, after Goto and van de Geijn:
//! "Anatomy of high-performance matrix multiplication", 2008.
//!
//! Both factors are copied, piece by piece, into the order in which they are read: the first in strips
//! of a few rows, the second in strips of a few columns. The product of two strips is a *tile*, whose
//! sums stay in registers. A strip of the second factor lies in the first-level cache while it meets a
//! block of the first, which lies in the second-level one.
//!
//! Threads share the copying and then the tiles. How they share it is seen in no result: each element
//! is the sum of sums over [`DEEP`] products, in the order of the indices.

use super::Factor;
use crate::error::Result;
use crate::kernels::isa::Isa;
use crate::raw::memory::Memory;
use crate::threads;
use core::arch::x86_64::*;
use core::ops::{Add, Range};

/// Rows of a tile.
const ROWS: usize = 4;
/// Vectors of a row of a tile: with the others twelve sums, three operands and one that is repeated,
/// which is all sixteen registers.
const VECTORS: usize = 3;
/// Products that are summed in registers: so long a strip of the second factor takes three quarters of
/// the first-level cache.
const DEEP: usize = 256;
/// Rows of a block, which takes half of the second-level cache.
const HIGH: usize = 128;
/// Columns that are done with one block.
const WIDE: usize = 504;
/// Rows and columns that are copied at a time.
const COPIED: usize = 8 * WIDE;
/// From so many multiplications on copying is worth it,
const WORK: usize = 1 << 20;
/// and if the matrices have so many rows and columns.
const LEAST: usize = 32;

/// A vector of 256 bits.
pub(super) trait Vector: Copy {
    /// Its elements.
    type Lane: Copy + Default + Send + Sync + Add<Output = Self::Lane>;
    /// How many they are.
    const LANES: usize;

    /// # Safety
    /// The processor has AVX2.
    unsafe fn zero() -> Self;
    /// # Safety
    /// As [`Vector::zero`], and the elements can be read.
    unsafe fn load(from: *const Self::Lane) -> Self;
    /// # Safety
    /// As [`Vector::zero`], and the elements can be written.
    unsafe fn store(self, to: *mut Self::Lane);
    /// # Safety
    /// As [`Vector::zero`], and the one element can be read.
    unsafe fn repeat(from: *const Self::Lane) -> Self;
    /// # Safety
    /// As [`Vector::zero`].
    unsafe fn plus(self, other: Self) -> Self;
    /// # Safety
    /// As [`Vector::zero`], and the processor has FMA.
    unsafe fn plus_product(self, x: Self, y: Self) -> Self;
}

macro_rules! vector {
    ($vector:ty, $lane:ty, $lanes:literal, $zero:ident $load:ident $store:ident $repeat:ident $add:ident $fma:ident) => {
        // SAFETY: everywhere the caller's.
        impl Vector for $vector {
            type Lane = $lane;
            const LANES: usize = $lanes;

            #[inline(always)]
            unsafe fn zero() -> Self {
                // SAFETY: as above.
                unsafe { $zero() }
            }
            #[inline(always)]
            unsafe fn load(from: *const $lane) -> Self {
                // SAFETY: as above.
                unsafe { $load(from) }
            }
            #[inline(always)]
            unsafe fn store(self, to: *mut $lane) {
                // SAFETY: as above.
                unsafe { $store(to, self) }
            }
            #[inline(always)]
            unsafe fn repeat(from: *const $lane) -> Self {
                // SAFETY: as above.
                unsafe { $repeat(&*from) }
            }
            #[inline(always)]
            unsafe fn plus(self, other: Self) -> Self {
                // SAFETY: as above.
                unsafe { $add(self, other) }
            }
            #[inline(always)]
            unsafe fn plus_product(self, x: Self, y: Self) -> Self {
                // SAFETY: as above.
                unsafe { $fma(x, y, self) }
            }
        }
    };
}
vector!(__m256d, f64, 4, _mm256_setzero_pd _mm256_loadu_pd _mm256_storeu_pd _mm256_broadcast_sd _mm256_add_pd _mm256_fmadd_pd);
vector!(__m256, f32, 8, _mm256_setzero_ps _mm256_loadu_ps _mm256_storeu_ps _mm256_broadcast_ss _mm256_add_ps _mm256_fmadd_ps);

/// The sums of a tile.
type Sums<V> = [[V; VECTORS]; ROWS];

/// Adds the products of a column of one strip and a row of the other.
///
/// # Safety
/// The processor has AVX2 and FMA; both can be read.
#[inline(always)]
unsafe fn step<V: Vector>(mut sums: Sums<V>, a: *const V::Lane, b: *const V::Lane) -> Sums<V> {
    // SAFETY: the caller's; what lies ahead is not read, only asked for.
    unsafe {
        _mm_prefetch::<_MM_HINT_T0>(b.wrapping_add(VECTORS * V::LANES * 8).cast());
        let row: [V; VECTORS] =
            [V::load(b), V::load(b.add(V::LANES)), V::load(b.add(2 * V::LANES))];
        for (i, sums) in sums.iter_mut().enumerate() {
            let x = V::repeat(a.add(i));
            for (sum, y) in sums.iter_mut().zip(row) {
                *sum = sum.plus_product(x, y);
            }
        }
    }
    sums
}

/// Writes the product of two strips, or adds it to what is there.
///
/// # Safety
/// The processor has AVX2 and FMA; the strips have a depth of so much, and the tile lies at `out`, whose
/// rows are so far apart.
#[inline(always)]
unsafe fn tile<V: Vector>(
    out: *mut V::Lane,
    apart: usize,
    mut a: *const V::Lane,
    mut b: *const V::Lane,
    depth: usize,
    add: bool,
) {
    // SAFETY: the caller's.
    unsafe {
        let mut sums = [[V::zero(); VECTORS]; ROWS];
        for i in 0..ROWS {
            _mm_prefetch::<_MM_HINT_T0>(out.add(i * apart).cast());
        }
        for _ in 0..depth / 4 {
            for _ in 0..4 {
                sums = step(sums, a, b);
                (a, b) = (a.add(ROWS), b.add(VECTORS * V::LANES));
            }
        }
        for _ in 0..depth % 4 {
            sums = step(sums, a, b);
            (a, b) = (a.add(ROWS), b.add(VECTORS * V::LANES));
        }
        for (i, row) in sums.into_iter().enumerate() {
            for (j, sum) in row.into_iter().enumerate() {
                let to = out.add(i * apart + j * V::LANES);
                let sum = if add { V::load(to).plus(sum) } else { sum };
                sum.store(to);
            }
        }
    }
}

/// What two pieces of the factors, already copied, add to a piece of the product.
struct Piece<V: Vector> {
    out: *mut V::Lane,
    apart: usize,
    a: *const V::Lane,
    b: *const V::Lane,
    rows: usize,
    cols: usize,
    depth: usize,
    add: bool,
}
// SAFETY: threads only read the copies, and each writes tiles of its own.
unsafe impl<V: Vector> Sync for Piece<V> {}

impl<V: Vector> Piece<V> {
    const COLS: usize = VECTORS * V::LANES;

    /// Computes the tiles of a block.
    ///
    /// # Safety
    /// The processor has AVX2 and FMA; the piece lies in its memories, and the ranges in the piece. They
    /// start with a strip, and nobody else has the block.
    #[target_feature(enable = "avx2,fma")]
    unsafe fn block(&self, rows: Range<usize>, cols: Range<usize>) {
        for j in cols.step_by(Self::COLS) {
            for i in rows.clone().step_by(ROWS) {
                // SAFETY: the caller's; the copies of strips that are not whole are.
                unsafe {
                    let (a, b) = (self.a.add(i * self.depth), self.b.add(j * self.depth));
                    let out = self.out.add(i * self.apart + j);
                    if i + ROWS <= self.rows && j + Self::COLS <= self.cols {
                        tile::<V>(out, self.apart, a, b, self.depth, self.add);
                    } else {
                        let (rows, cols) = (ROWS.min(self.rows - i), Self::COLS.min(self.cols - j));
                        self.edge(out, a, b, rows, cols);
                    }
                }
            }
        }
    }

    /// Computes a tile of which only some rows and columns lie in the product.
    ///
    /// # Safety
    /// As [`tile`], but for the others.
    #[inline(always)]
    unsafe fn edge(
        &self,
        out: *mut V::Lane,
        a: *const V::Lane,
        b: *const V::Lane,
        rows: usize,
        cols: usize,
    ) {
        let mut whole = [[V::Lane::default(); 8 * VECTORS]; ROWS];
        // SAFETY: the caller's; eight elements are the most that a vector has.
        unsafe {
            tile::<V>(whole.as_mut_ptr().cast(), 8 * VECTORS, a, b, self.depth, false);
            for (i, row) in whole[..rows].iter().enumerate() {
                for (j, &sum) in row[..cols].iter().enumerate() {
                    let to = out.add(i * self.apart + j);
                    to.write(if self.add { to.read() + sum } else { sum });
                }
            }
        }
    }

    /// Computes all tiles, on as many threads as there are.
    ///
    /// # Safety
    /// The processor has AVX2 and FMA, and the piece lies in its memories.
    unsafe fn all(&self) {
        let across = self.cols.div_ceil(WIDE);
        let wide = self.cols.div_ceil(across).next_multiple_of(Self::COLS);
        // As many blocks as give every thread as much to do.
        let fair = threads::number_of_threads().div_ceil(across);
        let down = self.rows.div_ceil(HIGH).next_multiple_of(fair);
        let high = self.rows.div_ceil(down).next_multiple_of(ROWS);
        threads::for_each_block(self.rows.div_ceil(high) * across, 1, |blocks| {
            for block in blocks {
                let (i, j) = (block / across * high, block % across * wide);
                let rows = i..self.rows.min(i + high);
                // SAFETY: the caller's; every block is somebody's.
                unsafe { self.block(rows, j.min(self.cols)..self.cols.min(j + wide)) };
            }
        });
    }
}

/// Copies a factor in strips of `N` rows, the elements of a column side by side; what a strip lacks is
/// zero.
///
/// # Safety
/// The processor has AVX2; the elements can be read, and so many strips written.
#[target_feature(enable = "avx2")]
unsafe fn copy<T: Copy + Default, const N: usize>(mut out: *mut T, from: Factor<T>) {
    let depth = from.cols;
    for top in (0..from.rows).step_by(N) {
        let high = N.min(from.rows - top);
        // SAFETY: the loops stay within the factor, and in the strip's room.
        unsafe {
            let strip = from.part(top..top + high, 0..depth);
            if high == N && strip.row_step == 1 {
                for p in 0..depth {
                    let column = strip.start.offset(p as isize * strip.col_step);
                    out.cast::<[T; N]>().add(p).write(column.cast::<[T; N]>().read_unaligned());
                }
            } else if high == N && strip.col_step == 1 {
                copy_turned::<T, N>(out, strip);
            } else {
                for p in 0..depth {
                    for i in 0..N {
                        let element = if i < high { strip.at(i, p) } else { T::default() };
                        out.add(p * N + i).write(element);
                    }
                }
            }
            out = out.add(N * depth);
        }
    }
}

/// Copies a strip whose rows lie in one piece each, four columns at a time.
///
/// # Safety
/// As [`copy`].
#[inline(always)]
unsafe fn copy_turned<T: Copy + Default, const N: usize>(out: *mut T, strip: Factor<T>) {
    let whole = strip.cols / 4 * 4;
    // SAFETY: the loops stay within the strip and its copy.
    unsafe {
        for p in (0..whole).step_by(4) {
            let mut columns = [[T::default(); N]; 4];
            for i in 0..N {
                let row = strip.start.offset(i as isize * strip.row_step).add(p);
                let four = row.cast::<[T; 4]>().read_unaligned();
                for (column, element) in columns.iter_mut().zip(four) {
                    column[i] = element;
                }
            }
            out.add(p * N).cast::<[[T; N]; 4]>().write(columns);
        }
        for p in whole..strip.cols {
            for i in 0..N {
                out.add(p * N + i).write(strip.at(i, p));
            }
        }
    }
}

/// The copy of a factor, in strips of `N` rows.
struct Copied<T, const N: usize> {
    to: *mut T,
    from: Factor<T>,
}
// SAFETY: threads only read the factor, and each writes strips of its own.
unsafe impl<T: Sync, const N: usize> Sync for Copied<T, N> {}

impl<T: Copy + Default + Sync, const N: usize> Copied<T, N> {
    /// Makes the copy, on as many threads as there are.
    ///
    /// # Safety
    /// As [`copy`].
    unsafe fn make(&self) {
        let Factor { rows, cols, .. } = self.from;
        // So many elements are worth another thread.
        let grain = (1usize << 12).div_ceil(N * cols);
        threads::for_each_block(rows.div_ceil(N), grain, |strips| {
            let part = strips.start * N..rows.min(strips.end * N);
            // SAFETY: the caller's; every strip is somebody's.
            unsafe { copy::<T, N>(self.to.add(part.start * cols), self.from.part(part, 0..cols)) };
        });
    }
}

/// Whether these kernels are the best for a product of such extents here.
pub(super) fn is_best(rows: usize, depth: usize, cols: usize) -> bool {
    // Of AVX-512, `faer` makes more.
    rows.min(cols) >= LEAST && rows * depth * cols >= WORK && Isa::best() == Isa::Avx2
}

/// Writes the product of two matrices without gaps in C order. `N` is the number of columns of a tile.
///
/// # Errors
/// There is no memory for the copies.
///
/// # Safety
/// As [`super::Factors::product`], and [`is_best`].
pub(super) unsafe fn product<V: Vector, const N: usize>(
    out: *mut V::Lane,
    a: Factor<V::Lane>,
    b: Factor<V::Lane>,
) -> Result<()> {
    const { assert!(N == Piece::<V>::COLS) };
    let (rows, cols) = (a.rows.min(COPIED), b.cols.min(COPIED));
    let (left, right) = (rows.next_multiple_of(ROWS), cols.next_multiple_of(N));
    let depth = a.cols.min(DEEP);
    let room = Memory::uninit((left + right) * depth * size_of::<V::Lane>())?;
    let to = room.start().cast::<V::Lane>();
    for j in (0..b.cols).step_by(cols) {
        for p in (0..a.cols).step_by(depth) {
            let (across, along) = (j..b.cols.min(j + cols), p..a.cols.min(p + depth));
            // SAFETY: the caller's; the room is large enough for whole strips of both.
            unsafe {
                let second = b.part(along.clone(), across.clone()).turned();
                let second = Copied::<_, N> { to: to.add(left * depth), from: second };
                second.make();
                for i in (0..a.rows).step_by(rows) {
                    let first = a.part(i..a.rows.min(i + rows), along.clone());
                    let first = Copied::<_, ROWS> { to, from: first };
                    first.make();
                    Piece::<V> {
                        out: out.add(i * b.cols + j),
                        apart: b.cols,
                        a: first.to,
                        b: second.to,
                        rows: first.from.rows,
                        cols: across.len(),
                        depth: along.len(),
                        add: p > 0,
                    }
                    .all();
                }
            }
        }
    }
    Ok(())
}
