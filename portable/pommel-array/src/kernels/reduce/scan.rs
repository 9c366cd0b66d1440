//! What has come together up to each element of an axis.
//!
//! Along a row eight elements come together as a tree, and then with what was before them: the sums
//! do not wait for one another, and are at least as accurate as one after the other.

use crate::array::Array;
use crate::dtype::DType;
use crate::error::Result;
use crate::kernels::isa::{Isa, versions};
use crate::kernels::reduce::fold::{Fold, Prod, Sum};
use crate::kernels::reduce::step::{Origin, Target, in_parallel};
use crate::layout::{Layout, Order};
use crate::raw::memory::Memory;
use crate::scalar::Bits;

/// Columns that are scanned together.
const WIDTH: usize = 1024;

/// Scans a row of `n` elements.
///
/// # Safety
/// The elements lie without gaps, aligned, there is memory for `n` results, and the machine has the
/// instruction set of the version.
type Row = unsafe fn(input: *const u8, n: usize, out: *mut u8);

/// Adds a row of `n` elements to the row before it.
///
/// # Safety
/// As [`Row`], of `before` and `input`.
type Next = unsafe fn(before: *const u8, input: *const u8, n: usize, out: *mut u8);

/// The kernels of a scan of elements of one type, which the results have as well.
#[derive(Clone, Copy)]
pub(crate) struct Scanner {
    row: [Row; 3],
    next: [Next; 3],
    dtype: DType,
}

/// [`Row`].
#[inline(always)]
unsafe fn scan_row<F: Fold<Part = T, In = T, Out = T>, T: Copy>(
    input: *const u8,
    n: usize,
    out: *mut u8,
) {
    // SAFETY: the caller's elements, and memory for as many.
    let (x, out) = unsafe {
        (
            core::slice::from_raw_parts(input.cast::<T>(), n),
            core::slice::from_raw_parts_mut(out.cast::<core::mem::MaybeUninit<T>>(), n),
        )
    };
    let mut before = F::start();
    let (eights, rest) = x.as_chunks::<8>();
    let (to, last) = out.as_chunks_mut::<8>();
    for (eight, to) in eights.iter().zip(to) {
        let mut sums = *eight;
        for distance in [1, 2, 4] {
            let shorter = sums;
            for j in distance..8 {
                sums[j] = F::merge(shorter[j - distance], shorter[j]);
            }
        }
        for (sum, to) in sums.iter_mut().zip(to) {
            *sum = F::merge(before, *sum);
            to.write(*sum);
        }
        before = sums[7];
    }
    for (&x, to) in rest.iter().zip(last) {
        before = F::merge(before, x);
        to.write(before);
    }
}

/// [`Next`].
#[inline(always)]
unsafe fn scan_next<F: Fold<Part = T, In = T, Out = T>, T: Copy>(
    before: *const u8,
    input: *const u8,
    n: usize,
    out: *mut u8,
) {
    // SAFETY: the caller's elements, and memory for as many.
    let (before, x, out) = unsafe {
        (
            core::slice::from_raw_parts(before.cast::<T>(), n),
            core::slice::from_raw_parts(input.cast::<T>(), n),
            core::slice::from_raw_parts_mut(out.cast::<core::mem::MaybeUninit<T>>(), n),
        )
    };
    for ((&before, &x), out) in before.iter().zip(x).zip(out) {
        out.write(F::merge(before, x));
    }
}

macro_rules! scanner {
    ($fold:ident, $($variant:ident $ty:ty),*; $dtype:expr) => {
        match $dtype {
            $(DType::$variant => Some(Scanner {
                // SAFETY (of the bodies): the contracts of `Row` and `Next`.
                row: versions!(fn(input: *const u8, n: usize, out: *mut u8) {
                    // SAFETY: as above.
                    unsafe { scan_row::<$fold<$ty>, $ty>(input, n, out) }
                }),
                next: versions!(
                    fn(before: *const u8, input: *const u8, n: usize, out: *mut u8) {
                        // SAFETY: as above.
                        unsafe { scan_next::<$fold<$ty>, $ty>(before, input, n, out) }
                    }
                ),
                dtype: DType::$variant,
            }),)*
            _ => None,
        }
    };
}

