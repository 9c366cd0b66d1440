//! Where the first smallest or largest element of a row or column is.

use crate::array::Array;
use crate::dtype::DType;
use crate::error::Result;
use crate::kernels::isa::{Isa, versions};
use crate::kernels::lane::{Lane, with_lane};
use crate::kernels::reduce::fold::{BLOCK, Fold, Max, Min, lanes, row};
use crate::kernels::reduce::step::{Axes, Axis, Origin, Target, in_parallel, memory_order, place};
use crate::layout::{Layout, Order};
use crate::raw::memory::Memory;

/// Columns that are searched together.
const WIDTH: usize = 64;
/// A longer row is searched in segments of this length.
const SEGMENT: usize = 8 * BLOCK;

/// Searches each of `rows` rows of `n` elements, whose first ones are `step` bytes apart.
///
/// # Safety
/// The rows lie without gaps, aligned, and are not empty, there is memory for `rows` indices, and the
/// machine has the instruction set of the version.
type Rows = unsafe fn(input: *const u8, step: isize, rows: usize, n: usize, out: *mut i64);

/// Searches `n` columns of `rows` elements; rows are `step` bytes apart.
///
/// # Safety
/// As [`Rows`], there is memory for `n` indices, and `n` is at most [`WIDTH`].
type Columns = unsafe fn(input: *const u8, step: isize, rows: usize, n: usize, out: *mut i64);

/// The kernels of a search among elements of one type.
#[derive(Clone, Copy)]
pub(crate) struct Seeker {
    rows: [Rows; 3],
    columns: [Columns; 3],
}

/// Whether one is found rather than another that comes first: it is better, or no number where the
/// other is one.
#[inline(always)]
fn beats<F: Fold>(new: F::Part, old: F::Part) -> bool
where
    F::Part: PartialEq,
{
    !same::<F>(new, old) && is_number::<F>(old) && same::<F>(F::merge(new, old), new)
}

#[inline(always)]
#[allow(clippy::eq_op, reason = "what is not a number differs from itself")]
fn is_number<F: Fold>(a: F::Part) -> bool
where
    F::Part: PartialEq,
{
    a == a
}

#[inline(always)]
fn same<F: Fold>(a: F::Part, b: F::Part) -> bool
where
    F::Part: PartialEq,
{
    a == b || !is_number::<F>(a) & !is_number::<F>(b)
}

/// The index in a row: the best of each block, then where that one is.
#[inline(always)]
fn find<F: Fold, const L: usize>(x: &[F::In]) -> usize
where
    F::In: Lane<Work = F::Part>,
    F::Part: PartialEq,
{
    if x.len() <= 16 {
        let mut best = 0;
        for (i, &new) in x.iter().enumerate() {
            if beats::<F>(new.up(), x[best].up()) {
                best = i;
            }
        }
        return best;
    }
    const PIECE: usize = 2048;
    let (mut best, mut piece) = (F::start(), 0);
    for (i, block) in x.chunks(PIECE).enumerate() {
        let new = row::<F, L>(block, |x| x);
        if i == 0 || beats::<F>(new, best) {
            (best, piece) = (new, i);
        }
        if !is_number::<F>(best) {
            break;
        }
    }
    let start = piece * PIECE;
    for (i, few) in x[start..].chunks(64).enumerate() {
        if few.iter().fold(false, |found, &x| found | same::<F>(x.up(), best)) {
            let within = few.iter().position(|&x| same::<F>(x.up(), best)).unwrap_or(0);
            return start + i * 64 + within;
        }
    }
    unreachable!("the best element is one of them")
}

