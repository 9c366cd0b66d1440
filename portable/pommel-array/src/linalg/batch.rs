//! Element types that can be decomposed, and the walk over the matrices of an array.

use super::fault::Fault;
use crate::array::Array;
use crate::dtype::Element;
use crate::error::{Error, Result};
use crate::kernels::matmul::{make_copies, make_copies_of_all, parallelism};
use crate::layout::Dims;
use crate::raw::memory::check_room;
use crate::threads;
use faer::dyn_stack::{MemBuffer, MemStack, StackReq};
use faer::traits::{ComplexField, RealField};
use faer::{Mat, MatRef, Par};
use num_traits::{Float, Num, NumCast, Zero};
use rayon::prelude::*;

/// A field whose matrices `faer` decomposes.
pub(super) trait Field: Element + Num + ComplexField<Real: Part> {
    /// From a real number.
    fn of(real: Self::Real) -> Self;
}

/// Its real numbers.
pub(super) trait Part: Element + RealField + Float + NumCast {}
impl Part for f32 {}
impl Part for f64 {}

macro_rules! fields {
    ($($part:ident)*) => {$(
        impl Field for $part {
            fn of(real: $part) -> $part {
                real
            }
        }
        impl Field for num_complex::Complex<$part> {
            fn of(real: $part) -> Self {
                num_complex::Complex::new(real, 0.0)
            }
        }
    )*};
}
fields!(f32 f64);

/// Evaluates `$body` with `$field` standing for the Rust type of a `DType` that can be decomposed.
macro_rules! with_field {
    ($dtype:expr, $field:ident => $body:expr) => {{
        use $crate::dtype::DType;
        match $dtype {
            DType::Float32 => {
                type $field = f32;
                $body
            }
            DType::Complex64 => {
                type $field = num_complex::Complex<f32>;
                $body
            }
            DType::Complex128 => {
                type $field = num_complex::Complex<f64>;
                $body
            }
            _ => {
                type $field = f64;
                $body
            }
        }
    }};
}
pub(super) use with_field;

/// Why a matrix cannot be handled.
#[derive(Clone, Copy, Debug)]
pub(super) enum Flaw {
    /// The column in which it shows that there is no inverse.
    Singular(usize),
    NotPositiveDefinite,
    NoConvergence,
    OutOfMemory(usize),
}

impl Flaw {
    fn about(self, function: &'static str, array: &Array, matrix: usize) -> Error {
        let shape = Dims::from_slice(array.shape());
        match self {
            Flaw::Singular(column) => Fault::Singular { function, shape, matrix, column }.into(),
            Flaw::NotPositiveDefinite => Fault::NotPositiveDefinite { shape, matrix }.into(),
            Flaw::NoConvergence => Fault::NoConvergence { function, shape, matrix }.into(),
            Flaw::OutOfMemory(bytes) => Error::OutOfMemory { bytes },
        }
    }
}

/// Calls a function with room for an algorithm.
pub(super) fn with_stack<R>(
    room: StackReq,
    work: impl FnOnce(&mut MemStack) -> R,
) -> core::result::Result<R, Flaw> {
    let mut memory = MemBuffer::try_new(room).map_err(|_| Flaw::OutOfMemory(room.size_bytes()))?;
    Ok(work(MemStack::new(&mut memory)))
}

/// A flaw unless there is memory for so many numbers, which `faer` takes for granted, and for what it
/// copies on this thread to multiply.
pub(super) fn check_numbers<T>(count: usize) -> core::result::Result<(), Flaw> {
    let bytes = count.saturating_mul(size_of::<T>());
    make_copies().and_then(|()| check_room(bytes)).map_err(|_| Flaw::OutOfMemory(bytes))
}

