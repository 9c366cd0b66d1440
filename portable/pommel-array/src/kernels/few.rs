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

/// Applies a kernel if all arrays have its type and one shape, and lie in C order; else `None`, and
/// nothing has been done.
pub(crate) fn apply(
    kernel: &Kernel,
    note: Note,
    operands: &[Operand<'_>],
) -> Option<Result<Array>> {
    let first = operands.iter().find_map(|operand| match operand {
        Operand::Array(array) => Some(*array),
        Operand::Scalar(_) => None,
    })?;
    let n = first.size();
    if n > FEW {
        return None;
    }
    for (operand, &dtype) in operands.iter().zip(&kernel.inputs) {
        match operand {
            Operand::Array(array)
                if array.dtype != dtype
                    || array.shape() != first.shape()
                    || !array.layout().is_contiguous(Order::C) =>
            {
                return None;
            }
            // An exponent is looked at before it is used.
            Operand::Scalar(value)
                if !value.fits(dtype) || note == Note::Range && dtype.is_integer() =>
            {
                return None;
            }
            Operand::Array(_) if note == Note::Range && dtype.is_integer() => return None,
            _ => {}
        }
    }
    Some(run(kernel, note, operands, first, n))
}

fn run(
    kernel: &Kernel,
    note: Note,
    operands: &[Operand<'_>],
    first: &Array,
    n: usize,
) -> Result<Array> {
    let size = kernel.output.size();
    let layout = if size == first.layout().item_size() && first.layout().offset() == 0 {
        first.layout().clone()
    } else {
        Layout::contiguous(first.shape(), size, Order::C)?
    };
    let memory = Memory::uninit(n * size)?;
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
    // SAFETY: `n` elements of the kernel's types lie behind each address, and there is fresh memory
    // for as many results.
    unsafe { program::call(kernel, note, &inputs[..operands.len()], memory.start(), n) };
    Ok(Array::over(memory, kernel.output, layout))
}