/// [`Columns`].
#[inline(always)]
unsafe fn find_columns<F: Fold>(input: *const u8, step: isize, rows: usize, n: usize, out: *mut i64)
where
    F::In: Lane<Work = F::Part>,
    F::Part: PartialEq,
{
    let row = |r: usize| {
        // SAFETY: one of the caller's rows.
        unsafe { core::slice::from_raw_parts(input.offset(r as isize * step).cast::<F::In>(), n) }
    };
    let mut best = [F::start(); WIDTH];
    let mut index = [0i64; WIDTH];
    for (best, &x) in best.iter_mut().zip(row(0)) {
        *best = x.up();
    }
    for r in 1..rows {
        for ((best, index), &x) in best.iter_mut().zip(&mut index).zip(row(r)) {
            let x = x.up();
            let better = beats::<F>(x, *best);
            *best = if better { x } else { *best };
            *index = if better { r as i64 } else { *index };
        }
    }
    // SAFETY: the caller's memory for `n` indices.
    unsafe { core::ptr::copy_nonoverlapping(index.as_ptr(), out, n) };
}

/// The kernels of a fold that keeps an extreme.
macro_rules! seeker {
    ($fold:ty) => {
        Seeker {
            // SAFETY (of the bodies): the contracts of `Rows` and `Columns`.
            rows: versions!(
                fn(input: *const u8, step: isize, rows: usize, n: usize, out: *mut i64) {
                    for r in 0..rows {
                        // SAFETY: as above.
                        unsafe {
                            let start = input.offset(r as isize * step);
                            let x = core::slice::from_raw_parts(start.cast(), n);
                            let found =
                                find::<$fold, { lanes::<<$fold as Fold>::Part>() }>(x);
                            out.add(r).write(found as i64);
                        }
                    }
                }
            ),
            columns: versions!(
                fn(input: *const u8, step: isize, rows: usize, n: usize, out: *mut i64) {
                    // SAFETY: as above.
                    unsafe { find_columns::<$fold>(input, step, rows, n, out) }
                }
            ),
        }
    };
}

/// The search for the smallest one.
pub(crate) fn min(dtype: DType) -> Seeker {
    with_lane!(dtype, T => seeker!(Min<T>))
}

/// The search for the largest one.
pub(crate) fn max(dtype: DType) -> Seeker {
    with_lane!(dtype, T => seeker!(Max<T>))
}

impl Seeker {
    /// The indices along an axis, in `int64`, as an array without the axis.
    ///
    /// # Errors
    /// There is not enough memory.
    ///
    /// # Panics
    /// If the array is empty.
    pub(crate) fn along(&self, array: &Array, axis: usize) -> Result<Array> {
        assert!(array.size() > 0, "there is something to find");
        let size = array.dtype().size();
        let layout = array.layout();
        let innermost = memory_order(layout.strides())
            .into_iter()
            .rev()
            .find(|&i| array.shape()[i] != 1)
            .unwrap_or(axis);
        if array.shape()[innermost] != 1 && layout.strides()[innermost] != size as isize {
            return self.along(&array.copied(Order::C)?, axis);
        }
        let extent = |i: usize| array.shape()[i] as usize;
        let get =
            |i: usize| Axis { extent: extent(i), stride: layout.strides()[i], reduced: false };
        let mut shape = crate::Dims::from_slice(array.shape());
        shape.remove(axis);
        let out = Layout::contiguous(&shape, 8, Order::C)?;
        let memory = Memory::uninit(out.size() * 8)?;
        let target = Target(memory.start());
        let start = Origin(array.address()?);
        let outer: Axes = (0..array.ndim()).filter(|&i| i != axis).map(get).collect();
        if innermost == axis {
            self.rows(start, &outer, get(axis), array.dtype(), target)?;
        } else {
            self.columns(
                start,
                &outer,
                innermost - (innermost > axis) as usize,
                get(axis),
                size,
                target,
            );
        }
        Ok(Array::over(memory, DType::Int64, out))
    }