/// A matrix with its elements multiplied by a power of two that moves the largest of them near 1, and
/// what undoes it; `None` if it is where the squares of numbers neither overflow nor vanish, or where
/// nothing helps. LAPACK's drivers of iterations do the same.
pub(super) fn balanced<T: Field>(matrix: MatRef<'_, T>) -> Option<(Mat<T>, T::Real)> {
    let largest: T::Real = matrix.norm_max();
    let bound = Float::sqrt(Float::sqrt(<T::Real as Float>::max_value()));
    let is_extreme = largest > bound || largest < Float::recip(bound);
    if !is_extreme || largest == Zero::zero() || !Float::is_finite(largest) {
        return None;
    }
    // The smallest numbers of all cannot be moved so far at once.
    let least = Float::log2(Float::min_positive_value());
    let exponent = Float::max(Float::floor(Float::log2(largest)), least);
    let (scale, back) = (Float::exp2(-exponent), Float::exp2(exponent));
    let factor = T::of(scale);
    let scaled = Mat::from_fn(matrix.nrows(), matrix.ncols(), |i, j| matrix[(i, j)] * factor);
    Some((scaled, back))
}

/// How a matrix of a shape is shared among threads: below about 500 rows that costs more than it gives.
fn sharing(rows: usize, cols: usize) -> Par {
    parallelism(rows * cols * rows.min(cols) / 64)
}

/// A matrix on its way through [`map`]: what there is, how many were before it, and who may help.
pub(super) struct Task<'a, T> {
    pub(super) matrix: MatRef<'a, T>,
    pub(super) index: usize,
    pub(super) par: Par,
}

/// The elements of three results for one matrix, each in C order.
pub(super) type Room<'a, A, B, C> = (&'a mut [A], &'a mut [B], &'a mut [C]);

/// Computes three arrays from the matrices of one: each has its leading axes and a tail of its own. What
/// a function does not need is of shape `[0]`.
pub(super) fn map<T: Field, A: Element, B: Element, C: Element>(
    function: &'static str,
    array: &Array,
    tails: [&[isize]; 3],
    work: impl Fn(Task<'_, T>, Room<'_, A, B, C>) -> core::result::Result<(), Flaw> + Sync,
) -> Result<[Array; 3]> {
    let split = array.ndim() - 2;
    let (leading, extents) = array.shape().split_at(split);
    let (rows, cols) = (extents[0] as usize, extents[1] as usize);
    let count = leading.iter().product::<isize>() as usize;
    let shapes = tails.map(|tail| -> Dims { leading.iter().chain(tail).copied().collect() });
    let run = |elements: &[T], (a, b, c): Room<'_, A, B, C>| -> Result<()> {
        let task = |index: usize, par| {
            let piece = &elements[index * rows * cols..(index + 1) * rows * cols];
            Task { matrix: MatRef::from_row_major_slice(piece, rows, cols), index, par }
        };
        let fail = |index: usize| move |flaw: Flaw| flaw.about(function, array, index);
        if count == 1 {
            return match sharing(rows, cols) {
                Par::Seq => work(task(0, Par::Seq), (a, b, c)),
                par => {
                    make_copies_of_all()?;
                    threads::install(|| work(task(0, par), (a, b, c)))
                }
            }
            .map_err(fail(0));
        }
        let rooms = pieces(a, count).zip(pieces(b, count)).zip(pieces(c, count)).enumerate();
        let one =
            |(index, ((a, b), c))| work(task(index, Par::Seq), (a, b, c)).map_err(fail(index));
        if count * rows * cols * rows.min(cols) < 1 << 17 || threads::number_of_threads() == 1 {
            return rooms.into_iter().try_for_each(one);
        }
        let rooms: Vec<_> = rooms.collect();
        threads::install(|| rooms.into_par_iter().with_min_len(4).try_for_each(one))
    };
    array.with_slice(|elements: &[T]| {
        let (mut second, mut third) = (None, None);
        let first = Array::try_build(&shapes[0], |a| {
            second = Some(Array::try_build(&shapes[1], |b| {
                third = Some(Array::try_build(&shapes[2], |c| run(elements, (a, b, c)))?);
                Ok::<_, Error>(())
            })?);
            Ok::<_, Error>(())
        })?;
        match (second, third) {
            (Some(second), Some(third)) => Ok([first, second, third]),
            _ => unreachable!("all three have been built"),
        }
    })?
}

/// A slice in so many pieces, which may be empty.
fn pieces<T>(mut rest: &mut [T], count: usize) -> impl Iterator<Item = &mut [T]> {
    let length = rest.len().checked_div(count).unwrap_or(0);
    (0..count).map(move |_| {
        let (piece, others) = core::mem::take(&mut rest).split_at_mut(length);
        rest = others;
        piece
    })
}
