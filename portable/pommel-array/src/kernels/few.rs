//! Functions of few elements: no graph, no program, no walk.

use crate::array::Array;
use crate::elementwise::Operand;
use crate::error::Result;
use crate::function::{Function, Note};
use crate::kernels::{Kernel, copy, program};
use crate::layout::{Layout, Order};
use crate::raw::data::Data;
use crate::raw::memory::Memory;
use crate::scalar::Scalar;
use core::array::from_fn;
use core::mem::MaybeUninit;

/// Elements that are few.
const FEW: usize = 256;

/// Elements of the shortest way.
pub(crate) const FEWEST: usize = 64;

/// Elements that are computed at a time.
const FOUR: usize = 4;

/// What few numbers of type `f64` are combined with.
#[derive(Clone, Copy)]
pub enum Few<'a> {
    /// As many as there are results.
    Elements(&'a [f64]),
    /// The same for each.
    Number(f64),
}

impl<'a> Few<'a> {
    #[inline]
    fn of(operand: &Operand<'a>) -> Option<Few<'a>> {
        match operand {
            Operand::Array(array) => array.few_floats().map(Few::Elements),
            Operand::Scalar(Scalar::Float(value)) => Some(Few::Number(*value)),
            Operand::Scalar(Scalar::Int(value)) => {
                // Exact, or somebody else rounds it.
                let small = i32::try_from(*value).ok()?;
                Some(Few::Number(f64::from(small)))
            }
            Operand::Scalar(_) => None,
        }
    }
}

/// Whether [`arithmetic`] computes a function.
#[inline(always)]
pub const fn is_arithmetic(function: Function) -> bool {
    matches!(function, Function::Add | Function::Subtract | Function::Multiply | Function::Divide)
}

/// The sum, difference, product or quotient of a few numbers of type `f64`, on the shortest way there
/// is: programs of small arrays spend their time here. `None` if it is something else, and also if a
/// result is not finite, so that the long way notes what went wrong. The array is the second operand if
/// the order is `reflected`.
///
/// All of it is inlined, so that the result is built where the caller keeps it: a copy of what was just
/// written in smaller parts waits for the processor's store buffer.
#[inline(always)]
pub fn arithmetic(
    function: Function,
    array: &[f64],
    other: Few<'_>,
    reflected: bool,
) -> Option<Array> {
    let n = array.len();
    if matches!(other, Few::Elements(other) if other.len() != n) {
        return None;
    }
    // Underflow that is asked for is noted by the long way.
    if !is_arithmetic(function) || crate::lazy::is_eager() {
        return None;
    }
    let (data, start) = Data::room(size_of_val(array))?;
    // SAFETY: fresh memory for `n` numbers, aligned for all types; only written before it is read.
    let out = unsafe { core::slice::from_raw_parts_mut(start.cast::<MaybeUninit<f64>>(), n) };
    let are_finite = match (function, reflected) {
        (Function::Add, _) => combine(array, other, out, |a, b| a + b),
        (Function::Multiply, _) => combine(array, other, out, |a, b| a * b),
        (Function::Subtract, false) => combine(array, other, out, |a, b| a - b),
        (Function::Subtract, true) => combine(array, other, out, |a, b| b - a),
        (_, false) => combine(array, other, out, |a, b| a / b),
        (_, true) => combine(array, other, out, |a, b| b / a),
    };
    if !are_finite {
        return None;
    }
    Some(Array::row_of_floats(data, n))
}

/// The same for operands of any kind.
pub(crate) fn of_operands(function: Function, operands: &[Operand<'_>]) -> Option<Array> {
    let [a, b] = operands else { return None };
    match (Few::of(a)?, Few::of(b)?) {
        (Few::Elements(a), b) => arithmetic(function, a, b, false),
        (a, Few::Elements(b)) => arithmetic(function, b, a, true),
        (Few::Number(_), Few::Number(_)) => None,
    }
}

/// Fills the results, four at a time; whether all are finite.
#[inline(always)]
fn combine(
    array: &[f64],
    other: Few<'_>,
    out: &mut [MaybeUninit<f64>],
    operation: impl Fn(f64, f64) -> f64,
) -> bool {
    // Zeros with whatever signs, unless something is infinite or not a number.
    let mut bits = 0;
    let mut compute = |a, b| {
        let result = operation(a, b);
        bits |= (result * 0.0).to_bits();
        MaybeUninit::new(result)
    };
    let (fours, rest) = array.as_chunks::<FOUR>();
    let (out_fours, out_rest) = out.as_chunks_mut::<FOUR>();
    match other {
        Few::Elements(other) => {
            let (other_fours, other_rest) = other.as_chunks::<FOUR>();
            for ((out, a), b) in out_fours.iter_mut().zip(fours).zip(other_fours) {
                *out = from_fn(|i| compute(a[i], b[i]));
            }
            for ((out, &a), &b) in out_rest.iter_mut().zip(rest).zip(other_rest) {
                *out = compute(a, b);
            }
        }
        Few::Number(number) => {
            for (out, a) in out_fours.iter_mut().zip(fours) {
                *out = a.map(|a| compute(a, number));
            }
            for (out, &a) in out_rest.iter_mut().zip(rest) {
                *out = compute(a, number);
            }
        }
    }
    bits << 1 == 0
}

/// Applies a kernel if all arrays have its types and one shape, and lie in C order; else `None`, and
/// nothing has been done.
pub(crate) fn apply(
    kernel: &Kernel,
    note: Note,
    operands: &[Operand<'_>],
) -> Option<Result<Array>> {
    let first = fitting(kernel, note, operands)?;
    Some(fresh(kernel, note, operands, first))
}

/// The same with the result in an array that lies in C order and has the kernel's type and the shape.
pub(crate) fn apply_into(
    kernel: &Kernel,
    note: Note,
    operands: &[Operand<'_>],
    out: &Array,
) -> Option<Result<()>> {
    let first = fitting(kernel, note, operands)?;
    let fits = out.dtype == kernel.output
        && out.shape() == first.shape()
        && out.layout().is_contiguous(Order::C);
    fits.then(|| overwrite(kernel, note, operands, out))
}

/// The first array, if the operands are what is asked for here.
#[inline]
fn fitting<'a>(kernel: &Kernel, note: Note, operands: &[Operand<'a>]) -> Option<&'a Array> {
    let first = operands.iter().find_map(|operand| match operand {
        Operand::Array(array) => Some(*array),
        Operand::Scalar(_) => None,
    })?;
    if first.size() > FEW {
        return None;
    }
    for (operand, &dtype) in operands.iter().zip(&kernel.inputs) {
        // An exponent is looked at before it is used.
        if note == Note::Range && dtype.is_integer() {
            return None;
        }
        let fits = match operand {
            Operand::Array(array) => {
                array.dtype == dtype
                    && array.shape() == first.shape()
                    && array.layout().is_contiguous(Order::C)
            }
            Operand::Scalar(value) => value.fits(dtype),
        };
        if !fits {
            return None;
        }
    }
    Some(first)
}

fn fresh(kernel: &Kernel, note: Note, operands: &[Operand<'_>], first: &Array) -> Result<Array> {
    let size = kernel.output.size();
    let layout = if size == first.layout().item_size() && first.layout().offset() == 0 {
        first.layout().clone()
    } else {
        Layout::contiguous(first.shape(), size, Order::C)?
    };
    let n = first.size();
    let memory = Memory::uninit(n * size)?;
    // SAFETY: the operands fit, and there is fresh memory for as many results.
    unsafe { run(kernel, note, operands, memory.start(), n)? };
    Ok(Array::over(memory, kernel.output, layout))
}

/// By way of the stack: the array may be one of the operands, or share memory with one.
fn overwrite(kernel: &Kernel, note: Note, operands: &[Operand<'_>], out: &Array) -> Result<()> {
    let n = out.size();
    let to = out.address_for_writing()?;
    let mut results = MaybeUninit::<[u128; FEW]>::uninit();
    let from = results.as_mut_ptr().cast::<u8>();
    // SAFETY: the operands fit, there is room for as many results, which then lie in C order here as
    // there.
    unsafe {
        run(kernel, note, operands, from, n)?;
        from.copy_to_nonoverlapping(to, n * kernel.output.size());
    }
    Ok(())
}

/// Computes `n` results.
///
/// # Safety
/// The operands are [`fitting`] and have `n` elements, and `out` has room for `n` results that lie
/// nowhere among them.
unsafe fn run(
    kernel: &Kernel,
    note: Note,
    operands: &[Operand<'_>],
    out: *mut u8,
    n: usize,
) -> Result<()> {
    let mut room = [const { MaybeUninit::<[u128; FEW]>::uninit() }; 3];
    let mut inputs = [core::ptr::null(); 3];
    for (i, (operand, &dtype)) in operands.iter().zip(&kernel.inputs).enumerate() {
        inputs[i] = match operand {
            Operand::Array(array) => array.address()?,
            Operand::Scalar(value) => {
                let bits = value.bits(dtype)?;
                let to = room[i].as_mut_ptr().cast::<u8>();
                let size = dtype.size();
                // SAFETY: room for `FEW` elements of any type, and there are not more.
                unsafe { copy::run(bits.0.as_ptr(), 0, to, size as isize, n, size) };
                to.cast_const()
            }
        };
    }
    // SAFETY: the caller's promise.
    unsafe { program::call(kernel, note, &inputs[..operands.len()], out, n) };
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dtype::DType;
    use crate::index::Index;

    fn counted(n: usize) -> Array {
        let fill = |room: &mut [f64]| {
            room.iter_mut().enumerate().for_each(|(i, out)| *out = i as f64);
            true
        };
        Array::of_few_floats(n, fill).unwrap()
    }

    #[test]
    fn views_of_few_floats_show_what_is_theirs() {
        let array = counted(6);
        let select = |start, step| array.select(&[Index::Slice(start, None, step)]).unwrap();
        assert_eq!(array.few_floats().unwrap(), [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]);
        assert_eq!(select(Some(2), 1).few_floats().unwrap(), [2.0, 3.0, 4.0, 5.0]);
        assert_eq!(select(Some(2), 1).float_at(1), Some(3.0));
        for strided in [select(None, 2), select(None, -1)] {
            assert!(strided.few_floats().is_none());
        }
        assert_eq!(select(None, -1).float_at(0), Some(5.0));
        let others = [
            array.reinterpreted(DType::Int64).unwrap(),
            array.reshaped(&[2, 3]).unwrap(),
            array.broadcast_to(&[2, 6]).unwrap(),
        ];
        assert!(
            others.iter().all(|view| view.few_floats().is_none() && view.float_at(0).is_none())
        );
        assert_eq!([array.float_at(5), array.float_at(-6)], [Some(5.0), Some(0.0)]);
        assert_eq!([array.float_at(6), array.float_at(-7)], [None, None]);
    }

    #[test]
    fn few_floats_of_every_number_are_computed() {
        for n in 1..=FEWEST {
            let (a, two) = (counted(n), Few::Number(2.0));
            let few = a.few_floats().unwrap();
            let sum = arithmetic(Function::Add, few, Few::Elements(few), false).unwrap();
            let difference = arithmetic(Function::Subtract, few, two, true).unwrap();
            for i in 0..n {
                assert_eq!(sum.float_at(i as isize), Some(2.0 * i as f64));
                assert_eq!(difference.float_at(i as isize), Some(2.0 - i as f64));
            }
            // A quotient by the zero among them is not finite, wherever it is.
            assert!(arithmetic(Function::Divide, few, two, true).is_none());
            assert_eq!(sum.few_floats().unwrap().len(), n);
        }
    }
}