    fn rows(
        &self,
        start: Origin,
        outer: &[Axis],
        row: Axis,
        dtype: DType,
        out: Target,
    ) -> Result<()> {
        let kernel = self.rows[Isa::best() as usize];
        let size = dtype.size();
        let count: usize = outer.iter().map(|axis| axis.extent).product();
        let parts = row.extent.div_ceil(SEGMENT);
        if parts > 1 {
            return self.segments(start, outer, row, dtype, out);
        }
        in_parallel(count, count * row.extent * size, true, |range| {
            let inner = outer.last().copied();
            let inner = inner.unwrap_or(Axis { extent: 1, stride: 0, reduced: false });
            let mut at = range.start;
            while at < range.end {
                let rows = (inner.extent - at % inner.extent).min(range.end - at);
                let from = start.offset(place(outer, at));
                // SAFETY: rows of the array, and the places of their indices; the machine has the
                // version.
                unsafe { kernel(from, inner.stride, rows, row.extent, out.at(at, 8).cast()) };
                at += rows;
            }
        });
        Ok(())
    }

    /// Searches each segment of long rows, and then among what was found.
    fn segments(
        &self,
        start: Origin,
        outer: &[Axis],
        row: Axis,
        dtype: DType,
        out: Target,
    ) -> Result<()> {
        let kernel = self.rows[Isa::best() as usize];
        let size = dtype.size();
        let count: usize = outer.iter().map(|axis| axis.extent).product();
        let parts = row.extent.div_ceil(SEGMENT);
        let (found, values) =
            (Memory::uninit(count * parts * 8)?, Memory::uninit(count * parts * size)?);
        let (to, kept) = (Target(found.start()), Target(values.start()));
        in_parallel(count * parts, count * row.extent * size, true, |range| {
            for unit in range {
                let first = unit % parts * SEGMENT;
                let from = start.offset(place(outer, unit / parts) + (first * size) as isize);
                let n = SEGMENT.min(row.extent - first);
                // SAFETY: a segment of a row, and the places of its index and of its best element,
                // which only this unit writes; the machine has the version.
                unsafe {
                    let index = to.at(unit, 8).cast::<i64>();
                    kernel(from, 0, 1, n, index);
                    let best = from.add(*index as usize * size);
                    core::ptr::copy_nonoverlapping(best, kept.at(unit, size), size);
                }
            }
        });
        for i in 0..count {
            // SAFETY: the best elements of a row's segments, and their indices, all written above.
            unsafe {
                let mut part = 0i64;
                kernel(kept.at(i * parts, size), 0, 1, parts, &raw mut part);
                let within = *to.at(i * parts + part as usize, 8).cast::<i64>();
                out.at(i, 8).cast::<i64>().write(part * SEGMENT as i64 + within);
            }
        }
        Ok(())
    }

    /// Searches down columns; `inner` is the axis among the outer ones whose elements are neighbours.
    fn columns(
        &self,
        start: Origin,
        outer: &[Axis],
        inner: usize,
        row: Axis,
        size: usize,
        out: Target,
    ) {
        let kernel = self.columns[Isa::best() as usize];
        let width = outer[inner].extent;
        let others: Axes =
            outer.iter().enumerate().filter(|(i, _)| *i != inner).map(|(_, axis)| *axis).collect();
        // The same for the indices, which lie in C order.
        let mut step = 8;
        let mut places: Axes = outer.iter().copied().collect();
        for axis in places.iter_mut().rev() {
            axis.stride = step;
            step *= axis.extent as isize;
        }
        let between = places.remove(inner).stride;
        let count: usize = others.iter().map(|axis| axis.extent).product();
        let tiles = width.div_ceil(WIDTH);
        in_parallel(count * tiles, count * width * row.extent * size, true, |range| {
            for unit in range {
                let (at, first) = (unit / tiles, unit % tiles * WIDTH);
                let n = WIDTH.min(width - first);
                let from = start.offset(place(&others, at) + (first * size) as isize);
                let to = out.offset(place(&places, at) + between * first as isize);
                let mut found = [0i64; WIDTH];
                // SAFETY: columns of the array, and the places of their indices, which only this unit
                // writes; the machine has the version.
                unsafe {
                    kernel(from, row.stride, row.extent, n, found.as_mut_ptr());
                    for (j, &index) in found[..n].iter().enumerate() {
                        to.offset(between * j as isize).cast::<i64>().write(index);
                    }
                }
            }
        });
    }
}
