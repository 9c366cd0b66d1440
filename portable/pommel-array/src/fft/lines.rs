//! Transforms of all lines along an axis.

use super::plan::{self, Real};
use crate::array::Array;
use crate::dtype::{DType, Element, Kind};
use crate::error::Result;
use crate::kernels::lines::{self, Zeros};
use crate::layout::Order;
use crate::manipulation::permute_dims;
use num_complex::Complex;

/// What becomes of a line.
#[derive(Clone, Copy, Debug)]
pub(super) enum Transform {
    /// Complex numbers, or real ones, become complex numbers.
    Complex { inverse: bool },
    /// Real numbers become the first half of complex ones.
    Real,
    /// The first half of complex numbers becomes real ones.
    ToReal,
}

/// The array with its axes the other way round, if so its elements lie in C order and else they do not.
fn reversed(array: &Array) -> Result<Option<Array>> {
    let layout = array.layout();
    let is_turned = layout.is_contiguous(Order::F) && !layout.is_contiguous(Order::C);
    is_turned.then(|| permute_dims(array, None)).transpose()
}

fn is_single(array: &Array) -> bool {
    matches!(array.dtype(), DType::Float32 | DType::Complex64)
}

/// The transforms of the lines along an axis, of `n` elements, times a factor.
pub(super) fn transformed(
    array: &Array,
    axis: usize,
    n: usize,
    transform: Transform,
    factor: f64,
) -> Result<Array> {
    if let Some(reversed) = reversed(array)? {
        let axis = array.ndim() - 1 - axis;
        return permute_dims(&transformed(&reversed, axis, n, transform, factor)?, None);
    }
    if is_single(array) {
        of_size::<f32>(array, axis, n, transform, factor)
    } else {
        of_size::<f64>(array, axis, n, transform, factor)
    }
}

/// Transforms the lines along an axis of an array of complex numbers that nobody else has.
pub(super) fn transform(array: &Array, axis: usize, inverse: bool, factor: f64) -> Result<()> {
    if let Some(reversed) = reversed(array)? {
        return transform(&reversed, array.ndim() - 1 - axis, inverse, factor);
    }
    if is_single(array) {
        in_place::<f32>(array, axis, inverse, factor)
    } else {
        in_place::<f64>(array, axis, inverse, factor)
    }
}

fn of_size<R: Real>(
    array: &Array,
    axis: usize,
    n: usize,
    transform: Transform,
    factor: f64,
) -> Result<Array>
where
    Complex<R>: Element,
{
    let factor = R::of(factor);
    let is_real = array.dtype().kind() != Kind::Complex;
    match transform {
        Transform::Complex { inverse } if is_real => whole(array, axis, n, inverse, factor),
        Transform::Complex { inverse } => complex(array, axis, n, inverse, factor),
        Transform::Real => real(array, axis, n, factor),
        Transform::ToReal => to_real(array, axis, n, factor),
    }
}

fn complex<R: Real>(array: &Array, axis: usize, n: usize, inverse: bool, factor: R) -> Result<Array>
where
    Complex<R>: Element,
{
    let plan = plan::complex::<R>(n, inverse)?;
    let room = || Zeros::new(plan.get_inplace_scratch_len());
    lines::changed(array, axis, n, room, |room, line: &mut [Complex<R>]| {
        plan.process_with_scratch(line, room);
        scale(line, factor);
    })
}

fn in_place<R: Real>(array: &Array, axis: usize, inverse: bool, factor: f64) -> Result<()>
where
    Complex<R>: Element,
{
    let plan = plan::complex::<R>(array.shape()[axis] as usize, inverse)?;
    let room = || Zeros::new(plan.get_inplace_scratch_len());
    let factor = R::of(factor);
    lines::change(array, axis, room, |room, line: &mut [Complex<R>]| {
        plan.process_with_scratch(line, room);
        scale(line, factor);
    })
}

fn real<R: Real>(array: &Array, axis: usize, n: usize, factor: R) -> Result<Array>
where
    Complex<R>: Element,
{
    let plan = plan::real::<R>(n)?;
    let room = || Zeros::new(plan.get_scratch_len());
    lines::made(array, axis, [n, n / 2 + 1], room, |room, line, out: &mut [Complex<R>]| {
        let done = plan.process_with_scratch(line, out, room);
        debug_assert!(done.is_ok(), "the lengths are the plan's");
        scale(out, factor);
    })
}

/// The transforms of real numbers as complex ones: the second half is the first one backwards, with
/// conjugation, as the inverse transform is the forward one.
fn whole<R: Real>(array: &Array, axis: usize, n: usize, inverse: bool, factor: R) -> Result<Array>
where
    Complex<R>: Element,
{
    let plan = plan::real::<R>(n)?;
    let room = || Zeros::new(plan.get_scratch_len());
    lines::made(array, axis, [n, n], room, |room, line, out: &mut [Complex<R>]| {
        let (half, rest) = out.split_at_mut(n / 2 + 1);
        let done = plan.process_with_scratch(line, half, room);
        debug_assert!(done.is_ok(), "the lengths are the plan's");
        scale(half, factor);
        for (to, value) in rest.iter_mut().rev().zip(&half[1..]) {
            *to = value.conj();
        }
        if inverse {
            out.iter_mut().for_each(|value| *value = value.conj());
        }
    })
}

fn to_real<R: Real>(array: &Array, axis: usize, n: usize, factor: R) -> Result<Array>
where
    Complex<R>: Element,
{
    let plan = plan::to_real::<R>(n)?;
    let room = || Zeros::new(plan.get_scratch_len());
    lines::made(array, axis, [n / 2 + 1, n], room, |room, line: &mut [Complex<R>], out| {
        // What symmetry makes real is taken as real, as in NumPy.
        line[0].im = R::zero();
        if n.is_multiple_of(2) {
            line[n / 2].im = R::zero();
        }
        let done = plan.process_with_scratch(line, out, room);
        debug_assert!(done.is_ok(), "the lengths are the plan's");
        if factor != R::one() {
            out.iter_mut().for_each(|value| *value = *value * factor);
        }
    })
}

fn scale<R: Real>(values: &mut [Complex<R>], factor: R) {
    if factor != R::one() {
        values.iter_mut().for_each(|value| *value = *value * factor);
    }
}
