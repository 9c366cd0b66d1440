//! Transforms of all lines along an axis.

use super::plan::{self, Real};
use crate::array::Array;
use crate::dtype::{DType, Element};
use crate::error::Result;
use crate::layout::Dims;
use crate::manipulation::moveaxis;
use crate::raw::memory::check_room;
use crate::threads;
use num_complex::Complex;
use rayon::prelude::*;

/// From so many elements on lines are shared among threads.
const SHARED_FROM: usize = 1 << 14;

/// What becomes of a line.
#[derive(Clone, Copy, Debug)]
pub(super) enum Transform {
    /// Complex numbers become complex numbers.
    Complex { inverse: bool },
    /// Real numbers become the first half of complex ones.
    Real,
    /// The first half of complex numbers becomes real ones.
    ToReal,
}

/// The transforms of the lines along an axis, of `n` elements, times a factor.
pub(super) fn transformed(
    array: &Array,
    axis: usize,
    n: usize,
    transform: Transform,
    factor: f64,
) -> Result<Array> {
    let lines = moveaxis(array, &[axis as isize], &[-1])?;
    let single = matches!(array.dtype(), DType::Float32 | DType::Complex64);
    let result = if single {
        of_size::<f32>(&lines, n, transform, factor)
    } else {
        of_size::<f64>(&lines, n, transform, factor)
    }?;
    moveaxis(&result, &[-1], &[axis as isize])
}

fn of_size<R: Real>(lines: &Array, n: usize, transform: Transform, factor: f64) -> Result<Array>
where
    Complex<R>: Element,
{
    let factor = R::of(factor);
    match transform {
        Transform::Complex { inverse } => complex(lines, n, inverse, factor),
        Transform::Real => real(lines, n, factor),
        Transform::ToReal => to_real(lines, n, factor),
    }
}

fn complex<R: Real>(lines: &Array, n: usize, inverse: bool, factor: R) -> Result<Array>
where
    Complex<R>: Element,
{
    let plan = plan::complex::<R>(n, inverse)?;
    let room = || zeros(plan::zero::<R>(), plan.get_inplace_scratch_len());
    each_line(lines, n, room, |room, line: &[Complex<R>], out: &mut [Complex<R>]| {
        filled(out, line);
        plan.process_with_scratch(out, room);
        scale(out, factor);
    })
}

fn real<R: Real>(lines: &Array, n: usize, factor: R) -> Result<Array>
where
    Complex<R>: Element,
{
    let plan = plan::real::<R>(n)?;
    let room = || Ok((zeros(R::zero(), n)?, zeros(plan::zero::<R>(), plan.get_scratch_len())?));
    each_line(lines, n / 2 + 1, room, |(input, room), line: &[R], out: &mut [Complex<R>]| {
        filled(input, line);
        let done = plan.process_with_scratch(input, out, room);
        debug_assert!(done.is_ok(), "the lengths are the plan's");
        scale(out, factor);
    })
}

fn to_real<R: Real>(lines: &Array, n: usize, factor: R) -> Result<Array>
where
    Complex<R>: Element,
{
    let plan = plan::to_real::<R>(n)?;
    let room = || {
        let zero = plan::zero::<R>();
        Ok((zeros(zero, n / 2 + 1)?, zeros(zero, plan.get_scratch_len())?))
    };
    each_line(lines, n, room, |(input, room), line: &[Complex<R>], out: &mut [R]| {
        filled(input, line);
        // What symmetry makes real is taken as real, as in NumPy.
        input[0].im = R::zero();
        if n.is_multiple_of(2) {
            input[n / 2].im = R::zero();
        }
        let done = plan.process_with_scratch(input, out, room);
        debug_assert!(done.is_ok(), "the lengths are the plan's");
        for value in out {
            *value = *value * factor;
        }
    })
}

/// So many zeros.
fn zeros<T: Element>(zero: T, count: usize) -> Result<Vec<T>> {
    check_room(count * size_of::<T>())?;
    Ok(vec![zero; count])
}

/// Copies a line, cut off or with zeros behind it.
fn filled<T: Element>(out: &mut [T], line: &[T]) {
    let taken = line.len().min(out.len());
    out[..taken].copy_from_slice(&line[..taken]);
    out[taken..].fill(T::default());
}

fn scale<R: Real>(values: &mut [Complex<R>], factor: R) {
    if factor != R::one() {
        for value in values {
            *value = *value * factor;
        }
    }
}

/// Makes a line of `length` elements of each line along the last axis, on several threads if that is worth
/// it. `room` is what each thread needs besides.
fn each_line<T: Element, U: Element, S>(
    lines: &Array,
    length: usize,
    room: impl Fn() -> Result<S> + Sync,
    work: impl Fn(&mut S, &[T], &mut [U]) + Sync,
) -> Result<Array> {
    let mut shape = Dims::from_slice(lines.shape());
    let last = shape.len() - 1;
    let own = shape[last] as usize;
    shape[last] = length as isize;
    lines.with_slice(|elements: &[T]| {
        Array::try_build(&shape, |out: &mut [U]| {
            let line = |i: usize| &elements[i * own..(i + 1) * own];
            let count = out.len() / length;
            if count < 2 || out.len() < SHARED_FROM || threads::number_of_threads() == 1 {
                let mut room = room()?;
                let outs = out.chunks_exact_mut(length).enumerate();
                outs.for_each(|(i, out)| work(&mut room, line(i), out));
                return Ok(());
            }
            let block = count.div_ceil(threads::number_of_threads() * 4);
            threads::install(|| {
                out.par_chunks_mut(length * block).enumerate().try_for_each(|(b, outs)| {
                    let mut room = room()?;
                    let outs = outs.chunks_exact_mut(length).enumerate();
                    outs.for_each(|(i, out)| work(&mut room, line(b * block + i), out));
                    Ok(())
                })
            })
        })
    })?
}