/// The scanner of sums; only types that sums have, have one.
pub(crate) fn sum(dtype: DType) -> Option<Scanner> {
    scanner!(Sum, Int64 i64, UInt64 u64, Float32 f32, Float64 f64,
        Complex64 num_complex::Complex<f32>, Complex128 num_complex::Complex<f64>; dtype)
}

/// The scanner of products; only types that products have, have one.
pub(crate) fn prod(dtype: DType) -> Option<Scanner> {
    scanner!(Prod, Int64 i64, UInt64 u64, Float32 f32, Float64 f64,
        Complex64 num_complex::Complex<f32>, Complex128 num_complex::Complex<f64>; dtype)
}

impl Scanner {
    /// Scans an array along an axis into a new one, whose axis is one longer if the results begin with
    /// an element `first`.
    ///
    /// # Errors
    /// There is not enough memory.
    pub(crate) fn along(&self, array: &Array, axis: usize, first: Option<Bits>) -> Result<Array> {
        assert_eq!(array.dtype(), self.dtype, "a scan of elements of this type");
        let array = array.contiguous()?;
        let size = self.dtype.size();
        let mut shape = crate::Dims::from_slice(array.shape());
        let extent = shape[axis] as usize;
        shape[axis] += first.is_some() as isize;
        let layout = Layout::contiguous(&shape, size, Order::C)?;
        let memory = Memory::uninit(layout.size() * size)?;
        let inner: usize = shape[axis + 1..].iter().product::<isize>() as usize;
        let outer: usize = shape[..axis].iter().product::<isize>() as usize;
        let slabs = Slabs {
            scanner: self,
            start: Origin(array.address()?),
            out: Target(memory.start()),
            extent,
            inner,
            first,
        };
        let tiles = inner.div_ceil(WIDTH);
        in_parallel(outer * tiles, layout.size() * size, false, |range| {
            for unit in range {
                slabs.scan(unit / tiles, unit % tiles * WIDTH);
            }
        });
        Ok(Array::over(memory, self.dtype, layout))
    }
}

/// An array in C order, as its axes outside, at and inside of the one that is scanned.
struct Slabs<'a> {
    scanner: &'a Scanner,
    start: Origin,
    out: Target,
    extent: usize,
    inner: usize,
    first: Option<Bits>,
}

impl Slabs<'_> {
    /// Scans the columns from one on, of a tile.
    fn scan(&self, outer: usize, column: usize) {
        let size = self.scanner.dtype.size();
        let n = WIDTH.min(self.inner - column);
        let isa = Isa::best() as usize;
        let rows = self.extent + self.first.is_some() as usize;
        let from = |row: usize| {
            let index = (outer * self.extent + row) * self.inner + column;
            self.start.offset((index * size) as isize)
        };
        let to = |row: usize| self.out.at((outer * rows + row) * self.inner + column, size);
        let mut skipped = 0;
        if let Some(first) = &self.first {
            // SAFETY: an element, to the first places of the columns.
            unsafe {
                crate::kernels::copy::run(first.0.as_ptr(), 0, to(0), size as isize, n, size);
            }
            skipped = 1;
        }
        if self.extent == 0 {
            return;
        }
        // SAFETY: elements of the array and the places of their results, which only this unit writes;
        // those of the row before are there; the machine has the version.
        unsafe {
            if self.inner == 1 {
                self.scanner.row[isa](from(0), self.extent, to(skipped));
                return;
            }
            core::ptr::copy_nonoverlapping(from(0), to(skipped), n * size);
            for row in 1..self.extent {
                let before = to(skipped + row - 1).cast_const();
                self.scanner.next[isa](before, from(row), n, to(skipped + row));
            }
        }
    }
}
