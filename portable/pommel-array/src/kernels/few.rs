//! Functions of few elements: no graph, no program, no walk.

use crate::array::Array;
use crate::elementwise::Operand;
use crate::error::Result;
use crate::function::Note;
use crate::kernels::{Kernel, copy, program};
use crate::layout::{Layout, Order};
use crate::raw::memory::Memory;
use core::mem::MaybeUninit;

/// Elements that are few.
const FEW: usize = 256;

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
